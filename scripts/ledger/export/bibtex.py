"""The bibliography as BibTeX, as it is published and as pandoc reads it, and as CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import pypandoc
from pybtex.bibtex.utils import split_name_list
from pybtex.database import InvalidNameString, Person

from ledger.checks.bib_entries import URL
from ledger.checks.bib_fields import KNOWN_FIELDS
from ledger.model.bibliography import ADDRESS_FIELDS, CITATION_KEY, DOI, JOINED_INITIALS, PMCID, PMID, Entry

BARE_SPECIAL = re.compile(r"(?<!\\)[%&#_$]")
"""A character that LaTeX would take for a command or a comment."""
HYPHENATED_INITIALS = re.compile(r"(?<=\w)\.-(?=\w\b)")
"""The hyphen of "P.-O.", which pandoc would keep; the NLM style has "PO"."""
IDENTIFIERS = {"doi": DOI, "pmid": PMID, "pmcid": PMCID, "url": URL}
"""What pandoc turns into links; another value, which the checks report, could make a link that ends the build."""
END_MARKS = ("?", "!", "？", "！", "...")
SUFFIX_WITH_PERIOD = re.compile(r"(?<=, )([JS]r)\.(?=,)")


def select_formattable(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that mkdocs-bibtex and pandoc accept; the checks report the others."""
    return [entry for entry in entries if CITATION_KEY.fullmatch(entry.key) and _has_valid_names(entry)]


def _has_valid_names(entry: Entry) -> bool:
    try:
        return all(Person(name) for role in ("author", "editor") for name in split_name_list(entry.get(role)))
    except InvalidNameString:
        return False


def dump_bibtex(entries: Iterable[Entry]) -> str:
    """The entries with the fields that are published, and nothing else that is in the file."""
    return "\n".join(_dump_entry(entry, _pick_published_fields(entry)) for entry in entries)


def dump_for_pandoc(entries: Iterable[Entry]) -> str:
    """The entries in the form in which pandoc prints them as the NLM does, with titles as they are written."""
    return "\n".join(_dump_entry(entry, _adapt_for_pandoc(entry)) for entry in entries)


def _dump_entry(entry: Entry, fields: Mapping[str, str]) -> str:
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{entry.type}{{{entry.key},\n{lines}}}\n"


def _pick_published_fields(entry: Entry) -> dict[str, str]:
    return {
        "keywords" if name == "kind" else name: value  # other programs show keywords
        for name, value in entry.fields.items()
        if name in KNOWN_FIELDS
    }


def _adapt_for_pandoc(entry: Entry) -> dict[str, str]:
    fields = {
        name: value if name in ADDRESS_FIELDS else BARE_SPECIAL.sub(r"\\\g<0>", value)
        for name, value in _pick_published_fields(entry).items()
        if name not in IDENTIFIERS or IDENTIFIERS[name].fullmatch(value)
    }
    fields["options"] = "useprefix=true"  # "de Vaart J", not "Vaart J de"
    fields["month"] = fields.get("month", "").lower()[:3]
    for name in ("author", "editor"):
        fields[name] = " and ".join(map(_adapt_name, split_name_list(fields.get(name, ""))))
    for name in ("title", "booktitle"):
        subtitle = fields.pop(name.replace("title", "subtitle"), "")
        fields[name] = _join_title(fields.get(name, ""), subtitle)
    for name in fields:
        if name.endswith("title"):
            fields[name] = (
                f"{{{fields[name]}}}" if fields[name] else ""
            )  # otherwise pandoc changes capitals, after a colon too
    if entry.type == "article":  # the names for what the style prints
        issue, eid = fields.pop("issue", ""), fields.pop("eid", "")
        fields |= {"number": fields.get("number") or issue, "pages": fields.get("pages") or eid}
    if "--" not in fields.get("pages", ""):
        fields["pages"] = fields.get("pages", "").replace("-", "\u2011")  # "140-OR" is one number, not a range
    return {name: value for name, value in fields.items() if value}


def _join_title(title: str, subtitle: str) -> str:
    """A title with its subtitle, and without the full stop or colon that the style adds."""
    title = title.replace("…", "...") if title.endswith("…") else title
    bare = title if title.endswith("...") else title.rstrip(".: ")
    if not subtitle:
        return bare
    return f"{bare}{' ' if bare.endswith(END_MARKS) else ': '}{_join_title(subtitle, '')}"


def _adapt_name(name: str) -> str:
    rest, comma, given = name.rpartition(",")
    if not comma or name.endswith("}"):
        return name
    given = JOINED_INITIALS.sub(" ", HYPHENATED_INITIALS.sub(". ", given))
    return SUFFIX_WITH_PERIOD.sub(r"\1", f"{rest},{given}")


def convert_to_csl_json(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The entries as CSL-JSON items (Citation Style Language 1.0.2 data schema), with their kind as ``genre``."""
    items: list[dict[str, Any]] = json.loads(_run_pandoc(dump_for_pandoc(entries.values())))
    for item in items:
        item.pop("keyword", None)
        item["type"] = item["type"] or "document"  # what pandoc leaves empty for @misc
        item["genre"] = entries[item["id"]].kind
        if "author" in item:  # CSL has no way to say "and others"
            item["author"] = [name for name in item["author"] if name != {"literal": "others"}]
    return items


@lru_cache(maxsize=1)
def _run_pandoc(text: str) -> str:
    """CSL-JSON of BibTeX; a preview runs pandoc again only when the bibliography has changed."""
    return str(pypandoc.convert_text(text, "csljson", format="biblatex"))

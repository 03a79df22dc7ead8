"""The draft of a trial page and of its source's entry in references.bib.

The page has the record as front matter, and the sections of a trial page with hints for the person who writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.checks import bib_fields, numbers
from ledger.core.errors import RefusedError
from ledger.markdown.escape import escape_markdown
from ledger.markdown.scanner import MarkdownSource
from ledger.model import registries, yaml_source
from ledger.model.bibliography import Bibliography
from ledger.model.registries import RegistryNumber
from ledger.model.vocabulary import GAP
from ledger.registry import yaml_edit

MAX_TITLE_LENGTH = 120
DESCRIPTION_PLACEHOLDER = f"{GAP}: one plain sentence for lists and search, at most 160 characters, without numbers"
PAGE_SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("What was done", "", "who is given what, how often, and what it is compared with"),
    ("What happened", "trial-results", "results, or that none are known; with the day on which we looked"),
    ("Harms", "trial-harms", "harms with the same room as benefits, or that none are known"),
    ("What this cannot tell us", "", "what this kind of trial cannot show, as a list"),
    ("Against the eight requirements", "trial-requirements", ""),
    ("What came before and what comes next", "", "earlier and later trials, and links to the therapies"),
    ("Who paid", "", "who pays, and conflicts of interest"),
)


class CannotDraftError(RefusedError):
    """The page or its source would not be valid; nothing is written."""


def choose_title(number: RegistryNumber, title: str, name: str, taken: Iterable[str]) -> str:
    """A title for the page that keeps the rules and that no other trial has."""
    plain = re.sub(r"<(?=[A-Za-z/!?])", "< ", " ".join(title.split()))
    if len(plain) > MAX_TITLE_LENGTH:
        plain = plain[: MAX_TITLE_LENGTH - 1].rpartition(" ")[0] or plain[: MAX_TITLE_LENGTH - 1]
        plain = f"{plain.rstrip(' ,;:-')}…"
    fallback = f"{number.id}: registered trial"
    wanted = f"{number.id}: {plain}" if plain else fallback
    if not _is_valid_title(wanted):
        wanted = fallback
    used = {other.lower() for other in taken}
    choices = (wanted, fallback, f"{number.id} ({name})", f"{number.id}, {name}: registered trial")
    free = next((choice for choice in choices if choice.lower() not in used), None)
    if free is None:
        raise CannotDraftError(f"all titles for {number.id} are taken; rename the page that has them")
    return free


def _is_valid_title(text: str) -> bool:
    """Whether a title has no number that needs a source, and nothing like a citation."""
    if "@" in text or any(not registries.NCT.fullmatch(m[0]) for m in registries.NCT_LIKE.finditer(text)):
        return False
    prose = [block.words for block in MarkdownSource(f"# {escape_markdown(text)}\n").blocks]
    return not any(numbers.find_number(part) for part in (text, text.lower(), *prose))


def render_draft_page(record: Mapping[str, Any], heading: str, key: str, source: str, today: date) -> str:
    """The text of the page. Raises CannotDraftError unless it reads back the same."""
    meta = {
        "title": heading,
        "description": DESCRIPTION_PLACEHOLDER,
        "kind": "trial",
        "checked": today.isoformat(),
        "reviewed_by": "none",
        "draft": True,
        "trial": dict(record),
    }
    parts = [
        f"# {escape_markdown(heading)}",
        f"This page is a draft, made from {source}. A person has yet to write it [@{key}].",
        f"<!-- {GAP}: the answer first, in place of the sentence above: what was tried, in whom, what is known, how sure -->",
        "**How sure:** no data to judge.",
        "<!-- generated: trial-facts -->",
    ]
    for name, table, wanted in PAGE_SECTIONS:
        parts.append(f"## {name}")
        parts += [f"<!-- generated: {table} -->"] if table else []
        parts += [f"<!-- {GAP}: {wanted} -->"] if wanted else []
    text = f"---\n{yaml_edit.format_block(meta)}---\n\n" + "\n\n".join(parts) + "\n"
    try:
        header, _ = yaml_source.split_front_matter(text)
        same = yaml_source.load_yaml(header or "").data == meta
    except yaml_source.BadYamlError as error:
        raise CannotDraftError(f"the record cannot be written as YAML: {error}") from error
    if not same:
        raise CannotDraftError("the record does not read back the same; report this with the study")
    return text


# --- its source ---------------------------------------------------------------------------------------


def find_source_key(sources: Bibliography, number: RegistryNumber) -> str | None:
    """The key of the bibliography's entry for this registry record; None where it has none."""
    for key in sources.entries:
        if key.lower() == number.key:
            return key
    for key, source in sources.entries.items():
        if source.kind == "trial registry" and source.get("url").rstrip("/") == number.address.rstrip("/"):
            return key
    return None


def format_bib_entry(
    number: RegistryNumber, about: str, seen: str, today: date, other_numbers: Sequence[str] = ()
) -> str:
    """The entry of a registry record in references.bib, with the other registrations that the record names."""
    words = _escape_bib_text(about)
    fields = {
        "author": f"{{{number.registry.name}}}",
        "title": bib_fields.brace_capitals(f"Record {{{number.id}}}" + (f": {words}" if words else "")),
        "url": number.address,
        "urldate": today.isoformat(),
        "keywords": "trial registry",
        "seen": seen,
        **({"note": f"also registered as {', '.join(other_numbers)}"} if other_numbers else {}),
    }
    return f"@online{{{number.key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"


def _escape_bib_text(text: str) -> str:
    """Text for a BibTeX field: special characters removed or escaped."""
    text = re.sub(r"[{}\\\"~^@$]", " ", " ".join(text.split()))
    if any(not registries.NCT.fullmatch(m[0]) for m in registries.NCT_LIKE.finditer(text)):
        return ""
    text = re.sub(r"-{2,}", "-", text)
    text = text if len(text) <= 300 else text[:299].rstrip() + "…"
    return re.sub(r"([&%#_])", r"\\\1", " ".join(text.split()))


BIB_ENTRY_LINE = re.compile(
    r"^@(?!comment|string|preamble)\w+[ \t]*\{[ \t]*(?P<key>[^,\s{}]+)[ \t]*,", re.MULTILINE | re.IGNORECASE
)


def insert_bib_entry(text: str, key: str, new: str) -> str:
    """The text of references.bib with one more entry in alphabetical order; the rest is unchanged."""
    place = next((match.start() for match in BIB_ENTRY_LINE.finditer(text) if match["key"].lower() > key.lower()), None)
    if place is None:
        gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{new}"
    while (before := text.rfind("\n", 0, place - 1) + 1) < place and text[before:place].lstrip().startswith("%"):
        place = before
    return f"{text[:place]}{new}\n{text[place:]}"

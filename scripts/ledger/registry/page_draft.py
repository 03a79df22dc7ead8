"""The draft of a trial page, and of its source's entry in references.bib.

The page has the record as front matter, and the sections of a trial page with hints for the person who writes them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ledger.markdown.escape import escape_markdown
from ledger.model.bibliography import Bibliography
from ledger.model.record_yaml import format_record
from ledger.model.registries import RegistryNumber
from ledger.model.vocabulary import GAP

PAGE_SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("What was done", "", "who is given what, how often, and what it is compared with"),
    ("What happened", "trial-results", "results, or that none are known; with the day on which we looked"),
    ("Harms", "trial-harms", "harms with the same room as benefits, or that none are known"),
    ("What this cannot tell us", "", "what this kind of trial cannot show, as a list"),
    ("Against the eight requirements", "trial-requirements", ""),
    ("What came before and what comes next", "", "earlier and later trials, and links to the therapies"),
    ("Who paid", "", "who pays, and conflicts of interest"),
)


def format_heading(number: RegistryNumber, title: str) -> str:
    """The title of the page: the trial's number, and its short title unless that could act as markup."""
    short = "" if re.search(r"[<@]", title) else textwrap.shorten(title, 100, placeholder="…")
    return f"{number.id}: {short or 'registered trial'}"


def render_draft_page(record: Mapping[str, Any], heading: str, key: str, today: date) -> str:
    """The text of the page."""
    meta = {
        "title": heading,
        "description": f"{GAP}: one plain sentence of at most 160 characters, without numbers",
        "kind": "trial",
        "checked": today.isoformat(),
        "reviewed_by": "none",
        "draft": True,
        "trial": dict(record),
    }
    parts = [
        f"# {escape_markdown(heading)}",
        f"This page is a draft [@{key}].",
        f"<!-- {GAP}: the answer first, in place of the sentence above: what was tried, in whom, what is known, how sure -->",
        "**How sure:** no data to judge.",
        "<!-- generated: trial-facts -->",
    ]
    for name, table, wanted in PAGE_SECTIONS:
        parts.append(f"## {name}")
        parts += [f"<!-- generated: {table} -->"] if table else []
        parts += [f"<!-- {GAP}: {wanted} -->"] if wanted else []
    return f"---\n{format_record(meta)}---\n\n" + "\n\n".join(parts) + "\n"


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
    number: RegistryNumber, title: str, seen: str, today: date, other_numbers: Sequence[str] = ()
) -> str:
    """The entry of a registry record in references.bib, with the other registrations that the record names."""
    words = re.sub(r"[^\w\s.,:;()/+'-]", " ", title.replace("&", "and"))
    words = textwrap.shorten(words, 300, placeholder="…")
    fields = {
        "author": f"{{{number.registry.name}}}",
        "title": f"{{Record {number.id}: {words}}}".replace(": }", "}"),  # braces keep its capitals
        "url": number.address,
        "urldate": today.isoformat(),
        "kind": "trial registry",
        "seen": seen,
        **({"note": f"also registered as {', '.join(other_numbers)}"} if other_numbers else {}),
    }
    return f"@online{{{number.key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"


BIB_ENTRY_LINE = re.compile(
    r"^(?:%[^\n]*\n)*@(?!comment|string|preamble)\w+[ \t]*\{[ \t]*([^,\s{}]+)[ \t]*,", re.MULTILINE | re.IGNORECASE
)


def insert_bib_entry(text: str, key: str, new: str) -> str:
    """The text of references.bib with one more entry in alphabetical order; the rest is unchanged."""
    place = next((match.start() for match in BIB_ENTRY_LINE.finditer(text) if match[1].lower() > key.lower()), None)
    if place is None:
        return f"{text.rstrip()}\n\n{new}".lstrip()
    return f"{text[:place]}{new}\n{text[place:]}"

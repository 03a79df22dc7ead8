"""Small pieces of HTML from which tables, charts and cards are made. Text from records is always escaped here.

A citation is a comment until the page is done (``<!--cite a;b-->``): then ``footnotes`` numbers them all in reading
order. The search, which reads the page before, ignores comments.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable, Sequence
from html import escape

from ledger.core.text import slugify
from ledger.model.project import Page
from ledger.model.trial_facts import SourcedModel

SEEN_LABELS = {"part of the text": "part of it"}

EMPTY_CELL = "—"
PROVENANCE_HEADING = "How we saw it, source"
"""Heads the column of source notes."""
TableRow = Sequence[str]


def escape_text(words: str) -> str:
    """Words from a record as plain text in HTML."""
    return escape(" ".join(words.split()), quote=False)


def cite_sources(*keys: str | None) -> str:
    """The citation mark of the sources that are given, directly after the word before it."""
    known = list(dict.fromkeys(key for key in keys if key))
    return f"<!--cite {';'.join(known)}-->" if known else ""


def format_provenance(fact: SourcedModel) -> str:
    """How far we saw a fact, whose statement it is, and where in the source."""
    words = SEEN_LABELS.get(fact.seen or "", fact.seen or "")
    where = escape_text((fact.where or "").removeprefix(fact.seen or "").lstrip(" ,"))
    speaker = f"said by {escape_text(fact.said_by)}" if fact.said_by else ""
    return ", ".join(part for part in (words, where, speaker) if part)


def render_source_note(how: str, marks: str) -> str:
    """A source note: how far we read, whose statement it is and where in the source, with the marks of the sources."""
    words = " ".join(part for part in (how, marks) if part)
    return f'<span class="source-note">{words}</span>' if words else ""


def render_date(iso: str) -> str:
    """A date as a ``time`` element, which does not break over two lines."""
    return f'<time datetime="{escape(iso)}">{escape(iso)}</time>'


def format_date(iso: str) -> str:
    """A date in words, as exact as it is given: 21 November 2026, November 2026, 2026."""
    year, month, number = (*iso.split("-"), "", "")[:3]
    return " ".join(part for part in (number.lstrip("0"), month and month_name[int(month)], year) if part)


def render_verdict(verdict: str) -> str:
    """A verdict: its word, which the style sheet may also colour."""
    return f'<span class="verdict" data-verdict="{slugify(verdict)}">{escape(verdict)}</span>'


def get_relative_url(page: Page, url: str) -> str:
    """The relative address from ``page`` to a page or file of the built site, both given from the site's root."""
    return "../" * page.url.count("/") + url or "./"


def render_link(page: Page, target: Page) -> str:
    return f'<a href="{escape(get_relative_url(page, target.url))}">{escape_text(target.title)}</a>'


def render_table(
    caption: str, head: TableRow, rows: Sequence[TableRow], kind: str = "", attributes: Sequence[str] = ()
) -> str:
    """A table with a caption, whose rows begin with their header; each cell knows its column, for narrow screens.

    ``attributes`` are put into the rows' tags. Where a narrow screen shows rows one below the other, assets/site.js
    gives the parts their roles, so that it stays a table for a screen reader; HTML itself may not carry them.
    """
    labels = [escape(re.sub(r"<[^>]*>", "", name)) for name in head]
    parts = [
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="data {kind}"><caption>{escape_text(caption)}</caption>'
        "<thead><tr>",
        "".join(f'<th scope="col">{name}</th>' for name in head),
        "</tr></thead><tbody>",
    ]
    for number, (first, *others) in enumerate(rows):
        extra = f" {attributes[number]}" if attributes else ""
        parts.append(f'<tr{extra}><th scope="row">{first}</th>')
        parts += [_render_cell(label, cell) for label, cell in zip(labels[1:], others, strict=True)]
        parts.append("</tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _render_cell(label: str, cell: str) -> str:
    """A cell labelled with its column; an empty one gets a class, as narrow screens leave it out."""
    kind = ' class="none"' if cell == EMPTY_CELL else ""
    return f'<td data-label="{label}"{kind}>{cell}</td>'


def render_list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def render_table_note(words: str) -> str:
    return f'<p class="table-note">{escape_text(words)}</p>' if words else ""


def render_select_field(label: str, name: str, options: str) -> str:
    """A choice of a form with its label."""
    return (
        f'<span class="field"><label for="choose-{name}">{escape_text(label)}</label>'
        f'<select id="choose-{name}" name="{name}">{options}</select></span>'
    )

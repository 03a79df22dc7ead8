"""Small pieces of HTML from which tables, charts and cards are made. Text from records is always escaped here.

A citation is a comment until the page is done (``<!--cite a;b-->``): then ``footnotes`` numbers them all in reading
order. The search, which reads the page before, takes no notice of comments.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable, Sequence
from html import escape

from ledger.project import Page
from ledger.records import Sourced

CITE = re.compile(r"<!--cite (?P<keys>[\w;-]+)-->")
SEEN_WORDS = {"part of the text": "part of it"}

NOTHING = "—"
Row = Sequence[str]


def text(words: str) -> str:
    """Words from a record as plain text in HTML."""
    return escape(" ".join(words.split()), quote=False)


def cite(*keys: str | None) -> str:
    """The mark of the sources that there are, close to the word before it."""
    known = list(dict.fromkeys(key for key in keys if key))
    return f"<!--cite {';'.join(known)}-->" if known else ""


def seen(fact: Sourced) -> str:
    """How far we saw a fact, whose statement it is, and where in the source."""
    words = SEEN_WORDS.get(fact.seen or "", fact.seen or "")
    where = text((fact.where or "").removeprefix(fact.seen or "").lstrip(" ,"))
    speaker = f"said by {text(fact.said_by)}" if fact.said_by else ""
    return ", ".join(part for part in (words, where, speaker) if part)


def source(how: str, marks: str) -> str:
    """A source note: how far we read, who said it and where it stands, with the marks of the sources behind it."""
    words = " ".join(part for part in (how, marks) if part)
    return f'<span class="source-note">{words}</span>' if words else ""


def day(iso: str) -> str:
    """A date that is not broken over two lines."""
    return f'<time datetime="{escape(iso)}">{escape(iso)}</time>'


def date_words(iso: str) -> str:
    """A date in words, as exact as it is given: 21 November 2026, November 2026, 2026."""
    year, month, number = (*iso.split("-"), "", "")[:3]
    return " ".join(part for part in (number.lstrip("0"), month and month_name[int(month)], year) if part)


def word(verdict: str) -> str:
    """A verdict: its word, which the style sheet may also colour."""
    return f'<span class="verdict" data-verdict="{slug(verdict)}">{escape(verdict)}</span>'


def slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def address(page: Page, url: str) -> str:
    """The relative address from ``page`` to a page or file of the built site, both given from the site's root."""
    return "../" * page.url.count("/") + url or "./"


def link(page: Page, target: Page) -> str:
    return f'<a href="{escape(address(page, target.url))}">{text(target.title)}</a>'


def table(caption: str, head: Row, rows: Sequence[Row], kind: str = "", attributes: Sequence[str] = ()) -> str:
    """A table with a caption, whose rows begin with their header; each cell knows its column, for narrow screens.

    ``attributes`` are put into the rows' tags. Where a narrow screen shows rows one below the other, assets/site.js
    gives the parts their roles, so that it stays a table for a screen reader; HTML itself may not carry them.
    """
    labels = [escape(re.sub(r"<[^>]*>", "", name)) for name in head]
    parts = [
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="data {kind}"><caption>{text(caption)}</caption>'
        "<thead><tr>",
        "".join(f'<th scope="col">{name}</th>' for name in head),
        "</tr></thead><tbody>",
    ]
    for number, (first, *others) in enumerate(rows):
        extra = f" {attributes[number]}" if attributes else ""
        parts.append(f'<tr{extra}><th scope="row">{first}</th>')
        parts += [_cell(label, cell) for label, cell in zip(labels[1:], others, strict=True)]
        parts.append("</tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _cell(label: str, cell: str) -> str:
    """A cell that knows its column, and whether it has nothing to say: a narrow screen leaves that out."""
    kind = ' class="none"' if cell == NOTHING else ""
    return f'<td data-label="{label}"{kind}>{cell}</td>'


def listed(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def note(words: str) -> str:
    return f'<p class="table-note">{text(words)}</p>' if words else ""


def field(label: str, name: str, options: str) -> str:
    """A choice of a form with its label."""
    return (
        f'<span class="field"><label for="choose-{name}">{text(label)}</label>'
        f'<select id="choose-{name}" name="{name}">{options}</select></span>'
    )

"""Make tables written in Markdown accessible.

Markdown gives a table no caption, its header cells no scope, and its rows no header cell. Here a table gets all three,
and a frame with a name, which scrolls by keyboard where the table is too wide.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape, unescape

MARKDOWN_TABLE = re.compile(r'<table(?: data-stack="")?>')
"""A table from Markdown has no attribute but that of ``callouts``; those rendered from records have others."""
HEADING_OR_TABLE = re.compile(
    r"<h(?P<level>[1-6])\b[^>]*>(?P<heading>.*?)</h(?P=level)>"
    rf"|(?P<open>{MARKDOWN_TABLE.pattern})(?P<table>.*?)</table>",
    re.DOTALL,
)
NOT_HEADING_TEXT = re.compile(
    r'<a class="headerlink".*?</a>|<span class="tip".*?</a></span>|<sup\b.*?</sup>|<[^>]*>', re.DOTALL
)
UNSCOPED_HEADER = re.compile(r"<th(?=[\s>])(?![^>]*\bscope=)")
TABLE_BODY = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
AFTER_TERM = re.compile(r'(?<=</span></span><sup) (?=id="fnref)')
"""The space between an explained term and the citation mark right after it."""
ROW_START = re.compile(r"(<tr>\s*)<td(?P<attributes>[^>]*)>(?P<cell>.*?)</td>", re.DOTALL)


def make_tables_accessible(html: str) -> str:
    """A page whose Markdown tables have headers with scope, a caption and a named frame.

    The caption is the heading above the table; a second table below the same heading says that it is the second.
    """
    if not MARKDOWN_TABLE.search(html):
        return html
    heading = ""
    below: Counter[str] = Counter()

    def part(match: re.Match[str]) -> str:
        nonlocal heading
        if match["table"] is None:
            heading = _extract_heading_text(match["heading"])
            return match[0]
        below[heading] += 1
        name = f"{heading}, table {below[heading]}" if below[heading] > 1 else heading
        return _frame_table(name, match["open"], match["table"])

    return HEADING_OR_TABLE.sub(part, html)


def _extract_heading_text(html: str) -> str:
    """The words of a heading without its permanent link, citation marks and explanations of terms."""
    return " ".join(unescape(NOT_HEADING_TEXT.sub("", html)).split())


def _frame_table(name: str, opened: str, table: str) -> str:
    table = UNSCOPED_HEADER.sub('<th scope="col"', table)
    table = AFTER_TERM.sub(' class="after-term" ', table)
    table = TABLE_BODY.sub(lambda body: ROW_START.sub(r'\1<th scope="row"\g<attributes>>\g<cell></th>', body[0]), table)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"{opened}<caption>{escape(name, quote=False)}</caption>{table}</table></div>"
    )

"""Broken code fences: the superfences extension prints them, and the code below them, as text."""

from __future__ import annotations

import re
from typing import NamedTuple

from pymdownx.superfences import RE_NESTED_FENCE_START, RE_OPTIONS

from ledger.core.text import shorten
from ledger.markdown.scanner import TAB_LENGTH, MarkdownSource

QUOTE_PREFIX = re.compile(r"(?:[ ]{0,3}>[ ]?)*")
"""The marks of a quotation before a line, with the space that belongs to each."""
LINE_PREFIX = re.compile(r"[> \t]*")
FENCE_OPTIONS = frozenset({"title", "hl_lines", "linenums"})
"""Options that may follow the language, such as ``title="…"``."""


class Finding(NamedTuple):
    """A line (from 1), and what is wrong there."""

    line: int
    message: str


def measure_indentation(text: str) -> int:
    """How many columns a line is indented by, inside its quotation."""
    text = QUOTE_PREFIX.sub("", text, count=1).expandtabs(TAB_LENGTH)
    return len(text) - len(text.lstrip(" "))


def find_broken_fence(source: MarkdownSource) -> Finding | None:
    """The first broken code fence: never closed, closed by another mark, or followed by several words.

    Superfences is stricter than other programs: the closing mark is the opening one again, in the same column, and no line
    of the code is indented less.
    """
    for fence in source.fences:
        first, end = fence.map or (0, 0)
        lines = source.lines[first:end]
        column = lines[0].index(fence.markup)
        if lines[0][:column].strip(" \t>"):
            continue  # right behind the mark of a list item, where it is inline code
        opening = RE_NESTED_FENCE_START.match(lines[0], column)
        if not opening or opening["unrecognized"] or not _has_known_options(opening):
            message = f"'{shorten(lines[0])}' does not open a code block; write {fence.markup} followed by at most one word, the language"
            return Finding(first + 1, message)
        closed = len(lines) > 1 and lines[-1][column:].rstrip() == fence.markup
        if not closed or any(line[:column].strip(" \t>") for line in lines):
            message = (
                f"the code block that opens here is never closed; add a line {fence.markup}, indented like this one"
            )
            return Finding(first + 1, message)
    return None


def _has_known_options(opening: re.Match[str]) -> bool:
    """Whether nothing but options follows the language; in braces a second word would be a class of the style sheet."""
    names = (option["key"] for option in RE_OPTIONS.finditer(opening["options"] or ""))
    return FENCE_OPTIONS.issuperset(names) and len((opening["attrs"] or "").split()) < 2

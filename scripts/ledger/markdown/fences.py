"""Broken code fences: the superfences extension prints them, and the code below them, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pymdownx.superfences import RE_NESTED_FENCE_START, RE_OPTIONS

from ledger.core.text import shorten
from ledger.markdown.scanner import ADMONITION, DEFINITION_LIST_ITEM, FOOTNOTE_DEFINITION, LIST_ITEM, TAB_LENGTH

QUOTE_PREFIX = re.compile(r"(?:[ ]{0,3}>[ ]?)*")
"""The marks of a quotation before a line, with the space that belongs to each."""
LINE_PREFIX = re.compile(r"[> \t]*")
FENCE_MARKS = ("```", "~~~")
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


def find_broken_fence(text: str) -> Finding | None:
    """The first broken code fence: never closed, closed by another mark, or followed by several words."""
    if not any(mark in text for mark in FENCE_MARKS):
        return None
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        opening = _match_opening(lines[number])
        if opening:
            mark = opening["fence"]
            words = opening["unrecognized"] or not FENCE_OPTIONS.issuperset(_get_option_names(opening))
            closed, end = (False, number) if words else _find_closing_fence(lines, number, mark)
            if not closed and not _is_indented_code(lines, number):
                message = f"the code block that opens here is never closed; add a line {mark}, indented like this one"
                if words:
                    shown = shorten(lines[number])
                    message = (
                        f"'{shown}' does not open a code block; write {mark} followed by at most one word, the language"
                    )
                return Finding(number + 1, message)
            number = max(number, end)
        number += 1
    return None


def _match_opening(line: str) -> re.Match[str] | None:
    """The opening of a fence in a line, unless it is inline code."""
    prefix = LINE_PREFIX.match(line)
    opening: re.Match[str] | None = RE_NESTED_FENCE_START.match(line, prefix.end() if prefix else 0)
    inline = opening and opening["fence"][0] == "`" and "`" in line[opening.end("fence") :]
    return None if inline else opening


def _get_option_names(opening: re.Match[str]) -> list[str]:
    return [option["key"] for option in RE_OPTIONS.finditer(opening["options"] or "")]


def _find_closing_fence(lines: Sequence[str], number: int, mark: str) -> tuple[bool, int]:
    """Whether a fence is closed by the same mark with the same indentation, and the line at which the search ends.

    The search ends at a line with less indentation, and in a quotation at a blank line.
    """
    opening = lines[number]
    depth = measure_indentation(opening)
    quoted = ">" in opening[: opening.index(mark)]
    for at in range(number + 1, len(lines)):
        line = lines[at]
        inside = QUOTE_PREFIX.sub("", line, count=1)
        if not line.strip() and quoted:
            return False, at
        if inside.strip() and measure_indentation(line) < depth:
            return False, at - 1  # it may open the next
        if inside.expandtabs(TAB_LENGTH)[depth:].rstrip() == mark:
            return True, at
    return False, len(lines)


def _is_indented_code(lines: Sequence[str], number: int) -> bool:
    """Whether a line is indented code: no list item, admonition or footnote above it holds it."""
    depth = measure_indentation(lines[number])
    if depth < TAB_LENGTH:
        return False
    for at in range(number - 1, -1, -1):
        line = lines[at]
        if line.strip() and measure_indentation(line) < depth:
            if any(kind.match(line) for kind in (LIST_ITEM, ADMONITION, DEFINITION_LIST_ITEM, FOOTNOTE_DEFINITION)):
                return False
            depth = measure_indentation(line)
            if not depth:
                return True
    return True

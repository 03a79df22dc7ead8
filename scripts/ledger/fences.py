"""Code fences that the superfences extension does not take for any: it prints them, and the code below them as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pymdownx.superfences import RE_NESTED_FENCE_START, RE_OPTIONS

from ledger.mdscan import ADMONITION, DEFINITION, FOOTNOTE, ITEM, TAB

QUOTED = re.compile(r"(?:[ ]{0,3}>[ ]?)*")
"""The marks of a quotation before a line, with the space that belongs to each."""
PREFIX = re.compile(r"[> \t]*")
FENCE_MARKS = ("```", "~~~")
OPTIONS = frozenset({"title", "hl_lines", "linenums"})
"""What may stand behind the language, as ``title="…"``."""


class Fault(NamedTuple):
    """A line (from 1), and what is wrong there."""

    line: int
    message: str


def indentation(text: str) -> int:
    """How many columns a line is indented by, inside its quotation."""
    text = QUOTED.sub("", text, count=1).expandtabs(TAB)
    return len(text) - len(text.lstrip(" "))


def short(text: str) -> str:
    """A line as a message quotes it."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…"


def broken(text: str) -> Fault | None:
    """The first code fence of a text that is no fence: never closed, closed by another mark, or with words behind it."""
    if not any(mark in text for mark in FENCE_MARKS):
        return None
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        opening = _fence(lines, number)
        if opening:
            mark = opening["fence"]
            if opening["unrecognized"] or not OPTIONS.issuperset(_options(opening)):
                message = f"'{short(lines[number])}' opens no code block; write {mark} and at most one word, the language, behind it"
                return Fault(number + 1, message)
            end = _fence_end(lines, number, mark)
            if end is None:
                message = f"the code block that opens here is never closed; add a line {mark}, indented like this one"
                return Fault(number + 1, message)
            number = end
        number += 1
    return None


def _fence(lines: Sequence[str], number: int) -> re.Match[str] | None:
    """The opening of a fence in a line, unless it is code itself: inline, or indented."""
    line = lines[number]
    prefix = PREFIX.match(line)
    opening = RE_NESTED_FENCE_START.match(line, prefix.end() if prefix else 0)
    if not opening or (opening["fence"][0] == "`" and "`" in line[opening.end("fence") :]):
        return None
    if indentation(line) >= TAB and _is_code(lines, number):
        return None
    match: re.Match[str] = opening
    return match


def _options(opening: re.Match[str]) -> list[str]:
    return [option["key"] for option in RE_OPTIONS.finditer(opening["options"] or "")]


def _is_code(lines: Sequence[str], number: int) -> bool:
    """Whether a line is indented for no list item, box or note above it, and so is code as it is."""
    indent = indentation(lines[number])
    for line in reversed(lines[:number]):
        if line.strip() and indentation(line) < indent:
            if any(kind.match(line) for kind in (ITEM, ADMONITION, DEFINITION, FOOTNOTE)):
                return False
            indent = indentation(line)
            if not indent:
                return True
    return True


def _fence_end(lines: Sequence[str], number: int, mark: str) -> int | None:
    """The line that closes a fence: the same mark, as long and indented as the opening; no line before it sticks out."""
    opening = lines[number]
    indent = indentation(opening)
    quoted = opening[: opening.index(mark)].count(">")
    for at in range(number + 1, len(lines)):
        line = lines[at]
        if not line.strip():
            if quoted:
                return None
            continue
        if indentation(line) < indent and QUOTED.sub("", line, count=1).strip():
            return None
        if QUOTED.sub("", line, count=1).expandtabs(TAB)[indent:].rstrip() == mark:
            return at
    return None

"""Read a text file, or report in one line why it cannot be read."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from ledger.core.problems import Problem
from ledger.model.rules import rule

NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as Python's ``surrogateescape`` reads it."""
UNREADABLE_RULES = ("unreadable", "conflict-marker")
"""Rules of ``read_text``: a file with such a problem counts as empty, and what it holds is not known."""
CONFLICT_MARKER = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: .*)?$|(?<=\n\n)={7}$", re.MULTILINE)
"""A line that Git leaves in a file where two changes meet. A row of = below a line of text is a heading."""
INVISIBLE_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ue000-\uf8ff\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e007f]"
    "|(?<![^\x00-\u02ff])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff])"
)
"""Control characters, soft hyphens, spaces without width, changes of writing direction, private characters that the build
uses itself; and joiners beside Latin letters, where they do nothing. Other scripts and emoji need those."""


HARMLESS_CHARACTER = re.compile("[\xad\u034f\u115f\u1160\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0]")
"""Those that do nothing but part words: without them a text can be read on."""


def read_text(path: Path, shown: str, keep_harmless: bool = False) -> tuple[str, Problem | None]:
    """A file's text with plain line ends, and the problem of a file that has one; ``shown`` is the path to report.

    Where a byte is not UTF-8 it is read as Windows would, and harmless invisible characters are left out, so that the
    rest of the file can be checked. With any other problem the text is empty. ``keep_harmless`` leaves those characters
    in, for a file with rules of its own on them.
    """
    text, undecodable = _decode_file(path, shown)
    problem = _find_conflict_marker(text, shown)
    if problem:
        return "", undecodable or problem
    plain = HARMLESS_CHARACTER.sub("", text)
    problem = _find_invisible_character(plain if keep_harmless else text, shown)
    if problem:
        text = "" if INVISIBLE_CHARACTER.search(plain) else plain
    return text, undecodable or problem


def read_decodable_text(path: Path) -> str:
    """What can be read of a file with an error: bytes that are not UTF-8 are left out."""
    return path.read_bytes().decode("utf-8", "ignore") if path.is_file() and os.access(path, os.R_OK) else ""


@rule("unreadable")
def _decode_file(path: Path, shown: str) -> tuple[str, Problem | None]:
    line = 1
    if path.exists() and not path.is_file() and not path.is_dir():
        return "", Problem(shown, line, "unreadable", "this is not a regular file; remove it")
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
        wrong = NOT_UTF8.search(text)
        if not wrong:
            return text, None
        line = text.count("\n", 0, wrong.start()) + 1
        problem = Problem(shown, line, "unreadable", "this is not UTF-8 text; save the file as UTF-8")
        return NOT_UTF8.sub(lambda match: bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace"), text), problem
    except IsADirectoryError:
        message = "this is a folder, and must be a file; rename or remove it"
    except FileNotFoundError:
        message = "the file is missing; restore it"
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}; check its permissions"
    return "", Problem(shown, line, "unreadable", message)


@rule("conflict-marker")
def _find_conflict_marker(text: str, shown: str) -> Problem | None:
    marker = CONFLICT_MARKER.search(text)
    if not marker:
        return None
    message = (
        f"'{marker[0][:40]}' is left over from a Git conflict; keep one of the two versions and delete every line that "
        "begins with <<<<<<<, |||||||, ======= or >>>>>>>"
    )
    return Problem(shown, text.count("\n", 0, marker.start()) + 1, "conflict-marker", message)


@rule("unreadable")
def _find_invisible_character(text: str, shown: str) -> Problem | None:
    match = INVISIBLE_CHARACTER.search(text)
    if not match:
        return None
    line = text.count("\n", 0, match.start()) + 1
    lines = dict.fromkeys(number for number, row in enumerate(text.split("\n"), 1) if INVISIBLE_CHARACTER.search(row))
    others = [str(number) for number in lines if number != line][:10]
    also = f"; so have the lines {', '.join(others)}" if others else ""
    name = unicodedata.name(match[0], "")
    message = f"this line has an invisible character (U+{ord(match[0]):04X} {name}".rstrip() + f"); take it out{also}"
    return Problem(shown, line, "unreadable", message)

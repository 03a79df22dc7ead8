"""Read a text file, or report in one line why it cannot be read."""

from __future__ import annotations

import os
import re
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
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Control characters, changes of writing direction, and the private characters that the build uses itself."""


def read_text(path: Path, shown: str) -> tuple[str, Problem | None]:
    """A file's text with plain line ends, and the problem of a file that has one; ``shown`` is the path to report.

    Where a byte is not UTF-8 it is read as Windows would, so that the rest of the file can be checked. With any other
    problem the text is empty.
    """
    text, undecodable = _decode_file(path, shown)
    problem = _find_conflict_marker(text, shown) or _find_invisible_character(text, shown)
    return ("", undecodable or problem) if problem else (text, undecodable)


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
    message = f"this line has an invisible character (U+{ord(match[0]):04X}); take it out"
    return Problem(shown, text.count("\n", 0, match.start()) + 1, "unreadable", message)

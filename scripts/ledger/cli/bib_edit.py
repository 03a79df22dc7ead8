"""Write entries of a .bib text in the standard layout, with the fields that a repair gives them; nothing between them changes.

bibtexparser knows on which line a field begins but not where its value ends, so entries are parsed here. The result is
read again; unless it has exactly the intended entries, the text stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from ledger.model import bib_reader
from ledger.model.bibliography import Entry

ENTRY_START = re.compile(r"@\w+\s*\{[^,{}=\"]*")
FIELD_NAME = re.compile(r"\s*,\s*(?P<name>[^\s,={}\"#]+)\s*=\s*")
BARE_VALUE = re.compile(r"[^\s,{}\"#]+")
JOIN_OPERATOR = re.compile(r"\s*#\s*")


def rewrite_entries(text: str, repair: Callable[[Entry], Entry]) -> str:
    """The text with each entry that could be read as ``repair`` returns it, if it can be written so."""
    line_starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    parts, done, expected = [], 0, []
    for entry in bib_reader.read_bibliography(text).entries.values():
        start = text.find(entry.raw, max(done, line_starts[entry.line - 1]))
        written = _find_written_values(entry)
        if start < 0 or written is None:
            expected.append(entry)
            continue
        repaired = repair(entry)
        expected.append(repaired)
        parts += [text[done:start], _format_entry(entry, repaired, written)]
        done = start + len(entry.raw)
    changed = "".join(parts) + text[done:]
    again = bib_reader.read_bibliography(changed).entries
    return changed if list(map(_get_contents, again.values())) == list(map(_get_contents, expected)) else text


def _get_contents(entry: Entry) -> tuple[str, str, Mapping[str, str]]:
    return entry.key, entry.type, entry.fields


def _find_written_values(entry: Entry) -> dict[str, str] | None:
    """The values of an entry as they are written, with braces, quotes, ``#`` and macros; None if they are not all found."""
    fields = list(_find_fields(entry.raw))
    written = dict(fields)
    return written if len(fields) == len(written) and written.keys() == entry.fields.keys() else None


def _format_entry(old: Entry, new: Entry, written: Mapping[str, str]) -> str:
    """An entry in the standard layout. A value that did not change and is more than one piece of text stays as it is written."""
    lines = []
    for name, value in new.fields.items():
        is_kept = value == old.fields.get(name) and not _is_one_piece(written[name])
        lines.append(f"  {name} = {written[name] if is_kept else f'{{{value}}}'},\n")
    return f"@{new.type}{{{new.key},\n{''.join(lines)}}}"


def _is_one_piece(value: str) -> bool:
    """Whether a value is a number or one piece of text in braces or quotes: no macro, and not several joined by ``#``."""
    return value.isdigit() or (value[:1] in ("{", '"') and _find_piece_end(value, 0) == len(value))


def _find_fields(raw: str) -> Iterator[tuple[str, str]]:
    """Names and written values of an entry's fields, up to the first thing that is not a field."""
    head = ENTRY_START.match(raw)
    at = head.end() if head else len(raw)
    while match := FIELD_NAME.match(raw, at):
        end = _find_value_end(raw, match.end())
        if end is None:
            return
        yield match["name"].lower(), raw[match.end() : end]
        at = end


def _find_value_end(raw: str, at: int) -> int | None:
    """The end of the value that begins at ``at``: pieces in braces, in quotes or bare, joined by ``#``."""
    while True:
        end = _find_piece_end(raw, at)
        joined = JOIN_OPERATOR.match(raw, end) if end else None
        if not joined:
            return end
        at = joined.end()


def _find_piece_end(raw: str, at: int) -> int | None:
    quoted = raw[at : at + 1] == '"'
    if not quoted and raw[at : at + 1] != "{":
        bare = BARE_VALUE.match(raw, at)
        return bare.end() if bare else None
    depth = 0
    for place in range(at, len(raw)):
        character = raw[place]
        depth += (character == "{") - (character == "}")
        if depth == 0 and (character == '"' and place > at if quoted else character == "}"):
            return place + 1
    return None

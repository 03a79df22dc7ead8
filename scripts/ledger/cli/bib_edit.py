"""Change, rename or remove single fields of a .bib text and leave every other byte as it is.

bibtexparser knows on which line a field begins but not where its value ends, so entries are parsed here. The result is
read again; unless it has exactly the intended fields, the text stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.model import bib_reader
from ledger.model.bibliography import Entry

FieldEditor = Callable[[Entry, str, str], tuple[str, str] | None]
"""Entry, name of a field and its value as written, with braces or quotes; returns the new name and value, or None
to remove it."""

ENTRY_START = re.compile(r"@\w+\s*\{[^,{}=\"]*")
FIELD_NAME = re.compile(r"\s*(?P<comma>,)\s*(?P<name>[^\s,={}\"#]+)\s*=\s*")
BARE_VALUE = re.compile(r"[^\s,{}\"#]+")
JOIN_OPERATOR = re.compile(r"\s*#\s*")
TRAILING_COMMA = re.compile(r"\s*,")


class FieldSpan(NamedTuple):
    """A field in the text of an entry: its comma ends at ``start``, its name begins at ``label``, its value at ``value``."""

    name: str
    start: int
    label: int
    value: int
    end: int


def edit_fields(text: str, decide: FieldEditor) -> str:
    """The text with the fields changed or removed as ``decide`` says."""
    entries = bib_reader.read_bibliography(text).entries
    expected = {}
    parts, done = [], 0
    for entry in entries.values():
        raw, fields = _edit_entry(entry, decide)
        expected[entry.key] = fields
        if raw == entry.raw:
            continue
        start = text.find(entry.raw, done)
        if start < 0:
            return text
        parts += [text[done:start], raw]
        done = start + len(entry.raw)
    changed = "".join(parts) + text[done:]
    again = bib_reader.read_bibliography(changed).entries if parts else entries
    return changed if {key: entry.fields for key, entry in again.items()} == expected else text


def is_one_piece(value: str) -> bool:
    """Whether a value is one piece of text in braces or quotes, not several joined by ``#``."""
    return value[0] in '{"' and _find_piece_end(value, 0) == len(value)


def _edit_entry(entry: Entry, decide: FieldEditor) -> tuple[str, dict[str, str]]:
    """An entry's new text, and the fields that it must then have."""
    fields = dict(entry.fields)
    raw, parts, done = entry.raw, [], 0
    for field in _find_fields(raw):
        old = raw[field.value : field.end]
        new = decide(entry, field.name, old)
        if new == (field.name, old):
            continue
        if new is None:
            comma = TRAILING_COMMA.match(raw, field.end)
            parts.append(raw[done : field.start])
            done = comma.end() if comma else field.end
            fields.pop(field.name, None)
        else:
            name, value = new
            before_value = raw[field.label + len(field.name) : field.value]
            parts += [raw[done : field.label], name, before_value, value]
            done = field.end
            fields.pop(field.name, None)
            fields[name] = " ".join(value[1:-1].split())
    return "".join(parts) + raw[done:], fields


def _find_fields(raw: str) -> Iterator[FieldSpan]:
    """The fields of an entry's text, up to the first thing that is not a field."""
    head = ENTRY_START.match(raw)
    at = head.end() if head else len(raw)
    while match := FIELD_NAME.match(raw, at):
        end = _find_value_end(raw, match.end())
        if end is None:
            return
        yield FieldSpan(match["name"].lower(), match.end("comma"), match.start("name"), match.end(), end)
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

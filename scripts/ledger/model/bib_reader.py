"""Read ``references.bib`` and report every syntax error with its line.

bibtexparser goes on after an error and knows lines; pybtex is the parser of mkdocs-bibtex. An entry counts as read only
if both accept it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence

from bibtexparser import model
from bibtexparser.entrypoint import parse_string
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.scanner import PybtexSyntaxError

from ledger.core.problems import Problem
from ledger.model.bibliography import Bibliography, Entry
from ledger.model.rules import rule

CITATION_KEY = re.compile(r"[A-Za-z0-9_-]+")
PLAIN_ENTRY = re.compile(r"@\w+\{[\w-]+,\n(?:[ \t]*[A-Za-z]+[ \t]*=[ \t]*\{(?:[^{}]|\{[^{}]*+\})*+\},\n)++\}\s*")
"""An entry in the usual form of this file, in which pybtex cannot find an error; checking it again would be slow."""
BIB_ENTRY_START = re.compile(r"@\w*\s*[{(]")
MIN_ENTRY_LENGTH = 40
"""Characters of the shortest entry possible."""
MAX_SMALL_FILE_LENGTH = 100_000
"""Characters up to which a file is parsed whatever it holds."""


def read_bibliography(text: str, path: str = "references.bib") -> Bibliography:
    """The entries of a .bib text. Never raises: every error becomes a problem with its line."""
    if _has_too_many_entries(text):
        return Bibliography(path, {}, [_report_too_many_entries(path)])
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)
    library = parse_string(text, parse_stack=[])
    macros = dict(month_names)
    macros.update((block.key.lower(), remove_enclosing(block.value)) for block in library.strings)
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}
    owners: dict[str, Entry] = {}  # by lower-case key
    for block in library.blocks:
        entry, errors = _read_block(block, macros, path)
        problems += errors
        if not entry:
            continue
        first = owners.setdefault(entry.key.lower(), entry)
        if first is entry:
            entries[entry.key] = entry
        else:
            problems.append(_report_duplicate_key(path, entry, first))
    return Bibliography(path, entries, problems)


@rule("bib-syntax")
def _report_too_many_entries(path: str) -> Problem:
    message = "entries begin every few characters; this is not a bibliography, restore the file"
    return Problem(path, 1, "bib-syntax", message)


@rule("bib-duplicate-key")
def _report_duplicate_key(path: str, entry: Entry, first: Entry) -> Problem:
    message = f"the key '{entry.key}' is already used by '{first.key}' in line {first.line}; rename or merge"
    return Problem(path, entry.line, "bib-duplicate-key", message)


def _has_too_many_entries(text: str) -> bool:
    """Whether a large text opens more entries than it can hold; parsing it would take too long."""
    return len(text) > MAX_SMALL_FILE_LENGTH and len(BIB_ENTRY_START.findall(text)) * MIN_ENTRY_LENGTH > len(text)


@rule("bib-syntax")
def _read_block(
    block: model.Block | None, macros: Mapping[str, str], path: str
) -> tuple[Entry | None, Sequence[Problem]]:
    """The entry of a block, if it is one that can be read, and the errors in the block."""
    line = (block.start_line or 0) + 1 if block else 1
    if isinstance(block, model.DuplicateFieldKeyBlock | model.DuplicateBlockKeyBlock):
        block = block.ignore_error_block  # reported with the doubles that differ in case, which this parser accepts
    if isinstance(block, model.ParsingFailedBlock):
        message = f"this entry cannot be read: {_describe_syntax_error(block)}; check its braces, quotes and commas"
        return None, [Problem(path, line, "bib-syntax", message)]
    if isinstance(block, model.ImplicitComment):
        return None, _find_stray_text(block, path)
    if not isinstance(block, model.Entry):
        return None, ()
    entry = _convert_entry(block, line, macros)
    error = _find_pybtex_error(entry, macros, path)
    if error:
        return None, [error]
    return entry, [*_find_repeated_fields(block, entry, path), *_find_key_error(entry, path)]


def _describe_syntax_error(block: model.ParsingFailedBlock) -> str:
    reason = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(reason.split()).rstrip(" .") or "syntax error"


@rule("bib-syntax")
def _find_stray_text(block: model.Block, path: str) -> list[Problem]:
    """The first line between two entries that is not a comment."""
    for line, text in enumerate((block.raw or "").split("\n"), (block.start_line or 0) + 1):
        if text.strip() and not text.lstrip().startswith("%"):
            message = f"text outside any entry: '{text.strip()[:40]}'; begin a comment with %"
            return [Problem(path, line, "bib-syntax", message)]
    return []


@rule("bib-syntax")
def _find_repeated_fields(block: model.Entry, entry: Entry, path: str) -> Iterator[Problem]:
    for item in block.fields:
        line, name = (item.start_line or 0) + 1, item.key.lower()
        if line != entry.field_lines[name]:
            message = f"{entry.key}: the field {name} appears twice in this entry; keep one"
            yield Problem(path, line, "bib-syntax", message)


@rule("bib-key")
def _find_key_error(entry: Entry, path: str) -> Iterator[Problem]:
    if not CITATION_KEY.fullmatch(entry.key):
        message = f"the key '{entry.key}' has characters that a citation cannot have; use only A-Z a-z 0-9 _ -"
        yield Problem(path, entry.line, "bib-key", message)


def _convert_entry(block: model.Entry, line: int, macros: Mapping[str, str]) -> Entry:
    fields: dict[str, str] = {}
    lines: dict[str, int] = {}
    for item in block.fields:
        name = item.key.lower()
        if name not in fields:
            value = remove_enclosing(str(item.value))
            fields[name] = macros.get(value.lower(), value) if value == str(item.value).strip() else value
            lines[name] = (item.start_line or 0) + 1
    return Entry(block.key, block.entry_type.lower(), fields, line, lines, block.raw or "")


def remove_enclosing(value: str) -> str:
    """A value without its outer braces or quotes, on one line."""
    value = value.strip()
    if len(value) > 1 and (value[0], value[-1]) in (("{", "}"), ('"', '"')):
        value = value[1:-1]
    return " ".join(value.split())


@rule("bib-syntax")
def _find_pybtex_error(entry: Entry, macros: Mapping[str, str], path: str) -> Problem | None:
    """The first error that pybtex, the stricter parser, reports in an entry."""
    if PLAIN_ENTRY.fullmatch(entry.raw):
        return None
    errors: list[PybtexSyntaxError] = []
    try:
        for _ in LowLevelParser(entry.raw, handle_error=errors.append, macros=macros):
            pass
    except PybtexSyntaxError as error:
        errors.append(error)
    if not errors:
        return None
    reason = str(errors[0]).split(": ", 1)[-1].split("\n")[0]
    line = entry.line + (errors[0].lineno or 1) - 1
    message = f"syntax error: {reason}; check the commas and braces before it"
    return Problem(path, line, "bib-syntax", message)

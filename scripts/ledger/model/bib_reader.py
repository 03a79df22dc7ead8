"""Read ``references.bib`` and report every syntax error with its line.

bibtexparser goes on after an error and knows lines; pybtex is the parser of mkdocs-bibtex. An entry counts as read only
if both accept it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from bibtexparser import model
from bibtexparser.entrypoint import parse_string
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.scanner import PybtexSyntaxError

from ledger.core.problems import Problem
from ledger.model.bibliography import Bibliography, Entry

CITATION_KEY = re.compile(r"[A-Za-z0-9_-]+")
PLAIN_ENTRY = re.compile(r"@\w+\{[\w-]+,\n(?:[ \t]*[A-Za-z]+[ \t]*=[ \t]*\{(?:[^{}]|\{[^{}]*+\})*+\},\n)++\}\s*")
"""An entry written the way this file is kept, in which pybtex cannot find a fault; so it is not asked."""
BIB_ENTRY_START = re.compile(r"@\w*\s*[{(]")
MIN_ENTRY_LENGTH = 40
"""Characters that the shortest entry could have; a large file with more entries than that is none, and slow to read."""
MAX_SMALL_FILE_LENGTH = 100_000


def read_bibliography(text: str, path: str = "references.bib") -> Bibliography:
    """Read a .bib text. Never raises: every fault becomes a problem with its line."""
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}
    folded: dict[str, str] = {}

    def fault(line: int, message: str, rule: str = "bib-syntax") -> None:
        problems.append(Problem(path, line, rule, message))

    openings = len(BIB_ENTRY_START.findall(text)) if len(text) > MAX_SMALL_FILE_LENGTH else 0
    if openings * MIN_ENTRY_LENGTH > len(text):
        fault(1, "entries begin every few characters; this is no bibliography, restore the file")
        return Bibliography(path, {}, problems)
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)
    library = parse_string(text, parse_stack=[])
    macros = dict(month_names)
    macros.update((block.key.lower(), remove_enclosing(block.value)) for block in library.strings)
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        inner = block.ignore_error_block if isinstance(block, model.ParsingFailedBlock) else block
        if isinstance(block, model.DuplicateFieldKeyBlock | model.DuplicateBlockKeyBlock):
            pass  # told below, where names that differ only in case are found too
        elif isinstance(block, model.ParsingFailedBlock):
            fault(
                line, f"this entry cannot be read: {_describe_syntax_error(block)}; check its braces, quotes and commas"
            )
            continue
        if isinstance(inner, model.ImplicitComment):
            _report_stray_text(inner, fault)
            continue
        if not isinstance(inner, model.Entry):
            continue
        entry = _convert_entry(inner, line, macros)
        refused = _find_pybtex_error(entry, macros)
        if refused:
            fault(line + refused[0], refused[1])
            continue
        for item in inner.fields:
            at = (item.start_line or 0) + 1
            if at != entry.field_lines[item.key.lower()]:
                fault(at, f"{entry.key}: the field {item.key.lower()} stands twice in this entry; keep one")
        if not CITATION_KEY.fullmatch(entry.key):
            fault(
                line,
                f"the key '{entry.key}' has characters that citations cannot carry; use only A-Z a-z 0-9 _ -",
                "bib-key",
            )
        if entry.key.lower() in folded:
            first = folded[entry.key.lower()]
            at = entries[first].line
            fault(
                line, f"the key '{entry.key}' is taken by '{first}' in line {at}; rename or merge", "bib-duplicate-key"
            )
            continue
        folded[entry.key.lower()] = entry.key
        entries[entry.key] = entry
    return Bibliography(path, entries, problems)


def _describe_syntax_error(block: model.ParsingFailedBlock) -> str:
    said = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(said.split()).rstrip(" .") or "syntax error"


def _report_stray_text(block: model.Block, fault: Any) -> None:
    for offset, text in enumerate((block.raw or "").split("\n")):
        if text.strip() and not text.lstrip().startswith("%"):
            shown = text.strip()[:40]
            fault((block.start_line or 0) + 1 + offset, f"text outside any entry: '{shown}'; begin a comment with %")
            return


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


def _find_pybtex_error(entry: Entry, macros: Mapping[str, str]) -> tuple[int, str] | None:
    """What a strict parser says against an entry: (lines below its first, message)."""
    if PLAIN_ENTRY.fullmatch(entry.raw):
        return None
    found: list[PybtexSyntaxError] = []
    try:
        for _ in LowLevelParser(entry.raw, handle_error=found.append, macros=macros):
            pass
    except PybtexSyntaxError as error:
        found.append(error)
    if not found:
        return None
    said = str(found[0]).split(": ", 1)[-1].split("\n")[0]
    return (found[0].lineno or 1) - 1, f"syntax error: {said}; check the commas and braces before it"

"""Read ``references.bib`` and report every syntax error with its line.

bibtexparser goes on after an error and knows lines. pybtex, with which mkdocs-bibtex reads the file, then resolves the
macros and joins the pieces of the values. An entry counts as read only if both accept it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator, MutableMapping, Sequence
from itertools import pairwise

from bibtexparser import model
from bibtexparser.entrypoint import parse_string
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.scanner import PybtexSyntaxError
from pybtex.utils import CaseInsensitiveDict

from ledger.core.problems import Problem
from ledger.model.bibliography import CITATION_KEY, Bibliography, Entry
from ledger.model.rules import rule
from ledger.model.tagged_references import name_format

PLAIN_HYPHENS = str.maketrans("\u2010\u2011", "--")
"""Hyphens that look like any other, but that a search would not find."""
LATEX_TILDE = re.compile(r"\\textasciitilde|\\~\{\}|\$\\sim\$|\\sim\b")
LATEX_ESCAPE = re.compile(r"\\(?=[&%$#_{}~])")
COMMENT_MARK = re.compile(r"^[ \t]*(?:%.*|@(?P<type>\w+)\s*\{)|[{}]", re.MULTILINE)
"""What begins or ends a comment or an entry: a line with %, ``@comment{``, ``@article{``, a brace."""
Macros = MutableMapping[str, str]
"""The values of ``@string`` and the names of months, by name."""


def read_bibliography(text: str, path: str = "references.bib") -> Bibliography:
    """The entries of a .bib text. Never raises: every error becomes a problem with its line."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)
    library = parse_string(_blank_comments(text), parse_stack=[])
    macros = CaseInsensitiveDict(month_names)
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


def _blank_comments(text: str) -> str:
    """The text with spaces for its comments, which the parsers would search for entries: % before and ``@comment`` around them."""
    parts: list[str] = []
    depth, done, start = 0, 0, -1
    for mark in COMMENT_MARK.finditer(text):
        if start < 0 and mark["type"]:
            depth = 0  # an entry that is not closed ends here
            start = mark.start() if mark["type"].lower() == "comment" else -1
        is_line = depth == 0 and mark[0].lstrip().startswith("%")
        depth = max(depth + mark[0].count("{") - mark[0].count("}"), 0) if not is_line else 0
        if is_line or (start >= 0 and depth == 0):
            begin = mark.start() if is_line else start
            parts += [text[done:begin], re.sub(r"[^\n]", " ", text[begin : mark.end()])]
            done, start = mark.end(), -1
    return "".join(parts) + text[done:]


def find_stray_blocks(text: str) -> Iterator[tuple[int, int]]:
    """First and last line (from 0, exclusive) of each text between entries, unless it is the head of what cannot be read."""
    blocks = parse_string(_blank_comments(text), parse_stack=[]).blocks
    for block, following in pairwise([*blocks, None]):
        if isinstance(block, model.ImplicitComment) and not isinstance(following, model.ParsingFailedBlock):
            first = block.start_line or 0
            yield first, first + (block.raw or "").count("\n") + 1


@rule("bib-duplicate-key")
def _report_duplicate_key(path: str, entry: Entry, first: Entry) -> Problem:
    message = f"the key '{entry.key}' is already used by '{first.key}' in line {first.line}; rename or merge"
    return Problem(path, entry.line, "bib-duplicate-key", message)


@rule("bib-syntax")
def _read_block(block: model.Block | None, macros: Macros, path: str) -> tuple[Entry | None, Sequence[Problem]]:
    """The entry of a block, if it is one that can be read, and the errors in the block."""
    line = (block.start_line or 0) + 1 if block else 1
    if isinstance(block, model.DuplicateFieldKeyBlock | model.DuplicateBlockKeyBlock):
        block = block.ignore_error_block  # reported with the doubles that differ in case, which this parser accepts
    if isinstance(block, model.ParsingFailedBlock):
        message = f"this entry cannot be read: {_describe_syntax_error(block)}; check its braces, quotes and commas"
        return None, [Problem(path, line, "bib-syntax", message)]
    if isinstance(block, model.ImplicitComment):
        return None, _find_stray_text(block, path)
    if not isinstance(block, model.Entry | model.String):
        return None, ()
    fields, error = _parse_fields(block.raw or "", line, macros, path)
    if error or not isinstance(block, model.Entry):
        return None, [error] if error else ()
    field_lines = {item.key.lower(): (item.start_line or 0) + 1 for item in reversed(block.fields)}
    entry = Entry(block.key, block.entry_type.lower(), fields, line, field_lines, block.raw or "")
    return entry, [*_find_repeated_fields(block, entry, path), *_find_key_error(entry, path)]


def _describe_syntax_error(block: model.ParsingFailedBlock) -> str:
    reason = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(reason.split()).rstrip(" .") or "syntax error"


@rule("bib-syntax")
def _find_stray_text(block: model.Block, path: str) -> list[Problem]:
    """The first line between two entries that is not a comment."""
    for line, text in enumerate((block.raw or "").split("\n"), (block.start_line or 0) + 1):
        if text.strip() and not text.lstrip().startswith("%"):
            name = name_format(text)
            message = (
                f"this is a reference in the format {name}, not BibTeX; run check_citations.py --fix to convert it"
                if name
                else f"text outside any entry: '{text.strip()[:40]}'; begin a comment with %"
            )
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
        message = f"the key '{entry.key}' has characters that a citation cannot have; use only A-Z a-z 0-9 _, and - between them"
        yield Problem(path, entry.line, "bib-key", message)


def _clean_address(value: str) -> str:
    """An address without what is written around and inside it for LaTeX or HTML."""
    value = LATEX_TILDE.sub("~", value.replace("\\textunderscore", "\\_").replace("&amp;", "&"))
    return re.sub(r"[{}]|^<|>$", "", LATEX_ESCAPE.sub("", value.removeprefix("\\url").replace("\\/", "/"))).replace(
        "_ ", "_"
    )


@rule("bib-syntax")
def _parse_fields(raw: str, line: int, macros: Macros, path: str) -> tuple[dict[str, str], Problem | None]:
    """The values of an entry as pybtex reads them, and its first error. A ``@string`` is added to ``macros``."""
    errors: list[PybtexSyntaxError] = []
    fields: dict[str, str] = {}
    try:
        for command, (_, content) in LowLevelParser(raw, handle_error=errors.append, macros=macros):
            for name, pieces in content if command.lower() != "string" else ():
                value = unicodedata.normalize("NFC", "".join(pieces)).translate(PLAIN_HYPHENS)
                fields.setdefault(name.lower(), " ".join(value.split()))
    except PybtexSyntaxError as error:
        errors.append(error)
    for name in ("url", "archiveurl"):
        if name in fields:
            fields[name] = _clean_address(fields[name])
    if not errors:
        return fields, None
    commented = next((at for at, text in enumerate(raw.split("\n")) if text.lstrip().startswith("%")), None)
    if commented:
        message = "a line of an entry cannot be commented out; remove the line, or begin all lines of the entry with %"
        return fields, Problem(path, line + commented, "bib-syntax", message)
    reason = str(errors[0]).split(": ", 1)[-1].split("\n")[0]
    message = f"syntax error: {reason}; check the commas and braces before it"
    return fields, Problem(path, line + (errors[0].lineno or 1) - 1, "bib-syntax", message)

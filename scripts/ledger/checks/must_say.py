"""What pages must say and must not say again, lest they mislead: kept in rules/must-say.yml for editors.

A statement is looked for in the words that a reader sees, generated tables included, whatever its capitals. It is plain text
or a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from ledger.checks.places import find_title_line
from ledger.core.problems import Problem
from ledger.model.data_files import read_yaml
from ledger.model.field_types import NonEmptyText, StrictModel, TextPattern
from ledger.model.project import BIB_FILE, DOCS_FOLDER, Page, Project
from ledger.model.rules import rule
from ledger.model.yaml_source import YamlDocument

MUST_SAY_FILE = "rules/must-say.yml"

VisibleText = Callable[[Page, Project], str]
"""The words of a page as a reader sees them, generated tables included."""


class PageStatement(StrictModel):
    """What the named pages must say."""

    page: Annotated[list[NonEmptyText], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
    says: list[TextPattern] = Field(min_length=1)
    why: NonEmptyText
    source: NonEmptyText | None = None


class CitationStatement(StrictModel):
    """What a page must say that cites a source for something: ``about`` matches in the same paragraph, item or row."""

    cites: NonEmptyText
    about: TextPattern
    says: list[TextPattern] = Field(min_length=1)
    why: NonEmptyText
    not_on: list[NonEmptyText] = Field(default_factory=list)


class WithdrawnStatement(StrictModel):
    """What was corrected and no page may say again."""

    says: list[TextPattern] = Field(min_length=1)
    why: NonEmptyText
    not_on: list[NonEmptyText] = Field(default_factory=list)


class Statements(StrictModel):
    pages: list[PageStatement] = Field(default_factory=list)
    citations: list[CitationStatement] = Field(default_factory=list)
    never: list[WithdrawnStatement] = Field(default_factory=list)


class RequiredStatement(NamedTuple):
    """A statement that a page must make: the line of the page that requires it, and the line of the file."""

    page: Page
    line: int
    pattern: str
    why: str
    rule_line: int


@rule("must-say", "must-not-say")
def check_required_statements(project: Project, visible_text: VisibleText) -> Iterator[Problem]:
    """Statements that are missing or were withdrawn, and errors in the file."""
    if not (project.root / MUST_SAY_FILE).exists():
        return
    data, statements, problems = read_statements(project)
    yield from problems or _check_statement_targets(project, data, statements)
    if problems:
        return
    words = {src: visible_text(page, project).lower() for src, page in project.pages.items() if _is_complete(page)}
    for required in (
        *_collect_page_statements(project, data, statements),
        *_collect_citation_statements(project, data, statements),
    ):
        if not matches_pattern(words[required.page.src], required.pattern):
            message = f"readers do not find '{required.pattern}' here; add it: {required.why} (required by {MUST_SAY_FILE}:{required.rule_line})"
            yield Problem(required.page.path, required.line, "must-say", message)
    for number, entry in enumerate(statements.never):
        for place, pattern in enumerate(entry.says):
            rule_line = data.line(("never", number, "says", place))
            for src in words.keys() - entry.not_on:
                if matches_pattern(words[src], pattern):
                    message = f"'{pattern}' was corrected and is here again; remove it: {entry.why} (ruled out by {MUST_SAY_FILE}:{rule_line})"
                    page = project.pages[src]
                    yield Problem(page.path, _find_pattern_line(page, pattern), "must-not-say", message)


def _find_pattern_line(page: Page, pattern: str) -> int:
    """The line of a pattern in a page; that of its title where only a generated table contains it, or where it spans lines."""
    lines = enumerate(page.text.split("\n"), 1)
    return next((number for number, line in lines if matches_pattern(line.lower(), pattern)), find_title_line(page))


@rule("must-say")
def read_statements(project: Project) -> tuple[YamlDocument, Statements, list[Problem]]:
    """The file as typed data, or nothing and a problem a line."""
    statements, data, problems = read_yaml(Statements, project.root / MUST_SAY_FILE, MUST_SAY_FILE, "must-say")
    if not problems and not any(data.data.values()):
        problems = [Problem(MUST_SAY_FILE, 1, "must-say", "write the lists 'pages:', 'citations:' and 'never:'")]
    return data, statements or Statements(), problems


def matches_pattern(words: str, pattern: str) -> bool:
    """Whether words in small letters contain the pattern, as plain text or as a regular expression."""
    return pattern.lower() in words or bool(re.search(pattern, words, re.IGNORECASE))


@rule("must-say")
def _check_statement_targets(project: Project, data: YamlDocument, statements: Statements) -> Iterator[Problem]:
    """Pages and sources that the file names but that do not exist. Without a bibliography no source is missing."""

    def fault(place: Sequence[str | int], kind: str, name: str, known: Sequence[str]) -> Problem:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else "; correct the name, or remove the entry"
        return Problem(MUST_SAY_FILE, data.line(tuple(place)), "must-say", f"there is no {kind} '{name}'{hint}")

    pages, keys = list(project.pages), list(project.bibliography.entries)
    for number, entry in enumerate(statements.pages):
        for name in entry.page:
            if name not in project.pages:
                yield fault(("pages", number, "page"), f"page in {DOCS_FOLDER}/", name, pages)
        if entry.source and keys and entry.source not in keys:
            yield fault(("pages", number, "source"), f"source in {BIB_FILE}", entry.source, keys)
    for number, statement in enumerate(statements.citations):
        if keys and statement.cites not in keys:
            yield fault(("citations", number, "cites"), f"source in {BIB_FILE}", statement.cites, keys)
    excepted: Mapping[str, Sequence[CitationStatement | WithdrawnStatement]] = {
        "citations": statements.citations,
        "never": statements.never,
    }
    for kind, entries in excepted.items():
        for number, one in enumerate(entries):
            for name in one.not_on:
                if name not in project.pages:
                    yield fault((kind, number, "not_on"), f"page in {DOCS_FOLDER}/", name, pages)


def _collect_page_statements(
    project: Project, data: YamlDocument, statements: Statements
) -> Iterator[RequiredStatement]:
    for number, entry in enumerate(statements.pages):
        for name in entry.page:
            page = project.pages.get(name)
            if page is None or not _is_complete(page):
                continue
            for place, pattern in enumerate(entry.says):
                yield RequiredStatement(
                    page, find_title_line(page), pattern, entry.why, data.line(("pages", number, "says", place))
                )


def _collect_citation_statements(
    project: Project, data: YamlDocument, statements: Statements
) -> Iterator[RequiredStatement]:
    for number, entry in enumerate(statements.citations):
        key, about = re.compile(rf"@{re.escape(entry.cites)}(?![\w-])"), re.compile(entry.about, re.IGNORECASE)
        for src, page in project.pages.items():
            if src in entry.not_on or not _is_complete(page) or project.original(src):
                continue
            line = next((b.line for b in page.source.blocks if key.search(b.text) and about.search(b.text)), None)
            if line is not None:
                for place, pattern in enumerate(entry.says):
                    yield RequiredStatement(
                        page, line, pattern, entry.why, data.line(("citations", number, "says", place))
                    )


def _is_complete(page: Page) -> bool:
    """Whether all of a page can be shown; what is wrong with another is reported by itself, and would be guessed at here."""
    return not (
        page.broken
        or page.unreadable
        or (page.record is None and ("trial" in page.meta.data or page.meta.data.get("kind") == "trial"))
    )

"""The entries of the glossary page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.markdown.scanner import strip_inline_markdown
from ledger.model.project import Page

GLOSSARY_PAGE = "glossary.md"


@dataclass(frozen=True)
class Term:
    """One entry: its name and other words for it, its anchor, and its meaning as plain text."""

    name: str
    anchor: str
    meaning: str
    line: int
    aliases: tuple[str, ...] = ()


def read_glossary_terms(page: Page) -> list[Term]:
    """The entries of the glossary page: a level-two heading, then its meaning, then an optional ``Also: a, b``."""
    lines = page.text.split("\n")
    headings = [heading for heading in page.source.headings if heading.level == 2]
    terms = []
    for heading in headings:
        paragraphs = _split_paragraphs(lines, heading.line)
        meaning = next(paragraphs, "")
        also = next(paragraphs, "")
        aliases = also.removeprefix("Also:").rstrip(".").split(",") if also.startswith("Also:") else []
        names = tuple(alias.strip() for alias in aliases if alias.strip())
        terms.append(Term(heading.text, heading.id, strip_inline_markdown(meaning), heading.line, names))
    return terms


def compile_terms(terms: Iterable[Term]) -> re.Pattern[str] | None:
    """A pattern for every name of the terms, the longest first, and its plural; None where there are no terms."""
    names = sorted(
        {name.lower() for term in terms for name in (term.name, *term.aliases) if name}, key=len, reverse=True
    )
    by_letter: dict[str, list[str]] = {}
    for name in names:  # by letter, so that a word is compared only with names that begin like it
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    choices = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(rf"(?<![\w-])(?:{choices})s?(?![\w-])", re.IGNORECASE) if choices else None


def _split_paragraphs(lines: list[str], start: int) -> Iterator[str]:
    current: list[str] = []
    for line in lines[start:]:
        if line.startswith("#"):
            break
        if line.strip():
            current.append(line.strip())
        elif current:
            yield " ".join(current)
            current = []
    if current:
        yield " ".join(current)

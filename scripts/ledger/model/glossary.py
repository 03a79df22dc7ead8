"""The entries of the glossary page."""

from __future__ import annotations

from collections.abc import Iterator
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

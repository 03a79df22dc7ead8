"""Glossary terms: read from the glossary page, explained where a page first uses them.

The explanation is part of the page, opens on hover, focus and tap by style sheet alone, and links
to the full entry. It is a Python-Markdown extension, so it outlives MkDocs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from ledger.mdscan import plain_text
from ledger.problems import Problem
from ledger.project import Page, Project

GLOSSARY = "glossary.md"
SKIP = {
    "a",
    "code",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "button",
    "script",
    "style",
    "sup",
    "kbd",
    "th",
    "dt",
    "summary",
}


@dataclass(frozen=True)
class Term:
    """One entry: the words that mean it, its anchor, and what it means in one plain text."""

    name: str
    anchor: str
    meaning: str
    line: int
    aliases: tuple[str, ...] = ()


def terms(page: Page) -> list[Term]:
    """The entries of the glossary page: a level-two heading, then its meaning, then maybe ``Also: a, b``."""
    lines = page.text.split("\n")
    headings = [heading for heading in page.source.headings if heading.level == 2]
    found = []
    for heading in headings:
        paragraphs = _paragraphs(lines, heading.line)
        meaning = next(paragraphs, "")
        also = next(paragraphs, "")
        aliases = also.removeprefix("Also:").rstrip(".").split(",") if also.startswith("Also:") else []
        names = tuple(alias.strip() for alias in aliases if alias.strip())
        found.append(Term(heading.text, heading.id, plain_text(meaning), heading.line, names))
    return found


def _paragraphs(lines: list[str], start: int) -> Iterator[str]:
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


def check(project: Project) -> Iterator[Problem]:
    """Each term once: no name or alias may stand for two entries; each has a meaning."""
    page = project.pages.get(GLOSSARY)
    if page is None:
        return
    taken: dict[str, Term] = {}
    for term in terms(page):
        if not term.meaning:
            yield Problem(page.path, term.line, "glossary", f"'{term.name}' has no meaning; add a sentence below it")
        for name in (term.name, *term.aliases):
            first = taken.setdefault(name.lower(), term)
            if first is not term:
                message = f"'{name}' already stands for '{first.name}' (line {first.line}); each term once"
                yield Problem(page.path, term.line, "glossary", message)


class Tooltips(Extension):
    """Explains each term where a page first uses it. ``words`` and ``up`` are set anew for every page."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: Mapping[str, Term] = {}
        self.pattern: re.Pattern[str] | None = None
        self.up = ""
        self.active = True

    def learn(self, found: list[Term]) -> None:
        self.terms = {name.lower(): term for term in found for name in (term.name, *term.aliases)}
        names = sorted((re.escape(name) for name in self.terms), key=len, reverse=True)
        self.pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(names)})s?(?![\w-])", re.IGNORECASE) if names else None

    def turn(self, page: Page) -> None:
        """Get ready for ``page``: how far up the glossary lies, and whether to explain anything there."""
        self.up = "../" * page.url.count("/")
        self.active = page.src.split(".")[0] != "glossary" and ".zh." not in page.src

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline patterns (20), toc (5) and MkDocs' own look at links (0), which wants source files.
        md.treeprocessors.register(_Explain(md, self), "glossary", -1)


class _Explain(Treeprocessor):
    def __init__(self, md: Markdown, extension: Tooltips) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: ElementTree.Element) -> None:
        extension = self.extension
        if extension.pattern is None or not extension.active:
            return
        used: set[str] = set()
        self._visit(root, extension.pattern, used)

    def _visit(self, parent: ElementTree.Element, pattern: re.Pattern[str], used: set[str]) -> None:
        """Walk in reading order, so that the first use is the one a reader meets first."""
        if parent.tag in SKIP or "footnote" in (parent.get("class") or ""):
            return
        children = list(parent)
        self._slot(parent, None, pattern, used)
        for child in children:
            self._visit(child, pattern, used)
            self._slot(parent, child, pattern, used)

    def _slot(
        self, parent: ElementTree.Element, child: ElementTree.Element | None, pattern: re.Pattern[str], used: set[str]
    ) -> None:
        """Explain the terms in the text at the start of ``parent`` (``child`` None) or behind a child."""
        while match := self._first(parent.text if child is None else child.tail, pattern, used):
            term = self._term(match[0])
            used.add(term.anchor)
            element = self._element(term, match[0])
            before, element.tail = (
                AtomicString(match.string[: match.start()]),
                AtomicString(match.string[match.end() :]),
            )
            if child is None:
                parent.text = before
                parent.insert(0, element)
            else:
                child.tail = before
                parent.insert(list(parent).index(child) + 1, element)
            child = element

    def _first(self, text: str | None, pattern: re.Pattern[str], used: set[str]) -> re.Match[str] | None:
        found = pattern.finditer(text or "")
        return next((match for match in found if self._term(match[0]).anchor not in used), None)

    def _term(self, word: str) -> Term:
        known = self.extension.terms
        return known.get(word.lower()) or known[word.lower().removesuffix("s")]

    def _element(self, term: Term, word: str) -> ElementTree.Element:
        holder = ElementTree.Element("span", {"class": "term"})
        identifier = f"term-{term.anchor}"
        button = ElementTree.SubElement(holder, "button", {"type": "button", "aria-describedby": identifier})
        button.text = AtomicString(word)
        tip = ElementTree.SubElement(
            holder, "span", {"class": "tip", "role": "tooltip", "id": identifier, "data-search-exclude": ""}
        )
        tip.text = AtomicString(f"{term.meaning} ")
        more = ElementTree.SubElement(tip, "a", {"href": f"{self.extension.up}glossary/#{term.anchor}"})
        more.text = AtomicString("Glossary")
        return holder

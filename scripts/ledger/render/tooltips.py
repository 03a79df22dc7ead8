"""Glossary terms: read from the glossary page, explained where a page first uses them.

The explanation is part of the page, opens on hover, focus and tap by style sheet alone, and links
to the full entry. It is a Python-Markdown extension, so it outlives MkDocs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from ledger.model.glossary import Term
from ledger.model.project import Page

SKIPPED_ELEMENTS = {
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


MIN_TERM_LENGTH = 3  # characters: no term is shorter, and most texts between tags are
TERM_WORD = re.compile(r"(?<![\w-])[^\W_]+")
MARKED_TERM = re.compile(
    r'(?P<before>[(“]?)<span class="term" data-term="(?P<anchor>[^"]+)">(?P<word>[^<]*)</span>(?P<behind>[),.;:?]*)'
)
"""A term as Markdown left it, with the signs that touch it."""


class TooltipsExtension(Extension):
    """Marks each term where a page first uses it; ``expand`` explains it once the page is done.

    The marks are small, so that Markdown and the search have little to carry. Call ``turn`` for every page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.terms: Mapping[str, Term] = {}
        self.anchors: Mapping[str, Term] = {}
        self.pattern: re.Pattern[str] | None = None
        self.beginnings: set[str] = set()
        self.up = ""
        self.active = True

    def learn(self, found: list[Term]) -> None:
        self.terms = {name.lower(): term for term in found for name in (term.name, *term.aliases)}
        self.anchors = {term.anchor: term for term in found}
        names = sorted((re.escape(name) for name in self.terms), key=len, reverse=True)
        self.pattern = re.compile(rf"(?:{'|'.join(names)})s?(?![\w-])", re.IGNORECASE) if names else None
        first = {match[0] for name in self.terms if (match := TERM_WORD.search(name))}
        self.beginnings = first | {f"{word}s" for word in first}

    def uses(self, text: str) -> Iterator[re.Match[str]]:
        """Where terms stand in a text. A look at each word's beginning spares most of the search."""
        done = 0
        for word in TERM_WORD.finditer(text):
            if word[0].lower() in self.beginnings and word.start() >= done and self.pattern:
                match = self.pattern.match(text, word.start())
                if match:
                    done = match.end()
                    yield match

    def turn(self, page: Page) -> None:
        """Get ready for ``page``: how far up the glossary lies, and whether to explain anything there."""
        self.up = "../" * page.url.count("/")
        self.active = page.src.split(".")[0] != "glossary" and ".zh." not in page.src

    def expand(self, html: str) -> str:
        """Put the explanations into finished HTML, behind the words that Markdown marked."""
        return MARKED_TERM.sub(self._held, html)

    def _held(self, match: re.Match[str]) -> str:
        """A line may break at a button: the signs that touch a term are held to it."""
        made = self._explanation(self.anchors[match["anchor"]], match["word"])
        touched = match["before"] or match["behind"]
        return f'<span class="hold">{match["before"]}{made}{match["behind"]}</span>' if touched else made

    def _explanation(self, term: Term, word: str) -> str:
        identifier = f"term-{term.anchor}"
        return (
            f'<span class="term"><button type="button" aria-describedby="{identifier}">{word}</button>'
            f'<span class="tip" role="tooltip" id="{identifier}">{escape(term.meaning)} '
            f'<a href="{self.up}glossary/#{term.anchor}">Glossary</a></span></span>'
        )

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline patterns (20), toc (5) and MkDocs' own look at links (0), which wants source files.
        md.treeprocessors.register(_TermMarker(md, self), "glossary", -1)


class _TermMarker(Treeprocessor):
    def __init__(self, md: Markdown, extension: TooltipsExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: ElementTree.Element) -> None:
        extension = self.extension
        if extension.pattern and extension.active:
            self._visit(root, set())

    def _visit(self, parent: ElementTree.Element, used: set[str]) -> None:
        """Walk in reading order, so that the first use is the one a reader meets first."""
        if parent.tag in SKIPPED_ELEMENTS or "footnote" in (parent.get("class") or ""):
            return
        children = list(parent)
        self._slot(parent, None, used)
        for child in children:
            self._visit(child, used)
            self._slot(parent, child, used)

    def _slot(self, parent: ElementTree.Element, child: ElementTree.Element | None, used: set[str]) -> None:
        """Explain the terms in the text at the start of ``parent`` (``child`` None) or behind a child."""
        text = (parent.text if child is None else child.tail) or ""
        if len(text) < MIN_TERM_LENGTH:
            return
        done = 0
        for match in self.extension.uses(text):
            term = self._term(match[0])
            if term.anchor in used:
                continue
            used.add(term.anchor)
            element = ElementTree.Element("span", {"class": "term", "data-term": term.anchor})
            element.text = AtomicString(match[0])
            before = AtomicString(text[done : match.start()])
            if child is None:
                parent.text = before
                parent.insert(0, element)
            else:
                child.tail = before
                parent.insert(list(parent).index(child) + 1, element)
            child, done = element, match.end()
        if done and child is not None:
            child.tail = AtomicString(text[done:])

    def _term(self, word: str) -> Term:
        known = self.extension.terms
        return known.get(word.lower()) or known[word.lower().removesuffix("s")]

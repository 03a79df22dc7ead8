"""Glossary terms, explained where a page first uses them.

The explanation is part of the page, opens on hover, focus and tap by style sheet alone, and links
to the full entry. It is a Python-Markdown extension, so it outlives MkDocs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from markupsafe import Markup

from ledger.model.glossary import Term, compile_terms
from ledger.model.project import Page
from ledger.render.jinja import render

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


MARKED_TERM = re.compile(
    r'<span class="term" data-term="(?P<anchor>[^"]+)">(?P<word>[^<]*)</span>(?P<behind>[),.;:?]*)'
)
"""A term as Markdown left it, with the punctuation behind it."""
OPENING_PUNCTUATION = ("(", "“")


class TooltipsExtension(Extension):
    """Marks each term where a page first uses it; ``expand`` explains it once the page is done.

    The marks are small, so that Markdown and the search have little to carry. Call ``start_page`` for every page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.terms: Mapping[str, Term] = {}
        self.anchors: Mapping[str, Term] = {}
        self.pattern: re.Pattern[str] | None = None
        self.up = ""
        self.active = True

    def set_terms(self, terms: list[Term]) -> None:
        self.terms = {name.lower(): term for term in terms for name in (term.name, *term.aliases)}
        self.anchors = {term.anchor: term for term in terms}
        self.pattern = compile_terms(terms)

    def start_page(self, page: Page) -> None:
        """Prepare for ``page``: the relative path to the glossary, and whether to explain terms there."""
        self.up = "../" * page.url.count("/")
        self.active = page.src.split(".")[0] != "glossary" and page.language == "en"

    def expand(self, html: str) -> str:
        """Add the explanations to complete HTML, after the terms that Markdown marked."""
        parts: list[str] = []
        done = 0
        for match in MARKED_TERM.finditer(html):
            start = match.start() - html.startswith(OPENING_PUNCTUATION, match.start() - 1)
            parts += [html[done:start], self._render_term(html[start : match.start()], match)]
            done = match.end()
        return "".join(parts) + html[done:]

    def _render_term(self, before: str, match: re.Match[str]) -> str:
        words = {"before": before, "word": match["word"], "behind": match["behind"]}
        return render(
            "tooltip.html",
            term=self.anchors[match["anchor"]],
            up=self.up,
            **{name: Markup(text) for name, text in words.items()},
        )

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline patterns (20), toc (5) and MkDocs' own processing of links (0), which expects source files.
        md.treeprocessors.register(_TermMarker(md, self), "glossary", -1)


class _TermMarker(Treeprocessor):
    def __init__(self, md: Markdown, extension: TooltipsExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: ElementTree.Element) -> None:
        if self.extension.pattern and self.extension.active:
            self._visit(root, self.extension.pattern, set())

    def _visit(self, parent: ElementTree.Element, pattern: re.Pattern[str], used: set[str]) -> None:
        """Walk in reading order, so that the first use is the one a reader meets first."""
        if parent.tag in SKIPPED_ELEMENTS or "footnote" in (parent.get("class") or ""):
            return
        children = list(parent)
        self._mark_terms(parent, None, pattern, used)
        for child in children:
            self._visit(child, pattern, used)
            self._mark_terms(parent, child, pattern, used)

    def _mark_terms(
        self,
        parent: ElementTree.Element,
        child: ElementTree.Element | None,
        pattern: re.Pattern[str],
        used: set[str],
    ) -> None:
        """Mark the terms in the text at the start of ``parent`` (``child`` None) or after a child."""
        text = (parent.text if child is None else child.tail) or ""
        done = 0
        for match in pattern.finditer(text):
            term = self._get_term(match[0])
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

    def _get_term(self, word: str) -> Term:
        known = self.extension.terms
        return known.get(word.lower()) or known[word.lower().removesuffix("s")]

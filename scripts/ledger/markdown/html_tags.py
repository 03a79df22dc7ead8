"""The tags of HTML, as a browser reads them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple


class Tag(NamedTuple):
    """A tag: its position, its name in lower case, its attributes, and what kind of tag it is.

    ``name`` is ``!`` or ``?`` for a declaration or an instruction.
    """

    start: int
    name: str
    attributes: list[tuple[str, str]]
    is_end: bool = False


def read_tags(html: str) -> list[Tag]:
    """Every tag of a piece of HTML, in order. Comments are skipped."""
    html = html[: html.rfind(">") + 1]  # on a tag that never ends, html.parser takes quadratic time
    reader = _TagReader(html)
    reader.feed(html)
    reader.close()
    return reader.tags


class _TagReader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.line_starts = [0]
        for line in html.split("\n"):
            self.line_starts.append(self.line_starts[-1] + len(line) + 1)

    def _add(self, name: str, attributes: list[tuple[str, str | None]], is_end: bool = False) -> None:
        line, column = self.getpos()
        pairs = [(attribute, value or "") for attribute, value in attributes]
        self.tags.append(Tag(self.line_starts[line - 1] + column, name, pairs, is_end))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)  # to a browser, <div/> only opens an element

    def handle_endtag(self, tag: str) -> None:
        self._add(tag, [], is_end=True)

    def parse_html_declaration(self, i: int) -> int:
        """Skip a declaration; the standard library raises an error on some that a browser ignores."""
        self._add("!", [])
        return i + 2

    def parse_pi(self, i: int) -> int:
        self._add("?", [])
        return i + 2

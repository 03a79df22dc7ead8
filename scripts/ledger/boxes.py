"""The look that some texts get by what they are, whatever page they stand on: pairs, limits, certainty, tables.

A Python-Markdown extension, so it outlives MkDocs. It changes no word: it groups what an author wrote and names it for
the style sheet (``docs/assets/components.css``).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

LIMITS = frozenset(
    {
        "what-this-cannot-tell-us",
        "what-this-cannot-tell",
        "what-is-not-known",
        "what-the-pictures-cannot-show",
        "open-problems",
    }
)
"""Sections that say what is not known; each is shown as one box, its heading within."""
SURE = "how sure"
KEY_MESSAGE = "Key message"
FEWEST_COLUMNS = 3
"""A table with fewer columns fits a phone as it is."""


class Boxes(Extension):
    """Puts each benefit beside its harm, limits into their box, names lines of certainty, labels cells of tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline patterns (20), attribute lists (8) and the ids of headings (5); before the glossary (-1).
        md.treeprocessors.register(_Group(md), "boxes", 1)


class _Group(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            _pair(parent)
        for paragraph in list(root.iter("p")) + list(root.iter("li")):
            if _begins_with_certainty(paragraph):
                _name(paragraph, "sure")
        for table in root.iter("table"):
            _label(table)
        _key_message(root)
        _enclose(root)


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def _name(element: Element, name: str) -> None:
    element.set("class", " ".join(part for part in (element.get("class"), name) if part))


def _pair(parent: Element) -> None:
    """A benefit and the harm right behind it become one group, so that neither is read without the other."""
    children = list(parent)
    for first, second in pairwise(children):
        if {"admonition", "benefit"} <= _classes(first) and {"admonition", "harm"} <= _classes(second):
            pair = Element("div", {"class": "pair"})
            pair.tail = second.tail
            second.tail = first.tail
            parent.insert(list(parent).index(first), pair)
            for one in (first, second):
                parent.remove(one)
                pair.append(one)


def _begins_with_certainty(element: Element) -> bool:
    first = next(iter(element), None)
    if (element.text or "").strip() or first is None or first.tag != "strong":
        return False
    return "".join(first.itertext()).strip().lower().startswith(SURE)


def _key_message(root: Element) -> None:
    """An opening that ends with how sure we are is the key message of its page, and looks like one."""
    children = list(root)
    title = next((n for n, child in enumerate(children) if child.tag == "h1"), len(children))
    opening: list[Element] = []
    for child in children[title + 1 :]:
        if child.tag not in ("p", "ul", "ol"):
            return
        opening.append(child)
        if child.tag == "p" and "sure" in _classes(child):
            break
    else:
        return
    box = Element("div", {"class": "admonition key"})
    SubElement(box, "p", {"class": "admonition-title"}).text = KEY_MESSAGE
    box.tail = "\n"
    for child in opening:
        root.remove(child)
        box.append(child)
    root.insert(title + 1, box)


def _label(table: Element) -> None:
    """Each cell learns the name of its column: a phone shows rows one below the other."""
    names = [" ".join("".join(head.itertext()).split()) for head in table.iter("th")]
    if len(names) < FEWEST_COLUMNS or table.get("class"):
        return
    table.set("data-stack", "")
    for row in _rows(table):
        for name, cell in zip(names[1:], list(row)[1:], strict=False):
            cell.set("data-label", name)


def _rows(table: Element) -> Iterator[Element]:
    body = table.find("tbody")
    yield from () if body is None else body.iter("tr")


def _enclose(root: Element) -> None:
    """A section about limits becomes one box: its heading and everything up to the next section."""
    children = list(root)
    for heading in children:
        if heading.tag != "h2" or heading.get("id") not in LIMITS:
            continue
        start = children.index(heading)
        end = next((n for n in range(start + 1, len(children)) if children[n].tag in ("h1", "h2")), len(children))
        place = list(root).index(heading)
        box = Element("div", {"class": "limits"})
        box.tail = "\n"
        for child in children[start:end]:
            root.remove(child)
            box.append(child)
        root.insert(place, box)

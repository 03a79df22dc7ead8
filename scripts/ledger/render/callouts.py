"""Callouts on any page: benefits paired with harms, limits, lines about certainty, labelled tables.

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

LIMITS_SECTION_IDS = frozenset(
    {
        "what-this-cannot-tell-us",
        "what-this-cannot-tell",
        "what-is-not-known",
        "what-the-pictures-cannot-show",
        "open-problems",
    }
)
"""Sections that say what is not known; each is shown as one box, its heading within."""
CERTAINTY_OPENING = "how sure"
KEY_MESSAGE_TITLE = "Key message"
MIN_STACKED_COLUMNS = 3
"""A table with fewer columns fits a phone as it is."""


class CalloutExtension(Extension):
    """Puts each benefit beside its harm, limits into their box, names lines of certainty, labels cells of tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline patterns (20), attribute lists (8) and the ids of headings (5); before the glossary (-1).
        md.treeprocessors.register(_CalloutTreeprocessor(md), "boxes", 1)


class _CalloutTreeprocessor(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            _pair_benefits_with_harms(parent)
        for paragraph in list(root.iter("p")) + list(root.iter("li")):
            if _begins_with_certainty(paragraph):
                _add_class(paragraph, "sure")
        for table in root.iter("table"):
            _label_cells(table)
        _wrap_key_message(root)
        _wrap_limits_sections(root)


def _get_classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def _add_class(element: Element, name: str) -> None:
    element.set("class", " ".join(part for part in (element.get("class"), name) if part))


def _pair_benefits_with_harms(parent: Element) -> None:
    """A benefit and the harm right behind it become one group, so that neither is read without the other."""
    children = list(parent)
    for first, second in pairwise(children):
        if {"admonition", "benefit"} <= _get_classes(first) and {"admonition", "harm"} <= _get_classes(second):
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
    return "".join(first.itertext()).strip().lower().startswith(CERTAINTY_OPENING)


def _wrap_key_message(root: Element) -> None:
    """An opening that ends with how sure we are is the key message of its page, and looks like one."""
    children = list(root)
    title = next((n for n, child in enumerate(children) if child.tag == "h1"), len(children))
    opening: list[Element] = []
    for child in children[title + 1 :]:
        if child.tag not in ("p", "ul", "ol"):
            return
        opening.append(child)
        if child.tag == "p" and "sure" in _get_classes(child):
            break
    else:
        return
    box = Element("div", {"class": "admonition key"})
    SubElement(box, "p", {"class": "admonition-title"}).text = KEY_MESSAGE_TITLE
    box.tail = "\n"
    for child in opening:
        root.remove(child)
        box.append(child)
    root.insert(title + 1, box)


def _label_cells(table: Element) -> None:
    """Label each cell with its column, as a phone shows the cells of a row one below the other."""
    names = [" ".join("".join(head.itertext()).split()) for head in table.iter("th")]
    if len(names) < MIN_STACKED_COLUMNS or table.get("class"):
        return
    table.set("data-stack", "")
    for row in _iter_body_rows(table):
        for name, cell in zip(names[1:], list(row)[1:], strict=False):
            cell.set("data-label", name)


def _iter_body_rows(table: Element) -> Iterator[Element]:
    body = table.find("tbody")
    yield from () if body is None else body.iter("tr")


def _wrap_limits_sections(root: Element) -> None:
    """A section about limits becomes one box: its heading and everything up to the next section."""
    children = list(root)
    for heading in children:
        if heading.tag != "h2" or heading.get("id") not in LIMITS_SECTION_IDS:
            continue
        start = children.index(heading)
        end = next((n for n in range(start + 1, len(children)) if _ends_section(children[n])), len(children))
        place = list(root).index(heading)
        box = Element("div", {"class": "limits"})
        box.tail = "\n"
        for child in children[start:end]:
            root.remove(child)
            box.append(child)
        root.insert(place, box)


def _ends_section(element: Element) -> bool:
    """Whether an element is the next heading, or the list of footnotes."""
    return element.tag in ("h1", "h2") or "footnote" in _get_classes(element)

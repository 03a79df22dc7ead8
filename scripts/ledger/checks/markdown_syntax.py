"""Markdown that Python-Markdown does not read the way its author meant, and prints as it was typed.

Nothing here is wrong to Python-Markdown, which never fails: a box becomes a paragraph, a table a row of pipes. The
rules follow its own grammar and that of the extensions in ``mkdocs.yml``; ``tests/checks/test_markdown_syntax.py`` renders
each example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from markdown.extensions.admonition import AdmonitionProcessor
from pymdownx.details import DetailsProcessor

from ledger.checks.words import join_words, read_words
from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.markdown.fences import LINE_PREFIX, measure_indentation
from ledger.markdown.scanner import TAB_LENGTH
from ledger.model.project import Page, Project
from ledger.model.rules import rule

BOX_KINDS = ("benefit", "harm", "key", "question", "unknown")
"""The kinds of box that have a style."""
BOX_LAYOUTS = ("answer", "doors")
"""Words for the style sheet that may follow the kind."""
BOX_EXAMPLE = '!!! key "Title"'

LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
CONTAINER_OPENING = re.compile(rf"{LIST_ITEM.pattern}|\s{{0,3}}(?::\s|\[\^[^\[\]\s]+\]:)")
"""What begins a list item, a definition or a footnote."""
BOX_MARKER = re.compile(r"(?:!!!|\?\?\?)")
FOREIGN_BOX = re.compile(rf"\[!\w+\]|:::+[ \t]*\w|///[ \t]*\w|!{{1,2}}[ \t]*(?:{'|'.join(BOX_KINDS)})\b", re.IGNORECASE)
"""How other programs write a box."""

DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
"""The row of dashes below the header of a table."""
STRAY_BACKTICK = re.compile(r"(?<!\\)`")
STRAY_CODE = re.compile(r"`(?!`)(?:\s|[^`]*(?:\n|\s`))")
"""Code between single backticks that begins or ends with a space, or goes on over lines."""
CELL_SEPARATOR = re.compile(r"(?<!\\)\|")

FOREIGN_BULLET = re.compile(
    r"[•▪●◦‣⁃∙■□►▶➢➤]\s*\S|(?:o|·|[–—−]|\d+(?:\.\d+)+\.?|\d+\)?|[a-zA-Z][.)]|[ivx]{2,5}[.)])\t", re.ASCII
)
"""What word processors put before an item of a list; a tab behind it shows that it came from one."""
LIST_LIKE_MARKERS = {
    "a dash": re.compile(r"[–—−]\s"),
    "a dot": re.compile(r"·\s*\S"),
    "a hyphen without a space": re.compile(r"-(?=[A-Za-z])"),
    "a number with a bracket": re.compile(r"\d{1,2}\)\s"),
}
"""What is an item only where more than one line begins with it, or a colon stands before: it may be plain prose."""


EMPTY_ALT = re.compile(r"\W*|(?:image|img|picture|photo|figure|alt)s?|[\w-]+\.(?:svg|png|jpe?g|webp)", re.IGNORECASE)
"""A text that says nothing about the image: none, the word for it, or the name of its file."""


class Line(NamedTuple):
    """One line of a page: as typed, and with code and comments blanked."""

    number: int
    raw: str
    text: str


LineFinding = tuple[int, str]
"""A line, and what is wrong there."""


@rule("box", "code-fence", "list", "image-alt", "link-text", "heading", "table")
def check_markdown_syntax(project: Project) -> Iterator[Problem]:
    """Every page's boxes, tables, lists, images, texts of links and headings."""
    for page in project.pages.values():
        if page.unreadable or page.broken:
            continue
        lines = _split_lines(page)
        chunks = list(_split_blocks(lines))
        for line, message in _check_boxes(lines):
            yield Problem(page.path, line, "box", message)
        for chunk, following in pairwise([*chunks, []]):
            for line, message in _check_table(chunk, following):
                yield Problem(page.path, line, "table", message)
        for line, message in [*_check_bullets(chunks), *_check_list_separation(chunks), *_check_list_nesting(chunks)]:
            yield Problem(page.path, line, "list", message)
        for line, message in _check_inline_code(page, lines):
            yield Problem(page.path, line, "code-fence", message)
        for line, message in _check_images(page):
            yield Problem(page.path, line, "image-alt", message)
        for line, message in _check_link_text(page):
            yield Problem(page.path, line, "link-text", message)
        for line, message in _check_headings(page, lines):
            yield Problem(page.path, line, "heading", message)


def _split_lines(page: Page) -> list[Line]:
    """The lines of a page; those of raw HTML, in which Markdown is left alone, are empty."""
    source = page.source
    html = {at for start, end in source.html_blocks for at in range(source.line(start), source.line(end) + 1)}
    pairs = zip(page.text.split("\n"), source.prose.split("\n"), strict=True)
    return [Line(number, raw, "" if number in html else text) for number, (raw, text) in enumerate(pairs, 1)]


def _split_blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines that Python-Markdown reads as one block: blank lines, comments, headings and boxes part them."""
    chunk: list[Line] = []
    for line in lines:
        body = _strip_indentation(line)
        apart = (
            not LINE_PREFIX.sub("", line.raw, count=1).strip()
            or (not body and line.raw.startswith("<"))
            or body.startswith("#")
            or BOX_MARKER.match(body)
        )
        if not apart:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _strip_indentation(line: Line) -> str:
    """A line without what it is indented by, the marks of a quotation included."""
    return LINE_PREFIX.sub("", line.text, count=1).rstrip()


# --- boxes ---------------------------------------------------------------------------------------------------------


def _check_boxes(lines: Sequence[Line]) -> Iterator[LineFinding]:
    for at, line in enumerate(lines):
        body = _strip_indentation(line)
        if FOREIGN_BOX.match(body):
            yield (
                line.number,
                f"'{shorten(body)}' is not a box here; write {BOX_EXAMPLE} and indent its text by {TAB_LENGTH} spaces",
            )
        if not BOX_MARKER.match(body):
            continue
        message = _describe_box_error(body, measure_indentation(line.text))
        if message:
            yield line.number, message
        else:
            yield from _check_box_text(lines, at)


def _describe_box_error(body: str, depth: int) -> str | None:
    """What is wrong with the line that opens a box."""
    opening = AdmonitionProcessor.RE.match(body) or DetailsProcessor.START.match(body)
    shown = shorten(body)
    if depth % TAB_LENGTH:
        return f"'{shown}' does not open a box: it is indented by {depth}; begin it in the first column, or {TAB_LENGTH} further in"
    if not opening:
        return (
            f"'{shown}' does not open a box and is printed as it is; write {BOX_EXAMPLE}, with straight double quotes"
        )
    words = body.lstrip("!?+").partition('"')[0].split()
    kind = words[0] if words else BOX_KINDS[0]  # a box that unfolds may do without
    if kind not in BOX_KINDS:
        near = get_close_matches(kind.lower(), BOX_KINDS, 1)
        hint = f"did you mean {near[0]}? There are" if near else "use one of"
        return f"there is no box of the kind '{kind}'; {hint} {', '.join(BOX_KINDS)}"
    if any(word not in BOX_LAYOUTS for word in words[1:]):
        return f"'{shown}' has a word after its kind that is never printed; write the title in quotes: {BOX_EXAMPLE}"
    if body.lstrip("!?+")[:1] != " ":
        return f"'{shown}' needs a space before the kind: {BOX_EXAMPLE}"
    return None


def _check_box_text(lines: Sequence[Line], at: int) -> Iterator[LineFinding]:
    """Text that is not indented and so falls out of its box."""
    wanted = measure_indentation(lines[at].text) + TAB_LENGTH
    first = next((n for n in range(at + 1, len(lines)) if LINE_PREFIX.sub("", lines[n].raw, count=1).strip()), None)
    adjacent = first == at + 1 and _is_continuation(lines[first])
    if first is None or (measure_indentation(lines[first].raw) < wanted and not adjacent):
        yield lines[at].number, f"this box is empty; indent its text by {wanted} spaces, the first line right below"
        return
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if not _is_continuation(line):
            return
        if measure_indentation(line.raw) < wanted:
            yield line.number, f"this line falls out of the box above it; indent it by {wanted} spaces"
            return


def _is_continuation(line: Line) -> bool:
    """Whether a line goes on with what stands above it: no heading, box, comment or tag begins there."""
    body = LINE_PREFIX.sub("", line.raw, count=1)
    return bool(body) and not body.startswith(("#", "<!--")) and not BOX_MARKER.match(body)


# --- tables --------------------------------------------------------------------------------------------------------


def _check_table(chunk: Sequence[Line], following: Sequence[Line]) -> Iterator[LineFinding]:
    bodies = [_strip_indentation(line) for line in chunk]
    first = next((at for at in range(len(bodies)) if _begins_table(bodies, at)), None)
    if first is None:
        return
    number = chunk[first].number
    if first:
        yield number, "this table is printed as text; put a blank line before it"
        return
    bordered = bodies[0].startswith("|") or bodies[0].endswith("|")
    columns = _count_cells(bodies[0], bordered)
    if DELIMITER_ROW.fullmatch(bodies[0]):
        yield number, "this table is printed as text; put its header right above this row, with no blank line between"
        return
    if len(bodies) == 1 and following and DELIMITER_ROW.fullmatch(_strip_indentation(following[0])):
        return  # reported at the row of dashes
    if len(bodies) < 2 or not DELIMITER_ROW.fullmatch(bodies[1]):
        yield number, f"this table is printed as text; put a row {'|---' * columns}| below its header"
        return
    ruled = _count_cells(bodies[1], bordered)
    if ruled != columns:
        message = f"this table is printed as text: its header has {columns} columns and its row of dashes {ruled}"
        yield number + 1, f"{message}; write {'|---' * columns}|"
        return
    for line, body in zip(chunk[2:], bodies[2:], strict=True):
        cells = _count_cells(body, bordered)
        if cells > columns:
            message = f"this row has {cells} cells and the header {columns}: the last would be dropped"
            yield line.number, f"{message}; remove a |, or write \\| where it is text"
        elif body and "|" not in body:
            yield line.number, "this line would become a row of the table above it; put a blank line before it"
            return


def _begins_table(bodies: Sequence[str], at: int) -> bool:
    below = bodies[at + 1] if at + 1 < len(bodies) else ""
    if bodies[at].startswith("|"):
        return bodies[at].endswith("|") or below.startswith("|") or len(CELL_SEPARATOR.findall(bodies[at])) > 2
    if min(body.count(" | ") for body in (bodies[at], below)) > 1:  # without a row of dashes
        return bodies[at].count(" | ") == below.count(" | ")
    return "|" in bodies[at] and "|" in below and bool(DELIMITER_ROW.fullmatch(below))


def _count_cells(row: str, bordered: bool) -> int:
    """How many cells a row has; code in it is blank already."""
    if bordered:
        row = row.removeprefix("|")
        if row.endswith("|") and not row.endswith("\\|"):
            row = row[:-1]
    return len(CELL_SEPARATOR.findall(row)) + 1


# --- lists ---------------------------------------------------------------------------------------------------------


def _check_bullets(chunks: Sequence[Sequence[Line]]) -> Iterator[LineFinding]:
    """Marks that make no list here, once for each run of them."""
    running = ""
    for chunk, following in pairwise([*chunks, []]):
        before, running = running, ""
        for at, line in enumerate(chunk):
            body = _strip_indentation(line)
            item = LIST_ITEM.match(body)
            if FOREIGN_BULLET.match(body[item.end() :] if item and not re.match(r"\d+\)", body) else body):
                running = "a bullet"
                if before != running:
                    yield line.number, f"'{shorten(body)}' is not a list item; begin each item with '- ' or '1. '"
                break
            kind = next((name for name, mark in LIST_LIKE_MARKERS.items() if mark.match(body)), "")
            if kind and _is_list(chunk, at, LIST_LIKE_MARKERS[kind], following):
                running = kind
                if before != running:
                    yield (
                        line.number,
                        f"{kind} does not make a list item: '{shorten(body)}'; begin each item with '- ' or '1. '",
                    )
                break
            running = kind if not at else running


def _is_list(chunk: Sequence[Line], at: int, mark: re.Pattern[str], following: Sequence[Line]) -> bool:
    """Whether a mark is one of several, at the head of a paragraph or behind a colon: prose may hold one by chance."""
    several = sum(bool(mark.match(_strip_indentation(line))) for line in chunk) > 1
    if at:
        return (several and mark is LIST_LIKE_MARKERS["a dot"]) or _strip_indentation(chunk[at - 1]).endswith(":")
    return several or bool(following and mark.match(_strip_indentation(following[0])))


def _check_list_separation(chunks: Sequence[Sequence[Line]]) -> Iterator[LineFinding]:
    """A list right below a paragraph, which goes on with it and prints its marks."""
    for chunk in chunks:
        bodies = [_strip_indentation(line) for line in chunk]
        if CONTAINER_OPENING.match(bodies[0]) or bodies[0].startswith("|"):
            continue
        items = [at for at, body in enumerate(bodies) if re.match(r"(?:[-*+]|\d{1,9}\.)[ \t]", body)]
        if items and (len(items) > 1 or bodies[items[0] - 1].endswith(":")):
            yield chunk[items[0]].number, "this list is printed as text; put a blank line before its first item"


def _check_list_nesting(chunks: Sequence[Sequence[Line]]) -> Iterator[LineFinding]:
    """Items indented by two or three spaces, as other programs want it: here they are no list inside the list."""
    parent: int | None = None
    reported = False
    for chunk in chunks:
        for at, line in enumerate(chunk):
            indent = measure_indentation(line.text)
            if not LIST_ITEM.match(_strip_indentation(line)):
                if not at and not indent:
                    parent = None
                continue
            if parent is not None and 1 < indent - parent < TAB_LENGTH:
                if not reported:
                    message = f"this item is not inside the one above it; indent it by {parent + TAB_LENGTH} spaces"
                    yield line.number, message
                reported = True
            else:
                parent, reported = indent, False


# --- code in a sentence ----------------------------------------------------------------------------------------------


def _check_inline_code(page: Page, lines: Sequence[Line]) -> Iterator[LineFinding]:
    """Backticks that open no code, or that make code of the words between two stray ones."""
    for line in lines:
        if STRAY_BACKTICK.search(line.text):
            yield (
                line.number,
                "a ` on this line opens no code; remove it, or write \\` where it is meant as a character",
            )
    for code in page.source.inline_code:
        if STRAY_CODE.match(code.text):
            shown = shorten(" ".join(code.text.split()))
            message = (
                f"{shown} is printed as code; remove stray `, or put all code on one line with no space inside the `"
            )
            yield code.line, message


# --- images, links and headings -------------------------------------------------------------------------------------------


def _check_images(page: Page) -> Iterator[LineFinding]:
    for link in page.source.links:
        is_image = link.form == "image" or (link.form == "reference" and link.element == "img")
        if is_image and EMPTY_ALT.fullmatch(link.text.strip()):
            yield (
                link.line,
                f"the image '{shorten(link.target)}' has no text for readers who cannot see it; write ![what it shows](…)",
            )
    for position, element, attributes in page.source.tags:
        if element == "img" and "alt" not in attributes:
            message = 'this <img> has no alt; write alt="what it shows", or alt="" if it is mere decoration'
            yield page.source.line(position), message


@cache
def _compile_vague_link() -> re.Pattern[str]:
    texts = join_words(read_words().vague_links)
    return re.compile(rf"\W*(?:(?:click|press|right) )?{texts}\W*", re.IGNORECASE)


def _check_link_text(page: Page) -> Iterator[LineFinding]:
    for link in page.source.links:
        if link.element == "a" and link.form != "auto" and _compile_vague_link().fullmatch(link.text.strip()):
            yield (
                link.line,
                f"'{link.text.strip()}' does not say where the link leads; name the page or what it explains",
            )


def _check_headings(page: Page, lines: Sequence[Line]) -> Iterator[LineFinding]:
    for one in lines:
        if measure_indentation(one.text) % TAB_LENGTH and re.match(r"#{1,6}[ \t]+\S", _strip_indentation(one)):
            yield one.number, f"'{shorten(one.text)}' is printed as it is; begin a heading in the first column"
        elif re.match(r"#+[^#\s]|#{7}", one.text):
            yield (
                one.number,
                f"'{shorten(one.text)}' is a heading here; write a space behind at most six #, or \\# as text",
            )
        if re.fullmatch(r"#{1,6}[ \t#]*", one.text):
            yield one.number, "this heading is empty; write its text or remove it"
    tags = [
        (page.source.line(start), int(name[1])) for start, name, _ in page.source.tags if re.fullmatch("h[1-6]", name)
    ]
    levels = sorted([*((heading.line, heading.level) for heading in page.source.headings), *tags])
    above = 1
    for at, (line, level) in enumerate(levels):
        if level > above + 1 and (at or not page.meta.data):  # the first has a rule of its own, title-missing
            yield line, f"this heading skips a level; write {'#' * (above + 1)} here, as a level below {'#' * above}"
        elif level == 1 and at:
            yield line, "a page has one title, its first heading; write ## here"
        above = level

"""Headings, links, ids and blocks of Markdown source, each with its line, as Python-Markdown will read them.

The checks need places in the source, and rendering every page twice would make the build too slow. So this module reads
the text itself: it blanks what is not prose (code, comments, scripts), cuts the rest into blocks, and finds headings,
links and ids. ``tests/markdown/test_scanner.py`` compares the result with the output of Python-Markdown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Literal

from markdown.extensions.toc import slugify, unique

TAB_LENGTH = 4  # Python-Markdown's tab_length: how far the inside of a list item or admonition is indented

FENCE = re.compile(r"^(?P<indent>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
LIST_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+]|\d+[.)])\s+")
DEFINITION_LIST_ITEM = re.compile(r"^\s{0,3}:\s+")
ADMONITION = re.compile(r"^(?P<indent>\s*)(?:!!!|\?\?\?\+?)\s")
FOOTNOTE_DEFINITION = re.compile(r"^\s{0,3}\[\^(?P<name>[^\[\]\s]{1,200})\]:")
LINK_DEFINITION = re.compile(
    r"^\s{0,3}\[(?P<name>[^\]^@][^\]]{0,999})\]:[ \t]*(?P<url><[^>\n]*>|\S*)[ \t]*"
    r"(?P<title>\"[^\n]*\"|'[^\n]*'|\([^\n]*\))?[ \t]*$"
)
CONTAINER_OPENINGS = (LIST_ITEM, ADMONITION, DEFINITION_LIST_ITEM, FOOTNOTE_DEFINITION)
"""What holds the indented lines below it."""
ATX = re.compile(r"^(?: {4}|\t)*(?P<marks>#{1,6})(?P<text>.*)$")
SETEXT = re.compile(r"^(?:=+|-+)[ \t]*$")
ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*(?P<list>(?:[#.][^{}\s]|[\w-]+=)[^{}\n]{0,999})\}")
ATTRIBUTE_ID = re.compile(r"(?:^|\s)#(?P<id>[^\s}]+)|(?:^|\s)id=[\"']?(?P<id2>[^\s}\"']+)")
RAW_ELEMENTS = ("script", "style", "pre", "textarea", "code", "kbd")
# In quotes an attribute may hold any character; where the quotes do not pair, it ends at the first < or >.
HTML_ATTRIBUTES_PATTERN = r"(?:\s(?:[^<>\"']++|\"[^\"]{0,5000}+\"|'[^']{0,5000}+'){0,50}+(?=>)|\s[^<>]{0,5000})"
HTML_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>{HTML_ATTRIBUTES_PATTERN}?)/?>")
HTML_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"'>]+))")
HTML_BLOCK = re.compile(
    r"^ {0,3}<(?P<name>address|article|aside|blockquote|body|canvas|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    r"|figcaption|figure|footer|form|h[1-6]|head|header|hgroup|hr|html|iframe|legend|li|main|map|math|menu|meta|nav"
    r"|noscript|object|ol|output|p|param|progress|section|select|source|summary|table|tbody|td|template|tfoot|th"
    r"|thead|title|tr|track|ul|video)(?P<rest>[\s/>].*)?$",
    re.IGNORECASE,
)

MARKDOWN_INSIDE = re.compile(r"\smarkdown(?!\s*=\s*[\"']?0)(?![\w-])", re.IGNORECASE)

BlockKind = Literal["paragraph", "item", "row", "header", "heading", "title", "html", "definition"]


@dataclass(frozen=True)
class Comment:
    """An HTML comment: its text, where it starts and ends in the source."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class RawCode:
    """The inside of a script or style element written into a page."""

    element: str
    text: str
    start: int


@dataclass(frozen=True)
class Block:
    """The smallest piece of prose that a claim and its citation share: a paragraph, an item, a table row."""

    kind: BlockKind
    line: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Link:
    """A link or an image in the source. ``target`` is empty for an undefined reference link."""

    line: int
    target: str
    text: str
    form: Literal["inline", "image", "reference", "html", "auto"]
    attribute: str = "href"
    element: str = "a"


@dataclass(frozen=True)
class Heading:
    line: int
    level: int
    text: str
    id: str
    explicit: bool


class MarkdownSource:
    """One Markdown text, with its front matter already blanked so that lines stay where they are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.prose, self.comments, self.raw = mask_non_prose(text)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line starts."""
        return find_line_starts(self.text)

    def line(self, position: int) -> int:
        """The line (from 1) of the character at ``position``."""
        return bisect_right(self.starts, position)

    @cached_property
    def blocks(self) -> list[Block]:
        return list(cut_blocks(self.prose, self.text))

    @cached_property
    def headings(self) -> list[Heading]:
        return list(find_headings(self))

    @cached_property
    def inline(self) -> list[re.Match[str]]:
        """Every link and image written as ``[text](address)``."""
        return list(INLINE_LINK.finditer(self.prose))

    @cached_property
    def links(self) -> list[Link]:
        return list(find_links(self))

    @cached_property
    def tags(self) -> list[tuple[int, str, dict[str, str]]]:
        """Raw HTML opening tags: position, lower-case name, attributes."""
        tags = []
        for match in HTML_TAG.finditer(self.prose):
            if not match["close"]:
                attributes = {
                    a["name"].lower(): unescape(a["a"] or a["b"] or a["c"] or "")
                    for a in HTML_ATTRIBUTE.finditer(match["attributes"])
                }
                tags.append((match.start(), match["name"].lower(), attributes))
        return tags

    @cached_property
    def html_blocks(self) -> list[tuple[int, int]]:
        """Spans of block-level raw HTML, in which Markdown (and so a citation) is left as it is."""
        return [(b.start, b.end) for b in self.blocks if b.kind == "html"]


def find_line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def mask_non_prose(text: str) -> tuple[str, list[Comment], list[RawCode]]:
    """Blank everything that is not prose. The result has the same length and the same line ends.

    Blanked: fenced and indented code, code spans, HTML comments (returned beside), and the inside of
    script, style, pre, textarea, code and kbd elements (scripts and style sheets are returned beside).
    """
    text = _blank_code_blocks(text)
    out: list[str] = []
    comments: list[Comment] = []
    raw: list[RawCode] = []
    done = 0
    for start, end, kind in _inline_spans(text):
        out.append(text[done:start])
        out.append(_blank(text[start:end]))
        if kind == "comment":
            comments.append(Comment(text[start + 4 : end - 3].strip(), start, end))
        elif kind in ("script", "style"):
            raw.append(RawCode(kind, text[start:end], start))
        done = end
    out.append(text[done:])
    return "".join(out), comments, raw


def blank_spans(text: str, kinds: Collection[str]) -> str:
    """``text`` with code blocks and code spans ("span"), or comments ("comment") blanked, and nothing else."""
    if "span" in kinds:
        text = _blank_code_blocks(text)
    parts, done = [], 0
    for start, end, kind in _inline_spans(text):
        if kind in kinds:
            parts += [text[done:start], _blank(text[start:end])]
            done = end
    return "".join(parts) + text[done:]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _blank_code_blocks(text: str) -> str:
    """``text`` with fenced and indented code blanked."""
    lines = text.split("\n")
    closing = _find_closing_fences(lines)
    containers: list[int] = []  # columns at which open list items, admonitions and notes hold their content
    after_blank = True
    number = 0
    while number < len(lines):
        line = lines[number]
        end = _find_fence_end(line, number, closing)
        if end is not None:
            lines[number : end + 1] = [_blank(code) for code in lines[number : end + 1]]
            number, after_blank = end + 1, False
            continue
        number += 1
        if not line.strip():
            after_blank = True
            continue
        indentation = _measure_indentation(line)
        if after_blank:
            _close_containers(containers, indentation)
            if indentation >= (containers[-1] if containers else 0) + TAB_LENGTH:
                lines[number - 1] = _blank(line)  # blank lines do not end an indented code block
                continue
        if any(opening.match(line) for opening in CONTAINER_OPENINGS):
            _close_containers(containers, indentation)
            containers.append((indentation // TAB_LENGTH) * TAB_LENGTH + TAB_LENGTH)
        after_blank = False
    return "\n".join(lines)


def _find_closing_fences(lines: list[str]) -> dict[str, list[tuple[int, int]]]:
    """The lines that can close a fence, by the character of the fence: (line from 0, length of the fence)."""
    closing: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
    for number, line in enumerate(lines):
        bare = line.strip(" \t>")
        if bare[:3] in ("```", "~~~") and not bare.strip(bare[0]):
            closing[bare[0]].append((number, len(bare)))
    return closing


def _find_fence_end(line: str, number: int, closing: dict[str, list[tuple[int, int]]]) -> int | None:
    """The line that closes the fence which ``line`` opens; None where it opens no fence, or one that is never closed."""
    fence = FENCE.match(line) if ("```" in line or "~~~" in line) else None
    if not fence:
        return None
    candidates = closing[fence["fence"][0]]
    for at in range(bisect_right(candidates, (number, 1 << 30)), len(candidates)):
        end, length = candidates[at]
        if length >= len(fence["fence"]):
            return end
    return None


def _measure_indentation(line: str) -> int:
    """Columns before the first character, each tab counted as four."""
    space = line[: len(line) - len(line.lstrip())]
    return len(line) - len(line.lstrip(" \t")) + 3 * space.count("\t")


def _close_containers(containers: list[int], indentation: int) -> None:
    """Remove the containers whose content is indented further than a line."""
    while containers and containers[-1] > indentation:
        containers.pop()


def _inline_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans to blank, in order and without overlap: (start, end, "span", "comment" or the element's name)."""
    runs = [(m.start(), m.end()) for m in re.finditer("`+", text)]
    by_size: dict[int, list[int]] = {}
    for start, end in runs:
        by_size.setdefault(end - start, []).append(start)
    gaps = [m.start() for m in re.finditer(r"\n[ \t]*\n", text)] if runs else []
    opener = re.compile("`+|<!--|<(?:" + "|".join(RAW_ELEMENTS) + r")\b", re.IGNORECASE)
    missing: set[str] = set()  # closings that were looked for and do not follow
    lower = text.lower()
    position = 0
    while match := opener.search(text, position):
        start, end_of_opener = match.span()
        token = match[0].lower()
        position = end_of_opener
        if token[0] == "`":
            if start and text[start - 1] == "\\":
                continue
            starts = by_size[end_of_opener - start]
            following = bisect_right(starts, start)
            if following == len(starts):
                continue
            close = starts[following]
            gap = bisect_right(gaps, start)
            if gap < len(gaps) and gaps[gap] < close:
                continue
            position = close + (end_of_opener - start)
            yield start, position, "span"
        elif token == "<!--":
            end = -1 if "-->" in missing else text.find("-->", end_of_opener)
            if end < 0:
                missing.add("-->")
                continue
            position = end + 3
            yield start, position, "comment"
        else:
            closing = f"</{token[1:]}"
            inside = text.find(">", end_of_opener)
            end = -1 if closing in missing or inside < 0 else lower.find(closing, inside)
            if end < 0:
                missing.add(closing)
                continue
            position = end
            yield inside + 1, end, token[1:]


def cut_blocks(prose: str, text: str) -> Iterator[Block]:
    """Cut masked Markdown into blocks. ``text`` is the unmasked source: only its blank lines separate blocks."""
    lines, raw = prose.split("\n"), text.split("\n")
    starts = find_line_starts(prose)

    def block(kind: BlockKind, first: int, last: int) -> Block:
        end = starts[last] + len(lines[last])
        return Block(kind, first + 1, starts[first], end, "\n".join(lines[first : last + 1]))

    number = 0
    while number < len(lines):
        first = number
        line = lines[number]
        body = line.lstrip("> \t") if line.lstrip().startswith(">") else line
        html = HTML_BLOCK.match(line)
        number += 1
        if not raw[first].strip():
            continue
        if html and not MARKDOWN_INSIDE.search((html["rest"] or "").split(">")[0]):
            number = _html_end(lines, first, html["name"]) + 1
            yield block("html", first, number - 1)
        elif _is_table(lines, first):
            yield block("header", first, first)
            number += 1
            while number < len(lines) and raw[number].strip():
                yield block("row", number, number)
                number += 1
        elif _is_heading(LIST_ITEM.sub("", body)):
            yield block("heading", first, first)
        elif ADMONITION.match(line):
            yield block("title", first, first)
        elif LINK_DEFINITION.match(line):
            yield block("definition", first, first)
        else:
            while number < len(lines) and raw[number].strip() and not _starts_block(lines, number):
                number += 1
            item = LIST_ITEM.match(body)
            if number == first + 1 < len(lines) and SETEXT.match(lines[number]) and not item:
                yield block("heading", first, first)
                number += 1
            else:
                yield block("item" if item or DEFINITION_LIST_ITEM.match(body) else "paragraph", first, number - 1)


def _starts_block(lines: list[str], number: int) -> bool:
    """Whether the line ends the paragraph or item before it without a blank line between them."""
    line = lines[number]
    body = line.lstrip("> \t") if line.lstrip().startswith(">") else line
    return bool(
        SETEXT.match(line)
        or LIST_ITEM.match(body)
        or DEFINITION_LIST_ITEM.match(body)
        or ADMONITION.match(line)
        or LINK_DEFINITION.match(line)
        or _is_heading(body)
        or _is_table(lines, number)
    )


def _is_heading(line: str) -> bool:
    return bool(ATX.match(line) and line.strip("# \t"))


def _is_table(lines: list[str], number: int) -> bool:
    return (
        "|" in lines[number]
        and number + 1 < len(lines)
        and "|" in lines[number + 1]
        and "-" in lines[number + 1]
        and not lines[number + 1].strip(" \t|:-")
    )


def _html_end(lines: list[str], number: int, name: str) -> int:
    """The last line of the raw HTML element that opens at ``number``."""
    depth = 0
    tag = re.compile(rf"<(/?){name}\b", re.IGNORECASE)
    for at in range(number, len(lines)):
        for match in tag.finditer(lines[at]):
            depth += -1 if match[1] else 1
        if depth <= 0:
            return at
    return next((at - 1 for at in range(number + 1, len(lines)) if not lines[at].strip()), len(lines) - 1)


def find_headings(source: MarkdownSource) -> Iterator[Heading]:
    """Headings with the ids Python-Markdown's toc extension will give them."""
    raw = source.text.split("\n")
    used = {explicit for _, explicit in find_attribute_ids(source)}
    last: dict[str, str] = {}
    for block in source.blocks:
        if block.kind != "heading":
            continue
        line = raw[block.line - 1].lstrip("> \t") if ">" in raw[block.line - 1] else raw[block.line - 1]
        line = LIST_ITEM.sub("", line)
        atx = ATX.match(line)
        underline = raw[block.line].strip() if block.line < len(raw) else ""
        text = (atx["text"].rstrip().rstrip("#") if atx else line).strip()
        level = len(atx["marks"]) if atx else (1 if underline.startswith("=") else 2)
        explicit = None
        attributes = list(ATTRIBUTE_LIST.finditer(text)) if "{" in text else []
        if attributes and attributes[-1].end() == len(text.rstrip()):
            match = ATTRIBUTE_ID.search(attributes[-1]["list"])
            explicit = (match["id"] or match["id2"]) if match else None
            text = text[: attributes[-1].start()].rstrip()
        name = strip_inline_markdown(text)
        slug = slugify(name, "-")
        identifier = explicit or unique(last.get(slug, slug), used)
        if not explicit:
            last[slug] = identifier  # the next heading of this name counts on from here
        yield Heading(block.line, level, name, identifier, explicit is not None)


INLINE_MARKUP = re.compile(r"[\[<*_`~&\\]")
"""Every piece of inline Markdown has one of these characters."""


def strip_inline_markdown(markdown: str) -> str:
    """What a reader sees of a line of inline Markdown."""
    if not INLINE_MARKUP.search(markdown):
        return markdown.strip()
    text = re.sub(r"\[@[^\]]*\]|\[\^[^\]]*\]", "", markdown)
    text = re.sub(r"!\[[^\[\]]*\](?:\([^)]*\)|\[[^\]]*\])", "", text)
    text = re.sub(r"\[((?:[^\[\]])*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[((?:[^\[\]])*)\]\[[^\]]*\]", r"\1", text)
    text = re.sub(r"<((?:https?|mailto):[^<>\s]*)>", r"\1", text)
    text = re.sub(r"<[^<>]*>", "", text)
    text = re.sub(r"(\*\*|__|\*|`{1,3}|~~)(?=\S)([^\n]{1,500}?)(?<=\S)\1", r"\2", text)
    return unescape(re.sub(r"\\([\\`*_{}\[\]()#+\-.!>~|])", r"\1", text)).strip()


def find_attribute_ids(source: MarkdownSource) -> Iterator[tuple[int, str]]:
    """Ids written as ``{#id}`` after a heading, a paragraph or an inline element: (line, id)."""
    for attributes in ATTRIBUTE_LIST.finditer(source.prose):
        for match in ATTRIBUTE_ID.finditer(attributes["list"]):
            yield source.line(attributes.start()), match["id"] or match["id2"]


def find_html_ids(source: MarkdownSource) -> Iterator[tuple[int, str]]:
    """Ids in raw HTML: (line, id). An old ``<a name>`` counts, since a link may lead to it."""
    for position, element, attributes in source.tags:
        for name in ("id", "name") if element == "a" else ("id",):
            if attributes.get(name):
                yield source.line(position), attributes[name]


def find_footnote_ids(source: MarkdownSource) -> Iterator[str]:
    """Anchors that footnotes, and citations rendered as footnotes, make."""
    defined = {m["name"] for line in source.prose.split("\n") if (m := FOOTNOTE_DEFINITION.match(line))}
    counts: dict[str, int] = {}
    for match in re.finditer(
        r"\[\^(?P<name>[^\[\]\s]{1,200})\](?!:)|(?<=[\[ ])@(?P<key>[\w-]+)(?=[;\]])", source.prose
    ):
        name = match["name"] or match["key"]
        if match["name"] and name not in defined:
            continue
        counts[name] = counts.get(name, 0) + 1
        yield f"fn:{name}"
        yield f"fnref:{name}" if counts[name] == 1 else f"fnref{counts[name]}:{name}"


# Brackets in a link's text are paired, and an address has spaces only in <>. Bounded, so that no input is slow.
INLINE_LINK = re.compile(
    r"(?:(?<!\\)|(?<=\\\\))(?P<image>!?)\[(?P<text>(?:[^\[\]\\]|\\.|!?\[[^\[\]]{0,500}\](?:\([^()]{0,500}\))?){0,1500})\]"
    r"\([ \t]*(?P<url><[^<>\n]{0,4000}>|(?:[^\s()\\]|\\.|\([^\s()]{0,500}\)){0,4000})"
    r"(?P<title>\s{1,20}(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'))?[ \t]*\)"
)
REFERENCE_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]]{1,1000})\] ?\[(?P<name>[^\[\]]{0,1000})\]")
SHORTCUT = re.compile(r"(?<![\]\w\\])\[(?P<name>[^\[\]@^][^\[\]]{0,500})\](?![\[(:])")
AUTOLINK = re.compile(r"<(?P<url>(?:https?|ftp|mailto):[^<>\s]{0,4000})>", re.IGNORECASE)
URL_ATTRIBUTES = (
    "href",
    "src",
    "srcset",
    "poster",
    "action",
    "formaction",
    "data",
    "cite",
    "background",
    "ping",
    "xlink:href",
    "imagesrcset",
)


def find_link_definitions(source: MarkdownSource) -> dict[str, tuple[int, str]]:
    """Reference definitions ``[name]: address``: lower-case name to (line, address)."""
    return {
        " ".join(match["name"].lower().split()): (block.line, match["url"].strip("<>"))
        for block in source.blocks
        if block.kind == "definition" and (match := LINK_DEFINITION.match(block.text))
    }


def find_links(source: MarkdownSource) -> Iterator[Link]:
    """Every link and image of the source, raw HTML included, in no particular order."""
    defined = find_link_definitions(source)
    taken: list[tuple[int, int]] = []
    for match in source.inline:
        form: Literal["inline", "image"] = "image" if match["image"] else "inline"
        taken.append(match.span())
        yield Link(source.line(match.start()), match["url"].strip("<>"), match["text"], form)
        for inner in INLINE_LINK.finditer(match["text"]):
            yield Link(source.line(match.start()), inner["url"].strip("<>"), inner["text"], "image")
    for match in REFERENCE_LINK.finditer(source.prose):
        if is_inside(match.start(), taken):
            continue
        name = " ".join((match["name"] or match["text"]).lower().split())
        target = defined.get(name, (0, ""))[1]
        if match["text"].startswith(("@", "^")) or match["name"].startswith(("@", "^")):
            continue
        yield _reference_link(source, match, target, match["text"], bool(match["image"]))
    for match in SHORTCUT.finditer(source.prose):
        name = " ".join(match["name"].lower().split())
        if name in defined and not is_inside(match.start(), taken):
            image = source.prose[match.start() - 1 : match.start()] == "!"
            yield _reference_link(source, match, defined[name][1], match["name"], image)
    for match in AUTOLINK.finditer(source.prose):
        yield Link(source.line(match.start()), match["url"], match["url"], "auto")
    for position, element, attributes in source.tags:
        for name in URL_ATTRIBUTES:
            if name in attributes:
                yield Link(source.line(position), attributes[name].strip(), "", "html", name, element)


def _reference_link(source: MarkdownSource, match: re.Match[str], target: str, text: str, image: bool) -> Link:
    line = source.line(match.start())
    return Link(line, target, text, "reference", *(("src", "img") if image else ()))


def is_inside(position: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a position lies in one of the spans, which are in order and do not overlap."""
    at = bisect_right(spans, (position, 1 << 60)) - 1
    return at >= 0 and spans[at][0] <= position < spans[at][1]

"""Headings, links, ids and blocks of Markdown source, each with its line.

markdown-it-py reads the text. The site is built by Python-Markdown, whose dialect differs in a few places; the rules below
follow it there: notes (``!!!``), raw HTML, what is code inside a list, and the anchors of headings.
``tests/markdown/test_scanner.py`` compares the results with what Python-Markdown renders.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from markdown.extensions.toc import slugify, unique
from markdown.util import BLOCK_LEVEL_ELEMENTS
from markdown_it import MarkdownIt, rules_inline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from ledger.markdown.html_tags import Tag, read_tags

TAB_LENGTH = 4
"""Python-Markdown's ``tab_length``: how far the inside of a list item or a note is indented."""
BOX_OPENING = re.compile(r"(?:!!!|\?\?\?\+?)\s[^\"\n]*(?:\"(?P<title>.*)\")?")
BLOCK_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?=[\s/>]|$)(?P<attributes>[^>]*)")
MARKDOWN_ATTRIBUTE = re.compile(r"\smarkdown(?!\s*=\s*[\"']?0)(?![\w-])", re.IGNORECASE)
ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*(?P<list>(?:[#.][^{}\s]|[\w-]+=)[^{}\n]*)\}")
ATTRIBUTE_ID = re.compile(r"(?:^|\s)#(?P<id>[^\s}]+)|(?:^|\s)id=[\"']?(?P<id2>[^\s}\"']+)")
CITATION_GROUP = re.compile(r"\[@(?P<keys>[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")
CITATION_KEY = re.compile(r"(?<=@)[A-Za-z0-9_-]+")
RAW_ELEMENTS = ("script", "style", "pre", "textarea", "code", "kbd")
"""Elements whose text is not prose."""
RAW_ELEMENT = re.compile(rf"<(?P<name>{'|'.join(RAW_ELEMENTS)})\b[^>]*>(?P<inside>.*?)</(?P=name)\b", re.S | re.I)
COMMENT = re.compile(r"<!--(?P<text>.*?)-->", re.DOTALL)
WEB_ADDRESS = re.compile(r"https?://\S+")
READ_ALOUD_ATTRIBUTES = ("alt", "title", "aria-label")
URL_ATTRIBUTES = ("href", "src")
"""A page may have no others; see ``checks/raw_html.py``."""
ITEM_CONTAINERS = ("list_item_open", "dd_open")
CONTAINERS = (*ITEM_CONTAINERS, "box_open", "footnote_reference_open")
"""What holds the indented lines below it."""

BlockKind = Literal["paragraph", "item", "row", "header", "heading", "title", "html", "definition"]
Span = tuple[int, int]


@dataclass(frozen=True)
class Comment:
    """An HTML comment: its text, where it starts and ends in the source."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """The smallest piece of prose that a claim and its citation share: a paragraph, an item, a table row.

    ``text`` is its source without code and comments. ``words`` are what a reader sees, without code and citations.
    """

    kind: BlockKind
    line: int
    start: int
    end: int
    text: str
    words: str


@dataclass(frozen=True)
class Link:
    """A link or an image in the source. ``target`` is empty for an undefined reference link."""

    line: int
    target: str
    text: str
    form: Literal["inline", "image", "reference", "html", "auto"]
    attribute: str = "href"
    element: str = "a"
    title: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class InlineCode:
    """Code in a sentence, with its backticks."""

    line: int
    text: str


@dataclass(frozen=True)
class Footnote:
    """The text of a footnote, ``[^name]: text``; one inside another footnote is never printed."""

    name: str
    line: int
    is_nested: bool


@dataclass(frozen=True)
class Heading:
    line: int
    level: int
    text: str
    id: str
    explicit: bool


# --- the dialect ---------------------------------------------------------------------------------------------------


def _parse_box(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A note, ``!!! kind "Title"`` or ``???``, with every line below it that is indented by four or blank."""
    match = BOX_OPENING.match(_get_line(state, start_line))
    if state.is_code_block(start_line) or not match:
        return False
    if silent:
        return True
    indentation = state.sCount[start_line] + TAB_LENGTH
    line = start_line + 1
    while line < end_line and (state.isEmpty(line) or state.sCount[line] >= indentation):
        line += 1
    state.push("box_open", "div", 1).map = [start_line, line]
    title = state.push("box_title", "", 0)
    title.map, title.content = [start_line, start_line + 1], match["title"] or ""
    before = state.blkIndent, state.lineMax
    state.blkIndent, state.lineMax = indentation, line
    state.md.block.tokenize(state, start_line + 1, line)
    state.blkIndent, state.lineMax = before
    state.push("box_close", "div", -1)
    state.line = line
    return True


def _parse_html_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Raw HTML: a block-level element up to its end, blank lines included, or a comment of more than one line.

    What has the attribute ``markdown`` is text with tags in it. A shorter comment belongs to the paragraph around it.
    """
    text = _get_line(state, start_line)
    if not text.startswith("<") or state.sCount[start_line] >= TAB_LENGTH:
        return False
    if text.startswith("<!--"):
        last = next((line for line in range(start_line, end_line) if "-->" in _get_line(state, line)), start_line)
        if last == start_line or silent:
            return last > start_line
    else:
        tag = BLOCK_TAG.match(text)
        if not tag or tag["name"].lower() not in BLOCK_LEVEL_ELEMENTS or MARKDOWN_ATTRIBUTE.search(tag["attributes"]):
            return False
        if silent:
            return True
        last = start_line if tag["close"] else _find_element_end(state, start_line, end_line, tag["name"])
    token = state.push("html_block", "", 0)
    token.map = [start_line, last + 1]
    token.content = state.getLines(start_line, last + 1, state.blkIndent, False)
    state.line = last + 1
    return True


def _get_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _find_element_end(state: StateBlock, start_line: int, end_line: int, name: str) -> int:
    """The line on which an element ends; where it never does, the last one before a blank line."""
    tag = re.compile(rf"<(/?){name}\b", re.IGNORECASE)
    depth = 0
    for line in range(start_line, end_line):
        depth += sum(-1 if match[1] else 1 for match in tag.finditer(_get_line(state, line)))
        if depth <= 0:
            return line
    return next((line - 1 for line in range(start_line + 1, end_line) if state.isEmpty(line)), end_line - 1)


def _is_heading(token: Token) -> bool:
    """Whether this is a heading for Python-Markdown: an underline makes one of a single line only."""
    return token.markup.startswith("#") or (token.map is not None and token.map[1] - token.map[0] == 2)


def _keep_span(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """An inline rule whose tokens remember where in the text of their block they were found."""

    def keep_span(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        found = rule(state, silent)
        for token in state.tokens[count:]:
            token.meta.setdefault("span", (start, state.pos))
        return found

    return keep_span


def _build_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "inline_definitions": True}).enable("table")
    parser.use(deflist_plugin).use(footnote_plugin, inline=False, move_to_end=False)
    parser.block.ruler.at("html_block", _parse_html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.before("fence", "box", _parse_box, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    for name, rule in (
        ("backticks", rules_inline.backtick),
        ("link", rules_inline.link),
        ("image", rules_inline.image),
        ("autolink", rules_inline.autolink),
        ("html_inline", rules_inline.html_inline),
    ):
        parser.inline.ruler.at(name, _keep_span(rule))
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


PARSER = _build_parser()


# --- the facts -----------------------------------------------------------------------------------------------------


class MarkdownSource:
    """One Markdown text, with its front matter already blanked so that lines stay where they are.

    ``markup`` is the text with code and comments blanked; in ``prose`` the text of elements such as ``<code>`` is blank, too.
    Both have the length and the lines of the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines = text.split("\n")
        self.comments: list[Comment] = []
        self.fences: list[Token] = []
        """Fenced code, with its lines (from 0), its marks and what follows them."""
        self.footnotes: list[Footnote] = []
        self.inline_code: list[InlineCode] = []
        self.definitions: dict[str, tuple[int, str]] = {}
        """The line and the address of each definition, ``[name]: address``, by its name in small letters."""
        self.markdown_links: list[Link] = []
        self._code: list[Span] = []
        self._addresses: list[Span] = []
        self._found: list[tuple[BlockKind, int, int, str, str]] = []
        self._levels: dict[int, int] = {}
        self._env: dict[str, Any] = {}
        self._read()
        comments = [(comment.start, comment.end) for comment in self.comments]
        self.markup = blank_spans(text, [*self._code, *comments])
        raw = RAW_ELEMENT.finditer(self.markup)
        self.prose = blank_spans(self.markup, [match.span("inside") for match in raw])

    def line(self, position: int) -> int:
        """The line (from 1) of the character at ``position``."""
        return bisect_right(self.starts, position)

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(kind, first + 1, start := self.starts[first], end := self._end(last), self.prose[start:end], words)
            for kind, first, last, words, _ in self._found
        ]

    @cached_property
    def headings(self) -> list[Heading]:
        """Headings with the ids Python-Markdown's toc extension will give them."""
        headings = []
        used = {explicit for _, explicit in find_attribute_ids(self)}
        last_ids: dict[str, str] = {}
        for kind, first, _, _, text in self._found:
            if kind != "heading":
                continue
            attributes = ATTRIBUTE_LIST.search(text)
            match = ATTRIBUTE_ID.search(attributes["list"]) if attributes else None
            explicit = (match["id"] or match["id2"]) if match else None
            text = CITATION_GROUP.sub("", ATTRIBUTE_LIST.sub("", text)).strip()
            slug = slugify(text, "-")
            identifier = explicit or unique(last_ids.get(slug, slug), used)
            if not explicit:
                last_ids[slug] = identifier  # the next heading of this name counts on from here
            headings.append(Heading(first + 1, self._levels[first], text, identifier, explicit is not None))
        return headings

    @cached_property
    def tags(self) -> list[tuple[int, str, dict[str, str]]]:
        """Raw HTML opening tags: position, lower-case name, attributes."""
        return [(tag.start, tag.name, dict(reversed(tag.attributes))) for tag in self.all_tags if not tag.is_end]

    @cached_property
    def all_tags(self) -> list[Tag]:
        """Raw HTML tags, those inside ``<code>`` and the like included, since Markdown leaves them there."""
        return read_tags(blank_spans(self.markup, self._addresses))

    @cached_property
    def links(self) -> list[Link]:
        """Every link and image, raw HTML included, in no particular order."""
        return [
            *self.markdown_links,
            *(
                Link(self.line(position), attributes[name].strip(), "", "html", name, element)
                for position, element, attributes in self.tags
                for name in URL_ATTRIBUTES
                if name in attributes
            ),
        ]

    @cached_property
    def html_blocks(self) -> list[Span]:
        """Spans of block-level raw HTML, in which Markdown (and so a citation) is left as it is."""
        return [(block.start, block.end) for block in self.blocks if block.kind == "html"]

    # --- reading -------------------------------------------------------------------------------------------------

    def _end(self, line: int) -> int:
        return self.starts[line] + len(self.lines[line])

    def _read(self) -> None:
        tokens: list[Token] = []
        PARSER.block.parse(self.text, PARSER, self._env, tokens)
        parents: list[Token] = []
        for at, token in enumerate(tokens):
            if token.nesting < 0:
                parents.pop()
            else:
                self._read_token(token, parents, at >= 2 and tokens[at - 2].type in ITEM_CONTAINERS)
            if token.nesting > 0:
                parents.append(token)

    def _read_token(self, token: Token, parents: Sequence[Token], begins_item: bool) -> None:
        if not token.map:
            return
        first, last = token.map[0], max(token.map[0], token.map[1] - 1)
        match token.type:
            case "inline" if parents[-1].type == "heading_open" and _is_heading(parents[-1]):
                self._levels[first] = int(parents[-1].tag[1])
                self._add("heading", first, first, token.content)
            case "inline" if parents[-1].type not in ("th_open", "td_open"):
                self._add("item" if begins_item else "paragraph", first, last, token.content)
            case "tr_open":
                kind: BlockKind = "header" if parents[-1].type == "thead_open" else "row"
                self._add(kind, first, first, self.lines[first])
            case "box_title":
                self._add("title", first, first, token.content)
            case "html_block":
                start, end = self.starts[first], self._end(last)
                for match in COMMENT.finditer(self.text, start, end):
                    self.comments.append(Comment(match["text"].strip(), *match.span()))
                links, self.markdown_links = self.markdown_links, []
                self._add("html", first, last, COMMENT.sub("", token.content).replace("`", "'"))
                self.markdown_links = links  # Markdown inside is left as it is
            case "definition":
                name = " ".join(token.meta["label"].lower().split())
                self.definitions.setdefault(name, (first + 1, token.meta["url"]))
                self._found.append(("definition", first, last, "", ""))
            case "footnote_reference_open":
                is_nested = any(parent.type == token.type for parent in parents)
                self.footnotes.append(Footnote(token.meta["label"], first + 1, is_nested))
            case "fence":
                self._code.append((self.starts[first], self._end(last)))
                self.fences.append(token)
            case "code_block":
                self._read_indented(first, last, token, sum(parent.type in CONTAINERS for parent in parents))

    def _read_indented(self, first: int, last: int, token: Token, depth: int) -> None:
        """Indented code; a text of the item above it where Python-Markdown, which counts by four, does not see code."""
        line = self.lines[first].expandtabs(TAB_LENGTH)
        if len(line) - len(line.lstrip(" >")) >= TAB_LENGTH * (depth + 1):
            self._code.append((self.starts[first], self._end(last)))
        else:
            self._add("paragraph", first, last, token.content.rstrip("\n"))

    def _add(self, kind: BlockKind, first: int, last: int, content: str) -> None:
        """Read the inline Markdown of a block, and keep the block."""
        tokens: list[Token] = []
        PARSER.inline.parse(content, PARSER, self._env, tokens)
        words = self._read_inline(tokens, content, self._locate(content, first))
        words = CITATION_GROUP.sub("", ATTRIBUTE_LIST.sub("", WEB_ADDRESS.sub(" ", words)))
        self._found.append((kind, first, last, words, join_text(tokens) if kind == "heading" else ""))

    def _locate(self, content: str, first: int) -> Callable[[int], int]:
        """A function from a position in the text of a block, which has no indentation, to one in the source."""
        places: list[Span] = []
        done = 0
        for line, text in enumerate(content.split("\n"), first):
            bare = text.strip()
            indentation = len(text) - len(text.lstrip())
            places.append((done, self.starts[line] + self.lines[line].rfind(bare) - indentation if bare else 0))
            done += len(text) + 1
        offsets = [offset for offset, _ in places]

        def locate(position: int) -> int:
            offset, start = places[bisect_right(offsets, position) - 1]
            return start + position - offset

        return locate

    def _read_inline(self, tokens: Sequence[Token], content: str, locate: Callable[[int], int], base: int = 0) -> str:
        """The words of inline Markdown. Code, comments and links are kept with their positions."""
        words: list[str] = []
        opened: list[tuple[Token, int]] = []
        hidden = ""  # the element whose text is not prose
        for at, token in enumerate(tokens):
            start, end = (base + position for position in token.meta.get("span", (0, 0)))
            source = content[start:end]
            where = locate(start), locate(end - 1) + 1
            if token.type == "code_inline":
                self._code.append(where)
                self.inline_code.append(InlineCode(self.line(where[0]), source))
                words.append(" " + "\n" * source.count("\n"))
            elif token.type == "html_inline":
                hidden = self._read_html(token, where, words, hidden, islice(tokens, at + 1, None))
            elif token.type == "link_open":
                opened.append((token, len(words)))
            elif token.type == "link_close" and opened:
                token, begin = opened.pop()
                self._add_link(token, "".join(words[begin:]), source, where)
                if token.info == "auto":
                    words[begin:] = [" "]
                elif token.attrs.get("title"):
                    words.append(f" {token.attrs['title']}")
            elif token.type == "image":
                text = self._read_inline(token.children or [], content, locate, start + 2)
                self._add_link(token, text, source, where)
                words.append(f"{text} {token.attrs.get('title') or ''}".rstrip())
            elif token.type in ("softbreak", "hardbreak"):
                words.append("\n")
            elif not hidden and token.type in ("text", "text_special"):
                words.append(token.content)
        return "".join(words)

    def _read_html(self, token: Token, where: Span, words: list[str], hidden: str, following: Iterable[Token]) -> str:
        """A comment or a tag; the result is the element whose text is to be left out from here."""
        lines = "\n" * token.content.count("\n")
        if token.content.startswith("<!--"):
            self.comments.append(Comment(token.content[4:].removesuffix("-->").strip(), *where))
            words.append(lines)
            return hidden
        for tag in read_tags(token.content):
            words += [" ", *(f"{text} " for name, text in tag.attributes if name in READ_ALOUD_ATTRIBUTES)]
            end = f"</{tag.name}"
            if tag.is_end and tag.name == hidden:
                hidden = ""
            elif not hidden and tag.name in RAW_ELEMENTS:
                closed = any(one.type == "html_inline" and one.content.lower().startswith(end) for one in following)
                hidden = tag.name if closed else ""
        words.append(lines)
        return hidden

    def _add_link(self, token: Token, text: str, source: str, where: Span) -> None:
        line, title = self.line(where[0]), str(token.attrs.get("title") or "")
        target = str(token.attrs["src" if token.type == "image" else "href"])
        if token.info == "auto":
            self._addresses.append(where)
            self.markdown_links.append(Link(line, source[1:-1], text, "auto", start=where[0], end=where[1]))
        elif source.endswith("]"):
            place = ("src", "img") if token.type == "image" else ("href", "a")
            self.markdown_links.append(Link(line, target, text, "reference", *place, title, *where))
        else:
            address = source.rfind("](<")
            if address >= 0:
                self._addresses.append((where[0] + address + 2, where[1]))
            form: Literal["image", "inline"] = "image" if token.type == "image" else "inline"
            self.markdown_links.append(Link(line, target, text, form, title=title, start=where[0], end=where[1]))


def blank_spans(text: str, spans: Sequence[Span]) -> str:
    """The text with spaces in place of every character in the spans but line ends."""
    parts, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], re.sub(r"[^\n]", " ", text[start:end])]
        elif end > done:
            parts.append(re.sub(r"[^\n]", " ", text[done:end]))
        done = max(done, end)
    return "".join(parts) + text[done:]


def join_text(tokens: Sequence[Token]) -> str:
    """The text of inline Markdown as Python-Markdown takes it for an anchor: with code, without images."""
    kinds = ("text", "text_special", "code_inline")
    return "".join(token.content if token.type in kinds else " " * (token.type == "softbreak") for token in tokens)


def strip_inline_markdown(markdown: str) -> str:
    """What a reader sees of a line of inline Markdown."""
    tokens: list[Token] = []
    PARSER.inline.parse(markdown, PARSER, {"references": {}}, tokens)
    return re.sub(r"\[@[^\]]*\]|\[\^[^\]]*\]", "", join_text(tokens)).strip()


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
    counts: dict[str, int] = {}
    defined = {footnote.name for footnote in source.footnotes}
    for match in re.finditer(r"\[\^(?P<name>[^\[\]\s]+)\](?!:)|(?<=[\[ ])@(?P<key>[\w-]+)(?=[;\]])", source.prose):
        name = match["name"] or match["key"]
        if match["name"] and name not in defined:
            continue
        counts[name] = counts.get(name, 0) + 1
        yield f"fn:{name}"
        yield f"fnref:{name}" if counts[name] == 1 else f"fnref{counts[name]}:{name}"


def is_inside(position: int, spans: Sequence[Span]) -> bool:
    """Whether a position lies in one of the spans, which are in order and do not overlap."""
    at = bisect_right(spans, (position, 1 << 60)) - 1
    return at >= 0 and spans[at][0] <= position < spans[at][1]


def find_line_offset(words: str, text: str) -> int:
    """How many lines of ``text`` come before ``words``, which may be broken over lines."""
    match = re.search(r"\s+".join(re.escape(word) for word in words.split()), text)
    return text.count("\n", 0, match.start()) if match else 0

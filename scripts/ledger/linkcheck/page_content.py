"""What a reader's browser makes of a page: its title, headings, words and ids, and where it sends the reader.

Any server can send anything, so everything here takes time in proportion to the size of the page.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urljoin

MAX_REFRESH_SECONDS = 60
"""A page that refreshes later than this has been read before."""
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
XML_ENCODING = re.compile(rb"\s*<\?xml[^<>]{0,99}encoding=[\"']([\w.:-]{1,40})")
WEB_ENCODINGS = {"iso-8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "x-sjis": "cp932",
                 "euc-kr": "cp949", "ks_c_5601-1987": "cp949"}  # fmt: skip
"""Encodings by names that browsers understand in a wider sense than Python."""
ODD_ENCODINGS = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7")
"""Encodings of Python that are none of the web."""
LONG_REFERENCE = re.compile(r"&#[0-9]{9,};?")
"""More digits than any character has, and than Python may be willing to read."""
TAG_START = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z][^\s/>]*)")
ATTRIBUTE = re.compile(
    r"[\s/]*(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"'][^\s>]*)?))?)"
)
RAW_ELEMENT_ENDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "template", "textarea", "title", "iframe", "xmp", "noembed", "noframes")
}
"""Elements whose content has no tags that count."""
INLINE_ELEMENTS = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub",
     "sup", "u", "wbr"}
)  # fmt: skip
TEXT_ELEMENTS = frozenset({"p", "li", "td", "dd", "article", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
MEDIA_ELEMENTS = frozenset(
    {"script", "img", "svg", "iframe", "frame", "object", "embed", "video", "audio", "canvas", "form", "math"}
)
BLOCK_END = "\x1e"
"""A character that no text has, for the end of a block."""
REFRESH = re.compile(
    r"\s*(\d*)(?:\.[\d.]*)?\s*(?:[;,]\s*|\s)(?:url\s*=\s*)?(?:\"([^\"]*).*|'([^']*).*|(.*))", re.IGNORECASE
)
NO_SCRIPT_PAGE = re.compile(r"no[-_]?script|no[-_]?js|enable[-_]?js|javascript|[?&]js=", re.IGNORECASE)
"""In the address to which a page sends only those who have no scripts."""


@dataclass(frozen=True)
class Element:
    """A tag (``/p`` ends a paragraph), its attributes, and the words before it. ``content``: of a raw element."""

    name: str
    attributes: Mapping[str, str]
    words: str
    content: str = ""


@dataclass(frozen=True)
class PageContent:
    """The parts of a page that show what kind of page it is."""

    title: str
    headings: tuple[str, ...]
    """Texts of its ``h1``."""
    text: str
    """What a reader sees of the body, one block a line."""
    ids: frozenset[str]
    """Where a fragment can lead, also without the prefix that GitHub gives ids."""
    elements: frozenset[str]
    containers: frozenset[str]
    """Names of its elements that are empty until a script fills them: a ``div`` with an id, elements not of HTML."""
    refresh: str
    """The address to which the page sends the reader by itself; empty for none."""
    source: str
    """Its HTML in lower case."""

    @property
    def has_media(self) -> bool:
        """Whether a page without words can show something."""
        return not self.elements.isdisjoint(MEDIA_ELEMENTS)

    @property
    def is_made_by_scripts(self) -> bool:
        """Whether the page is only complete once scripts have run."""
        return "script" in self.elements and bool(self.containers or self.elements.isdisjoint(TEXT_ELEMENTS))


def decode_page(body: bytes, content_type: str) -> str:
    """The text of a page by its byte order mark, its header or its own words. A wrong charset costs a few letters."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    if body[:4].count(0) == 2:
        return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-16-be", errors="replace")
    if not body.isascii():
        try:  # hardly any text in another encoding can be read as UTF-8
            return codecs.getincrementaldecoder("utf-8")().decode(body)
        except UnicodeDecodeError:
            pass
    declared = CHARSET.search(content_type.encode("utf-8", "replace"))
    found = declared or CHARSET.search(body, 0, 1024) or XML_ENCODING.match(body)
    name = found[1].decode().lower() if found else "utf-8"
    if name.startswith("utf-16") and not declared:  # a page that can be read so far is not in UTF-16
        name = "utf-8"
    try:
        encoding = codecs.lookup(WEB_ENCODINGS.get(name, name)).name
        return body.decode("utf-8" if encoding in ODD_ENCODINGS else encoding, errors="replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", errors="replace")


def normalize_text(text: str) -> str:
    """Text as it is compared: entities resolved, simple spaces and apostrophes."""
    return " ".join(unescape(LONG_REFERENCE.sub("", text)).replace("’", "'").split())


def read_page(html: str, address: str = "", refresh_header: str = "") -> PageContent:
    """The content of a page that was sent from ``address``."""
    elements = list(_read_elements(html))
    visible = list(_leave_out_drawings(elements))
    titles = (normalize_text(element.content) for element in visible if element.name == "title")
    ids = {
        element.attributes[key]
        for element in elements
        for key in ("id", "name")
        if element.attributes.get(key) and (key == "id" or element.name == "a")
    }
    headings, text = _read_text(visible)
    return PageContent(
        next(filter(None, titles), ""),
        headings,
        text,
        frozenset(ids | {unquote(name) for name in ids} | {name.removeprefix("user-content-") for name in ids}),
        frozenset(element.name for element in elements),
        frozenset(_find_empty_containers(elements)),
        _find_refresh(elements, address) or _read_refresh(refresh_header, address, address),
        html.lower(),
    )


def _read_elements(html: str) -> Iterator[Element]:
    """All elements but comments and declarations. The last one is the end of the page."""
    position = 0
    words: list[str] = []
    while match := TAG_START.search(html, position):
        words.append(html[position : match.start()])
        if match[0] in ("<!--", "<!", "<?"):
            end = "-->" if match[0] == "<!--" else ">"
            found = html.find(end, match.start() + 2)
            position = found + len(end) if found >= 0 else len(html)
            continue
        position = match.end()
        name = match[0][1:].lower()
        attributes, position = _read_attributes(html, position)
        content = ""
        if name in RAW_ELEMENT_ENDS:
            closing = RAW_ELEMENT_ENDS[name].search(html, position)
            end_of_content = closing.start() if closing else len(html)
            content, position = html[position:end_of_content], end_of_content
        yield Element(name, attributes, "".join(words), content)
        words = []
    yield Element("/html", {}, "".join([*words, html[position:]]))


def _read_attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag from the end of its name on, and the position after the tag."""
    attributes: dict[str, str] = {}
    while match := ATTRIBUTE.match(html, position):
        if match.end() == position:
            break
        position = match.end()
        if match["end"]:
            return attributes, position
        value = match["double"] or match["single"] or match["bare"] or ""
        attributes.setdefault(match["name"].lower(), unescape(value))
    return attributes, len(html)


def _leave_out_drawings(elements: Iterable[Element]) -> Iterator[Element]:
    """The elements outside of SVG, whose titles and words are not the page's."""
    depth = 0
    for element in elements:
        if not depth:
            yield element
        depth = max(0, depth + (element.name == "svg") - (element.name == "/svg"))


def _read_text(elements: Iterable[Element]) -> tuple[tuple[str, ...], str]:
    """The headings and the text of a page."""
    parts: list[str] = []
    headings: list[str] = []
    heading: int | None = None
    for element in elements:
        parts.append(element.words)
        if element.name == "h1":
            heading = len(parts)
        elif element.name == "/h1" and heading is not None:
            headings.append(normalize_text("".join(parts[heading:]).replace(BLOCK_END, " ")))
            heading = None
        if element.name.removeprefix("/") not in INLINE_ELEMENTS:
            parts.append(BLOCK_END)
    lines = map(normalize_text, "".join(parts).split(BLOCK_END))
    return tuple(filter(None, headings)), "\n".join(filter(None, lines))


def _find_empty_containers(elements: Sequence[Element]) -> Iterator[str]:
    for element, following in itertools.pairwise(elements):
        empty = following.name == f"/{element.name}" and not following.words.strip()
        if empty and ("-" in element.name or (element.name in ("div", "main") and element.attributes.get("id"))):
            yield element.name


def _find_refresh(elements: Iterable[Element], address: str) -> str:
    """The address of the first refresh that leads elsewhere."""
    base = address
    for element in elements:
        if element.name == "base" and element.attributes.get("href"):
            base = _join(address, element.attributes["href"])
        if element.name == "meta" and element.attributes.get("http-equiv", "").strip().lower() == "refresh":
            target = _read_refresh(element.attributes.get("content", ""), address, base)
            if target:
                return target
    return ""


def _read_refresh(content: str, address: str, base: str) -> str:
    """The address that a refresh leads to; empty where it comes late or only loads the same page again."""
    match = REFRESH.fullmatch(" ".join(content.split()))
    if not match or int(match[1][:9] or 0) > MAX_REFRESH_SECONDS:
        return ""
    target = (match[2] or match[3] or match[4] or "").strip()
    joined = _join(base, target) if target else ""
    for_programs = NO_SCRIPT_PAGE.search(joined) and not NO_SCRIPT_PAGE.search(address)
    return "" if for_programs or joined.partition("#")[0] == address.partition("#")[0] else joined


def _join(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return target

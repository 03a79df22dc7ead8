"""What HTML a contributor's text may contain: words and their markup, nothing that runs, loads, covers or sends.

Checked twice against one list: in the source, where a problem has its line, and in the HTML that Markdown made of it,
so that no trick of syntax gets through.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple

import nh3
from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.util import BLOCK_LEVEL_ELEMENTS

from ledger.checks import third_party
from ledger.checks.address_syntax import DESCRIBE_BY_SCHEME
from ledger.core.problems import Problem
from ledger.markdown.html_tags import Tag, read_tags
from ledger.markdown.scanner import MarkdownSource
from ledger.model.project import DOCS_FOLDER, Project
from ledger.model.rules import rule
from ledger.model.text_files import INVISIBLE_CHARACTER

GLOBAL_ATTRIBUTES = frozenset({"id", "title", "lang", "dir", "markdown"})
CELL_ATTRIBUTES = frozenset({"colspan", "rowspan", "scope", "headers"})
WORD_TAGS = (
    "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dfn", "div", "dl", "dt",
    "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "p", "pre",
    "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "tfoot", "thead", "tr",
    "u", "ul", "var", "wbr",
)  # fmt: skip
"""Tags for words that need no attribute of their own."""
ALLOWED_TAGS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(WORD_TAGS, frozenset[str]()),
    "a": frozenset({"href", "rel", "download", "name"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "width", "height", "loading"}),
    "ol": frozenset({"start", "reversed", "type"}),
    "td": CELL_ATTRIBUTES,
    "th": CELL_ATTRIBUTES,
    "time": frozenset({"datetime"}),
}
"""The tags that a page may contain, and the attributes of each beside those that any may have."""
VOID_ELEMENTS = frozenset({"br", "col", "hr", "img", "wbr"})
OPTIONAL_ENDS = frozenset({"colgroup", "dd", "dt", "li", "tbody", "td", "tfoot", "th", "thead", "tr"})
"""Those that are never closed, and those that end with what is around them."""
ATTRIBUTE_LIST_ATTRIBUTES = GLOBAL_ATTRIBUTES.union(*ALLOWED_TAGS.values()) - {"href", "src"}
"""What an attribute list, ``{: … }``, may set; an address belongs into the link itself."""
SOURCE_TAGS: Mapping[str, frozenset[str]] = {name: own | GLOBAL_ATTRIBUTES for name, own in ALLOWED_TAGS.items()}
ADDED_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "h1": GLOBAL_ATTRIBUTES,
    "div": frozenset({"data-verdict"}),
    "span": frozenset({"data-verdict", "data-term"}),
    "table": frozenset({"data-stack"}),
    "td": frozenset({"style", "data-label"}),
    "th": frozenset({"style"}),
}
BUILT_TAGS: Mapping[str, frozenset[str]] = {
    name: SOURCE_TAGS.get(name, frozenset()) | ADDED_ATTRIBUTES.get(name, frozenset()) | {"class"}
    for name in (*SOURCE_TAGS, "h1")
}
"""The same with what Markdown and our own generators add. A class is one of theirs: it says what a text is."""
STYLE_PROPERTIES = frozenset({"text-align"})

HTML_SUFFIXES = ("html", "htm", "xhtml", "xht", "xml", "xsl", "mht")
"""How the name of a file ends that a browser reads as a page."""
PAGE_ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*(?P<list>[^{}\n]+)\}")
FALSE_COMMENT = re.compile(r"<!--(?:-?>|(?:(?!-->).)*?(?:--!>|<!--))", re.DOTALL)
"""A comment that a browser ends sooner than Markdown does."""
BUILD_COMMENT = re.compile(r"<!--(?:cite .*|\s*(?:cite\s+[\w;-]+|crumbs|references)\s*)-->", re.IGNORECASE | re.DOTALL)
"""Comments that the build itself writes, and fills in later."""
BUILD_ID = re.compile(r"fn(?:ref\d*)?:|sources-of-this-page$", re.IGNORECASE)
"""Ids that the list of references has."""
CHARACTER_REFERENCE = re.compile(r"&#?\w{1,30};")
IGNORED_CHARACTERS = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\ufeff]+")
REMOTE_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)
CODE_SCHEMES = ("javascript:", "vbscript:", "data:", "livescript:", "file:", "blob:", "filesystem:")
ALIGNMENT = re.compile(r"text-align: ?(?:left|center|right);?")
THEME_CLASS = re.compile(r"(?:^|\s)(?:md|mdx)-", re.IGNORECASE)


class HtmlFinding(NamedTuple):
    """What is wrong with a piece of HTML: the rule, and what to do."""

    rule: str
    message: str


def allows_attribute(element: str, attribute: str) -> bool:
    """Whether a page may contain this attribute of this element."""
    return attribute in SOURCE_TAGS.get(element, ())


def runs_code(address: str) -> bool:
    """Whether a browser would take an address for code or for a file of its own, however it is written."""
    for _ in range(3):
        address = unescape(address)
    return IGNORED_CHARACTERS.sub("", address).lower().startswith(CODE_SCHEMES)


@rule("raw-html")
def check_raw_html(project: Project) -> Iterator[Problem]:
    """Every page's source, and pages that would be copied as they are."""
    for page in project.pages.values():
        yield from check_source_html(page.source, page.path)
        yield from check_tag_pairs(page.source, page.path)
    for src in sorted(project.files):
        suffix = src.rpartition(".")[2].lower()
        if suffix in HTML_SUFFIXES and not (project.root / DOCS_FOLDER / src).is_symlink():
            message = "a page written in HTML would be served as it is; write it in Markdown"
            yield Problem(f"{DOCS_FOLDER}/{src}", 1, "raw-html", message)


@rule("raw-html", "raw-attribute", "unsafe-address")
def check_source_html(source: MarkdownSource, shown: str) -> Iterator[Problem]:
    """What a page's Markdown contains that it may not, with its line."""
    for comment in source.comments:
        if FALSE_COMMENT.match(source.text, comment.start, comment.end):
            message = (
                "a browser ends this comment before its end; write <!-- words --> with no '>' or '--' in the words"
            )
            yield Problem(shown, source.line(comment.start), "raw-html", message)
        elif BUILD_COMMENT.fullmatch(source.text, comment.start, comment.end):
            message = (
                f"the build would fill in '<!-- {comment.text[:40]} -->'; remove it, and write [@key] to cite a source"
            )
            yield Problem(shown, source.line(comment.start), "raw-html", message)
    for match in CHARACTER_REFERENCE.finditer(source.prose):
        if INVISIBLE_CHARACTER.search(unescape(match[0])):
            message = f"'{match[0]}' is an invisible character; take it out"
            yield Problem(shown, source.line(match.start()), "raw-html", message)
    for tag in source.all_tags:
        for finding in _check_tag(tag, SOURCE_TAGS):
            yield Problem(shown, source.line(tag.start), *finding)
    for match in PAGE_ATTRIBUTE_LIST.finditer(source.markup):
        for name, value in _parse_attribute_list(match["list"]):
            if fault := _check_attribute("", name, value, ATTRIBUTE_LIST_ATTRIBUTES):
                yield Problem(shown, source.line(match.start()), *fault)


@rule("raw-html")
def check_tag_pairs(source: MarkdownSource, shown: str) -> Iterator[Problem]:
    """Tags that are never closed, or close nothing: a browser would put what follows inside them.

    An element for words ends in the block of text in which it begins.
    """
    blocks = sorted(block.start for block in source.blocks)
    opened: list[tuple[Tag, int]] = []
    counts, unclosed = Counter[str](), Counter[str]()

    def close_last() -> Iterator[Problem]:
        tag, _ = opened.pop()
        counts[tag.name] -= 1
        if tag.name not in OPTIONAL_ENDS:
            unclosed[tag.name] += 1
            where = "" if tag.name in BLOCK_LEVEL_ELEMENTS else " in its paragraph, list item or table row"
            message = f"<{tag.name}> is not closed{where}; add </{tag.name}>"
            yield Problem(shown, source.line(tag.start), "raw-html", message)

    for tag in source.all_tags:
        if tag.name not in SOURCE_TAGS or (tag.name in VOID_ELEMENTS and not tag.is_end):
            continue
        block = bisect_right(blocks, tag.start)
        while opened and opened[-1][1] != block and opened[-1][0].name not in BLOCK_LEVEL_ELEMENTS:
            yield from close_last()
        if not tag.is_end:
            opened.append((tag, block))
            counts[tag.name] += 1
        elif counts[tag.name]:
            while opened[-1][0].name != tag.name:
                yield from close_last()
            opened.pop()
            counts[tag.name] -= 1
        elif unclosed[tag.name]:
            unclosed[tag.name] -= 1  # reported where it begins
        else:
            yield Problem(shown, source.line(tag.start), "raw-html", f"</{tag.name}> closes nothing; remove it")
    while opened:
        yield from close_last()


@rule("raw-html", "raw-attribute", "unsafe-address", "third-party")
def sanitise_html(html: str, text: str, shown: str) -> tuple[str, list[Problem]]:
    """The HTML that Markdown made, with only what is allowed, and the problems.

    ``text`` is the source, to find the line. A build stops at these problems; a preview shows the page without harm.
    """
    safe = CLEANER.clean(html)
    if all(safe.count(mark) == html.count(mark) for mark in ("<", '="')):  # nothing was removed
        return safe, []
    problems = []
    for tag in read_tags(html):
        for finding in (*_check_tag(tag, BUILT_TAGS), *_check_remote_image(tag)):
            line = text.count("\n", 0, max(text.find(html[tag.start : tag.start + 12]), 0)) + 1
            problems.append(Problem(shown, line, finding.rule, f"as the page is built: {finding.message}"))
    return safe, problems


def _filter_attribute(element: str, name: str, value: str) -> str | None:
    """The value of an allowed attribute; None to leave it out."""
    is_remote = name == "src" and REMOTE_ADDRESS.match(value)
    is_style = name == "style" and not ALIGNMENT.fullmatch(value)
    return None if is_remote or is_style or (name == "class" and THEME_CLASS.search(value)) else value


CLEANER = nh3.Cleaner(
    tags=set(BUILT_TAGS),
    clean_content_tags=set(),
    attributes={name: set(attributes) for name, attributes in BUILT_TAGS.items()},
    attribute_filter=_filter_attribute,
    strip_comments=False,
    link_rel=None,
    url_schemes=set(DESCRIBE_BY_SCHEME),
    filter_style_properties=set(STYLE_PROPERTIES),
)


def _check_tag(tag: Tag, allowed: Mapping[str, frozenset[str]]) -> Iterator[HtmlFinding]:
    """What is wrong with one tag."""
    if tag.name in ("!", "?"):
        yield HtmlFinding("raw-html", f"'<{tag.name}' would be read as markup; write &lt;{tag.name}")
        return
    if tag.name not in allowed:
        shown = tag.name[:40]
        yield HtmlFinding("raw-html", f"<{shown}> is not allowed in a page; use Markdown, or write &lt;{shown} as text")
        return
    for name, value in tag.attributes:
        finding = _check_attribute(tag.name, name, value, allowed[tag.name])
        if finding:
            yield finding


def _check_remote_image(tag: Tag) -> Iterator[HtmlFinding]:
    """An image on another host, which the link check reports where it is in the source."""
    for name, value in tag.attributes:
        if name == "src" and REMOTE_ADDRESS.match(value):
            yield HtmlFinding("third-party", third_party.describe_request(value))


def _check_attribute(element: str, name: str, value: str, allowed: frozenset[str]) -> HtmlFinding | None:
    """What is wrong with one attribute; ``element`` is empty for one of an attribute list."""
    low = name.lower()
    where = f"of <{element}>" if element else "in braces"
    if low not in allowed:
        return HtmlFinding(
            "raw-attribute", f"'{name[:40]}' {where} is not allowed; remove it (REFERENCE.md lists what is)"
        )
    if low in ("id", "name") and BUILD_ID.match(value.strip()):
        return HtmlFinding("raw-attribute", f"the id '{value[:60]}' belongs to the references; use another, or none")
    if low in ("href", "src") and runs_code(value):
        return HtmlFinding(
            "unsafe-address", f"'{value[:60]}' could run as code; link to a page or a file in {DOCS_FOLDER}/"
        )
    if low == "class" and THEME_CLASS.search(unescape(value)):
        return HtmlFinding("raw-attribute", f"the class '{value[:60]}' is the theme's; use a class of ours, or none")
    if low == "style" and not ALIGNMENT.fullmatch(value):
        return HtmlFinding(
            "raw-attribute", f"a style attribute {where} is not allowed; the style sheet says how things look"
        )
    return None


def _parse_attribute_list(words: str) -> Iterator[tuple[str, str]]:
    """What an attribute list sets. A word alone sets nothing that could matter, and is most likely a text in braces."""
    try:
        pairs, _ = get_attrs_and_remainder(words)
    except Exception:  # what the extension cannot read it leaves as text
        return
    for name, value in pairs:
        if value is not None:
            yield {".": "class", "#": "id"}.get(name, name), value

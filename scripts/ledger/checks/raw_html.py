"""What HTML a contributor's text may contain: words and their markup, nothing that runs, loads, covers or sends.

Checked twice against one list: in the source, where a problem has its line, and in the HTML that Markdown made of it,
so that no trick of syntax gets through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple

from markdown.extensions.attr_list import get_attrs_and_remainder

from ledger.checks import third_party
from ledger.core.problems import Problem
from ledger.markdown.scanner import MarkdownSource, blank_spans
from ledger.model.project import DOCS_FOLDER, Project
from ledger.model.rules import rule
from ledger.model.text_files import read_text

GLOBAL_ATTRIBUTES = frozenset({"class", "id", "title", "lang", "dir", "markdown"})
CELL_ATTRIBUTES = frozenset({"colspan", "rowspan", "scope", "headers"})
ALLOWED_TAGS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "abbr",
            "b",
            "bdi",
            "bdo",
            "blockquote",
            "br",
            "caption",
            "cite",
            "code",
            "dd",
            "del",
            "dfn",
            "div",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "ins",
            "kbd",
            "li",
            "mark",
            "p",
            "pre",
            "q",
            "s",
            "samp",
            "small",
            "span",
            "strong",
            "sub",
            "summary",
            "sup",
            "table",
            "tbody",
            "tfoot",
            "thead",
            "tr",
            "u",
            "ul",
            "var",
            "wbr",
        ],
        frozenset[str](),
    ),
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
ATTRIBUTE_LIST_ATTRIBUTES = GLOBAL_ATTRIBUTES.union(*ALLOWED_TAGS.values()) - {"href", "src"}
"""What an attribute list, ``{: … }``, may set; an address belongs into the link itself."""
GENERATED: Mapping[str, frozenset[str]] = {
    "h1": frozenset(),
    "div": frozenset({"data-verdict"}),
    "span": frozenset({"data-verdict", "data-term"}),
    "table": frozenset({"data-stack"}),
    "td": frozenset({"style", "data-label"}),
    "th": frozenset({"style"}),
}
"""What Markdown and our own generators add to that."""

HTML_SUFFIXES = ("html", "htm", "xhtml", "xht", "xml", "xsl", "mht")
"""How the name of a file ends that a browser reads as a page."""
MAX_TAG_LENGTH, MAX_ATTRIBUTE_LIST_LENGTH = 5000, 2000
"""Characters of a tag or an attribute list; Markdown does not parse a longer one."""
MARKUP = re.compile(r"<(?:(?P<close>/?)(?P<name>[A-Za-z][^\s/<>]*)(?P<attributes>[^>]{0,5000})>|(?P<odd>[!?]))")
LINK_TARGET = re.compile(r"(?:(?<=\]\()|^ {0,3}\[[^\]\n]+\]:)[ \t]*<[^<>\n]*>", re.MULTILINE)
TAG_OR_BRACKET = re.compile(f"(?P<tag>{MARKUP.pattern})|<")
AUTOLINK = re.compile(r"<(?:(?:https?|ftp)://[^<>]*|(?:mailto:)?[^<>\s@/:]+@[^<>\s@]+)>", re.IGNORECASE)
ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s=/>\"'][^\s=/>]*)(?:\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s>\"']+)))?"
)
ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*(?P<list>[^}\n ][^}\n]{0,2000})[ ]*\}")
BROWSER_COMMENT = re.compile(r"<!--(?!-?>).*?--!?>", re.DOTALL)
"""A comment as a browser reads it."""
FALSE_COMMENT = re.compile(r"<!--(?:-?>|(?:(?!-->).)*?(?:--!>|<!--))", re.DOTALL)
"""One that a browser ends sooner than Markdown does."""
IGNORED_CHARACTERS = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\ufeff]+")
REMOTE_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)
CODE_SCHEMES = ("javascript:", "vbscript:", "data:", "livescript:", "file:", "blob:", "filesystem:")
ALIGNMENT = re.compile(r"text-align: (?:left|center|right);")
THEME_CLASS = re.compile(r"(?:^|\s)(?:md|mdx)-", re.IGNORECASE)

ACTIVE_SVG = re.compile(
    r"<!ENTITY|<\?xml-stylesheet|<!\[CDATA\[|<(?:\w+:)?(?:script|foreignObject|iframe|handler|set|animate\w*)\b"
    r"|\son[a-z]+\s*=\s*[\"']",
    re.IGNORECASE,
)
"""What lets a drawing run code."""

ALLOWED_NAMES = "|".join(sorted({*ALLOWED_TAGS, "h1"}, key=len, reverse=True))
CLEARLY_ALLOWED_TAG = re.compile(
    rf"</?(?:{ALLOWED_NAMES})(?: (?:class=\"(?![^\"]*mdx?-)[\w -]*\"|id=\"(?!__)[^\"<>&]*\"|title=\"[^\"<>]*\""
    r"|href=\"(?:https?://[^\"<>\s]*|#[^\"<>\s]*|[^\":&<>\s]*)\"|data-(?:verdict|term|stack)=\"[\w-]*\"|data-label=\"[^\"<>&]*\"))*\s*/?>"
)
"""Tags that need no closer look: nearly all that Markdown makes."""


class HtmlFinding(NamedTuple):
    """What is wrong with a piece of HTML: the rule, and what to do."""

    rule: str
    message: str


def allows_attribute(element: str, attribute: str) -> bool:
    """Whether a page may contain this attribute of this element."""
    return element in ALLOWED_TAGS and attribute in GLOBAL_ATTRIBUTES | ALLOWED_TAGS[element]


def runs_code(address: str) -> bool:
    """Whether a browser would take an address for code or for a file of its own, however it is written."""
    for _ in range(3):
        address = unescape(address)
    return IGNORED_CHARACTERS.sub("", address).lower().startswith(CODE_SCHEMES)


@rule("raw-html")
def check_raw_html(project: Project) -> Iterator[Problem]:
    """Every page's source, and the drawings and pages that would be copied as they are."""
    for page in project.pages.values():
        yield from check_source_html(page.source, page.path)
    for src in sorted(project.files):
        suffix = src.rpartition(".")[2].lower()
        if suffix in HTML_SUFFIXES:
            message = "a page written in HTML would be served as it is; write it in Markdown"
            yield Problem(f"{DOCS_FOLDER}/{src}", 1, "raw-html", message)
        elif suffix == "svg":
            yield from _check_svg(project, src)


@rule("raw-html", "raw-attribute", "unsafe-address")
def check_source_html(source: MarkdownSource, shown: str) -> Iterator[Problem]:
    """What a page's Markdown contains that it may not, with its line."""
    if "<" not in source.text and "{" not in source.text:
        return
    text = blank_spans(source.text, ("span",))
    for start, end in source.html_blocks:  # in which nothing is code
        text = text[:start] + source.text[start:end] + text[end:]
    for match in FALSE_COMMENT.finditer(text):
        message = "a browser ends this comment before its end; write <!-- words --> with no '>' or '--' in the words"
        yield Problem(shown, source.line(match.start()), "raw-html", message)
    text = blank_spans(text, ("comment",))
    for address in (LINK_TARGET, AUTOLINK):
        text = address.sub(lambda match: " " * len(match[0]), text)
    for match in _find_tags(text):
        for finding in _check_tag(match, {}):
            yield Problem(shown, source.line(match.start()), *finding)
    for match in _find_attribute_lists(text):
        for name, value in _parse_attribute_list(match["list"]):
            if fault := _check_attribute("", name, value, ATTRIBUTE_LIST_ATTRIBUTES):
                yield Problem(shown, source.line(match.start()), *fault)


def _find_tags(text: str) -> Iterator[re.Match[str]]:
    """What ``MARKUP`` finds, in one pass: it is tried only where a ``>`` is near enough."""
    position, end = text.find("<"), 0
    while position >= 0:
        if end < position:
            end = text.find(">", position)
            end = end if end >= 0 else len(text) + 2 * MAX_TAG_LENGTH
        odd = text[position + 1 : position + 2] in ("!", "?")
        match = MARKUP.match(text, position) if odd or end - position <= 2 * MAX_TAG_LENGTH else None
        if match:
            yield match
        position = text.find("<", match.end() if match else position + 1)


def _find_attribute_lists(text: str) -> Iterator[re.Match[str]]:
    """What ``ATTRIBUTE_LIST`` finds, in one pass: it is tried once for each ``}``."""
    done, end = 0, text.find("}")
    while end >= 0:
        first = max(done, end - 2 * MAX_ATTRIBUTE_LIST_LENGTH)
        start = text.find("{", max(first, text.rfind("\n", first, end) + 1), end)
        match = ATTRIBUTE_LIST.match(text, start) if start >= 0 else None
        if match:
            yield match
        done = end + 1
        end = text.find("}", done)


@rule("raw-html", "raw-attribute", "unsafe-address", "third-party")
def sanitise_html(html: str, text: str, shown: str) -> tuple[str, list[Problem]]:
    """The HTML that Markdown made, with every disallowed tag turned into text, and the problems.

    ``text`` is the source, to find the line. A build stops at these problems; a preview shows the page without harm.
    """
    if "<" not in CLEARLY_ALLOWED_TAG.sub("", BROWSER_COMMENT.sub("", html)):
        return html, []
    parts: list[str] = []
    problems: list[Problem] = []
    done = 0
    for comment in (*BROWSER_COMMENT.finditer(html), None):
        end = comment.start() if comment else len(html)
        parts.append(_escape_disallowed_tags(html[done:end], text, shown, problems))
        if comment:
            parts.append(comment[0])
            done = comment.end()
    return "".join(parts), problems


def _escape_disallowed_tags(html: str, text: str, shown: str, problems: list[Problem]) -> str:
    """HTML without comments, in which ``<`` is left only where it opens an allowed tag."""

    def escape_if_disallowed(match: re.Match[str]) -> str:
        findings = (
            list(_check_tag(match, GENERATED))
            if match["tag"]
            else [HtmlFinding("raw-html", "'<' opens no tag here; write &lt;")]
        )
        line = text.count("\n", 0, max(text.find(match[0][:12]), 0)) + 1
        problems.extend(Problem(shown, line, one.rule, f"as the page is built: {one.message}") for one in findings)
        return match[0].replace("<", "&lt;") if findings else match[0]

    return TAG_OR_BRACKET.sub(escape_if_disallowed, html)


def _check_tag(match: re.Match[str], generated: Mapping[str, frozenset[str]]) -> Iterator[HtmlFinding]:
    """What is wrong with one tag."""
    if match["odd"]:
        yield HtmlFinding("raw-html", f"'<{match['odd']}' would be read as markup; write &lt;{match['odd']}")
        return
    name = match["name"].lower()
    if name not in ALLOWED_TAGS and name not in generated:
        shown = match["name"][:40]
        yield HtmlFinding("raw-html", f"<{shown}> is not allowed in a page; use Markdown, or write &lt;{shown} as text")
        return
    if match["close"]:
        return
    allowed = GLOBAL_ATTRIBUTES | ALLOWED_TAGS.get(name, frozenset()) | generated.get(name, frozenset())
    rest = match["attributes"]
    position = 0
    while rest[position:].strip(" \t\n/"):
        attribute = ATTRIBUTE.match(rest, position)
        if not attribute:
            yield HtmlFinding("raw-attribute", f'<{name}> has quotes that do not pair; write name="value"')
            return
        position = attribute.end()
        value = attribute["a"] or attribute["b"] or attribute["c"] or ""
        is_remote = attribute["name"].lower() == "src" and REMOTE_ADDRESS.match(unescape(value))
        if generated and is_remote:  # in the source the link check reports it
            yield HtmlFinding("third-party", third_party.describe_request(value))
        finding = _check_attribute(name, attribute["name"], value, allowed)
        if finding:
            yield finding


def _check_attribute(element: str, name: str, value: str, allowed: frozenset[str]) -> HtmlFinding | None:
    """What is wrong with one attribute; ``element`` is empty for one of an attribute list."""
    low = name.lower()
    where = f"of <{element}>" if element else "in braces"
    if low not in allowed:
        return HtmlFinding(
            "raw-attribute", f"'{name[:40]}' {where} is not allowed; remove it (REFERENCE.md lists what is)"
        )
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


@rule("raw-html", "unsafe-address")
def _check_svg(project: Project, src: str) -> Iterator[Problem]:
    """A drawing is a page of its own when it is opened: no script, no event, no foreign content."""
    shown = f"{DOCS_FOLDER}/{src}"
    text, problem = read_text(project.root / DOCS_FOLDER / src, shown)
    if problem:
        return  # the rule on third parties reports it
    for match in ACTIVE_SVG.finditer(text):
        message = f"'{match[0].strip()}' in a drawing could run as code; remove it"
        yield Problem(shown, text.count("\n", 0, match.start()) + 1, "raw-html", message)
    for match in re.finditer(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", text, re.IGNORECASE):
        if runs_code(match[1] or match[2] or ""):
            message = f"'{match[0][:60]}' could run as code; remove it"
            yield Problem(shown, text.count("\n", 0, match.start()) + 1, "unsafe-address", message)

"""What HTML a contributor's text may hold: words and their marks, nothing that runs, loads, covers or sends.

Looked at twice with one list: in the source, where a fault has its line, and in the HTML that Markdown made of it, so
that no trick of syntax passes by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple

from markdown.extensions.attr_list import get_attrs_and_remainder

from ledger.core.problems import Problem
from ledger.markdown.scanner import MarkdownSource, blank_spans
from ledger.model.project import DOCS_FOLDER, Project
from ledger.model.text_files import read_text

ANYWHERE = frozenset({"class", "id", "title", "lang", "dir", "markdown"})
CELL = frozenset({"colspan", "rowspan", "scope", "headers"})
ALLOWED: Mapping[str, frozenset[str]] = {
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
    "td": CELL,
    "th": CELL,
    "time": frozenset({"datetime"}),
}
"""The tags that a page may hold, and the attributes of each beside those that any may have."""
LISTED = ANYWHERE.union(*ALLOWED.values()) - {"href", "src"}
"""What an attribute list, ``{: … }``, may set; an address belongs into the link itself."""
MADE: Mapping[str, frozenset[str]] = {
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
"""Signs that a tag or an attribute list may have; what is longer is none to Markdown's reader."""
MARKUP = re.compile(r"<(?:(?P<close>/?)(?P<name>[A-Za-z][^\s/<>]*)(?P<attributes>[^>]{0,5000})>|(?P<odd>[!?]))")
TARGET = re.compile(r"(?:(?<=\]\()|^ {0,3}\[[^\]\n]+\]:)[ \t]*<[^<>\n]*>", re.MULTILINE)
OPENED = re.compile(f"(?P<tag>{MARKUP.pattern})|<")
AUTO = re.compile(r"<(?:(?:https?|ftp)://[^<>]*|(?:mailto:)?[^<>\s@/:]+@[^<>\s@]+)>", re.IGNORECASE)
ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s=/>\"'][^\s=/>]*)(?:\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s>\"']+)))?"
)
LIST = re.compile(r"\{:?[ ]*(?P<list>[^}\n ][^}\n]{0,2000})[ ]*\}")
BROWSER_COMMENT = re.compile(r"<!--(?!-?>).*?--!?>", re.DOTALL)
"""A comment as a browser reads it."""
FALSE_COMMENT = re.compile(r"<!--(?:-?>|(?:(?!-->).)*?(?:--!>|<!--))", re.DOTALL)
"""One that a browser ends sooner than Markdown does."""
IGNORED_CHARACTERS = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\ufeff]+")
AFAR = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)
RUNS = ("javascript:", "vbscript:", "data:", "livescript:", "file:", "blob:", "filesystem:")
ALIGNMENT = re.compile(r"text-align: (?:left|center|right);")
THEME = re.compile(r"(?:^|\s)(?:md|mdx)-", re.IGNORECASE)

DRAWN = re.compile(
    r"<!ENTITY|<\?xml-stylesheet|<!\[CDATA\[|<(?:\w+:)?(?:script|foreignObject|iframe|handler|set|animate\w*)\b"
    r"|\son[a-z]+\s*=\s*[\"']",
    re.IGNORECASE,
)
"""What lets a drawing run something."""

ALLOWED_NAMES = "|".join(sorted({*ALLOWED, "h1"}, key=len, reverse=True))
GOOD = re.compile(
    rf"</?(?:{ALLOWED_NAMES})(?: (?:class=\"(?![^\"]*mdx?-)[\w -]*\"|id=\"(?!__)[^\"<>&]*\"|title=\"[^\"<>]*\""
    r"|href=\"(?:https?://[^\"<>\s]*|#[^\"<>\s]*|[^\":&<>\s]*)\"|data-(?:verdict|term|stack)=\"[\w-]*\"|data-label=\"[^\"<>&]*\"))*\s*/?>"
)
"""Tags that need no closer look: nearly all that Markdown makes."""


class HtmlFinding(NamedTuple):
    """What is wrong with a piece of HTML: the rule, and what to do."""

    rule: str
    message: str


def allows_attribute(element: str, attribute: str) -> bool:
    """Whether a page may hold this attribute of this element."""
    return element in ALLOWED and attribute in ANYWHERE | ALLOWED[element]


def runs_code(address: str) -> bool:
    """Whether a browser would take an address for code or for a file of its own, however it is written."""
    for _ in range(3):
        address = unescape(address)
    return IGNORED_CHARACTERS.sub("", address).lower().startswith(RUNS)


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
            yield from _drawing(project, src)


def check_source_html(source: MarkdownSource, shown: str) -> Iterator[Problem]:
    """What a page's Markdown holds that it may not, with its line."""
    if "<" not in source.text and "{" not in source.text:
        return
    text = blank_spans(source.text, ("span",))
    for start, end in source.html_blocks:  # in which nothing is code
        text = text[:start] + source.text[start:end] + text[end:]
    for match in FALSE_COMMENT.finditer(text):
        message = "a browser ends this comment before its end; write <!-- words --> with no '>' or '--' in the words"
        yield Problem(shown, source.line(match.start()), "raw-html", message)
    text = blank_spans(text, ("comment",))
    for address in (TARGET, AUTO):
        text = address.sub(lambda match: " " * len(match[0]), text)
    for match in _tags(text):
        for fault in _faults(match, {}):
            yield Problem(shown, source.line(match.start()), *fault)
    for match in _lists(text):
        for name, value in _pairs(match["list"]):
            wrong = _attribute("", name, value, LISTED)
            if wrong:
                yield Problem(shown, source.line(match.start()), *wrong)


def _tags(text: str) -> Iterator[re.Match[str]]:
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


def _lists(text: str) -> Iterator[re.Match[str]]:
    """What ``LIST`` finds, in one pass: it is tried once for each ``}``."""
    done, end = 0, text.find("}")
    while end >= 0:
        first = max(done, end - 2 * MAX_ATTRIBUTE_LIST_LENGTH)
        start = text.find("{", max(first, text.rfind("\n", first, end) + 1), end)
        match = LIST.match(text, start) if start >= 0 else None
        if match:
            yield match
        done = end + 1
        end = text.find("}", done)


def sanitise_html(html: str, text: str, shown: str) -> tuple[str, list[Problem]]:
    """The HTML that Markdown made, with every tag that it may not hold turned into text, and what was wrong.

    ``text`` is the source, to find the line. A build stops at these problems; a preview shows the page without harm.
    """
    if "<" not in GOOD.sub("", BROWSER_COMMENT.sub("", html)):
        return html, []
    parts: list[str] = []
    problems: list[Problem] = []
    done = 0
    for comment in (*BROWSER_COMMENT.finditer(html), None):
        end = comment.start() if comment else len(html)
        parts.append(_disarmed(html[done:end], text, shown, problems))
        if comment:
            parts.append(comment[0])
            done = comment.end()
    return "".join(parts), problems


def _disarmed(html: str, text: str, shown: str, problems: list[Problem]) -> str:
    """HTML without comments, in which a ``<`` is left only where it opens a tag that may be."""

    def judged(match: re.Match[str]) -> str:
        faults = (
            list(_faults(match, MADE)) if match["tag"] else [HtmlFinding("raw-html", "'<' is no tag here; write &lt;")]
        )
        line = text.count("\n", 0, max(text.find(match[0][:12]), 0)) + 1
        problems.extend(Problem(shown, line, one.rule, f"as the page is built: {one.message}") for one in faults)
        return match[0].replace("<", "&lt;") if faults else match[0]

    return OPENED.sub(judged, html)


def _faults(match: re.Match[str], made: Mapping[str, frozenset[str]]) -> Iterator[HtmlFinding]:
    """What is wrong with one tag."""
    if match["odd"]:
        yield HtmlFinding("raw-html", f"'<{match['odd']}' is no text; write &lt;{match['odd']}")
        return
    name = match["name"].lower()
    if name not in ALLOWED and name not in made:
        shown = match["name"][:40]
        yield HtmlFinding("raw-html", f"<{shown}> may not stand in a page; use Markdown, or write &lt;{shown} as text")
        return
    if match["close"]:
        return
    allowed = ANYWHERE | ALLOWED.get(name, frozenset()) | made.get(name, frozenset())
    rest = match["attributes"]
    position = 0
    while rest[position:].strip(" \t\n/"):
        found = ATTRIBUTE.match(rest, position)
        if not found:
            yield HtmlFinding("raw-attribute", f'<{name}> has quotes that do not pair; write name="value"')
            return
        position = found.end()
        value = found["a"] or found["b"] or found["c"] or ""
        if made and found["name"].lower() == "src" and AFAR.match(unescape(value)):  # in the source the links tell it
            yield HtmlFinding("third-party", f"'{value[:60]}' would ask a third party; keep the file in {DOCS_FOLDER}/")
        fault = _attribute(name, found["name"], value, allowed)
        if fault:
            yield fault


def _attribute(element: str, name: str, value: str, allowed: frozenset[str]) -> HtmlFinding | None:
    """What is wrong with one attribute; ``element`` is empty for one of an attribute list."""
    low = name.lower()
    where = f"of <{element}>" if element else "in braces"
    if low not in allowed:
        return HtmlFinding(
            "raw-attribute", f"'{name[:40]}' {where} is not allowed; take it out (REFERENCE.md lists what is)"
        )
    if low in ("href", "src") and runs_code(value):
        return HtmlFinding(
            "unsafe-address", f"'{value[:60]}' could run as code; link to a page or a file in {DOCS_FOLDER}/"
        )
    if low == "class" and THEME.search(unescape(value)):
        return HtmlFinding("raw-attribute", f"the class '{value[:60]}' is the theme's; use a class of ours, or none")
    if low == "style" and not ALIGNMENT.fullmatch(value):
        return HtmlFinding(
            "raw-attribute", f"a style attribute {where} is not allowed; the style sheet says how things look"
        )
    return None


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    """What an attribute list sets. A word alone sets nothing that could matter, and is most likely a text in braces."""
    try:
        pairs, _ = get_attrs_and_remainder(words)
    except Exception:  # what the extension cannot read it leaves as text
        return
    for name, value in pairs:
        if value is not None:
            yield {".": "class", "#": "id"}.get(name, name), value


def _drawing(project: Project, src: str) -> Iterator[Problem]:
    """A drawing is a page of its own when it is opened: no script, no event, no foreign content."""
    shown = f"{DOCS_FOLDER}/{src}"
    text, problem = read_text(project.root / DOCS_FOLDER / src, shown)
    if problem:
        return  # told where the link check reads it
    for match in DRAWN.finditer(text):
        message = f"'{match[0].strip()}' in a drawing could run as code; take it out"
        yield Problem(shown, text.count("\n", 0, match.start()) + 1, "raw-html", message)
    for match in re.finditer(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", text, re.IGNORECASE):
        if runs_code(match[1] or match[2] or ""):
            message = f"'{match[0][:60]}' could run as code; take it out"
            yield Problem(shown, text.count("\n", 0, match.start()) + 1, "unsafe-address", message)

"""SVG drawings: shapes and words, nothing that runs or loads. A drawing is a page of its own when it is opened directly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.parsers import expat

from ledger.checks.raw_html import IGNORED_CHARACTERS, REMOTE_ADDRESS, HtmlFinding, runs_code
from ledger.checks.third_party import describe_request
from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.model.drawings import DRAWINGS_FOLDER, parse_drawing
from ledger.model.project import DOCS_FOLDER, Project
from ledger.model.rules import rule
from ledger.model.text_files import read_text

ELEMENTS = frozenset({
    "a", "circle", "clipPath", "defs", "desc", "ellipse", "filter", "g", "image", "line", "linearGradient", "marker",
    "mask", "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop", "style", "svg", "switch",
    "symbol", "text", "textPath", "title", "tspan", "use", "view",
})  # fmt: skip
"""What a drawing may contain, besides the effects of a filter; an effect is named feBlend and so on."""
FILTER_EFFECT = re.compile(r"fe[A-Z][A-Za-z]+")
EMBEDDED_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_NAMESPACE = re.compile(r"@namespace[^;{}]*;", re.IGNORECASE)
"""The name of a format, which looks like an address and is never loaded."""
CSS_REQUEST = re.compile(r"\\|@import|//|(?:url\(|[\"'])[a-z][a-z0-9+.-]*:", re.IGNORECASE)
WORD_ATTRIBUTE = re.compile(r"(?:aria|data)-|xmlns\b|id$|class$")


@rule("raw-html", "unsafe-address", "third-party", "generated")
def check_drawings(project: Project) -> Iterator[Problem]:
    """What is in a drawing and may not be."""
    for src in sorted(project.files):
        path, shown = project.root / DOCS_FOLDER / src, f"{DOCS_FOLDER}/{src}"
        if path.suffix.lower() != ".svg" or path.is_symlink():
            continue
        text, problem = read_text(path, shown)
        if problem:
            yield problem
            continue
        findings = read_drawing(text)
        for line, finding in findings:
            yield Problem(shown, line, *finding)
        if str(PurePosixPath(src).parent) == DRAWINGS_FOLDER and not findings and parse_drawing(text) is None:
            message = 'a drawing begins with <svg viewBox="0 0 WIDTH HEIGHT">, <title> and <desc>; add what is missing'
            yield Problem(shown, 1, "generated", message)


def read_drawing(text: str) -> list[tuple[int, HtmlFinding]]:
    """What a drawing may not contain, each with its line."""
    reader = _DrawingReader()
    reader.read(text)
    return reader.findings


class _RefusedError(Exception):
    """A drawing that is not read any further."""


class _DrawingReader:
    """The events of expat, as findings with their lines."""

    def __init__(self) -> None:
        self.findings: list[tuple[int, HtmlFinding]] = []
        self.style: str | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start_element, self.end_element
        self.parser.CharacterDataHandler, self.parser.XmlDeclHandler = self.add_text, self.check_encoding
        self.parser.StartDoctypeDeclHandler = self.parser.ProcessingInstructionHandler = self.refuse

    def report(self, rule: str, message: str) -> None:
        self.findings.append((self.parser.CurrentLineNumber, HtmlFinding(rule, message)))

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(":")[2]  # whatever the prefix stands for
        if element not in ELEMENTS and not FILTER_EFFECT.fullmatch(element):
            self.report(
                "raw-html", f"<{shorten(name)}> is not allowed in a drawing; remove it, or save it as plain SVG"
            )
            return
        for attribute, value in attributes.items():
            for finding in _check_attribute(element, attribute, value):
                self.report(*finding)
        if element == "style":
            self.style = ""

    def add_text(self, words: str) -> None:
        if self.style is not None:
            self.style += words

    def end_element(self, name: str) -> None:
        if name.rpartition(":")[2] == "style":
            for address in _find_css_requests(self.style or ""):
                self.report("third-party", describe_request(address))
            self.style = None

    def check_encoding(self, _: str, encoding: str | None, __: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            self.report("raw-html", f"this drawing says that it is {shorten(encoding or '')}; save it as UTF-8")

    def refuse(self, *_: object) -> None:
        raise _RefusedError

    def read(self, text: str) -> None:
        try:
            self.parser.Parse(text, True)
        except _RefusedError:
            self.report("raw-html", "<!DOCTYPE …> and <?…?> are not allowed in a drawing; remove this")
        except expat.ExpatError as error:
            message = f"this drawing is not valid XML ({expat.errors.messages[error.code]}); save it again as SVG"
            self.findings.append((error.lineno, HtmlFinding("raw-html", message)))


def _check_attribute(element: str, name: str, value: str) -> Iterator[HtmlFinding]:
    local, address = name.rpartition(":")[2], IGNORED_CHARACTERS.sub("", value)
    if local.lower().startswith("on") or name == "xml:base":
        yield HtmlFinding("raw-html", f"'{shorten(name)}' is not allowed in a drawing; remove it")
    elif local == "href" and not EMBEDDED_IMAGE.fullmatch(address):
        if runs_code(value):
            yield HtmlFinding("unsafe-address", f"'{shorten(value)}' could run as code; remove it")
        elif element != "a" and REMOTE_ADDRESS.match(address):
            yield HtmlFinding("third-party", describe_request(value))
    elif local == "ping":
        yield HtmlFinding("third-party", describe_request(value))
    elif (local == "style" or "(" in value) and not WORD_ATTRIBUTE.match(name):
        for request in _find_css_requests(value):
            yield HtmlFinding("third-party", describe_request(request))


def _find_css_requests(css: str) -> Iterator[str]:
    """The first address in a style that a browser might request; an escaped letter can hide one."""
    css = CSS_NAMESPACE.sub("", CSS_COMMENT.sub("", css))
    css = EMBEDDED_IMAGE.sub("", IGNORED_CHARACTERS.sub("", css))
    match = CSS_REQUEST.search(css)
    if match:
        yield css[match.start() : match.start() + 80]

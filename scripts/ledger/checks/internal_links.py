"""Links and anchors inside the site: every link, image and reference leads to a file or an id that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ledger.checks import placeholders, raw_html, third_party
from ledger.checks.address_syntax import describe_malformed_address
from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.markdown.scanner import Link, blank_spans, find_attribute_ids, find_footnote_ids, find_html_ids
from ledger.model.project import DOCS_FOLDER, Page, Project
from ledger.model.rules import rule

RESERVED_ID = re.compile(r"__\w")
"""Ids that the theme uses."""
UNCLOSED_LINK = re.compile(r"(?<!\\)\](?:\(|[ \t]+\((?=https?:|[^\s()]{1,200}\.md[#)]))(?P<rest>[^\n]{0,60})")
FOOTNOTE_REFERENCE = re.compile(r"\[\^(?P<name>[^\[\]\n]+)\]")
FOOTNOTE_NAME = re.compile(r"[\w.-]+")
REFERENCE_LINK = re.compile(r"!?\[(?P<text>[^\[\]@^][^\[\]]*)\] ?\[(?P<name>[^\[\]@^][^\[\]]*|)\]")
EMPTY_DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^\]^@]+)\]:[ \t]*$", re.MULTILINE)
TEXT_FRAGMENT = ":~:"
TOP = "top"
"""The fragment that leads to the top of any page."""
FOREIGN_LINK = re.compile(
    r"\([^()\[\]\n]{1,200}\)\[(?:(?:https?:|#)[^\[\]\n]{1,200}|[^\[\]\s]{1,200}\.md(?:#[^\[\]\s]{0,200})?)\]"
    r"|!?\[\[[^\[\]@^\n][^\[\]\n]{0,200}\]\]|\[https?://[^\s\[\]]{1,200}[ \t]+[^\[\]\n]{1,200}\]"
)
"""How other programs write a link, or its brackets the wrong way round."""
SUFFIXES_WITH_FRAGMENTS = (".svg", ".pdf", ".html")
"""Files other than pages in which a ``#fragment`` can mean something."""
DRAFT_LINK_FIX = "remove the link, or complete the page and remove its draft: true"


@dataclass(frozen=True)
class Anchors:
    """The ids of a page, and those that would occur twice, with their lines."""

    ids: frozenset[str]
    duplicates: tuple[tuple[int, str], ...]


class LinkFinding(NamedTuple):
    """What is wrong with a link."""

    rule: str
    message: str


def find_all_anchors(project: Project) -> dict[str, Anchors]:
    """The anchors of every page, by source path."""
    return {src: find_anchors(page, project) for src, page in project.pages.items()}


def find_anchors(page: Page, project: Project) -> Anchors:
    """Every id that the text of the built page will have, and those that would occur twice."""
    source = page.source
    html_ids = list(find_html_ids(source))
    written = [*find_attribute_ids(source), *html_ids]
    automatic = {heading.id: heading.line for heading in source.headings if not heading.explicit}
    generated = placeholders.find_generated_anchors(page, project)
    ids: set[str] = set()
    duplicates: list[tuple[int, str]] = []
    for line, identifier in written:
        if identifier in ids or RESERVED_ID.match(identifier):
            duplicates.append((line, identifier))
        ids.add(identifier)
    duplicates += [(line, identifier) for line, identifier in html_ids if identifier in automatic]
    duplicates += [(line, identifier) for identifier, line in automatic.items() if identifier in generated]
    duplicates += [(line, identifier) for line, identifier in written if identifier in generated]
    ids.update(automatic, generated, find_footnote_ids(source))
    return Anchors(frozenset(ids), tuple(dict.fromkeys(duplicates)))


@rule(
    "absolute-link",
    "missing-file",
    "missing-image",
    "link-to-draft",
    "empty-link",
    "unsafe-address",
    "malformed-url",
    "third-party",
    "missing-anchor",
)
def check_links(project: Project, anchors: Mapping[str, Anchors]) -> Iterator[Problem]:
    """Links and images with a bad address, or that lead nowhere."""
    for page in project.pages.values():
        for link in page.source.links:
            finding = _check_link(project, page, link, anchors)
            if finding:
                yield Problem(page.path, link.line, finding.rule, finding.message)


@rule("duplicate-id")
def check_duplicate_ids(project: Project, anchors: Mapping[str, Anchors]) -> Iterator[Problem]:
    """Ids that occur twice on a page: only the first can be linked to."""
    for src, page in project.pages.items():
        for line, identifier in anchors[src].duplicates:
            message = f"the id '{identifier}' is used twice on this page; give one of the two another {{#id}}"
            yield Problem(page.path, line, "duplicate-id", message)


def check_link_syntax(project: Project) -> Iterator[Problem]:
    """References without a definition, definitions without a use, and brackets that make no link."""
    for page in project.pages.values():
        yield from check_page_syntax(page, project.bibliography.entries)


def check_page_syntax(page: Page, keys: Container[str] = ()) -> Iterator[Problem]:
    """The same for one page; ``keys`` are those of the sources."""
    yield from _check_references(page)
    yield from _check_footnotes(page)
    yield from _check_footnote_names(page, keys)
    yield from _check_link_definitions(page)
    yield from _check_unclosed_links(page)
    yield from _check_foreign_links(page)


def find_linked_page(project: Project, page: Page, link: Link) -> str | None:
    """The source path of the other page that a link leads to; None where it leads to anything else, or nowhere."""
    if _is_checked_elsewhere(link) or _check_address(link) or not _is_internal(link.target):
        return None
    path, _ = _split_target(link.target)
    file = None if path.startswith("/") else _find_linked_file(project, page, link, path)
    return file if file in project.files and file.endswith(".md") and file != page.src else None


def _check_link(project: Project, page: Page, link: Link, anchors: Mapping[str, Anchors]) -> LinkFinding | None:
    if _is_checked_elsewhere(link):
        return None
    finding = _check_address(link)
    if finding or not _is_internal(link.target):
        return finding
    path, fragment = _split_target(link.target)
    if path.startswith("/"):
        message = (
            f"'{path}' starts at the root of the server, but the site may be in a folder of it; use a relative path"
        )
        return LinkFinding("absolute-link", message)
    if link.form == "html" and path.endswith(".md"):
        message = f"'{path}' is left as it is in raw HTML; link to the address of the built page, for example ../name/"
        return LinkFinding("missing-file", message)
    file = _find_linked_file(project, page, link, path)
    if file is None:
        message = f"'{path}' leads out of {DOCS_FOLDER}/; link to a page or file inside it"
        return LinkFinding("missing-file", message)
    if file not in project.files and file != page.src:
        is_image = link.form == "image" or link.element == "img"
        return LinkFinding("missing-image" if is_image else "missing-file", _describe_missing_file(project, path, file))
    if file in anchors and project.pages[file].unreadable:
        return None
    if file in project.drafts and page.src not in project.drafts:
        message = f"{DOCS_FOLDER}/{file} is a draft, which is not published; {DRAFT_LINK_FIX}"
        return LinkFinding("link-to-draft", message)
    return _check_fragment(file, fragment, anchors) if fragment else None


def _is_checked_elsewhere(link: Link) -> bool:
    """Whether another rule reports the link: raw HTML with its tag, an undefined reference with its name."""
    if link.form == "html":
        return not raw_html.allows_attribute(link.element, link.attribute) or raw_html.runs_code(link.target)
    return link.form == "reference" and not link.target


def _check_address(link: Link) -> LinkFinding | None:
    """What is wrong with an address, whatever it leads to."""
    target, shown = link.target, shorten(link.target)
    if target in ("", "#"):
        return LinkFinding("empty-link", "the address is empty; write where the link leads")
    if raw_html.runs_code(target):
        message = f"'{shown}' could run as code; link to a page or a file in {DOCS_FOLDER}/"
        return LinkFinding("unsafe-address", message)
    malformed = describe_malformed_address(target)
    if malformed:
        return LinkFinding("malformed-url", f"'{shown}': {malformed}")
    if third_party.loads_from_elsewhere(link):
        return LinkFinding("third-party", third_party.describe_request(target))
    if target.startswith("//"):
        return LinkFinding("malformed-url", f"'{shown}' has no scheme; write https://…")
    return None


def _is_internal(target: str) -> bool:
    return not urlsplit(target).scheme and not target.startswith("//")


def _split_target(target: str) -> tuple[str, str]:
    """The path and the fragment of a relative address, decoded."""
    path, _, fragment = target.partition("#")
    return unquote(path.partition("?")[0]), unquote(fragment)


def _find_linked_file(project: Project, page: Page, link: Link, path: str) -> str | None:
    """The file below docs/ that a link means, whether or not it exists; None where the path leads out of docs/."""
    if not path:
        return page.src
    is_html = link.form == "html"
    file = resolve_link_path(page, path, is_html)
    if file is None:
        return None
    if is_html:
        return _resolve_built_address(project, file)
    return f"{file}/" if path.endswith("/") else file


def resolve_link_path(page: Page, path: str, is_html: bool = False) -> str | None:
    """The path below docs/ that a relative address means; None where it leads out of docs/.

    Markdown links are relative to the source file. Raw HTML is not rewritten, so there they are relative to the address
    of the built page.
    """
    base = PurePosixPath(page.url) if is_html else PurePosixPath(page.src).parent
    parts: list[str] = []
    for part in (*base.parts, *path.split("/")):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _resolve_built_address(project: Project, file: str) -> str:
    """For raw HTML: the source file behind a built address such as ``trials/forward/``."""
    candidates = (file, f"{file}.md", f"{file}/index.md" if file else "index.md")
    return next((candidate for candidate in candidates if candidate in project.files), file)


def _describe_missing_file(project: Project, path: str, file: str) -> str:
    same_letters = {known.lower(): known for known in project.files}.get(file.lower())
    if same_letters:
        return f"'{path}' and {DOCS_FOLDER}/{same_letters} differ in capital letters; write it the same way"
    for source in (f"{file.rstrip('/')}.md", f"{file.rstrip('/')}/index.md", file.removesuffix(".html") + ".md"):
        if source in project.files:
            return f"'{path}' is not a file; link to the source {DOCS_FOLDER}/{source}"
    near = get_close_matches(file, project.files, 1, 0.75)
    hint = f"did you mean {DOCS_FOLDER}/{near[0]}?" if near else "correct the address or add the file"
    return f"'{path}' does not exist; {hint}"


def _check_fragment(file: str, fragment: str, anchors: Mapping[str, Anchors]) -> LinkFinding | None:
    """What is wrong with the part of an address behind ``#``."""
    if file not in anchors:
        if file.endswith(SUFFIXES_WITH_FRAGMENTS):
            return None
        return LinkFinding("missing-anchor", f"'{file}' is not a page, so '#{fragment}' leads nowhere; remove it")
    fragment = fragment.partition(TEXT_FRAGMENT)[0]
    if not fragment or fragment in anchors[file].ids or fragment.lower() == TOP:
        return None
    near = get_close_matches(fragment, anchors[file].ids, 1, 0.6)
    hint = f"did you mean #{near[0]}?" if near else "link to a heading that exists"
    return LinkFinding("missing-anchor", f"there is no '#{fragment}' on {DOCS_FOLDER}/{file}; {hint}")


@rule("undefined-reference")
def _check_references(page: Page) -> Iterator[Problem]:
    """Links such as ``[text][name]`` whose name has no definition."""
    source = page.source
    for match in REFERENCE_LINK.finditer(
        blank_spans(source.prose, [(link.start, link.end) for link in source.markdown_links])
    ):
        name = " ".join((match["name"] or match["text"]).lower().split())
        if name in source.definitions or _is_escaped(source.prose, match.start()):
            continue
        written = f"[{shorten(match['text'])}][{shorten(match['name'])}]"
        message = f"the link {written} has no definition; add [{shorten(name)}]: address"
        yield Problem(page.path, source.line(match.start()), "undefined-reference", message)


@rule("undefined-reference")
def _check_footnotes(page: Page) -> Iterator[Problem]:
    """Footnotes such as ``[^name]`` without a text, and texts that no footnote leads to."""
    source = page.source
    defined = Counter(footnote.name for footnote in source.footnotes)
    uses = Counter(match["name"] for match in FOOTNOTE_REFERENCE.finditer(source.prose))
    for footnote in source.footnotes:
        if uses[footnote.name] == defined[footnote.name] and not footnote.is_nested:  # only defined
            message = f"nothing leads to the footnote [^{shorten(footnote.name)}]; refer to it in the text or remove it"
            yield Problem(page.path, footnote.line, "undefined-reference", message)
    for match in FOOTNOTE_REFERENCE.finditer(source.prose):
        if match["name"] in defined or _is_escaped(source.prose, match.start()):
            continue
        shown = shorten(match[0])
        message = f"the footnote {shown} has no definition; add {shown}: text"
        if not FOOTNOTE_NAME.fullmatch(match["name"]):
            message = (
                f"{shown} is not a footnote; its name may have letters, digits, '.', '-' and '_' only, as in [^note-1]"
            )
        yield Problem(page.path, source.line(match.start()), "undefined-reference", message)


@rule("duplicate-id", "undefined-reference")
def _check_footnote_names(page: Page, keys: Container[str]) -> Iterator[Problem]:
    """Footnotes of which another text, or none, would be printed."""
    printed: set[str] = set()
    for footnote in page.source.footnotes:
        shown = f"[^{shorten(footnote.name)}]"
        if footnote.is_nested:
            message = (
                f"the footnote {shown} is inside another one and would not be printed; begin it in the first column"
            )
            yield Problem(page.path, footnote.line, "undefined-reference", message)
        elif footnote.name in keys:
            message = f"the footnote {shown} has the name of a source, which would be printed in its place; rename it"
            yield Problem(page.path, footnote.line, "duplicate-id", message)
        elif footnote.name in printed:
            message = f"the footnote {shown} has two texts, and only one would be printed; rename one of them"
            yield Problem(page.path, footnote.line, "duplicate-id", message)
        elif not FOOTNOTE_NAME.fullmatch(footnote.name):
            message = f"the name of the footnote {shown} may have letters, digits, '.', '-' and '_' only; rename it"
            yield Problem(page.path, footnote.line, "undefined-reference", message)
        printed.add(footnote.name)


@rule("empty-link", "unused-reference")
def _check_link_definitions(page: Page) -> Iterator[Problem]:
    """Definitions such as ``[name]: address`` that are empty or not used."""
    used = {link.target for link in page.source.links if link.form == "reference"}
    for match in EMPTY_DEFINITION.finditer(page.source.prose):
        message = f"the definition [{shorten(match['name'])}] is empty; write the address on the same line"
        yield Problem(page.path, page.source.line(match.start()), "empty-link", message)
    for name, (line, target) in page.source.definitions.items():
        if target not in used:
            message = f"the definition [{shorten(name)}] is not used; remove it"
            yield Problem(page.path, line, "unused-reference", message)


@rule("malformed-url")
def _check_unclosed_links(page: Page) -> Iterator[Problem]:
    """``](`` that makes no link: an address with a space, or a bracket that never closes."""
    source = page.source
    for match in UNCLOSED_LINK.finditer(
        blank_spans(source.prose, [(link.start, link.end) for link in source.markdown_links])
    ):
        before = source.prose.rfind("[", max(0, match.start() - 1500), match.start())
        if before < 0 or _is_escaped(source.prose, before):
            continue
        shown = shorten(source.prose[before : match.end()])
        message = f"'{shown}' is not a link: an address contains no space and ends with )"
        yield Problem(page.path, source.line(match.start()), "malformed-url", message)


@rule("malformed-url")
def _check_foreign_links(page: Page) -> Iterator[Problem]:
    """Links as other programs write them, which are printed as they are."""
    source = page.source
    spans = [*((link.start, link.end) for link in source.markdown_links), *source.html_blocks]
    for match in FOREIGN_LINK.finditer(blank_spans(source.prose, spans)):
        if not _is_escaped(source.prose, match.start()):
            message = f"'{shorten(match[0])}' is not a link here; write [text](address)"
            yield Problem(page.path, source.line(match.start()), "malformed-url", message)


def _is_escaped(text: str, position: int) -> bool:
    """Whether a backslash takes its meaning from the character at ``position``."""
    before = text[max(0, position - 50) : position]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1

"""No page makes a reader's browser contact another host without a click: what would load from there, wherever it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.markdown.html_tags import Tag, read_tags
from ledger.markdown.scanner import Link
from ledger.model.project import DOCS_FOLDER, TEMPLATES_FOLDER, Project
from ledger.model.rules import rule
from ledger.model.site_config import CONFIG_FILE
from ledger.model.text_files import read_text

LOADING_ATTRIBUTES = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "script": ("src", "href", "xlink:href"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "link": ("href",),
    "form": ("action",),
    "body": ("background",),
    "table": ("background",),
    "tr": ("background",),
    "td": ("background",),
    "th": ("background",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "base": ("href",),
    "frame": ("src",),
    "a": ("ping",),
}
"""Attributes by which an element makes the browser send a request that the reader did not choose."""
REMOTE_ADDRESS = re.compile(r"(?:https?:)?//", re.IGNORECASE)
CSS_ADDRESS = re.compile(
    r"(?:@import\s+(?:url\()?|url\(|image-set\()\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE
)
INLINE_SCRIPT_ADDRESS = re.compile(
    r"(?:fetch|import|importScripts|\bfrom|sendBeacon|EventSource|WebSocket|Worker|\.src\s*=|\.href\s*="
    r"|open\(\s*[\"'`]\w{1,9}[\"'`]\s*,|setAttribute\(\s*[\"'`](?:src|href)[\"'`]\s*,|open)\s*\(?[^\"'`\n]{0,40}"
    r"[\"'`]((?:https?:|wss?:)?//[^\"'`\s]+)"
)
SCRIPT_ADDRESS = re.compile(
    r"((?:https?|wss?)://(?!www\.w3\.org/)[^\s\"'`)<>\\]+|(?<=[\"'`])//[\w-]+\.[^\s\"'`)<>\\]+)", re.IGNORECASE
)
"""Whatever looks like an address in a script file may be fetched; only the W3C's names of formats never are."""
LOADING_LINK_RELATION = re.compile(
    r"stylesheet|icon|preload|prefetch|dns-prefetch|preconnect|modulepreload|manifest", re.IGNORECASE
)
REMOTE_ADDRESSES = re.compile(r"(?:^|,)\s*((?:https?:)?//[^\s,]+)", re.IGNORECASE)
"""Addresses on other hosts in an attribute, which may hold several."""
COMMENTS_BY_SUFFIX = {
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".js": re.compile(r"/\*.*?\*/|(?:(?<=[\s;{}])|\A)//[^\n]*", re.DOTALL),
    ".html": re.compile(r"<!--.*?-->|\{#.*?#\}|\{%.*?%\}", re.DOTALL),
}
"""Comments, and the logic of a template: nothing in them reaches a reader's browser."""
TEXT_ADDRESSES_BY_SUFFIX = {
    ".css": (CSS_ADDRESS,),
    ".js": (SCRIPT_ADDRESS,),
    ".html": (CSS_ADDRESS, INLINE_SCRIPT_ADDRESS),
}
MATERIAL_THEME = re.compile(r"\b(?:name|theme):\s*[\"']?material\b")
FONTS_OFF = re.compile(r"(?:^\s+|[{,]\s*)font:\s*false", re.MULTILINE)


def check_third_parties(project: Project) -> Iterator[Problem]:
    """Style sheets, scripts, templates and mkdocs.yml that would load from another host."""
    yield from _check_asset_files(project)
    yield from _check_config(project)


def loads_from_elsewhere(link: Link) -> bool:
    """Whether a browser would fetch the address of a link or an image from another host by itself."""
    loads = link.form == "image" or link.attribute in LOADING_ATTRIBUTES.get(link.element, ())
    return loads and bool(REMOTE_ADDRESS.match(link.target))


def describe_request(address: str) -> str:
    """The message on an address that a browser would fetch by itself."""
    return (
        f"'{shorten(address)}' would make the reader's browser contact a third party; keep the file in {DOCS_FOLDER}/"
    )


def find_third_party_addresses(tag: Tag) -> Iterator[str]:
    """Addresses on other hosts that an HTML element makes the browser fetch by itself."""
    attributes = dict(tag.attributes)
    if tag.name == "link" and not LOADING_LINK_RELATION.search(attributes.get("rel", "")):
        return
    for name in LOADING_ATTRIBUTES.get(tag.name.rpartition(":")[2], ()):
        yield from REMOTE_ADDRESSES.findall(attributes.get(name, ""))


@rule("third-party")
def _check_asset_files(project: Project) -> Iterator[Problem]:
    docs, templates = project.root / DOCS_FOLDER, project.root / TEMPLATES_FOLDER
    paths = [docs / file for file in sorted(project.files) if file.endswith(tuple(TEXT_ADDRESSES_BY_SUFFIX))]
    paths += sorted(path for path in templates.rglob("*") if path.suffix in (".html", ".css", ".js"))
    for path in (path for path in paths if not path.is_symlink()):
        shown = path.relative_to(project.root).as_posix()
        text, problem = read_text(path, shown)
        if problem:
            yield problem
            continue
        for position, address in _find_loaded_addresses(text, path.suffix):
            line = text.count("\n", 0, position) + 1
            yield Problem(shown, line, "third-party", describe_request(address))


def _find_loaded_addresses(text: str, suffix: str) -> Iterator[tuple[int, str]]:
    """Where in a file of the site an address on another host would be loaded, and the address."""
    text = COMMENTS_BY_SUFFIX[suffix].sub(lambda match: " " * len(match[0]), text)
    for pattern in TEXT_ADDRESSES_BY_SUFFIX[suffix]:
        for match in pattern.finditer(text):
            yield match.start(), match[1]
    if suffix == ".html":
        for tag in read_tags(text):
            for address in find_third_party_addresses(tag):
                yield tag.start, address


@rule("third-party")
def _check_config(project: Project) -> Iterator[Problem]:
    """Remote scripts, style sheets and fonts, and analytics, in mkdocs.yml."""
    path = project.root / CONFIG_FILE
    if not path.is_file():
        return
    text, _ = read_text(path, CONFIG_FILE)
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\w", line):
            section = line.split(":")[0]
        for message in _find_config_faults(section, line):
            yield Problem(CONFIG_FILE, number, "third-party", message)
    if re.search(r"^theme:", text, re.MULTILINE) and MATERIAL_THEME.search(text) and not FONTS_OFF.search(text):
        message = "the theme would fetch fonts from a third party; write font: false under theme"
        yield Problem(CONFIG_FILE, 1, "third-party", message)


def _find_config_faults(section: str, line: str) -> Iterator[str]:
    """What one line of mkdocs.yml would load from elsewhere; ``section`` is the top-level key above it."""
    loads = section in ("extra_css", "extra_javascript") or re.match(r"\s+(?:logo|favicon):", line)
    remote = re.search(r"((?:https?:)?//[^\s'\",\]}]+)", line.split(" #")[0])
    if loads and remote:
        yield describe_request(remote[1])
    if section == "extra" and re.search(r"(?:^\s+|[{,]\s*)analytics\s*:", line):
        yield "analytics would report readers' visits to a third party; remove it"
    if section == "theme" and re.match(r"\s+(?:text|code):", line):
        yield "a theme font is fetched from a third party; write font: false"

"""Citations: each is written as one, stands where a footnote can, and its key leads to a source that some page cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.markdown.scanner import CITATION_GROUP, MarkdownSource, is_inside
from ledger.model.bibliography import Entry
from ledger.model.project import BIB_FILE, CERTAINTY_FILE, CLAIMS_FILE, Page, Project
from ledger.model.rules import rule

CITATION_LIKE = re.compile(r"\\?[\[(](?:[^\[\]()@\n]{0,80}[\s;,\-(])?@[^\[\]()\n]{0,300}[\])]?")
BARE_KEY = re.compile(r"(?<![\w.@/+=&-])@(?P<key>[A-Za-z0-9_][\w:.-]*)")
KEY_START = re.compile(r"(?<![\w.])@[A-Za-z]")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
UNCITABLE_BLOCKS = {
    "heading": "a heading",
    "title": "the title of a note",
    "html": "raw HTML",
    "definition": "the definition of a link",
}
"""Blocks in which no footnote number can be, and what a message calls them."""


USUAL_CITATION = re.compile(
    r"\\(?:no)?cite[a-z]{0,12}\*?(?:\[[^\[\]\n]{0,60}\]){0,2}\{(?P<latex>[^{}\n]{1,200})\}"
    r"|(?<![\w)\]\\])\[(?P<key>[A-Za-z][A-Za-z0-9_-]{2,60})\](?![(\[:])"
    r"|(?<![\w)\]\\])\[(?P<numbers>\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,20})\](?![(\[:])"
    r"|(?P<author>\b[A-Z][\w'’-]{1,30} et al\.?,? ?\(?(?:19|20)\d\d[a-z]?\b\)?"
    r"|\([A-Z][\w'’-]{1,30}(?: (?:and|&) [A-Z][\w'’-]{1,30})?, (?:19|20)\d\d[a-z]?\))"
)


@dataclass(frozen=True)
class CitedKey:
    """One ``[@key]`` (or one key of a longer bracket) in a page."""

    key: str
    src: str
    line: int


def find_citations(page: Page) -> Iterator[CitedKey]:
    """The well-formed citations of a page that will be rendered, in order."""
    for match in CITATION_GROUP.finditer(page.source.prose):
        line = page.source.line(match.start())
        for key in match["keys"].split("; @"):
            yield CitedKey(key, page.src, line)


@rule("undefined-key")
def check_cited_keys(project: Project, cited: Iterable[CitedKey]) -> Iterator[Problem]:
    """Citations in the text whose key the bibliography does not have."""
    entries = project.bibliography.entries
    for citation in cited:
        if citation.key not in entries:
            message = _describe_unknown_key(citation.key, entries)
            path = project.pages[citation.src].path
            yield Problem(path, citation.line, "undefined-key", message, cause=citation.key)


@rule("undefined-key")
def check_record_keys(page: Page, project: Project) -> Iterator[Problem]:
    """Keys in a trial record that the bibliography does not have."""
    entries = project.bibliography.entries
    if not page.record or page.cited <= entries.keys():
        return
    for place, line in page.meta.lines.items():
        if place and (place[-1] == "cite" or (len(place) > 1 and place[-2] == "publications")):
            key = page.meta.get(place)
            if isinstance(key, str) and key not in entries:
                yield Problem(page.path, line, "undefined-key", _describe_unknown_key(key, entries), cause=key)


@rule("undefined-key")
def check_claim_keys(project: Project) -> Iterator[Problem]:
    """Keys in the claims file that the bibliography does not have."""
    entries = project.bibliography.entries
    unknown = set(project.claims.keys()) - entries.keys()
    if not unknown:
        return
    lines = (project.root / CLAIMS_FILE).read_text(encoding="utf-8").split("\n")
    for key in sorted(unknown):
        whole_key = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        line = next((number for number, text in enumerate(lines, 1) if whole_key.search(text)), 1)
        yield Problem(CLAIMS_FILE, line, "undefined-key", _describe_unknown_key(key, entries), cause=key)


@rule("undefined-key")
def check_certainty_keys(project: Project) -> Iterator[Problem]:
    """Keys in the file of certainty ratings that the bibliography does not have."""
    entries = project.bibliography.entries
    for key in sorted(set(project.certainty.keys()) - entries.keys()):
        message = _describe_unknown_key(key, entries)
        yield Problem(CERTAINTY_FILE, project.certainty_line(key), "undefined-key", message)


@rule("uncited-entry")
def check_uncited_entries(project: Project, cited: Iterable[CitedKey]) -> Iterator[Problem]:
    """Entries of the bibliography that nothing cites."""
    used = {citation.key for citation in cited} | {*project.claims.keys(), *project.certainty.keys()}
    for page in project.pages.values():
        if page.record:
            used |= page.cited
    used.update(re.findall(r"[A-Za-z0-9_-]+", project.unread))  # a page that cannot be read may cite them
    for key, entry in project.bibliography.entries.items():
        if key not in used:
            yield Problem(
                BIB_FILE, entry.line, "uncited-entry", f"{key}: no page cites this entry; cite it or remove it"
            )


@rule("translation-sources")
def check_translation_sources(page: Page, project: Project) -> Iterator[Problem]:
    """A translated page cites what its original cites, no more and no less."""
    original = project.original(page.src)
    if original is None or original.broken or page.broken:
        return
    own, expected = _find_first_lines(page), _find_first_lines(original)
    for key, line in expected.items():
        if key not in own:
            message = (
                f"the original cites @{key} ({original.path}:{line}), this page does not; cite it at the same place"
            )
            yield Problem(page.path, 1, "translation-sources", message)
    for key, line in own.items():
        if key not in expected:
            message = f"the original, {original.path}, does not cite @{key}; cite it there too, or remove it here"
            yield Problem(page.path, line, "translation-sources", message)


@rule("malformed-citation", "bare-citation")
def check_citation_syntax(page: Page) -> Iterator[Problem]:
    """Brackets and bare keys that mkdocs-bibtex would drop, misread or print as they are."""
    source = page.source
    spans: list[tuple[int, int]] = []
    for match in CITATION_GROUP.finditer(source.prose):
        spans.append(match.span())
        yield from _check_citation_group(page, match)
    prose = CITATION_GROUP.sub(lambda match: " " * len(match[0]), source.prose)
    prose = EMAIL.sub(lambda match: " " * len(match[0]), prose)
    links = {link.start for link in source.markdown_links if link.form == "inline"}
    for match in CITATION_LIKE.finditer(prose):
        if not re.search(r"(?<![\w.])@", match[0]) or match.start() in links:
            continue
        spans.append(match.span())
        message = f"'{shorten(match[0])}' is not a citation; write [@key] or [@one; @two]"
        yield Problem(page.path, source.line(match.start()), "malformed-citation", message)
    spans.sort()
    for match in BARE_KEY.finditer(prose):
        if not is_inside(match.start(), spans):
            key = match["key"].rstrip(".:")
            message = f"'@{key}' has no brackets; write [@{key}] to cite a source, or `@{key}` for a name"
            yield Problem(page.path, source.line(match.start()), "bare-citation", message)


@rule("malformed-citation")
def check_usual_citations(page: Page, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    """Citations in the forms of LaTeX, journals and reference managers, which the build would print as they are."""
    source = page.source
    for block in source.blocks:
        if block.kind == "definition":
            continue
        is_cited = bool(CITATION_GROUP.search(block.text))
        for match in USUAL_CITATION.finditer(block.text):
            keys = [key.strip() for key in (match["latex"] or match["key"] or "").split(",") if key.strip()]
            if match["key"] and (match["key"] not in entries or match["key"].lower() in source.definitions):
                continue
            if match["numbers"] and match["numbers"] in source.definitions:
                continue
            if match["author"] and is_cited:
                continue
            advice = f"[@{'; @'.join(keys)}]" if keys else f"[@key] with a key of {BIB_FILE}"
            message = f"'{shorten(match[0])}' leads to no source here; write {advice}"
            yield Problem(page.path, source.line(block.start + match.start()), "malformed-citation", message)


@rule("misplaced-citation")
def check_citation_places(page: Page) -> Iterator[Problem]:
    """Citations where no footnote number can be."""
    for position, where in _find_misplaced_citations(page.source):
        message = f"a citation cannot be in {where}; move it into the sentence below"
        yield Problem(page.path, page.source.line(position), "misplaced-citation", message)
    for name in ("title", "description"):
        value = page.meta.data.get(name) if isinstance(page.meta.data, dict) else None
        if isinstance(value, str) and KEY_START.search(EMAIL.sub("", value)):
            message = f"a citation cannot be in the {name}; move it into the text"
            yield Problem(page.path, page.meta.line((name,)), "misplaced-citation", message)


def _describe_unknown_key(key: str, entries: Mapping[str, Entry]) -> str:
    same_letters = next((known for known in entries if known.lower() == key.lower()), None)
    near = [same_letters] if same_letters else get_close_matches(key[:100], entries, 1, 0.75)
    hint = f"did you mean @{near[0]}?" if near else "add the source"
    return f"@{key[:100]} is not in {BIB_FILE}; {hint}"


def _find_first_lines(page: Page) -> dict[str, int]:
    """The keys that a page cites, and the line of the first citation of each."""
    return {citation.key: citation.line for citation in reversed(list(find_citations(page)))}


@rule("repeated-key", "malformed-citation")
def _check_citation_group(page: Page, match: re.Match[str]) -> Iterator[Problem]:
    """Keys that a bracket repeats, and characters beside it that make it something else than a citation."""
    prose, line = page.source.prose, page.source.line(match.start())
    keys = match["keys"].split("; @")
    for key in {key for key in keys if keys.count(key) > 1}:
        yield Problem(page.path, line, "repeated-key", f"@{key} is cited twice in one bracket; remove one of the two")
    before, after = prose[: match.start()][-1:], prose[match.end() : match.end() + 1]
    opens_note = after == ":" and not prose[: match.start()].rpartition("\n")[2].strip()
    if before in ("\\", "[") or after in ("(", "[", "]") or opens_note:
        shown = f"{before}{match[0]}{after}".strip()
        message = f"'{shown}' would not be read as a citation; write [@key] with a space around it"
        yield Problem(page.path, line, "malformed-citation", message)


def _find_misplaced_citations(source: MarkdownSource) -> Iterator[tuple[int, str]]:
    """The position of each citation in the wrong place, and what that place is."""
    for block in source.blocks:
        where = UNCITABLE_BLOCKS.get(block.kind)
        if where:
            for match in CITATION_GROUP.finditer(source.prose, block.start, block.end):
                yield match.start(), where
    for link in source.markdown_links:
        if link.form in ("inline", "image") and (KEY_START.search(link.text) or KEY_START.search(link.title)):
            yield link.start, "the text of an image" if link.form == "image" else "the text of a link"
    for start, _, attributes in source.tags:
        if any(KEY_START.search(value) and not EMAIL.search(value) for value in attributes.values()):
            yield start, "raw HTML"

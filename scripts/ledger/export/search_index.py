"""The search index: the text of each page by sections, and the words that mean the same.

The index is one script that a page fetches when its reader starts a search, so that it works from a folder as well as
from a server. It holds only the opening of a trial's page and words of its record, to stay small with a thousand
trials. The search itself runs in the reader's browser (``docs/assets/search.js``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from ledger.model.glossary import GLOSSARY_PAGE, read_glossary_terms
from ledger.model.project import Page, Project
from ledger.model.trial_record import Record

VOCABULARY_FILE = "docs/search.yml"
NOT_INDEXED_VALUES = ("not found", "not stated", "to fill")
INDEX_FILE = "index.js"
GENERATOR_INDEX_FILE = "search_index.json"
"""The file that the generator's own search writes; nothing reads it."""
HEADING_TAG = re.compile(r'<h([1-6])[^>]*? id="(?P<id>[^"]*)"[^>]*>(?P<title>.*?)</h\1>', re.DOTALL)
NOT_INDEXED_HTML = re.compile(r'<a class="headerlink".*?</a>|<(script|style)\b.*?</\1>|<!--.*?-->', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
MAX_OPENING_CHARACTERS = 600  # characters of a trial's opening

IndexSection = tuple[str, str, str]
"""Anchor (empty for the opening), heading and text."""


@dataclass(frozen=True)
class SearchVocabulary:
    """The contents of ``docs/search.yml``, which explains each part."""

    same: Sequence[Sequence[str]] = ()
    also: Sequence[Mapping[str, Sequence[str]]] = ()
    stop: Sequence[str] = ()
    weight: Mapping[str, float] = field(default_factory=dict)


def read_search_vocabulary(root: Path) -> SearchVocabulary:
    """The vocabulary of the project's file; empty if there is none."""
    path = root / VOCABULARY_FILE
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return SearchVocabulary(
        data.get("same", ()), data.get("also", ()), data.get("stop", "").split(), data.get("weight", {})
    )


def extract_text(html: str) -> str:
    """The words of HTML, without tags."""
    return " ".join(unescape(TAG.sub(" ", NOT_INDEXED_HTML.sub("", html))).split())


def split_sections(html: str) -> list[IndexSection]:
    """The opening (everything before the first heading below the title), then each section."""
    sections: list[IndexSection] = []
    anchor = title = ""
    done = 0
    for heading in HEADING_TAG.finditer(html):
        if heading[1] == "1":
            sections.append(("", "", extract_text(html[done : heading.start()])))
        else:
            sections.append((anchor, title, extract_text(html[done : heading.start()])))
            anchor, title = heading["id"], extract_text(heading["title"])
        done = heading.end()
    sections.append((anchor, title, extract_text(html[done:])))
    opening = " ".join(part for anchor, _, part in sections if not anchor and part)
    return [("", "", opening), *(section for section in sections if section[0])]


def build_trial_sections(opening: str, record: Record) -> list[IndexSection]:
    """A trial's page: its opening, and the words of its record that people search for."""
    words = [
        record.plain_title,
        record.official_title or "",
        *(entry.id for entry in record.registry),
        record.sponsor.value,
        *(record.countries.value if record.countries else ()),
        *(harm.event for harm in record.harms),
    ]
    terms = " · ".join(dict.fromkeys(word for word in words if word and word not in NOT_INDEXED_VALUES))
    return [("", "", f"{_truncate_opening(opening)} {terms}")]


def _truncate_opening(words: str) -> str:
    return words if len(words) <= MAX_OPENING_CHARACTERS else words[:MAX_OPENING_CHARACTERS].rpartition(" ")[0] + " …"


def build_index_script(pages: Iterable[tuple[Page, Sequence[IndexSection]]], project: Project) -> str:
    """The index as a script that names it: ``searchIndex``."""
    vocabulary = read_search_vocabulary(project.root)
    glossary = project.pages.get(GLOSSARY_PAGE)
    synonyms = [[term.name, *term.aliases] for term in read_glossary_terms(glossary)] if glossary else []
    data: dict[str, Any] = {
        "pages": [
            [page.url, page.title, _get_weight(page, vocabulary), _select_sections(page, parts)]
            for page, parts in sorted(pages, key=lambda pair: pair[0].url)
        ],
        "same": [*vocabulary.same, *(group for group in synonyms if len(group) > 1)],
        "also": vocabulary.also,
        "stop": vocabulary.stop,
    }
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"window.searchIndex = {written.replace(chr(0x2028), ' ').replace(chr(0x2029), ' ')};\n"


def _get_weight(page: Page, vocabulary: SearchVocabulary) -> float:
    kind = page.meta.data.get("kind") if isinstance(page.meta.data, dict) else None
    return float(vocabulary.weight.get(str(kind), 1))


def _select_sections(page: Page, parts: Sequence[IndexSection]) -> Sequence[IndexSection]:
    return build_trial_sections(parts[0][2], page.record) if page.record else parts


def write_index(folder: Path, pages: Iterable[tuple[Page, Sequence[IndexSection]]], project: Project) -> None:
    """Write the index into ``folder`` of the built site, in place of the generator's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / GENERATOR_INDEX_FILE).unlink(missing_ok=True)
    (folder / INDEX_FILE).write_text(build_index_script(pages, project), encoding="utf-8", newline="")

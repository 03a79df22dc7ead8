"""What the search knows: the text of each page by sections, and the words that mean the same.

The index is one script that a page fetches when its reader turns to search, so that it works from a folder as well as
from a server. A trial's page is there with its opening and the words of its record alone: with a thousand of them the
index must stay small. Nothing is looked up here; ``docs/assets/search.js`` does that in the reader's browser.
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

from ledger.glossary import GLOSSARY, terms
from ledger.project import Page, Project
from ledger.records import Record

WORDS = "docs/search.yml"
NOT_KNOWN = ("not found", "not stated", "to fill")
FILE = "index.js"
UNUSED = "search_index.json"
"""What the generator's own search writes; nobody reads it."""
HEADING = re.compile(r'<h([1-6])[^>]*? id="(?P<id>[^"]*)"[^>]*>(?P<title>.*?)</h\1>', re.DOTALL)
LEFT_OUT = re.compile(r'<a class="headerlink".*?</a>|<(script|style)\b.*?</\1>|<!--.*?-->', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
OPENING = 600  # characters of a trial's opening

Section = tuple[str, str, str]
"""Anchor (empty for the opening), heading and text."""


@dataclass(frozen=True)
class Words:
    """What ``docs/search.yml`` says; its head explains each part."""

    same: Sequence[Sequence[str]] = ()
    also: Sequence[Mapping[str, Sequence[str]]] = ()
    stop: Sequence[str] = ()
    weight: Mapping[str, float] = field(default_factory=dict)


def words(root: Path) -> Words:
    """The words that mean the same, as the project's file and the glossary's "Also" lines say."""
    path = root / WORDS
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Words(data.get("same", ()), data.get("also", ()), data.get("stop", "").split(), data.get("weight", {}))


def text(html: str) -> str:
    """The words of some HTML, without marks."""
    return " ".join(unescape(TAG.sub(" ", LEFT_OUT.sub("", html))).split())


def sections(html: str) -> list[Section]:
    """The opening (everything before the first heading below the title), then each section."""
    found: list[Section] = []
    anchor = title = ""
    done = 0
    for heading in HEADING.finditer(html):
        if heading[1] == "1":
            found.append(("", "", text(html[done : heading.start()])))
        else:
            found.append((anchor, title, text(html[done : heading.start()])))
            anchor, title = heading["id"], text(heading["title"])
        done = heading.end()
    found.append((anchor, title, text(html[done:])))
    opening = " ".join(part for one, _, part in found if not one and part)
    return [("", "", opening), *(one for one in found if one[0])]


def of_trial(opening: str, record: Record) -> list[Section]:
    """A trial's page: how it begins, and the words of its record by which people look for it."""
    words = [
        record.plain_title,
        record.official_title or "",
        *(entry.id for entry in record.registry),
        record.sponsor.value,
        *(record.countries.value if record.countries else ()),
        *(harm.event for harm in record.harms),
    ]
    known = " · ".join(dict.fromkeys(word for word in words if word and word not in NOT_KNOWN))
    return [("", "", f"{_short(opening)} {known}")]


def _short(words: str) -> str:
    return words if len(words) <= OPENING else words[:OPENING].rpartition(" ")[0] + " …"


def script(pages: Iterable[tuple[Page, Sequence[Section]]], project: Project) -> str:
    """The index as a script that names it: ``searchIndex``."""
    said = words(project.root)
    glossary = project.pages.get(GLOSSARY)
    named = [[term.name, *term.aliases] for term in terms(glossary)] if glossary else []
    data: dict[str, Any] = {
        "pages": [
            [page.url, page.title, _weight(page, said), _kept(page, parts)]
            for page, parts in sorted(pages, key=lambda pair: pair[0].url)
        ],
        "same": [*said.same, *(group for group in named if len(group) > 1)],
        "also": said.also,
        "stop": said.stop,
    }
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"window.searchIndex = {written.replace(chr(0x2028), ' ').replace(chr(0x2029), ' ')};\n"


def _weight(page: Page, said: Words) -> float:
    kind = page.meta.data.get("kind") if isinstance(page.meta.data, dict) else None
    return float(said.weight.get(str(kind), 1))


def _kept(page: Page, parts: Sequence[Section]) -> Sequence[Section]:
    return of_trial(parts[0][2], page.record) if page.record else parts


def write(folder: Path, pages: Iterable[tuple[Page, Sequence[Section]]], project: Project) -> None:
    """Put the index into ``folder`` of the built site, in place of the generator's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / UNUSED).unlink(missing_ok=True)
    (folder / FILE).write_text(script(pages, project), encoding="utf-8", newline="")

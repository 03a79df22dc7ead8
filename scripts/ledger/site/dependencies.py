"""What each page is made of, so that a preview rebuilds only the pages that a change concerns.

A page depends on its own text and record, the sources it cites, the pages it names (its neighbours and the pages above
it), and what every page shares: configuration, templates, navigation and glossary. A page with a generated list or
chart depends on all data. Not followed: the scores on the page about readability, which depend on every word of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from ledger.markdown.scanner import CITATION_KEY
from ledger.model import source_status
from ledger.model.glossary import GLOSSARY_PAGE
from ledger.model.people import PEOPLE_FILE
from ledger.model.placeholders import PLACEHOLDER, TRIAL_PAGE_SECTIONS
from ledger.model.project import CERTAINTY_FILE, CLAIMS_FILE, Page, Project
from ledger.model.site_config import CONFIG_FILE
from ledger.render import page_top, prev_next

TEMPLATES_FOLDER = "overrides"
PARTS_OF_ONE_PAGE = frozenset((*TRIAL_PAGE_SECTIONS, "contact", "stage"))
"""Generated parts that show nothing but the page's own record."""


def digest_pages(project: Project) -> dict[str, str]:
    """A digest of everything each page is made of, by source path; two builds of a page with one digest are the same."""
    shared, data = digest_parts(_list_shared_inputs(project)), digest_data(project)
    return {src: digest_parts(_list_inputs(page, project, shared, data)) for src, page in project.pages.items()}


def digest_data(project: Project) -> str:
    """A digest of the records, claims, sources and vocabularies that lists, charts and the open data are made from."""
    return digest_parts(
        [
            *(page.digest for page, _ in project.records.values()),
            *(entry.raw for entry in project.bibliography.entries.values()),
            *(
                _read(project.root / name)
                for name in (CLAIMS_FILE, CERTAINTY_FILE, PEOPLE_FILE, source_status.SOURCE_STATUS_FILE)
            ),
            project.today.isoformat(),
        ]
    )


def _list_shared_inputs(project: Project) -> Iterator[str]:
    yield _read(project.root / CONFIG_FILE)
    for path in sorted((project.root / TEMPLATES_FOLDER).rglob("*")):
        yield _read(path)
    if GLOSSARY_PAGE in project.pages:
        yield project.pages[GLOSSARY_PAGE].digest
    for src in sorted(project.nav):
        yield project.pages[src].title if src in project.pages else ""


def _list_inputs(page: Page, project: Project, shared: str, data: str) -> Iterator[str]:
    yield from (shared, page.digest)
    if any(match["what"] not in PARTS_OF_ONE_PAGE for match in PLACEHOLDER.finditer(page.text)):
        yield data
    entries = project.bibliography.entries
    for key in sorted({*CITATION_KEY.findall(page.text), *page.cited} & entries.keys()):
        yield entries[key].raw
        yield repr(project.marked.get(key))
    yield from (other.title for other in page_top.find_breadcrumbs(page, project))
    neighbours = prev_next.find_neighbours(page, project)
    if neighbours:
        yield neighbours.topic
        yield from (f"{other.url} {other.title}" for other in (neighbours.before, neighbours.after) if other)


def digest_parts(parts: Iterable[str]) -> str:
    """One digest of several texts."""
    return sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.is_file() else ""

"""The bibliography page: every source once, with a permanent anchor and the pages that cite it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from markupsafe import Markup

from ledger.model import derived
from ledger.model.bibliography import Entry
from ledger.model.claims import AuditedReference
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.source_status import SourceStatus
from ledger.render import references, source_notices
from ledger.render.jinja import render

HARDLY_READ = ("not seen", "title only", "second-hand")


class ListedSource(NamedTuple):
    """What the page shows of one source."""

    entry: Entry
    reference: Markup
    note: Markup
    status: SourceStatus
    audit: AuditedReference | None
    pages: list[Page]


def render_bibliography(page: Page, project: Project, options: Options) -> str:
    """The sources of a part with their kind, how far it was read, its status, what an audit found, and the pages that cite it."""
    formatted = project.references
    listed = derived.select_listed_sources(project, options)
    entries = sorted(listed, key=lambda entry: formatted.get(entry.key, "").lower())
    citing = derived.find_citing_pages(project)
    audits = {row.key: row for row in project.claims.references}
    sources = [
        ListedSource(
            entry,
            Markup(formatted.get(entry.key, "")),
            Markup(references.render_reading_note(entry)),
            project.standings[entry.key],
            audits.get(entry.key),
            [project.pages[src] for src in citing.get(entry.key, [])],
        )
        for entry in entries
    ]
    return render(
        "bibliography.html",
        page=page,
        sources=sources,
        counts=dict(sorted(Counter(entry.kind for entry in entries).items())),
        status_summary=Markup(source_notices.render_status_summary(page, project, options)),
    )


def render_sources_to_read(page: Page, project: Project, options: Options) -> str:
    """The sources that we hardly read, with the pages that rest on them, for readers who can open one."""
    citing = derived.find_citing_pages(project)
    entries = [entry for entry in project.bibliography.entries.values() if entry.get("seen") in HARDLY_READ]
    return render(
        "sources-to-read.html",
        page=page,
        sources=[
            (
                entry,
                derived.find_list_of_source(project, entry),
                references.READ_LABELS[entry.get("seen")],
                [project.pages[src] for src in citing.get(entry.key, []) if src != page.src],
            )
            for entry in sorted(entries, key=lambda entry: entry.text("title").lower())
        ],
    )

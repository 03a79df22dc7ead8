"""Drafts: pages that say ``draft: true``. Previews show them; the published site, its data and its search do not."""

from __future__ import annotations

from dataclasses import replace

from ledger import citations
from ledger.project import Page, Project

NOTE = (
    '<div class="admonition warning draft"><p class="admonition-title">Draft</p><p>This page is not complete. You see it'
    " in a preview only. The published site, its data and its search leave it out until <code>draft: true</code> is"
    " removed from its first lines.</p></div>"
)


def published(project: Project) -> Project:
    """The project as it is published: without drafts, and without the sources that only drafts cite."""
    drafts = project.drafts
    if not drafts:
        return project
    cited = citations.cited_by(project)
    own = {key for key, sources in cited.items() if drafts.issuperset(sources)}.difference(project.claims.keys())
    entries = {key: entry for key, entry in project.bibliography.entries.items() if key not in own}
    return replace(
        project,
        pages={src: page for src, page in project.pages.items() if src not in drafts},
        files=project.files - drafts,
        bibliography=replace(project.bibliography, entries=entries),
    )


def note(page: Page, project: Project) -> str:
    """What a preview says at the top of a draft; empty on other pages."""
    return NOTE if page.src in project.drafts else ""

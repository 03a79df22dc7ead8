"""Drafts: pages that say ``draft: true``. Previews show them; the published site, its data and its search do not."""

from __future__ import annotations

from dataclasses import replace

from ledger.model import derived
from ledger.model.project import Page, Project

DRAFT_NOTICE = (
    '<div class="admonition warning draft"><p class="admonition-title">Draft</p><p>This page is not complete. You see it'
    " in a preview only. The published site, its data and its search leave it out until <code>draft: true</code> is"
    " removed from its first lines.</p></div>"
)


def exclude_drafts(project: Project) -> Project:
    """The project as it is published: without drafts, and without the sources that only drafts cite."""
    drafts = project.drafts
    if not drafts:
        return project
    cited = derived.find_citing_pages(project)
    own = {key for key, sources in cited.items() if drafts.issuperset(sources)}.difference(project.claims.keys())
    entries = {key: entry for key, entry in project.bibliography.entries.items() if key not in own}
    return replace(
        project,
        pages={src: page for src, page in project.pages.items() if src not in drafts},
        files=project.files - drafts,
        bibliography=replace(project.bibliography, entries=entries),
        generated_parts={},
    )


def render_draft_notice(page: Page, project: Project) -> str:
    """The notice of a preview at the top of a draft; empty on other pages."""
    return DRAFT_NOTICE if page.src in project.drafts else ""

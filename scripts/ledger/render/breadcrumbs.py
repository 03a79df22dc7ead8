"""Breadcrumbs: the pages from the home page down to a page."""

from __future__ import annotations

from ledger.model.project import Page, Project
from ledger.render import markup

HOME_LABEL = "Home"


def find_breadcrumbs(page: Page, project: Project) -> list[Page]:
    """The pages from the home page down to ``page``: the index of each folder on the way."""
    parts = page.src.split("/")
    sources = ["index.md", *("/".join([*parts[:depth], "index.md"]) for depth in range(1, len(parts))), page.src]
    return [project.pages[src] for src in dict.fromkeys(sources) if src in project.pages]


def render_breadcrumbs(page: Page, project: Project) -> str:
    """The same as links above the page's title; nothing on the home page."""
    above = find_breadcrumbs(page, project)[:-1]
    if not above:
        return ""
    links = "".join(
        f'<li><a href="{markup.get_relative_url(page, one.url)}">{markup.escape_text(get_breadcrumb_label(one))}</a></li>'
        for one in above
    )
    here = f'<li aria-current="page">{markup.escape_text(page.title)}</li>'
    return f'<nav class="crumbs" aria-label="Breadcrumb"><ol>{links}{here}</ol></nav>'


def get_breadcrumb_label(page: Page) -> str:
    """What a page is called on the way to another: the home page's title is an answer, and too long for that."""
    return HOME_LABEL if page.src == "index.md" else page.title

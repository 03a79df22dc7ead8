"""The footer of a page: when it was checked and by whom, the oldest check of a source, how to cite it, and how to report
an error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from urllib.parse import quote

from ledger.model.project import Page, Project
from ledger.render import cite_this_page, markup

QUESTIONS_PAGE = "safety/questions-for-your-doctor.md"
KINDS_WITH_QUESTIONS = ("therapy", "trial", "requirement", "safety")
"""Kinds of pages after which a reader may have questions for a doctor."""


NO_CONTACT_MESSAGE = "This copy of the site has no contact address, so you cannot report an error from here."


def render_page_footer(page: Page, project: Project, site_url: str, name: str, cited: Collection[str]) -> str:
    """The foot as HTML; ``cited`` are the keys that the page cites, its tables included."""
    data: Mapping[str, object] = page.meta.data if isinstance(page.meta.data, dict) else {}
    checked, reviewer = str(data.get("checked") or ""), str(data.get("reviewed_by") or "none")
    parts = []
    if checked:
        parts.append(f"Last checked against its sources: {markup.render_date(checked)}.")
    oldest = find_oldest_source_check(page, project, cited)
    if oldest:
        parts.append(f"The oldest look at a source cited here: {markup.render_date(oldest)}.")
    parts.append("Not reviewed by a clinician." if reviewer == "none" else f"Reviewed by {escape(reviewer)}.")
    if project.repo_url:
        address = build_report_url(project.repo_url, title=f"Wrong fact: {page.title}", page=page.path)
        parts.append(f'<a class="report" href="{escape(address)}">Report an error on this page</a>.')
    else:
        parts.append(NO_CONTACT_MESSAGE)
    parts.append(f"This is no medical advice: talk to your own care team{_render_questions_link(page, project)}.")
    address = f"{site_url.rstrip('/')}/{page.url}" if site_url else ""
    cite = cite_this_page.render_page_citation(
        cite_this_page.PageCitation(page.title, name, checked, address, page.url)
    )
    return f'<div class="page-foot"><p>{" ".join(parts)}</p>{cite}</div>'


def _render_questions_link(page: Page, project: Project) -> str:
    """A link to the sheet of questions, on pages about a treatment, a trial or a danger."""
    target = project.pages.get(QUESTIONS_PAGE)
    kind = page.meta.data.get("kind") if isinstance(page.meta.data, dict) else None
    if target is None or target is page or kind not in KINDS_WITH_QUESTIONS:
        return ""
    return f', and take <a href="{markup.get_relative_url(page, target.url)}">these questions</a> along'


def find_oldest_source_check(page: Page, project: Project, cited: Collection[str]) -> str:
    """The earliest day on which somebody looked at a source of this page, YYYY-MM-DD; empty where none is known.

    A web page carries that day in the bibliography (``urldate``), a registration in the record (``checked``). A paper
    does not change, and carries none: the day of the page's last check is used instead. This is not the day on which a fact was true; a
    status in a record shows its own day.
    """
    entries = project.bibliography.entries
    days = [entries[key].get("urldate") for key in cited if key in entries]
    if page.record:
        days += [entry.checked or "" for entry in page.record.registry]
    if cited and isinstance(page.meta.data, dict):
        days.append(str(page.meta.data.get("checked") or ""))
    return min((day for day in days if day), default="")


def render_contact(page: Page, project: Project, options: Mapping[str, str]) -> str:
    """How to contact us, for pages that mention it."""
    if not project.repo_url:
        return f"<p><strong>{NO_CONTACT_MESSAGE}</strong></p>"
    address = escape(build_report_url(project.repo_url))
    return (
        f'<p><a href="{address}">Open the report form in the project repository</a>. '
        "You need an account there. Please leave out private health details: anyone can read a report.</p>"
    )


def build_report_url(repo_url: str, **fields: str) -> str:
    """The address of the repository's form for errors with some fields filled in.

    ``docs/assets/page.js`` adds the section that the reader is at.
    """
    filled = "".join(f"&{name}={quote(value)}" for name, value in fields.items())
    return f"{repo_url.rstrip('/')}/issues/new?template=wrong-fact.yml{filled}"

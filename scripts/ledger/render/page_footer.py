"""The footer of a page: when it was checked and by whom, the oldest check of a source, how to cite it, and how to report
an error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render import cite_this_page
from ledger.render.jinja import render

QUESTIONS_PAGE = "safety/questions-for-your-doctor.md"
KINDS_WITH_QUESTIONS = ("therapy", "trial", "requirement", "safety")
"""Kinds of pages after which a reader may have questions for a doctor."""
NO_CONTACT_MESSAGE = "This copy of the site has no contact address, so you cannot report an error from here."
ROLES = {"maintainer": "Maintains the site", "editor": "Edits pages", "reviewer": "Has reviewed pages"}


def render_page_footer(page: Page, project: Project, site_url: str, name: str, cited: Collection[str]) -> str:
    """The foot as HTML; ``cited`` are the keys that the page cites, its tables included."""
    data: Mapping[str, object] = page.meta.data if isinstance(page.meta.data, dict) else {}
    checked, reviewer = str(data.get("checked") or ""), str(data.get("reviewed_by") or "none")
    questions = project.pages.get(QUESTIONS_PAGE)
    address = f"{site_url.rstrip('/')}/{page.url}" if site_url else ""
    citation = cite_this_page.PageCitation(page.title, name, checked, address, page.url)
    return render(
        "page-footer.html",
        page=page,
        checked=checked,
        oldest=find_oldest_source_check(page, project, cited),
        reviewer="" if reviewer == "none" else reviewer,
        report_url=_build_page_report_url(page, project),
        no_contact=NO_CONTACT_MESSAGE,
        questions=questions if questions is not page and data.get("kind") in KINDS_WITH_QUESTIONS else None,
        citations=cite_this_page.format_page_citation(citation),
    )


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


def render_contact(page: Page, project: Project, options: Options) -> str:
    """How to contact us, for pages that mention it."""
    return render(
        "contact.html",
        report_url=build_report_url(project.repo_url),
        contact=project.contact,
        email=project.contact.removeprefix("mailto:") if project.contact.startswith("mailto:") else "",
        no_contact=NO_CONTACT_MESSAGE,
    )


def render_people(page: Page, project: Project, options: Options) -> str:
    """Who maintains, edits and reviews the site."""
    return render("people.html", people=project.people.people, roles=ROLES)


def _build_page_report_url(page: Page, project: Project) -> str:
    """Where a reader reports an error in this page: the repository's form, or else the contact address."""
    subject = f"Wrong fact: {page.title}"
    if project.repo_url or not project.contact.startswith("mailto:"):
        return build_report_url(project.repo_url, title=subject, page=page.path) or project.contact
    return f"{project.contact}?subject={quote(subject)}&body={quote(f'Page: {page.path}')}"


def build_report_url(repo_url: str, **fields: str) -> str:
    """The address of the repository's form for errors with some fields filled in; empty where there is no repository.

    ``docs/assets/page.js`` adds the section that the reader is at.
    """
    filled = "".join(f"&{name}={quote(value)}" for name, value in fields.items())
    return repo_url and f"{repo_url.rstrip('/')}/issues/new?template=wrong-fact.yml{filled}"

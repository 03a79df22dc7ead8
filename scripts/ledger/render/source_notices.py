"""Notices for readers: sources that were corrected or retracted, and when this was last checked."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.source_status import (
    CORRECTED,
    EXPRESSION_OF_CONCERN,
    NOTICE_STATES,
    REINSTATED,
    RETRACTED,
    SourceStatus,
)
from ledger.render.jinja import render, render_macro

SOURCE_STATUS_PAGE = "about/source-status.md"
STATE_SUMMARY_LABELS = {
    RETRACTED: "retracted",
    EXPRESSION_OF_CONCERN: "with an expression of concern",
    CORRECTED: "corrected",
    REINSTATED: "reinstated",
}


def render_reference_notices(status: SourceStatus) -> str:
    """Every notice on a source, to follow its reference; empty where there is none."""
    return " " + render_macro("source-notices.html", "after_reference", status) if status.state in NOTICE_STATES else ""


def render_status_line(status: SourceStatus) -> str:
    """The status of a source on the page of all sources: its notices, and which databases were checked when."""
    return render_macro("source-notices.html", "status_line", status)


def render_status_summary(page: Page, project: Project, options: Options) -> str:
    """How many sources were checked, and when: the sentence above the list of all sources."""
    askable = [status for status in project.standings.values() if status.askable]
    counts = {words: sum(one.state == state for one in askable) for state, words in STATE_SUMMARY_LABELS.items()}
    return render(
        "source-status.html",
        page=page,
        total=len(project.standings),
        askable=len(askable),
        checked=sum(bool(status.checked) for status in askable),
        days=sorted(day for status in askable for day in status.checked.values()),
        states={words: number for words, number in counts.items() if number},
        explained=project.pages.get(SOURCE_STATUS_PAGE) if page.src != SOURCE_STATUS_PAGE else None,
    )


def render_page_notices(project: Project, keys: Sequence[str]) -> str:
    """The note at the top of a page that cites sources with a notice; empty where there are none.

    ``keys`` are those of the page's references, in their order.
    """
    marked = [(number, key, project.marked[key]) for number, key in enumerate(keys, 1) if key in project.marked]
    return render("page-notices.html", marked=marked) if marked else ""

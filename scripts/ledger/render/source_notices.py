"""Notices for readers: sources that were corrected or retracted, and when this was last checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from ledger.checks.retractions import _format_notice_date, _format_notice_id, describe_notice
from ledger.core.text import pluralize
from ledger.model.project import Page, Project
from ledger.model.source_status import CORRECTED, EXPRESSION_OF_CONCERN, NOTICE_STATES, RETRACTED, Notice, SourceStatus
from ledger.render.markup import get_relative_url, render_date

SOURCE_STATUS_PAGE = "about/source-status.md"


def _render_notice(notice: Notice) -> str:
    words = escape(describe_notice(notice))
    if notice.date:
        words = words.replace(
            escape(_format_notice_date(notice.date)), _format_notice_date(notice.date)[:4] + render_date(notice.date), 1
        )
    named = escape(_format_notice_id(notice))
    if named:
        target = f"https://doi.org/{notice.doi}" if notice.doi else f"https://pubmed.ncbi.nlm.nih.gov/{notice.pmid}/"
        words = words.replace(named, f'<a href="{escape(target)}" rel="noopener nofollow">{named}</a>', 1)
    return f"{words} (says {escape(notice.by)})" if notice.by else words


def render_reference_notices(standing: SourceStatus) -> str:
    """Every notice on a source, to follow its reference; empty where there is none."""
    if standing.state not in NOTICE_STATES:
        return ""
    words = "; ".join(_render_notice(notice) for notice in reversed(standing.notices))
    return f' <strong class="source-status" data-state="{standing.state.replace(" ", "-")}">{words}.</strong>'


def render_status_line(standing: SourceStatus) -> str:
    """The status of a source on the page of all sources: its notices, and which databases were checked when."""
    if not standing.askable:
        return "Status cannot be checked: it has no DOI or PMID."
    if not standing.checked:
        return "Status not checked yet."
    checks = ", ".join(f"{name} {render_date(when)}" for name, when in sorted(standing.checked.items()))
    missing = f"; not checked yet: {', '.join(standing.missing)}" if standing.missing else ""
    notices = render_reference_notices(standing).strip() or "No correction or retraction found."
    return f"{notices} Asked: {checks}{missing}."


def render_status_summary(page: Page, project: Project) -> str:
    """How many sources were checked, and when: the sentence above the list of all sources."""
    all_ = list(project.standings.values())
    askable = [one for one in all_ if one.askable]
    days = sorted(when for one in askable for when in one.checked.values())
    done = sum(bool(one.checked) for one in askable)
    if done:
        span = (
            f"on {render_date(days[0])}"
            if days[0] == days[-1]
            else f"between {render_date(days[0])} and {render_date(days[-1])}"
        )
        counts = {word: sum(one.state == state for one in askable) for state, word in STATE_SUMMARY_LABELS.items()}
        notices = (
            ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "none of them has a notice"
        )
        was = "was" if done == 1 else "were"
        left = len(askable) - done
        words = f"{done} of them {was} checked {span}: {notices}. Not checked yet: {left}."
    else:
        words = "None of them has been checked yet."
    more = ""
    if SOURCE_STATUS_PAGE in project.pages and page.src != SOURCE_STATUS_PAGE:
        more = f' <a href="{get_relative_url(page, project.pages[SOURCE_STATUS_PAGE].url)}">What is asked, and what the words mean</a>.'
    return (
        f'<p class="status-summary">Was a source corrected or retracted later? Of {len(all_)} {pluralize("sources", len(all_))}, '
        f"{len(askable)} {'has' if len(askable) == 1 else 'have'} a DOI or a PMID under which databases can be asked. {words}{more}</p>"
    )


def render_status_placeholder(page: Page, project: Project, options: Mapping[str, str]) -> str:
    """The sentence of ``render_status_summary``, for a page that requests it."""
    return render_status_summary(page, project)


STATE_SUMMARY_LABELS = {
    RETRACTED: "retracted",
    EXPRESSION_OF_CONCERN: "with an expression of concern",
    CORRECTED: "corrected",
    "reinstated": "reinstated",
}


def render_page_notices(project: Project, references: str) -> str:
    """The note at the top of a page that cites sources with a notice; empty where there are none.

    ``references`` is the page's list of references, whose order gives the numbers.
    """
    marked = project.marked
    if not marked:
        return ""
    items = []
    for number, key in enumerate(re.findall(r'<li id="fn:([^"]+)">', references), 1):
        if key in marked:
            words = "; ".join(_render_notice(notice) for notice in reversed(marked[key].notices))
            items.append(f'<li><a href="#fn:{escape(key)}">Reference {number}</a>: {words}.</li>')
    if not items:
        return ""
    title = "A source of this page has a notice" if len(items) == 1 else "Sources of this page have notices"
    listed = "".join(items)
    return (
        f'<div class="admonition warning source-notices"><p class="admonition-title">{title}</p><ul>{listed}</ul></div>'
    )

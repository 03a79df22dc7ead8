"""A trial's own page: the line below its title, and its tables of results, harms and requirements."""

from __future__ import annotations

from ledger.model.derived import describe_overdue_results
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_record import Harm, Measurement, Record, Result
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render import markup, stage_badge
from ledger.render.markup import (
    PROVENANCE_HEADING,
    TableRow,
    cite_sources,
    escape_text,
    format_provenance,
    get_relative_url,
    render_date,
    render_table,
    render_verdict,
)
from ledger.render.trial_values import format_comparator, format_measurement, format_value


def get_record(page: Page) -> Record:
    """The page's record. Raises LookupError where there is none, which a preview may see."""
    if page.record is None:
        raise LookupError(page.src)
    return page.record


def render_trial_header(page: Page, project: Project) -> str:
    """The line below a trial page's title: stage, approach and registry ids; then a notice if results are overdue."""
    record = get_record(page)
    ids = ", ".join(escape_text(registration.id) for registration in record.registry) or "no registration found"
    overdue = describe_overdue_results(record, project.today)
    notice = f'<p class="overdue"><strong>{escape_text(overdue)}</strong></p>' if overdue else ""
    line = f"{stage_badge.render_linked_badge(page, record.stage)} <span>{escape_text(record.approach)}</span> <span>{ids}</span>"
    return f'<p class="page-facts">{line}</p>{notice}'


def _append_note(words: str, row: Measurement) -> str:
    return words + (f"<br><em>{escape_text(row.note)}</em>" if row.note else "")


def _build_result_row(row: Result) -> TableRow:
    certainty = f"<br>certainty: {row.certainty} ({escape_text(row.certainty_why or '')})" if row.certainty_why else ""
    judged = f", judged by {escape_text(row.judged_by)}" if row.judged_by else ""
    source = markup.render_source_note(f"{format_provenance(row)}{judged}", cite_sources(row.cite))
    name = _append_note(escape_text(row.measure), row) + certainty
    return (name, escape_text(row.at or "not stated"), format_measurement(row), format_comparator(row), source)


def _build_harm_row(row: Harm) -> TableRow:
    cause = escape_text(row.cause) if row.cause else "not stated"
    judged = escape_text(row.judged_by) if row.judged_by else "not stated"
    event = _append_note(escape_text(row.event), row)
    return (
        event,
        escape_text(row.at or "not stated"),
        format_measurement(row),
        cause,
        judged,
        markup.render_source_note(format_provenance(row), cite_sources(row.cite)),
    )


def render_results_table(page: Page, project: Project, options: Options) -> str:
    record = get_record(page)
    note = markup.render_table_note(format_value(record.results_note or ""))
    if not record.results:
        return note
    head = ("Measure", "When", "Result", "Compared with", PROVENANCE_HEADING)
    return (
        render_table(f"Results: {page.title}", head, [_build_result_row(row) for row in record.results], "stack") + note
    )


def render_harms_table(page: Page, project: Project, options: Options) -> str:
    record = get_record(page)
    note = markup.render_table_note(format_value(record.harms_note or ""))
    if not record.harms:
        return note + _render_harms_search(record)
    head = ("Harm", "When", "How many", "Cause", "Who judged", PROVENANCE_HEADING)
    return render_table(f"Harms: {page.title}", head, [_build_harm_row(row) for row in record.harms], "stack") + note


def _render_harms_search(record: Record) -> str:
    """Where and when we searched for harms without finding any."""
    search = record.harms_searched
    if search is None:
        return ""
    return f"<p>Where we looked for harms: {escape_text(format_value(search.where))}. Checked {render_date(search.checked)}.{cite_sources(search.cite)}</p>"


def render_requirements_table(page: Page, project: Project, options: Options) -> str:
    """What the trial shows against each of the eight requirements."""
    record = get_record(page)
    rows = []
    for key, name in REQUIREMENTS.items():
        verdict = record.requirements[key]
        url = get_relative_url(page, f"requirements/{key}/")
        rows.append(
            (
                f'<a href="{url}">{name}</a>',
                render_verdict(verdict.verdict),
                escape_text(format_value(verdict.why)),
                cite_sources(verdict.cite),
            )
        )
    caption = f"Against the eight requirements: {page.title}"
    return render_table(caption, ("Requirement", "Shown?", "Why", "Source"), rows, "stack")

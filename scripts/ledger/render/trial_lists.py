"""Tables over several trials: all trials, those of one therapy, and trials against the requirements."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_record import Record
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render import markup, stage_badge
from ledger.render.markup import (
    TableRow,
    cite_sources,
    escape_text,
    get_relative_url,
    render_date,
    render_link,
    render_table,
    render_verdict,
)
from ledger.render.trial_values import count_people, format_cells, format_people_count, format_value

SHORT_REQUIREMENT_NAMES = {
    "cell-source": "Cells",
    "differentiation": "Beta cells",
    "immune-regulation": "Immune",
    "long-term-function": "Long term",
    "safety": "Safety",
    "delivery": "Delivery",
    "regulation-and-ethics": "Rules",
    "cost-and-access": "Cost",
}
"""The requirements' names where eight columns must fit side by side."""


def build_trial_row(page: Page, trial: Page, record: Record) -> TableRow:
    """One trial as a row of the table of all trials."""
    count, key = format_people_count(record)
    other = " (type 2 diabetes)" if record.diabetes_type == "type 2" else ""
    latest = record.latest
    return (
        render_link(page, trial) + other,
        f"{escape_text(record.approach)}: {escape_text(format_cells(record))}{cite_sources(record.cells.origin.cite)}",
        f"{escape_text(format_value(record.immune_strategy.value))}{cite_sources(record.immune_strategy.cite)}",
        f"{count}{cite_sources(key)}",
        f"{escape_text(format_value(record.phase.value))}{cite_sources(record.phase.cite)}",
        f"{latest.value}, {render_date(latest.as_of)}{cite_sources(latest.cite)}",
        escape_text(", ".join(record.countries.value)) + cite_sources(record.countries.cite)
        if record.countries
        else "not found",
        stage_badge.render_badge(record.stage),
        "yes" if record.results else "none found",
        "yes" if record.harms else "none found",
    )


ALL_TRIALS_COLUMNS = (
    "Trial",
    "Cells",
    "Immune strategy",
    "People",
    "Phase",
    "Status",
    "Countries",
    "Evidence stage",
    "Results",
    "Harms",
)
FILTER_LABELS = {
    "approach": "Approach",
    "origin": "Cell origin",
    "immune": "Immune strategy",
    "phase": "Phase",
    "status": "Status",
    "country": "Country",
    "results": "Results",
}


def collect_facets(record: Record) -> dict[str, list[str]]:
    """What a trial can be filtered by, in the words of the table."""
    return {
        "approach": [record.approach],
        "origin": [format_value(record.cells.origin.value)],
        "immune": [format_value(record.immune_strategy.value)],
        "phase": [format_value(record.phase.value)],
        "status": [record.latest.value],
        "country": record.countries.value if record.countries else ["not found"],
        "results": ["yes" if record.results else "none found"],
    }


def render_all_trials(page: Page, project: Project, options: Options) -> str:
    """Every trial as one table, with data attributes for the script that sorts and filters it."""
    trials = list(project.records.values())
    rows = [build_trial_row(page, trial, record) for trial, record in trials]
    attributes = []
    for _, record in trials:
        facets = " ".join(
            f'data-{name}="{escape("|".join(values))}"' for name, values in collect_facets(record).items()
        )
        attributes.append(f'data-id="{record.id}" data-people="{count_people(record)}" {facets}')
    form = _render_filter_form([record for _, record in trials])
    caption = f"All trials and cases on this site: {len(rows)}"
    return f'<div class="trials" id="all-trials">{form}{render_table(caption, ALL_TRIALS_COLUMNS, rows, "stack", attributes)}</div>'


def _render_filter_form(records: Sequence[Record]) -> str:
    """The filter form of the table, hidden until a script handles it."""
    parts = []
    for name, label in FILTER_LABELS.items():
        values = sorted({value for record in records for value in collect_facets(record)[name]}, key=str.lower)
        options = "".join(f"<option>{escape_text(value)}</option>" for value in values)
        parts.append(markup.render_select_field(label, name, f'<option value="">all</option>{options}'))
    sorting = "".join(
        f'<option value="{value}">{label}</option>'
        for value, label in (("", "title"), ("people", "people"), ("status", "date of status"), ("phase", "phase"))
    )
    return (
        '<form class="facets" hidden><fieldset><legend>Filter and sort</legend>'
        + "".join(parts)
        + markup.render_select_field("Sort by", "sort", sorting)
        + markup.render_select_field(
            "Order", "order", '<option value="">rising</option><option value="down">falling</option>'
        )
        + '<button type="reset">Show all</button></fieldset><output aria-live="polite"></output>'
        '<p class="compare-link"><a href="compare/">Compare the chosen trials</a></p></form>'
    )


def render_trial_list(page: Page, project: Project, options: Options) -> str:
    """The trials of one therapy (``therapy=``), or what each trial shows of one requirement (``requirement=``)."""
    if "requirement" in options:
        return _render_requirement_list(page, project, options["requirement"])
    return _render_therapy_list(page, project, options.get("therapy", ""))


def _render_requirement_list(page: Page, project: Project, requirement: str) -> str:
    rows = []
    for trial, record in project.records.values():
        verdict = record.requirements[requirement]
        rows.append(
            (
                render_link(page, trial),
                escape_text(format_cells(record)),
                render_verdict(verdict.verdict),
                escape_text(format_value(verdict.why)),
                cite_sources(verdict.cite),
            )
        )
    caption = f"Trials against this requirement: {REQUIREMENTS[requirement]}"
    return render_table(caption, ("Trial", "Cells", "Shown?", "Why", "Source"), rows, "stack")


def _render_therapy_list(page: Page, project: Project, therapy: str) -> str:
    rows = []
    for trial, record in project.records.values():
        if therapy not in record.therapies:
            continue
        count, count_source = format_people_count(record)
        rows.append(
            (
                render_link(page, trial),
                escape_text(format_cells(record)),
                count,
                f"{record.latest.value}, {render_date(record.latest.as_of)}",
                stage_badge.render_badge(record.stage),
                cite_sources(count_source, record.latest.cite, record.cells.origin.cite),
            )
        )
    if not rows:
        return "<p>No trial of this kind has a page here yet.</p>"
    head = ("Trial", "Cells", "People", "Status", "Evidence stage", "Source")
    table = render_table("Trials of this approach on this site", head, rows, "stack")
    return stage_badge.render_stage_counts(page, project, therapy) + table


def render_requirements_matrix(page: Page, project: Project, options: Options) -> str:
    """Trials down, the eight requirements across; each cell has its word and its source."""
    heads = [
        f'<a href="{get_relative_url(page, f"requirements/{key}/")}">{SHORT_REQUIREMENT_NAMES[key]}</a>'
        for key in REQUIREMENTS
    ]
    rows = []
    for trial, record in project.records.values():
        verdicts = (record.requirements[key] for key in REQUIREMENTS)
        rows.append(
            (render_link(page, trial), *(f"{render_verdict(v.verdict)}{cite_sources(v.cite)}" for v in verdicts))
        )
    return render_table("Trials against the eight requirements", ("Trial", *heads), rows, "matrix")

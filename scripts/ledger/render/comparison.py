"""Two to four trials side by side. The page carries the lines of every trial; a script shows the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.model.derived import describe_overdue_results
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Harm, Record, Result
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render.jinja import render
from ledger.render.markup import get_relative_url
from ledger.render.trial_values import NOT_FOUND_LABEL, format_quantity, format_value

SourcedText = tuple[str, str]


def render_comparison_form(page: Page, project: Project, options: Options) -> str:
    """The choice of trials, the place for the table, and the data. Without a script a list of the pages is left."""
    trials = list(project.records.values())
    return render(
        "compare.html",
        page=page,
        trials=trials,
        stages=sorted({record.stage for _, record in trials}),
        data={record.id: _build_trial_data(page, trial, record, project) for trial, record in trials},
    )


def _build_trial_data(page: Page, trial: Page, record: Record, project: Project) -> dict[str, object]:
    """What the script shows of one trial: its lines by name, and what forbids adding it to others."""
    return {
        "title": trial.title,
        "page": get_relative_url(page, trial.url),
        "approach": record.approach,
        "cohort": [record.cohort, *record.overlaps],
        "lines": dict(_build_comparison_lines(record, project)),
    }


def _build_comparison_lines(record: Record, project: Project) -> list[tuple[str, list[SourcedText]]]:
    """The lines of a comparison, in one order for all: each a list of texts with the key of their source."""
    people, cells, given = record.people, record.cells, record.delivery

    def one(fact: SourcedModel | None, words: str | None = None) -> list[SourcedText]:
        if fact is None:
            return [(NOT_FOUND_LABEL, "")]
        return [(words or format_value(str(getattr(fact, "value", ""))), fact.cite or "")]

    latest = record.latest
    lines: list[tuple[str, list[SourcedText]]] = [
        ("Approach", [(record.approach, "")]),
        ("Evidence stage", [(record.stage, "")]),
        ("What it showed", [(record.showed_in_words or NOT_FOUND_LABEL, "")]),
        ("Diabetes", [(format_value(record.diabetes_type), "")]),
        ("Status", one(latest, f"{latest.value}, as of {latest.as_of}")),
        ("Phase", one(record.phase)),
        (
            "Phase of the results",
            [(record.phase_of_results or NOT_FOUND_LABEL, (record.results_phase or record.phase).cite or "")],
        ),
        ("Allocation", one(record.allocation)),
        ("Masking", one(record.masking)),
        ("Compared with", one(record.control)),
        ("Start", one(record.dates.start)),
        ("Completion", one(record.dates.completion)),
        ("People planned", one(people.planned)),
        ("People treated", one(people.treated)),
        ("People analysed", one(people.analysed)),
        ("Who they were", one(people.who)),
        ("Origin of the cells", one(cells.origin)),
        ("Kind of cells", one(cells.source)),
        ("Product", one(cells.product)),
        ("Device", one(cells.device)),
        ("Route and site", one(given.route)),
        ("Dose", one(given.dose)),
        ("Immune strategy", one(record.immune_strategy)),
        ("Immune drugs", one(record.immune_drugs)),
        ("Follow-up", one(record.follow_up)),
        ("Results", _describe_rows(record.results, record.results_note)),
        ("Harms", _describe_rows(record.harms, record.harms_note)),
        *(
            (f"Requirement: {name}", [(str(record.requirements[key].verdict), record.requirements[key].cite or "")])
            for key, name in REQUIREMENTS.items()
        ),
        ("Sponsor", one(record.sponsor)),
        ("Funders", one(record.funders)),
        ("Countries", one(record.countries, ", ".join(record.countries.value) if record.countries else None)),
    ]
    late = describe_overdue_results(record, project.today)
    return [*lines, ("Results overdue?", [(late, "")])] if late else lines


def _describe_rows(rows: Sequence[Result | Harm], remark: str | None) -> list[SourcedText]:
    """Results or harms as short texts."""
    texts: list[SourcedText] = []
    for row in rows:
        name = row.measure if isinstance(row, Result) else row.event
        at = f", {row.at}" if row.at else ""
        texts.append((f"{name}{at}: {_describe_row(row)}", row.cite))
    return [*texts, *([(format_value(remark), "")] if remark else [])] or [(NOT_FOUND_LABEL, "")]


def _describe_row(row: Result | Harm) -> str:
    count = f"{row.n} of {row.of}" if row.n is not None and row.of else str(row.n) if row.n is not None else ""
    value = format_quantity(row.value, row.unit)
    speaker = f" (said by {row.said_by})" if row.said_by else ""
    arm = {"control": " (control group)", "all": " (both groups)"}.get(row.arm, "")
    return "; ".join(part for part in (count, value) if part) + arm + speaker

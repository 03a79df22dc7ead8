"""Two to four trials side by side. The page carries the lines of every trial; a script shows the chosen ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from ledger import badges, markup, trials
from ledger.consistency import overdue
from ledger.markup import address, text
from ledger.project import Page, Project
from ledger.records import REQUIREMENTS, Harm, Record, Result, Sourced

Options = Mapping[str, str]
Said = tuple[str, str]

MOST = 4


def form(page: Page, project: Project, options: Options) -> str:
    """The choice of trials, the place for the table, and the data. Without a script a list of the pages is left."""
    records = list(project.records.values())
    choices = "".join(f'<option value="{escape(record.id)}">{text(trial.title)}</option>' for trial, record in records)
    selects = "".join(
        markup.field(f"Trial {number}", f"t{number}", f'<option value="">none</option>{choices}')
        for number in range(1, MOST + 1)
    )
    data = {record.id: _data(page, trial, record, project) for trial, record in records}
    # In a script element only "<" could end it early.
    carried = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    links = markup.listed(markup.link(page, trial) for trial, _ in records)
    badged = "".join(badges.badge(stage) for stage in sorted({record.stage for _, record in records}))
    return (
        f'<form class="compare" hidden><fieldset><legend>Choose two to four trials</legend>{selects}</fieldset>'
        '<output aria-live="polite"></output></form><div class="compared"></div>'
        f'<div id="stage-badges" hidden>{badged}</div>'
        f'<script type="application/json" id="compare-data">{carried}</script>'
        f"<noscript><p>Comparing needs a script. Each trial has a page with the same lines in the same order:</p>{links}"
        "</noscript>"
    )


def _data(page: Page, trial: Page, record: Record, project: Project) -> dict[str, object]:
    """What the script shows of one trial: its lines by name, and what forbids adding it to others."""
    return {
        "title": trial.title,
        "page": address(page, trial.url),
        "approach": record.approach,
        "cohort": [record.cohort, *record.overlaps],
        "lines": dict(_lines(record, project)),
    }


def _lines(record: Record, project: Project) -> list[tuple[str, list[Said]]]:
    """The lines of a comparison, in one order for all: each a list of texts with the key of their source."""
    people, cells, given = record.people, record.cells, record.delivery

    def one(fact: Sourced | None, words: str | None = None) -> list[Said]:
        if fact is None:
            return [(trials.NOT_FOUND, "")]
        return [(words or trials.shown(str(getattr(fact, "value", ""))), fact.cite or "")]

    latest = record.latest
    lines: list[tuple[str, list[Said]]] = [
        ("Approach", [(record.approach, "")]),
        ("Evidence stage", [(record.stage, "")]),
        ("Diabetes", [(trials.shown(record.diabetes_type), "")]),
        ("Status", one(latest, f"{latest.value}, as of {latest.as_of}")),
        ("Phase", one(record.phase)),
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
        ("Results", _rows(record.results, record.results_note)),
        ("Harms", _rows(record.harms, record.harms_note)),
        *(
            (f"Requirement: {name}", [(str(record.requirements[key].verdict), record.requirements[key].cite or "")])
            for key, name in REQUIREMENTS.items()
        ),
        ("Sponsor", one(record.sponsor)),
        ("Funders", one(record.funders)),
        ("Countries", one(record.countries, ", ".join(record.countries.value) if record.countries else None)),
    ]
    late = overdue(record, project.today)
    return [*lines, ("Results overdue?", [(late, "")])] if late else lines


def _rows(rows: Sequence[Result | Harm], remark: str | None) -> list[Said]:
    """Results or harms as short texts."""
    said: list[Said] = []
    for row in rows:
        name = row.measure if isinstance(row, Result) else row.event
        at = f", {row.at}" if row.at else ""
        said.append((f"{name}{at}: {_plain(row)}", row.cite))
    return [*said, *([(trials.shown(remark), "")] if remark else [])] or [(trials.NOT_FOUND, "")]


def _plain(row: Result | Harm) -> str:
    count = f"{row.n} of {row.of}" if row.n is not None and row.of else str(row.n) if row.n is not None else ""
    value = f"{row.value or ''} {row.unit or ''}".strip()
    speaker = f" (said by {row.said_by})" if row.said_by else ""
    arm = {"control": " (control group)", "all": " (both groups)"}.get(row.arm, "")
    return "; ".join(part for part in (count, value) if part) + arm + speaker

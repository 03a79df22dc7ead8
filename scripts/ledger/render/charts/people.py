"""The people behind each result: one mark for each person in a count, and the deaths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from markupsafe import Markup

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_record import Harm, Record, Result
from ledger.render.charts import svg
from ledger.render.charts.picture import (
    Picture,
    PictureItem,
    Value,
    capitalize,
    format_attribution,
    format_time_point,
    join_speakers,
)
from ledger.render.charts.svg import LEFT
from ledger.render.jinja import render

MARKS_PER_LINE = 23
MARK_SPACING = 14.5


def _find_insulin_free_result(record: Record) -> Result | None:
    """The count that the picture shows: the first in the record, whose order is that of its importance."""
    return next(
        (
            row
            for row in record.results
            if row.outcome == "insulin independence" and row.arm == "cells" and row.n is not None and row.of
        ),
        None,
    )


def find_death_counts(record: Record) -> list[Harm]:
    """The record's counts of deaths for any reason among the people given cells."""
    return [row for row in _find_death_rows(record) if row.n is not None and row.event.lower() in ("death", "deaths")]


def _find_death_rows(record: Record) -> list[Harm]:
    return [row for row in record.harms if row.arm != "control" and re.match(r"deaths?\b", row.event, re.IGNORECASE)]


def _describe_death_row(row: Harm) -> str:
    """A row about deaths in words: how many, of whom, when, from what, and whose statement it is."""
    count = row.value or ""
    if row.n is not None:
        count = f"{row.n} of {row.of}" if row.of else f"{row.n}, of how many is not stated"
    event = "Deaths" if row.event.lower() in ("death", "deaths") else row.event[0].lower() + row.event[1:]
    arm = "all groups together" if row.arm == "all" else None
    words = ", ".join(part for part in (f"{event}: {count}", row.at, row.group, arm) if part)
    words = f"{words}: {row.cause}" if row.cause and row.n else words
    return words + format_attribution(row.said_by)


def _describe_missing_death_count(record: Record) -> str:
    """The words for a record that has no count of all deaths, which is never shown as zero."""
    narrower = [_describe_death_row(row) for row in _find_death_rows(record)]
    return "; ".join(["Deaths for any reason: no count in the record", *narrower])


def _collect_people_items(project: Project) -> list[PictureItem]:
    items = []
    for trial, record in project.records.values():
        row = _find_insulin_free_result(record)
        if row is None or row.of is None or row.n is None:
            continue
        treated = record.people.treated
        deaths = find_death_counts(record)
        values: dict[str, Value] = {
            "approach": record.approach,
            "origin": record.cells.origin.value,
            "measure": row.measure,
            "at": row.at or "not stated",
            "group": row.group,
            "insulin_free": row.n,
            "of": row.of,
            "treated": treated.value if treated else None,
            "not_counted": max(treated.value - row.of, 0) if treated else None,
            "said_by": join_speakers(row, treated),
            "deaths": "; ".join(map(_describe_death_row, deaths)) or _describe_missing_death_count(record),
        }
        keys = [row.cite, *([treated.cite] if treated else []), *(death.cite for death in _find_death_rows(record))]
        items.append(PictureItem(trial, record, values, keys))
    return items


def _draw_people(items: Sequence[PictureItem]) -> tuple[float, Markup]:
    y = 0.0
    parts = []
    for item in items:
        y, drawn = _draw_trial_people(item, y)
        parts.append(svg.draw_group("trial", drawn, trial=item.record.id))
        y += 10
    return y, svg.join(parts)


def _draw_trial_people(item: PictureItem, y: float) -> tuple[float, list[Markup]]:
    """A row for the result and one for each count of deaths, which may be of other people."""
    v = item.values
    free, of, rest = (int(v[name] or 0) for name in ("insulin_free", "of", "not_counted"))
    words = capitalize(f"{v['measure']}: {free} of {of}, {format_time_point(v['at'])}")
    words += f", {v['group']}" if v["group"] else ""
    words += f"; {rest} more treated, not in this count" if rest else ""
    y, title = svg.draw_label(y, item.trial.title, "name")
    y, label = svg.draw_label(y, words + format_attribution(v["said_by"]), "small")
    kinds = ["off-insulin"] * free + ["counted"] * (of - free) + ["not-counted"] * rest
    y, row = _draw_mark_rows(kinds, LEFT + 6, y)
    parts = [title, label, svg.draw_group("people", row)]
    deaths = find_death_counts(item.record)
    for death in deaths:
        y, label = svg.draw_label(y + 2, _describe_death_row(death), "small")
        died = death.n or 0
        kinds = ["death"] * died + ["no-death"] * ((death.of or died) - died)
        y, row = _draw_mark_rows(kinds, LEFT + 6 + MARK_SPACING / 2, y)
        parts += [label, svg.draw_group("deaths", row, n=death.n, of=death.of)]
    if not deaths:
        y, label = svg.draw_label(y + 2, _describe_missing_death_count(item.record), "small")
        parts.append(label)
    return y, parts


def _draw_mark_rows(kinds: Sequence[str], left: float, y: float) -> tuple[float, list[Markup]]:
    """One mark a person side by side, on as many lines as they need."""
    drawn = []
    for number, kind in enumerate(kinds):
        line, column = divmod(number, MARKS_PER_LINE)
        drawn.append(svg.draw_person(kind, left + column * MARK_SPACING, y + 8 + line * MARK_SPACING))
    return y + ceil(len(kinds) / MARKS_PER_LINE) * MARK_SPACING, drawn


def render_person_marks(page: Page, project: Project, options: Options) -> str:
    """One mark a person of a count of the trial, in a line, for a sentence that says the same: off insulin, or deaths.

    LookupError where the record has no such count.
    """
    _, record = project.records[options["trial"]]
    if options["count"] == "deaths":
        counts = [(row.n, row.of) for row in find_death_counts(record)]
        marks = ("death", "no-death")
    else:
        row = _find_insulin_free_result(record)
        counts = [(row.n, row.of)] if row else []
        marks = ("off-insulin", "counted")
    n, of = next(((n, of) for n, of in counts if n is not None and of), (None, None))
    if n is None or of is None:
        raise LookupError(f"{options['trial']} has no count of {options['count']}")
    _, drawn = _draw_mark_rows([marks[0]] * n + [marks[1]] * (of - n), MARK_SPACING / 2, 0)
    return render("person-marks.html", width=of * MARK_SPACING, height=MARK_SPACING + 2, marks=svg.join(drawn))


PEOPLE = Picture(
    name="people",
    title="The people behind each result, and the deaths",
    description="One mark is one person in one count. For each trial that counts people off insulin, a first"
    " row shows that count, and a second row shows the deaths, if the record counts them. The two rows are"
    " separate counts, in no order: a mark below another is not the same person.",
    limits="Each trial has its own cells, drugs and time; the rows cannot be ranked or added up."
    " No insulin on one day is not no insulin for good.",
    columns={
        "approach": "Approach",
        "origin": "Origin of the cells",
        "measure": "Measure",
        "at": "When",
        "group": "Group",
        "insulin_free": "Counted as off insulin",
        "of": "Of",
        "treated": "Treated",
        "not_counted": "Treated, not in this count",
        "said_by": "Whose statement",
        "deaths": "Deaths",
    },
    items=_collect_people_items,
    draw=_draw_people,
    key=(
        (svg.draw_person("off-insulin", 13, 7), "off insulin, by the measure named"),
        (svg.draw_person("counted", 13, 7), "in this count, but not as off insulin"),
        (svg.draw_person("not-counted", 13, 7), "treated, but not in this count"),
        (svg.draw_person("death", 13, 7), "died"),
        (svg.draw_person("no-death", 13, 7), "in the count of deaths, no death reported"),
    ),
)

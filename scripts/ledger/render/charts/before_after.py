"""A measure before treatment and after it: HbA1c and time in range."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from math import ceil, floor

from markupsafe import Markup

from ledger.model.project import Project
from ledger.model.trial_record import Result
from ledger.render.charts import svg
from ledger.render.charts.picture import Picture, PictureItem, Value, capitalize, format_attribution, format_time_point
from ledger.render.charts.svg import LEFT, RIGHT

EXACT_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})?")


def _make_before_after_collector(outcome: str) -> Callable[[Project], list[PictureItem]]:
    def collect_items(project: Project) -> list[PictureItem]:
        items = []
        for trial, record in project.records.values():
            for row in record.results:
                if row.outcome != outcome or not _has_exact_values(row):
                    continue
                values: dict[str, Value] = {
                    "approach": record.approach,
                    "measure": row.measure,
                    "at": row.at or "not stated",
                    "before": row.before,
                    "after": row.value,
                    "people": row.n_people or row.of,
                    "group": row.group,
                    "said_by": row.said_by,
                }
                items.append(PictureItem(trial, record, values, [row.cite]))
        return items

    return collect_items


def _has_exact_values(row: Result) -> bool:
    """Whether a result of people given cells has a percentage before and after that can be drawn."""
    if row.arm == "control" or row.unit != "%" or row.n is not None:
        return False
    return all(EXACT_NUMBER.fullmatch(value or "") for value in (row.before, row.value))


def _describe_before_after(v: Mapping[str, Value]) -> str:
    count = f"{v['people']} people" if v["people"] else "number of people not stated"
    if v["people"] == 1:
        count = "1 person"
    words = f"{v['measure']}: {v['before']} → {v['after']}%, {format_time_point(v['at'])}, {count}"
    return capitalize(words) + (f", {v['group']}" if v["group"] else "") + format_attribution(v["said_by"])


def _make_before_after_drawer(
    low: int, high: int, every: int
) -> Callable[[Sequence[PictureItem]], tuple[float, Markup]]:
    """A drawing on a scale from ``low`` to ``high``, or as far as the values go."""

    def draw(items: Sequence[PictureItem]) -> tuple[float, Markup]:
        values = [float(str(item.values[name])) for item in items for name in ("before", "after")]
        first = min(low, floor(min(values) / every) * every)
        last = max(high, ceil(max(values) / every) * every)

        def x(value: Value) -> float:
            return LEFT + 8 + (float(value or 0) - first) / (last - first) * (RIGHT - LEFT - 16)

        y = 20.0
        parts = []
        for _, rows in groupby(items, key=lambda item: item.record.id):
            group = list(rows)
            y, title = svg.draw_label(y, group[0].trial.title, "name")
            parts.append(title)
            for item in group:
                y, label = svg.draw_label(y, _describe_before_after(item.values), "small")
                drawn = [label, *_draw_before_after_marks(item.values, x, y + 9)]
                parts.append(svg.draw_group("trial", drawn, trial=item.record.id))
                y += 19
            y += 6
        marks = [(x(mark), float(mark), f"{mark}%") for mark in range(first, last + 1, every)]
        return y, svg.draw_axis(14, y - 6, marks) + svg.join(parts)

    return draw


def _draw_before_after_marks(v: Mapping[str, Value], x: Callable[[Value], float], y: float) -> list[Markup]:
    """A hollow mark before, a full one after; of one person a square, of a group a circle."""
    before, after = x(v["before"]), x(v["after"])
    line = svg.draw_path("between", f"M{before:g} {y:g}H{after:g}")
    if v["people"] == 1:
        return [
            line,
            svg.draw_square("before", before, y, 11, value=v["before"]),
            svg.draw_square("after", after, y, 7, value=v["after"]),
        ]
    return [
        line,
        svg.draw_circle("before", before, y, 5.6, value=v["before"]),
        svg.draw_circle("after", after, y, 3.8, value=v["after"]),
    ]


BEFORE_AFTER_COLUMNS: Mapping[str, str] = {
    "approach": "Approach",
    "measure": "Measure",
    "at": "When",
    "before": "Before, %",
    "after": "After, %",
    "people": "People",
    "group": "Group",
    "said_by": "Whose statement",
}
BEFORE_AFTER_LEGEND = (
    (
        svg.draw_circle("before", 8, 7, 5.6) + svg.draw_square("before", 21, 7, 11),
        "before: circle for a group, square for one person",
    ),
    (
        svg.draw_circle("after", 8, 7, 3.8) + svg.draw_square("after", 21, 7, 7),
        "after: circle for a group, square for one person",
    ),
)


HBA1C = Picture(
    name="hba1c",
    title="HbA1c before and after",
    description="HbA1c in per cent before treatment and at the time named, where both were reported as exact values.",
    limits="Some are means, some medians; each row says which. Without a control group nobody knows what would"
    " have happened anyway. Lower is not always better: what counts is lower without more lows.",
    columns=BEFORE_AFTER_COLUMNS,
    items=_make_before_after_collector("HbA1c"),
    draw=_make_before_after_drawer(4, 12, 2),
    key=BEFORE_AFTER_LEGEND,
)


TIME_IN_RANGE = Picture(
    name="time-in-range",
    title="Time in range before and after",
    description="Share of the time with glucose in range, before treatment and at the time named, where both"
    " were reported as exact values.",
    limits="Some are means of a group, some are one person; each row says which. Without a control group nobody"
    " knows what would have happened anyway.",
    columns=BEFORE_AFTER_COLUMNS,
    items=_make_before_after_collector("time in range"),
    draw=_make_before_after_drawer(0, 100, 25),
    key=BEFORE_AFTER_LEGEND,
)

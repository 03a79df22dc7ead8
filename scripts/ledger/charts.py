"""Pictures drawn from the records at build time: accessible SVG, the same as a table, and its data to download.

A picture is made of rows of plain data. From them come the drawing, the table beside it and the file in ``data/``.
Every mark differs in shape as well as in colour; the colours are the page's own, so that both schemes fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from ledger import markup
from ledger.markup import address, cite, link, table, text
from ledger.project import Page, Project
from ledger.records import Record, Result

Options = Mapping[str, str]
Value = str | int | float | None

WIDTH = 360  # units of the drawing; a phone of 390 px shows them nearly one to one
LEFT, RIGHT = 6, 354
MARKS_A_LINE = 24
STEP = 14.5
LONGEST = {"name": 52, "small": 66}
"""Characters of a label that fit into a line, by its kind."""
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})?")


@dataclass(frozen=True)
class Item:
    """One trial in a picture: what is drawn, and the keys of its sources."""

    trial: Page
    record: Record
    values: Mapping[str, Value]
    keys: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """What makes one picture: its words, where its rows come from, and how they are drawn."""

    name: str
    title: str
    description: str
    limits: str
    columns: Mapping[str, str]
    """Columns of the data, with the words that head them in the table."""
    items: Callable[[Project], list[Item]]
    draw: Callable[[Sequence[Item]], tuple[float, str]]
    """The height and the marks."""
    key: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """The legend: a small drawing and what it means."""


def figure(page: Page, project: Project, options: Options) -> str:
    """The picture that ``name=`` asks for, with its table, sources, date and download. LookupError if unknown."""
    picture = PICTURES[options["name"]]
    items = picture.items(project)
    if not items:
        return f"<p>{text(picture.title)}: no trial on this site has the data for it yet.</p>"
    height, marks = picture.draw(items)
    name = f"picture-{picture.name}"
    legend = "".join(
        f'<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">{mark}</svg> {text(words)}</li>'
        for mark, words in picture.key
    )
    drawing = (
        f'<svg class="picture" role="img" viewBox="0 0 {WIDTH} {height:g}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{text(picture.title)}</title><desc id="{name}-d">{text(picture.description)} '
        f"The table below holds the same.</desc>{marks}</svg>"
    )
    rows = [
        (link(page, item.trial), *(_cell(item.values[column]) for column in picture.columns), cite(*item.keys))
        for item in items
    ]
    head = ("Trial", *picture.columns.values(), "Source")
    data = address(page, f"data/{file_name(picture)}")
    return (
        f'<figure class="picture" id="{name}">{drawing}<ul class="legend">{legend}</ul><figcaption>'
        f"{text(picture.description)} {text(picture.limits)} Sources: in the table. Data: the records of this site, "
        f"as checked up to {markup.day(newest(project))}. "
        f'<a href="{data}" download>Download the data (CSV)</a>.'
        f"<details><summary>The same as a table</summary>{table(picture.title, head, rows, 'stack')}</details>"
        "</figcaption></figure>"
    )


def file_name(picture: Picture) -> str:
    return f"picture-{picture.name}.csv"


def newest(project: Project) -> str:
    """The day of the latest check of a trial's page."""
    return max((str(page.meta.data.get("checked", "")) for page, _ in project.records.values()), default="")


def _cell(value: Value) -> str:
    return "—" if value is None or value == "" else text(str(value))


# --- drawing ----------------------------------------------------------------------------------------


def _words(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    most = LONGEST[kind]
    short = words if len(words) <= most else words[: most - 1].rstrip(" ,;:(") + "…"
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}"{place}>{escape(short, quote=False)}</text>'


def _full(x: float, y: float) -> str:
    return f'<circle class="full" cx="{x:g}" cy="{y:g}" r="5"/>'


def _hollow(x: float, y: float) -> str:
    return f'<circle class="hollow" cx="{x:g}" cy="{y:g}" r="4.4"/>'


def _cross(x: float, y: float) -> str:
    return f'<path class="cross" d="M{x - 4:g} {y - 4:g}l8 8m0-8l-8 8"/>'


def _bar(x: float, y: float, width: float, kind: str, height: float = 9) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{max(width, 1.5):g}" height="{height:g}"/>'


def _axis(y: float, bottom: float, marks: Sequence[tuple[float, str]]) -> str:
    parts = []
    for x, words in marks:
        parts.append(f'<path class="axis" d="M{x:g} {y:g}V{bottom:g}"/>')
        anchor = "end" if x > RIGHT - 12 else "start" if x < LEFT + 12 else "middle"
        parts.append(_words(x, y - 4, words, "small", anchor))
    return "".join(parts)


# --- the people behind each result ------------------------------------------------------------------


def _insulin_free(record: Record) -> Result | None:
    """The count that the picture shows: the first in the record, whose order is that of its importance."""
    return next(
        (
            row
            for row in record.results
            if row.outcome == "insulin independence" and row.arm == "cells" and row.n is not None and row.of
        ),
        None,
    )


def deaths(record: Record) -> tuple[str, str | None]:
    """What the record says of deaths among those treated, in its own words, and its source."""
    for row in record.harms:
        if row.arm == "cells" and re.search(r"\bdeaths?\b|\bdied\b", row.event, re.IGNORECASE):
            count = f"{row.n} of {row.of}" if row.of else str(row.n)
            return f"{row.event}: {row.value if row.n is None else count}", row.cite
    return "deaths: no count seen", None


def _people(project: Project) -> list[Item]:
    items = []
    for trial, record in project.records.values():
        row = _insulin_free(record)
        if row is None or row.of is None or row.n is None:
            continue
        treated = record.people.treated
        died, key = deaths(record)
        values: dict[str, Value] = {
            "approach": record.approach,
            "origin": record.cells.origin.value,
            "measure": row.measure,
            "at": row.at or "not stated",
            "insulin_free": row.n,
            "of": row.of,
            "treated": treated.value if treated else None,
            "not_counted": max(treated.value - row.of, 0) if treated else None,
            "deaths": died,
        }
        keys = [key for key in (row.cite, treated.cite if treated else None, key) if key]
        items.append(Item(trial, record, values, keys))
    return items


def _draw_people(items: Sequence[Item]) -> tuple[float, str]:
    y = 4.0
    parts = []
    for item in items:
        v = item.values
        parts.append(_words(LEFT, y + 11, item.trial.title, "name"))
        parts.append(_words(LEFT, y + 24, f"{v['approach']}: {v['insulin_free']} of {v['of']}, {v['at']}", "small"))
        parts.append(_words(LEFT, y + 37, str(v["deaths"]), "small"))
        y += 48
        free, of, rest = (int(v[name] or 0) for name in ("insulin_free", "of", "not_counted"))
        marks: Iterator[Callable[[float, float], str]] = iter(
            [_full] * free + [_hollow] * (of - free) + [_cross] * rest
        )
        for number, mark in enumerate(marks):
            column, line = number % MARKS_A_LINE, number // MARKS_A_LINE
            parts.append(mark(LEFT + 6 + column * STEP, y + line * STEP))
        y += ((of + rest - 1) // MARKS_A_LINE + 1) * STEP + 6
    return y, "".join(parts)


# --- the time line ----------------------------------------------------------------------------------


def _timeline(project: Project) -> list[Item]:
    items = []
    for trial, record in project.records.values():
        dates = record.dates
        end = dates.completion or dates.primary_completion
        if dates.start is None:
            continue
        values: dict[str, Value] = {
            "start": dates.start.value,
            "start_type": dates.start.type,
            "end": end.value if end else None,
            "end_type": end.type if end else None,
            "status": record.latest.value,
            "as_of": record.latest.as_of,
        }
        keys = [key for key in (dates.start.cite, end.cite if end else None, record.latest.cite) if key]
        items.append(Item(trial, record, values, keys))
    return sorted(items, key=lambda item: str(item.values["start"]))


def _year(value: str) -> float:
    year, month, day = (*value.split("-"), "", "")[:3]
    return int(year) + (int(month or 1) - 1) / 12 + (int(day or 1) - 1) / 365


def _draw_timeline(items: Sequence[Item]) -> tuple[float, str]:
    first = min(int(str(item.values["start"])[:4]) for item in items)
    last = max(int(str(item.values["end"] or item.values["as_of"])[:4]) for item in items) + 1
    scale = (RIGHT - LEFT) / max(last - first, 1)

    def x(value: Value) -> float:
        return LEFT + (_year(str(value)) - first) * scale

    height = 22 + 46 * len(items)
    every = max(1, round((last - first) / 7))
    parts = [_axis(14, height, [(LEFT + (year - first) * scale, str(year)) for year in range(first, last + 1, every)])]
    y = 22.0
    for item in items:
        v = item.values
        parts.append(_words(LEFT, y + 9, item.trial.title, "name"))
        parts.append(_words(LEFT, y + 22, f"{v['status']}, {v['as_of']}", "small"))
        begin = x(v["start"])
        if v["start_type"] == "actual":
            known = x(v["end"] if v["end"] and v["end_type"] == "actual" else v["as_of"])
            parts.append(_bar(begin, y + 27, max(known - begin, 2), "done"))
            begin = max(known, begin)
        if v["end"] and v["end_type"] == "estimated" and x(v["end"]) > begin:
            parts.append(_bar(begin, y + 27, x(v["end"]) - begin, "planned"))
        y += 46
    return height, "".join(parts)


# --- before and after -------------------------------------------------------------------------------


def _before_after(outcome: str) -> Callable[[Project], list[Item]]:
    def items(project: Project) -> list[Item]:
        found = []
        for trial, record in project.records.values():
            for row in record.results:
                if row.outcome != outcome or row.arm == "control" or row.unit != "%" or row.n is not None:
                    continue
                if not (row.before and row.value and NUMBER.fullmatch(row.before) and NUMBER.fullmatch(row.value)):
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
                found.append(Item(trial, record, values, [row.cite]))
        return found

    return items


def _draw_before_after(low: int, high: int, every: int) -> Callable[[Sequence[Item]], tuple[float, str]]:
    def draw(items: Sequence[Item]) -> tuple[float, str]:
        def x(value: Value) -> float:
            return LEFT + 8 + (min(max(float(value or 0), low), high) - low) / (high - low) * (RIGHT - LEFT - 16)

        height = 22 + 48 * len(items)
        parts = [_axis(14, height, [(x(mark), f"{mark} %") for mark in range(low, high + 1, every)])]
        y = 22.0
        for item in items:
            v = item.values
            count = f"{v['people']} people" if v["people"] != 1 else "1 person"
            count = count if v["people"] else "number of people not stated"
            said = f"{v['before']} → {v['after']} %, {v['at']}, {count}"
            parts.append(_words(LEFT, y + 9, item.trial.title, "name"))
            parts.append(_words(LEFT, y + 22, said, "small"))
            before, after = x(v["before"]), x(v["after"])
            parts.append(f'<path class="between" d="M{before:g} {y + 34:g}H{after:g}"/>')
            parts += [_hollow(before, y + 34), _full(after, y + 34)]
            y += 48
        return height, "".join(parts)

    return draw


# --- follow-up against what is claimed --------------------------------------------------------------


def _follow_up(project: Project) -> list[Item]:
    items = []
    for trial, record in project.records.values():
        followed = record.follow_up
        if followed is None or followed.months is None or not followed.cite:
            continue
        claim = followed.claimed
        values: dict[str, Value] = {
            "approach": record.approach,
            "months": followed.months,
            "follow_up": followed.value,
            "claim": claim.value if claim else None,
            "claimed_months": claim.months if claim else None,
        }
        items.append(Item(trial, record, values, [key for key in (followed.cite, claim and claim.cite) if key]))
    return sorted(items, key=lambda item: (item.values["claim"] is None, -int(item.values["months"] or 0)))


def _draw_follow_up(items: Sequence[Item]) -> tuple[float, str]:
    longest = max(max(int(item.values[name] or 0) for name in ("months", "claimed_months")) for item in items)
    years = max(longest // 12 + 1, 2)
    scale = (RIGHT - LEFT - 14) / (12 * years)
    height = 22 + sum(47 if item.values["claim"] else 34 for item in items)
    every = max(1, round(years / 6))
    parts = [_axis(14, height, [(LEFT + 12 * year * scale, f"{year} y") for year in range(0, years + 1, every)])]
    y = 22.0
    for item in items:
        v = item.values
        months = int(v["months"] or 0)
        parts.append(_words(LEFT, y + 8, item.trial.title, "name"))
        parts.append(_bar(LEFT, y + 12, months * scale, "done"))
        end = LEFT + months * scale
        if v["claim"]:
            claimed = LEFT + int(v["claimed_months"]) * scale if v["claimed_months"] else RIGHT - 4
            if claimed > end:
                parts.append(f'<path class="claimed" d="M{end:g} {y + 16.5:g}H{claimed:g}"/>')
                if not v["claimed_months"]:
                    parts.append(f'<path class="arrow" d="M{claimed - 5:g} {y + 12:g}l5 4.5l-5 4.5"/>')
            parts.append(_words(LEFT, y + 33, f"{months} months followed; claimed: {v['claim']}", "small"))
            y += 47
        else:
            parts.append(_words(min(end + 4, RIGHT - 60), y + 20, f"{months} months", "small"))
            y += 34
    return height, "".join(parts)


PICTURES: Mapping[str, Picture] = {
    picture.name: picture
    for picture in (
        Picture(
            name="people",
            title="The people behind each result",
            description="One mark is one person. For each trial with a count: how many took no insulin at the time"
            " named, how many did, and how many were treated but are not in that count.",
            limits="Each row has its own cells, drugs and time; the rows cannot be ranked or added up."
            " No insulin on one day is not no insulin for good.",
            columns={
                "approach": "Approach",
                "origin": "Origin of the cells",
                "measure": "Measure",
                "at": "When",
                "insulin_free": "Took no insulin",
                "of": "Of",
                "treated": "Treated",
                "not_counted": "Treated, not in this count",
                "deaths": "Deaths",
            },
            items=_people,
            draw=_draw_people,
            key=(
                (_full(13, 7), "took no insulin"),
                (_hollow(13, 7), "took insulin"),
                (_cross(13, 7), "treated, but not in this count: left, died, or not yet there"),
            ),
        ),
        Picture(
            name="timeline",
            title="The trials over time",
            description="For each trial with a known start: from its start to its end or to the day of its last known"
            " status, with that status.",
            limits="A trial whose dates we do not know is not drawn. A planned end is often put off.",
            columns={
                "start": "Start",
                "start_type": "Start is",
                "end": "End",
                "end_type": "End is",
                "status": "Status",
                "as_of": "As of",
            },
            items=_timeline,
            draw=_draw_timeline,
            key=(
                (_bar(1, 3, 24, "done"), "so far"),
                (_bar(1, 3, 24, "planned"), "planned"),
            ),
        ),
        Picture(
            name="hba1c",
            title="HbA1c before and after",
            description="HbA1c in per cent before treatment and at the time named, where both were reported.",
            limits="Without a control group nobody knows what would have happened anyway. Lower is not always better:"
            " what counts is lower without more lows.",
            columns={
                "approach": "Approach",
                "measure": "Measure",
                "at": "When",
                "before": "Before, %",
                "after": "After, %",
                "people": "People",
                "group": "Group",
                "said_by": "Whose statement",
            },
            items=_before_after("HbA1c"),
            draw=_draw_before_after(4, 12, 2),
            key=((_hollow(13, 7), "before"), (_full(13, 7), "after")),
        ),
        Picture(
            name="time-in-range",
            title="Time in range before and after",
            description="Share of the time with glucose in range, before treatment and at the time named, where both"
            " were reported.",
            limits="Without a control group nobody knows what would have happened anyway.",
            columns={
                "approach": "Approach",
                "measure": "Measure",
                "at": "When",
                "before": "Before, %",
                "after": "After, %",
                "people": "People",
                "group": "Group",
                "said_by": "Whose statement",
            },
            items=_before_after("time in range"),
            draw=_draw_before_after(0, 100, 25),
            key=((_hollow(13, 7), "before"), (_full(13, 7), "after")),
        ),
        Picture(
            name="follow-up",
            title="How long people were followed, and what is claimed",
            description="The longest published follow-up of each trial in months, and, where somebody claims that the"
            " effect lasts longer, that claim.",
            limits="A claim is not a finding. Follow-up ends when a report is written, not when an effect ends.",
            columns={
                "approach": "Approach",
                "months": "Months followed",
                "follow_up": "Follow-up",
                "claim": "What is claimed, and by whom",
                "claimed_months": "Months claimed",
            },
            items=_follow_up,
            draw=_draw_follow_up,
            key=(
                (_bar(1, 3, 24, "done"), "followed"),
                ('<path class="claimed" d="M1 7H25"/>', "claimed beyond that"),
            ),
        ),
    )
}

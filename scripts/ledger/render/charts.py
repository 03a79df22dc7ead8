"""Pictures drawn from the records at build time: accessible SVG, the same as a table, and its data to download.

A picture is made of rows of plain data. From them come the drawing, the table beside it and the file in ``data/``.
Every mark differs in shape as well as in colour; the colours are the page's own, so that both schemes fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil, floor

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Harm, Record, Result
from ledger.render import markup, svg
from ledger.render.markup import cite_sources, escape_text, format_date, get_relative_url, render_link, render_table
from ledger.render.svg import LEFT, RIGHT, WIDTH
from ledger.render.timespan import TrialSpan, derive_known_span, to_decimal_year

Value = str | int | float | None

MARKS_PER_LINE = 23
MARK_SPACING = 14.5
EXACT_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})?")


@dataclass(frozen=True)
class PictureItem:
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
    items: Callable[[Project], list[PictureItem]]
    draw: Callable[[Sequence[PictureItem]], tuple[float, str]]
    """The height and the marks."""
    key: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """The legend: a small drawing and what it means."""


def render_picture(page: Page, project: Project, options: Options) -> str:
    """The picture that ``name=`` asks for, with its table, sources, date and download. LookupError if unknown."""
    picture = PICTURES[options["name"]]
    items = picture.items(project)
    if not items:
        return f"<p>{escape_text(picture.title)}: no trial on this site has the data for it yet.</p>"
    height, marks = picture.draw(items)
    name = f"picture-{picture.name}"
    legend = "".join(
        f'<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">{mark}</svg> {escape_text(words)}</li>'
        for mark, words in picture.key
    )
    drawing = (
        f'<svg class="picture" role="img" viewBox="0 0 {WIDTH} {height:g}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape_text(picture.title)}</title><desc id="{name}-d">{escape_text(picture.description)} '
        f"The table below holds the same.</desc>{marks}</svg>"
    )
    rows = [
        (
            render_link(page, item.trial),
            *(_format_cell(item.values[column]) for column in picture.columns),
            cite_sources(*item.keys),
        )
        for item in items
    ]
    head = ("Trial", *picture.columns.values(), "Source")
    data = get_relative_url(page, f"data/{get_csv_file_name(picture)}")
    return (
        f'<figure class="picture" id="{name}">{drawing}<ul class="legend">{legend}</ul><figcaption>'
        f"{escape_text(picture.description)} {escape_text(picture.limits)} Sources: in the table. Data: the records of this site, "
        f"as checked up to {markup.render_date(find_latest_check_date(project))}. "
        f'<a href="{data}" download>Download the data (CSV)</a>.'
        f"<details><summary>The same as a table</summary>{render_table(picture.title, head, rows, 'stack')}</details>"
        "</figcaption></figure>"
    )


def get_csv_file_name(picture: Picture) -> str:
    return f"picture-{picture.name}.csv"


def find_latest_check_date(project: Project) -> str:
    """The day of the latest check of a trial's page."""
    return max((str(page.meta.data.get("checked", "")) for page, _ in project.records.values()), default="")


def _format_cell(value: Value) -> str:
    return "—" if value is None or value == "" else escape_text(str(value))


# --- the people behind each result ------------------------------------------------------------------


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
    """What one row of the record says of deaths: how many, of whom, when, of what, and who says so."""
    count = row.value or ""
    if row.n is not None:
        count = f"{row.n} of {row.of}" if row.of else f"{row.n}, of how many is not stated"
    event = "Deaths" if row.event.lower() in ("death", "deaths") else row.event[0].lower() + row.event[1:]
    arm = "all groups together" if row.arm == "all" else None
    words = ", ".join(part for part in (f"{event}: {count}", row.at, row.group, arm) if part)
    words = f"{words}: {row.cause}" if row.cause and row.n else words
    return words + _format_attribution(row.said_by)


def _describe_missing_death_count(record: Record) -> str:
    """What is said where no row counts all deaths: never a zero."""
    narrower = [_describe_death_row(row) for row in _find_death_rows(record)]
    return "; ".join(["Deaths for any reason: no count in the record", *narrower])


def _capitalize(words: str) -> str:
    return words[0].upper() + words[1:]


def _format_time_point(at: Value) -> str:
    return "time not stated" if at == "not stated" else str(at)


def _format_attribution(speaker: Value) -> str:
    return f" (according to {speaker})" if speaker else ""


def _join_speakers(*facts: SourcedModel | None) -> str | None:
    """Whose statements the facts are, where that has to be said."""
    return "; ".join(dict.fromkeys(fact.said_by for fact in facts if fact and fact.said_by)) or None


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
            "said_by": _join_speakers(row, treated),
            "deaths": "; ".join(map(_describe_death_row, deaths)) or _describe_missing_death_count(record),
        }
        keys = [row.cite, *([treated.cite] if treated else []), *(death.cite for death in _find_death_rows(record))]
        items.append(PictureItem(trial, record, values, keys))
    return items


def _draw_people(items: Sequence[PictureItem]) -> tuple[float, str]:
    y = 0.0
    parts = []
    for item in items:
        y, drawn = _draw_trial_people(item, y)
        parts.append(svg.draw_group("trial", drawn, trial=item.record.id))
        y += 10
    return y, "".join(parts)


def _draw_trial_people(item: PictureItem, y: float) -> tuple[float, list[str]]:
    """A row for the result and one for each count of deaths, which may be of other people."""
    v = item.values
    free, of, rest = (int(v[name] or 0) for name in ("insulin_free", "of", "not_counted"))
    said = _capitalize(f"{v['measure']}: {free} of {of}, {_format_time_point(v['at'])}") + (
        f", {v['group']}" if v["group"] else ""
    )
    said += f"; {rest} more treated, not in this count" if rest else ""
    y, title = svg.draw_label(y, item.trial.title, "name")
    y, label = svg.draw_label(y, said + _format_attribution(v["said_by"]), "small")
    y, row = _draw_mark_rows(
        [svg.draw_off_insulin_mark] * free + [svg.draw_counted_mark] * (of - free) + [svg.draw_not_counted_mark] * rest,
        LEFT + 6,
        y,
    )
    parts = [title, label, svg.draw_group("people", row)]
    deaths = find_death_counts(item.record)
    for death in deaths:
        y, label = svg.draw_label(y + 2, _describe_death_row(death), "small")
        died = death.n or 0
        y, row = _draw_mark_rows(
            [svg.draw_death_mark] * died + [svg.draw_no_death_mark] * ((death.of or died) - died),
            LEFT + 6 + MARK_SPACING / 2,
            y,
        )
        parts += [label, svg.draw_group("deaths", row, n=death.n, of=death.of)]
    if not deaths:
        y, label = svg.draw_label(y + 2, _describe_missing_death_count(item.record), "small")
        parts.append(label)
    return y, parts


def _draw_mark_rows(marks: Sequence[Callable[[float, float], str]], left: float, y: float) -> tuple[float, list[str]]:
    """Marks side by side, on as many lines as they need."""
    drawn = [
        mark(left + number % MARKS_PER_LINE * MARK_SPACING, y + 8 + number // MARKS_PER_LINE * MARK_SPACING)
        for number, mark in enumerate(marks)
    ]
    return y + (len(marks) + MARKS_PER_LINE - 1) // MARKS_PER_LINE * MARK_SPACING, drawn


# --- the time line ----------------------------------------------------------------------------------


def _collect_timeline_items(project: Project) -> list[PictureItem]:
    items = []
    for trial, record in project.records.values():
        start, end = record.dates.start, record.dates.completion
        if start is None:
            continue
        span = derive_known_span(record)
        values: dict[str, Value] = {
            "start": start.value,
            "start_type": start.type,
            "end": end.value if end else None,
            "end_type": end.type if end else None,
            "known_to_run": None if span.ended else span.ran_to,
            "status": record.latest.value,
            "as_of": record.latest.as_of,
            "said_by": _join_speakers(start, end, record.latest),
        }
        keys = [start.cite, *([end.cite] if end else []), *(entry.cite for entry in record.status if entry.cite)]
        items.append(PictureItem(trial, record, values, keys))
    return sorted(items, key=lambda item: to_decimal_year(str(item.values["start"])))


def _describe_span(item: PictureItem, span: TrialSpan) -> str:
    """What a row of the time line says: the end or what is known of it, and the latest status with its day."""
    v = item.values
    parts = [f"Status on {format_date(str(v['as_of']))}: {v['status']}"]
    if span.ended:
        parts.append(f"ended {format_date(str(v['end']))}")
    elif span.ran_to and span.ran_to != v["as_of"]:
        only = "only its start is known" if span.ran_to == v["start"] else None
        parts.append(only or f"last known to run {format_date(span.ran_to)}")
    if v["end"] and v["end_type"] == "estimated":
        parts.append(f"planned end {format_date(str(v['end']))}")
    return "; ".join(parts) + _format_attribution(v["said_by"])


def _draw_timeline(items: Sequence[PictureItem]) -> tuple[float, str]:
    spans = [derive_known_span(item.record) for item in items]
    first = min(int(str(item.values["start"])[:4]) for item in items)
    last = max(int((span.last or str(item.values["start"]))[:4]) for item, span in zip(items, spans, strict=True)) + 1
    scale = (RIGHT - 18 - LEFT) / (last - first)

    def x(value: str) -> float:
        return LEFT + (to_decimal_year(value) - first) * scale

    y = 20.0
    parts = []
    for item, span in zip(items, spans, strict=True):
        y, title = svg.draw_label(y, item.trial.title, "name")
        y, label = svg.draw_label(y, _describe_span(item, span), "small")
        parts.append(svg.draw_group("trial", [title, label, *_draw_span_marks(span, x, y + 9)], trial=item.record.id))
        y += 24
    every = max(1, round((last - first) / 6))
    years = [(x(f"{year}-01-01"), float(year), str(year)) for year in range(first, last + 1, every)]
    return y, svg.draw_axis(14, y - 6, years) + "".join(parts)


def _draw_span_marks(span: TrialSpan, x: Callable[[str], float], y: float) -> list[str]:
    """The bars of a trial around the line ``y``, and how they end."""
    parts = [svg.draw_bar("planned", x(begin), y - 4.5, x(end), from_=begin, to=end) for begin, end in span.planned]
    if span.ran_from and span.ran_to:
        parts.append(
            svg.draw_bar("ran", x(span.ran_from), y - 4.5, x(span.ran_to), from_=span.ran_from, to=span.ran_to)
        )
    if span.ended and span.ran_to:
        parts.append(svg.draw_closed_end(x(span.ran_to), y, at=span.ran_to))
    if span.open and span.last:
        parts.append(svg.draw_open_end(x(span.last), y, at=span.last))
    return parts


# --- before and after -------------------------------------------------------------------------------


def _make_before_after_collector(outcome: str) -> Callable[[Project], list[PictureItem]]:
    def items(project: Project) -> list[PictureItem]:
        found = []
        for trial, record in project.records.values():
            for row in record.results:
                if row.outcome != outcome or row.arm == "control" or row.unit != "%" or row.n is not None:
                    continue
                if not (
                    row.before
                    and row.value
                    and EXACT_NUMBER.fullmatch(row.before)
                    and EXACT_NUMBER.fullmatch(row.value)
                ):
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
                found.append(PictureItem(trial, record, values, [row.cite]))
        return found

    return items


def _describe_before_after(v: Mapping[str, Value]) -> str:
    count = (
        "1 person"
        if v["people"] == 1
        else f"{v['people'] or 'number of'} people" + ("" if v["people"] else " not stated")
    )
    said = f"{v['measure']}: {v['before']} → {v['after']} %, {_format_time_point(v['at'])}, {count}"
    return _capitalize(said) + (f", {v['group']}" if v["group"] else "") + _format_attribution(v["said_by"])


def _make_before_after_drawer(low: int, high: int, every: int) -> Callable[[Sequence[PictureItem]], tuple[float, str]]:
    """A drawing on a scale from ``low`` to ``high``, or as far as the values go."""

    def draw(items: Sequence[PictureItem]) -> tuple[float, str]:
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
        marks = [(x(mark), float(mark), f"{mark} %") for mark in range(first, last + 1, every)]
        return y, svg.draw_axis(14, y - 6, marks) + "".join(parts)

    return draw


def _draw_before_after_marks(v: Mapping[str, Value], x: Callable[[Value], float], y: float) -> list[str]:
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


# --- follow-up against what is claimed --------------------------------------------------------------

FOLLOW_UP_KINDS: Mapping[str, str] = {
    "set time": "At a set time after treatment",
    "at least": "At least, for everyone",
    "median": "Median: half were followed this long or longer",
    "longest": "Only the person followed longest",
    "not stated": "Not stated for whom",
    "none": "No published length, only a claim",
}
"""What the months of a follow-up are, in the order of the picture."""


def _collect_follow_up_items(project: Project) -> list[PictureItem]:
    items = []
    for trial, record in project.records.values():
        followed = record.follow_up
        if followed is None or (followed.months is None and followed.claimed is None):
            continue
        claim = followed.claimed
        values: dict[str, Value] = {
            "approach": record.approach,
            "months": followed.months,
            "kind": followed.kind or "none",
            "longest": followed.longest,
            "follow_up": followed.value,
            "said_by": _join_speakers(followed),
            "claim": claim.value if claim else None,
            "claimed_months": claim.months if claim else None,
        }
        items.append(PictureItem(trial, record, values, [key for key in (followed.cite, claim and claim.cite) if key]))
    order = list(FOLLOW_UP_KINDS)
    return sorted(items, key=lambda item: (order.index(str(item.values["kind"])), -int(item.values["months"] or 0)))


def _draw_follow_up(items: Sequence[PictureItem]) -> tuple[float, str]:
    months = [int(item.values[name] or 0) for item in items for name in ("months", "longest", "claimed_months")]
    years = max(max(months) // 12 + 1, 2)
    scale = (RIGHT - LEFT - 14) / (12 * years)

    def x(value: Value) -> float:
        return LEFT + float(value or 0) * scale

    y = 14.0
    parts = []
    for kind, rows in groupby(items, key=lambda item: str(item.values["kind"])):
        y, heading = svg.draw_label(y + 8, FOLLOW_UP_KINDS[kind], "group")
        parts.append(heading)
        for item in rows:
            y, drawn = _draw_trial_follow_up(item, x, y)
            parts.append(svg.draw_group("trial", drawn, trial=item.record.id, kind=kind))
            y += 7
    every = max(1, round(years / 5))
    marks = [(x(12 * year), float(12 * year), _format_years(year)) for year in range(0, years + 1, every)]
    return y, svg.draw_axis(14, y - 6, marks) + "".join(parts)


def _format_years(number: int) -> str:
    return "start" if number == 0 else "1 year" if number == 1 else f"{number} years"


def _draw_trial_follow_up(item: PictureItem, x: Callable[[Value], float], y: float) -> tuple[float, list[str]]:
    v = item.values
    y, title = svg.draw_label(y, item.trial.title, "name")
    y, label = svg.draw_label(y, f"Follow-up: {v['follow_up']}" + _format_attribution(v["said_by"]), "small")
    parts = [title, label]
    if v["months"] is not None:
        parts += _draw_follow_up_marks(v, x, y + 9)
        y += 18
    if v["claim"]:
        y, label = svg.draw_label(y, f"Claimed: {v['claim']}", "small")
        parts += [label, *_draw_claim_marks(v["claimed_months"], x, y + 8)]
        y += 16
    return y, parts


def _draw_follow_up_marks(v: Mapping[str, Value], x: Callable[[Value], float], y: float) -> list[str]:
    """A bar as long as the follow-up, whose end shows what kind of length it is."""
    end, months = x(v["months"]), v["months"]
    if v["kind"] == "longest":
        return [svg.draw_path("one-person", f"M{LEFT} {y:g}H{end:g}"), svg.draw_ring_end(end, y, months=months)]
    bar = svg.draw_bar("unclear" if v["kind"] == "not stated" else "followed", LEFT, y - 4.5, end, months=months)
    if v["kind"] == "at least":
        return [bar, svg.draw_arrow_end(end + 2, y, months=months)]
    if v["kind"] != "median":
        return [bar, svg.draw_closed_end(end, y, months=months)] if v["kind"] == "set time" else [bar]
    marks = [bar]
    if v["longest"]:
        far = x(v["longest"])
        marks += [
            svg.draw_path("one-person", f"M{end:g} {y:g}H{far:g}"),
            svg.draw_ring_end(far, y, months=v["longest"]),
        ]
    return [*marks, svg.draw_diamond_end(end, y, months=months)]


def _draw_claim_marks(months: Value, x: Callable[[Value], float], y: float) -> list[str]:
    """A broken line as long as what is claimed; an arrow where the claim names no end."""
    if months is None:
        return [
            svg.draw_path("claimed", f"M{LEFT} {y:g}H{RIGHT - 4}"),
            svg.draw_path("claimed-on", f"M{RIGHT - 9} {y - 5:g}l5 5l-5 5"),
        ]
    return [
        svg.draw_path("claimed", f"M{LEFT} {y:g}H{x(months):g}", months=months),
        svg.draw_square("claimed-end", x(months), y, 6),
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

PICTURES: Mapping[str, Picture] = {
    picture.name: picture
    for picture in (
        Picture(
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
                (svg.draw_off_insulin_mark(13, 7), "off insulin, by the measure named"),
                (svg.draw_counted_mark(13, 7), "in this count, but not as off insulin"),
                (svg.draw_not_counted_mark(13, 7), "treated, but not in this count"),
                (svg.draw_death_mark(13, 7), "died"),
                (svg.draw_no_death_mark(13, 7), "in the count of deaths, no death reported"),
            ),
        ),
        Picture(
            name="timeline",
            title="The trials over time, as far as we know",
            description="For each trial with a known start: a full bar for the time in which a source shows it"
            " running, and a broken outline for what was only planned. Where nobody knows what came next, the bar"
            " stops and dots follow.",
            limits="A trial whose start we do not know is not drawn. A date known only to the month or year is drawn"
            " at the middle of it. A planned end is often put off.",
            columns={
                "start": "Start",
                "start_type": "Start is",
                "known_to_run": "Last known to run",
                "end": "End",
                "end_type": "End is",
                "status": "Status",
                "as_of": "As of",
                "said_by": "Whose statement",
            },
            items=_collect_timeline_items,
            draw=_draw_timeline,
            key=(
                (svg.draw_bar("ran", 1, 2.5, 25), "known to run"),
                (svg.draw_bar("ran", 1, 2.5, 20) + svg.draw_closed_end(20, 7), "ended"),
                (svg.draw_bar("planned", 1, 2.5, 25), "only planned"),
                (svg.draw_bar("ran", 1, 2.5, 9) + svg.draw_open_end(9, 7), "not known what came next"),
            ),
        ),
        Picture(
            name="hba1c",
            title="HbA1c before and after",
            description="HbA1c in per cent before treatment and at the time named, where both were reported as"
            " exact values.",
            limits="Some are means, some medians; each row says which. Without a control group nobody knows what would"
            " have happened anyway. Lower is not always better: what counts is lower without more lows.",
            columns=BEFORE_AFTER_COLUMNS,
            items=_make_before_after_collector("HbA1c"),
            draw=_make_before_after_drawer(4, 12, 2),
            key=BEFORE_AFTER_LEGEND,
        ),
        Picture(
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
        ),
        Picture(
            name="follow-up",
            title="How long people were followed, and what is claimed",
            description="The published follow-up of each trial, grouped by what its length means: a set time, the"
            " least for everyone, a median, or only the person followed longest. Where somebody makes a claim about"
            " how long the effect lasts, the claim has a line of its own.",
            limits="Lengths of different groups cannot be compared. A claim is not a finding. Follow-up ends when a"
            " report is written, not when an effect ends.",
            columns={
                "approach": "Approach",
                "kind": "What the length means",
                "months": "Months followed",
                "longest": "Longest in one person, months",
                "follow_up": "Follow-up",
                "said_by": "Whose statement",
                "claim": "What is claimed, and by whom",
                "claimed_months": "Months claimed",
            },
            items=_collect_follow_up_items,
            draw=_draw_follow_up,
            key=(
                (svg.draw_bar("followed", 1, 2.5, 20) + svg.draw_closed_end(20, 7), "set time"),
                (svg.draw_bar("followed", 1, 2.5, 16) + svg.draw_arrow_end(18, 7), "at least"),
                (svg.draw_bar("followed", 1, 2.5, 18) + svg.draw_diamond_end(18, 7), "median"),
                (svg.draw_path("one-person", "M1 7H20") + svg.draw_ring_end(20, 7), "one person, followed longest"),
                (svg.draw_bar("unclear", 1, 2.5, 25), "not stated for whom"),
                (svg.draw_path("claimed", "M1 7H21") + svg.draw_square("claimed-end", 21, 7, 6), "claimed"),
                (
                    svg.draw_path("claimed", "M1 7H24") + svg.draw_path("claimed-on", "M19 2l5 5l-5 5"),
                    "claimed, no end named",
                ),
            ),
        ),
    )
}

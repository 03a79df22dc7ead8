"""The time line: when each trial is known to have run, and what was only planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from ledger.model.project import Project
from ledger.render.charts import svg
from ledger.render.charts.picture import Picture, PictureItem, Value, format_attribution, join_speakers
from ledger.render.charts.svg import LEFT, RIGHT
from ledger.render.charts.timespan import TrialSpan, derive_known_span, to_decimal_year
from ledger.render.trial_values import format_date


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
            "said_by": join_speakers(start, end, record.latest),
        }
        keys = [start.cite, *([end.cite] if end else []), *(entry.cite for entry in record.status if entry.cite)]
        items.append(PictureItem(trial, record, values, keys))
    return sorted(items, key=lambda item: to_decimal_year(str(item.values["start"])))


def _describe_span(item: PictureItem, span: TrialSpan) -> str:
    """A row of the time line in words: the latest status with its day, and the end or what is known of it."""
    v = item.values
    parts = [f"Status on {format_date(str(v['as_of']))}: {v['status']}"]
    if span.ended:
        parts.append(f"ended {format_date(str(v['end']))}")
    elif span.ran_to and span.ran_to != v["as_of"]:
        only = "only its start is known" if span.ran_to == v["start"] else None
        parts.append(only or f"last known to run {format_date(span.ran_to)}")
    if v["end"] and v["end_type"] == "estimated":
        parts.append(f"planned end {format_date(str(v['end']))}")
    return "; ".join(parts) + format_attribution(v["said_by"])


def _draw_timeline(items: Sequence[PictureItem]) -> tuple[float, Markup]:
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
    return y, svg.draw_axis(14, y - 6, years) + svg.join(parts)


def _draw_span_marks(span: TrialSpan, x: Callable[[str], float], y: float) -> list[Markup]:
    """The bars of a trial around the line ``y``, and how they end."""
    parts = [svg.draw_bar("planned", x(begin), y - 4.5, x(end), from_=begin, to=end) for begin, end in span.planned]
    if span.ran_from and span.ran_to:
        parts.append(
            svg.draw_bar("ran", x(span.ran_from), y - 4.5, x(span.ran_to), from_=span.ran_from, to=span.ran_to)
        )
    if span.ended and span.ran_to:
        parts.append(svg.draw_end("closed-end", x(span.ran_to), y, at=span.ran_to))
    if span.open and span.last:
        parts.append(svg.draw_end("open-end", x(span.last), y, at=span.last))
    return parts


TIMELINE = Picture(
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
        (svg.draw_bar("ran", 1, 2.5, 20) + svg.draw_end("closed-end", 20, 7), "ended"),
        (svg.draw_bar("planned", 1, 2.5, 25), "only planned"),
        (svg.draw_bar("ran", 1, 2.5, 9) + svg.draw_end("open-end", 9, 7), "not known what came next"),
    ),
)

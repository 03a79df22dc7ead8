"""How long people were followed, and what is claimed about how long the effect lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from math import ceil

from markupsafe import Markup

from ledger.model.project import Project
from ledger.render.charts import svg
from ledger.render.charts.picture import Picture, PictureItem, Value, format_attribution, join_speakers
from ledger.render.charts.svg import LEFT, RIGHT

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
            "said_by": join_speakers(followed),
            "claim": claim.value if claim else None,
            "claimed_months": claim.months if claim else None,
        }
        items.append(PictureItem(trial, record, values, [key for key in (followed.cite, claim and claim.cite) if key]))
    order = list(FOLLOW_UP_KINDS)
    return sorted(items, key=lambda item: (order.index(str(item.values["kind"])), -int(item.values["months"] or 0)))


def _draw_follow_up(items: Sequence[PictureItem]) -> tuple[float, Markup]:
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
    every = max(1, ceil(years / 5))
    marks = [(x(12 * year), float(12 * year), _format_years(year)) for year in range(0, years + 1, every)]
    return y, svg.draw_axis(14, y - 6, marks) + svg.join(parts)


def _format_years(number: int) -> str:
    return "start" if number == 0 else "1 year" if number == 1 else f"{number} years"


def _draw_trial_follow_up(item: PictureItem, x: Callable[[Value], float], y: float) -> tuple[float, list[Markup]]:
    v = item.values
    y, title = svg.draw_label(y, item.trial.title, "name")
    y, label = svg.draw_label(y, f"Follow-up: {v['follow_up']}" + format_attribution(v["said_by"]), "small")
    parts = [title, label]
    if v["months"] is not None:
        parts += _draw_follow_up_marks(v, x, y + 9)
        y += 18
    if v["claim"]:
        y, label = svg.draw_label(y, f"Claimed: {v['claim']}", "small")
        parts += [label, *_draw_claim_marks(v["claimed_months"], x, y + 8)]
        y += 16
    return y, parts


def _draw_follow_up_marks(v: Mapping[str, Value], x: Callable[[Value], float], y: float) -> list[Markup]:
    """A bar as long as the follow-up, whose end shows what kind of length it is."""
    end, months = x(v["months"]), v["months"]
    if v["kind"] == "longest":
        return [svg.draw_path("one-person", f"M{LEFT} {y:g}H{end:g}"), svg.draw_end("ring-end", end, y, months=months)]
    bar = svg.draw_bar("unclear" if v["kind"] == "not stated" else "followed", LEFT, y - 4.5, end, months=months)
    if v["kind"] == "at least":
        return [bar, svg.draw_end("arrow-end", end + 2, y, months=months)]
    if v["kind"] != "median":
        return [bar, svg.draw_end("closed-end", end, y, months=months)] if v["kind"] == "set time" else [bar]
    marks = [bar]
    if v["longest"]:
        far = x(v["longest"])
        marks += [
            svg.draw_path("one-person", f"M{end:g} {y:g}H{far:g}"),
            svg.draw_end("ring-end", far, y, months=v["longest"]),
        ]
    return [*marks, svg.draw_end("diamond-end", end, y, months=months)]


def _draw_claim_marks(months: Value, x: Callable[[Value], float], y: float) -> list[Markup]:
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


FOLLOW_UP = Picture(
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
        (svg.draw_bar("followed", 1, 2.5, 20) + svg.draw_end("closed-end", 20, 7), "set time"),
        (svg.draw_bar("followed", 1, 2.5, 16) + svg.draw_end("arrow-end", 18, 7), "at least"),
        (svg.draw_bar("followed", 1, 2.5, 18) + svg.draw_end("diamond-end", 18, 7), "median"),
        (svg.draw_path("one-person", "M1 7H20") + svg.draw_end("ring-end", 20, 7), "one person, followed longest"),
        (svg.draw_bar("unclear", 1, 2.5, 25), "not stated for whom"),
        (svg.draw_path("claimed", "M1 7H21") + svg.draw_square("claimed-end", 21, 7, 6), "claimed"),
        (
            svg.draw_path("claimed", "M1 7H24") + svg.draw_path("claimed-on", "M19 2l5 5l-5 5"),
            "claimed, no end named",
        ),
    ),
)

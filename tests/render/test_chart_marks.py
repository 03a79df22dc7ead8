"""Every mark in every picture says what the record says: read from the drawing, compared with the record.

Nothing here calls what draws the marks but ``figure``; what a mark must say is worked out again from the record.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from playwright.sync_api import Browser

from conftest import ROOT, Make
from ledger.model import project
from ledger.model.project import Project
from ledger.model.trial_record import Harm, Record
from ledger.render import charts
from ledger.render.charts import svg
from samples import SAMPLE, small

NOT_OVER = {
    "recruiting",
    "enrolling by invitation",
    "active, not recruiting",
    "suspended",
    "available",
    "temporarily not available",
}
DATES = (
    '  dates: {start: {value: "2021-03", type: actual, cite: known2024},'
    ' completion: {value: "2030", type: estimated, cite: known2024}}\n'
)
FOLLOWED = (
    "  follow_up: {value: a year, months: 12, kind: set time, cite: known2024,"
    " claimed: {value: for good says its seller, cite: known2024}}\n"
)
DEATH = "{event: death, n: 2, of: 14,"
CHARTED = (
    SAMPLE.replace("group: full dose", "outcome: insulin independence")
    .replace('value: "7.0", unit: "%"', 'outcome: HbA1c, before: "8.1", value: "7.0", unit: "%"')
    .replace("  people:\n", f"{DATES}{FOLLOWED}  people:\n")
)
RESULTS = CHARTED[CHARTED.index("  results:") : CHARTED.index("  harms:")]
COMPLETED = '    - {as_of: "2026-04-20", value: completed, cite: known2024, seen: registry record}\n'


class Case(NamedTuple):
    old: str
    new: str


CASES = {
    "as it is": Case("", ""),
    "no results": Case(RESULTS, "  results: []\n  results_note: none were reported\n"),
    "no deaths": Case(DEATH, "{event: death, n: 0, of: 14,"),
    "deaths of others": Case(DEATH, "{event: death, n: 3, of: 40, group: all who enrolled,"),
    "deaths in two rows": Case(
        DEATH, "{event: death, n: 1, of: 9, at: year 5, cite: known2024, seen: abstract}\n    - " + DEATH
    ),
    "deaths of nobody knows how many": Case(DEATH, "{event: death, n: 2,"),
    "deaths of a kind": Case(DEATH, "{event: death related to the treatment, n: 1, of: 14,"),
    "deaths in words": Case(DEATH, "{event: death, value: none reported,"),
    "words about deaths": Case(DEATH, "{event: circumstances of the deaths, n: 2, of: 14,"),
    "deaths of the controls": Case(DEATH, "{event: death, arm: control, n: 2, of: 14,"),
    "nobody off insulin": Case("n: 10, of: 12", "n: 0, of: 12"),
    "all in the count": Case("treated: {value: 14,", "treated: {value: 12,"),
    "treated not stated": Case("    treated: {value: 14, cite: known2024, seen: abstract}\n", ""),
    "end not known": Case(DATES, DATES[: DATES.index(", completion")] + "}\n"),
    "start only planned": Case(DATES, DATES.replace("actual", "estimated")),
    "start only planned and no more": Case(
        DATES + FOLLOWED, DATES[: DATES.index(", completion")].replace("actual", "estimated") + "}\n"
    ),
    "plan that has passed": Case('"2030"', '"2023"'),
    "ended": Case('"2030", type: estimated', '"2025", type: actual'),
    "ended after a first end": Case(
        "{start:", '{primary_completion: {value: "2025-02-03", type: actual, cite: known2024}, start:'
    ),
    "still recruiting": Case(COMPLETED, COMPLETED.replace("completed", "recruiting")),
    "status unknown": Case(COMPLETED, COMPLETED.replace("completed", "unknown status")),
    "no dates": Case(DATES, ""),
    "at least": Case("kind: set time", "kind: at least"),
    "longest": Case("kind: set time", "kind: longest"),
    "median": Case("kind: set time", "kind: median, longest: 60"),
    "median alone": Case("kind: set time", "kind: median"),
    "kind not stated": Case("kind: set time", "kind: not stated"),
    "only a claim": Case("months: 12, kind: set time, ", ""),
    "claim with an end": Case("seller, cite", "seller, months: 24, cite"),
    "claim shorter than follow-up": Case("seller, cite", "seller, months: 6, cite"),
    "no claim": Case(FOLLOWED, FOLLOWED[: FOLLOWED.index(", claimed")] + "}\n"),
    "nothing stated": Case(DATES + FOLLOWED, "  follow_up: {value: not stated}\n"),
    "off the scale": Case('before: "8.1"', 'before: "15.3"'),
    "no change": Case('before: "8.1"', 'before: "7.0"'),
    "a group": Case("n_people: 1,", "n_people: 9,"),
    "people not stated": Case("n_people: 1,", ""),
}


@pytest.fixture(scope="module")
def published() -> Project:
    return project.load_project(ROOT)


@pytest.fixture(params=["the site", *CASES])
def loaded(request: pytest.FixtureRequest, published: Project, make: Make) -> Project:
    """The real site, and the sample with one thing changed."""
    if request.param == "the site":
        return published
    case = CASES[request.param]
    assert case.old in CHARTED
    made = small(make, CHARTED.replace(case.old, case.new, 1))
    assert [problem for problem in made.problems if problem.path == "docs/trials/sample.md"] == []
    return made


def records(loaded: Project) -> dict[str, Record]:
    return {record.id: record for _, record in loaded.records.values()}


def picture(loaded: Project, name: str, known: set[str]) -> Element:
    """The drawing, in which every shape is of a known class and in the group of a trial, but for the axis."""
    html = charts.render_picture(next(iter(loaded.pages.values())), loaded, {"name": name})
    if "<svg class" not in html:
        assert "no trial on this site has the data" in html
        return Element("svg")
    drawing = ElementTree.fromstring(html[html.index("<svg class") : html.index("</svg>") + 6])
    shapes = [one for one in drawing.iter() if one.tag not in ("svg", "g", "text", "title", "desc")]
    outside = [one for one in shapes if one.get("class") != "axis"]
    assert {one.get("class") for one in outside} <= known
    assert len(outside) == sum(len([one for one in group.iter() if one in outside]) for group in trials(drawing))
    return drawing


def trials(drawing: Element) -> list[Element]:
    return drawing.findall("g[@class='trial']")


def of_kind(group: Element, kind: str) -> list[Element]:
    return [one for one in group.iter() if one.get("class") == kind]


def kinds(group: Element) -> Counter[str]:
    """How many marks of each class there are."""
    return Counter(one.get("class", "") for one in group.iter() if one.tag not in ("g", "text"))


def words(group: Element) -> str:
    return " ".join(one.text or "" for one in group.iter("text"))


def data(mark: Element) -> dict[str, str]:
    return {name.removeprefix("data-"): value for name, value in mark.items() if name.startswith("data-")}


class Scale:
    """What a place in the drawing stands for, read from its axis."""

    def __init__(self, drawing: Element) -> None:
        ticks = []
        for line in of_kind(drawing, "axis"):
            place = re.match(r"M([\d.]+) ", line.get("d", ""))
            assert place
            ticks.append((float(place[1]), float(line.get("data-value", ""))))
        labels = [one.text or "" for one in drawing.findall("text")][: len(ticks)]
        assert len(ticks) > 1
        assert all(_says(label, value) for label, (_, value) in zip(labels, ticks, strict=True)), (labels, ticks)
        (self.x, self.value), (x, value) = ticks[0], ticks[-1]
        self.unit = (x - self.x) / (value - self.value)

    def at(self, value: float) -> float:
        return self.x + (value - self.value) * self.unit


def _says(label: str, value: float) -> bool:
    """Whether the words at a tick are its value: a year, a per cent, or months given in years."""
    number = float(re.sub(r"[^\d.]", "", label) or 0)
    return number == (value / 12 if "year" in label else value)


def start_of(mark: Element) -> float:
    return float(mark.get("x") or re.findall(r"[\d.]+", mark.get("d", ""))[0])


def end_of(mark: Element) -> float:
    if mark.tag == "rect":
        return start_of(mark) + float(mark.get("width", ""))
    return float(re.findall(r"[\d.]+", mark.get("d", ""))[-1])


def middle_of(mark: Element) -> float:
    if mark.tag == "rect":
        return start_of(mark) + float(mark.get("width", "")) / 2
    return float(mark.get("cx", ""))


# --- people -----------------------------------------------------------------------------------------


def deaths(record: Record) -> list[Harm]:
    return [row for row in record.harms if row.event == "death" and row.arm != "control" and row.n is not None]


def test_each_person_and_each_death_is_one_mark(loaded: Project) -> None:
    known = {"off-insulin", "counted", "not-counted", "death", "no-death"}
    drawing = picture(loaded, "people", known)
    shown = {data(group)["trial"]: group for group in trials(drawing)}
    expected = {}
    for name, record in records(loaded).items():
        rows = [row for row in record.results if row.outcome == "insulin independence" and row.arm == "cells"]
        counts = [row for row in rows if row.n is not None and row.of is not None]
        if counts:
            expected[name] = counts[0]
    assert shown.keys() == expected.keys()
    for name, row in expected.items():
        record, group = records(loaded)[name], shown[name]
        assert row.n is not None
        assert row.of is not None
        treated = record.people.treated.value if record.people.treated else row.of
        [people] = group.findall("g[@class='people']")
        marks = {"off-insulin": row.n, "counted": row.of - row.n, "not-counted": max(treated - row.of, 0)}
        assert kinds(people) == Counter(marks), name
        assert f"{row.n} of {row.of}" in words(group)
        said = [(int(data(one)["n"]), kinds(one)) for one in group.findall("g[@class='deaths']")]
        wanted = [
            (one.n, Counter({"death": one.n, "no-death": (one.of or one.n or 0) - (one.n or 0)}))
            for one in deaths(record)
        ]
        assert said == wanted, name
        for one in deaths(record):
            assert (
                f"Deaths: {one.n} of {one.of}" in words(group)
                if one.of
                else f"Deaths: {one.n}, of how many" in words(group)
            )
        assert ("no count in the record" in words(group)) == (not deaths(record))


# --- the time line ----------------------------------------------------------------------------------


def part_of_year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def bounds(value: str) -> tuple[float, float]:
    """The first and the last moment that a date, as exact as it is given, can mean, with some days to spare."""
    year, month, day = (*(int(part) for part in value.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    return part_of_year(first) - 0.01, part_of_year(last) + 0.01


def test_a_bar_stops_where_knowledge_stops(loaded: Project) -> None:
    drawing = picture(loaded, "timeline", {"ran", "planned", "closed-end", "dot"})
    shown = {data(group)["trial"]: group for group in trials(drawing)}
    assert shown.keys() == {name for name, record in records(loaded).items() if record.dates.start}
    for name, group in shown.items():
        scale, record = Scale(drawing), records(loaded)[name]
        for bar in of_kind(group, "ran") + of_kind(group, "planned"):
            begin, end = bounds(data(bar)["from"]), bounds(data(bar)["to"])
            assert scale.at(begin[0]) <= start_of(bar) <= scale.at(begin[1])
            assert scale.at(end[0]) <= end_of(bar) <= scale.at(end[1]) + 2
        assert_ends(record, group)
        for mark in of_kind(group, "closed-end"):
            low, high = bounds(data(mark)["at"])
            assert scale.at(low) <= start_of(mark) <= scale.at(high)


def assert_ends(record: Record, group: Element) -> None:
    """The bars of a trial begin and end on dates of its record, each of the right kind."""
    start, end, first_end = record.dates.start, record.dates.completion, record.dates.primary_completion
    assert start
    seen = [entry.as_of for entry in record.status if entry.value in NOT_OVER]
    seen += [one.value for one in (start, first_end) if one and one.type == "actual"]
    ran = [data(bar) for bar in of_kind(group, "ran")]
    planned = {data(bar)["to"] for bar in of_kind(group, "planned")}
    dots, closed = group.findall("g[@class='open-end']"), of_kind(group, "closed-end")
    last = max([bar["to"] for bar in ran] + sorted(planned))
    if end and end.type == "actual":
        assert [bar["to"] for bar in ran] == [end.value]
        assert [data(mark)["at"] for mark in closed] == [end.value]
        assert not dots
        return
    assert [bar["to"] for bar in ran] == ([max(seen)] if seen else [])
    assert [bar["from"] for bar in ran] == ([start.value if start.type == "actual" else min(seen)] if seen else [])
    assert not closed
    ahead = bool(end and end.value > max(seen, default=""))
    assert (end is not None and end.value in planned) == ahead
    assert bool(dots) == (not ahead or bool(end and end.value < record.latest.as_of))
    assert [data(one)["at"] for one in dots] == ([last] if dots else [])
    assert all(len(of_kind(one, "dot")) == 3 for one in dots)


# --- before and after -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "outcome"), [("hba1c", "HbA1c"), ("time-in-range", "time in range")])
def test_before_and_after_are_the_values_of_the_record(loaded: Project, name: str, outcome: str) -> None:
    drawing = picture(loaded, name, {"before", "after", "between"})
    wanted = []
    for trial, record in records(loaded).items():
        for row in record.results:
            exact = row.before and re.fullmatch(r"[\d.]+", row.value or "")  # "above 98" has no place on a scale
            if row.outcome == outcome and row.arm != "control" and row.unit == "%" and row.n is None and exact:
                wanted.append((trial, row.before, row.value, (row.n_people or row.of) == 1, row.measure))
    shown = trials(drawing)
    assert len(shown) == len(wanted)
    for group, (trial, before, after, alone, measure) in zip(shown, wanted, strict=True):
        scale = Scale(drawing)
        assert data(group)["trial"] == trial
        assert kinds(group) == Counter(["before", "after", "between"])
        for kind, value in (("before", before), ("after", after)):
            [mark] = of_kind(group, kind)
            assert data(mark)["value"] == value
            assert middle_of(mark) == pytest.approx(scale.at(float(value or 0)), abs=0.1)
            assert svg.LEFT <= middle_of(mark) <= svg.RIGHT
            assert (mark.tag == "rect") == alone
        assert measure.lower() in words(group).lower()


# --- follow-up --------------------------------------------------------------------------------------

ENDS: Mapping[str, list[str]] = {
    "set time": ["followed", "closed-end"],
    "at least": ["followed", "arrow-end"],
    "median": ["followed", "diamond-end"],
    "longest": ["one-person", "ring-end"],
    "not stated": ["unclear"],
    "none": [],
}


def under_headings(drawing: Element) -> Iterator[tuple[str, Element]]:
    heading = ""
    for one in drawing:
        if one.get("class") == "group":
            heading = one.text or ""
        elif one.get("class") == "trial":
            yield heading, one


def test_a_follow_up_has_its_length_its_kind_and_its_claim(loaded: Project) -> None:
    known = {kind for marks in ENDS.values() for kind in marks} | {"claimed", "claimed-end", "claimed-on"}
    drawing = picture(loaded, "follow-up", known)
    shown = {data(group)["trial"]: (heading, group) for heading, group in under_headings(drawing)}
    followed = {name: record.follow_up for name, record in records(loaded).items() if record.follow_up}
    assert shown.keys() == {name for name, one in followed.items() if one.months is not None or one.claimed}
    headings: dict[str, set[str]] = {}
    for name, (heading, group) in shown.items():
        fact, scale = followed[name], Scale(drawing)
        kind = fact.kind or "none"
        headings.setdefault(kind, set()).add(heading)
        assert data(group)["kind"] == kind
        extra = ["one-person", "ring-end"] if fact.longest else []
        claim = ["claimed", "claimed-end" if fact.claimed.months else "claimed-on"] if fact.claimed else []
        assert kinds(group) == Counter(ENDS[kind] + extra + claim), name
        for mark in of_kind(group, "followed") + of_kind(group, "unclear"):
            assert data(mark)["months"] == str(fact.months)
            assert end_of(mark) == pytest.approx(scale.at(fact.months or 0), abs=0.1)
        for mark in of_kind(group, "ring-end"):
            assert data(mark)["months"] == str(fact.longest or fact.months)
            assert middle_of(mark) == pytest.approx(scale.at(fact.longest or fact.months or 0), abs=0.1)
        for mark in of_kind(group, "claimed-end"):
            assert fact.claimed
            assert middle_of(mark) == pytest.approx(scale.at(fact.claimed.months or 0), abs=0.1)
        assert " ".join(fact.value.split()) in words(group)
    assert all(len(one) == 1 for one in headings.values())
    assert len(set().union(*headings.values())) == len(headings)


# --- on a screen ------------------------------------------------------------------------------------

MEASURE = """
() => [...document.querySelectorAll("svg.picture")].flatMap(drawing => {
  const { width, height } = drawing.viewBox.baseVal
  const texts = [...drawing.querySelectorAll("text")].map(one => [one.textContent, one.getBBox()])
  const marks = [...drawing.querySelectorAll("circle, rect, path:not(.axis)")].map(one => [one.outerHTML, one.getBBox()])
  const meet = (a, b) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y + 2 < b.y + b.height && b.y + 2 < a.y + a.height
  const cut = texts.concat(marks).filter(([, box]) =>
    box.x < -0.5 || box.y < -0.5 || box.x + box.width > width + 0.5 || box.y + box.height > height + 0.5)
  const covered = texts.filter(([, box], n) =>
    marks.some(([, mark]) => meet(box, mark)) || texts.slice(0, n).some(([, other]) => meet(box, other)))
  return cut.concat(covered).map(([what]) => what)
})
"""


@pytest.mark.site
@pytest.mark.parametrize("width", [320, *(pytest.param(width, marks=pytest.mark.slow) for width in (390, 1400))])
def test_no_word_is_cut_or_covered(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}trials/pictures/")
    assert page.locator("svg.picture").count() == len(charts.PICTURES)
    assert page.evaluate(MEASURE) == []
    page.close()


# --- the legends ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", charts.PICTURES)
def test_the_legend_explains_every_kind_of_mark(published: Project, name: str) -> None:
    html = charts.render_picture(published.pages["index.md"], published, {"name": name})
    drawing, legend = html[: html.index("</svg>")], html[html.index('<ul class="legend">') : html.index("</ul>")]
    shapes = r'<(?:circle|rect|path) class="([\w-]+)"'
    assert set(re.findall(shapes, drawing)) - {"axis", "between"} <= set(re.findall(shapes, legend))


def test_red_and_crosses_are_for_deaths_only() -> None:
    style = (ROOT / "docs/assets/pictures.css").read_text(encoding="utf-8")
    red = [rule for rule, body in re.findall(r"([^{}]*)\{([^{}]*)\}", style) if ".picture" in rule and "--bad" in body]
    assert [rule.split("*/")[-1].strip() for rule in red] == [".picture .death"]

"""What the fields of one record must say of each other."""

from __future__ import annotations

from datetime import date

import pytest

from conftest import Make
from ledger.checks import trial_consistency
from ledger.core.problems import Problem
from ledger.model import derived, project, yaml_source
from ledger.model.trial_record import Record
from ledger.site import check_site
from samples import SAMPLE, TODAY

PAGE = "docs/trials/sample.md"


def problems(make: Make, *changes: tuple[str, str]) -> list[Problem]:
    text = SAMPLE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    loaded = project.load_project(make({PAGE: text}), TODAY)
    assert not loaded.record_problems
    found = check_site.check_citations(loaded).problems
    return [problem for problem in found if problem.rule.startswith("record-")]


def line(old: str) -> int:
    return SAMPLE[: SAMPLE.index(old)].count("\n") + 1


ROW = "n: 10, of: 12, group: full dose"
DATES = "  people:\n"


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ("{value: 12,", "{value: 15,", "record-counts", "people.analysed: analysed 15 is more than treated 14"),
        (
            "    treated:",
            "    enrolled: {value: 13, cite: known2024}\n    treated:",
            "record-counts",
            "treated 14 is more",
        ),
        (
            ROW,
            "n: 10, of: 13",
            "record-counts",
            "results[insulin independence].of: 13 people, more than the 12 analysed",
        ),
        (ROW, "n: 10, of: 15, arm: all", "", ""),
        (
            "n_people: 1,",
            "n_people: 13,",
            "record-counts",
            "results[HbA1c].n_people: 13 people, more than the 12 analysed",
        ),
        ("n: 2, of: 14", "n: 2, of: 15", "record-counts", "harms[death].of: 15 people, more than the 14 treated"),
        ("n: 2, of: 14", "n: 2, of: 15, arm: control", "", ""),  # how many controls there were is not known
        (ROW, 'n: 10, of: 12, value: "38", unit: "%"', "record-percent", "10 of 12 is 83%, not 38%"),
        (ROW, 'n: 10, of: 12, value: "83", unit: "%"', "", ""),
        (ROW, "n: 10, of: 12, note: 10 of 12 (38%)", "record-percent", "10 of 12 is 83%, not 38%"),
        (ROW, "n: 10, of: 12, note: 12 of 10 (83%)", "record-percent", "the part is larger than the whole"),
        (ROW, "n: 10, of: 12, note: 5 of 12 people (about 41.7%)", "", ""),
        ('"2024-01-05"', '"2026-05-01"', "record-dates", "sort them, oldest first"),
        ('as_of: "2026-04-20"', 'as_of: "2026-12-01"', "record-dates", "status of 2026-12-01 is in the future"),
        (
            'checked: "2026-04-20"',
            'checked: "2027-04-20"',
            "record-dates",
            "registry[NCT01234567].checked: 2027-04-20 is in",
        ),
        ("seen: full text", "seen: second-hand", "record-speaker", "delivery.dose: second-hand: add said_by"),
        ("seen: full text", "seen: second-hand, said_by: a newspaper", "", ""),
        ("source: {value: embryonic,", "source: {value: to fill,", "record-gap", "cells.source.value: a person has to"),
        ("why: by vein", "why: 'to fill: how it went in'", "record-gap", "requirements.delivery.why: a person has to"),
    ],
)
def test_a_record_agrees_with_itself(make: Make, old: str, new: str, rule: str, said: str) -> None:
    found = problems(make, (old, new))
    assert [problem.rule for problem in found] == ([rule] if rule else [])
    for problem in found:
        assert said in problem.message
        assert problem.line in (line(old), line(old) + 1)
        assert problem.level == "error"


def date_of(value: str, kind: str = "actual") -> str:
    return f'{{value: "{value}", type: {kind}, cite: known2024}}'


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (
            {"start": date_of("2021"), "completion": date_of("2020-12")},
            "dates.completion: 2020-12 is before start 2021",
        ),
        ({"start": date_of("2021-05"), "completion": date_of("2021")}, ""),  # as far as both are exact
        ({"primary_completion": date_of("2022"), "completion": date_of("2021")}, "is before primary_completion 2022"),
        ({"completion": date_of("2027")}, "is in the future and cannot be actual"),
        ({"completion": date_of("2027", "estimated")}, ""),
        ({"start": date_of("2026-11-21")}, ""),  # today
        ({"start": date_of("2026-11-22")}, "is in the future"),
    ],
)
def test_dates_are_in_order_and_not_in_the_future(make: Make, dates: dict[str, str], said: str) -> None:
    text = "  dates:\n" + "".join(f"    {name}: {value}\n" for name, value in dates.items())
    found = problems(make, (DATES, text + DATES))
    assert len(found) == bool(said)
    assert all(said in problem.message and problem.rule == "record-dates" for problem in found)


@pytest.mark.parametrize("kind", trial_consistency.KINDS_NEEDING_SPEAKER)
def test_what_news_companies_sellers_and_blogs_say_needs_a_speaker(make: Make, kind: str) -> None:
    bib = (make() / "references.bib").read_text(encoding="utf-8").replace("{trial report}", f"{{{kind}}}")
    loaded = project.load_project(make({PAGE: SAMPLE, "references.bib": bib}), TODAY)
    found = [p for p in check_site.check_citations(loaded).problems if p.rule == "record-speaker"]
    assert len(found) > 10
    assert f"of the kind '{kind}': add said_by" in found[0].message


def a_record(**changes: object) -> Record:
    data = dict(yaml_source.load_yaml(yaml_source.split_front_matter(SAMPLE)[0] or "").data["trial"])
    data |= {"results": [], "results_note": "none", "publications": [], **changes}
    return Record.model_validate(data)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),  # completed in April 2026, half a year ago
        ({"status": [{"as_of": "2025-04-20", "value": "completed", "cite": "k"}]}, "overdue: completed more than 12"),
        ({"dates": {"completion": {"value": "2025-11", "type": "actual", "cite": "k"}}}, None),
        ({"dates": {"completion": {"value": "2025-10", "type": "actual", "cite": "k"}}}, "overdue: ended 2025-10"),
        ({"dates": {"completion": {"value": "2025-11-21", "type": "actual", "cite": "k"}}}, None),
        ({"dates": {"completion": {"value": "2025-11-20", "type": "actual", "cite": "k"}}}, "overdue: ended"),
        ({"dates": {"completion": {"value": "2024", "type": "estimated", "cite": "k"}}}, "overdue: ended 2024"),
        (
            {
                "status": [{"as_of": "2023-04-20", "value": "recruiting", "cite": "k"}],
                "dates": {"completion": {"value": "2024", "type": "estimated", "cite": "k"}},
            },
            "Silent: the planned end was 2024",
        ),
        (
            {
                "dates": {
                    "completion": {"value": "2020", "type": "actual", "cite": "k"},
                    "results_posted": {"value": "2021", "type": "actual", "cite": "k"},
                }
            },
            None,
        ),
        ({"dates": {"completion": {"value": "2020", "type": "actual", "cite": "k"}}, "publications": ["k"]}, None),
        (
            {
                "dates": {"completion": {"value": "2020", "type": "actual", "cite": "k"}},
                "results": [
                    {"measure": "x", "value": "y", "said_by": "the company", "cite": "k", "seen": "part of the text"}
                ],
            },
            "overdue: ended 2020",  # a company's word is no publication
        ),
    ],
)
def test_results_are_due_a_year_after_the_end(changes: dict[str, object], said: str | None) -> None:
    found = derived.describe_overdue_results(a_record(**changes), date(2026, 11, 21))
    assert (found is None) == (said is None)
    assert said is None or said in (found or "")


# --- harms that were searched, and registrations --------------------------------------------------------

HARMS = SAMPLE[SAMPLE.index("  harms:\n") : SAMPLE.index("  requirements:\n")]
NONE = "  harms: []\n  harms_note: Old words.\n"
SEARCHED = '  harms_searched: {where: abstract, checked: "2026-11-20", cite: known2024}\n'


def test_a_note_alone_does_not_stand_for_harms_that_were_removed(make: Make) -> None:
    [found] = problems(make, (HARMS, NONE))
    assert (found.rule, found.line) == ("record-harms", line("  harms:"))
    assert "restore the rows, or add harms_searched" in found.message
    assert problems(make, (HARMS, NONE + SEARCHED)) == []


def test_a_search_beside_listed_harms_is_left_over(make: Make) -> None:
    [found] = problems(make, (HARMS, HARMS + SEARCHED))
    assert found.rule == "record-harms"
    assert "remove it" in found.message


def test_a_search_is_not_in_the_future(make: Make) -> None:
    [found] = problems(make, (HARMS, NONE + SEARCHED.replace("2026", "2028")))
    assert found.rule == "record-dates"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("NCT01234567", "NCT01234568", "record-registration"),
        ('checked: "2026-04-20", cite: known2024}', 'checked: "2026-04-20"}', "record-registration"),
        (
            "cite: known2024}\n  status",
            "cite: known2024}\n    - {id: ChiCTR1, cite: known2024}\n  status",
            "record-registration",
        ),
    ],
)
def test_the_source_of_a_registration_contains_its_number(make: Make, old: str, new: str, rule: str) -> None:
    assert [problem.rule for problem in problems(make, (old, new))] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "To fill",
        "**Harms:** to fill",
        "A sentence. (to fill)",
        "1. to fill",
        "> to fill in.",
        "TBD",
        "To&nbsp;fill: who?",
    ],
)
def test_a_gap_is_reported_wherever_and_however_it_is_written(make: Make, text: str) -> None:
    found = problems(make, ("They were given islets.", f"They were given islets.\n\n{text}\n"))
    assert "record-gap" in [problem.rule for problem in found]


def test_words_like_a_gap_are_left_alone(make: Make) -> None:
    text = "They were given islets. It takes a minute to fill the capsule, and to fill in a form."
    assert "record-gap" not in [problem.rule for problem in problems(make, ("They were given islets.", text))]

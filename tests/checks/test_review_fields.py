"""The days of checks and the reviewers that pages and claims name."""

from __future__ import annotations

import pytest

from claim_samples import CLAIM, CLAIMS, FRONT
from conftest import INDEX, Make, check_links


@pytest.mark.parametrize(("day", "count"), [("2026-11-21", 0), ("2026-11-22", 1), ("2027-01-01", 1)])
def test_a_claim_cannot_have_been_checked_tomorrow(day: str, count: int, make: Make) -> None:
    root = make({CLAIMS: CLAIM.replace("2026-11-21", day)})
    found = [f"{one.path}:{one.line} {one.rule}" for one in check_links(root).problems if one.path == CLAIMS]
    assert found == [f"{CLAIMS}:10 checked-in-future"] * count


@pytest.mark.parametrize("value", ["Dr A. Name", "None", "yes", "[none]", "''", "true"])
def test_a_reviewer_whom_nobody_knows_is_told(value: str, make: Make) -> None:
    text = FRONT.replace("kind", f"reviewed_by: {value}\nkind") + INDEX
    rules = [(one.line, one.rule) for one in check_links(make({"docs/index.md": text})).problems]
    assert rules == [(4, "reviewer")]


PERSON = "people:\n- name: Dr A. Name\n  role: reviewer\n  affiliation: none\n  interests: none\n"


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        (PERSON, None),
        (PERSON.replace("reviewer", "editor"), ("docs/index.md", 4)),
        (PERSON.replace("reviewer", "doctor"), ("AUTHORS.yml", 3)),
        (PERSON.replace("  interests: none\n", ""), ("AUTHORS.yml", 2)),
    ],
)
def test_a_reviewer_is_in_the_file_of_people(people: str, problem: tuple[str, int] | None, make: Make) -> None:
    text = FRONT.replace("kind", "reviewed_by: Dr A. Name\nkind") + INDEX
    found = check_links(make({"docs/index.md": text, "AUTHORS.yml": people})).problems
    assert [one.rule for one in found] == (["reviewer"] * (1 + (problem[0] == "AUTHORS.yml")) if problem else [])
    assert problem is None or problem in [(one.path, one.line) for one in found]

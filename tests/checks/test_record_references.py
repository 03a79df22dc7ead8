"""Pages, records and cohorts that a record names exist, and no trial has two pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, TODAY, Make
from ledger.checks.record_references import check_record_references
from ledger.model.project import load_project

SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")


def list_messages(root: Path) -> list[tuple[str, str]]:
    """The path and message of each problem."""
    problems = check_record_references(load_project(root, TODAY))
    return [(problem.path, problem.message) for problem in problems]


def test_a_record_names_therapy_pages_that_are_there(make: Make) -> None:
    [stem] = re.findall(r"therapies: \[([\w-]+)\]", SAMPLE)
    good = make({"docs/trials/sample.md": SAMPLE, f"docs/therapies/{stem}.md": "# T\n"})
    assert list_messages(good) == []
    (good / f"docs/therapies/{stem}.md").rename(good / f"docs/therapies/{stem}s.md")
    [(path, message)] = list_messages(good)
    assert path == "docs/trials/sample.md"
    assert f"did you mean {stem}s?" in message


def test_one_trial_has_one_page(make: Make) -> None:
    copy = SAMPLE.replace("id: sample", "id: other")
    messages = list_messages(make({"docs/trials/sample.md": SAMPLE, "docs/trials/other.md": copy}))
    assert len({path for path, _ in messages}) == 1
    assert any("has a page already" in message for _, message in messages)
    assert any("is that of" in message for _, message in messages)


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("relations: [{kind: same product, to: Another trial, record: samples}]", "did you mean sample?"),
        ("relations: [{kind: same product, to: Another trial, record: xyz}]", "leave record out"),
        ("overlaps: [xyz]", "name the cohort of another record"),
    ],
)
def test_a_record_names_records_and_cohorts_that_exist(make: Make, addition: str, message: str) -> None:
    text = SAMPLE.replace("\n  cohort:", f"\n  {addition}\n  cohort:", 1)
    [(path, reported)] = list_messages(make({"docs/trials/sample.md": text}))
    assert path == "docs/trials/sample.md"
    assert message in reported

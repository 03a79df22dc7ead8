"""``--changed`` says what a branch removes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import BIB, INDEX, Make
from git_helper import git
from ledger.cli import check_command, removals
from ledger.site import check_site
from samples import SAMPLE

PAGE = "docs/trials/sample.md"
DEATH = "    - {event: death, n: 2, of: 14, cause: infection, judged_by: the investigators, cite: known2024, seen: abstract}\n"
OWN = BIB.replace("known2024", "own2024").replace("10.1234/abc", "10.1234/own").replace("A trial", "Own")


@pytest.fixture
def root(make: Make) -> Path:
    root = make({PAGE: SAMPLE, "docs/index.md": f"{INDEX}\nMore [@own2024].\n", "references.bib": f"{BIB}\n{OWN}"})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "start")
    return root


def told(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    check_command.run_check(
        "check_citations", check_site.check_citations, root, ["--changed", "main"], removals.check_removals
    )
    return [line for line in capsys.readouterr().out.splitlines() if line.endswith("[removed]")]


def edit(root: Path, old: str, new: str, name: str = PAGE) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def test_rows_of_harms_and_results_that_are_gone_are_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert DEATH in SAMPLE
    edit(root, DEATH, "    - {event: infection, value: seen, cite: known2024, seen: abstract}\n")
    edit(root, "n: 10, of: 12, group", "n: 11, of: 12, group")
    results, harms = told(root, capsys)
    assert ": warning: this change removes 1 harm row (death 2 of 14) from docs/trials/sample.md and adds 1 " in harms
    assert "this change removes 1 result (insulin independence 10 of 12, day 365) from" in results


def test_a_change_of_words_beside_a_row_removes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "cause: infection", "cause: an infection of the lung")
    assert told(root, capsys) == []


def test_a_record_and_a_source_that_are_gone_are_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / PAGE).unlink()
    (root / "docs/index.md").write_text(INDEX, encoding="utf-8")
    (root / "references.bib").write_text(BIB, encoding="utf-8")
    record, source = told(root, capsys)
    assert "the record sample (A sample trial), with 2 results and 1 harm row" in record
    assert source.startswith("references.bib:1: warning: this change removes the source own2024 (Own)")


def test_a_page_that_becomes_a_draft_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "kind: trial\n", "kind: trial\ndraft: true\n")
    [line] = told(root, capsys)
    assert line.startswith(f"{PAGE}:5: warning: this change removes the record sample from the published site")


def test_a_record_with_an_error_is_not_taken_for_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "record_type: trial", "record_type: trail")
    assert told(root, capsys) == []


def test_what_came_new_is_not_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, DEATH, DEATH + DEATH.replace("death", "infection"))
    assert told(root, capsys) == []

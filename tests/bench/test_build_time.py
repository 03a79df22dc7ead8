"""The plain copy and the verdict of ``make bench``; its timings are not tested."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bench import build_time
from ledger.model import project

ROOT = Path(__file__).resolve().parents[2]


def test_the_plain_copy_has_the_same_pages_with_their_tables_and_without_the_bibliography(tmp_path: Path) -> None:
    copy = build_time.plain(build_time.copied(ROOT, tmp_path / "site"), tables=True)
    config = (copy / "mkdocs.yml").read_text(encoding="utf-8")
    read = yaml.safe_load(config.replace("!ENV ", ""))
    assert read["plugins"] == ["search"]
    assert "hooks" not in read
    assert read["nav"]
    pages = {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    assert {path.relative_to(copy) for path in (copy / "docs").rglob("*.md")} == pages
    text = (copy / "docs/trials/forward.md").read_text(encoding="utf-8")
    assert "<!-- generated" not in text
    assert re.search(r"^\| insulin independence.* \| day 365 \| 10 of 12 \(83%\), full dose", text, re.MULTILINE)
    assert "[@reichman2025islets]" in text


def test_copies_of_trial_pages_are_trials_of_their_own(tmp_path: Path) -> None:
    loaded = project.load_project(build_time.with_copies(build_time.copied(ROOT, tmp_path / "site"), 60))
    assert len(loaded.records) == len(project.load_project(ROOT).records) + 60
    assert not loaded.record_problems


def test_growth_that_is_not_linear_is_told() -> None:
    even = {n: build_time.Cost(1 + n / 100, 50 + n / 10) for n in build_time.EXTRA}
    assert build_time.not_linear(even, build_time.Cost(10, 100)) == []
    assert len(build_time.not_linear(even, build_time.Cost(5, 100))) == 1  # more than half as long again
    square = {n: build_time.Cost(n * n / 10_000, 50 + n / 10) for n in build_time.EXTRA}
    assert any("not linear" in line for line in build_time.not_linear(square, build_time.Cost(1000, 100)))

"""The table and the verdict of ``make bench``; its timings are not tested."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import bench

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_shows_the_times_the_ratio_and_the_limits() -> None:
    head, plain, full, ratio, checks = bench.table(2.0, 3.0, 0.5).split("\n")
    assert head.split() == ["what", "seconds", "at", "most"]
    assert plain.split()[-1] == "2.00"
    assert full.split()[-2:] == ["3.00", "4.00"]
    assert ratio.split()[-2:] == ["1.50", "2.00"]
    assert checks.split()[-2:] == ["0.50", "1.00"]


@pytest.mark.parametrize(
    ("plain", "full", "checks", "broken"),
    [(2.0, 3.0, 0.5, 0), (2.0, 4.0, 1.0, 0), (2.0, 4.1, 0.5, 1), (2.0, 3.0, 1.1, 1), (1.0, 3.0, 2.0, 2)],
)
def test_each_limit_that_is_broken_is_told(plain: float, full: float, checks: float, broken: int) -> None:
    assert len(bench.too_slow(plain, full, checks)) == broken


def test_the_best_of_some_runs_is_taken() -> None:
    calls: list[str] = []
    times = bench.best(lambda: calls.append("a"), lambda: calls.append("b"), runs=3)
    assert len(times) == 2
    assert all(0 <= spent < 1 for spent in times)
    assert calls == ["a", "b"] * 3


def test_the_plain_copy_has_the_same_pages_without_the_bibliography(tmp_path: Path) -> None:
    copy = bench.plain_copy(ROOT, tmp_path)
    config = (copy / "mkdocs.yml").read_text(encoding="utf-8")
    read = yaml.safe_load(config.replace("!ENV ", ""))
    assert read["plugins"] == ["search"]
    assert "hooks" not in read
    assert read["nav"]
    pages = {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    assert {path.relative_to(copy) for path in (copy / "docs").rglob("*.md")} == pages
    left = [page for page in pages if "generated:" in (copy / page).read_text(encoding="utf-8")]
    assert left == [Path("docs/references.md")]  # its list is the bibliography itself

"""Lighthouse on one page of every kind, but for its score for speed, which ``make bench-site`` measures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import lighthouse, web_server
from bench.lighthouse import MIN_SCORES, LighthouseError
from bench.page_speed import KINDS
from conftest import ROOT, SITE


def said(**scores: float) -> dict[str, Any]:
    """A report as Lighthouse writes it, with one audit in each category."""
    return {
        "categories": {
            name: {"score": score, "auditRefs": [{"id": f"one-of-{name}", "weight": 1}]}
            for name, score in scores.items()
        },
        "audits": {
            **{f"one-of-{name}": {"score": score, "title": "A title"} for name, score in scores.items()},
            "cumulative-layout-shift": {"numericValue": 0.02},
        },
        "environment": {"hostUserAgent": "Chrome/150.0.0.0"},
    }


def test_a_report_is_read() -> None:
    found = lighthouse.parse_report(said(performance=0.975, seo=0.5))
    assert found.scores == {"performance": 98, "seo": 50}
    assert found.failed == ("one-of-seo: A title",), "speed is judged by its score alone"
    assert found.shift == 0.02


def test_an_audit_that_does_not_apply_has_not_failed() -> None:
    report = said(seo=1)
    report["audits"]["one-of-seo"]["score"] = None
    assert lighthouse.parse_report(report).failed == ()


def test_a_page_that_could_not_be_opened_is_told() -> None:
    with pytest.raises(LighthouseError, match="refused"):
        lighthouse.parse_report({"requestedUrl": "x", "runtimeError": {"message": "refused"}})


@pytest.mark.parametrize(
    ("scores", "least", "runs", "result"),
    [
        ([90, 100, 95, 99, 98], None, 5, 98),
        ([99, 99, 99], 98, 3, 99),
        ([90, 99, 90, 99, 99], 98, 5, 99),
        ([90, 99, 90, 90], 98, 4, 90),
    ],
)
def test_the_middle_of_five_runs_counts_and_no_run_is_made_in_vain(
    scores: list[int], least: int | None, runs: int, result: int
) -> None:
    left = iter(scores)
    assert lighthouse.measure_median(lambda: next(left), least) == result
    assert list(left) == scores[runs:]


def test_every_package_of_lighthouse_is_locked_with_its_digest_and_names_no_address() -> None:
    text = (ROOT / "requirements" / "lighthouse" / "package-lock.json").read_text(encoding="utf-8")
    asked = json.loads((ROOT / "requirements" / "lighthouse" / "package.json").read_text(encoding="utf-8"))
    packages = json.loads(text)["packages"]
    assert packages.pop("")["dependencies"] == asked["dependencies"]
    assert packages["node_modules/lighthouse"]["version"] == asked["dependencies"]["lighthouse"] == "13.5.0"
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in text


# --- the built site -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[web_server.Server]:
    with web_server.serve_folder(SITE) as running:
        yield running


@pytest.fixture(scope="module")
def program() -> str:
    found = os.environ.get("LIGHTHOUSE")
    assert found, "run this with make test-full, which fetches Lighthouse"
    return found


@pytest.fixture(scope="module")
def chromium() -> str:
    return lighthouse.find_browser(os.environ.get("CHROMIUM", ""))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(4))
def test_one_page_of_every_kind_passes_every_audit(
    program: str, chromium: str, server: web_server.Server, first: int
) -> None:
    wrong = []
    others = [name for name in MIN_SCORES if name != "performance"]
    for path in list(KINDS)[first::4]:  # in four parts, so that no processor waits for one long test
        report = lighthouse.run_lighthouse(program, chromium, server.address + path, others)
        assert set(report.scores) == set(others)
        low = {name: score for name, score in report.scores.items() if score < MIN_SCORES[name]}
        if low or report.failed:
            wrong.append((path, low, report.failed))
    assert wrong == []


@pytest.mark.slow
def test_a_page_with_faults_would_be_told(program: str, chromium: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>x</title><img src='x.png'>", encoding="utf-8")
    with web_server.serve_folder(tmp_path) as server:
        report = lighthouse.run_lighthouse(program, chromium, server.address, ["accessibility", "seo"])
    assert report.scores["accessibility"] < 100
    assert any("image-alt" in fault for fault in report.failed)

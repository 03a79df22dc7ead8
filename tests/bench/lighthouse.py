"""Run Lighthouse on a page, and what its report says.

Lighthouse opens a page as a phone with a slow network and a slow processor would. Its score for speed depends on what
else the machine does, so the middle of five runs counts; everything else is the same each time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

CATEGORY_LABELS = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "search engines",
    "agentic-browsing": "agentic browsing",
}
"""The categories of its usual settings, with the words for our table."""
MIN_SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100, "agentic-browsing": 100}
RUN_COUNT = 5
TIMEOUT_SECONDS = 120  # seconds for one run
CHROME_FLAGS = "--headless=new --no-sandbox --disable-background-networking --disable-component-update"


class LighthouseError(Exception):
    """Lighthouse did not come to an end; the message says what it said last."""


@dataclass(frozen=True)
class LighthouseReport:
    """One run: scores from 0 to 100 by category, the audits that failed, and what was measured."""

    scores: dict[str, int]
    failed: tuple[str, ...]
    shift: float | None
    browser: str


def run_lighthouse(
    program: str, browser: str, address: str, categories: Sequence[str] = tuple(CATEGORY_LABELS)
) -> LighthouseReport:
    """Open ``address`` once with the Lighthouse at ``program`` and the browser at ``browser``.

    Raises ``LighthouseError``.
    """
    command = [
        *(
            "node",
            program,
            address,
            "--quiet",
            "--output=json",
            "--output-path=stdout",
            f"--chrome-flags={CHROME_FLAGS}",
        ),
        *("--no-enable-error-reporting", "--disable-full-page-screenshot", f"--only-categories={','.join(categories)}"),
    ]
    environment = {**os.environ, "CHROME_PATH": browser}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise LighthouseError(f"{address}: no answer after {TIMEOUT_SECONDS} seconds") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise LighthouseError(f"{address}: {said[-1] if said else 'it ended without a word'}")
    return parse_report(json.loads(done.stdout))


def find_browser(asked: str) -> str:
    """The path of the browser that was asked for, or of the one that Playwright keeps."""
    if asked:
        return shutil.which(asked) or asked
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def parse_report(said: dict[str, Any]) -> LighthouseReport:
    """A report as Lighthouse writes it. An audit that failed is named where it counts for its category's score."""
    if error := said.get("runtimeError"):
        raise LighthouseError(f"{said.get('requestedUrl')}: {error.get('message')}")
    audits, failed = said["audits"], []
    for name, category in said["categories"].items():
        for part in category["auditRefs"]:
            score = audits[part["id"]]["score"]
            if name != "performance" and part["weight"] and score is not None and score < 1:
                failed.append(f"{part['id']}: {audits[part['id']]['title']}")
    return LighthouseReport(
        {name: round(100 * (category["score"] or 0)) for name, category in said["categories"].items()},
        tuple(failed),
        audits.get("cumulative-layout-shift", {}).get("numericValue"),
        str(said["environment"]["hostUserAgent"]),
    )


def measure_median(measure: Callable[[], int], least: int | None = None, runs: int = RUN_COUNT) -> int:
    """The median of some runs; where ``least`` is given, no more of them than it takes to know on which side it lies."""
    found: list[int] = []
    enough = runs // 2 + 1
    while len(found) < runs:
        found.append(measure())
        if least is not None:
            good = sum(one >= least for one in found)
            if good == enough:
                return int(median([one for one in found if one >= least]))
            if len(found) - good == enough:
                return int(median([one for one in found if one < least]))
    return int(median(found))

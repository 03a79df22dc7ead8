"""The comparison of checks: what counts as told, and the table. The others are not run here."""

from __future__ import annotations

import pytest

from bench import citation_checks
from bench.citation_checks import told_at


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("docs/page.md:6: error: x", True),
        ("index.md:3", False),
        ("page.md, line 6: x", True),
        ("aborted on line 6 due to", True),
        ("docs/page.md:60: error: x", False),
        ("duplicate doi: 6", False),
    ],
)
def test_a_fault_is_told_with_its_line_where_the_line_is_named(said: str, told: bool) -> None:
    assert told_at(6, "docs/page.md", [said]) is told


def test_what_is_said_of_any_project_is_no_finding() -> None:
    output = (
        "bibaudit — 3 references checked\n\nsummary\n  UNCHECKED          3\nINFO - Building\nPASS — x\nWARNING - x\n"
    )
    assert citation_checks._said(output) == ["WARNING - x"]

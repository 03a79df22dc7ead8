"""Excuses: a reason, a last day within a year, one paragraph, one rule."""

from __future__ import annotations

import pytest

from conftest import INDEX, Make, check_citations

NUMBER = "It was 83 %."


def told(make: Make, text: str) -> list[str]:
    """``line rule`` for each problem of a page whose text starts in line 5."""
    problems = check_citations(make({"docs/index.md": f"{INDEX}\n{text}\n"})).problems
    return [f"{problem.line} {problem.rule}" for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        f"{NUMBER} <!-- no-cite until 2027-11-22: our own sum -->",
        f"{NUMBER} <!-- no-cite until 2026-11-21: our own sum -->",
        f"{NUMBER} <!-- no-cite until 2027-01-31 : our own sum\n  over two lines -->",
        "A miracle. <!-- hype-ok until 2027-01-31: a name -->",
        "It was 44 % of 16 [@known2024]. <!-- no-count until 2027-01-31: the abstract prints none -->",
        "Words. <!-- noise: of another kind --> <!-- no: reason --> <!-- note: x -->",
    ],
)
def test_an_excuse_with_a_reason_keeps_its_rule_quiet(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (f"{NUMBER} <!-- no-cite until 2026-11-20: our own sum -->", ["5 excuse-expired"]),
        (f"{NUMBER} <!-- no-cite until 2027-01-31 -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- no-cite: our own sum -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- no-cite until 2027-11-23: our own sum -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- no-cite until soon: our own sum -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- no-cite until 20270131: our own sum -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- hype-ok until 2027-01-31: our own sum -->", ["5 excuse", "5 uncited-number"]),
        (f"{NUMBER} <!-- no_cite: our own sum -->", ["5 excuse", "5 uncited-number"]),
        ("Words.\n\nMore. <!-- no-origin until 2027-01-31: nothing here -->", ["7 excuse"]),
        ("Words. <!-- not-in-record until 2027-01-31: no record here -->", ["5 excuse"]),
    ],
)
def test_an_excuse_that_is_wrong_late_or_not_needed_is_told(text: str, problems: list[str], make: Make) -> None:
    assert told(make, text) == problems


def test_every_kind_of_excuse_is_counted(make: Make) -> None:
    text = f"{INDEX}\n{NUMBER} <!-- no-cite until 2027-01-31: why -->\n\nA miracle. <!-- hype-ok until 2027-01-31: why -->\n"
    assert check_citations(make({"docs/index.md": text})).counts["excuses"] == 2

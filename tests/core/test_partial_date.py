"""Years, months and days."""

from __future__ import annotations

import pytest

from ledger.core import partial_date


@pytest.mark.parametrize("text", ["2024", "2024-02", "2024-02-29"])
def test_a_year_a_month_and_a_day_are_partial_dates(text: str) -> None:
    assert partial_date.is_partial_date(text)
    assert partial_date.is_iso_date(text) == (len(text) == 10)


@pytest.mark.parametrize(
    "text", ["", "24", "0000", "2024-13", "2023-02-29", "2024-2", "2024-02-29T00", "20240229", "٢٠٢٤", "2024\n"]
)
def test_anything_else_is_not(text: str) -> None:
    assert not partial_date.is_partial_date(text)
    assert not partial_date.is_iso_date(text)


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [("2010-02-31", "2010-02"), ("2010-13-01", "2010"), ("2010-02", "2010-02"), ("May", ""), ("", "")],
)
def test_a_date_is_trimmed_to_what_the_calendar_has(text: str, trimmed: str) -> None:
    assert partial_date.trim_to_partial_date(text) == trimmed


@pytest.mark.parametrize(
    ("one", "other", "earlier"),
    [
        ("2023", "2024-01", True),
        ("2024", "2024-12", False),
        ("2024-12", "2024", False),
        ("2024-01-02", "2024-01-03", True),
    ],
)
def test_dates_are_compared_as_far_as_both_are_known(one: str, other: str, earlier: bool) -> None:
    assert partial_date.is_earlier(one, other) == earlier

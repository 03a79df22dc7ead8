"""Dates of which a year, a month or a day is known: YYYY, YYYY-MM or YYYY-MM-DD."""

from __future__ import annotations

import re
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)


def is_partial_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar."""
    try:
        return bool(PARTIAL_DATE.fullmatch(text) and date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False


def is_iso_date(text: str) -> bool:
    """Whether a text is a day of the calendar, YYYY-MM-DD."""
    return len(text) == 10 and is_partial_date(text)


def trim_to_partial_date(text: str) -> str:
    """The part of a date that exists in the calendar: 2010-02-31 is February 2010; empty where even the year does not."""
    return next((text[:length] for length in (10, 7, 4) if len(text) >= length and is_partial_date(text[:length])), "")


def is_earlier(one: str, other: str) -> bool:
    """Whether ``one`` is before ``other``, as far as both are known."""
    known = min(len(one), len(other))
    return one[:known] < other[:known]

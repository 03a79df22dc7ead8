"""How long a trial is known to have run: where its bar in the time line begins, and where knowledge stops."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.model.trial_facts import DateFact
from ledger.model.trial_record import Record

RUNNING_STATUSES = frozenset(
    {
        "recruiting",
        "enrolling by invitation",
        "active, not recruiting",
        "suspended",
        "available",
        "temporarily not available",
    }
)
"""Statuses of a trial that has begun and not ended; any other does not show that it ran on that day."""


@dataclass(frozen=True)
class TrialSpan:
    """What is known of a trial's time; every date is one of the record."""

    ran_from: str | None
    """First day on which it is known to have run; None if there is no such day."""
    ran_to: str | None
    """Last such day: its end, or the last day on which a source shows it running."""
    ended: bool
    """Whether ``ran_to`` is its end."""
    planned: tuple[tuple[str, str], ...]
    """What was only planned: spans before and after."""
    open: bool
    """Whether nobody knows what came after the last date drawn."""

    @property
    def last(self) -> str | None:
        """The last date drawn."""
        dates = [date for date in (self.ran_to, *(end for _, end in self.planned)) if date]
        return max(dates, key=to_decimal_year, default=None)


def to_decimal_year(value: str) -> float:
    """A date as a year with a fraction; one known to the year or the month only is at its middle."""
    year, month, day = (*value.split("-"), "", "")[:3]
    if not month:
        return int(year) + 0.5
    return int(year) + (int(month) - 1 + ((int(day) - 1) / 31 if day else 0.5)) / 12


def derive_known_span(record: Record) -> TrialSpan:
    """The span of a trial, from its dates and from the days on which a source calls it running."""
    start, end = record.dates.start, record.dates.completion
    began, finished = _get_actual_date(start), _get_actual_date(end)
    known = [entry.as_of for entry in record.status if entry.value in RUNNING_STATUSES]
    known += [date for date in (_get_actual_date(record.dates.primary_completion), began, finished) if date]
    if began:
        known = [date for date in known if to_decimal_year(date) >= to_decimal_year(began)]
    if finished:
        known = [date for date in known if to_decimal_year(date) <= to_decimal_year(finished)]
    known.sort(key=to_decimal_year)
    ran_from, ran_to = (known[0], known[-1]) if known else (None, None)
    planned = _find_planned_spans(start, end, ran_from, ran_to)
    ahead = bool(
        end
        and planned
        and planned[-1][1] == end.value
        and to_decimal_year(end.value) > to_decimal_year(record.latest.as_of)
    )
    return TrialSpan(ran_from, ran_to, bool(finished), planned, not finished and not ahead)


def _get_actual_date(date: DateFact | None) -> str | None:
    return date.value if date and date.type == "actual" else None


def _find_planned_spans(
    start: DateFact | None, end: DateFact | None, ran_from: str | None, ran_to: str | None
) -> tuple[tuple[str, str], ...]:
    """Planned spans: before the first day on which the trial is known to run, and after the last."""
    spans = []
    first = start.value if start and start.type == "estimated" else None
    last = end.value if end and end.type == "estimated" else None
    if first and ran_from and to_decimal_year(first) < to_decimal_year(ran_from):
        spans.append((first, ran_from))
    after = ran_to or first
    if last and after and to_decimal_year(after) < to_decimal_year(last):
        spans.append((after, last))
    elif after and after == first:
        spans.append((first, first))
    return tuple(spans)

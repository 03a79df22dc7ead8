"""What the fields of one record must say of each other: counts, dates, sources, gaps. The model cannot know it.

Each problem stands at the line of the value that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from pydantic import BaseModel

from ledger import bibliography
from ledger.bibliography import Entry
from ledger.frontmatter import Path
from ledger.problems import Level, Problem
from ledger.project import BIB, Page, Project
from ledger.records import GAP, Count, DateFact, Measured, Record, Sourced

NEED_A_SPEAKER = ("news", "company statement", "seller's page", "forum or blog", "patent")
"""Kinds of source whose statements are printed only with the words that say whose they are."""
OVERDUE_MONTHS = 12
"""Months after completion by which we expect results. US law counts them from the primary completion (42 CFR 11.44)."""
PERCENT = re.compile(r"(?<![\d.,])(\d{1,5}) (?:out )?of (\d{1,5})[^\d()\n]{0,40}\((?:about )?(\d{1,3}(?:\.\d)?)\s?%\)")
"""``10 of 12 (83 %)``: a count with its per cent."""
FIGURE = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
DONE = ("completed", "terminated", "suspended", "withdrawn")


def check(page: Page, project: Project) -> Iterator[Problem]:
    """Every rule on the record of one page, and the gaps of a page of any kind."""
    yield from _gaps(page)
    record = page.record
    if record is None:
        return
    for rule in (_counts, _dates, _sources, _harms, _registrations):
        for found in rule(record, project):
            where: Path = ("trial", *found.place)
            shown = ".".join(str(part) for part in where)
            yield Problem(page.path, page.meta.line(where), found.rule, f"{shown}: {found.message}")
    for place, value in _texts(page.meta.data, ()):
        shown = ".".join(str(part) for part in place)
        for match in PERCENT.finditer(value):
            fault = wrong_percent(match)
            if fault:
                yield Problem(page.path, page.meta.line(place), "record-percent", f"{shown}: {fault}")
    for match in PERCENT.finditer(page.source.prose):
        fault = wrong_percent(match)
        if fault:
            yield Problem(page.path, page.source.line(match.start()), "record-percent", fault)


class Fault(NamedTuple):
    """What does not fit, and its place below ``trial``."""

    rule: str
    place: Path
    message: str


Found = Iterator[Fault]


def wrong_percent(match: re.Match[str]) -> str | None:
    """What is wrong with a count and its per cent, which may differ by rounding."""
    n, of, percent = int(match[1]), int(match[2]), float(match[3])
    if of and n > of:
        return f"{n} of {of}: the part is greater than the whole; were they swapped?"
    if of and abs(percent - 100 * n / of) > 1:
        return f"{n} of {of} is {round(100 * n / of)} %, not {match[3]} %; mend one of them"
    return None


def _counts(record: Record, project: Project) -> Found:
    people = record.people
    chain = [(name, count) for name in ("analysed", "treated", "enrolled") if (count := getattr(people, name))]
    for (small, few), (large, many) in pairwise(chain):
        if few.value > many.value:
            message = f"{small} {few.value} is more than {large} {many.value}; were they swapped?"
            yield Fault("record-counts", ("people", small), message)
    for part in ("results", "harms"):
        for number, row in enumerate(getattr(record, part)):
            limit = _limit(record, row, part)
            for field in ("of", "n_people"):
                count = getattr(row, field)
                if limit and count is not None and count > limit[1]:
                    message = f"{count} people, more than the {limit[1]} {limit[0]}"
                    yield Fault("record-counts", (part, number, field), message)
            percent = row.value if row.unit == "%" and FIGURE.fullmatch(row.value or "") else None
            if percent and row.n is not None and row.of and abs(float(percent) - 100 * row.n / row.of) > 1:
                message = f"{row.n} of {row.of} is {round(100 * row.n / row.of)} %, not {percent} %"
                yield Fault("record-percent", (part, number, "value"), message)


def _limit(record: Record, row: Measured, part: str) -> tuple[str, int] | None:
    """The largest group that a row can speak of: those analysed for a result, those treated for a harm."""
    people = record.people
    order: tuple[tuple[str, Count | None], ...]
    if row.arm == "control":
        order = (("controls", people.controls), ("enrolled", people.enrolled))
    elif row.arm == "all":
        if people.treated and people.controls:
            return "treated and controls", people.treated.value + people.controls.value
        order = (("enrolled", people.enrolled),)
    else:
        order = (("treated", people.treated), ("enrolled", people.enrolled))
        if part == "results":
            order = (("analysed", people.analysed), *order)
    return next(((name, count.value) for name, count in order if count), None)


def _dates(record: Record, project: Project) -> Found:
    today = project.today.isoformat()
    for number, registration in enumerate(record.registry):
        if registration.checked and registration.checked > today:
            yield Fault("record-dates", ("registry", number, "checked"), f"{registration.checked} lies in the future")
    if record.harms_searched and record.harms_searched.checked > today:
        message = f"{record.harms_searched.checked} lies in the future"
        yield Fault("record-dates", ("harms_searched", "checked"), message)
    last = ""
    for number, entry in enumerate(record.status):
        if entry.as_of > today:
            yield Fault("record-dates", ("status", number), f"status of {entry.as_of} lies in the future")
        if entry.as_of < last:
            message = f"{entry.as_of} stands after {last}; oldest first, newest last"
            yield Fault("record-dates", ("status", number), message)
        last = max(last, entry.as_of)
    before: tuple[str, DateFact] | None = None
    for name in ("start", "primary_completion", "completion"):
        when: DateFact | None = getattr(record.dates, name)
        if when is None:
            continue
        if before and _earlier(when.value, before[1].value):
            message = f"{when.value} lies before {before[0]} {before[1].value}; were they swapped?"
            yield Fault("record-dates", ("dates", name), message)
        before = (name, when)
    for name, when in record.dates:
        if when and when.type == "actual" and _earlier(today, when.value):
            message = f"{when.value} lies in the future and cannot be actual; write type: estimated"
            yield Fault("record-dates", ("dates", name), message)


def _earlier(one: str, other: str) -> bool:
    """Whether ``one`` is before ``other``, as far as both are exact."""
    length = min(len(one), len(other))
    return one[:length] < other[:length]


def _sources(record: Record, project: Project) -> Found:
    entries = project.bibliography.entries
    for place, fact in _facts((), record):
        if fact.said_by or fact.cite is None:
            continue
        if fact.seen == "second-hand":
            yield Fault("record-speaker", place, "second-hand: add said_by, the words that say whose statement it is")
        elif (kind := _kind(entries, fact.cite)) in NEED_A_SPEAKER:
            message = f"the source is of the kind '{kind}': add said_by, whose statement it is"
            yield Fault("record-speaker", place, message)


def _harms(record: Record, project: Project) -> Found:
    """A record without harms says where they were searched: rows that were lost are not taken for a search."""
    if not record.harms and not record.harms_searched:
        message = (
            "no harm is listed, and nothing says where you looked; restore the rows, or add harms_searched: {where: what"
            " you read, checked: YYYY-MM-DD, cite: its key}"
        )
        yield Fault("record-harms", ("harms",), message)
    if record.harms and record.harms_searched:
        message = "this is for a record without harms, and harms are listed; remove it"
        yield Fault("record-harms", ("harms_searched",), message)


def _registrations(record: Record, project: Project) -> Found:
    """The source of a registration holds its number, or another number of the trial: registries name each other's."""
    for number, registration in enumerate(record.registry):
        place = ("registry", number)
        if registration.cite is None:
            message = f"{registration.id} has no source; add cite, the key of an entry that holds this number"
            yield Fault("record-registration", place, message)
            continue
        entry = project.bibliography.entries.get(registration.cite)
        numbers = [one.id for one in record.registry if one.cite == registration.cite]
        if entry and not any(_holds(entry, one) for one in numbers):
            message = (
                f"the source @{entry.key} ({BIB}:{entry.line}) does not hold {registration.id}; cite the record of this"
                f" registration. If the source names the number, say so in its note: registered as {registration.id}"
            )
            yield Fault("record-registration", place, message)


def _holds(entry: Entry, number: str) -> bool:
    whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(number)}(?![A-Za-z0-9])", re.IGNORECASE)
    return any(whole.search(bibliography.plain(value)) for value in entry.fields.values())


def _kind(entries: Mapping[str, Entry], key: str | None) -> str | None:
    entry = entries.get(key) if key else None
    return entry.kind if entry else None


def _facts(place: Path, value: BaseModel) -> Iterator[tuple[Path, Sourced]]:
    """Every sourced value below a model with its place."""
    if isinstance(value, Sourced):
        yield place, value
    for name, inner in value.__dict__.items():
        if isinstance(inner, BaseModel):
            yield from _facts((*place, name), inner)
        elif isinstance(inner, list):
            for number, one in enumerate(inner):
                if isinstance(one, BaseModel):
                    yield from _facts((*place, name, number), one)


def is_gap(text: str) -> bool:
    """Whether a text stands for an answer that a person has yet to give."""
    return text == GAP or text.startswith(f"{GAP}:")


def _wanted(text: str) -> str:
    asked = text.removeprefix(GAP).lstrip(": ")
    return "a person has to fill this in" + (f": {' '.join(asked.split())[:200]}" if asked else "")


def _gaps(page: Page) -> Iterator[Problem]:
    """What a person has yet to fill in: errors on a page that is published, a list of what is left on a draft."""
    level: Level = "warning" if page.draft else "error"
    todo = "" if page.draft else "; until then write draft: true in the front matter"
    for place, value in _texts(page.meta.data, ()):
        if is_gap(value):
            message = f"{'.'.join(str(part) for part in place)}: {_wanted(value)}{todo}"
            yield Problem(page.path, page.meta.line(place), "record-gap", message, level)
    pieces = [(comment.start, comment.text) for comment in page.source.comments]
    for block in page.source.blocks:
        pieces += [(block.start, part.strip(" \t\n-*+")) for part in block.text.split("|")]
    for start, text in pieces:
        if is_gap(text):
            yield Problem(page.path, page.source.line(start), "record-gap", f"{_wanted(text)}{todo}", level)
    for number, item in enumerate(page.record.unmapped if page.record else ()):
        place = ("trial", "unmapped", number)
        message = (
            f"trial.unmapped.{number}: the registry says '{item.value[:60]}' in {item.field}, for which there is no"
            f" word; find it a place{todo}"
        )
        yield Problem(page.path, page.meta.line(place), "record-gap", message, level)


def _texts(value: object, place: Path) -> Iterator[tuple[Path, str]]:
    """The texts below a value that a rule on single texts could have something against."""
    if isinstance(value, str):
        if "%" in value or value.startswith(GAP):
            yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(inner, int | None):
                yield from _texts(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*place, number))


def overdue(record: Record, today: date) -> str | None:
    """What to say of a trial whose results should be out and were not found; None where nothing is due.

    Counted from completion, which is later than the primary completion of the law: a trial called overdue is so.
    """
    told = [row for row in record.results if not row.said_by]  # what only a company or the news says is not published
    if told or record.publications or record.dates.results_posted:
        return None
    done = record.dates.completion or record.dates.primary_completion
    if done is None or not _past(done.value, today):
        if record.latest.value == "completed" and _past(record.latest.as_of, today):
            return "Results overdue: completed more than 12 months ago; no results posted or published were found."
        return None
    if done.type == "actual" or record.latest.value in DONE:
        return f"Results overdue: ended {done.value}; no results posted or published were found."
    return f"Silent: the planned end was {done.value}; no newer word, no results posted or published were found."


def _past(value: str, today: date) -> bool:
    """Whether a date, as exact as it is given, lies more than twelve months back."""
    year, month = today.year - OVERDUE_MONTHS // 12, today.month
    return value < f"{year:04}-{month:02}-{today.day:02}"[: len(value)]

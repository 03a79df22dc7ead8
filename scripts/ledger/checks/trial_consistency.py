"""How the fields of one record must agree: counts, dates, sources, gaps. The model checks each field alone.

Each problem is reported at the line of the value that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from ledger.core.partial_date import is_earlier
from ledger.core.problems import Level, Problem
from ledger.model import bibliography
from ledger.model.bibliography import Entry
from ledger.model.project import BIB_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.trial_facts import Count, DateFact, SourcedModel
from ledger.model.trial_record import Measurement, Record, iter_models
from ledger.model.vocabulary import GAP
from ledger.model.yaml_source import YamlPath

KINDS_NEEDING_SPEAKER = ("news", "company statement", "seller's page", "forum or blog", "patent")
"""Kinds of source whose statements are printed only with the words that say whose they are."""
COUNT_WITH_PERCENT = re.compile(
    r"(?<![\d.,])(\d{1,5}) (?:out )?of (\d{1,5})[^\d()\n]{0,40}\((?:about )?(\d{1,3}(?:\.\d)?)\s?%\)"
)
"""``10 of 12 (83 %)``: a count with its per cent."""
DECIMAL_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


@rule("record-counts", "record-percent", "record-dates", "record-speaker", "record-harms", "record-registration")
def check_trial_record(page: Page, project: Project) -> Iterator[Problem]:
    """Every rule on the record of one page, and the gaps of a page of any kind."""
    yield from _check_gaps(page)
    record = page.record
    if record is None:
        return
    for check in (
        _check_people_counts,
        _check_record_dates,
        _check_fact_speakers,
        _check_harms_searched,
        _check_registrations,
    ):
        for finding in check(record, project):
            where: YamlPath = ("trial", *finding.place)
            shown = f"{page.meta.name(where)}: {finding.message}"
            yield Problem(page.path, page.meta.line(where), finding.rule, shown)
    for place, value in _iter_checked_texts(page.meta.data, ()):
        for match in COUNT_WITH_PERCENT.finditer(value):
            message = describe_wrong_percent(match)
            if message:
                yield Problem(page.path, page.meta.line(place), "record-percent", f"{page.meta.name(place)}: {message}")
    for match in COUNT_WITH_PERCENT.finditer(page.source.prose):
        message = describe_wrong_percent(match)
        if message:
            yield Problem(page.path, page.source.line(match.start()), "record-percent", message)


class RecordFinding(NamedTuple):
    """A value that does not fit, by its place below ``trial``."""

    rule: str
    place: YamlPath
    message: str


RecordFindings = Iterator[RecordFinding]


def describe_wrong_percent(match: re.Match[str]) -> str | None:
    """What is wrong with a count and its per cent, which may differ by rounding."""
    n, of, percent = int(match[1]), int(match[2]), float(match[3])
    if of and n > of:
        return f"{n} of {of}: the part is larger than the whole; were they swapped?"
    if of and abs(percent - 100 * n / of) > 1:
        return f"{n} of {of} is {round(100 * n / of)}%, not {match[3]}%; correct one of them"
    return None


def _check_people_counts(record: Record, project: Project) -> RecordFindings:
    people = record.people
    chain = [(name, count) for name in ("analysed", "treated", "enrolled") if (count := getattr(people, name))]
    for (small, few), (large, many) in pairwise(chain):
        if few.value > many.value:
            message = f"{small} {few.value} is more than {large} {many.value}; were they swapped?"
            yield RecordFinding("record-counts", ("people", small), message)
    for part in ("results", "harms"):
        for number, row in enumerate(getattr(record, part)):
            limit = _find_group_limit(record, row, part)
            for field in ("of", "n_people"):
                count = getattr(row, field)
                if limit and count is not None and count > limit[1]:
                    message = f"{count} people, more than the {limit[1]} {limit[0]}"
                    yield RecordFinding("record-counts", (part, number, field), message)
            percent = row.value if row.unit == "%" and DECIMAL_NUMBER.fullmatch(row.value or "") else None
            if percent and row.n is not None and row.of and abs(float(percent) - 100 * row.n / row.of) > 1:
                message = f"{row.n} of {row.of} is {round(100 * row.n / row.of)}%, not {percent}%"
                yield RecordFinding("record-percent", (part, number, "value"), message)


def _find_group_limit(record: Record, row: Measurement, part: str) -> tuple[str, int] | None:
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


def _check_record_dates(record: Record, project: Project) -> RecordFindings:
    today = project.today.isoformat()
    for number, registration in enumerate(record.registry):
        if registration.checked and registration.checked > today:
            yield RecordFinding(
                "record-dates", ("registry", number, "checked"), f"{registration.checked} is in the future"
            )
    if record.harms_searched and record.harms_searched.checked > today:
        message = f"{record.harms_searched.checked} is in the future"
        yield RecordFinding("record-dates", ("harms_searched", "checked"), message)
    last = ""
    for number, entry in enumerate(record.status):
        if entry.as_of > today:
            yield RecordFinding("record-dates", ("status", number), f"status of {entry.as_of} is in the future")
        if entry.as_of < last:
            message = f"{entry.as_of} comes after {last}; sort them, oldest first"
            yield RecordFinding("record-dates", ("status", number), message)
        last = max(last, entry.as_of)
    before: tuple[str, DateFact] | None = None
    for name in ("start", "primary_completion", "completion"):
        when: DateFact | None = getattr(record.dates, name)
        if when is None:
            continue
        if before and is_earlier(when.value, before[1].value):
            message = f"{when.value} is before {before[0]} {before[1].value}; were they swapped?"
            yield RecordFinding("record-dates", ("dates", name), message)
        before = (name, when)
    for name, when in record.dates:
        if when and when.type == "actual" and is_earlier(today, when.value):
            message = f"{when.value} is in the future and cannot be actual; write type: estimated"
            yield RecordFinding("record-dates", ("dates", name), message)


def _check_fact_speakers(record: Record, project: Project) -> RecordFindings:
    entries = project.bibliography.entries
    for place, fact in iter_models(record):
        if not isinstance(fact, SourcedModel) or fact.said_by or fact.cite is None:
            continue
        if fact.seen == "second-hand":
            yield RecordFinding(
                "record-speaker", place, "second-hand: add said_by, the words that say whose statement it is"
            )
        elif (kind := _get_source_kind(entries, fact.cite)) in KINDS_NEEDING_SPEAKER:
            message = f"the source is of the kind '{kind}': add said_by, whose statement it is"
            yield RecordFinding("record-speaker", place, message)


def _check_harms_searched(record: Record, project: Project) -> RecordFindings:
    """A record without harms says where they were searched; otherwise deleted rows would look like a search without result."""
    if not record.harms and not record.harms_searched:
        message = (
            "no harm is listed and harms_searched is missing; restore the rows, or add harms_searched: {where: what"
            " you read, checked: YYYY-MM-DD, cite: its key}"
        )
        yield RecordFinding("record-harms", ("harms",), message)
    if record.harms and record.harms_searched:
        message = "harms_searched is for a record without harms, but harms are listed; remove it"
        yield RecordFinding("record-harms", ("harms_searched",), message)


def _check_registrations(record: Record, project: Project) -> RecordFindings:
    """The source of a registration contains its number."""
    for number, registration in enumerate(record.registry):
        place = ("registry", number)
        if registration.cite is None:
            message = f"{registration.id} has no source; add cite, the key of an entry that contains this number"
            yield RecordFinding("record-registration", place, message)
            continue
        entry = project.bibliography.entries.get(registration.cite)
        if entry and not _mentions_number(entry, registration.id):
            message = (
                f"the source @{entry.key} ({BIB_FILE}:{entry.line}) does not contain {registration.id}; cite the record of this"
                f" registration. If the source names the number, say so in its note: registered as {registration.id}"
            )
            yield RecordFinding("record-registration", place, message)


def _mentions_number(entry: Entry, number: str) -> bool:
    whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(number)}(?![A-Za-z0-9])", re.IGNORECASE)
    return any(whole.search(bibliography.strip_latex(value)) for value in entry.fields.values())


def _get_source_kind(entries: Mapping[str, Entry], key: str | None) -> str | None:
    entry = entries.get(key) if key else None
    return entry.kind if entry else None


GAP_MARK = re.compile(
    r"\bto(?:[ \u00a0-]|&nbsp;)fill(?: in)?(?=\s*(?:$|[^\w\s]|\n))(?P<question>:[^\n|]*)?|\b(?:TODO|TBD|FIXME)\b",
    re.IGNORECASE,
)
"""``to fill`` where no word follows it, or another mark of unfinished text."""


def is_gap(text: str) -> bool:
    """Whether a text marks a gap that a person has yet to fill."""
    return bool(GAP_MARK.search(text))


def _describe_gap(text: str) -> str:
    question = (((match := GAP_MARK.search(text)) and match["question"]) or "").lstrip(": ")
    return "a person has to fill this in" + (f": {' '.join(question.split())[:200]}" if question else "")


@rule("record-gap")
def _check_gaps(page: Page) -> Iterator[Problem]:
    """What a person has yet to fill in: errors on a published page, warnings on a draft."""
    level: Level = "warning" if page.draft else "error"
    todo = "" if page.draft else "; until then write draft: true in the front matter"
    for place, value in _iter_checked_texts(page.meta.data, ()):
        if is_gap(value):
            message = f"{page.meta.name(place)}: {_describe_gap(value)}{todo}"
            yield Problem(page.path, page.meta.line(place), "record-gap", message, level)
    pieces = [(comment.start, comment.text) for comment in page.source.comments if is_gap(comment.text)]
    pieces += [(match.start(), match[0]) for match in GAP_MARK.finditer(page.source.prose)]
    for start, text in pieces:
        yield Problem(page.path, page.source.line(start), "record-gap", f"{_describe_gap(text)}{todo}", level)


def _iter_checked_texts(value: object, place: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    """The texts below a value that some rule on single texts may report."""
    if isinstance(value, str):
        if "%" in value or value.startswith(GAP):
            yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(inner, int | None):
                yield from _iter_checked_texts(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _iter_checked_texts(inner, (*place, number))

"""Retraction Watch: corrections and retractions from the CSV file that Crossref publishes."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ledger.model.source_status import DatabaseResult, Notice, derive_state
from ledger.source_status.responses import (
    UPDATE_STATES,
    BadResponseError,
    clean_external_text,
    deduplicate_notices,
    parse_doi,
)

REQUIRED_COLUMNS = ("RetractionDOI", "OriginalPaperDOI", "RetractionNature", "RetractionDate")
MIN_ROWS = 40_000
"""The published data has more rows; an identifier that is missing in fewer rows may still have a notice."""
Identifier = tuple[str, str]
"""Kind (``doi`` or ``pmid``) and number."""


@dataclass(frozen=True)
class RetractionWatchData:
    """The results for the requested identifiers. ``newest`` is the newest day in the data."""

    rows: int
    newest: str
    complete: bool
    results: Mapping[Identifier, DatabaseResult]


def read_retraction_watch(
    path: Path, wanted: Mapping[str, Collection[str]], today: date, min_rows: int = MIN_ROWS
) -> RetractionWatchData:
    """The notices about the ``wanted`` identifiers, by kind. Raises BadResponseError where the file is not the data.

    The day of the check is the newest day in the data, so that an old copy does not look fresh. A copy with fewer than
    ``min_rows`` rows gives no result for an identifier that is not in it.
    """
    notices: dict[Identifier, list[Notice]] = {}
    newest, rows = "", 0
    for row in _read_rows(path):
        rows += 1
        day = _parse_us_date(row["RetractionDate"])
        if newest < day <= today.isoformat():
            newest = day
        kind = clean_external_text(row["RetractionNature"]).lower().replace(" ", "_")
        if kind not in UPDATE_STATES:
            continue
        for identifier in _get_identifiers(row):
            if identifier[1] in wanted[identifier[0]]:
                notices.setdefault(identifier, []).append(_parse_notice(row, kind, day))
    if not newest:
        raise BadResponseError(f"{path.name} has no row with a date")
    complete = rows >= min_rows
    results = {}
    for identifier in ((kind, number) for kind, numbers in wanted.items() for number in numbers):
        listed = deduplicate_notices(notices.get(identifier, []))
        if listed or complete:
            results[identifier] = DatabaseResult(derive_state(listed), newest, listed)
    return RetractionWatchData(rows, newest, complete, results)


def _read_rows(path: Path) -> Iterator[Mapping[str, str]]:
    """The complete rows by column. Raises BadResponseError."""
    csv.field_size_limit(2_000_000)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise BadResponseError(f"{path.name} has no column {missing[0]}; is it the Retraction Watch data?")
            yield from (row for row in reader if None not in row.values())
    except (csv.Error, OSError) as error:
        raise BadResponseError(f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _get_identifiers(row: Mapping[str, str]) -> Iterator[Identifier]:
    """The DOI and the PMID of the work that a row is about."""
    identifiers = (
        ("doi", parse_doi(row["OriginalPaperDOI"])),
        ("pmid", row.get("OriginalPaperPubMedID", "").strip()),
    )
    yield from (identifier for identifier in identifiers if identifier[1])


def _parse_notice(row: Mapping[str, str], kind: str, day: str) -> Notice:
    record = f" (record {clean_external_text(row['Record ID'])[:20]})" if "Record ID" in row else ""
    return Notice(UPDATE_STATES[kind], day, parse_doi(row["RetractionDOI"]), by=f"Retraction Watch{record}", word=kind)


def _parse_us_date(text: str) -> str:
    """A day such as "3/1/2024 0:00" or 2024-03-01 as ISO text; empty for anything else."""
    first = text.strip().split(" ")[0]
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(first, form).date().isoformat()
        except ValueError:
            continue
    return ""

"""What databases report about our sources, and when: ``source-status.json``, which every build reads offline.

For each DOI and PMID the file has the answer of each database: nothing found, corrected, expression of concern,
retracted, reinstated, or not checked. It also has the title, author, year and journal in the database, so that each
build can compare the entry with them. ``scripts/check_citations.py --online`` writes the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from ledger.core.problems import Problem
from ledger.model import bib_matching
from ledger.model.bibliography import DOI, PMID, Bibliography, Entry
from ledger.model.rules import rule

SOURCE_STATUS_FILE = "source-status.json"
NOT_CHECKED, NOTHING_FOUND, CORRECTED, EXPRESSION_OF_CONCERN, RETRACTED, REINSTATED = (
    "not checked",
    "nothing found",
    "corrected",
    "expression of concern",
    "retracted",
    "reinstated",
)
NOTICE_STATES = (CORRECTED, EXPRESSION_OF_CONCERN, RETRACTED, REINSTATED)
"""States that a notice can give a work."""
SOURCE_STATES = (NOT_CHECKED, NOTHING_FOUND, *NOTICE_STATES)
EXISTS = "exists"
YES, NO = "yes", "no"
DATABASES: Mapping[str, str] = {"crossref": "Crossref", "pubmed": "PubMed", "retraction-watch": "Retraction Watch"}
"""Databases of notices, with their names."""
NOTICE_DATABASES: Mapping[str, tuple[str, ...]] = {
    "doi": ("crossref", "retraction-watch"),
    "pmid": ("pubmed", "retraction-watch"),
}
"""Databases to query for each kind of identifier."""
METADATA_DATABASE: Mapping[str, str] = {"doi": "crossref", "pmid": "pubmed"}
"""The database whose title, author, year and journal are kept."""
FILE_DESCRIPTION = (
    "What databases said of each DOI and PMID of references.bib, and when. Written by "
    "scripts/check_citations.py --online; do not edit by hand. The page docs/about/source-status.md explains it."
)
FORMAT_VERSION = 1
PARTIAL_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
MAX_TEXT_LENGTH = 400
"""Characters that are kept of a database's text."""
MAX_NOTICES = 50


@dataclass(frozen=True)
class Notice:
    """One notice about a work. ``date`` is a day, a month or a year, or empty; ``by`` is who published it."""

    state: str
    date: str = ""
    doi: str = ""
    pmid: str = ""
    by: str = ""
    word: str = ""
    """The database's own word for the kind of notice."""


@dataclass(frozen=True)
class DatabaseResult:
    """The answer of one database: the state, the day of the check, the notices; ``why`` there is no answer."""

    state: str = NOT_CHECKED
    checked: str = ""
    notices: tuple[Notice, ...] = ()
    why: str = ""


NO_RESULT = DatabaseResult()


@dataclass(frozen=True)
class IdentifierStatus:
    """What is known of one DOI or PMID: results by database, and the work's metadata there (``seen``)."""

    said: Mapping[str, DatabaseResult] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)

    def by(self, who: str) -> DatabaseResult:
        return self.said.get(who, NO_RESULT)


EMPTY_IDENTIFIER_STATUS = IdentifierStatus()


@dataclass(frozen=True)
class SourceStatusFile:
    """The whole file. ``there`` is False if there is no file, or if it could not be read completely."""

    numbers: Mapping[str, Mapping[str, IdentifierStatus]] = field(default_factory=lambda: {"doi": {}, "pmid": {}})
    there: bool = False

    def of(self, kind: str, number: str) -> IdentifierStatus:
        return self.numbers[kind].get(number, EMPTY_IDENTIFIER_STATUS)


@dataclass(frozen=True)
class SourceStatus:
    """The status of one entry: its state over all databases, when each was queried, and every notice once."""

    state: str = NOT_CHECKED
    checked: Mapping[str, str] = field(default_factory=dict)
    """Day of the answer by name of the database."""
    missing: tuple[str, ...] = ()
    """Databases that could be queried and have not answered yet."""
    notices: tuple[Notice, ...] = ()

    @property
    def askable(self) -> bool:
        """Whether the entry has an identifier that a database can look up."""
        return bool(self.checked or self.missing)


def get_identifiers(entry: Entry) -> list[tuple[str, str]]:
    """The identifiers of an entry that databases can look up: (kind, number), DOIs in lower case."""
    identifiers = []
    doi, pmid = entry.get("doi"), entry.get("pmid")
    if doi and DOI.fullmatch(doi):
        identifiers.append(("doi", doi.lower()))
    if pmid and PMID.fullmatch(pmid):
        identifiers.append(("pmid", pmid))
    return identifiers


def collect_identifiers(bibliography: Bibliography) -> dict[str, dict[str, Entry]]:
    """Every DOI and PMID of the bibliography, with the first entry that has it."""
    owners: dict[str, dict[str, Entry]] = {"doi": {}, "pmid": {}}
    for entry in bibliography.entries.values():
        for kind, number in get_identifiers(entry):
            owners[kind].setdefault(number, entry)
    return owners


def derive_state(notices: Iterable[Notice]) -> str:
    """The state that follows from notices; a reinstatement counts only if it came after every retraction."""
    states: dict[str, list[str]] = {}
    for notice in notices:
        states.setdefault(notice.state, []).append(notice.date)
    retractions = states.get(RETRACTED)
    if retractions:
        back = max(states.get(REINSTATED, [""]))
        return REINSTATED if back and all(day and _is_not_before(back, day) for day in retractions) else RETRACTED
    return next((state for state in (EXPRESSION_OF_CONCERN, REINSTATED, CORRECTED) if state in states), NOTHING_FOUND)


def _is_not_before(day: str, other: str) -> bool:
    """Whether a date is the same or later, as far as both are known."""
    known = min(len(day), len(other))
    return day[:known] >= other[:known]


def get_source_status(entry: Entry, status: SourceStatusFile) -> SourceStatus:
    """The status of an entry over all databases."""
    checked: dict[str, str] = {}
    missing: dict[str, None] = {}
    notices: dict[tuple[str, str], Notice] = {}
    for kind, number in get_identifiers(entry):
        answers = status.of(kind, number)
        for who in NOTICE_DATABASES[kind]:
            result, name = answers.by(who), DATABASES[who]
            if result.state == NOT_CHECKED:
                missing[name] = None
                continue
            checked[name] = min(result.checked, checked.get(name, result.checked))
            for notice in result.notices:
                same = (notice.state, notice.doi or notice.pmid or notice.date)
                if notice.date or same not in notices:
                    notices.setdefault(same, notice)
    unanswered = tuple(name for name in missing if name not in checked)
    ordered = tuple(sorted(notices.values(), key=lambda notice: (notice.date, notice.state, notice.doi)))
    return SourceStatus(derive_state(ordered) if checked else NOT_CHECKED, checked, unanswered, ordered)


# --- reading ------------------------------------------------------------------------------------------


class _InvalidEntryError(Exception):
    """What is wrong with one entry of the file."""


@rule("source-status")
def read_source_status(text: str, path: str = SOURCE_STATUS_FILE) -> tuple[SourceStatusFile, list[Problem]]:
    """The file as data. Never raises: all errors become one problem, and an entry with an error counts as not checked."""

    def broken(line: int, what: str) -> list[Problem]:
        fix = f"restore the version before from Git, or delete the file and write it again: {UPDATE_COMMAND}"
        return [Problem(path, line, "source-status", f"{what}; {fix}")]

    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return SourceStatusFile(), broken(error.lineno, f"not valid JSON ({error.msg})")
    except (ValueError, RecursionError):
        return SourceStatusFile(), broken(1, "not valid JSON (nested too deeply, or a number too long)")
    if not isinstance(data, dict) or data.get("form") != FORMAT_VERSION:
        return SourceStatusFile(), broken(1, f"this is not a file of format {FORMAT_VERSION}, which the check writes")
    numbers: dict[str, Mapping[str, IdentifierStatus]] = {}
    errors: list[tuple[int, str]] = []
    for kind, pattern in (("doi", DOI), ("pmid", PMID)):
        entries = data.get(kind)
        if not isinstance(entries, dict):
            return SourceStatusFile(), broken(1, f"it has no table '{kind}'")
        known: dict[str, IdentifierStatus] = {}
        blank = as_data(kind, EMPTY_IDENTIFIER_STATUS, {})
        for number, raw in entries.items():
            if raw == blank:
                known[number] = EMPTY_IDENTIFIER_STATUS
                continue
            try:
                if not pattern.fullmatch(number) or number != number.lower():
                    raise _InvalidEntryError(f"this is not a {kind.upper()} in lower case")
                known[number] = _parse_identifier_status(kind, raw)
            except _InvalidEntryError as error:
                errors.append((_find_line(text, number), f"{number[:80]}: {error}"))
        numbers[kind] = known
    if errors:
        line, first = min(errors)
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return SourceStatusFile(numbers), broken(line, f"{first}{more}")
    return SourceStatusFile(numbers, True), []


UPDATE_COMMAND = "python3 scripts/check_citations.py --online --contact you@example.org"
"""The command that writes the file."""
ENTER_COMMAND = "python3 scripts/check_citations.py --enter"
"""The command that adds new identifiers as not checked, without any request."""


def _find_line(text: str, number: str) -> int:
    at = text.find(json.dumps(number, ensure_ascii=False) + ":")
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _parse_identifier_status(kind: str, raw: object) -> IdentifierStatus:
    table = _check_table(raw, (EXISTS, *NOTICE_DATABASES[kind], *bib_matching.COMPARED_FIELDS))
    results = {}
    for who in (EXISTS, *NOTICE_DATABASES[kind]):
        result = _parse_result(table.get(who, NOT_CHECKED), (NOT_CHECKED, YES, NO) if who == EXISTS else SOURCE_STATES)
        if result != NO_RESULT:
            results[who] = result
    seen = {}
    for name in bib_matching.COMPARED_FIELDS:
        value = table.get(name, NOT_CHECKED)
        if value == NOT_CHECKED:
            continue
        pair = _check_table(value, ("state", "seen"))
        if pair.get("state") not in (bib_matching.AGREE, bib_matching.DISAGREE) or not _get_text(pair, "seen"):
            raise _InvalidEntryError(
                f"{name} has neither '{bib_matching.AGREE}' nor '{bib_matching.DISAGREE}' with what was seen"
            )
        seen[name] = _get_text(pair, "seen")
    return IdentifierStatus(results, seen)


def _parse_result(raw: object, states: Sequence[str]) -> DatabaseResult:
    if raw == NOT_CHECKED:
        return NO_RESULT
    table = _check_table(raw, ("state", "checked", "notices", "why"))
    state, checked, why = _get_text(table, "state"), _get_text(table, "checked"), _get_text(table, "why")
    if state not in states:
        raise _InvalidEntryError(f"'{state[:40]}' is not a state; one of: {', '.join(states)}")
    if (checked or state != NOT_CHECKED) and not _is_iso_date(checked):
        raise _InvalidEntryError(f"'{checked[:40]}' is not the day of a check; YYYY-MM-DD")
    listed = table.get("notices", [])
    if not isinstance(listed, list) or len(listed) > MAX_NOTICES:
        raise _InvalidEntryError("its notices are not a list, or too many")
    notices = tuple(_parse_notice(item) for item in listed)
    if states is SOURCE_STATES and state != NOT_CHECKED and state != derive_state(notices):
        raise _InvalidEntryError(f"it is '{state}', but its notices say '{derive_state(notices)}'")
    if notices and (state == NOT_CHECKED or states is not SOURCE_STATES):
        raise _InvalidEntryError("it has notices and no state that follows from them")
    return DatabaseResult(state, checked, notices, why)


def _parse_notice(raw: object) -> Notice:
    table = _check_table(raw, ("state", "date", "doi", "pmid", "by", "word"))
    notice = Notice(**{name: _get_text(table, name) for name in ("state", "date", "doi", "pmid", "by", "word")})
    if notice.state not in NOTICE_STATES:
        raise _InvalidEntryError(
            f"'{notice.state[:40]}' is not a state of a notice; one of: {', '.join(NOTICE_STATES)}"
        )
    if notice.date != normalize_partial_date(notice.date):
        raise _InvalidEntryError(f"'{notice.date[:40]}' is not the date of a notice")
    if notice.doi and not DOI.fullmatch(notice.doi):
        raise _InvalidEntryError(f"'{notice.doi[:80]}' is not the DOI of a notice")
    if notice.pmid and not PMID.fullmatch(notice.pmid):
        raise _InvalidEntryError(f"'{notice.pmid[:40]}' is not the PMID of a notice")
    return notice


def _check_table(raw: object, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise _InvalidEntryError("a part of it is neither 'not checked' nor a table")
    unknown = [name for name in raw if name not in names]
    if unknown:
        raise _InvalidEntryError(f"'{unknown[0][:40]}' is unknown here; one of: {', '.join(names)}")
    return raw


def _get_text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH:
        raise _InvalidEntryError(f"{name} is not text, or too long")
    return value


def normalize_partial_date(text: str) -> str:
    """A day, month or year, as far as it exists in the calendar: 2010-02-31 is February 2010; empty for anything else."""
    if not PARTIAL_DATE.fullmatch(text):
        return ""
    return text if len(text) < 10 or _is_iso_date(text) else text[:7]


@lru_cache(1024)
def _is_iso_date(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


# --- writing ------------------------------------------------------------------------------------------


def as_data(kind: str, answers: IdentifierStatus, agreement: Mapping[str, str]) -> dict[str, Any]:
    """The status of one identifier in the form of the file; ``agreement`` is that of each compared field."""
    data: dict[str, Any] = {who: _result_as_data(answers.by(who)) for who in (EXISTS, *NOTICE_DATABASES[kind])}
    for name in bib_matching.COMPARED_FIELDS:
        state = agreement.get(name, NOT_CHECKED)
        data[name] = state if state == NOT_CHECKED else {"state": state, "seen": answers.seen[name]}
    return data


def _result_as_data(result: DatabaseResult) -> str | dict[str, Any]:
    if result == NO_RESULT:
        return NOT_CHECKED
    data: dict[str, Any] = {"state": result.state, "checked": result.checked, "why": result.why}
    if result.notices:
        data["notices"] = [{k: v for k, v in vars(notice).items() if v} for notice in result.notices]
    return {name: value for name, value in data.items() if value}


def dump_source_status(status: SourceStatusFile, bibliography: Bibliography) -> str:
    """The text of the file: one sorted line for each identifier that is in the bibliography."""
    parts = []
    for kind, entries in collect_identifiers(bibliography).items():
        lines = []
        for number in sorted(entries, key=lambda text: (len(text), text) if kind == "pmid" else (0, text)):
            answers = status.of(kind, number)
            data = as_data(kind, answers, bib_matching.compare_fields(entries[number], answers.seen))
            lines.append(f"{_dump_json(number)}: {_dump_json(data)}")
        inside = ",\n".join(lines)
        parts.append(f'"{kind}": {{\n{inside}\n}}' if lines else f'"{kind}": {{}}')
    return (
        "{\n" + ",\n".join([f'"about": {_dump_json(FILE_DESCRIPTION)}', f'"form": {FORMAT_VERSION}', *parts]) + "\n}\n"
    )


def _dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

"""What databases report about our sources, and when: ``source-status.json``, which every build reads offline.

For each DOI and PMID the file has the answer of each database: nothing found, corrected, expression of concern,
retracted, reinstated, or not checked. It also has the title, author, year and journal in the database, so that each
build can compare the entry with them. ``scripts/check_citations.py --online`` writes the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from ledger.core.partial_date import is_earlier
from ledger.core.problems import Problem
from ledger.model import bib_matching
from ledger.model.bibliography import DOI, PMID, Bibliography, Entry
from ledger.model.field_types import IsoDate, PartialDate, StrictModel
from ledger.model.rules import rule
from ledger.model.validation import parse_json

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
MAX_TEXT_LENGTH = 400
"""Characters that are kept of a database's text."""
MAX_NOTICES = 50


UPDATE_COMMAND = "python3 scripts/check_citations.py --online --contact you@example.org"
"""The command that writes the file."""
ENTER_COMMAND = "python3 scripts/check_citations.py --enter"
"""The command that adds new identifiers as not checked, without any request."""


def _validate_doi(text: str) -> str:
    if not DOI.fullmatch(text) or text != text.lower():
        raise ValueError(f"'{text}' is not a DOI in lower case")
    return text


def _validate_pmid(text: str) -> str:
    if not PMID.fullmatch(text):
        raise ValueError(f"'{text}' is not a PMID")
    return text


def _validate_notice_state(text: str) -> str:
    if text not in NOTICE_STATES:
        raise ValueError(f"'{text}' is not a state of a notice; one of: {', '.join(NOTICE_STATES)}")
    return text


Doi = Annotated[str, AfterValidator(_validate_doi)]
Pmid = Annotated[str, AfterValidator(_validate_pmid)]
Empty = Literal[""]


@dataclass(frozen=True)
class Notice:
    """One notice about a work. ``date`` is a day, a month or a year, or empty; ``by`` is who published it."""

    state: Annotated[str, AfterValidator(_validate_notice_state)]
    date: PartialDate | Empty = ""
    doi: Doi | Empty = ""
    pmid: Pmid | Empty = ""
    by: str = ""
    word: str = ""
    """The database's own word for the kind of notice."""

    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class DatabaseResult:
    """The answer of one database: the state, the day of the check, the notices; ``why`` there is no answer."""

    state: str = NOT_CHECKED
    checked: IsoDate | Empty = ""
    notices: tuple[Notice, ...] = ()
    why: str = ""

    __pydantic_config__ = ConfigDict(extra="forbid")


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
        return REINSTATED if back and all(day and not is_earlier(back, day) for day in retractions) else RETRACTED
    return next((state for state in (EXPRESSION_OF_CONCERN, REINSTATED, CORRECTED) if state in states), NOTHING_FOUND)


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


def _validate_state(result: DatabaseResult) -> DatabaseResult:
    """The state of a result follows from its notices, and a checked one has a day. Raises ValueError."""
    if result.state not in SOURCE_STATES:
        raise ValueError(f"'{result.state}' is not a state; write one of: {', '.join(SOURCE_STATES)}")
    if result.state == NOT_CHECKED and not result.notices:
        return result
    if result.state != derive_state(result.notices):
        raise ValueError(f"it is '{result.state}', but its notices say '{derive_state(result.notices)}'")
    return _validate_day(result)


def _validate_existence(result: DatabaseResult) -> DatabaseResult:
    if result.state not in (NOT_CHECKED, YES, NO) or result.notices:
        raise ValueError(f"'{result.state}' does not say whether it exists; one of: {NOT_CHECKED}, {YES}, {NO}")
    return result if result.state == NOT_CHECKED else _validate_day(result)


def _validate_day(result: DatabaseResult) -> DatabaseResult:
    if not result.checked:
        raise ValueError("the day of the check is missing; add checked, YYYY-MM-DD")
    return result


def _read_not_checked(raw: object) -> object:
    return NO_RESULT if raw == NOT_CHECKED else raw


Existence = Annotated[DatabaseResult, AfterValidator(_validate_existence), BeforeValidator(_read_not_checked)]
Result = Annotated[DatabaseResult, AfterValidator(_validate_state), BeforeValidator(_read_not_checked)]


class ComparedField(StrictModel):
    """A field of the entry beside the same field in the database."""

    state: Literal["agree", "disagree"]
    seen: str = Field(min_length=1)


Compared = Annotated[ComparedField | None, BeforeValidator(lambda raw: None if raw == NOT_CHECKED else raw)]


class _Row(StrictModel):
    """What the file has about one identifier."""

    exists: Existence = NO_RESULT
    retraction_watch: Result = Field(NO_RESULT, alias="retraction-watch")
    title: Compared = None
    first_author: Compared = Field(None, alias="first author")
    year: Compared = None
    journal: Compared = None

    def to_status(self) -> IdentifierStatus:
        results, seen = {}, {}
        for field_name, info in type(self).model_fields.items():
            name, value = info.alias or field_name, getattr(self, field_name)
            if isinstance(value, ComparedField):
                seen[name] = value.seen
            elif value not in (None, NO_RESULT):
                results[name] = value
        return IdentifierStatus(results, seen)


class _DoiRow(_Row):
    crossref: Result = NO_RESULT


class _PmidRow(_Row):
    pubmed: Result = NO_RESULT


class _File(StrictModel):
    about: str = ""
    form: Literal[1]
    doi: dict[Doi, _DoiRow]
    pmid: dict[Pmid, _PmidRow]


@rule("source-status")
def read_source_status(text: str, path: str = SOURCE_STATUS_FILE) -> tuple[SourceStatusFile, list[Problem]]:
    """The file as data; empty where it has an error, which becomes a problem."""
    file, line, message = parse_json(_File, text)
    if file is None:
        fix = f"restore the version before from Git, or delete the file and write it again: {UPDATE_COMMAND}"
        return SourceStatusFile(), [Problem(path, line, "source-status", f"{message}; {fix}")]
    tables: Mapping[str, Mapping[str, _Row]] = {"doi": file.doi, "pmid": file.pmid}
    numbers = {kind: {number: row.to_status() for number, row in table.items()} for kind, table in tables.items()}
    return SourceStatusFile(numbers, True), []


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

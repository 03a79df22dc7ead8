"""The values of a trial's record in words, for every table that shows them."""

from __future__ import annotations

from urllib.parse import quote

from ledger.model.trial_facts import Count, DateFact, Fact, Flag, Many
from ledger.model.trial_record import Measurement, Record, Registration, Result
from ledger.model.vocabulary import GAP
from ledger.render import markup
from ledger.render.markup import escape_text, render_date

NOT_FOUND_LABEL = "Not found"
NOT_FILLED_LABEL = "Not filled in yet"
REGISTRY_URLS = {"NCT": "https://clinicaltrials.gov/study/", "ISRCTN": "https://www.isrctn.com/"}
"""Addresses of the registries whose records can be reached by their id, by the first letters of the id."""


def format_value(value: str) -> str:
    """A value as text; a missing one begins with a capital letter, as nothing comes before it."""
    if value == GAP or value.startswith(f"{GAP}:"):
        return NOT_FILLED_LABEL
    return value[:1].upper() + value[1:] if value in ("not found", "not stated") else value


def format_fact(value: Fact | None, fallback: str = NOT_FOUND_LABEL) -> str:
    if value is None:
        return fallback
    return escape_text(format_value(value.value)) + format_note(value.note)


def format_date_fact(value: DateFact) -> str:
    planned = " (planned)" if value.type == "estimated" else ""
    return render_date(value.value) + planned + format_note(value.note)


def format_count(value: Count) -> str:
    return f"{value.value}{format_note(value.note)}"


def format_flag(value: Flag) -> str:
    return ("yes" if value.value else "no") + format_note(value.note)


def format_names(value: Many) -> str:
    return escape_text(", ".join(value.value))


def format_note(note: str | None) -> str:
    """A note in brackets, to follow the value that it belongs to."""
    return f" ({escape_text(note)})" if note else ""


def format_measurement(row: Measurement) -> str:
    """n of N first, then the per cent (from ten people on), or the value with its unit; then the group."""
    value = f"{escape_text(row.value or '')} {escape_text(row.unit or '')}".strip()
    if row.n is not None and row.of is not None:
        parts = f"{row.n} of {row.of}" + (f" ({round(100 * row.n / row.of)} %)" if row.of >= 10 and row.n else "")
        if row.value and row.unit != "%":
            parts += f"; {value}"
    else:
        parts = str(row.n) if row.n is not None else value
    if row.arm != "cells":
        parts += ", control group" if row.arm == "control" else ", both groups together"
    if row.group:
        parts += f", {escape_text(row.group)}"
    if row.n_people:
        parts += f" ({row.n_people} {'person' if row.n_people == 1 else 'people'})"
    for extra in (row.interval, f"p {row.p}" if row.p else None):
        parts += f"; {escape_text(extra)}" if extra else ""
    return parts


def format_comparator(row: Result) -> str:
    """What a result is compared with: the value before, unless the comparator's words give it, and those words."""
    parts = []
    if row.before and row.before not in (row.comparator or ""):
        parts.append(f"{escape_text(row.before)} {escape_text(row.unit or '')}".strip() + " before")
    if row.comparator:
        parts.append(escape_text(row.comparator))
    return "; ".join(parts) or markup.EMPTY_CELL


def format_people_count(record: Record) -> tuple[str, str | None]:
    """The number of people that counts, and its source: treated, else enrolled, else planned."""
    for name in ("treated", "enrolled", "planned"):
        count = getattr(record.people, name)
        if count is not None:
            return f"{count.value} {name}", count.cite
    return "not found", None


def count_people(record: Record) -> int:
    """The same number, to sort by; -1 where it is not known."""
    counts = (record.people.treated, record.people.enrolled, record.people.planned)
    return next((count.value for count in counts if count is not None), -1)


def format_cells(record: Record) -> str:
    edited = "edited, " if record.cells.edited and record.cells.edited.value else ""
    return edited + ", ".join(
        dict.fromkeys(format_value(v) for v in (record.cells.origin.value, record.cells.source.value))
    )


def render_registration(entry: Registration) -> str:
    """An id with its address where it has one, and the day on which it was last looked at."""
    url = next((base for prefix, base in REGISTRY_URLS.items() if entry.id.startswith(prefix)), None)
    name = escape_text(entry.id)
    if url:
        name = f'<a href="{url}{quote(entry.id)}" rel="noopener nofollow">{name}</a>'
    remarks = [f"last looked at {render_date(entry.checked)}" if entry.checked else "registry page not seen"]
    if entry.note:
        remarks.append(escape_text(entry.note))
    return f"{name} ({'; '.join(remarks)})"

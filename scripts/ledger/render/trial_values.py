"""The values of a trial's record in words, for every table that shows them. All of it is plain text."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Sequence
from urllib.parse import quote

from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Measurement, Record, Result
from ledger.model.vocabulary import GAP

NOT_FOUND_LABEL = "Not found"
NOT_FILLED_LABEL = "Not filled in yet"
SEEN_LABELS = {"part of the text": "part of it"}
REGISTRY_URLS = {"NCT": "https://clinicaltrials.gov/study/", "ISRCTN": "https://www.isrctn.com/"}
"""Addresses of the registries whose records can be reached by their id, by the first letters of the id."""


def format_value(value: str | int | Sequence[str]) -> str:
    """A value as text; a missing one begins with a capital letter, as nothing comes before it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) else ", ".join(value)
    if value == GAP or value.startswith(f"{GAP}:"):
        return NOT_FILLED_LABEL
    return value[:1].upper() + value[1:] if value in ("not found", "not stated") else value


def format_date(iso: str) -> str:
    """A date in words, as exact as it is given: 21 November 2026, November 2026, 2026."""
    year, month, number = (*iso.split("-"), "", "")[:3]
    return " ".join(part for part in (number.lstrip("0"), month and month_name[int(month)], year) if part)


def format_provenance(*facts: SourcedModel) -> str:
    """How far we saw each fact, whose statement it is, and where in the source."""
    return "; ".join(dict.fromkeys(words for fact in facts if (words := _format_provenance(fact))))


def _format_provenance(fact: SourcedModel) -> str:
    words = SEEN_LABELS.get(fact.seen or "", fact.seen or "")
    where = (fact.where or "").removeprefix(fact.seen or "").lstrip(" ,")
    return ", ".join(part for part in (words, where, fact.said_by and f"said by {fact.said_by}") if part)


def format_quantity(value: str | None, unit: str | None) -> str:
    """A value with its unit: "12 months", but "12%"."""
    return f"{value}%" if value and unit == "%" else f"{value or ''} {unit or ''}".strip()


def format_measurement(row: Measurement) -> str:
    """n of N first, then the per cent (from ten people on), or the value with its unit; then the group."""
    value = format_quantity(row.value, row.unit)
    if row.n is not None and row.of is not None:
        words = f"{row.n} of {row.of}" + (f" ({round(100 * row.n / row.of)}%)" if row.of >= 10 and row.n else "")
        if row.value and row.unit != "%":
            words += f"; {value}"
    else:
        words = str(row.n) if row.n is not None else value
    words += {"control": ", control group", "all": ", both groups together"}.get(row.arm, "")
    words += f", {row.group}" if row.group else ""
    if row.n_people:
        words += f" ({row.n_people} {'person' if row.n_people == 1 else 'people'})"
    return "; ".join(part for part in (words, row.interval, row.p and f"p {row.p}") if part)


def format_comparator(row: Result) -> str:
    """What a result is compared with: the value before, unless the comparator's words give it, and those words."""
    before = row.before if row.before and row.before not in (row.comparator or "") else ""
    return "; ".join(
        part for part in (before and f"{format_quantity(before, row.unit)} before", row.comparator) if part
    )


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


def get_registry_url(identifier: str) -> str | None:
    """The address of a registration; None where its registry has none that can be made from the id."""
    base = next((base for prefix, base in REGISTRY_URLS.items() if identifier.startswith(prefix)), None)
    return base and base + quote(identifier)

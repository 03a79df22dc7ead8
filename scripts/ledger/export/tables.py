"""The open data as tables: trials, results, harms, claims and the data of each picture, one item a row."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from pydantic import BaseModel

from ledger.export import dataset
from ledger.model.certainty import Certainty
from ledger.model.claims import Claim
from ledger.model.derived import describe_overdue_results
from ledger.model.project import Page, Project
from ledger.model.trial_facts import Sourced
from ledger.model.trial_record import Criterion, Harm, Measurement, Record, Result
from ledger.render import charts

CellValue = str | int | float | bool | None
TableData = tuple[list[str], list[dict[str, CellValue]]]
NUMERIC_COLUMNS = ("value", "unit", "lower", "upper", "value_text")
"""Columns of results and harms with the printed value as numbers, and then as it is printed."""
NUMBER = r"([-−]?\d{1,9}(?:\.\d{1,9})?)"
PRINTED_NUMBER = re.compile(rf"{NUMBER}(?: \([^)]*\)| ± \S+)?")
"""A number, and perhaps its spread: ``40 (SD 41)``."""
PRINTED_LIMITS = re.compile(rf"(?:range )?{NUMBER} to {NUMBER}(?![\d.])")


def build_tables(project: Project) -> dict[str, TableData]:
    rows = [_flatten_trial(page, record, project) for page, record in project.records.values()]
    tables: dict[str, TableData] = {
        "trials": (list(dict.fromkeys(name for row in rows for name in row)) or ["id"], rows),
        "outcomes": _build_rows_table(project, "results", Result),
        "harms": _build_rows_table(project, "harms", Harm),
        "certainty": _build_certainty_table(project),
        "claims": (list(Claim.model_fields), [_flatten_claim(claim) for claim in project.claims.claims]),
    }
    for picture in charts.PICTURES.values():
        items = picture.items(project)
        columns = ["trial", *picture.columns, "sources"]
        data: list[dict[str, CellValue]] = [
            {"trial": item.record.id, **item.values, "sources": "; ".join(item.keys)} for item in items
        ]
        tables[f"picture-{picture.name}"] = (columns, data)
    stamp: dict[str, CellValue] = {"data_version": dataset.get_data_version(project), "licence": dataset.LICENCE}
    return {name: ([*columns, *stamp], [{**row, **stamp} for row in data]) for name, (columns, data) in tables.items()}


def _flatten_trial(page: Page, record: Record, project: Project) -> dict[str, CellValue]:
    row: dict[str, CellValue] = {
        "id": record.id,
        "title": page.title,
        "plain_title": record.plain_title,
        "official_title": record.official_title,
        "page": page.url,
        "record_type": record.record_type,
        "diabetes_type": record.diabetes_type,
        "registry_ids": "; ".join(entry.id for entry in record.registry),
        "registry_checked": "; ".join(entry.checked or "" for entry in record.registry),
        **derive_fields(record, project),
    }
    for name, value in record:
        row |= _flatten_field(name, value)
    for group in ("dates", "people", "cells", "delivery"):
        for name, value in getattr(record, group):
            row |= _flatten_field(f"{group}_{name}", value)
    if record.follow_up:
        row["follow_up_months"] = record.follow_up.months
        row["follow_up_kind"] = record.follow_up.kind
    for name, value in record.eligibility or ():
        row |= _flatten_field(f"eligibility_{name}", value)
        if isinstance(value, Criterion):
            row |= {f"eligibility_{name}_{part}": getattr(value, part) for part in ("min", "max", "unit", "rule")}
    for key, verdict in record.requirements.items():
        row |= {f"requirement_{key}": verdict.verdict, f"requirement_{key}_cite": verdict.cite}
    row |= {
        "therapies": "; ".join(record.therapies),
        "publications": "; ".join(record.publications),
        "cohort": record.cohort,
        "overlaps": "; ".join(record.overlaps),
        "results": len(record.results),
        "harms": len(record.harms),
        "checked": str(page.meta.data.get("checked", "")),
        "reviewed_by": str(page.meta.data.get("reviewed_by", "none")),
    }
    return row


def derive_fields(record: Record, project: Project) -> dict[str, CellValue]:
    """What follows from a record and is not typed in it."""
    return {
        "evidence_stage": record.stage,
        "approach": record.approach,
        "overdue": describe_overdue_results(record, project.today),
        "phase_of_results": record.phase_of_results,
        "showed": record.showed_in_words,
        "latest_status": record.latest.value,
        "latest_status_as_of": record.latest.as_of,
    }


def _flatten_field(name: str, value: Any) -> dict[str, CellValue]:
    """A field as columns: the value, and the source beside it."""
    if not isinstance(value, Sourced):
        return {}
    columns = {f"{name}_cite": value.cite, f"{name}_seen": value.seen}
    if isinstance(value.value, list):
        return {name: "; ".join(value.value), **columns}
    return {name: value.value, **columns, f"{name}_note": value.note}


def _build_rows_table(project: Project, part: str, model: type[BaseModel]) -> TableData:
    """Results or harms of all trials, one a row, with the trial that they belong to."""
    fields = [name for name in model.model_fields if name not in ("certainty", *NUMERIC_COLUMNS)]
    columns = ["trial", "cohort", "approach", "cell_origin", "cell_source", "row", *NUMERIC_COLUMNS, *fields]
    if model is Result:
        columns += ["certainty", "certainty_why"]
    rows = []
    for _, record in project.records.values():
        for number, item in enumerate(getattr(record, part), 1):
            rows.append(
                {
                    "trial": record.id,
                    "cohort": record.cohort,
                    "approach": record.approach,
                    "cell_origin": record.cells.origin.value,
                    "cell_source": record.cells.source.value,
                    "row": number,
                    **item.model_dump(mode="json", exclude={"certainty"}),
                    **parse_measurement(item),
                    **(_flatten_certainty(item.certainty or record.certainty) if isinstance(item, Result) else {}),
                }
            )
    return columns, rows


def parse_measurement(row: Measurement) -> dict[str, CellValue]:
    """The printed value, its unit and its interval as numbers: only those that are printed, none computed."""
    text, interval = row.value or "", row.interval or ""
    number = PRINTED_NUMBER.fullmatch(text)
    limits = PRINTED_LIMITS.match(interval) or PRINTED_LIMITS.fullmatch(text)
    lower, upper = limits.groups() if limits else (None, None)
    return {
        "value": _read_number(number[1]) if number else None,
        "unit": row.unit or ("%" if limits and "%" in interval else None),
        "lower": _read_number(lower) if lower else None,
        "upper": _read_number(upper) if upper else None,
        "value_text": row.value,
    }


def _read_number(text: str) -> int | float:
    text = text.replace("−", "-")
    return float(text) if "." in text else int(text)


def _flatten_certainty(certainty: Certainty | None) -> dict[str, CellValue]:
    """The computed rating of a result, and its reasons."""
    return {
        "certainty": certainty.rating if certainty else None,
        "certainty_why": "; ".join(certainty.reasons) if certainty else None,
    }


def _build_certainty_table(project: Project) -> TableData:
    """The ratings of each therapy, one outcome a row."""
    columns = ["therapy", "outcome", "found", "certainty", "certainty_why", "cite"]
    return columns, [
        {
            "therapy": therapy,
            "outcome": item.outcome,
            "found": item.found,
            **_flatten_certainty(item),
            "cite": "; ".join(item.cite),
        }
        for therapy, items in project.certainty.therapies.items()
        for item in items
    ]


def _flatten_claim(claim: Claim) -> dict[str, CellValue]:
    fields = claim.model_dump(mode="json")
    return {name: "; ".join(value) if isinstance(value, list) else value for name, value in fields.items()}


def dump_csv(table: TableData) -> str:
    """A table as CSV."""
    columns, rows = table
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")  # RFC 4180
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _format_csv_value(row.get(name)) for name in columns})
    return out.getvalue()


FORMULA_START = re.compile(r"[=+\-@\t\r](?![\d.,]+%?$)")
"""How a text begins that a spreadsheet would run as a formula; a signed number is none (OWASP, CSV injection)."""


def _format_csv_value(value: CellValue) -> str | int | float:
    """A cell; an apostrophe in front keeps a spreadsheet from running it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and FORMULA_START.match(value):
        return f"'{value}"
    return "" if value is None else value

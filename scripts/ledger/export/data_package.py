"""The Frictionless Data Package that describes the files of the open data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.export import dataset
from ledger.export.tables import CellValue, TableData
from ledger.model.claims import Claim
from ledger.model.project import Project
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Harm, Record, Result

FORMULA_NOTE = "In the CSV files an apostrophe stands before a text that a spreadsheet would run as a formula."
LICENCE_LINK = {"name": dataset.LICENCE, "path": dataset.LICENCE_URL}
TABLE_DESCRIPTIONS = {
    "trials": "One row a trial: the latest value of each field with its source",
    "outcomes": "One row a result: a measure at a time, with its source",
    "harms": "One row a harm, with its source",
    "certainty": "One row an outcome of a therapy: how sure we are of it (GRADE), computed from the reasons beside it",
    "claims": "One row a claim of the two articles, with what the sources say",
}

FIELD_DESCRIPTIONS = {
    name: " ".join((info.description or "").split())
    for model in (Claim, SourcedModel, Record, Harm, Result)
    for name, info in model.model_fields.items()
    if info.description
} | {
    "value": "The printed value as a number; blank where words or only a count n of N are printed",
    "unit": "Unit of value, lower and upper",
    "lower": "Lower end of the printed interval or range; the column interval says what it is",
    "upper": "Upper end of the printed interval or range",
    "value_text": "The value as the record prints it",
}


def build_data_package(project: Project, tables: Mapping[str, TableData], files: Mapping[str, str]) -> dict[str, Any]:
    """A Frictionless Data Package (specification 1): each file with its fields, size and hash."""
    version = dataset.get_data_version(project)
    return {
        "profile": "data-package",
        "name": dataset.DATASET_NAME,
        "title": dataset.DATASET_TITLE,
        "description": f"{dataset.NO_POOLING} {FORMULA_NOTE}",
        "version": version,
        "licenses": [{**LICENCE_LINK, "title": "Creative Commons Attribution 4.0"}],
        "resources": [_describe_file(name, text, tables, version) for name, text in files.items()],
    }


def _describe_file(name: str, text: str, tables: Mapping[str, TableData], version: str) -> dict[str, Any]:
    stem, _, form = name.rpartition(".")
    data = text.encode()
    resource: dict[str, Any] = {
        "name": name.replace(".", "-").lower(),
        "path": name,
        "title": TABLE_DESCRIPTIONS.get(stem) if form == "csv" else None,
        "type": {"csv": "table", "json": "json"}.get(form, "text"),
        "format": form,
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "version": version,
        "licenses": [LICENCE_LINK],
    }
    if form == "csv":
        columns, rows = tables[stem]
        resource |= {"mediatype": "text/csv", "profile": "tabular-data-resource"}
        resource["schema"] = {
            "fields": [_describe_column(column, rows) for column in columns],
            "missingValues": [""],
        }
    return {key: value for key, value in resource.items() if value is not None}


def _describe_column(column: str, rows: Sequence[Mapping[str, CellValue]]) -> dict[str, str]:
    """A column with the type that all its values have, and its meaning where a record's field gives it."""
    kinds = {type(value) for row in rows if (value := row.get(column)) not in (None, "")}
    types = {frozenset({int}): "integer", frozenset({float}): "number", frozenset({int, float}): "number"}
    kind = {**types, frozenset({bool}): "boolean"}.get(frozenset(kinds), "string")
    meaning = FIELD_DESCRIPTIONS.get(column)
    return {"name": column, "type": kind, **({"description": meaning} if meaning else {})}

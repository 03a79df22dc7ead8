"""The open data: records, results, harms, claims and sources as files, with schemas, dictionary, licence and version.

Nothing is typed here that a record does not hold; what is derived stands apart from what was typed. Nothing is added
up over trials: different cells, and people reported twice, cannot be counted together.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import to_json

from ledger.checks import bib_fields
from ledger.export import source_status
from ledger.export.csl_json import to_csl_json
from ledger.model.bibliography import Entry
from ledger.model.claims import Claim
from ledger.model.derived import describe_overdue_results
from ledger.model.project import Page, Project
from ledger.model.trial_facts import Count, Fact, Flag, Many, SourcedModel
from ledger.model.trial_record import Harm, Record, Result, TrialPage
from ledger.render import charts

LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
DATASET_NAME = "islet-ledger"
DATASET_TITLE = "Islet Ledger: trials of cell therapy for type 1 diabetes"
NO_POOLING = (
    "Counts are given per trial and are never added up: the cells differ, and some people are reported twice "
    "(see cohort and overlaps)."
)
CellValue = str | int | float | bool | None
TableData = tuple[list[str], list[dict[str, CellValue]]]


def get_data_version(project: Project) -> str:
    """The version of the data: the day of the latest check of any page."""
    days = (
        str(page.meta.data.get("checked", "")) for page in project.pages.values() if isinstance(page.meta.data, dict)
    )
    return max(days, default="")


def build_data_files(project: Project) -> dict[str, str]:
    """Every file of the folder ``data/`` of the site, by name."""
    tables = _build_tables(project)
    found = {f"{name}.csv": _dump_csv(*table) for name, table in tables.items()}
    found["trials.json"] = _dump_json(
        {**_build_header(project), "pooling": NO_POOLING, "trials": export_trials(project)}
    )
    found["claims.json"] = _dump_json({**_build_header(project), "claims": export_claims(project)})
    found["references.json"] = _dump_json(export_references(project))
    found["references.bib"] = _dump_bibliography(project)
    found["trial.schema.json"] = _dump_json(build_json_schema(TrialPage, "A trial page's front matter", project))
    found["claims.schema.json"] = _dump_json(build_json_schema(Claim, "A claim of an article", project))
    found["dictionary.json"] = _dump_json(
        {**_build_header(project), "fields": [dict(row) for row in build_dictionary()]}
    )
    found["datapackage.json"] = _dump_json(_build_data_package(project, tables, found))
    return found


def _build_header(project: Project) -> dict[str, Any]:
    return {"name": DATASET_NAME, "version": get_data_version(project), "licence": LICENCE, "licence_url": LICENCE_URL}


def _dump_json(value: object) -> str:
    return to_json(value, indent=1).decode() + "\n"


def _dump_csv(columns: Sequence[str], rows: Iterable[Mapping[str, CellValue]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")  # RFC 4180
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _format_csv_value(row.get(name)) for name in columns})
    return out.getvalue()


def _format_csv_value(value: CellValue) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


# --- trials -----------------------------------------------------------------------------------------


def export_trials(project: Project) -> list[dict[str, Any]]:
    """Every trial: its front matter as typed, and what is derived from it."""
    return [
        {
            "source": page.path,
            "page": page.url,
            "front_matter": {**{k: v for k, v in page.meta.data.items() if k != "trial"}, "trial": dump_record(record)},
            "derived": derive_fields(record, project),
        }
        for page, record in project.records.values()
    ]


def dump_record(record: Record) -> dict[str, Any]:
    """The record as it was typed: what was left out stays left out."""
    return record.model_dump(mode="json", exclude_unset=True)


def derive_fields(record: Record, project: Project) -> dict[str, Any]:
    return {
        "evidence_stage": record.stage,
        "approach": record.approach,
        "overdue": describe_overdue_results(record, project.today),
        "latest_status": record.latest.value,
        "latest_status_as_of": record.latest.as_of,
    }


def _flatten_field(name: str, value: Any) -> dict[str, CellValue]:
    """A field as columns: the value, and the source beside it."""
    if isinstance(value, Many):
        return {name: "; ".join(value.value), f"{name}_cite": value.cite, f"{name}_seen": value.seen}
    if isinstance(value, Fact | Count | Flag) or (isinstance(value, SourcedModel) and hasattr(value, "value")):
        return {name: value.value, f"{name}_cite": value.cite, f"{name}_seen": value.seen, f"{name}_note": value.note}
    return {}


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
        **dict(derive_fields(record, project).items()),
    }
    for name, value in record:
        row |= _flatten_field(name, value)
    for group in ("dates", "people", "cells", "delivery"):
        for name, value in getattr(record, group):
            row |= _flatten_field(f"{group}_{name}", value)
    if record.follow_up:
        row["follow_up_months"] = record.follow_up.months
        row["follow_up_kind"] = record.follow_up.kind
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


def _build_rows_table(project: Project, part: str, model: type[BaseModel]) -> TableData:
    """Results or harms of all trials, one a row, with what tells whose they are."""
    columns = ["trial", "cohort", "approach", "cell_origin", "cell_source", "row", *model.model_fields]
    rows = []
    for _, record in project.records.values():
        for number, one in enumerate(getattr(record, part), 1):
            rows.append(
                {
                    "trial": record.id,
                    "cohort": record.cohort,
                    "approach": record.approach,
                    "cell_origin": record.cells.origin.value,
                    "cell_source": record.cells.source.value,
                    "row": number,
                    **one.model_dump(mode="json"),
                }
            )
    return columns, rows


def _build_tables(project: Project) -> dict[str, TableData]:
    rows = [_flatten_trial(page, record, project) for page, record in project.records.values()]
    tables: dict[str, TableData] = {
        "trials": (list(dict.fromkeys(name for row in rows for name in row)) or ["id"], rows),
        "outcomes": _build_rows_table(project, "results", Result),
        "harms": _build_rows_table(project, "harms", Harm),
        "claims": (list(Claim.model_fields), [_join_lists(row) for row in export_claims(project)]),
    }
    for picture in charts.PICTURES.values():
        items = picture.items(project)
        columns = ["trial", *picture.columns, "sources"]
        data: list[dict[str, CellValue]] = [
            {"trial": item.record.id, **item.values, "sources": "; ".join(item.keys)} for item in items
        ]
        tables[f"picture-{picture.name}"] = (columns, data)
    stamp: dict[str, CellValue] = {"data_version": get_data_version(project), "licence": LICENCE}
    return {name: ([*columns, *stamp], [{**row, **stamp} for row in data]) for name, (columns, data) in tables.items()}


# --- claims and sources -----------------------------------------------------------------------------


def export_claims(project: Project) -> list[dict[str, Any]]:
    return [claim.model_dump(mode="json") for claim in project.claims.claims]


def _join_lists(row: Mapping[str, Any]) -> dict[str, CellValue]:
    return {name: "; ".join(value) if isinstance(value, list) else value for name, value in row.items()}


def export_references(project: Project) -> list[dict[str, Any]]:
    """The bibliography as CSL-JSON; version, licence and the source's status stand in each item's ``custom``."""
    stamp = {"data_version": get_data_version(project), "licence": LICENCE}
    return [
        {**to_csl_json(entry), "custom": {**stamp, "status": source_status.export_source_status(entry, project)}}
        for entry in project.bibliography.entries.values()
    ]


def _dump_bibliography(project: Project) -> str:
    """The entries with the fields that are published, and nothing else that is in the file."""
    head = f"% {DATASET_TITLE}: references. Version {get_data_version(project)}, {LICENCE} ({LICENCE_URL})\n"
    return "\n".join([head, *(_dump_bib_entry(entry) for entry in project.bibliography.entries.values())])


def _dump_bib_entry(entry: Entry) -> str:
    fields = (f"  {name} = {{{value}}},\n" for name, value in entry.fields.items() if name in bib_fields.KNOWN_FIELDS)
    return f"@{entry.type}{{{entry.key},\n{''.join(fields)}}}\n"


# --- schemas and dictionary -------------------------------------------------------------------------


def build_json_schema(model: type[BaseModel], title: str, project: Project) -> dict[str, Any]:
    """A model as JSON Schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"{DATASET_TITLE}, version {get_data_version(project)}, {LICENCE}",
        **model.model_json_schema(),
        "title": title,
    }


def build_dictionary() -> list[dict[str, str]]:
    """Every field of a trial page's front matter: path, whether it must be there, meaning, words allowed."""
    return list(_describe_fields(TrialPage, ""))


def _describe_fields(model: type[BaseModel], path: str) -> Iterable[dict[str, str]]:
    for name, info in model.model_fields.items():
        here = f"{path}{name}"
        inner, many = _find_inner_model(info.annotation)
        yield {
            "field": here + ("[]" if many else ""),
            "must": "yes" if info.is_required() else "no",
            "meaning": " ".join((info.description or "").split()),
            "words": "; ".join(_find_allowed_words(info.annotation)),
        }
        if inner is not None:
            yield from _describe_fields(inner, f"{here}{'[]' if many else ''}.")


def _find_inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model inside a field's type, and whether the field is a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    many = get_origin(annotation) in (list, dict)
    for argument in get_args(annotation):
        inner, below = _find_inner_model(argument)
        if inner is not None:
            return inner, many or below
    return None, many


def _find_allowed_words(annotation: Any) -> list[str]:
    """The words that a field allows."""
    found: list[str] = []
    for argument in get_args(annotation):
        found += [argument] if isinstance(argument, str) else _find_allowed_words(argument)
    return list(dict.fromkeys(found))


# --- the package ------------------------------------------------------------------------------------

TABLE_DESCRIPTIONS = {
    "trials": "One row a trial: the latest value of each field with its source",
    "outcomes": "One row a result: a measure at a time, with its source",
    "harms": "One row a harm, with its source",
    "claims": "One row a claim of the two articles, with what the sources say",
}


def _build_data_package(project: Project, tables: Mapping[str, TableData], texts: Mapping[str, str]) -> dict[str, Any]:
    """A Frictionless Data Package (specification 1): each file with its fields, size and hash."""
    resources: list[dict[str, Any]] = []
    for name, text in texts.items():
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
            "version": get_data_version(project),
            "licenses": [{"name": LICENCE, "path": LICENCE_URL}],
        }
        if form == "csv":
            columns, rows = tables[stem]
            resource |= {"mediatype": "text/csv", "profile": "tabular-data-resource"}
            resource["schema"] = {
                "fields": [_describe_column(column, rows) for column in columns],
                "missingValues": [""],
            }
        resources.append({key: value for key, value in resource.items() if value is not None})
    return {
        "profile": "data-package",
        "name": DATASET_NAME,
        "title": DATASET_TITLE,
        "description": NO_POOLING,
        "version": get_data_version(project),
        "licenses": [{"name": LICENCE, "path": LICENCE_URL, "title": "Creative Commons Attribution 4.0"}],
        "resources": resources,
    }


def _describe_column(column: str, rows: Sequence[Mapping[str, CellValue]]) -> dict[str, str]:
    """A column with the type that all its values have, and its meaning where a record's field gives it."""
    kinds = {type(value) for row in rows if (value := row.get(column)) not in (None, "")}
    kind = {frozenset({int}): "integer", frozenset({bool}): "boolean"}.get(frozenset(kinds), "string")
    meaning = FIELD_DESCRIPTIONS.get(column)
    return {"name": column, "type": kind, **({"description": meaning} if meaning else {})}


FIELD_DESCRIPTIONS = {
    name: " ".join((info.description or "").split())
    for model in (Claim, SourcedModel, Record, Harm, Result)
    for name, info in model.model_fields.items()
    if info.description
}

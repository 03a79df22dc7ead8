"""The open data: every file of the folder ``data/`` of the site.

The files hold what a record holds, and what is derived from it apart. Nothing is added up over trials: different
cells, and people reported twice, cannot be counted together.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from ledger.export import bibtex, dataset, source_status
from ledger.export.data_package import build_data_package
from ledger.export.json_schemas import build_dictionary, build_json_schema
from ledger.export.tables import build_tables, derive_fields, dump_csv
from ledger.model.claims import Claim
from ledger.model.project import Project
from ledger.model.trial_record import Record, TrialPage


def build_data_files(project: Project) -> dict[str, str]:
    """Every file of the folder ``data/`` of the site, by name."""
    tables = build_tables(project)
    header = _build_header(project)
    files = {f"{name}.csv": dump_csv(table) for name, table in tables.items()}
    files |= {
        "trials.json": _dump_json({**header, "pooling": dataset.NO_POOLING, "trials": export_trials(project)}),
        "claims.json": _dump_json({**header, "claims": export_claims(project)}),
        "references.json": _dump_json(export_references(project)),
        "references.bib": _dump_bibliography(project),
        "trial.schema.json": _dump_json(build_json_schema(TrialPage, "A trial page's front matter", project)),
        "claims.schema.json": _dump_json(build_json_schema(Claim, "A claim of an article", project)),
        "dictionary.json": _dump_json({**header, "fields": build_dictionary()}),
    }
    files["datapackage.json"] = _dump_json(build_data_package(project, tables, files))
    return files


def _build_header(project: Project) -> dict[str, Any]:
    return {
        "name": dataset.DATASET_NAME,
        "version": dataset.get_data_version(project),
        "licence": dataset.LICENCE,
        "licence_url": dataset.LICENCE_URL,
    }


def _dump_json(value: object) -> str:
    return to_json(value, indent=1).decode() + "\n"


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


def export_claims(project: Project) -> list[dict[str, Any]]:
    return [claim.model_dump(mode="json") for claim in project.claims.claims]


def export_references(project: Project) -> list[dict[str, Any]]:
    """The bibliography as CSL-JSON; version, licence and the source's status are in each item's ``custom``."""
    stamp = {"data_version": dataset.get_data_version(project), "licence": dataset.LICENCE}
    entries = project.bibliography.entries
    return [
        {**item, "custom": {**stamp, "status": source_status.export_source_status(entries[item["id"]], project)}}
        for item in bibtex.convert_to_csl_json(entries)
    ]


def _dump_bibliography(project: Project) -> str:
    head = f"% {dataset.DATASET_TITLE}: references. Version {dataset.get_data_version(project)}, {dataset.LICENCE} ({dataset.LICENCE_URL})\n"
    return f"{head}\n{bibtex.dump_bibtex(project.bibliography.entries.values())}"

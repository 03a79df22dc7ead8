"""The tables of the page Data: the files to download, and the dictionary of all fields."""

from __future__ import annotations

from ledger.export import dataset, json_schemas
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render import charts
from ledger.render.jinja import render

DOWNLOAD_DESCRIPTIONS = {
    "trials.json": "every trial's record as typed, with what is derived from it",
    "trials.csv": "one row a trial",
    "outcomes.csv": "one row a result",
    "harms.csv": "one row a harm",
    "claims.json": "the claims of the two articles, with what the sources say",
    "claims.csv": "the same as a table",
    "references.json": "every source as CSL-JSON",
    "references.bib": "every source as BibTeX",
    "trial.schema.json": "JSON Schema of a trial page's front matter",
    "claims.schema.json": "JSON Schema of a claim",
    "dictionary.json": "every field with its meaning, as on this page",
    "datapackage.json": "Frictionless Data Package that describes the files",
}


def render_downloads(page: Page, project: Project, options: Options) -> str:
    """The files of ``data/`` with version and licence."""
    pictures = {f"picture-{name}.csv": f"data of the picture “{p.title}”" for name, p in charts.PICTURES.items()}
    return render(
        "downloads.html",
        page=page,
        version=dataset.get_data_version(project),
        licence=dataset.LICENCE,
        files={**DOWNLOAD_DESCRIPTIONS, **pictures},
    )


def render_dictionary(page: Page, project: Project, options: Options) -> str:
    """Every field of a trial page's front matter."""
    return render("dictionary.html", fields=json_schemas.build_dictionary())

"""What the page Data shows: the files to download, and the dictionary of all fields."""

from __future__ import annotations

from collections.abc import Mapping

from ledger import charts, exports
from ledger.markup import address, table, text
from ledger.project import Page, Project

Options = Mapping[str, str]

DOWNLOADS = {
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


def downloads(page: Page, project: Project, options: Options) -> str:
    """The files of ``data/`` with version and licence."""
    pictures = {f"picture-{name}.csv": f"data of the picture “{p.title}”" for name, p in charts.PICTURES.items()}
    rows = [
        (f'<a href="{address(page, f"data/{name}")}" download>{text(name)}</a>', text(words))
        for name, words in {**DOWNLOADS, **pictures}.items()
    ]
    stamp = f"<p>Version {text(exports.version(project))}. Licence: {text(exports.LICENCE)}.</p>"
    return stamp + table("Files to download", ("File", "What is in it"), rows, "stack")


def dictionary(page: Page, project: Project, options: Options) -> str:
    """Every field of a trial page's front matter."""
    rows = [
        (f"<code>{text(row['field'])}</code>", row["must"], text(row["meaning"]), text(row["words"]) or "—")
        for row in exports.dictionary()
    ]
    return table("The fields of a trial's record", ("Field", "Must", "Meaning", "Words allowed"), rows, "stack")

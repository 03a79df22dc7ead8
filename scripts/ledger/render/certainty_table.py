"""The table "How sure are we?" of a therapy page, from the file of certainty ratings."""

from __future__ import annotations

from pathlib import PurePosixPath

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.jinja import render


def render_certainty_table(page: Page, project: Project, options: Options) -> str:
    """Each outcome with its rating and the reasons. Raises LookupError where the page's therapy has no ratings."""
    ratings = project.certainty.therapies[PurePosixPath(page.src).name.split(".")[0]]
    return render("certainty.html", page=page, ratings=ratings)

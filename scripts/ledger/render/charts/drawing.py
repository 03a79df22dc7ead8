"""A drawing in a page."""

from __future__ import annotations

from ledger.model.drawings import read_drawing
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.jinja import render


def render_drawing(page: Page, project: Project, options: Options) -> str:
    """The drawing named by ``name=``, with its files. LookupError if there is none."""
    name = options["name"]
    return render("drawing.html", page=page, name=name, drawing=read_drawing(project, name))

"""The badge of an evidence stage: a shape and a word, the same wherever a page names how far something was tested.

The stage is derived from the record of a trial (``Record.stage``); nobody types it. It says what kind of study it was,
not how good the result is. The shape is five rising bars for the five steps to an approval; reports that are on no
step have a ring, and a design that could not be read has a broken ring. The word says it all: the shape helps the eye.
"""

from __future__ import annotations

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.stages import STAGES_BY_SLUG
from ledger.render.jinja import render_macro


def render_badge(stage: str) -> str:
    """The badge of one stage."""
    return render_macro("macros.html", "badge", stage)


def render_requested_badge(page: Page, project: Project, options: Options) -> str:
    """The badge of the trial that a page names (``trial=``), or of a stage that it explains (``named=``).

    Raises LookupError where the trial has no record, or there is no such stage.
    """
    if "named" in options:
        return render_badge(STAGES_BY_SLUG[options["named"]])
    return render_badge(project.records[options["trial"]][1].stage)

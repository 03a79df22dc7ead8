"""The badge of an evidence stage: a shape and a word, the same wherever a page names how far something was tested.

The stage is derived from the record of a trial (``Record.stage``); nobody types it. It says what kind of study it was,
not how good the result is. The shape is five rising bars for the five steps to an approval; reports that are on no
step have a ring, and a design that could not be read has a broken ring. The word says it all: the shape helps the eye.
"""

from __future__ import annotations

from collections import Counter
from html import escape

from ledger.core import text
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.stages import DESIGN_NOT_STATED, MAX_STEPS, STAGE_ORDER, STAGE_STEPS, STAGES_BY_SLUG
from ledger.render import markup

STAGES_PAGE_URL = "basics/how-a-treatment-is-proved/#the-steps"


def render_badge(stage: str) -> str:
    """The badge of one stage."""
    return f'<span class="stage" data-stage="{text.slugify(stage)}">{_draw_shape(stage)}{escape(stage)}</span>'


def render_linked_badge(page: Page, stage: str) -> str:
    """The same as a link to where the stages are explained."""
    return f'<a class="stage-link" href="{markup.get_relative_url(page, STAGES_PAGE_URL)}">{render_badge(stage)}</a>'


def render_requested_badge(page: Page, project: Project, options: Options) -> str:
    """The badge of the trial that a page names (``trial=``), or of a stage that it explains (``named=``).

    Raises LookupError where the trial has no record, or there is no such stage.
    """
    if "named" in options:
        return render_badge(STAGES_BY_SLUG[options["named"]])
    return render_badge(project.records[options["trial"]][1].stage)


def render_stage_counts(page: Page, project: Project, therapy: str) -> str:
    """The number of trials of a therapy at each stage; empty where there are none."""
    stages = Counter(record.stage for _, record in project.records.values() if therapy in record.therapies)
    if not stages:
        return ""
    known = sorted(
        stages, key=lambda stage: (STAGE_ORDER.index(stage) if stage in STAGE_ORDER else len(STAGE_ORDER), stage)
    )
    items = "".join(f"<li>{render_badge(stage)} × {stages[stage]}</li>" for stage in known)
    place = markup.get_relative_url(page, STAGES_PAGE_URL)
    return f'<div class="page-facts"><p><a href="{place}">Evidence stages</a>:</p><ul class="stages">{items}</ul></div>'


def _draw_shape(stage: str) -> str:
    """Five bars, filled as far as the stage goes; a ring for what is on no step."""
    if stage not in STAGE_STEPS:
        broken = ' class="broken"' if stage == DESIGN_NOT_STATED else ""
        return f'<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.5"{broken}/></svg>'
    bars = "".join(_draw_step(step, filled=step < STAGE_STEPS[stage]) for step in range(MAX_STEPS))
    return f'<svg class="bars" viewBox="0 0 24 12" aria-hidden="true">{bars}</svg>'


def _draw_step(step: int, *, filled: bool) -> str:
    kind = "" if filled else ' class="off"'
    return f'<path{kind} d="M{5 * step + 0.5:g} {8.5 - 1.5 * step:g}h3v{3 + 1.5 * step:g}h-3z"/>'

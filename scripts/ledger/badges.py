"""The badge of an evidence stage: a shape and a word, the same wherever a page names how far something was tested.

The stage is derived from the record of a trial (``Record.stage``); nobody types it. It says what kind of study it was,
not how good the result is. The shape is five rising bars for the five steps to an approval; reports that stand on no
step have a ring, and a design that could not be read has a broken ring. The word says it all: the shape helps the eye.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape

from ledger import markup
from ledger.project import Page, Project

STEPS: Mapping[str, int] = {
    "single case": 1,
    "first-in-human": 1,
    "uncontrolled": 2,
    "controlled": 3,
    "pivotal": 4,
    "approved": 5,
}
"""How many steps a study of this kind has come, of ``MOST``."""
MOST = 5
UNREAD = "design not stated"
NAMED = {markup.slug(stage): stage for stage in (*STEPS, "case series", "pooled analysis", "registry report", UNREAD)}
"""Every stage by the name that a page writes."""
ORDER = ("approved", "pivotal", "controlled", "uncontrolled", "first-in-human", "case series", "single case")
EXPLAINED = "basics/how-a-treatment-is-proved/#the-steps"

Options = Mapping[str, str]


def badge(stage: str) -> str:
    """The badge of one stage."""
    return f'<span class="stage" data-stage="{markup.slug(stage)}">{_shape(stage)}{escape(stage)}</span>'


def linked(page: Page, stage: str) -> str:
    """The same as a link to where the stages are explained."""
    return f'<a class="stage-link" href="{markup.address(page, EXPLAINED)}">{badge(stage)}</a>'


def of_trial(page: Page, project: Project, options: Options) -> str:
    """The badge of the trial that a page names (``trial=``), or of a stage that it explains (``named=``).

    Raises LookupError where the trial has no record, or there is no such stage.
    """
    if "named" in options:
        return badge(NAMED[options["named"]])
    return badge(project.records[options["trial"]][1].stage)


def counted(page: Page, project: Project, therapy: str) -> str:
    """How many trials of a therapy stand at which stage; empty where there are none."""
    stages = Counter(record.stage for _, record in project.records.values() if therapy in record.therapies)
    if not stages:
        return ""
    known = sorted(stages, key=lambda stage: (ORDER.index(stage) if stage in ORDER else len(ORDER), stage))
    items = "".join(f"<li>{badge(stage)} × {stages[stage]}</li>" for stage in known)
    place = markup.address(page, EXPLAINED)
    return f'<div class="page-facts"><p><a href="{place}">Evidence stages</a>:</p><ul class="stages">{items}</ul></div>'


def _shape(stage: str) -> str:
    """Five bars, filled as far as the stage goes; a ring for what stands on no step."""
    if stage not in STEPS:
        broken = ' class="broken"' if stage == UNREAD else ""
        return f'<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.5"{broken}/></svg>'
    bars = "".join(_bar(step, filled=step < STEPS[stage]) for step in range(MOST))
    return f'<svg class="bars" viewBox="0 0 24 12" aria-hidden="true">{bars}</svg>'


def _bar(step: int, *, filled: bool) -> str:
    kind = "" if filled else ' class="off"'
    return f'<path{kind} d="M{5 * step + 0.5:g} {8.5 - 1.5 * step:g}h3v{3 + 1.5 * step:g}h-3z"/>'

"""The pages before and after a page, by topic: within its own section, or among the trials of the same approach.

Who reads on from a safety page is led to the next safety page, never by accident into another subject. A page that is
alone in its section has no neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.model.project import Page, Project
from ledger.render.jinja import render

TRIALS_TOPIC = "Trials"


class Neighbours(NamedTuple):
    """The place of a page: its topic in words, and the pages next to it (None at either end)."""

    topic: str
    before: Page | None
    after: Page | None


def find_neighbours(page: Page, project: Project) -> Neighbours | None:
    """The page's place in its topic; None where it has none."""
    if page.record:
        approach = page.record.approach
        return _find_in_topic(page, f"{TRIALS_TOPIC}: {approach}", project.approaches.get(approach, ()))
    for section, sources in project.sections.items():
        if page.src in sources:
            return _find_in_topic(page, section, [project.pages[src] for src in sources if src in project.pages])
    return None


def render_neighbours(page: Page, project: Project) -> str:
    """Links to the pages before and after; empty where there are none."""
    neighbours = find_neighbours(page, project)
    if neighbours is None or not (neighbours.before or neighbours.after):
        return ""
    return render("prev-next.html", page=page, **neighbours._asdict())


def _find_in_topic(page: Page, topic: str, pages: Sequence[Page]) -> Neighbours | None:
    here = next((number for number, one in enumerate(pages) if one.src == page.src), None)
    if here is None:
        return None
    return Neighbours(
        topic,
        pages[here - 1] if here else None,
        pages[here + 1] if here + 1 < len(pages) else None,
    )

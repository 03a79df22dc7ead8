"""The table of how readable the opening of each page is."""

from __future__ import annotations

from ledger.checks.readability import compile_glossary_terms, extract_opening, measure_readability
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.markup import render_link, render_table


def render_readability_table(page: Page, project: Project, options: Options) -> str:
    """The measures of every page's opening, hardest first."""
    terms = compile_glossary_terms(project)
    scores = [
        (scored_page, score)
        for scored_page in project.pages.values()
        if (score := measure_readability(extract_opening(scored_page), terms))
    ]
    scores.sort(key=lambda pair: (-(pair[1].grade or 0), pair[0].title))
    rows = [
        (render_link(page, scored_page), f"{s.length:.1f}", _format_score(s.grade), _format_score(s.smog), str(s.words))
        for scored_page, s in scores
    ]
    head = ("Page", "Words a sentence", "Flesch-Kincaid grade", "SMOG", "Words")
    return render_table("Readability of each page's opening", head, rows, "stack")


def _format_score(value: float | None) -> str:
    return "too short" if value is None else f"{max(value, 0):.1f}"

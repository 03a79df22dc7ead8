"""The table of how readable the opening of each page is."""

from __future__ import annotations

from ledger.checks.readability import compile_glossary_terms, extract_opening, measure_readability
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.jinja import render


def render_readability_table(page: Page, project: Project, options: Options) -> str:
    """The measures of every page's opening, hardest first."""
    terms = compile_glossary_terms(project)
    scores = [
        (scored_page, score)
        for scored_page in project.pages.values()
        if (score := measure_readability(extract_opening(scored_page), terms))
    ]
    scores.sort(key=lambda pair: (-(pair[1].grade or 0), pair[0].title))
    return render("readability.html", page=page, scores=scores)

"""The generated parts of pages: which function renders what, and where it is filled in.

A page requests a part with a comment, ``<!-- generated: trial-results -->``. Most renderers return HTML, filled in when
the page is complete; those for the claims file return Markdown, filled in before Markdown is converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape

from ledger.export import data_page
from ledger.model.placeholders import PLACEHOLDER, Options, parse_options
from ledger.model.project import Page, Project
from ledger.render import (
    bibliography_page,
    certainty_table,
    charts,
    claim_cards,
    comparison,
    page_footer,
    quality_page,
    readability_page,
    rules_page,
    source_notices,
    stage_badge,
    trial_lists,
    trial_page,
)

Renderer = Callable[[Page, Project, Options], str]

MARKDOWN_RENDERERS: Mapping[str, Renderer] = {
    "claims": claim_cards.render_claim_cards,
    "citations": claim_cards.render_citation_cards,
    "verdict-counts": claim_cards.render_verdict_counts,
}
HTML_RENDERERS: Mapping[str, Renderer] = {
    "stage": stage_badge.render_requested_badge,
    "trial-facts": trial_page.render_fact_table,
    "trial-results": trial_page.render_results_table,
    "trial-harms": trial_page.render_harms_table,
    "trial-requirements": trial_page.render_requirements_table,
    "all-trials": trial_lists.render_all_trials,
    "trials": trial_lists.render_trial_list,
    "requirements-matrix": trial_lists.render_requirements_matrix,
    "picture": charts.render_picture,
    "drawing": charts.render_drawing,
    "person-marks": charts.render_person_marks,
    "compare": comparison.render_comparison_form,
    "downloads": data_page.render_downloads,
    "dictionary": data_page.render_dictionary,
    "rules": rules_page.render_rules_page,
    "instruments": quality_page.render_quality_table,
    "readability": readability_page.render_readability_table,
    "bibliography": bibliography_page.render_bibliography,
    "contact": page_footer.render_contact,
    "people": page_footer.render_people,
    "source-status": source_notices.render_status_summary,
    "sources-to-read": bibliography_page.render_sources_to_read,
    "claims-filter": claim_cards.render_claim_filter,
    "citations-filter": claim_cards.render_citation_filter,
    "certainty": certainty_table.render_certainty_table,
}


def fill_markdown_placeholders(page: Page, project: Project, text: str) -> str:
    """A page's Markdown with the parts that are Markdown; those that are HTML remain comments."""
    broken = '!!! warning "This part cannot be shown"\n    The data behind it has an error; see the check.\n'
    return _fill_placeholders(MARKDOWN_RENDERERS, page, project, text, broken)


def fill_html_placeholders(page: Page, project: Project, content: str) -> str:
    """A page's HTML with all generated parts."""
    broken = "<p><strong>This table cannot be shown.</strong> The record behind it has an error; see the check.</p>"
    return _fill_placeholders(HTML_RENDERERS, page, project, content, broken)


def _fill_placeholders(renderers: Mapping[str, Renderer], page: Page, project: Project, text: str, broken: str) -> str:
    def render(match: re.Match[str]) -> str:
        renderer, place = renderers.get(match["what"]), (page.src, match[0])
        if renderer is None:
            return match[0]
        try:
            part = project.generated_parts.get(place) or renderer(page, project, parse_options(match["options"]))
        except LookupError:
            return broken
        if match["what"] != "bibliography":  # its references are formatted after the checks
            project.generated_parts[place] = part
        return part

    return PLACEHOLDER.sub(render, text)


CITATION_BRACKET = re.compile(r"\s*\[@[^\]]*\]")
INLINE_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
INVISIBLE_HTML = re.compile(r"<style.*?</style>|<!--.*?-->|<[^<>]*>", re.DOTALL)
BIBLIOGRAPHY_START = '<ul class="bibliography"'


def extract_visible_text(page: Page, project: Project) -> str:
    """A page's words as a reader sees them, generated tables included, without citations, markup and the bibliography."""
    text = fill_html_placeholders(page, project, fill_markdown_placeholders(page, project, page.text))
    text = text.partition(BIBLIOGRAPHY_START)[0]
    text = INLINE_LINK.sub(r"\1", CITATION_BRACKET.sub("", unescape(INVISIBLE_HTML.sub(" ", text))))
    return " ".join(re.sub(r"[*`]", "", text).split())

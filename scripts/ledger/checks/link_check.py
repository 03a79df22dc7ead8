"""The link check: every rule on links, anchors, pages and what a page must contain. Uses no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ledger.checks import (
    confirmed_broken_links,
    drawings,
    file_types,
    glossary_entries,
    internal_links,
    markdown_syntax,
    must_say,
    navigation,
    page_fields,
    placeholders,
    plain_words,
    raw_html,
    readability,
    required_sections,
    review_fields,
    third_party,
)
from ledger.checks.places import check_counts_not_zero
from ledger.core.problems import Problem, Report, build_report
from ledger.model import rules
from ledger.model.project import DOCS_FOLDER, Project

PROJECT_CHECKS: Sequence[Callable[[Project], Iterable[Problem]]] = (
    internal_links.check_link_syntax,
    navigation.check_navigation,
    navigation.check_orphans,
    third_party.check_third_parties,
    confirmed_broken_links.check_confirmed_broken_links,
    page_fields.check_page_fields,
    review_fields.check_review_fields,
    file_types.check_file_types,
    markdown_syntax.check_markdown_syntax,
    raw_html.check_raw_html,
    drawings.check_drawings,
    placeholders.check_placeholders,
    glossary_entries.check_glossary,
    required_sections.check_required_sections,
    readability.check_readability,
    plain_words.check_plain_words,
)
"""The rules that need nothing but the project."""


def run_link_checks(project: Project, visible_text: must_say.VisibleText) -> Report:
    """The report of the link check."""
    anchors = internal_links.find_all_anchors(project)
    problems = [
        *project.problems,
        *internal_links.check_links(project, anchors),
        *internal_links.check_duplicate_ids(project, anchors),
        *must_say.check_required_statements(project, visible_text),
        *(problem for check in PROJECT_CHECKS for problem in check(project)),
    ]
    counts = {
        "pages": len(project.pages),
        "links": sum(len(page.source.links) for page in project.pages.values()),
        "anchors": sum(len(found.ids) for found in anchors.values()),
    }
    # A single page may link nowhere, and a navigation links by itself.
    may_have_no_links = len(project.pages) < 2 or project.nav
    required = {"pages": len(project.pages)} if may_have_no_links else counts
    problems += check_counts_not_zero(required, DOCS_FOLDER)
    rules.check_declared(problems)
    return build_report("check_links", counts, problems)

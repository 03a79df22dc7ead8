"""The two checks of the whole site, as ``make check`` and every build run them."""

from __future__ import annotations

from ledger.checks import citations, internal_links
from ledger.core.problems import Report
from ledger.model.project import Project
from ledger.site.generated_parts import extract_visible_text


def check_citations(project: Project) -> Report:
    """Every rule on citations, numbers, sources and records."""
    return citations.run_citation_checks(project)


def check_links(project: Project) -> Report:
    """Every rule on links, anchors and what a page must hold, generated tables included. No network."""
    return internal_links.run_link_checks(project, extract_visible_text)

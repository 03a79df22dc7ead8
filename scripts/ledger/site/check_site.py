"""Both checks as every command runs them, with the words of a page as the site shows them."""

from __future__ import annotations

from ledger.checks import citation_check, link_check
from ledger.core.problems import Report
from ledger.model import rules
from ledger.model.project import Project
from ledger.site import generated_parts


def check_citations(project: Project) -> Report:
    """The report of the citation check."""
    rules.list_rules()  # raises where a rule lacks its function or its wording
    return citation_check.run_citation_checks(project)


def check_links(project: Project) -> Report:
    """The report of the link check, without the network."""
    rules.list_rules()
    return link_check.run_link_checks(project, generated_parts.extract_visible_text)


def run_all_checks(project: Project) -> list[Report]:
    """The reports of both checks."""
    return [check_citations(project), check_links(project)]

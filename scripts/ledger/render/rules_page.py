"""The list on the page Rules: what each rule requires, why, and how to fix a problem."""

from __future__ import annotations

from ledger.checks import citation_check, link_check  # noqa: F401  (their modules register the rules)
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.rules import list_rules
from ledger.render.jinja import render


def render_rules_page(page: Page, project: Project, options: Options) -> str:
    """Every rule under its group, with its id as the anchor."""
    return render("rules.html", rules=list_rules())

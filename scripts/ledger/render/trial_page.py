"""A trial's own page: the line below its title, and its tables of facts, results, harms and requirements."""

from __future__ import annotations

from ledger.model.derived import describe_overdue_results
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_record import Record
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render.jinja import render


def get_record(page: Page) -> Record:
    """The page's record. Raises LookupError where there is none, which a preview may see."""
    if page.record is None:
        raise LookupError(page.src)
    return page.record


def render_trial_header(page: Page, project: Project) -> str:
    """The line below a trial page's title: stage, approach and registry ids; then a notice if results are overdue."""
    record = get_record(page)
    overdue = describe_overdue_results(record, project.today)
    return render("trial-header.html", page=page, record=record, overdue=overdue)


def render_fact_table(page: Page, project: Project, options: Options) -> str:
    """The fact table: the main facts, and the others behind a button that shows them."""
    return render("trial-facts.html", page=page, record=get_record(page), records=project.records)


def render_results_table(page: Page, project: Project, options: Options) -> str:
    """The results, or why there are none."""
    return render("trial-results.html", page=page, record=get_record(page))


def render_harms_table(page: Page, project: Project, options: Options) -> str:
    """The harms, or where and when we searched for harms without finding any."""
    return render("trial-harms.html", page=page, record=get_record(page))


def render_requirements_table(page: Page, project: Project, options: Options) -> str:
    """What the trial shows against each of the eight requirements."""
    return render("trial-requirements.html", page=page, record=get_record(page), requirements=REQUIREMENTS)

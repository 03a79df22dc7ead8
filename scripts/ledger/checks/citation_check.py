"""The citation check: every citation leads to a source, every source is cited, every number has one."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from ledger.checks import (
    balance,
    better_sources,
    bib_duplicates,
    bib_entries,
    bib_fields,
    certainty_ratings,
    citations,
    claims_of_effect,
    copied_records,
    percentages,
    record_references,
    retractions,
    suppressions,
    trial_consistency,
    trial_text,
    uncited_statements,
)
from ledger.checks.places import check_counts_not_zero
from ledger.checks.suppressions import Suppression
from ledger.core.problems import Problem, Report, build_report
from ledger.model import bibliography, rules
from ledger.model.project import BIB_FILE, DOCS_FOLDER, Page, Project
from ledger.model.rules import rule
from ledger.model.text_files import UNREADABLE_RULES

PROJECT_CHECKS: Sequence[Callable[[Project], Iterable[Problem]]] = (
    citations.check_claim_keys,
    citations.check_certainty_keys,
    certainty_ratings.check_certainty_ratings,
    uncited_statements.check_claim_numbers,
    claims_of_effect.check_claims_wording,
    retractions.check_source_status,
    copied_records.check_copied_records,
    record_references.check_record_references,
    balance.check_balance,
    balance.check_deaths,
    better_sources.check_better_sources,
)
"""The rules that need nothing but the project."""
BIBLIOGRAPHY_CHECKS: Sequence[Callable[[bibliography.Bibliography], Iterable[Problem]]] = (
    bib_fields.check_bib_fields,
    bib_duplicates.check_duplicate_works,
)
MAX_NO_CITE = 10
"""More ``no-cite`` suppressions than this on the whole site are an error: a suppression is the exception."""


def run_citation_checks(project: Project) -> Report:
    """The report of the citation check."""
    entries = project.bibliography.entries
    cited = [citation for page in project.pages.values() for citation in citations.find_citations(page)]
    by_page = {
        src: suppressions.read_suppressions(page.path, page.source, project.today)
        for src, page in project.pages.items()
    }
    in_force = [(project.pages[src], suppression) for src, (valid, _) in by_page.items() for suppression in valid]
    interested = claims_of_effect.find_interested_sources(entries)
    problems = [
        *project.problems,
        *project.record_problems,
        *bib_entries.check_bibliography(project.bibliography, project.today),
        *(problem for check in BIBLIOGRAPHY_CHECKS for problem in check(project.bibliography)),
        *citations.check_cited_keys(project, cited),
        *citations.check_uncited_entries(project, cited),
        *(problem for check in PROJECT_CHECKS for problem in check(project)),
    ]
    for src, (valid, faults) in by_page.items():
        problems += [*faults, *_check_page(project.pages[src], project, valid, interested)]
    problems += _check_suppression_count(in_force)
    counts = {"pages": len(project.pages), "citations": len(cited) + len(project.claims.keys())}
    problems += check_counts_not_zero(counts, DOCS_FOLDER)
    if any(problem.rule in UNREADABLE_RULES for problem in project.bibliography.problems):
        # That is reported once; which keys the file has is unknown.
        problems = [problem for problem in problems if problem.rule != "undefined-key"]
    else:
        problems += check_counts_not_zero({"entries": len(entries)}, BIB_FILE)
    rules.check_declared(problems)
    return build_report("check_citations", {**counts, "entries": len(entries), "excuses": len(in_force)}, problems)


def _check_page(
    page: Page, project: Project, valid: Sequence[Suppression], interested: Container[str]
) -> Iterator[Problem]:
    """Every rule on one page. The last reports suppressions that no other rule has used."""
    yield from citations.check_citation_syntax(page)
    yield from citations.check_usual_citations(page, project.bibliography.entries)
    yield from citations.check_citation_places(page)
    yield from citations.check_record_keys(page, project)
    yield from citations.check_translation_sources(page, project)
    yield from uncited_statements.check_uncited_numbers(page, valid)
    yield from uncited_statements.check_record_numbers(page)
    yield from uncited_statements.check_quotations(page, valid)
    yield from uncited_statements.check_typed_identifiers(page, project.bibliography.entries)
    yield from trial_consistency.check_trial_record(page, project)
    yield from trial_text.check_text_against_record(page, valid)
    yield from claims_of_effect.check_wording(page, project.bibliography.entries, interested, valid)
    yield from percentages.check_reported_results(page, project, valid)
    yield from suppressions.check_suppressions(page.path, valid, project.today)


@rule("too-many-excuses")
def _check_suppression_count(in_force: Iterable[tuple[Page, Suppression]]) -> Iterator[Problem]:
    uncited = [(page, suppression) for page, suppression in in_force if suppression.name == "no-cite"]
    if len(uncited) > MAX_NO_CITE:
        message = f"{len(uncited)} no-cite on the site, at most {MAX_NO_CITE} are allowed; cite a source instead"
        for page, suppression in uncited[MAX_NO_CITE:]:
            yield Problem(page.path, suppression.line, "too-many-excuses", message)

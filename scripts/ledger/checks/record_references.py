"""What one trial record cannot know: whether the pages, records and cohorts that it names exist, and ids used twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath

from ledger.core.problems import Problem
from ledger.model.project import Page, Project
from ledger.model.rules import rule
from ledger.model.vocabulary import GAP


def check_record_references(project: Project) -> Iterator[Problem]:
    """The problems of every record that show only beside the other records and pages."""
    yield from _check_therapies(project)
    yield from _check_duplicates(project)
    yield from _check_relations(project)
    yield from _check_overlaps(project)


def _check_therapies(project: Project) -> Iterator[Problem]:
    therapies = [PurePosixPath(src).stem for src in project.pages if src.startswith("therapies/")]
    if not therapies:
        return
    for page, record in project.records.values():
        for number, stem in enumerate(record.therapies):
            if stem != GAP and f"therapies/{stem}.md" not in project.pages:
                hint = _suggest(stem, therapies, "name a page in docs/therapies without .md")
                message = f"there is no page therapies/{stem}.md; {hint}"
                yield replace(_problem(page, ("therapies", number), message), cause=f"therapies/{stem}")


@rule("record")
def _check_duplicates(project: Project) -> Iterator[Problem]:
    """Registrations and titles that an earlier page has already."""
    ids: dict[str, str] = {}
    titles: dict[str, str] = {}
    for page, record in project.records.values():
        for number, registration in enumerate(record.registry):
            first = ids.setdefault(registration.id, page.path)
            if first != page.path:
                message = f"{registration.id} has a page already, {first}; one trial, one page"
                yield _problem(page, ("registry", number), message)
        first = titles.setdefault(page.title.lower(), page.path)
        if first != page.path:
            message = f"the title '{page.title}' is that of {first}; give each trial its own"
            yield Problem(page.path, page.meta.line(("title",)), "record", message)


def _check_relations(project: Project) -> Iterator[Problem]:
    for page, record in project.records.values():
        for number, relation in enumerate(record.relations):
            if relation.record and relation.record not in project.trial_names:
                hint = _suggest(relation.record, project.records, "leave record out if the trial has no page")
                message = f"there is no record '{relation.record}'; {hint}"
                yield _problem(page, ("relations", number, "record"), message)


def _check_overlaps(project: Project) -> Iterator[Problem]:
    if project.unread_trials:
        return  # which cohorts they have is not known
    cohorts = {record.cohort for _, record in project.records.values()}
    for page, record in project.records.values():
        for number, cohort in enumerate(record.overlaps):
            if cohort not in cohorts:
                hint = _suggest(cohort, cohorts, "name the cohort of another record")
                yield _problem(page, ("overlaps", number), f"no record has the cohort '{cohort}'; {hint}")


def _suggest(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint with the known word that is most like ``word``, or ``otherwise``."""
    near = get_close_matches(word, known, 1)
    return f"did you mean {near[0]}?" if near else otherwise


@rule("record")
def _problem(page: Page, place: tuple[str | int, ...], message: str) -> Problem:
    return Problem(page.path, page.meta.line(("trial", *place)), "record", message)

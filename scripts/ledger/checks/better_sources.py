"""A central statement rests on the best source that the bibliography has for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from ledger.checks.numbers import extract_figures
from ledger.core.problems import Problem
from ledger.model.bibliography import Entry
from ledger.model.claims import find_cited_keys
from ledger.model.project import Page, Project
from ledger.model.rules import rule
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Record, iter_models

WEAK_KINDS = ("news", "forum or blog", "seller's page", "company statement")
STRONG_KINDS = (
    "trial report",
    "cohort study",
    "case report",
    "conference abstract",
    "systematic review",
    "registry report",
    "trial registry",
    "regulator",
)
MIN_FIGURES = 2
SMALL_FIGURES = {"1", "2", "3"}
"""Fewer figures, or those that every text has, agree by chance."""
UNREAD = ("title only", "not seen", "second-hand")


@rule("better-source")
def check_better_sources(project: Project) -> Iterator[Problem]:
    """Weak sources under a record's first result or a page's opening, where a record has a strong one that says the same."""
    entries = project.bibliography.entries
    for page, record in project.records.values():
        first = next(iter(record.results), None)
        if first and _is_of_kind(entries, first.cite, WEAK_KINDS):
            same = (row.cite for row in record.results if row.outcome == first.outcome and row.measure == first.measure)
            better = next((key for key in same if _is_of_kind(entries, key, STRONG_KINDS)), None)
            if better:
                yield Problem(
                    page.path, page.meta.line(("trial", "results", 0)), "better-source", _advise(first.cite, better)
                )
    known = [
        (frozenset(record.citations()), list(_iter_strong_facts(record, entries)))
        for _, record in project.records.values()
    ]
    for page in project.pages.values():
        yield from _check_opening(page, project, known)


def _check_opening(
    page: Page, project: Project, known: Sequence[tuple[Set[str], list[tuple[str, set[str]]]]]
) -> Iterator[Problem]:
    """The blocks before the first section that rest on weak sources alone, though a record has their figures from a strong one."""
    entries = project.bibliography.entries
    end = next((heading.line for heading in page.source.headings if heading.level == 2), None)
    for block in page.source.blocks:
        if end is not None and block.line >= end:
            return
        keys = list(find_cited_keys(block.text))
        figures = extract_figures(block.words)
        if (
            len(figures - SMALL_FIGURES) < MIN_FIGURES
            or not keys
            or not all(_is_of_kind(entries, key, WEAK_KINDS) for key in keys)
        ):
            continue
        related = (facts for cited, facts in known if not cited.isdisjoint(keys))
        better = next((key for one in related for key, facts in one if figures <= facts), None)
        if better:
            yield Problem(page.path, block.line, "better-source", _advise(keys[0], better))


def _iter_strong_facts(record: Record, entries: Mapping[str, Entry]) -> Iterator[tuple[str, set[str]]]:
    """The facts of a record from strong sources: the key of the source, and the figures."""
    for _, fact in iter_models(record):
        key = getattr(fact, "cite", None)
        if isinstance(fact, SourcedModel) and key and _is_of_kind(entries, key, STRONG_KINDS):
            texts = fact.model_dump(exclude={"cite", "seen", "certainty"}, exclude_none=True).values()
            yield key, extract_figures("\n".join(map(str, texts)))


def _is_of_kind(entries: Mapping[str, Entry], key: str, kinds: tuple[str, ...]) -> bool:
    entry = entries.get(key)
    return entry is not None and entry.kind in kinds and not (kinds is STRONG_KINDS and entry.get("seen") in UNREAD)


def _advise(weak: str, better: str) -> str:
    return f"a central statement rests on @{weak} alone, and @{better} says the same; compare them and cite [@{better}]"

"""What a change removes from the site: records, their rows of results and harms, and sources.

Removing a fact can be right, so this is a warning for whoever reviews the change and never an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.problems import Problem, plural
from ledger.project import BIB, Page, Project
from ledger.records import Harm, Measured, Record, Result

MOST_NAMED = 5
"""Rows that one message names; it counts them all."""


def check(before: Project, now: Project) -> Iterator[Problem]:
    """A warning for each record that lost something or is gone, and for each source that is gone."""
    for name, (page, record) in before.records.items():
        if page.src in before.drafts:
            continue
        later = now.pages.get(page.src)
        if name not in now.records:
            if later is None or not ("trial" in later.meta.data or later.broken):  # else its errors are reported
                yield _problem(page, 1, f"the record {name} ({page.title}), with {_held(record)}")
            continue
        here, found = now.records[name]
        if here.src in now.drafts:
            line = here.meta.line(("draft",))
            yield _problem(here, line, f"the record {name} from the published site (draft: true), with {_held(record)}")
        yield from _rows(here, "results", "results", record.results, found.results)
        yield from _rows(here, "harms", "harm rows", record.harms, found.harms)
    for key in before.bibliography.entries:
        if key not in now.bibliography.entries:
            title = before.bibliography.entries[key].text("title")
            yield Problem(BIB, 1, "removed", f"this change removes the source {key} ({title})", "warning")


def _problem(page: Page, line: int, what: str) -> Problem:
    return Problem(page.path, line, "removed", f"this change removes {what}", "warning")


def _held(record: Record) -> str:
    return f"{_number(record.results, 'results')} and {_number(record.harms, 'harm rows')}"


def _number(rows: list[Result] | list[Harm], what: str) -> str:
    return f"{len(rows)} {plural(what, len(rows))}"


def _rows(
    page: Page, part: str, what: str, before: list[Result] | list[Harm], now: list[Result] | list[Harm]
) -> Iterator[Problem]:
    """Rows whose fact is there no more; a change of wording beside it removes nothing."""
    old, new = Counter(map(_fact, before)), Counter(map(_fact, now))
    gone, added = list((old - new).elements()), (new - old).total()
    if gone:
        named = "; ".join(gone[:MOST_NAMED]) + ("; …" if len(gone) > MOST_NAMED else "")
        message = f"{len(gone)} {plural(what, len(gone))} ({named}) from {page.path}"
        yield _problem(page, page.meta.line(("trial", part)), message + (f" and adds {added}" if added else ""))


def _fact(row: Measured) -> str:
    """A row in short: what, when, how many or how much."""
    name = row.measure if isinstance(row, Result) else row.event if isinstance(row, Harm) else ""
    count = "" if row.n is None else f" {row.n}" + (f" of {row.of}" if row.of else "")
    value = f" {row.value}" if row.value else ""
    unit = f" {row.unit}" if row.value and row.unit else ""
    return name + count + value + unit + (f", {row.at}" if row.at else "")

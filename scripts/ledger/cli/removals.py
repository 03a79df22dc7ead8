"""What a change removes from the site: records, their rows of results and harms, and sources.

Removing a fact can be right, so this is a warning for the reviewer of the change and never an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.core.problems import Problem
from ledger.core.text import pluralize
from ledger.model.project import BIB_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.trial_record import Harm, Measurement, Record, Result

MAX_NAMED_ROWS = 5
"""One message names at most this many rows; it counts them all."""


def check_removals(before: Project, now: Project) -> Iterator[Problem]:
    """A warning for each record that lost something or was removed, and for each source that was removed."""
    for name, (page, record) in before.records.items():
        if page.src in before.drafts:
            continue
        later = now.pages.get(page.src)
        if name not in now.records:
            if later is None or not ("trial" in later.meta.data or later.broken):  # else its errors are reported
                yield _report_removal(
                    page.path, 1, f"the record {name} ({page.title}), with {_describe_record_rows(record)}"
                )
            continue
        new_page, new_record = now.records[name]
        if new_page.src in now.drafts:
            line = new_page.meta.line(("draft",))
            yield _report_removal(
                new_page.path,
                line,
                f"the record {name} from the published site (draft: true), with {_describe_record_rows(record)}",
            )
        yield from _check_rows(new_page, "results", "results", record.results, new_record.results)
        yield from _check_rows(new_page, "harms", "harm rows", record.harms, new_record.harms)
    for key in before.bibliography.entries:
        if key not in now.bibliography.entries:
            title = before.bibliography.entries[key].text("title")
            yield _report_removal(BIB_FILE, 1, f"the source {key} ({title})")


@rule("removed")
def _report_removal(path: str, line: int, what: str) -> Problem:
    return Problem(path, line, "removed", f"this change removes {what}")


def _describe_record_rows(record: Record) -> str:
    return f"{_format_count(record.results, 'results')} and {_format_count(record.harms, 'harm rows')}"


def _format_count(rows: list[Result] | list[Harm], what: str) -> str:
    return f"{len(rows)} {pluralize(what, len(rows))}"


def _check_rows(
    page: Page, part: str, what: str, before: list[Result] | list[Harm], now: list[Result] | list[Harm]
) -> Iterator[Problem]:
    """Rows whose fact no longer exists; a change of wording beside it removes nothing."""
    earlier, later = Counter(map(_summarise_row, before)), Counter(map(_summarise_row, now))
    removed, added = list((earlier - later).elements()), (later - earlier).total()
    if removed:
        named = "; ".join(removed[:MAX_NAMED_ROWS]) + ("; …" if len(removed) > MAX_NAMED_ROWS else "")
        message = f"{len(removed)} {pluralize(what, len(removed))} ({named}) from {page.path}"
        yield _report_removal(
            page.path, page.meta.line(("trial", part)), message + (f" and adds {added}" if added else "")
        )


def _summarise_row(row: Measurement) -> str:
    """A row in short: what, when, how many or how much."""
    name = row.measure if isinstance(row, Result) else row.event if isinstance(row, Harm) else ""
    count = "" if row.n is None else f" {row.n}" + (f" of {row.of}" if row.of else "")
    value = f" {row.value}" if row.value else ""
    unit = f" {row.unit}" if row.value and row.unit else ""
    return name + count + value + unit + (f", {row.at}" if row.at else "")

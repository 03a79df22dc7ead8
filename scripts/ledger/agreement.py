"""The text of a trial page and its record say the same: every number in the prose stands in the record.

``<!-- not-in-record: reason -->`` in the same paragraph excuses a number that is about something else, such as
another trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from ledger import numbers
from ledger.problems import Problem
from ledger.project import Page
from ledger.prose import line_of, prose_only
from ledger.records import Measured, Record

EXCUSE = re.compile(r"not-in-record\b(?::\s*(?P<reason>\S.*))?", re.DOTALL)
NO_FIGURES = ("cite", "id", "seen", "cohort", "publications", "therapies", "arm", "outcome", "record")
"""Fields whose digits are names and no numbers."""


def figures(record: Record) -> set[str]:
    """Every figure that the record holds, and what follows from its counts: the per cent, and the rest."""
    found: set[str] = set()
    for name, value in record:
        if name not in NO_FIGURES:
            found |= _figures(value)
    for row in (*record.results, *record.harms):
        found |= _follows(row)
    return found


def _figures(value: object) -> set[str]:
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int | str):
        return numbers.figures(str(value))
    if isinstance(value, dict):
        return set().union(*(_figures(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_figures(inner) for inner in value))
    if isinstance(value, BaseModel):
        return set().union(*(_figures(inner) for name, inner in value if name not in NO_FIGURES))
    return set()


def _follows(row: Measured) -> set[str]:
    if row.n is None or row.of is None:
        return set()
    return {str(round(100 * row.n / row.of)), str(row.of - row.n)}


def check(page: Page) -> Iterator[Problem]:
    """Numbers in the prose of a trial page that its record does not hold."""
    if page.record is None:
        return
    known = figures(page.record)
    source = page.source
    excuses: list[tuple[int, int]] = []
    for comment in source.comments:
        excuse = EXCUSE.match(comment.text)
        if excuse and not excuse["reason"]:
            message = "an excuse needs a reason: <!-- not-in-record: what the number is about -->"
            yield Problem(page.path, source.line(comment.start), "not-in-record", message)
        elif excuse:
            excuses.append((comment.start, source.line(comment.start)))
    used: set[int] = set()
    for block in source.blocks:
        if block.kind == "definition":
            continue
        text = prose_only(block)
        missing = [number for number in numbers.find_all(text) if not numbers.figures(number) <= known]
        if not missing:
            continue
        here = {place for place, _ in excuses if block.start <= place <= block.end}
        used |= here
        if not here:
            message = (
                f"'{missing[0]}' is not in this page's record; add it there, or say what it is about in the same"
                " paragraph: <!-- not-in-record: … -->"
            )
            yield Problem(page.path, block.line + line_of(missing[0], text), "not-in-record", message)
    for place, line in excuses:
        if place not in used:
            yield Problem(page.path, line, "not-in-record", "this excuse excuses nothing; take it out")

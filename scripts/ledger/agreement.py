"""The text of a trial page and its record say the same: every number in the prose stands in the record.

``<!-- not-in-record until 2027-01-31: reason -->`` in the same paragraph excuses a number that is about something else, such as
another trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger import excuses, numbers
from ledger.problems import Problem
from ledger.project import Page
from ledger.prose import GROUP, line_of, prose_only
from ledger.records import Record

NO_FIGURES = {"cite", "id", "seen", "cohort", "publications", "therapies", "arm", "outcome", "record"}
"""Fields whose digits are names and no numbers."""


def figures(page: Page, record: Record) -> set[str]:
    """Every figure that the record holds, and what follows from its counts: the per cent, and the rest."""
    found = numbers.figures("\n".join(_texts(page.meta.data["trial"])))
    for row in (*record.results, *record.harms):
        if row.n is not None and row.of is not None:
            found |= {str(round(100 * row.n / row.of)), str(row.of - row.n)}
    return found


def _texts(value: object) -> Iterator[str]:
    """The texts and numbers below a value of the front matter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in NO_FIGURES:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int):
        yield str(value)


def check(page: Page, excused: Iterable[excuses.Excuse] = ()) -> Iterator[Problem]:
    """Numbers in the prose of a trial page that its record does not hold."""
    if page.record is None:
        return
    known = figures(page, page.record)
    for block in page.source.blocks:
        if block.kind == "definition":
            continue
        if numbers.figures(GROUP.sub("", block.text)) <= known:
            continue  # so are those with a unit; most paragraphs are done here
        text = prose_only(block)
        missing = [number for number in numbers.find_all(text) if not numbers.figures(number) <= known]
        if missing and not excuses.covers(excused, "not-in-record", block):
            message = (
                f"'{missing[0]}' is not in this page's record; add it there, or say what it is about in the same"
                " paragraph: <!-- not-in-record until YYYY-MM-DD: … -->"
            )
            yield Problem(page.path, block.line + line_of(missing[0], text), "not-in-record", message)

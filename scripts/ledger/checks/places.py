"""What several checks share: the line of a page's title, and counts of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.core.problems import Problem
from ledger.core.text import pluralize
from ledger.model.project import Page
from ledger.model.rules import rule


def find_title_line(page: Page) -> int:
    """The line of the page's title; 1 where it has none."""
    return next((heading.line for heading in page.source.headings if heading.level == 1), 1)


@rule("nothing-seen")
def check_counts_not_zero(counts: Mapping[str, int], path: str) -> Iterator[Problem]:
    """A problem at ``path`` for each count that is zero: a check of nothing proves nothing."""
    for noun, number in counts.items():
        if not number:
            message = f"no {pluralize(noun, 1)} to check; a check of nothing proves nothing"
            yield Problem(path, 1, "nothing-seen", message)

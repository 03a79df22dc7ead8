"""Excuses: comments by which an author keeps one rule quiet in one paragraph, list item or table row.

``<!-- no-cite until 2027-01-31: the reason -->``. An excuse without a reason or a last day, out of date, or with nothing
to excuse is an error itself: whoever asked for it, or somebody else, looks at it again within a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from ledger.core.problems import Problem
from ledger.markdown.scanner import Block, MarkdownSource

SUPPRESSION_REASONS: Mapping[str, str] = {
    "no-cite": "why this number or quotation has no source",
    "not-in-record": "what the number or the death is about",
    "hype-ok": "why the word must stand here",
    "no-count": "why the per cent has no count, or has decimals",
    "no-origin": "why the origin of the cells is not named",
}
"""Each excuse, and what its reason should say."""
SUPPRESSION_COMMENT = re.compile(
    rf"(?P<name>{'|'.join(SUPPRESSION_REASONS)})(?![\w-])(?:\s+until\s+(?P<until>[^\s:]+))?\s*(?::\s*(?P<reason>\S.*))?",
    re.DOTALL,
)
MAX_SUPPRESSION_TIME = timedelta(days=366)
"""An excuse is looked at again after a year at the latest."""
SUPPRESSION_LIKE = re.compile(r"(?P<name>(?:no|not|hype)[-_ ]?[a-z][a-z_-]{1,30})(?:\s+until\b[^:\n]{0,40})?\s*:")


@dataclass
class Suppression:
    """One excuse on a page: its last day, where it stands, and whether a rule has made use of it."""

    name: str
    until: date
    start: int
    line: int
    used: bool = False


def read_suppressions(path: str, source: MarkdownSource, today: date) -> tuple[list[Suppression], list[Problem]]:
    """The excuses of a page that give a reason and a last day, and what is wrong with the others."""
    found: list[Suppression] = []
    problems: list[Problem] = []
    for comment in source.comments:
        line = source.line(comment.start)
        excuse = SUPPRESSION_COMMENT.match(comment.text)
        if not excuse:
            like = SUPPRESSION_LIKE.match(comment.text)
            near = get_close_matches(like["name"], SUPPRESSION_REASONS, 1, 0.8) if like else []
            if near:
                message = f"'{like['name'] if like else ''}' is no excuse; did you mean {near[0]}?"
                problems.append(Problem(path, line, "excuse", message))
            continue
        until = _parse_day(excuse["until"] or "")
        if not excuse["reason"]:
            form = f"<!-- {excuse['name']} until YYYY-MM-DD: {SUPPRESSION_REASONS[excuse['name']]} -->"
            problems.append(Problem(path, line, "excuse", f"an excuse needs a reason: {form}"))
        elif not excuse["until"]:
            message = f"an excuse needs a last day: {excuse['name']} until YYYY-MM-DD: the reason"
            problems.append(Problem(path, line, "excuse", message))
        elif until is None:
            message = f"'{excuse['until'][:40]}' is not a date; write until YYYY-MM-DD"
            problems.append(Problem(path, line, "excuse", message))
        elif until > today + MAX_SUPPRESSION_TIME:
            message = f"until {until} is more than a year away; choose a nearer day"
            problems.append(Problem(path, line, "excuse", message))
        else:
            found.append(Suppression(excuse["name"], until, comment.start, line))
    return found, problems


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_suppressed(excuses: Iterable[Suppression], name: str, block: Block) -> bool:
    """Whether an excuse of this name stands in the block; every one that does is used then."""
    here = [excuse for excuse in excuses if excuse.name == name and block.start <= excuse.start <= block.end]
    for excuse in here:
        excuse.used = True
    return bool(here)


def check_suppressions(path: str, excuses: Iterable[Suppression], today: date) -> Iterator[Problem]:
    """Excuses that excuse nothing or whose day has passed; to be asked when every rule has run."""
    for excuse in excuses:
        if not excuse.used:
            yield Problem(path, excuse.line, "excuse", f"this {excuse.name} excuses nothing; take it out")
        elif excuse.until < today:
            message = (
                f"this {excuse.name} ended on {excuse.until}; mend what it excused, or look again and move the date"
            )
            yield Problem(path, excuse.line, "excuse-expired", message)

"""Excuses: comments by which an author keeps one rule quiet in one paragraph, list item or table row.

``<!-- no-cite: the reason -->``, or with an end, ``<!-- hype-ok until 2027-01-31: the reason -->``. An excuse without
a reason, out of date, or with nothing to excuse is an error itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from ledger.mdscan import Block, Source
from ledger.problems import Problem

NAMES: Mapping[str, str] = {
    "no-cite": "why this number or quotation has no source",
    "not-in-record": "what the number is about",
    "hype-ok": "why the word must stand here",
    "no-count": "why the per cent has no count, or has decimals",
    "no-origin": "why the origin of the cells is not named",
}
"""Each excuse, and what its reason should say."""
FORM = re.compile(
    rf"(?P<name>{'|'.join(NAMES)})(?![\w-])(?:\s+until\s+(?P<until>[^\s:]+))?\s*(?::\s*(?P<reason>\S.*))?", re.DOTALL
)
LIKE = re.compile(r"(?P<name>(?:no|not|hype)[-_ ]?[a-z][a-z_-]{1,30})\s*:")


@dataclass
class Excuse:
    """One excuse on a page: its last day, if it has one, where it stands, and whether a rule has made use of it."""

    name: str
    until: str
    start: int
    line: int
    used: bool = False


def read(path: str, source: Source) -> tuple[list[Excuse], list[Problem]]:
    """The excuses of a page that give a reason, and what is wrong with the others."""
    found: list[Excuse] = []
    problems: list[Problem] = []
    for comment in source.comments:
        line = source.line(comment.start)
        excuse = FORM.match(comment.text)
        if not excuse:
            like = LIKE.match(comment.text)
            near = get_close_matches(like["name"], NAMES, 1, 0.8) if like else []
            if near:
                message = f"'{like['name'] if like else ''}' is no excuse; did you mean {near[0]}?"
                problems.append(Problem(path, line, "excuse", message))
        elif not excuse["reason"]:
            message = f"an excuse needs a reason: <!-- {excuse['name']}: {NAMES[excuse['name']]} -->"
            problems.append(Problem(path, line, "excuse", message))
        elif excuse["until"] and not _is_day(excuse["until"]):
            message = f"'{excuse['until'][:40]}' is not a date; write until YYYY-MM-DD"
            problems.append(Problem(path, line, "excuse", message))
        else:
            found.append(Excuse(excuse["name"], excuse["until"] or "", comment.start, line))
    return found, problems


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def covers(excuses: Iterable[Excuse], name: str, block: Block) -> bool:
    """Whether an excuse of this name stands in the block; every one that does is used then."""
    here = [excuse for excuse in excuses if excuse.name == name and block.start <= excuse.start <= block.end]
    for excuse in here:
        excuse.used = True
    return bool(here)


def faults(path: str, excuses: Iterable[Excuse], today: date) -> Iterator[Problem]:
    """Excuses that excuse nothing or whose day has passed; to be asked when every rule has run."""
    for excuse in excuses:
        if not excuse.used:
            yield Problem(path, excuse.line, "excuse", f"this {excuse.name} excuses nothing; take it out")
        elif excuse.until and excuse.until < today.isoformat():
            message = (
                f"this {excuse.name} ended on {excuse.until}; mend what it excused, or look again and move the date"
            )
            yield Problem(path, excuse.line, "excuse-expired", message)

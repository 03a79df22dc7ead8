"""Suppressions: comments by which an author silences one rule in one paragraph, list item or table row.

``<!-- no-cite until 2027-01-31: the reason -->``. Authors know them as excuses. One without a reason or a last day, out
of date, or with nothing to suppress is an error itself, so that somebody reviews each within a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from ledger.core.problems import Problem
from ledger.markdown.scanner import Block, MarkdownSource
from ledger.model.rules import rule

SUPPRESSION_REASONS: Mapping[str, str] = {
    "no-cite": "why this number or quotation has no source",
    "not-in-record": "what the number or the death is about",
    "hype-ok": "why the word is needed here",
    "no-count": "why the per cent has no count, or has decimals",
    "no-origin": "why the origin of the cells is not named",
}
"""Each suppression, and what its reason should say."""
SUPPRESSION_COMMENT = re.compile(
    rf"(?P<name>{'|'.join(SUPPRESSION_REASONS)})(?![\w-])(?:\s+until\s+(?P<until>[^\s:]+))?\s*(?::\s*(?P<reason>\S.*))?",
    re.DOTALL,
)
MAX_SUPPRESSION_TIME = timedelta(days=366)
"""A suppression is reviewed after a year at the latest."""
SUPPRESSION_LIKE = re.compile(r"(?P<name>(?:no|not|hype)[-_ ]?[a-z][a-z_-]{1,30})(?:\s+until\b[^:\n]{0,40})?\s*:")


@dataclass
class Suppression:
    """One suppression on a page: its last day, its position, and whether a rule has used it."""

    name: str
    until: date
    start: int
    line: int
    used: bool = False


@rule("excuse")
def read_suppressions(path: str, source: MarkdownSource, today: date) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions of a page that give a reason and a last day, and what is wrong with the others."""
    valid: list[Suppression] = []
    problems: list[Problem] = []
    for comment in source.comments:
        line = source.line(comment.start)
        match = SUPPRESSION_COMMENT.match(comment.text)
        if not match:
            like = SUPPRESSION_LIKE.match(comment.text)
            near = get_close_matches(like["name"], SUPPRESSION_REASONS, 1, 0.8) if like else []
            if near:
                message = f"'{like['name'] if like else ''}' is not an excuse; did you mean {near[0]}?"
                problems.append(Problem(path, line, "excuse", message))
            continue
        until = _parse_day(match["until"] or "")
        if not match["reason"]:
            form = f"<!-- {match['name']} until YYYY-MM-DD: {SUPPRESSION_REASONS[match['name']]} -->"
            problems.append(Problem(path, line, "excuse", f"an excuse needs a reason: {form}"))
        elif not match["until"]:
            message = f"an excuse needs a last day: {match['name']} until YYYY-MM-DD: the reason"
            problems.append(Problem(path, line, "excuse", message))
        elif until is None:
            message = f"'{match['until'][:40]}' is not a date; write until YYYY-MM-DD"
            problems.append(Problem(path, line, "excuse", message))
        elif until > today + MAX_SUPPRESSION_TIME:
            message = f"until {until} is more than a year away; choose a nearer day"
            problems.append(Problem(path, line, "excuse", message))
        else:
            valid.append(Suppression(match["name"], until, comment.start, line))
    return valid, problems


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_suppressed(valid: Iterable[Suppression], name: str, block: Block) -> bool:
    """Whether the block contains a suppression of this name; marks each that it contains as used."""
    matching = [one for one in valid if one.name == name and block.start <= one.start <= block.end]
    for suppression in matching:
        suppression.used = True
    return bool(matching)


@rule("excuse", "excuse-expired")
def check_suppressions(path: str, valid: Iterable[Suppression], today: date) -> Iterator[Problem]:
    """Suppressions that suppress nothing or whose last day has passed; runs after every other rule."""
    for suppression in valid:
        if not suppression.used:
            message = f"this {suppression.name} excuses nothing; remove it"
            yield Problem(path, suppression.line, "excuse", message)
        elif suppression.until < today:
            message = f"this {suppression.name} ended on {suppression.until}; fix what it excused, or review it and choose a later day"
            yield Problem(path, suppression.line, "excuse-expired", message)

"""Suppressions: what silences one rule in one place until a day, for a reason. Authors know them as excuses.

In the text of a page a suppression is a comment in a paragraph, list item or table row,
``<!-- no-cite until 2027-01-31: the reason -->``. For what is not in the text of a page it is an entry of a file:

excuses:
  - host: example.org
    reason: keeps programs out; opened by a person on 2026-11-20
    until: 2027-05-20

One without a reason or a last day, out of date, or with nothing to suppress is an error itself, so that somebody reviews
each within a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.core.partial_date import is_iso_date
from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.markdown.scanner import Block, MarkdownSource
from ledger.model import rules
from ledger.model.data_files import read_yaml
from ledger.model.external_links import ExternalLink
from ledger.model.field_types import NonEmptyText, StrictModel
from ledger.model.link_state import LINK_POLICY_FILE
from ledger.model.project import Project

SUPPRESSION_REASONS: Mapping[str, str] = {
    "no-cite": "why this number or quotation has no source",
    "not-in-record": "what the number or the death is about",
    "hype-ok": "why the word is needed here",
    "no-count": "why the per cent has no count, or has decimals",
    "no-origin": "why the origin of the cells is not named",
}
"""Each suppression in a comment, and what its reason should say."""
SUPPRESSION_COMMENT = re.compile(
    rf"(?P<name>{'|'.join(SUPPRESSION_REASONS)})(?![\w-])(?:\s+until\s+(?P<until>[^\s:]+))?\s*(?::\s*(?P<reason>\S.*))?",
    re.DOTALL,
)
MAX_SUPPRESSION_TIME = timedelta(days=366)
"""A suppression is reviewed after a year at the latest."""
SUPPRESSION_LIKE = re.compile(r"(?P<name>(?:no|not|hype)[-_ ]?[a-z][a-z_-]{1,30})(?:\s+until\b[^:\n]{0,40})?\s*:")


@dataclass
class Suppression:
    """One suppression: its rule or the kind of thing it is for, its last day, its place, and whether a rule has used it."""

    path: str
    line: int
    name: str
    until: date
    start: int = 0
    """The position of a comment in its page."""
    what: str = ""
    """What an entry of a file is for."""
    used: bool = False


def _explain_last_day(until: str, today: date) -> str:
    """What is wrong with a last day; empty where nothing is."""
    if not is_iso_date(until):
        return f"'{shorten(until)}' is not a date; write until YYYY-MM-DD"
    if date.fromisoformat(until) > today + MAX_SUPPRESSION_TIME:
        return f"until {until} is more than a year away; choose a nearer day"
    return ""


# --- in the text of a page --------------------------------------------------------------------------------


@rules.rule("excuse")
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
            if like and near:
                message = f"'{like['name']}' is not an excuse; did you mean {near[0]}?"
                problems.append(Problem(path, line, "excuse", message))
            continue
        message = _explain_comment(match, today)
        if message:
            problems.append(Problem(path, line, "excuse", message))
        else:
            until = date.fromisoformat(match["until"])
            valid.append(Suppression(path, line, match["name"], until, comment.start))
    return valid, problems


def _explain_comment(match: re.Match[str], today: date) -> str:
    """What is wrong with a comment that has the name of a suppression; empty where nothing is."""
    if not match["reason"]:
        return (
            f"an excuse needs a reason: <!-- {match['name']} until YYYY-MM-DD: {SUPPRESSION_REASONS[match['name']]} -->"
        )
    if not match["until"]:
        return f"an excuse needs a last day: {match['name']} until YYYY-MM-DD: the reason"
    return _explain_last_day(match["until"], today)


def is_suppressed(valid: Iterable[Suppression], name: str, block: Block) -> bool:
    """Whether the block contains a suppression of this name; marks each that it contains as used."""
    matching = [one for one in valid if one.name == name and block.start <= one.start <= block.end]
    for suppression in matching:
        suppression.used = True
    return bool(matching)


@rules.rule("excuse", "excuse-expired")
def check_suppressions(path: str, valid: Iterable[Suppression], today: date) -> Iterator[Problem]:
    """Suppressions that suppress nothing or whose last day has passed; runs after every other rule."""
    for suppression in valid:
        if not suppression.used:
            message = f"this {suppression.name} excuses nothing; remove it"
            yield Problem(path, suppression.line, "excuse", message)
        elif suppression.until < today:
            message = f"this {suppression.name} ended on {suppression.until}; fix what it excused, or review it and choose a later day"
            yield Problem(path, suppression.line, "excuse-expired", message)


# --- in a file --------------------------------------------------------------------------------------------


def _validate_host(text: str) -> str:
    if "/" in text:
        raise ValueError(f"'{text}' is not a host; write host: example.org, or address: https://example.org/page")
    return text.lower()


def _validate_address(text: str) -> str:
    if "/" not in text:
        raise ValueError(f"'{text}' is not an address; write address: https://example.org/page, or host: example.org")
    return text


class _Entry(StrictModel):
    """What an entry is for (one of the first three), why, and until when."""

    host: Annotated[str, AfterValidator(_validate_host)] | None = None
    address: Annotated[str, AfterValidator(_validate_address)] | None = None
    key: NonEmptyText | None = None
    reason: NonEmptyText
    until: NonEmptyText


class _Entries(StrictModel):
    excuses: list[_Entry] = Field(default_factory=list)


@dataclass(frozen=True)
class SuppressionFile:
    """A file of suppressions: its path below the root, the rule that reports its errors, and what its entries are for."""

    path: str
    rule: str
    kinds: tuple[str, ...]

    @rules.rule("link-excuse", "source-excuse")
    def read(self, project: Project) -> tuple[list[Suppression], list[Problem]]:
        """The suppressions in force, and what is wrong with the others."""
        if not (project.root / self.path).exists():
            return [], []
        content, document, problems = read_yaml(_Entries, project.root / self.path, self.path, self.rule)
        valid: list[Suppression] = []
        for number, entry in enumerate(content.excuses if content else ()):
            named = [kind for kind in ("host", "address", "key") if getattr(entry, kind)]
            line, day_line = (document.line(("excuses", number, *place)) for place in ((), ("until",)))
            if len(named) != 1 or named[0] not in self.kinds:
                message = f"name what the excuse is for, with one of: {', '.join(self.kinds)}"
                problems.append(Problem(self.path, line, self.rule, message))
            elif message := _explain_last_day(entry.until, project.today):
                problems.append(Problem(self.path, day_line, self.rule, message))
            elif entry.until < project.today.isoformat():
                message = f"this excuse ended on {entry.until}; check again, then renew or remove the excuse"
                problems.append(Problem(self.path, day_line, self.rule, message))
            else:
                until, what = date.fromisoformat(entry.until), getattr(entry, named[0])
                valid.append(Suppression(self.path, line, named[0], until, what=what))
        return valid, problems

    @rules.rule("link-excuse", "source-excuse")
    def check_unused(self, valid: Iterable[Suppression]) -> Iterator[Problem]:
        """Suppressions that suppress nothing; runs after every rule that uses the file."""
        for one in valid:
            if not one.used:
                yield Problem(self.path, one.line, self.rule, f"nothing needs the excuse for '{one.what}'; remove it")


LINK_POLICY = SuppressionFile(LINK_POLICY_FILE, "link-excuse", ("host", "address"))
"""Links that the live check leaves out."""
SOURCE_POLICY = SuppressionFile("source-policy.yml", "source-excuse", ("key",))
"""Entries that rightly differ from a database."""


def find_suppressed_links(valid: Iterable[Suppression], links: Iterable[ExternalLink]) -> set[str]:
    """The addresses for which there is a suppression: of the whole host, or of the address. Marks it as used."""
    suppressed = set()
    by_what = {(one.name, one.what): one for one in valid}
    for link in links:
        for place in (("host", link.host), ("address", link.text)):
            if place in by_what:
                by_what[place].used = True
                suppressed.add(link.text)
    return suppressed

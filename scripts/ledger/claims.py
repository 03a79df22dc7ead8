"""The claims of the two articles and the audit of their references: one data file, checked on reading."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, ValidationError

from ledger.frontmatter import Yaml
from ledger.problems import Problem
from ledger.records import Day, Key, Seen, Strict, Text

Verdict = Literal[
    "contradicted",
    "not supported",
    "left out",
    "misleading",
    "imprecise",
    "outdated",
    "unproven",
    "partly supported",
    "supported",
    "could not check",
]
"""What became of a claim, from worst to best; the last says that we could not find out."""

CITATION_VERDICTS = Literal["supports", "partly", "does not address", "contradicts", "could not be seen", "finding"]

CITED = re.compile(r"\[(@[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")


def keys_in(text: str) -> list[str]:
    """The keys cited in a text, in order."""
    return [key.strip(" @") for group in CITED.findall(text) for key in group.split(";")]


class Claim(Strict):
    """One checkable statement of an article, and what the sources say."""

    id: Key
    article: Literal["A", "B"]
    topic: Text
    says: Text
    verdict: Verdict
    finding: Text
    sources: list[Key] = Field(default_factory=list)
    seen: Seen
    checked: Day
    note: Text | None = None


class Citation(Strict):
    """One place where an article cites a reference, and whether that reference can carry the statement."""

    id: Key
    article: Literal["A", "B"]
    place: Text
    claim: Text
    reference: Text | None = None
    key: Key | None = None
    verdict: CITATION_VERDICTS
    reason: Text
    status: Text | None = None
    better_source: list[Key] = Field(default_factory=list)
    seen: Seen | None = None
    checked: Day


class Reference(Strict):
    """One entry of an article's reference list, and what an audit of it found."""

    key: Key
    number: Text
    kind: Text
    audit: Text
    errors: Text | None = None


class Claims(Strict):
    checked: Day | None = None
    claims: list[Claim] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    references: list[Reference] = Field(default_factory=list)

    def texts(self) -> list[tuple[str, int, list[str]]]:
        """The texts of each row, which share one set of citations: (list name, row number, texts)."""
        rows = [("claims", n, [c.says, c.finding]) for n, c in enumerate(self.claims)]
        rows += [("citations", n, [c.claim, c.reason, c.status or ""]) for n, c in enumerate(self.citations)]
        return rows

    def keys(self) -> list[str]:
        """Every key that the tables made from this file will cite."""
        found = [key for claim in self.claims for key in [*claim.sources, *keys_in(claim.finding)]]
        for row in self.citations:
            found += [*([row.key] if row.key else []), *row.better_source, *keys_in(row.reason)]
        return found


def read(data: Yaml, path: str) -> tuple[Claims, list[Problem]]:
    """The claims file as typed data, or nothing and a problem a line."""
    try:
        found = Claims.model_validate(data.data)
    except ValidationError as error:
        problems = []
        for item in error.errors(include_url=False):
            place: tuple[Any, ...] = tuple(item["loc"])
            shown = ".".join(str(part) for part in place)
            message = str(item["msg"]).removeprefix("Value error, ")
            problems.append(Problem(path, data.line(place), "claims", f"{shown}: {message}"))
        return Claims(), problems
    problems = []
    seen: dict[str, int] = {}
    ids = [("claims", number, claim.id) for number, claim in enumerate(found.claims)]
    ids += [("citations", number, row.id) for number, row in enumerate(found.citations)]
    for name, number, identifier in ids:
        line = data.line((name, number))
        if identifier in seen:
            problems.append(Problem(path, line, "claims", f"the id {identifier} is taken in line {seen[identifier]}"))
        seen.setdefault(identifier, line)
    return found, problems

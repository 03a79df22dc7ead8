"""The claims of the two articles and the audit of their references, read from one data file."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from ledger.core.problems import Problem
from ledger.model.field_types import IsoDate, Key, NonEmptyText, StrictModel
from ledger.model.rules import rule
from ledger.model.validation import parse_yaml
from ledger.model.vocabulary import SeenLevel
from ledger.model.yaml_source import YamlDocument

ClaimVerdict = Literal[
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
"""Our verdict on a claim, from worst to best."""

CitationVerdict = Literal["supports", "partly", "does not address", "contradicts", "could not be seen", "finding"]

CITATION_GROUP = re.compile(r"\[(@[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")


def find_cited_keys(text: str) -> list[str]:
    """The keys cited in a text, in order."""
    return [key.strip(" @") for group in CITATION_GROUP.findall(text) for key in group.split(";")]


class Claim(StrictModel):
    """One checkable statement of an article, and what the sources say."""

    id: Key
    article: Literal["A", "B"]
    topic: NonEmptyText
    says: NonEmptyText
    verdict: ClaimVerdict
    finding: NonEmptyText
    sources: list[Key] = Field(default_factory=list)
    seen: SeenLevel
    checked: IsoDate
    note: NonEmptyText | None = None


class AuditedCitation(StrictModel):
    """One place where an article cites a reference, and whether that reference can carry the statement."""

    id: Key
    article: Literal["A", "B"]
    place: NonEmptyText
    claim: NonEmptyText
    reference: NonEmptyText | None = None
    key: Key | None = None
    verdict: CitationVerdict
    reason: NonEmptyText
    status: NonEmptyText | None = None
    better_source: list[Key] = Field(default_factory=list)
    seen: SeenLevel | None = None
    checked: IsoDate


class AuditedReference(StrictModel):
    """One entry of an article's reference list, and what an audit of it found."""

    key: Key
    number: NonEmptyText
    kind: NonEmptyText
    audit: NonEmptyText
    errors: NonEmptyText | None = None


class ClaimsFile(StrictModel):
    checked: IsoDate | None = None
    claims: list[Claim] = Field(default_factory=list)
    citations: list[AuditedCitation] = Field(default_factory=list)
    references: list[AuditedReference] = Field(default_factory=list)

    def texts(self) -> list[tuple[str, int, list[str]]]:
        """The texts of each row, which share one set of citations: (list name, row number, texts)."""
        rows = [("claims", n, [c.says, c.finding]) for n, c in enumerate(self.claims)]
        rows += [("citations", n, [c.claim, c.reason, c.status or ""]) for n, c in enumerate(self.citations)]
        return rows

    def keys(self) -> list[str]:
        """Every key that the tables made from this file will cite."""
        keys = [key for claim in self.claims for key in [*claim.sources, *find_cited_keys(claim.finding)]]
        for row in self.citations:
            keys += [*([row.key] if row.key else []), *row.better_source, *find_cited_keys(row.reason)]
        return keys


@rule("claims")
def read_claims(data: YamlDocument, path: str) -> tuple[ClaimsFile, list[Problem]]:
    """The claims file as typed data; empty where it has problems."""
    claims_file, problems = parse_yaml(ClaimsFile, data, path, "claims")
    if claims_file is None:
        return ClaimsFile(), problems
    lines: dict[str, int] = {}
    ids = [("claims", number, claim.id) for number, claim in enumerate(claims_file.claims)]
    ids += [("citations", number, row.id) for number, row in enumerate(claims_file.citations)]
    for name, number, identifier in ids:
        line = data.line((name, number))
        if identifier in lines:
            message = f"the id {identifier} is already used in line {lines[identifier]}; give this row another"
            problems.append(Problem(path, line, "claims", message))
        lines.setdefault(identifier, line)
    return claims_file, problems

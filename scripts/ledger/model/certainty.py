"""How sure we are of each outcome of a therapy: GRADE ratings, computed from steps that editors enter with their reasons.

Evidence from randomised trials starts at high, other evidence at low. Five domains lower the rating, three raise it
(Guyatt and others 2008, doi 10.1136/bmj.39489.470347.AD).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from ledger.model.field_types import Key, NonEmptyText, StrictModel

CertaintyRating = Literal["high", "moderate", "low", "very low", "no data"]
LEVELS: tuple[CertaintyRating, ...] = ("very low", "low", "moderate", "high")
LOWERING_DOMAINS = ("risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias")


class RatingStep(StrictModel):
    """One reason that lowers or raises a rating."""

    domain: Literal[
        "risk of bias",
        "inconsistency",
        "indirectness",
        "imprecision",
        "publication bias",
        "large effect",
        "dose response",
        "opposing confounding",
    ]
    """GRADE's name of the reason."""
    levels: Literal[1, 2] = 1
    """By how many levels."""
    why: NonEmptyText
    """The reason in one line."""

    @property
    def change(self) -> int:
        """The change in levels, negative where the rating falls."""
        return -self.levels if self.domain in LOWERING_DOMAINS else self.levels

    def describe(self) -> str:
        """The step in words: "imprecision, down one level: 12 people"."""
        way, levels = "down" if self.change < 0 else "up", "one level" if self.levels == 1 else "two levels"
        return f"{self.domain}, {way} {levels}: {self.why}"


class Certainty(StrictModel):
    """How sure we are of a result: the kind of evidence and the steps down and up, or why there is no evidence."""

    evidence: Literal["randomised", "not randomised"] | None = None
    """The best kind of evidence; left out where there is none."""
    steps: list[RatingStep] = Field(default_factory=list)
    """What lowers or raises the rating."""
    no_data: NonEmptyText | None = None
    """Where there is no evidence: what we looked for and did not find."""

    @property
    def rating(self) -> CertaintyRating:
        """The rating that follows from the evidence and the steps."""
        if self.evidence is None:
            return "no data"
        level = (3 if self.evidence == "randomised" else 1) + sum(step.change for step in self.steps)
        return LEVELS[min(max(level, 0), 3)]

    @property
    def reasons(self) -> list[str]:
        """The start and each step in words."""
        if self.evidence is None:
            return [self.no_data or ""]
        start = "high, randomised" if self.evidence == "randomised" else "low, not randomised"
        return [f"starts at {start}", *(step.describe() for step in self.steps)]

    @model_validator(mode="after")
    def _is_whole(self) -> Certainty:
        if (self.evidence is None) == (self.no_data is None):
            raise ValueError("write either evidence (randomised, not randomised) with steps, or no_data")
        if self.no_data and self.steps:
            raise ValueError("no_data has no steps; remove them")
        if self.evidence == "randomised" and any(step.change > 0 for step in self.steps):
            raise ValueError("evidence from randomised trials starts at high and cannot be raised; remove the step")
        return self


class OutcomeCertainty(Certainty):
    """One outcome of a therapy: what was seen in all studies, how sure we are of it, and why."""

    outcome: NonEmptyText
    """What the rating is about, as a short statement or question."""
    found: NonEmptyText | None = None
    """What was seen: n of N, and when."""
    cite: list[Key] = Field(default_factory=list)
    """Keys of the sources in references.bib."""

    @model_validator(mode="after")
    def _is_sourced(self) -> OutcomeCertainty:
        if self.evidence and not (self.found and self.cite):
            raise ValueError("a rating needs what was found, and its source; add found and cite")
        if self.no_data and self.found:
            raise ValueError("where something was found there are data; remove no_data or found")
        return self


class CertaintyFile(StrictModel):
    """The ratings by therapy: the name of a page in docs/therapies, without .md."""

    therapies: dict[Key, list[OutcomeCertainty]] = Field(default_factory=dict)

    def keys(self) -> Iterator[str]:
        """Every key that the file cites."""
        for ratings in self.therapies.values():
            yield from find_rating_keys(ratings)


def find_rating_keys(ratings: Sequence[OutcomeCertainty]) -> Iterator[str]:
    """The keys that ratings cite, in order."""
    for rating in ratings:
        yield from rating.cite


CERTAINTY_WORDS: Mapping[CertaintyRating, str] = {
    "high": "We are sure of this.",
    "moderate": "It is probably so.",
    "low": "It may be so.",
    "very low": "We are very uncertain.",
    "no data": "Nobody has reported it.",
}
"""What a rating means, in the words of GRADE's guidance for plain statements (Santesso and others 2020)."""

"""Facts of a trial record: a value with its source, and how far we saw it there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ledger.model.field_types import Key, NonEmptyText, PartialDate, StrictModel
from ledger.model.vocabulary import (
    GAP,
    Allocation,
    CellOrigin,
    CellSource,
    Gap,
    IglsClass,
    ImmuneStrategy,
    InterventionModel,
    Masking,
    Phase,
    PrimaryPurpose,
    SeenLevel,
)


class SourcedModel(StrictModel):
    """What every fact carries: its source, the place in it, how far we saw it, whose words it is, and a remark."""

    cite: Key | None = None
    """Key of the source in references.bib."""
    seen: SeenLevel | None = None
    """How far we saw this fact in its source."""
    where: NonEmptyText | None = None
    """The place in the source: "abstract, results", "table 2"."""
    said_by: NonEmptyText | None = None
    """Whose statement it is. Needed where the fact is second-hand or its source is news, a company, a seller or a
    blog."""
    note: NonEmptyText | None = None
    """A remark that a reader needs."""


class Fact(SourcedModel):
    """A value in words with its source."""

    value: NonEmptyText
    """The fact itself; "not found" or "not stated" where we looked in vain (then no source is needed)."""

    @model_validator(mode="after")
    def _has_source(self) -> Fact:
        if self.value not in ("not found", "not stated", GAP) and not self.cite:
            raise ValueError("a fact needs its source; add cite and seen, or write the value 'not found'")
        return self


class PhaseFact(Fact):
    """A phase with its source."""

    value: Literal[Phase, Gap]
    """Phase of the trial, ClinicalTrials.gov's words."""


class AllocationFact(Fact):
    """How people were allotted, with the source."""

    value: Literal[Allocation, Gap]
    """Allocation, ClinicalTrials.gov's words."""


class MaskingFact(Fact):
    """Who did not know the treatment, with the source."""

    value: Literal[Masking, Gap]
    """Masking, ClinicalTrials.gov's words."""


class ModelFact(Fact):
    """How the groups were arranged, with the source."""

    value: Literal[InterventionModel, Gap]
    """Intervention model, ClinicalTrials.gov's words."""


class PurposeFact(Fact):
    """What the trial is for, with the source."""

    value: Literal[PrimaryPurpose, Gap]
    """Primary purpose, ClinicalTrials.gov's words."""


class OriginFact(Fact):
    """Whose cells, with the source."""

    value: Literal[CellOrigin, Gap]
    """The person's own cells (autologous), another's (allogeneic), or both."""


class CellSourceFact(Fact):
    """What kind of cell, with the source."""

    value: Literal[CellSource, Gap]
    """The kind of cell that the product starts from."""


class ImmuneFact(Fact):
    """What protects the cells, with the source."""

    value: Literal[ImmuneStrategy, Gap]
    """What protects the cells from the immune system, or what they are to do to it."""


class IglsFact(Fact):
    """Function of the graft by the Igls criteria (consensus of 2017, revised 2019), with the source."""

    value: IglsClass
    """The class; "not derivable" where only data of groups are known."""


class DateFact(SourcedModel):
    """A date of the trial, with its source."""

    value: PartialDate
    """The date: YYYY, YYYY-MM or YYYY-MM-DD, as exact as the source gives it."""
    type: Literal["actual", "estimated"]
    """Whether it has come to pass (actual) or was planned (estimated), ClinicalTrials.gov's words."""
    cite: Key
    """Key of the source in references.bib."""


class Count(SourcedModel):
    """A number of people with its source."""

    value: Annotated[int, Field(ge=0)]
    """Number of people."""
    cite: Key
    """Key of the source in references.bib."""


class Flag(SourcedModel):
    """Yes or no, with the source."""

    value: bool
    """true or false."""
    cite: Key
    """Key of the source in references.bib."""


class Many(SourcedModel):
    """Several values with one source."""

    value: Annotated[list[NonEmptyText], Field(min_length=1)]
    """The values."""
    cite: Key
    """Key of the source in references.bib."""

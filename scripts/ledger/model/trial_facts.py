"""Facts of a trial record: a value with its source, and how far we saw it there."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from ledger.model.field_types import Key, NonEmptyText, PartialDate, StrictModel
from ledger.model.vocabulary import GAP, SeenLevel

T = TypeVar("T")

VALUES_WITHOUT_SOURCE = ("not found", "not stated", "not registered", GAP)
"""Values that say that nothing is known. They need no source, and take none from the default source."""


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


class DefaultSource(StrictModel):
    """The source of every fact of a record that names none."""

    cite: Key
    seen: SeenLevel | None = None
    where: NonEmptyText | None = None
    said_by: NonEmptyText | None = None


class Sourced(SourcedModel, Generic[T]):
    """A value with its source."""

    value: T
    """The fact itself; "not found" or "not stated" where we looked in vain (then no source is needed)."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A name for the JSON Schema; that of pydantic spells out every word that is allowed."""
        return cls.__name__

    @model_validator(mode="after")
    def _has_source(self) -> Sourced[T]:
        if self.value not in VALUES_WITHOUT_SOURCE and not self.cite:
            raise ValueError(
                "a fact needs its source; add cite and seen, give the record a default_source, or write the value 'not found'"
            )
        return self


class Known(Sourced[T], Generic[T]):
    """A value that is left out where it is not known, so that it always has a source."""

    cite: Key
    """Key of the source in references.bib."""


Fact = Sourced[NonEmptyText]
Count = Known[Annotated[int, Field(ge=0)]]
Flag = Known[bool]
Many = Known[Annotated[list[NonEmptyText], Field(min_length=1)]]


class DateFact(Known[PartialDate]):
    """A date of the trial with its source: YYYY, YYYY-MM or YYYY-MM-DD, as exact as the source gives it."""

    type: Literal["actual", "estimated"]
    """Whether it has come to pass (actual) or was planned (estimated), ClinicalTrials.gov's words."""

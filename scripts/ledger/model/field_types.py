"""Types of single fields, shared by every data file: dates, keys, registry ids, text that is not empty."""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ledger.core.partial_date import PARTIAL_DATE, is_iso_date, is_partial_date

REGISTRY_ID = re.compile(r"NCT\d{8}|(?!NCT)[A-Za-z]+[ A-Za-z0-9/-]*\d[A-Za-z0-9-]*|\d{4}-\d{6}-\d{2}(?:-\d{2})?")
"""ClinicalTrials.gov's numbers, and those of other registries: ChiCTR2300072200, EudraCT 2014-001234-12, and the
bare numbers of EU CTIS."""


def _validate_date(value: str) -> str:
    if not is_iso_date(value):
        raise ValueError(f"'{value}' is not a date; write YYYY-MM-DD")
    return value


def _validate_partial_date(value: str) -> str:
    if not is_partial_date(value):
        raise ValueError(f"'{value}' is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _validate_registry_id(value: str) -> str:
    if not REGISTRY_ID.fullmatch(value):
        raise ValueError("not an id of a trial registry; NCT has eight digits, others have letters and then digits")
    return value


def _validate_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(
            f"'{value}' is not a regular expression: {error}; write \\ before a character that is meant literally"
        ) from None
    return value


IsoDate = Annotated[str, AfterValidator(_validate_date), Field(json_schema_extra={"format": "date"})]
PartialDate = Annotated[
    str, AfterValidator(_validate_partial_date), Field(json_schema_extra={"pattern": PARTIAL_DATE.pattern})
]
RegistryId = Annotated[str, AfterValidator(_validate_registry_id)]
NonEmptyText = Annotated[str, Field(min_length=1)]
TextPattern = Annotated[NonEmptyText, AfterValidator(_validate_pattern)]
"""Plain text or a regular expression."""
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]

KeyOrGap = Annotated[str, Field(pattern=r"^(?:[A-Za-z0-9_-]+|to fill)$")]


class StrictModel(BaseModel):
    """A model that rejects unknown keys, so that a misspelt key never loses a fact silently."""

    model_config = ConfigDict(
        defer_build=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
    )


def find_inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model inside a field's type, and whether the field holds many of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    many = get_origin(annotation) in (list, dict)
    for argument in get_args(annotation):
        inner, below = find_inner_model(argument)
        if inner is not None:
            return inner, many or below
    return None, many

"""What the fields of a record and of a claim may hold: JSON Schema, and the dictionary of all fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from ledger.export import dataset
from ledger.model.field_types import find_inner_model
from ledger.model.project import Project
from ledger.model.trial_record import TrialPage


def build_json_schema(model: type[BaseModel], title: str, project: Project) -> dict[str, Any]:
    """A model as JSON Schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"{dataset.DATASET_TITLE}, version {dataset.get_data_version(project)}, {dataset.LICENCE}",
        **model.model_json_schema(),
        "title": title,
    }


def build_dictionary() -> list[dict[str, str]]:
    """Every field of a trial page's front matter: path, whether it must be there, meaning, words allowed."""
    return list(_describe_fields(TrialPage, ""))


def _describe_fields(model: type[BaseModel], path: str) -> Iterator[dict[str, str]]:
    for name, info in model.model_fields.items():
        here = f"{path}{name}"
        inner, many = find_inner_model(info.annotation)
        yield {
            "field": here + ("[]" if many else ""),
            "must": "yes" if info.is_required() else "no",
            "meaning": " ".join((info.description or "").split()),
            "words": "; ".join(_find_allowed_words(info.annotation)),
        }
        if inner is not None:
            yield from _describe_fields(inner, f"{here}{'[]' if many else ''}.")


def _find_allowed_words(annotation: Any) -> list[str]:
    """The words that a field allows."""
    words: list[str] = []
    for argument in get_args(annotation):
        words += [argument] if isinstance(argument, str) else _find_allowed_words(argument)
    return list(dict.fromkeys(words))

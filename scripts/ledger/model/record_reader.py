"""Read the record in a trial page's front matter, and report what is wrong in it line by line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ledger.core.problems import Problem
from ledger.model.rules import rule
from ledger.model.trial_record import Record, TrialPage
from ledger.model.yaml_source import YamlDocument, YamlPath


def read_record(meta: YamlDocument, path: str) -> tuple[Record | None, list[Problem]]:
    """The record in a trial page's front matter, or its problems."""
    try:
        return TrialPage.model_validate(meta.data).trial, []
    except ValidationError as error:
        return None, [_describe_validation_error(meta, path, dict(item)) for item in error.errors(include_url=False)]


@rule("record")
def _describe_validation_error(meta: YamlDocument, path: str, error: dict[str, Any]) -> Problem:
    place: YamlPath = tuple(error["loc"])
    shown = ".".join(str(part) for part in place)
    message = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(place[-1]), _find_allowed_keys(place), 1, 0.7)
        message = (
            f"unknown key; did you mean '{near[0]}'?" if near else "unknown key; take it out, or see the page Data"
        )
    elif error["type"] == "missing":
        message = "this key is missing; add it"
    elif error["type"] == "literal_error":
        message = f"'{given}' is not allowed here; write one of: {error['ctx']['expected']}"
    elif error["type"].startswith(("int_", "greater", "less")):
        message = f"'{given}' is not a count; write a whole number"
    elif error["type"] == "string_type":
        message = f"'{given}' must be text; put it in quotes"
    elif error["type"] == "list_type":
        message = "a list is needed here; write [one, two]"
    elif error["type"] in ("model_type", "dict_type"):
        message = "a value of its own form is needed here; see the page Data"
    elif isinstance(given, str | int | bool):
        message += f" (found '{given}')"
    return Problem(path, meta.line(place), "record", f"{shown}: {message}")


def _find_allowed_keys(place: YamlPath) -> list[str]:
    """The keys that are allowed in the place of an unknown one."""
    model: Any = TrialPage
    for step in place[:-1]:
        if isinstance(step, int):
            continue
        info = model.model_fields.get(step) if isinstance(model, type) and issubclass(model, BaseModel) else None
        model = _find_model(info.annotation) if info else None
        if model is None:
            return []
    return list(model.model_fields)


def _find_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _find_model(inner))), None)

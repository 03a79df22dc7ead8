"""What pydantic finds wrong in a file, in plain words: what it is and how to fix it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ledger.core.problems import Problem
from ledger.core.text import make_printable, shorten
from ledger.model.field_types import find_inner_model
from ledger.model.yaml_source import YamlDocument, YamlPath

CURLY_QUOTES = re.compile("[“”„‘’]")
ONE_VALUE_ERRORS = (
    "literal_error",
    "string_type",
    "string_pattern_mismatch",
    "int_type",
    "int_parsing",
    "bool_type",
    "bool_parsing",
)
"""Errors of a field that holds a single value."""
Model = TypeVar("Model", bound=BaseModel)

MESSAGES = {
    "missing": "this key is missing; add it",
    "int": "{given} is not a count; write a whole number in digits, nothing else",
    "greater": "{given} is too small for a count; correct it",
    "less": "{given} is too large for a count; correct it",
    "bool": "{given} is neither true nor false; write one of the two",
    "string_type": "{given} must be text; put it in quotes",
    "string_too_short": "there is no text; write it",
    "string_pattern_mismatch": "{given} has a character that is not allowed here; use letters, digits, - and _",
    "list_type": "a list is needed here; begin each line with '- '",
    "tuple_type": "a list is needed here; begin each line with '- '",
    "too_short": "the list is empty; add an item",
    "model_type": "`key: value` lines are needed here; add them",
    "dataclass_type": "`key: value` lines are needed here; add them",
    "dict_type": "`key: value` lines are needed here; add them",
    "recursion_loop": "this is nested in itself",
}
"""Messages by the beginning of pydantic's error type; ``{given}`` is the value in the file."""


def describe_error(error: ErrorDetails, allowed_keys: Iterable[str] = ()) -> str:
    """One error of a model in plain words. ``allowed_keys`` are those in the place of an unknown key."""
    if error["type"] == "missing" and error["loc"][-1] == "cite":
        return "this fact needs its source; add cite, the key of an entry in references.bib"
    kind, given = error["type"], f"'{make_printable(shorten(str(error.get('input'))))}'"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        if error.get("input") is None:
            return "there is no such key; if this is part of a text with a comma inside { }, put the text in quotes"
        near = get_close_matches(str(error["loc"][-1]), allowed_keys, 1, 0.7)
        return f"unknown key; did you mean '{near[0]}'?" if near else "unknown key; remove it"
    if error.get("input") is None and kind.endswith("_type"):
        return "there is no value; write it"
    if isinstance(error.get("input"), dict | list) and kind in ONE_VALUE_ERRORS:
        what = "a list" if isinstance(error["input"], list) else "`key: value` lines"
        expected = f", one of: {error['ctx']['expected']}" if kind == "literal_error" else ""
        return f"one value is needed here, not {what}; keep one{expected}"
    if CURLY_QUOTES.search(str(error.get("input"))) and kind in ONE_VALUE_ERRORS:
        return f'{given} has curly quotes; write straight ones, ", or none'
    if kind == "literal_error":
        expected = str(error["ctx"]["expected"])
        near = get_close_matches(str(error.get("input")).lower(), re.findall(r"'([^']+)'", expected), 1, 0.7)
        return f"{given} is not allowed here; " + (
            f"did you mean '{near[0]}'? Allowed: {expected}" if near else f"write one of: {expected}"
        )
    if kind == "value_error":
        message = str(error["ctx"]["error"])
        is_shown = not isinstance(error.get("input"), str | int | bool) or str(error.get("input")) in message
        return message if is_shown else f"{message} (found {given})"
    message = next((text for start, text in MESSAGES.items() if kind.startswith(start)), "{given} is not allowed here")
    return message.replace("{given}", given)


def find_allowed_keys(model: type[BaseModel], place: YamlPath) -> list[str]:
    """The keys that a model allows beside the last one of ``place``."""
    for step in place[:-1]:
        info = model.model_fields.get(str(step))
        model = (find_inner_model(info.annotation)[0] if info else None) or model
    return list(model.model_fields)


def parse_yaml(model: type[Model], document: YamlDocument, path: str, rule: str) -> tuple[Model | None, list[Problem]]:
    """The content of a YAML file as ``model``; or None, and a problem for each error."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        errors = _drop_consequences(model, error.errors(include_url=False))
        return None, [_build_problem(model, item, document, path, rule) for item in errors]


def _drop_consequences(model: type[BaseModel], errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that another explains: a misspelt key is unknown, and the right one is missing."""
    missing = {error["loc"] for error in errors if error["type"] == "missing"}
    explained = {(*place[:-1], "seen") for place in missing if place[-1] == "cite"}
    for error in errors:
        place = error["loc"]
        if error["type"] == "extra_forbidden":
            near = get_close_matches(str(place[-1]), find_allowed_keys(model, place), 1, 0.7)
            explained.update((*place[:-1], key) for key in near)
    return [error for error in errors if error["loc"] not in missing & explained]


def _build_problem(
    model: type[BaseModel], error: ErrorDetails, document: YamlDocument, path: str, rule: str
) -> Problem:
    place: YamlPath = tuple(error["loc"])
    shown = document.name(place)
    message = describe_error(error, find_allowed_keys(model, place))
    cause = f"{path} {place[-1] if place and error['type'] != 'value_error' else ''} {message}"
    return Problem(path, document.line(place), rule, f"{shown}: {message}" if shown else message, cause=cause)


def parse_json(model: type[Model], text: str) -> tuple[Model | None, int, str]:
    """The content of a JSON file as ``model``; or None, the line of the first error, and what is wrong there."""
    try:
        return model.model_validate_json(text), 1, ""
    except ValidationError as error:
        errors = error.errors(include_url=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        where = re.search(r"at line (\d+)", str(first["ctx"]["error"]))
        return None, int(where[1]) if where else 1, "this is not complete JSON"
    position, names = 0, []
    for step in first["loc"]:
        at = text.find(f"{json.dumps(step, ensure_ascii=False)}:", position)
        position = max(position, at)
        if at >= 0 or (first["type"] == "missing" and step is first["loc"][-1]):
            names.append(make_printable(shorten(str(step), 100)))
    place = f"{' › '.join(names)}: " if names else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return None, text.count("\n", 0, position) + 1, f"{place}{describe_error(first)}{more}"

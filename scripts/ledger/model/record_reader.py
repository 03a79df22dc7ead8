"""Read the record in a trial page's front matter, and report what is wrong in it line by line.

Two short forms are written out here, so that everything else sees complete facts: ``default_source`` is the source of
each fact that has no ``cite``, and a fact that has only a value may be written as that value.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import BaseModel

from ledger.core.problems import Problem
from ledger.model.field_types import find_inner_model
from ledger.model.rules import rule
from ledger.model.trial_facts import VALUES_WITHOUT_SOURCE, DefaultSource, Sourced, SourcedModel
from ledger.model.trial_record import Record, TrialPage
from ledger.model.validation import parse_yaml
from ledger.model.yaml_source import YamlDocument


class _Defaults(BaseModel):
    default_source: DefaultSource | None = None


class _PageDefaults(BaseModel):
    trial: _Defaults = _Defaults()


@rule("record")
def read_record(meta: YamlDocument, path: str) -> tuple[Record | None, list[Problem]]:
    """The record in a trial page's front matter, or its problems."""
    defaults, problems = parse_yaml(_PageDefaults, meta, path, "record")
    if defaults is None:
        return None, problems
    default = defaults.trial.default_source
    source = default.model_dump(exclude_unset=True) if default else {}
    data = dict(meta.data)
    if "trial" in data:
        given = {name: value for name, value in data["trial"].items() if name != "default_source"}
        data["trial"] = _write_out(Record, given, source)
    page, problems = parse_yaml(TrialPage, replace(meta, data=data), path, "record")
    return (page.trial if page else None), problems


def _write_out(model: type[BaseModel], data: Any, source: dict[str, Any]) -> Any:
    """The data of a model with complete facts."""
    if issubclass(model, Sourced) and isinstance(data, str | int | list):
        data = {"value": data}
    if not isinstance(data, dict):
        return data
    if issubclass(model, SourcedModel) and "cite" not in data and data.get("value") not in VALUES_WITHOUT_SOURCE:
        data = {**source, **data}
    return {name: _write_out_field(model, name, value, source) for name, value in data.items()}


def _write_out_field(model: type[BaseModel], name: str, value: Any, source: dict[str, Any]) -> Any:
    inner, many = _find_field_model(model, name)
    if inner is None:
        return value
    if not many:
        return _write_out(inner, value, source)
    if isinstance(value, dict):
        return {key: _write_out(inner, item, source) for key, item in value.items()}
    return [_write_out(inner, item, source) for item in value] if isinstance(value, list) else value


@cache
def _find_field_model(model: type[BaseModel], name: str) -> tuple[type[BaseModel] | None, bool]:
    field = model.model_fields.get(name)
    return find_inner_model(field.annotation) if field else (None, False)

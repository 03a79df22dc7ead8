"""Errors of data files in plain words."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field

from ledger.model import validation
from ledger.model.field_types import IsoDate, Key, NonEmptyText, PartialDate, StrictModel
from ledger.model.yaml_source import load_yaml

JARGON = ("Input", "should", "constrained", "String", "List", "Extra", "Field", "valid ", "pydantic")


class Inner(StrictModel):
    name: NonEmptyText
    keys: list[Key] = Field(default_factory=list, min_length=1)
    count: int = Field(0, ge=0)
    day: IsoDate = "2026-01-01"
    when: PartialDate = "2026"
    kind: Literal["a", "b"] = "a"
    sure: bool = False


class Whole(StrictModel):
    form: Literal[1] = 1
    parts: dict[str, Inner]


BAD = {
    "nmae: x": "unknown key; did you mean 'name'?",
    "colour: x": "unknown key; remove it",
    "name: ''": "there is no text; write it",
    "name:": "there is no value; write it",
    "name: 7": "'7' must be text; put it in quotes",
    "name: [x]": "one value is needed here, not a list; keep one",
    "keys: x": "a list is needed here; begin each line with '- '",
    "keys: []": "the list is empty; add an item",
    "keys: [a b]": "'a b' has a character that is not allowed here; use letters, digits, - and _",
    "count: x": "'x' is not a count; write a whole number",
    "count: -1": "'-1' is too small for a count",
    "day: '2026-02-30'": "'2026-02-30' is not a date; write YYYY-MM-DD",
    "when: May": "'May' is not a date; write YYYY, YYYY-MM or YYYY-MM-DD",
    "kind: c": "'c' is not allowed here; write one of: 'a' or 'b'",
    "sure: maybe": "'maybe' is neither true nor false",
}


@pytest.mark.parametrize("line", BAD)
def test_an_error_in_yaml_is_one_line_with_its_place_and_what_to_do(line: str) -> None:
    name = "" if line.startswith("name") else "    name: x\n"
    content, problems = validation.parse_yaml(
        Whole, load_yaml(f"parts:\n  one:\n{name}    {line}\n"), "data.yml", "rule"
    )
    assert content is None
    key = line.partition(":")[0]
    [problem] = [one for one in problems if f".{key}" in one.message]
    assert (problem.path, problem.line) == ("data.yml", 3 + bool(name))
    assert BAD[line] in problem.message
    assert [word for word in JARGON if word in problem.message] == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "this is not complete JSON"),
        ('{"form": 1,\n"parts": {\n', 3, "this is not complete JSON"),
        ("[" * 100_000, 1, "this is not complete JSON"),
        ("[]", 1, "`key: value` lines are needed here"),
        ('{"form": 2, "parts": {}}', 1, "form: '2' is not allowed here; write one of: 1"),
        ('{"parts": {\n"one": {"name": "x"},\n"two": {"name": 1}}}', 3, "parts › two › name: '1' must be text"),
        ('{"parts": {\n"y": {}, "x": 1}}', 2, "(and 1 more)"),
        ('{"parts": {\n"a\\u001b": {}}}', 2, "parts › a\\x1b › name: this key is missing; add it"),
    ],
)
def test_an_error_in_json_is_reported_with_its_line_and_place(text: str, line: int, message: str) -> None:
    content, at, said = validation.parse_json(Whole, text)
    assert (content, at) == (None, line)
    assert message in said
    assert said.isprintable()

"""YAML that reads back the same, and edits that touch nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import yaml_source
from ledger.registry import yaml_edit
from ledger.registry.yaml_edit import CannotEditError

SURPRISES = (
    "NO",
    "no",
    "null",
    "~",
    "012",
    "12:30",
    "2024-13-01",
    "1e3",
    "0x1F",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "{a}",
    "[a]",
    "---",
    "...",
    "!!python/object:x",
    "&a",
    "*a",
    "| x",
    "> x",
    "%TAG",
    "@x",
    "`x`",
    "'",
    '"',
    "\\",
    " lead",
    "trail ",
    "two\nlines\n---\n",
    "tab\there",
    "\x00\x07\x7f\x85\u2028\u2029\ufeff",
    "\u202eright to left",
    "مرحبا",
    "😀",
    "",
    "x" * 45_000,
    "word " * 9_000,
    ("name: a #b\n" * 3_000),
    "\\" * 3_000,
    " " * 3_000,
)
TEXTS = st.text(max_size=60) | st.sampled_from(SURPRISES)
KEYS = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)
VALUES = st.recursive(
    TEXTS | st.integers(0, 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def both(text: str) -> list[Any]:
    """What the project makes of a text."""
    return [yaml_source.load_yaml(text).data]


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5))
def test_whatever_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    text = yaml_edit.format_block(data)
    assert both(text) == [data]
    assert yaml_source.split_front_matter(f"---\n{text}---\n")[0] == text
    assert max(map(len, text.split("\n"))) <= 20_000


@pytest.mark.parametrize("value", SURPRISES, ids=lambda value: repr(value)[:20])
def test_a_surprising_text_stays_a_text_for_every_reader(value: str) -> None:
    for data in ({"a": value}, {"a": {"b": value, "c": [value]}}, {"a": [{"b": value}, [value]]}):
        text = yaml_edit.format_block(data)
        assert both(text) == [data]
        assert yaml.safe_load(text) == data  # MkDocs reads it so
        assert yaml_source.split_front_matter(f"---\n{text}---\n")[0] == text


def test_short_things_stand_in_one_line_without_quotes() -> None:
    data = {
        "phase": {"value": "phase 1", "cite": "one", "n": 3},
        "list": [{"a": "b, c"}, "d"],
        "none": [],
        "flag": True,
        "deep": {"one": {"two": "three"}},
    }
    assert yaml_edit.format_block(data) == (
        "phase: {value: phase 1, cite: one, n: 3}\n"
        'list:\n  - {a: "b, c"}\n  - d\n'
        "none: []\nflag: true\ndeep:\n  one: {two: three}\n"
    )


PAGE = """\
title: "Ä 😀 𝔸"
trial:
  id: a
  phase: {value: phase 1, cite: one}  # kept
  sponsor:
    value: "A: b"
    cite: one
  registry:
  - {id: X, cite: one}
  status:
    - {as_of: "2024-01-01", value: recruiting}
    - as_of: "2025-01-01"
      value: completed

  results: []
  text: |
    two
    lines
  last: {}
"""
ORDER = ["id", "registry", "phase", "sponsor", "sites", "status", "results", "last"]


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("trial", "phase", "value"), "phase 1/phase 2", "  phase: {value: phase 1/phase 2, cite: one}  # kept"),
        (("trial", "phase"), {"value": "not found"}, "  phase: {value: not found}  # kept"),
        (("trial", "sponsor", "value"), "B: c", '    value: "B: c"'),
        (("trial", "results"), [{"a": "b"}], "  results: [{a: b}]"),
        (("title",), "NO", 'title: "NO"'),
    ],
)
def test_a_value_is_replaced_in_its_place(path: tuple[str | int, ...], value: Any, line: str) -> None:
    edited = yaml_edit.replace_value(PAGE, path, value)
    assert at(yaml_source.load_yaml(edited).data, path) == value
    changed = [one for one in edited.splitlines() if one not in PAGE.splitlines()]
    assert changed == [line]


@pytest.mark.parametrize(
    ("path", "value", "after"),
    [
        (("trial", "sites"), {"value": 3}, "    cite: one"),
        (("trial", "unknown"), "x", "  last: {}"),
        (("trial", "id2"), "x", "  last: {}"),
    ],
)
def test_a_key_is_added_after_the_one_before_it(path: tuple[str, ...], value: Any, after: str) -> None:
    edited = yaml_edit.add_key(PAGE, path, value, ORDER).splitlines()
    assert [one for one in edited if one not in PAGE.splitlines()] == [f"  {path[-1]}: {yaml_edit.format_flow(value)}"]
    assert edited[edited.index(f"  {path[-1]}: {yaml_edit.format_flow(value)}") - 1] == after


def test_a_key_is_added_in_braces() -> None:
    assert "{id: X, cite: one, checked: y}" not in PAGE
    assert "{id: X, cite: one, checked: hey}" in yaml_edit.add_key(PAGE, ("trial", "registry", 0, "checked"), "hey", ())
    assert "last: {a: b}" in yaml_edit.add_key(PAGE, ("trial", "last", "a"), "b", ())


def test_a_key_can_come_first() -> None:
    edited = yaml_edit.add_key(PAGE, ("trial", "first"), "x", ["first", "id"])
    assert "trial:\n  first: x\n  id: a\n" in edited


@pytest.mark.parametrize("name", ["status", "results", "registry"])
def test_an_item_is_appended(name: str) -> None:
    item = {"as_of": "2026-01-01", "value": "terminated"}
    edited = yaml_edit.append_item(PAGE, ("trial", name), item)
    expected = copy.deepcopy(yaml_source.load_yaml(PAGE).data)
    expected["trial"][name].append(item)
    assert yaml_source.load_yaml(edited).data == expected
    kept = [line for line in PAGE.splitlines() if not line.startswith(f"  {name}: [")]
    assert [line for line in edited.splitlines() if line in kept] == kept


@pytest.mark.parametrize(
    "edit",
    [
        lambda: yaml_edit.replace_value(PAGE, ("trial", "sponsor"), {"value": "x"}),
        lambda: yaml_edit.replace_value(PAGE, ("trial", "text"), "x"),
        lambda: yaml_edit.replace_value(PAGE, ("trial", "nowhere"), "x"),
        lambda: yaml_edit.replace_value(PAGE, ("trial", "status", 7), "x"),
        lambda: yaml_edit.add_key(PAGE, ("title", "a"), "x", ()),
        lambda: yaml_edit.add_key(PAGE, ("trial", "status", 1, "a"), "x", ("a",)),
        lambda: yaml_edit.append_item(PAGE, ("trial", "phase"), "x"),
        lambda: yaml_edit.replace_value("a: [", ("a",), "x"),
    ],
)
def test_what_cannot_be_edited_safely_is_told(edit: Any) -> None:
    with pytest.raises(CannotEditError):
        edit()

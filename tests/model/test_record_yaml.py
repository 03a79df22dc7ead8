"""The front matter of a trial page as the project writes it: the same data, in lines that a person can review."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import yaml_source
from ledger.model.record_yaml import format_record

SURPRISES = (
    "yes", "null", "12:30", "012", "6.2", "1e3", "-", "- a", "a: b", "a #b", "# a", "'", '"', "\\", "&a", "*a", "!a",
    "{a", "[a", "%a", "@a", "a\nb", "---", "two\nlines\n---\n", "tab\there", "\x00\x07\x7f\x85\u2028\u2029\ufeff",
    "\u202eright to left", "مرحبا", "😀", "", "0.8 × 10⁹ cells", "x" * 500, "word " * 90 + "end", "name: a #b " * 30,
    "name: a #b\n" * 30, " " * 300, "it's: 'quoted' and \"quoted\" " * 10,
)  # fmt: skip
TEXTS = st.text(max_size=60) | st.sampled_from(SURPRISES)
KEYS = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)
VALUES = st.recursive(
    TEXTS | st.integers(0, 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def read_back(text: str) -> Any:
    header, _ = yaml_source.split_front_matter(f"---\n{text}---\n")
    assert header == text
    return yaml_source.load_yaml(header).data


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5))
def test_what_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    assert read_back(format_record(data)) == data


@pytest.mark.parametrize("value", SURPRISES, ids=lambda value: repr(value)[:20])
def test_a_surprising_text_stays_a_text_for_every_reader(value: str) -> None:
    for data in ({"a": value}, {"a": {"b": value, "c": [value]}}, {"a": [{"b": value}, [value]]}):
        text = format_record(data)
        assert read_back(text) == data
        assert yaml.safe_load(text) == data


def test_the_form_is_easy_to_read() -> None:
    long = "adults of 18 to 65 with type 1 diabetes, impaired awareness of lows and at least 2 severe lows in the year before"
    text = format_record(
        {
            "checked": "2026-11-21",
            "countries": ["United States", "Canada"],
            "results": [],
            "harms": [{"event": "death: one of 14", "n": 1, "value": "6.2"}],
            "who": long,
            "note": f"age: {long}",
            "draft": True,
        }
    )
    assert text == (
        "checked: 2026-11-21\n"
        "countries: [United States, Canada]\n"
        "results: []\n"
        "harms:\n"
        '  - event: "death: one of 14"\n'
        "    n: 1\n"
        '    value: "6.2"\n'
        "who: adults of 18 to 65 with type 1 diabetes, impaired awareness of lows and at least 2 severe lows in\n"
        "  the year before\n"
        "note: >-\n"
        "  age: adults of 18 to 65 with type 1 diabetes, impaired awareness of lows and at least 2 severe lows\n"
        "  in the year before\n"
        "draft: true\n"
    )

"""Reading references.bib: every syntax error at once, each with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bib_samples import ENTRY, edit_entry, list_problems
from conftest import TODAY
from ledger.checks.bib_entries import check_bibliography
from ledger.model.bib_reader import read_bibliography


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (edit_entry("{One},", "{One}"), 4),
        (edit_entry("{One},", "{One,"), 1),
        (edit_entry("{one,", "{one"), 1),
        (edit_entry("title =", "title"), 1),
        (edit_entry("{One}", '"One'), 1),
        (ENTRY[:-3] + "\n", 1),
        (ENTRY + "}\n", 10),
        (ENTRY + "some words\n", 10),
        ("@article{}\n" + ENTRY, 1),
        ("@article\n" + ENTRY, 1),
        (edit_entry("{J Test}", "unknown"), 4),
        (edit_entry("  year", "  title = {Two},\n  year"), 5),
        (edit_entry("  year", "  TITLE = {Two},\n  year"), 5),
    ],
)
def test_a_syntax_error_is_reported_with_its_line(text: str, line: int) -> None:
    assert f"{line} bib-syntax" in list_problems(text)


def test_every_syntax_error_of_a_file_is_reported_at_once() -> None:
    text = (
        edit_entry("{One},", "{One}", "a")  # line 4
        + edit_entry("title =", "title", "b")  # line 10
        + ENTRY
        + edit_entry("{One},", "{One,", "c")  # line 28
        + edit_entry("{J Test},", "{J Test}", "d")  # line 41
        + edit_entry("{One}", "{Two}", "e")
    )
    lines = [int(problem.split()[0]) for problem in list_problems(text) if problem.endswith("bib-syntax")]
    assert {4, 10, 28, 41} <= set(lines)
    assert list(read_bibliography(text).entries) == ["one", "e"]


@pytest.mark.parametrize("key", ["a:b", "a.b", "a/b", "a+b", "ä", "a@b", "a'b"])
def test_a_key_that_a_citation_cannot_have_is_reported(key: str) -> None:
    assert list_problems(edit_entry("{one,", f"{{{key},")) == ["1 bib-key"]


@pytest.mark.parametrize("key", ["one", "ONE", "One"])
def test_a_key_that_is_already_used_in_any_case_is_reported(key: str) -> None:
    assert list_problems(ENTRY + edit_entry("{one,", f"{{{key},").replace("10.1234/one", "10.1234/x")) == [
        "10 bib-duplicate-key"
    ]


def test_an_entry_knows_its_line_and_its_fields() -> None:
    entry = read_bibliography("\n" + ENTRY).entries["one"]
    assert (entry.line, entry.field_lines["doi"], entry.type, entry.get("title")) == (2, 7, "article", "One")


@given(st.text(alphabet=st.sampled_from('@article{}k,= "\n%#\\é\x001'), max_size=60) | st.text(max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    problems = check_bibliography(read_bibliography(text), TODAY)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)


@given(
    st.integers(0, len(ENTRY)), st.sampled_from(["{", "}", '"', ",", "=", "@", "\n", "%", "#", "\\", ""]), st.booleans()
)
def test_one_slip_in_an_entry_never_makes_the_reader_raise(place: int, character: str, instead: bool) -> None:
    text = ENTRY[:place] + character + ENTRY[place + instead :]
    assert all(
        1 <= problem.line <= text.count("\n") + 1 for problem in check_bibliography(read_bibliography(text), TODAY)
    )

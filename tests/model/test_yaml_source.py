"""YAML without surprises, and the line of everything in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model.yaml_source import BadYamlError, load_yaml, split_front_matter


def fault(text: str) -> tuple[int, str]:
    """The line and the message with which a page's front matter is refused."""
    found = refused(text)
    assert found is not None
    return found.line, str(found)


def refused(text: str) -> BadYamlError | None:
    try:
        header, _ = split_front_matter(text)
        load_yaml(header or "", first_line=2)
    except BadYamlError as error:
        return error
    return None


@pytest.mark.parametrize("close", ["---", "...", "---  "])
def test_front_matter_ends_at_its_closing_line(close: str) -> None:
    text = f"---\ntitle: x\n{close}\n# Page\n"
    header, body = split_front_matter(text)
    assert header == "title: x\n"
    assert text[body:] == "\n# Page\n"


@pytest.mark.parametrize("text", ["", "# Page\n", "----\ntitle: x\n---\n", "Text first.\n\n---\n\nMore.\n"])
def test_a_page_may_have_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == (None, 0)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("---\ntitle: a: b\n---\n", 2, "a value that holds ': ' must be in quotes"),
        ("---\ntitle: a\n\tb: c\n---\n", 3, "there is a tab; indent with spaces"),
        ("---\na: 1\nb: [1\nc: 2\n---\n", 4, "a list in [ ] is not closed"),
        ("---\ntitle: x\n", 1, "never closed"),
        ("---\na: 1\nb: 2\na: 3\n---\n", 4, "the key 'a' appears twice"),
        ("---\na: 1\nb:\n  c: 1\n  c: 2\n---\n", 5, "the key 'c' appears twice"),
        ("---\na: 1\nb: \x07\n---\n", 3, "there is a control character; take it out"),
        ("---\na: &a [*a]\n---\n", 2, "aliases (*name) are not supported"),
        ("---\na: 1\nb: *c\n---\n", 3, "a value that begins with * must be in quotes"),
        ("---\na: !!python/object:os.system x\n---\n", 2, "tags (!) are not supported"),
        ("---\n? {a: b}\n: c\n---\n", 2, "a key must be a word"),
        ("\n---\ntitle: x\n---\n", 2, "must begin in the first line"),
        (" ---\ntitle: x\n---\n", 1, "must begin in the first line"),
        ("Note: this line would be lost.\n", 1, "loses these lines"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, said: str) -> None:
    assert fault(text)[0] == line
    assert said in fault(text)[1]


@pytest.mark.parametrize(
    "value", ["NO", "yes", "012", "12:30", "2024-13-01", "2024-01-01", "1.5", "1e3", "0x1F", "1_000", "-0", "Null"]
)
def test_a_value_stays_the_text_that_was_written(value: str) -> None:
    assert load_yaml(f"a: {value}").data == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-12", -12), ("true", True), ("false", False), ("~", None), ("null", None), ("", None)],
)
def test_only_plain_integers_true_false_and_null_are_more_than_text(text: str, value: object) -> None:
    assert load_yaml(f"a: {text}").data == {"a": value}


def test_each_value_knows_its_line() -> None:
    found = load_yaml("a: 1\nb:\n  - x\n  - c: 2\n", first_line=2)
    assert found.line(("a",)) == 2
    assert found.line(("b",)) == 3
    assert found.line(("b", 1, "c")) == 5


def test_the_line_of_something_that_is_missing_is_the_line_of_what_is_around_it() -> None:
    found = load_yaml("a:\n  b: 1\n", first_line=2)
    assert found.line(("a", "nothing", 3)) == 2
    assert found.line(("nothing",)) == 2


def test_nothing_is_an_empty_record() -> None:
    assert load_yaml("").data == {}
    assert load_yaml("# only a comment\n").data == {}


def test_values_nested_too_deeply_are_refused() -> None:
    assert "nested too deeply" in str(refused(f"---\na: {'[' * 5000}{']' * 5000}\n---\n"))


def test_aliases_that_multiply_are_refused() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    with pytest.raises(BadYamlError, match="aliases"):
        load_yaml(bomb)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%@`~?, \n\t01\x00é"), max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    found = refused(f"---\n{text}\n---\n")
    assert found is None or 1 <= found.line <= text.count("\n") + 3


def test_a_value_that_yaml_would_cut_at_a_hash_is_refused() -> None:
    line, message = fault("---\nkind: trial\ntitle: Edited cells #1 in a pouch\n---\n")
    assert line == 3
    assert "drops '#1 in a pouch' as a comment" in message
    for good in (
        'title: "Cells #1"',
        "title: Cells  # a remark",
        "title: C#",
        "# a remark",
        "title: {a: b} #x",
        "title: >-\n  note: cells #1",
    ):
        assert refused(f"---\n{good}\n---\n") is None

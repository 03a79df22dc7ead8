"""Editors change the word lists in ``rules/words.yml``; an error in the file is one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import INDEX, ROOT, Make, check_citations
from ledger.checks import words
from ledger.core.errors import CannotRunError
from ledger.model import rules, rules_folder

LISTS = (ROOT / "rules" / words.WORDS_FILE).read_text(encoding="utf-8")


@pytest.fixture
def own_words(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of word lists in a folder of its own."""
    rules.get_rules()
    folder = tmp_path_factory.mktemp("rules")
    monkeypatch.setattr(rules_folder, "RULES_FOLDER", folder)
    yield folder / words.WORDS_FILE
    words.read_words.cache_clear()
    words.compile_words.cache_clear()


def start_with(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    words.read_words.cache_clear()
    words.compile_words.cache_clear()


def test_a_word_that_an_editor_adds_is_found(own_words: Path, make: Make) -> None:
    root = make({"docs/index.md": f"{INDEX}\nA world beating, World-Beating and worldbeating thing.\n"})
    start_with(own_words, LISTS)
    assert [problem.rule for problem in check_citations(root).problems] == []
    start_with(own_words, LISTS.replace("  - breakthrough\n", "  - world beating\n"))
    assert [(problem.rule, problem.line) for problem in check_citations(root).problems] == [("hype", 5)]


def test_a_space_matches_a_hyphen_and_the_end_of_a_line() -> None:
    pattern = words.compile_words("hype")
    found = [match[0] for match in pattern.finditer("game changer Game-Changer game\nchangers gamechanger")]
    assert found == ["game changer", "Game-Changer", "game\nchangers"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  - breakthrough\n", "  - 'break('\n", "hype.0: 'break(' is not a regular expression: missing ), unterminated subpattern at position 5; write \\ before a character that is meant literally"),
        ("  - breakthrough\n", "  - ''\n", "hype.0: there is no text; write it"),
        ("  - breakthrough\n", "  - true\n", "hype.0: 'True' must be text; put it in quotes"),
        ("hype:\n  - breakthrough\n", "hypes:\n  - breakthrough\n", "hypes: unknown key; did you mean 'hype'?"),
        ("hedges: [", "hedges: unclear\n#", "hedges: a list is needed here; begin each line with '- '"),
    ],
)  # fmt: skip
def test_an_error_in_the_file_is_one_line(own_words: Path, old: str, new: str, line: str) -> None:
    start_with(own_words, LISTS.replace(old, new, 1))
    with pytest.raises(CannotRunError) as error:
        words.read_words()
    place, _, message = str(error.value).partition(": ")
    assert message == line
    assert place == f"{own_words.parent.name}/words.yml:{LISTS[: LISTS.index(old)].count(chr(10)) + 1}"

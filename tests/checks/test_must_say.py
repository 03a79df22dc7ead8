"""What pages must say: found in what a reader sees, asked for by a file whose own faults are reported at their line."""

from __future__ import annotations

import pytest

from conftest import BIB, TODAY, Make
from ledger.checks import must_say
from ledger.model import project
from ledger.site.generated_parts import extract_visible_text
from samples import SAMPLE, small

ENTRY = "pages:\n  - page: index.md\n    why: readers would be misled\n    says:\n      - {0}\n"
RULE = "citations:\n  - cites: known2024\n    about: '10 of 12'\n    why: two people died\n    says: [died]\n"


def told(make: Make, must: str, page: str = "# Home\n\nWords.\n", **files: str) -> list[str]:
    root = make({must_say.MUST_SAY_FILE: must, "docs/index.md": page, **files})
    return [
        str(problem)
        for problem in must_say.check_required_statements(project.load_project(root, TODAY), extract_visible_text)
    ]


def test_without_the_file_nothing_is_asked(make: Make) -> None:
    assert list(must_say.check_required_statements(project.load_project(make(), TODAY), extract_visible_text)) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("2 of 14", "Of them **2 of [14](index.md)** died."),
        ("'(?:2|two) of 14'", "Two of\n14 died."),
        ("83 % (10 of 12)", "It was 83&nbsp;% (10 of 12)."),
        ("it may last", "It `may` [@known2024] last."),
        ("a | b", "| x |\n|---|\n| A \\| B |"),
    ],
)
def test_words_are_compared_as_a_reader_sees_them(make: Make, pattern: str, text: str) -> None:
    assert told(make, ENTRY.format(pattern), f"# Home\n\n{text}\n") == []


@pytest.mark.parametrize("hidden", ["<!-- 2 of 14 -->", "[x](2 of 14)", "[@known2024]"])
def test_what_a_reader_does_not_see_does_not_count(make: Make, hidden: str) -> None:
    assert len(told(make, ENTRY.format("2 of 14|known2024"), f"# Home\n\nWords {hidden}.\n")) == 1


def test_a_missing_statement_names_the_reason_and_the_line_that_asks(make: Make) -> None:
    [problem] = told(make, ENTRY.format("2 of 14"), "\n# Home\n\nWords.\n")
    assert problem == (
        "docs/index.md:2: error: readers do not find '2 of 14' here; add it: readers would be misled"
        " (required by rules/must-say.yml:5) [must-say]"
    )


def test_tables_made_from_a_record_count(make: Make) -> None:
    entry = "pages:\n  - {page: trials/sample.md, why: so, says: ['10 of 12', 'never seen']}\n"
    make({must_say.MUST_SAY_FILE: entry})
    [problem] = must_say.check_required_statements(small(make), extract_visible_text)
    assert problem.path == "docs/trials/sample.md"
    assert "'never seen'" in problem.message


def test_a_record_that_cannot_be_shown_is_not_guessed_at(make: Make) -> None:
    entry = "pages:\n  - {page: trials/sample.md, why: so, says: [never seen]}\n"
    assert told(make, entry, **{"docs/trials/sample.md": SAMPLE.replace("record_type: trial", "record_type: x")}) == []


def test_who_cites_a_source_for_something_must_say_what_goes_with_it(make: Make) -> None:
    alone = "# Home\n\nWords.\n\nIt was 10 of 12 [@known2024].\n"
    [problem] = told(make, RULE, alone)
    assert problem.startswith("docs/index.md:5: error: readers do not find 'died' here; add it: two people died")
    assert told(make, RULE, alone + "\nTwo people died.\n") == []
    assert told(make, RULE, "# Home\n\nIt was 9 of 12 [@known2024].\n\nIt was 10 of 12.\n") == []
    assert told(make, f"{RULE}    not_on: [index.md]\n", alone) == []


def test_another_source_whose_key_begins_the_same_is_another_source(make: Make) -> None:
    bib = BIB + "\n" + BIB.replace("known2024", "known2024b").replace("10.1234/abc", "10.1234/xyz")
    page = "# Home\n\nIt was 10 of 12 [@known2024b].\n"
    assert told(make, RULE, page, **{"references.bib": bib}) == []


def test_what_was_corrected_is_reported_where_it_comes_back(make: Make) -> None:
    never = "never:\n  - says: ['more than (?:700|800) clinics']\n    why: there are more\n"
    page = "# Home\n\nWords.\n\nMore than **700** clinics; more than 800 clinics.\n"
    [problem] = told(make, never, page)
    assert problem == (
        "docs/index.md:5: error: 'more than (?:700|800) clinics' was corrected and is here again; remove it:"
        " there are more (ruled out by rules/must-say.yml:2) [must-not-say]"
    )
    assert told(make, never, "# Home\n\nMore than 900 clinics.\n") == []
    assert told(make, f"{never}    not_on: [index.md]\n", page) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "write the lists 'pages:', 'citations:' and 'never:'"),
        ("- page: index.md\n", 1, "`key: value` lines are needed here"),
        ("pages: []\n", 1, "write the lists"),
        ("pages:\n  - page: [index.md\n", 2, "a list in [ ] is not closed"),
        (ENTRY.format("'(2 of 14'"), 5, "'(2 of 14' is not a regular expression"),
        (ENTRY.format("''"), 5, "pages[index.md].says[1]"),
        (ENTRY.format("x").replace("says", "say"), 4, "pages[index.md].say: unknown key; did you mean 'says'?"),
        (
            ENTRY.format("x").replace("    why: readers would be misled\n", ""),
            2,
            "pages[index.md].why: this key is missing; add it",
        ),
        ("pages:\n  - {page: index.md, why: so, says: []}\n", 2, "pages[index.md].says"),
        (ENTRY.format("x").replace("index", "indexx"), 2, "'indexx.md'; did you mean index.md?"),
        (ENTRY.format("Words") + "    source: known2025\n", 6, "'known2025'; did you mean known2024?"),
        (RULE.replace("known2024", "known2025"), 2, "'known2025'; did you mean known2024?"),
        (RULE + "    not_on: [other.md]\n", 6, "'other.md'"),
    ],
)
def test_a_fault_of_the_file_is_one_line_at_its_place(make: Make, text: str, line: int, said: str) -> None:
    found = [problem for problem in told(make, text) if problem.startswith(f"{must_say.MUST_SAY_FILE}:{line}: error: ")]
    assert any(said in problem for problem in found), told(make, text)
    assert all("\n" not in problem for problem in found)

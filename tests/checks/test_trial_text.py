"""The text of a trial page and its record say the same."""

from __future__ import annotations

import pytest

from conftest import Make, check_citations
from samples import SAMPLE

PAGE = "docs/trials/sample.md"
BODY = "Of the 12 people, 10 of 12 took no insulin [@known2024]."


def told(make: Make, text: str) -> list[str]:
    assert SAMPLE.count(BODY) == 1
    problems = check_citations(make({PAGE: SAMPLE.replace(BODY, text)})).problems
    return [str(problem) for problem in problems if problem.rule in ("not-in-record", "excuse")]


@pytest.mark.parametrize(
    "text",
    [
        "Of 12 people, 10 took no insulin.",
        "Ten of twelve people did [@known2024].",
        "It was 83 % [@known2024].",  # follows from 10 of 12
        "Two of 12 people took insulin [@known2024].",  # the rest
        "They got 5 mg at month 4 [@known2024].",
        "HbA1c was 7 % after 8.10 % [@known2024].",  # 7.0 and 8.1 in the record
        "In 2024 it was phase 1/2, type 1, VX-880 [@known2024].",  # names and years are no claims
    ],
)
def test_a_number_of_the_record_passes(make: Make, text: str) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Of 13 people, 10 took no insulin [@known2024].", "13 people"),
        ("Nine of 12 people did [@known2024].", "Nine of 12 people"),
        ("It was 84 % [@known2024].", "84 %"),
        ("p = 0.013 [@known2024].", "p = 0.013"),
        ("About 1,200 people [@known2024].", "1,200 people"),
        ("Thirty-one people did [@known2024].", "Thirty-one people"),
    ],
)
def test_a_number_that_the_record_does_not_hold_is_told_at_its_line(make: Make, text: str, number: str) -> None:
    line = SAMPLE[: SAMPLE.index(BODY)].count("\n") + 2
    [problem] = told(make, f"First a line\n{text}")
    assert problem.startswith(f"{PAGE}:{line}: error: '{number}' is not in this page's record; add it there")


def test_a_reason_excuses_a_number_about_something_else(make: Make) -> None:
    assert told(make, "Others saw 99 people [@known2024]. <!-- not-in-record until 2027-01-31: another trial -->") == []


def test_an_excuse_without_reason_or_use_is_told(make: Make) -> None:
    assert "an excuse needs a reason" in told(make, "Of 12 people [@known2024]. <!-- not-in-record -->")[0]
    assert "excuses nothing" in told(make, "Of 12 people [@known2024]. <!-- not-in-record until 2027-01-31: why -->")[0]


def test_other_pages_are_left_alone(make: Make) -> None:
    problems = check_citations(make({"docs/index.md": "# Home\n\nOf 99 people [@known2024].\n"})).problems
    assert [problem for problem in problems if problem.rule == "not-in-record"] == []


# --- deaths -------------------------------------------------------------------------------------------

DEATH = "event: death"


def deaths(make: Make, text: str, event: str = "infection") -> list[tuple[int, str]]:
    page = SAMPLE.replace(DEATH, f"event: {event}").replace("They were given islets.", text)
    problems = check_citations(make({PAGE: page})).problems
    return [(one.line, one.message) for one in problems if one.rule == "harm-not-in-record"]


@pytest.mark.parametrize(
    "text",
    [
        "One person died of an infection [@known2024].",
        "The two deaths were not related, they say [@known2024].",
        "No one died [@known2024].",  # a reported zero is a row, too
        "A fatal infection was seen [@known2024].",
        "Both deaths followed an infection; its cause was not found.",
        "What it was is not known. Two people died [@known2024].",
    ],
)
def test_a_death_in_the_text_alone_is_an_error(make: Make, text: str) -> None:
    [(line, message)] = deaths(make, text)
    assert line == SAMPLE[: SAMPLE.index("They were given islets.")].count("\n") + 1
    assert "no row of harms begins with 'death'" in message


@pytest.mark.parametrize("event", ["death", "Deaths of any cause", "death related to the treatment"])
def test_a_row_on_deaths_is_enough(make: Make, event: str) -> None:
    assert deaths(make, "One person died of an infection [@known2024].", event) == []


def test_deaths_in_the_text_that_the_rows_count_as_none_are_an_error(make: Make) -> None:
    page = SAMPLE.replace("{event: death, n: 2,", "{event: death, n: 0,")
    page = page.replace("They were given islets.", "Two of the 14 died [@known2024].")
    [found] = [one for one in check_citations(make({PAGE: page})).problems if one.rule == "harm-not-in-record"]
    assert "every row of harms on deaths counts 0" in found.message


@pytest.mark.parametrize("event", ["circumstances of the deaths", "infection"])
def test_a_row_that_only_mentions_them_is_not(make: Make, event: str) -> None:
    assert len(deaths(make, "One person died of an infection [@known2024].", event)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Deaths and tumours: not found.",
        "We looked for deaths, tumours and other harms.",
        "There is no word on deaths. We did not find a count of deaths.",
        "The islets came from a person who has died.",
        "In a series from Poland 1 of 24 died [@known2024]. <!-- not-in-record until 2027-01-31: another trial -->",
    ],
)
def test_what_was_not_seen_or_is_about_others_is_no_death(make: Make, text: str) -> None:
    assert deaths(make, text) == []


def test_the_notes_of_the_record_are_looked_at_and_many_places_are_one_error(make: Make) -> None:
    page = SAMPLE.replace(DEATH, "event: infection").replace("why: few people, cite", "why: 2 deaths among 14, cite")
    page = page.replace("They were given islets.", "Two died [@known2024].\n\nThe deaths came early [@known2024].")
    [found] = [one for one in check_citations(make({PAGE: page})).problems if one.rule == "harm-not-in-record"]
    assert found.line == page[: page.index("why: 2 deaths")].count("\n") + 1
    assert "'2 deaths among 14' (and 2 more)" in found.message


# --- the record's own texts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "plain_title: Islets from a donor line",
            "plain_title: Cells, 71 % off insulin",
            "plain_title: '71 %' without",
        ),
        ("value: not found}", "value: not found, note: two people paid €300}", "note: 'two people' and '€300' without"),
        ("why: no price", "why: it costs 90 000 dollars", "why: '90 000 dollars' without a source; add cite"),
        ("  harms:\n", "  harms_note: Both patients fell ill.\n  harms:\n", "harms_note: 'Both patients' without"),
        ("  results:\n", "  results_note: In 9 of 11 it was stopped.\n  results:\n", "results_note: '9 of 11' without"),
    ],
)
def test_a_number_in_a_text_of_the_record_needs_a_source(make: Make, old: str, new: str, message: str) -> None:
    assert old in SAMPLE
    problems = check_citations(make({PAGE: SAMPLE.replace(old, new, 1)})).problems
    [problem] = [problem for problem in problems if problem.rule == "uncited-number"]
    assert message in problem.message


def test_a_number_beside_cite_has_its_source(make: Make) -> None:
    text = SAMPLE.replace("why: one line, cite", "why: one of 9 people, cite").replace(
        "why: by vein", "why: by 2 infusions"
    )
    assert [one for one in check_citations(make({PAGE: text})).problems if one.rule == "uncited-number"] == []


def test_a_note_beside_others_words_is_ours(make: Make) -> None:
    note = SAMPLE.replace("value: A university,", "value: Miracle University, note: a miracle,")
    problems = [one for one in check_citations(make({PAGE: note})).problems if one.rule == "hype"]
    assert [problem.line for problem in problems] == [SAMPLE[: SAMPLE.index("A university")].count("\n") + 1]

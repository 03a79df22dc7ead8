"""Counts before per cents, and the cells beside each result."""

from __future__ import annotations

import pytest

from conftest import INDEX, Make, check_citations

C = "[@known2024]"
FRONT = "---\ntitle: Home\ndescription: A page.\nkind: home\nchecked: 2026-11-21\n---\n"
RULES = ("percent-without-count", "percent-decimals", "cell-origin")


def told(make: Make, text: str, front: str = FRONT, title: str = "Home") -> list[str]:
    page = f"{front.replace('Home', title)}{INDEX}\n{text}\n"
    problems = check_citations(make({"docs/index.md": page})).problems
    return [f"{p.line - page[: page.index(text)].count(chr(10))} {p.rule}" for p in problems if p.rule in RULES]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"It was 44 % of 16 {C}.", "1 percent-without-count"),
        (f"Words,\nand 44 % of the 16 {C}.", "2 percent-without-count"),
        (f"It was 44 per cent of 16 people {C}.", "1 percent-without-count"),
        (f"| 44% of 16 | {C} |", "1 percent-without-count"),
        (f"In 16 people, 44 % came off the drug {C}.", "1 percent-without-count"),
        (f"Of the 16 treated adults, 44% needed less {C}.", "1 percent-without-count"),
        (f"Words. And\n44 % of patients (n = 16) needed less {C}.", "2 percent-without-count"),
        (f"It was 7 of 16 (43.8 %) {C}.", "1 percent-decimals"),
        (f"It was 43.8 % of 16; 7 of 16 {C}.", "1 percent-decimals"),
    ],
)
def test_a_per_cent_of_few_people_needs_its_count_and_no_decimals(text: str, problem: str, make: Make) -> None:
    assert told(make, text) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        f"It was 7 of 16 (44 %) {C}.",
        f"It was 44 % of 16 people, 7 of 16 {C}.",
        f"It was 44 % of 160 {C}, 44 % of 1,600 and 44 % of 50.",
        f"It was 42 of 48 (87.5 % as printed) {C}.",
        f"In 16 people, 7 of 16 (44 %) came off the drug {C}.",
        f"In 16 people, 44 % (7/16) came off the drug {C}.",
        f"In 160 people, 44 % came off the drug {C}. All 12 people had a time in range of 44 %.",
        f"HbA1c was 6.9 % in 16 people {C}. It fell by 40 % of the start.",
        f"Time in range was 44.5 % of 24 hours {C}.",
        f'The paper writes "44 % of 16" {C}.',
        f"It was 44 % of 16 {C}. <!-- no-count until 2027-01-31: the abstract prints none -->",
    ],
)
def test_counts_and_larger_groups_are_left_alone(text: str, make: Make) -> None:
    assert told(make, text) == []


RESULT = f"At one year 10 of 12 took no insulin {C}."


@pytest.mark.parametrize(
    "text",
    [
        RESULT,
        f"10/12 people stopped insulin {C}.",
        f"HbA1c was lower in 3 of 4 {C}.",
        f"## The first year\n\n{RESULT}".split("\n\n")[1],
    ],
)
def test_a_result_without_its_cells_is_advised(text: str, make: Make) -> None:
    assert told(make, text) == ["1 cell-origin"]


@pytest.mark.parametrize(
    "text",
    [
        f"With islets from a donor line, {RESULT}",
        f"## Mesenchymal cells\n\n{RESULT}\n\n{RESULT}",
        f"Cells of an embryonic line.\n\n{RESULT}",
        f"In [that trial](trials/x.md), {RESULT}",
        "Words on C-peptide.",
        f"{RESULT} <!-- no-origin until 2027-01-31: told above the table -->",
    ],
)
def test_a_result_with_its_cells_in_the_section_is_left_alone(text: str, make: Make) -> None:
    assert told(make, text) == []


def test_a_heading_ends_what_was_said_above_it(make: Make) -> None:
    assert told(make, f"Donor islets.\n\n## More\n\n{RESULT}") == ["5 cell-origin"]


def test_a_page_whose_title_names_the_cells_or_that_tells_no_results_is_left_alone(make: Make) -> None:
    assert told(make, RESULT, title="Donor islets") == []
    assert told(make, RESULT, front=FRONT.replace("home", "about")) == []
    assert told(make, RESULT, front="") == []

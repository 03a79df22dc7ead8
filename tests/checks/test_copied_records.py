"""One trial's facts under another trial's number are reported; records of the same people may share them."""

from __future__ import annotations

import pytest

from conftest import Make, check_citations
from samples import SAMPLE

TWIN = SAMPLE.replace("id: sample", "id: twin").replace("NCT01234567", "NCT01234568").replace("sample trial", "twin")
RESULTS = SAMPLE[SAMPLE.index("  results:\n") : SAMPLE.index("  requirements:\n")]
OTHER_RESULTS = """\
  results:
    - {measure: insulin independence, at: month 6, n: 3, of: 9, cite: known2024, seen: abstract}
  harms:
    - {event: death, n: 2, of: 14, cause: infection, judged_by: the investigators, cite: known2024, seen: abstract}
"""
OTHER_PEOPLE = ("treated: {value: 14", "treated: {value: 15")
TEXT = "They were given islets."
LONG = "Each person got islets of one donor into a vein of the liver, and stayed in hospital for several days afterwards to be watched, which is what the team does after each infusion of islets"


def told(make: Make, twin: str, sample: str = SAMPLE) -> list[str]:
    problems = check_citations(make({"docs/trials/sample.md": sample, "docs/trials/twin.md": twin})).problems
    return [str(problem) for problem in problems if problem.rule == "record-copied"]


def changed(*pairs: tuple[str, str]) -> str:
    text = TWIN
    for old, new in ((RESULTS, OTHER_RESULTS), OTHER_PEOPLE, ("dose: {value: 5 mg", "dose: {value: 6 mg"), *pairs):
        assert old in text
        text = text.replace(old, new)
    return text.replace("Of the 12 people, 10 of 12 took no insulin", "Of 9 people, 3 of 9 took no insulin")


def test_a_copy_with_another_number_is_reported_once(make: Make) -> None:
    [line] = told(make, TWIN)
    assert "docs/trials/twin.md:" in line
    assert (
        "the same as in docs/trials/sample.md: 3 rows of results or harms, 4 facts with the same source; correct"
        in line
    )


def test_rows_alone_are_reported_and_facts_alone(make: Make) -> None:
    [line] = told(make, TWIN.replace("cite: known2024", "cite: other2024"))
    assert "3 rows" in line
    assert "facts" not in line
    [line] = told(make, TWIN.replace(RESULTS, OTHER_RESULTS))
    assert "4 facts" in line
    assert "rows" not in line


def test_what_agrees_by_chance_is_left_alone(make: Make) -> None:
    assert told(make, changed()) == []  # the same row on deaths, and two facts


def test_one_long_text_or_two_short_ones_are_reported(make: Make) -> None:
    long = f"{LONG} [@known2024]."
    sample = SAMPLE.replace(TEXT, long)
    [line] = told(make, changed((TEXT, long.replace("[@known2024]", "[@other2024]"))), sample)
    assert "1 text (the first in line " in line
    short = "The team gave every one of them the same dose"
    assert told(make, changed((TEXT, f"{short} [@known2024].")), SAMPLE.replace(TEXT, f"{short} [@known2024].")) == []
    two = f"{short} [@known2024].\n\nNobody had to stay in hospital for more than a day [@known2024]."
    [line] = told(make, changed((TEXT, two)), SAMPLE.replace(TEXT, two))
    assert "2 texts" in line


@pytest.mark.parametrize("kind", ["same people", "continues", "continued by"])
def test_records_that_name_each_other_as_the_same_people_may_share(make: Make, kind: str) -> None:
    relation = f"  relations: [{{kind: {kind}, to: the sample, record: sample}}]\n"
    assert told(make, TWIN.replace("  cohort: sample\n", f"  cohort: sample\n{relation}")) == []


def test_an_overlap_may_share_and_a_shared_cohort_alone_may_not(make: Make) -> None:
    assert told(make, TWIN.replace("  cohort: sample\n", "  cohort: twin\n  overlaps: [sample]\n")) == []
    assert len(told(make, TWIN)) == 1
    assert len(told(make, TWIN.replace("  cohort: sample\n", "  cohort: sample\n  overlaps: [sample]\n"))) == 1
    same = "  relations: [{kind: same product, to: the sample, record: sample}]\n"
    assert len(told(make, TWIN.replace("  cohort: sample\n", f"  cohort: sample\n{same}"))) == 1

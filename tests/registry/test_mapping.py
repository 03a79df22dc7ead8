"""From a study of the registry to the record of a trial, its page and its source: nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from conftest import TODAY
from ledger.core.errors import CannotRunError
from ledger.model import project, registries
from ledger.model.bib_reader import read_bibliography
from ledger.model.vocabulary import GAP
from ledger.registry import mapping, page_draft, study_model
from play_api import NUMBER, sample
from studies import HARD_TEXTS, put, with_results

KEY = "nct09876543"


@pytest.mark.parametrize(
    ("title", "doubts"),
    [
        ("Islet cells in type 1 diabetes", []),
        ("Islet cells in healthy dogs", ["diabetes"]),
        ("A new insulin for type 1 diabetes", ["cells"]),
        ("Physiotherapy of the knee", ["diabetes", "cells"]),
    ],
)
def test_a_study_about_something_else_is_doubted(title: str, doubts: list[str]) -> None:
    study = study_model.parse_study(
        json.dumps({"protocolSection": {"identificationModule": {"briefTitle": title}}}).encode(), "x"
    )
    assert [doubt.split(" about ")[1].split(";")[0] for doubt in study_model.describe_doubts(study)] == doubts


def make(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The record, checked against the model on the way, and what has no place in it."""
    study = study_model.parse_study(json.dumps(given).encode(), "a study")
    record, unmapped = mapping.build_trial_record(study, NUMBER, KEY, KEY, TODAY)
    text = page_draft.render_draft_page(record, "A title", KEY, TODAY)
    page, *problems = project.parse_page(text, f"trials/{KEY}.md")
    assert problems == [[], []]
    assert page.record
    return record, unmapped


def at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data[int(step)] if step.isdigit() else data[step]
    return data


# --- each value has its place -------------------------------------------------------------------------

SAMPLE, _ = make(sample())
PLACES = {
    "official_title": "A Made-Up, Randomized, Placebo-Controlled Phase 1/2 Study of Encapsulated Islet Cells [EX-101]"
    " in Adults With Type 1 Diabetes & HbA1c < 9 %",
    "record_type": "trial",
    "diabetes_type": "type 1",
    "registry": [
        {"id": NUMBER, "checked": TODAY.isoformat(), "cite": KEY},
        {
            "id": "2023-507988-19-00",
            "cite": KEY,
            "note": "as ClinicalTrials.gov gives it; that registry's record not seen",
        },
    ],
    "status": [{"as_of": TODAY.isoformat(), "value": "recruiting", "where": "status"}],
    "phase.value": "phase 1/phase 2",
    "allocation.value": "randomized",
    "model.value": "parallel",
    "masking": {"value": "double", "note": "masked: participant, investigator", "where": "masking"},
    "purpose.value": "treatment",
    "control.value": "placebo comparator: Placebo",
    "conditions.value": ["Diabetes Mellitus, Type 1", "Hypoglycemia Unawareness"],
    "sponsor.value": "Example Cell Therapeutics",
    "collaborators.value": ["Example Foundation", "National Institute of Examples"],
    "funders.value": GAP,
    "countries.value": ["United States", "Norway"],
    "sites.value": 2,
    "dates.start": {"value": "2024-03-18", "type": "actual", "where": "dates"},
    "dates.primary_completion.value": "2027-06",
    "dates.completion.type": "estimated",
    "dates.first_posted.value": "2024-01-18",
    "people.planned.value": 24,
    "people.age.value": "18 to 65 years",
    "people.sex.value": "all",
    "people.who.value": GAP,
    "cells.origin.value": GAP,
    "immune_strategy.value": GAP,
    "therapies": [GAP],
    "primary_outcomes": [
        {
            "measure": "Number of participants with adverse events",
            "time_frame": "Up to 2 years",
            "where": "outcomes",
        }
    ],
    "cohort": KEY,
}


@pytest.mark.parametrize("path", PLACES)
def test_a_value_of_the_registry_has_its_place(path: str) -> None:
    assert at(SAMPLE, path) == PLACES[path]


WORDS = [
    ("statusModule.overallStatus", "ACTIVE_NOT_RECRUITING", "status.0.value", "active, not recruiting"),
    ("statusModule.overallStatus", "UNKNOWN", "status.0.value", "unknown status"),
    ("statusModule.overallStatus", "WITHHELD", "status.0.value", "withheld"),
    ("designModule.designInfo.allocation", "NON_RANDOMIZED", "allocation.value", "non-randomized"),
    ("designModule.designInfo.allocation", "NA", "allocation.value", "not applicable (single group)"),
    ("designModule.designInfo.interventionModel", "SINGLE_GROUP", "model.value", "single group"),
    ("designModule.designInfo.primaryPurpose", "ECT", "purpose.value", "educational, counseling or training"),
    ("designModule.designInfo.maskingInfo.masking", "NONE", "masking.value", "none (open label)"),
    ("designModule.phases", ["PHASE2", "PHASE1"], "phase.value", "phase 1/phase 2"),
    ("designModule.phases", ["EARLY_PHASE1"], "phase.value", "early phase 1"),
    ("designModule.phases", ["NA"], "phase.value", "not applicable"),
    ("designModule.phases", [], "phase.value", "not found"),
    ("designModule.studyType", "OBSERVATIONAL", "record_type", GAP),
    ("eligibilityModule.sex", "FEMALE", "people.sex.value", "female"),
    ("statusModule.whyStopped", "No money", "why_stopped.value", "No money"),
    ("designModule.enrollmentInfo", {"count": 0, "type": "ACTUAL"}, "people.enrolled.value", 0),
    ("statusModule.startDateStruct", {"date": "1999", "type": "ACTUAL"}, "dates.start.value", "1999"),
]


@pytest.mark.parametrize(("path", "given", "place", "expected"), WORDS)
def test_a_word_of_the_registry_becomes_ours(path: str, given: object, place: str, expected: object) -> None:
    record, unmapped = make(put(path, given))
    assert at(record, place) == expected
    assert unmapped == []


@pytest.mark.parametrize(
    ("path", "given", "place", "reported"),
    [
        ("statusModule.overallStatus", "PAUSED", "status.0.value", "status: PAUSED"),
        ("designModule.phases", ["PHASE1", "PHASE3"], "phase.value", "phase: PHASE1/PHASE3"),
        ("designModule.designInfo.primaryPurpose", "NEW", "purpose.value", "purpose: NEW"),
    ],
)
def test_a_word_without_one_of_ours_is_a_gap_and_reported(path: str, given: object, place: str, reported: str) -> None:
    record, unmapped = make(put(path, given))
    assert at(record, place) == GAP
    assert unmapped == [reported]


@pytest.mark.parametrize(
    ("path", "given", "reported"),
    [
        ("statusModule.startDateStruct", {"date": "2024-03-18"}, "dates.start: 2024-03-18 (actual or estimated not stated)"),
        (
            "statusModule.startDateStruct",
            {"date": "2031-03-18", "type": "ACTUAL"},
            "dates.start: 2031-03-18 (actual, and in the future)",
        ),
        (
            "statusModule.completionDateStruct",
            {"date": "2020", "type": "ACTUAL"},
            "dates.completion: 2020 (before 2027-06)",
        ),
        ("designModule.enrollmentInfo", {"count": 24}, "enrolment: 24 (actual or estimated not stated)"),
    ],
)  # fmt: skip
def test_what_contradicts_or_lacks_its_type_is_left_out_and_reported(path: str, given: object, reported: str) -> None:
    assert make(put(path, given))[1] == [reported]


@pytest.mark.parametrize(
    ("conditions", "kind"),
    [
        (["Type 1 Diabetes"], "type 1"),
        (["Diabetes Mellitus, Type I"], "type 1"),
        (["T1D"], "type 1"),
        (["T2DM"], "type 2"),
        (["Insulin-Dependent Diabetes Mellitus"], "type 1"),
        (["Non-Insulin-Dependent Diabetes Mellitus"], "type 2"),
        (["Type 1 Diabetes", "Type 2 Diabetes"], GAP),
        (["Diabetes"], GAP),
        (["Spinal Muscular Atrophy Type 1"], GAP),
        ([], GAP),
    ],
)
def test_the_kind_of_diabetes_is_filled_in_where_it_is_clear(conditions: list[str], kind: str) -> None:
    assert make(put("conditionsModule.conditions", conditions))[0]["diabetes_type"] == kind


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        ("18 Years", "65 Years", "18 to 65 years"),
        ("6 Months", "17 Years", "6 months to 17 years"),
        ("1 Year", "", "1 year and older"),
        ("", "30 Years", "up to 30 years"),
        ("N/A", "N/A", ""),
    ],
)
def test_ages_are_words(least: str, most: str, words: str) -> None:
    assert mapping.format_ages(least, most) == words


def test_a_single_group_is_compared_with_nobody() -> None:
    given = put("designModule.designInfo.interventionModel", "SINGLE_GROUP")
    given["protocolSection"]["armsInterventionsModule"]["armGroups"].pop()
    assert make(given)[0]["control"]["value"] == "none"


def test_posted_results_are_for_a_person_to_copy() -> None:
    record, _ = make(with_results())
    assert record["results_note"] == f"{GAP}: results: posted in the registry; copy them from there"
    assert record["harms_note"] == f"{GAP}: harms: posted in the registry; copy them from there"
    assert record["harms_searched"]["where"].startswith(GAP)
    assert "none in the registry by 2026-11-21" in SAMPLE["results_note"]
    assert SAMPLE["harms_searched"]["where"] == "results in the registry"


def test_a_study_of_almost_nothing_gives_a_record_of_gaps() -> None:
    record, unmapped = make({"protocolSection": {}})
    assert record["phase"] == {"value": "not found"}
    assert record["sponsor"] == {"value": "not found"}
    assert record["record_type"] == GAP
    assert unmapped == []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"studies": []}', b'{"protocolSection": 1}', b"\xff\xfe", b"[" * 9999]
)
def test_what_is_no_study_is_refused(raw: bytes) -> None:
    with pytest.raises(CannotRunError, match=r"^x\.json: this is not "):
        study_model.parse_study(raw, "x.json")


# --- the page and its source --------------------------------------------------------------------------


def number() -> registries.RegistryNumber:
    found = registries.parse_registry_number(NUMBER)
    assert found
    return found


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("Islet Cells in Type 1 Diabetes", f"{NUMBER}: Islet Cells in Type 1 Diabetes"),
        ("", f"{NUMBER}: registered trial"),
        ("HbA1c <x and y>", f"{NUMBER}: registered trial"),
        ("word, " * 100, f"{NUMBER}: {'word, ' * 15}word,…"),
    ],
)
def test_the_heading_has_the_short_title(title: str, heading: str) -> None:
    assert page_draft.format_heading(number(), title) == heading


def test_the_page_has_its_sections_and_says_what_is_wanted() -> None:
    text = page_draft.render_draft_page(SAMPLE, f"{NUMBER}: Islets [x] *y*", KEY, TODAY)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        f"# {NUMBER}: Islets &#91;x&#93; &#42;y&#42;",
        *(f"## {name}" for name, _, _ in page_draft.PAGE_SECTIONS),
    ]
    assert text.count("<!-- to fill: ") == 7
    for made in ("trial-facts", "trial-results", "trial-harms", "trial-requirements"):
        assert f"<!-- generated: {made} -->" in text


BIB = "% head\n@article{beta,\n  title = {B},\n}\n\n% about Gamma\n@Misc{Gamma ,\n  title = {@no{t}},\n}\n"


@pytest.mark.parametrize(("key", "before"), [("alpha", "% head\n"), ("delta", "% about Gamma\n"), ("zeta", None)])
def test_an_entry_goes_to_its_alphabetical_place_and_nothing_else_moves(key: str, before: str | None) -> None:
    new = f"@online{{{key},\n  title = {{N}},\n}}\n"
    text = page_draft.insert_bib_entry(BIB, key, new)
    assert text.replace(f"{new}\n" if before else f"\n{new}", "") == BIB
    assert f"{new}\n{before}" in text if before else text.endswith(new)


def test_an_entry_goes_into_an_empty_file() -> None:
    assert page_draft.insert_bib_entry("", "a", "@misc{a,\n}\n") == "@misc{a,\n}\n"


@pytest.mark.parametrize("title", HARD_TEXTS, ids=range(len(HARD_TEXTS)))
def test_an_entry_can_be_read_whatever_the_trial_is_called(title: str) -> None:
    title = study_model.clean_text(title)
    found = read_bibliography(page_draft.format_bib_entry(number(), title, "registry record", TODAY))
    assert found.problems == []
    [entry] = found.entries.values()
    assert entry.key == KEY
    assert entry.get("url") == f"https://clinicaltrials.gov/study/{NUMBER}"
    assert entry.text("title").startswith(f"Record {NUMBER}")

"""From a study of the registry to the record of a trial: each value has its place, nothing is lost, nothing guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from conftest import TODAY
from ledger.model import registries, yaml_source
from ledger.model.bib_reader import read_bibliography as read_bib
from ledger.model.trial_record import Record, TrialPage
from ledger.model.vocabulary import GAP
from ledger.registry import mapping, page_draft, study_model
from ledger.registry.study_model import HostileTextError, ImportNotes
from play_api import NUMBER, sample
from studies import HARMLESS, HOSTILE, put, with_results

KEY = "nct09876543"


def make(given: Mapping[str, Any]) -> tuple[dict[str, Any], ImportNotes]:
    """The record, checked against the model on the way."""
    record, notes = mapping.build_trial_record(given, NUMBER, KEY, KEY, TODAY)
    Record.model_validate(record)
    return record, notes


def page(record: Mapping[str, Any], heading: str = "A title") -> str:
    text = page_draft.render_draft_page(record, heading, KEY, "the registry's record", TODAY)
    header, _ = yaml_source.split_front_matter(text)
    TrialPage.model_validate(yaml_source.load_yaml(header or "").data)
    return text


def at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data[int(step)] if step.isdigit() else data[step]
    return data


def details(record: Mapping[str, Any]) -> dict[str, str]:
    return {one["what"]: one["value"] for one in record["details"]}


# --- each value has its place -------------------------------------------------------------------------

SAMPLE, SAMPLE_NOTES = make(sample())
PLACES = {
    "official_title": "A Made-Up, Randomized, Placebo-Controlled Phase 1/2 Study of Encapsulated Islet Cells [EX-101]"
    " in Adults With Type 1 Diabetes & HbA1c < 9 %",
    "record_type": "trial",
    "diabetes_type": "type 1",
    "registry.0.id": NUMBER,
    "registry.0.checked": TODAY.isoformat(),
    "registry.1.id": "2023-507988-19-00",
    "status.0.value": "recruiting",
    "status.0.as_of": TODAY.isoformat(),
    "phase.value": "phase 1/phase 2",
    "allocation.value": "randomized",
    "model.value": "parallel",
    "masking.value": "double",
    "masking.note": "masked: participant, investigator",
    "purpose.value": "treatment",
    "control.value": "placebo comparator: Placebo",
    "conditions.value": ["Diabetes Mellitus, Type 1", "Hypoglycemia Unawareness"],
    "sponsor.value": "Example Cell Therapeutics",
    "collaborators.value": ["Example Foundation", "National Institute of Examples"],
    "funders.value": GAP,
    "countries.value": ["United States", "Norway"],
    "sites.value": 2,
    "dates.start.value": "2024-03-18",
    "dates.start.type": "actual",
    "dates.primary_completion.value": "2027-06",
    "dates.completion.type": "estimated",
    "dates.first_posted.value": "2024-01-18",
    "people.planned.value": 24,
    "people.age.value": "18 to 65 years",
    "people.sex.value": "all",
    "people.who.value": GAP,
    "cells.origin.value": GAP,
    "cells.source.value": GAP,
    "immune_strategy.value": GAP,
    "therapies": [GAP],
    "arms.0.label": "EX-101",
    "arms.1.type": "placebo comparator",
    "arms.0.note": "given: Combination Product: EX-101",
    "interventions.0.type": "combination product",
    "interventions.0.note": "other names: islet cells in a device; in the groups: EX-101",
    "primary_outcomes.0.time_frame": "Up to 2 years",
    "secondary_outcomes.1.description": "No insulin for 14 days",
    "cohort": KEY,
}


@pytest.mark.parametrize("path", PLACES)
def test_a_value_of_the_registry_has_its_place(path: str) -> None:
    assert at(SAMPLE, path) == PLACES[path]


def test_every_fact_names_its_source_and_how_far_we_saw_it() -> None:
    for name in ("phase", "sponsor", "countries", "sites"):
        assert SAMPLE[name].items() >= {"cite": KEY, "seen": "registry record"}.items()


def test_what_has_no_field_of_its_own_is_told_as_a_detail() -> None:
    told = details(SAMPLE)
    assert told["Acronym"] == "SAMPLE"
    assert told["Sponsor's number"] == "SAMPLE-101"
    assert told["Data monitoring committee"] == "yes"
    assert told["Device regulated by the FDA"] == "no"
    assert told["Last update posted"] == "2026-08-24 (estimated)"
    assert told["Places"].startswith("Boston, Massachusetts, United States (recruiting); Oslo")
    assert told["Publications in the registry"].endswith("PMID 99999901 (background)")
    assert told["Publications in the registry"].startswith(GAP)
    assert told["Criteria for joining"].startswith("Inclusion Criteria: * Type 1 diabetes")
    assert "HbA1c < 9 %" in told["Criteria for joining"]  # the registry escapes it: \<


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in leaves(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [one for inner in value for one in leaves(inner, path)]
    return [(path, value)]


def test_every_text_of_the_sample_is_on_the_page_but_those_of_people() -> None:
    text = " ".join(json.dumps(SAMPLE, ensure_ascii=False).replace('\\"', '"').split())
    for path, value in leaves(sample()):
        if not isinstance(value, str) or value.isupper() or path.startswith(".derivedSection"):
            continue
        if path.endswith("imumAge"):  # both ages in one
            continue
        personal = any(
            part in path for part in ("Contacts.", ".contacts.", "Officials.", ".facility", ".zip", ".citation")
        )
        shown = value if personal else study_model.clean_registry_text(value.replace("\\<", "<"))
        assert (shown in text) != personal, path


def test_no_name_mail_or_telephone_number_of_a_person_is_copied() -> None:
    given = with_results()
    given["protocolSection"]["descriptionModule"]["briefSummary"] = "Ask Dr X: x.y@example.org, +1 617 555 0100."
    given["protocolSection"]["contactsLocationsModule"]["locations"][0]["city"] = "Boston 617-555-0100"
    record, notes = make(given)
    text = page(record)
    for part in ("Nobody", "@example", "000-000", "555"):
        assert part not in text
    assert notes.left["names and addresses of people"] > 10


WORDS: Sequence[tuple[str, Mapping[str, str], str]] = (
    ("statusModule.overallStatus", study_model.STATUS, "status.0.value"),
    ("designModule.designInfo.allocation", study_model.ALLOCATION, "allocation.value"),
    ("designModule.designInfo.interventionModel", study_model.MODEL, "model.value"),
    ("designModule.designInfo.primaryPurpose", study_model.PURPOSE, "purpose.value"),
    ("designModule.designInfo.maskingInfo.masking", study_model.MASKING, "masking.value"),
    ("eligibilityModule.sex", study_model.SEX, "people.sex.value"),
    ("armsInterventionsModule.armGroups.0.type", study_model.ARM, "arms.0.type"),
    ("armsInterventionsModule.interventions.0.type", study_model.GIVEN, "interventions.0.type"),
)


@pytest.mark.parametrize(
    ("path", "word", "ours", "place"),
    [(path, word, ours, place) for path, words, place in WORDS for word, ours in words.items()],
)
def test_every_word_of_the_registry_has_ours(path: str, word: str, ours: str, place: str) -> None:
    assert at(make(put(path, word))[0], place) == ours


@pytest.mark.parametrize(("path", "words", "place"), WORDS[:6], ids=[path for path, _, _ in WORDS[:6]])
def test_an_unknown_word_is_a_gap_and_is_kept(path: str, words: object, place: str) -> None:
    record, notes = make(put(path, "SOMETHING_NEW"))
    assert at(record, place) == GAP
    assert {"field": f"protocolSection.{path}", "value": "SOMETHING_NEW"} in record["unmapped"]
    assert notes.unmapped == [(f"protocolSection.{path}", "SOMETHING_NEW")]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (["PHASE1"], "phase 1"),
        (["EARLY_PHASE1"], "early phase 1"),
        (["PHASE2", "PHASE1"], "phase 1/phase 2"),
        (["PHASE2", "PHASE3", "PHASE3"], "phase 2/phase 3"),
        (["PHASE4"], "phase 4"),
        (["NA"], "not applicable"),
        ([], "not found"),
        (None, "not found"),
        (["PHASE1", "PHASE3"], GAP),
        (["PHASE1", "PHASE9"], GAP),
        ("PHASE1", "not found"),
    ],
)
def test_phases_become_one_word(given: object, word: str) -> None:
    record, notes = make(put("designModule.phases", given))
    assert record["phase"]["value"] == word
    assert bool(notes.unmapped) == (word == GAP or isinstance(given, str))


@pytest.mark.parametrize(
    ("conditions", "kind"),
    [
        (["Type 1 Diabetes"], "type 1"),
        (["Type1diabetes"], GAP),
        (["Diabetes Mellitus, Type I"], "type 1"),
        (["T1D"], "type 1"),
        (["T2DM"], "type 2"),
        (["Insulin-Dependent Diabetes Mellitus"], "type 1"),
        (["Non-Insulin-Dependent Diabetes Mellitus"], "type 2"),
        (["Diabetes Mellitus, Type II"], "type 2"),
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
        ("1 Year", None, "1 year and older"),
        (None, "30 Years", "up to 30 years"),
        ("N/A", "N/A", None),
        (18, None, None),
    ],
)
def test_ages_are_words(least: object, most: object, words: str | None) -> None:
    given = put("eligibilityModule.minimumAge", least)
    given["protocolSection"]["eligibilityModule"]["maximumAge"] = most
    assert make(given)[0]["people"].get("age", {}).get("value") == words


def test_a_single_group_is_compared_with_nobody() -> None:
    given = put("designModule.designInfo.interventionModel", "SINGLE_GROUP")
    given["protocolSection"]["armsInterventionsModule"]["armGroups"].pop()
    assert make(given)[0]["control"]["value"] == "none"


def test_why_a_trial_was_stopped_is_told() -> None:
    assert make(put("statusModule.whyStopped", "No money"))[0]["why_stopped"]["value"] == "No money"


# --- what contradicts is kept aside -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "kept"),
    [
        ("statusModule.startDateStruct", {"date": "2024-03-18"}, "no type given"),
        ("statusModule.startDateStruct", {"date": "2031-03-18", "type": "ACTUAL"}, "lies in the future"),
        ("statusModule.completionDateStruct", {"date": "2020", "type": "ACTUAL"}, "lies before 2027-06"),
        ("statusModule.completionDateStruct", {"date": "2024-13-01", "type": "ACTUAL"}, "2024-13-01"),
        ("statusModule.completionDateStruct", {"date": "soon", "type": "ACTUAL"}, "soon"),
        ("designModule.enrollmentInfo", {"count": 24}, "24 (no type given)"),
        ("designModule.enrollmentInfo", {"count": -1, "type": "ACTUAL"}, "-1"),
        ("designModule.enrollmentInfo", {"count": 1.5, "type": "ACTUAL"}, "1.5"),
        ("designModule.enrollmentInfo", {"count": 10**30, "type": "ACTUAL"}, "1000000"),
        ("designModule.enrollmentInfo", {"count": True, "type": "ACTUAL"}, "true"),
        ("conditionsModule", "diabetes", "diabetes"),
        ("conditionsModule.conditions", {"a": 1}, '{"a": 1}'),
        ("conditionsModule.newField", ["a", "b"], '["a", "b"]'),
        ("newModule", {"deep": {"x": "kept"}}, "kept"),
        ("/newSection", "kept", "kept"),
        ("armsInterventionsModule.armGroups.0", {"description": "no name"}, "no name"),
        ("armsInterventionsModule.interventions.0", {"description": "no name"}, "no name"),
        ("outcomesModule.primaryOutcomes.0", {"timeFrame": "no name"}, "no name"),
        ("oversightModule.oversightHasDmc", "Yes", "Yes"),
    ],
)
def test_what_has_no_word_or_contradicts_is_kept_with_its_path(path: str, value: object, kept: str) -> None:
    record, notes = make(put(path, value))
    [item] = record["unmapped"]
    assert kept in item["value"]
    assert path.strip("/").split(".")[0] in item["field"]
    assert [(item["field"], item["value"])] == notes.unmapped


def test_an_old_date_without_a_day_is_taken() -> None:
    record, _ = make(put("statusModule.startDateStruct", {"date": "1999", "type": "ACTUAL"}))
    assert record["dates"]["start"]["value"] == "1999"


def test_thousands_of_unknown_values_are_bundled() -> None:
    record, _ = make(put("conditionsModule.conditions", [{"a": n} for n in range(3_000)]))
    assert len(record["unmapped"]) == study_model.MOST_UNMAPPED + 1
    assert record["unmapped"][-1]["value"] == "2500 more values; see the registry"


@pytest.mark.parametrize("module", sorted(sample()["protocolSection"]))
def test_a_missing_module_leaves_a_good_record(module: str) -> None:
    given = sample()
    del given["protocolSection"][module]
    make(given)
    for value in (None, {}, [], "", 0, "text", [None], {"a": None}):
        make(put(module, value))


def test_a_study_of_almost_nothing_gives_a_record_of_gaps() -> None:
    record, notes = make({"protocolSection": {}})
    assert record["phase"] == {"value": "not found"}
    assert record["sponsor"] == {"value": "not found"}
    assert record["record_type"] == GAP
    assert notes.unmapped == []


def test_a_study_that_is_no_trial_says_so() -> None:
    record, _ = make(put("designModule.studyType", "OBSERVATIONAL"))
    assert record["record_type"] == GAP
    assert details(record)["Study type"] == "observational"


# --- results ------------------------------------------------------------------------------------------


def test_posted_results_give_counts_of_harms_by_group() -> None:
    record, notes = make(with_results())
    rows = [(row["event"].split(",")[0], row["n"], row["of"], row["arm"], row["group"]) for row in record["harms"]]
    assert rows == [
        ("death from any cause", 1, 16, "cells", "EX-101"),
        ("serious adverse event", 3, 16, "cells", "EX-101"),
        ("other adverse event", 12, 16, "cells", "EX-101"),
        ("serious adverse event", 1, 8, "control", "PLACEBO"),
        ("death from any cause", 0, 2, "all", "Not treated"),
    ]
    assert record["harms"][0]["at"] == "Up to 2 years"
    assert record["people"]["enrolled"]["value"] == 24
    assert record["dates"]["results_posted"]["value"] == "2026-10-05"
    assert details(record)["Participants who started"] == "EX-101: 16; Placebo: 8"
    assert "copy each outcome measure" in record["results_note"]
    assert any("results" in what for what in notes.left)
    assert notes.unmapped == []


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({"deathsNumAffected": 17, "deathsNumAtRisk": 16}, "17 of 16"),
        ({"deathsNumAffected": 0, "deathsNumAtRisk": 0}, "0 of 0"),
        ({"deathsNumAffected": 1}, "1 of ?"),
        ({"deathsNumAtRisk": 5}, "? of 5"),
        ({"deathsNumAffected": 1, "deathsNumAtRisk": 25}, "1 of 25"),
    ],
)
def test_counts_of_harms_that_cannot_be_are_kept_aside(counts: dict[str, int], kept: str) -> None:
    given = with_results()
    given["resultsSection"]["adverseEventsModule"]["eventGroups"] = [{"title": "EX-101", **counts}]
    record, _ = make(given)
    assert record["harms"] == []
    assert record["unmapped"][0]["value"].startswith(kept)


def test_no_results_are_told_as_not_posted() -> None:
    assert "no results are posted in the registry as of 2026-11-21" in SAMPLE["results_note"]
    assert "no harms are posted" in SAMPLE["harms_note"]


# --- hostile text -------------------------------------------------------------------------------------

TITLES = (
    "identificationModule.briefTitle",
    "identificationModule.officialTitle",
    "sponsorCollaboratorsModule.leadSponsor.name",
)


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("path", TITLES)
def test_a_hostile_title_or_name_is_refused_with_its_field(case: str, path: str) -> None:
    field = path.split(".")[-1]
    with pytest.raises(HostileTextError, match=field):
        make(put(path, HOSTILE[case]))


@pytest.mark.parametrize("path", ["acronym", "organization.fullName"])
def test_other_names_are_refused_too(path: str) -> None:
    with pytest.raises(HostileTextError):
        make(put(f"identificationModule.{path}", "<img src=x>"))


@pytest.mark.parametrize("title", HARMLESS, ids=lambda title: title[:20])
def test_an_ordinary_title_is_taken_as_it_is(title: str) -> None:
    given = put("identificationModule.officialTitle", title)
    given["protocolSection"]["identificationModule"]["briefTitle"] = title
    record, _ = make(given)
    assert record["official_title"] == " ".join(title.split())


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_elsewhere_does_nothing(case: str) -> None:
    given = sample()
    for path in ("descriptionModule.briefSummary", "statusModule.whyStopped", "conditionsModule.conditions.0"):
        given = put(path, HOSTILE[case], lambda given=given: given)  # type: ignore[misc]
    record, _ = make(given)
    text = page(record)
    assert text.count("\n---\n") == 1
    assert not set(text) & set("\x00\x07\x85\u2028\u202e\u2066\ue001\ud800")


# --- the page -----------------------------------------------------------------------------------------


def number() -> registries.RegistryNumber:
    found = registries.parse_registry_number(NUMBER)
    assert found
    return found


def title(given: str, taken: Sequence[str] = ()) -> str:
    return page_draft.choose_title(number(), given, KEY, taken)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Islet Cells in Type 1 Diabetes", f"{NUMBER}: Islet Cells in Type 1 Diabetes"),
        ("", f"{NUMBER}: registered trial"),
        ("5 mg of Cells", f"{NUMBER}: registered trial"),
        ("Cells in 20 Patients", f"{NUMBER}: registered trial"),
        ("10 of 12 People", f"{NUMBER}: registered trial"),
        ("Ask a@example.org", f"{NUMBER}: registered trial"),
        ("T1D @Home", f"{NUMBER}: registered trial"),
        ("After NCT123", f"{NUMBER}: registered trial"),
        ("5* mg", f"{NUMBER}: registered trial"),
        ("HbA1c <x and y>", f"{NUMBER}: HbA1c < x and y>"),
    ],
)
def test_a_title_keeps_the_rules(given: str, expected: str) -> None:
    assert title(given) == expected


def test_a_long_title_is_cut_at_a_word() -> None:
    found = title("word, " * 100)
    assert len(found) <= len(NUMBER) + 2 + page_draft.MAX_TITLE_LENGTH
    assert found.endswith("word…")
    assert len(title("x" * 30_000)) <= len(NUMBER) + 2 + page_draft.MAX_TITLE_LENGTH


def test_a_title_that_is_taken_gets_another() -> None:
    assert title("Cells", [f"{NUMBER}: cells"]) == f"{NUMBER}: registered trial"
    taken = [f"{NUMBER}: cells", f"{NUMBER}: registered trial"]
    assert title("Cells", taken) == f"{NUMBER} ({KEY})"


def test_the_page_has_its_sections_and_says_what_is_wanted() -> None:
    text = page(SAMPLE, title("Islets [x] *y*"))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        f"# {NUMBER}: Islets &#91;x&#93; &#42;y&#42;",
        *(f"## {name}" for name, _, _ in page_draft.PAGE_SECTIONS),
    ]
    assert text.count("<!-- to fill: ") == 7
    for made in ("trial-facts", "trial-results", "trial-harms", "trial-requirements"):
        assert f"<!-- generated: {made} -->" in text


@pytest.mark.parametrize("one", registries.REGISTRIES, ids=lambda one: one.name)
def test_every_registry_gives_a_skeleton(one: registries.Registry) -> None:
    found = registries.parse_registry_number(one.example)
    assert found
    record = mapping.build_empty_record(found, found.key, found.key, TODAY)
    page(record)
    assert record["registry"][0]["id"] == found.id
    assert "checked" not in record["registry"][0]
    assert record["status"][0]["value"] == GAP


# --- its source ---------------------------------------------------------------------------------------

BIB = "% head\n@article{beta,\n  title = {B},\n}\n\n% about Gamma\n@Misc{Gamma ,\n  title = {@no{t}},\n}\n"


@pytest.mark.parametrize(
    ("key", "before"),
    [("alpha", "% head\n"), ("delta", "% about Gamma\n"), ("zeta", None)],
)
def test_an_entry_goes_to_its_alphabetical_place_and_nothing_else_moves(key: str, before: str | None) -> None:
    new = f"@online{{{key},\n  title = {{N}},\n}}\n"
    text = page_draft.insert_bib_entry(BIB, key, new)
    assert new in text
    assert text.replace(f"{new}\n" if before else f"\n{new}", "") == BIB
    if before:
        assert f"{new}\n{before}" in text


def test_an_entry_goes_into_an_empty_file() -> None:
    assert page_draft.insert_bib_entry("", "a", "@misc{a,\n}\n") == "@misc{a,\n}\n"


@pytest.mark.parametrize(
    "about", [*HARMLESS, *HOSTILE.values(), "{", "}", "\\", "a % b # c & d _ e $ f ~ g ^ h", '"', "@article{x,"]
)
def test_an_entry_can_be_read_whatever_the_trial_is_called(about: str) -> None:
    entry = page_draft.format_bib_entry(number(), about, "registry record", TODAY)
    found = read_bib(entry)
    assert found.problems == []
    [one] = found.entries.values()
    assert one.key == KEY
    assert one.get("url") == f"https://clinicaltrials.gov/study/{NUMBER}"
    assert one.get("urldate") == TODAY.isoformat()
    assert one.text("title").startswith(f"Record {NUMBER}")


def test_a_day_is_a_day_of_the_calendar() -> None:
    for good in ("2024", "2024-02", "2024-02-29", "1999-12-31"):
        assert study_model.is_day(good)
    for bad in ("2023-02-29", "2024-13", "2024-2-1", "24-01-01", "٢٠٢٤", "2024-01-01T00:00", "", "0000"):
        assert not study_model.is_day(bad)
    assert date.fromisoformat("2024-02-29")

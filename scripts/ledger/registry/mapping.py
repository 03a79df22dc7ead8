"""The record of a trial made from a study of ClinicalTrials.gov.

What only a person can say is marked as a gap. Nothing is guessed: a value that contradicts another, or for which there
is no word, is left out and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from ledger.model import registries
from ledger.model.trial_facts import VALUES_WITHOUT_SOURCE
from ledger.model.vocabulary import (
    GAP,
    REQUIREMENTS,
    Allocation,
    InterventionModel,
    Masking,
    Phase,
    PrimaryPurpose,
    RecruitmentStatus,
)
from ledger.registry.study_model import Study

Fields = dict[str, Any]
PLAIN_TITLE_GAP = f"{GAP}: what is tried, in plain words"
SPECIAL_WORDS = {
    "NA": ("not applicable", "not applicable (single group)"),
    "NONE": ("none (open label)",),
    "UNKNOWN": ("unknown status",),
    "ECT": ("educational, counseling or training",),
}
"""Words of the registry that are not ours in capitals."""
MAY_BE_EMPTY = ("results", "harms", "publications")
COMPARATORS = ("ACTIVE_COMPARATOR", "PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION")
TYPE_1 = re.compile(
    r"\btype[\s-]*(?:1|I|one)\b(?=.*diabet)|diabet.*\btype[\s-]*(?:1|I|one)\b|\bT1DM?\b|\bIDDM\b"
    r"|(?<!non-)(?<!non )\binsulin[\s-]dependent diabetes|juvenile[\s-]onset diabetes",
    re.IGNORECASE,
)
TYPE_2 = re.compile(
    r"\btype[\s-]*(?:2|II|two)\b(?=.*diabet)|diabet.*\btype[\s-]*(?:2|II|two)\b|\bT2DM?\b|\bNIDDM\b"
    r"|\bnon-?\s?insulin[\s-]dependent diabetes",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class StudyContext:
    """A study with what every fact made from it needs: the key of its source and the day on which it was read."""

    study: Study
    key: str
    day: str
    unmapped: list[str] = field(default_factory=list)
    """What the registry says and the record cannot hold, for the person who completes the page."""

    def cite(self, where: str) -> Fields:
        """The place of a fact in the registry's record, which is the default source."""
        return {"where": where}

    def fact(self, value: Any, where: str, note: str = "") -> Fields | None:
        """A fact with its source; None where nothing is given."""
        if value in VALUES_WITHOUT_SOURCE:
            return {"value": value}
        return {"value": value, **self.cite(where), **({"note": note} if note else {})} if value else None

    def several(self, values: Iterable[str], where: str) -> Fields | None:
        """Several values with one source, each once."""
        return self.fact(list(dict.fromkeys(filter(None, values))), where)

    def choose(self, name: str, word: str, vocabulary: Any, note: str = "", missing: str = "") -> Fields | None:
        """Our word for one of the registry's: ACTIVE_NOT_RECRUITING is "active, not recruiting". A gap if we have none."""
        wanted = {_squash(one) for one in SPECIAL_WORDS.get(word, (word,))}
        ours = next((one for one in get_args(vocabulary) if _squash(one) in wanted), "")
        if word and not ours:
            self.unmapped.append(f"{name}: {word}")
            return {"value": GAP}
        return self.fact(ours or missing, name, note)


def _squash(words: str) -> str:
    return re.sub(r"[\W_]", "", words).lower()


def build_trial_record(study: Study, nct: str, name: str, key: str, today: date) -> tuple[Fields, list[str]]:
    """The record of the trial ``nct`` for the page ``name``, citing the source ``key``, and what has no place in it."""
    given = StudyContext(study, key, today.isoformat())
    status = given.choose("status", study.overall_status, RecruitmentStatus, missing="not found")
    phases = "/".join(sorted(set(study.phases)))
    masked = ", ".join(who.lower().replace("_", " ") for who in study.who_masked)
    out: Fields = {
        "id": name,
        "plain_title": PLAIN_TITLE_GAP,
        "official_title": study.official_title,
        "record_type": "trial" if study.study_type == "INTERVENTIONAL" else GAP,
        "diabetes_type": find_diabetes_type(study.conditions),
        "default_source": {"cite": key, "seen": "registry record"},
        "registry": [{"id": nct, "checked": given.day, "cite": key}, *_list_other_registrations(given)],
        "status": [{"as_of": given.day, **(status or {})}],
        "why_stopped": given.fact(study.why_stopped, "status"),
        "phase": given.choose("phase", phases, Phase, missing="not found"),
        "allocation": given.choose("allocation", study.allocation, Allocation, missing="not stated"),
        "model": given.choose("model", study.intervention_model, InterventionModel),
        "masking": given.choose("masking", study.masking, Masking, masked and f"masked: {masked}", "not stated"),
        "purpose": given.choose("purpose", study.primary_purpose, PrimaryPurpose),
        "control": given.fact(_describe_control(study), "arms"),
        "conditions": given.several(study.conditions, "conditions"),
        "sponsor": given.fact(study.lead_sponsor or "not found", "sponsor"),
        "collaborators": given.several((one.name for one in study.collaborators), "sponsor"),
        "funders": {"value": GAP},
        "countries": given.several((one.country for one in study.locations), "locations"),
        "sites": given.fact(len(study.locations), "locations"),
        "dates": dict(_list_dates(given)),
        "people": dict(_list_people(given)),
        "primary_outcomes": list(_list_primary_outcomes(given)),
        **_build_gaps(name),
        **_describe_results(given),
    }
    return {name: value for name, value in out.items() if value or name in MAY_BE_EMPTY}, given.unmapped


def build_empty_record(number: registries.RegistryNumber, name: str, key: str, today: date) -> Fields:
    """The record of a trial whose registry gives us no data: all gaps, and the number."""
    searched = {"where": f"{GAP}: where you looked for harms", "checked": today.isoformat(), "cite": key}
    return {
        "id": name,
        "plain_title": PLAIN_TITLE_GAP,
        "official_title": f"{GAP}: the title in the registry, letter by letter",
        "record_type": GAP,
        "diabetes_type": GAP,
        "registry": [{"id": number.id, "cite": key, "note": "registry record not seen yet"}],
        "status": [{"as_of": today.isoformat(), "value": GAP, "cite": key, "seen": "not seen"}],
        **{name: {"value": GAP} for name in ("phase", "allocation", "masking", "sponsor", "funders")},
        "people": {"who": {"value": GAP}},
        **_build_gaps(name),
        "results_note": f"{GAP}: look in the registry and in PubMed for results",
        "harms_searched": searched,
        "harms_note": f"{GAP}: look in the registry and in PubMed for harms",
    }


def find_diabetes_type(conditions: Sequence[str]) -> str:
    """Which diabetes the registered conditions clearly name; a gap where they name both or neither."""
    text = "\n".join(conditions)
    one, two = bool(TYPE_1.search(text)), bool(TYPE_2.search(text))
    return GAP if one == two else "type 1" if one else "type 2"


def _build_gaps(name: str) -> Fields:
    """What only a person can say of any trial."""
    return {
        "cells": {"origin": {"value": GAP}, "source": {"value": GAP}},
        "delivery": {"route": {"value": GAP}, "dose": {"value": GAP}},
        "immune_strategy": {"value": GAP},
        "results": [],
        "harms": [],
        "requirements": {one: {"verdict": "unknown", "why": GAP} for one in REQUIREMENTS},
        "therapies": [GAP],
        "publications": [],
        "cohort": name,
    }


def _describe_results(given: StudyContext) -> Fields:
    """What is known of results and harms: whether the registry has some. A person copies them, or looks elsewhere."""
    if given.study.has_results:
        note, where = (
            "posted in the registry; copy them from there",
            f"{GAP}: copy the posted harms, or say where you looked",
        )
    else:
        note, where = f"none in the registry by {given.day}; look for publications", "results in the registry"
    return {
        "results_note": f"{GAP}: results: {note}",
        "harms_searched": {"where": where, "checked": given.day, "cite": given.key},
        "harms_note": f"{GAP}: harms: {note}",
    }


def _list_other_registrations(given: StudyContext) -> Iterator[Fields]:
    """Registrations in other registries, each once. Another NCT number is that of another trial."""
    numbers = (registries.parse_registry_number(one.id) for one in given.study.secondary_ids)
    for number in dict.fromkeys(one.id for one in numbers if one and not registries.NCT.fullmatch(one.id)):
        yield {
            "id": number,
            "cite": given.key,
            "note": "as ClinicalTrials.gov gives it; that registry's record not seen",
        }


def _describe_control(study: Study) -> str:
    """The groups for comparison; "none" for a single group; a gap where neither is stated."""
    groups = [
        f"{arm.type.lower().replace('_', ' ')}: {arm.label}".removesuffix(": ")
        for arm in study.arms
        if arm.type in COMPARATORS
    ]
    return "; ".join(groups) or ("none" if study.intervention_model == "SINGLE_GROUP" else GAP)


def _list_dates(given: StudyContext) -> Iterator[tuple[str, Fields]]:
    """The dates that say whether they are actual or estimated, and do not contradict each other."""
    last = ""
    for name in ("start", "primary_completion", "completion", "first_posted", "results_posted"):
        when = getattr(given.study, name)
        in_order = name in ("start", "primary_completion", "completion")
        if when.date is None:
            continue
        wrong = ""
        if when.type is None:
            wrong = "actual or estimated not stated"
        elif in_order and _is_earlier(when.date, last):
            wrong = f"before {last}"
        elif when.type == "ACTUAL" and _is_earlier(given.day, when.date):
            wrong = "actual, and in the future"
        if wrong:
            given.unmapped.append(f"dates.{name}: {when.date} ({wrong})")
            continue
        yield name, {"value": when.date, "type": when.type.lower(), **given.cite("dates")}
        last = when.date if in_order else last


def _is_earlier(one: str, other: str) -> bool:
    """Whether ``one`` is before ``other``, as far as both are exact."""
    length = min(len(one), len(other))
    return one[:length] < other[:length]


def _list_people(given: StudyContext) -> Iterator[tuple[str, Fields]]:
    study = given.study
    name = {"ACTUAL": "enrolled", "ESTIMATED": "planned"}.get(study.enrollment_type)
    if study.enrollment is not None and name:
        yield name, {"value": study.enrollment, **given.cite("enrolment")}
    elif study.enrollment is not None:
        given.unmapped.append(f"enrolment: {study.enrollment} (actual or estimated not stated)")
    yield "who", {"value": GAP}
    for part, value in (("age", format_ages(study.minimum_age, study.maximum_age)), ("sex", study.sex.lower())):
        fact = given.fact(value, "eligibility")
        if fact:
            yield part, fact


def _list_primary_outcomes(given: StudyContext) -> Iterator[Fields]:
    for outcome in given.study.primary_outcomes:
        if outcome.measure:
            when = {"time_frame": outcome.time_frame} if outcome.time_frame else {}
            yield {"measure": outcome.measure, **when, **given.cite("outcomes")}


def format_ages(least: str, most: str) -> str:
    """Ages in words: "18 to 65 years"; empty where there is no limit."""
    least, most = (age.lower().replace("n/a", "") for age in (least, most))
    if least and most:
        number, _, unit = least.partition(" ")
        return f"{number} to {most}" if most.endswith(f" {unit}") else f"{least} to {most}"
    return f"{least} and older" if least else f"up to {most}" if most else ""

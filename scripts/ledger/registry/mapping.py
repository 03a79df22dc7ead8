"""The record of a trial made from a study of ClinicalTrials.gov: plain data in, plain data out.

Each value goes to the field of the record that means the same; what has no field of its own becomes a detail; what has
no word is kept under ``unmapped``; what only a person can say is marked as a gap. Nothing is guessed: a value that
would contradict another (more people ill than enrolled, an end before the start) is kept aside with the unmapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from ledger.model import registries
from ledger.model.vocabulary import GAP, REQUIREMENTS, Phase
from ledger.registry.study_model import PHASE, ImportNotes, filter_study

SEEN = "registry record"
Fields = dict[str, Any]

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
COMPARATORS = ("active comparator", "placebo comparator", "sham comparator", "no intervention")
SHORT_TITLE = "Short title in the registry"
YES_NO = {True: "yes", False: "no"}

DETAILS: Sequence[tuple[str, str, str]] = (
    (SHORT_TITLE, "identificationModule.briefTitle", "title"),
    ("Acronym", "identificationModule.acronym", "title"),
    ("Organisation that registered", "identificationModule.organization.fullName", "identification"),
    ("Kind of that organisation", "identificationModule.organization.class", "identification"),
    ("Sponsor's number", "identificationModule.orgStudyIdInfo.id", "identification"),
    ("Kind of the sponsor's number", "identificationModule.orgStudyIdInfo.type", "identification"),
    ("Link of the sponsor's number", "identificationModule.orgStudyIdInfo.link", "identification"),
    ("Record last verified", "statusModule.statusVerifiedDate", "status"),
    ("Last known status", "statusModule.lastKnownStatus", "status"),
    ("Posting of results delayed", "statusModule.delayedPosting", "status"),
    ("Expanded access", "statusModule.expandedAccessInfo.hasExpandedAccess", "status"),
    ("Expanded access, number", "statusModule.expandedAccessInfo.nctId", "status"),
    ("Expanded access, status", "statusModule.expandedAccessInfo.statusForNctId", "status"),
    ("First submitted", "statusModule.studyFirstSubmitDate", "dates"),
    ("First submitted, after quality control", "statusModule.studyFirstSubmitQcDate", "dates"),
    ("Results waived", "statusModule.resultsWaived", "status"),
    ("Results first submitted", "statusModule.resultsFirstSubmitDate", "dates"),
    ("Results first submitted, after quality control", "statusModule.resultsFirstSubmitQcDate", "dates"),
    ("Certificate of delay first submitted", "statusModule.dispFirstSubmitDate", "dates"),
    ("Certificate of delay, after quality control", "statusModule.dispFirstSubmitQcDate", "dates"),
    ("Certificate of delay first posted", "statusModule.dispFirstPostDateStruct", "dates"),
    ("Last update submitted", "statusModule.lastUpdateSubmitDate", "dates"),
    ("Last update posted", "statusModule.lastUpdatePostDateStruct", "dates"),
    ("Responsible party", "sponsorCollaboratorsModule.responsibleParty.type", "sponsor"),
    (
        "Responsible party, affiliation",
        "sponsorCollaboratorsModule.responsibleParty.investigatorAffiliation",
        "sponsor",
    ),
    ("Responsible party, organisation", "sponsorCollaboratorsModule.responsibleParty.oldOrganization", "sponsor"),
    ("Data monitoring committee", "oversightModule.oversightHasDmc", "oversight"),
    ("Drug regulated by the FDA", "oversightModule.isFdaRegulatedDrug", "oversight"),
    ("Device regulated by the FDA", "oversightModule.isFdaRegulatedDevice", "oversight"),
    ("Device not approved or cleared", "oversightModule.isUnapprovedDevice", "oversight"),
    ("Paediatric surveillance of a device", "oversightModule.isPpsd", "oversight"),
    ("Product exported from the US", "oversightModule.isUsExport", "oversight"),
    ("Violation of FDAAA 801", "oversightModule.fdaaa801Violation", "oversight"),
    ("Summary in the registry", "descriptionModule.briefSummary", "description"),
    ("Description in the registry", "descriptionModule.detailedDescription", "description"),
    ("Keywords", "conditionsModule.keywords", "conditions"),
    ("Treated in expanded access", "designModule.nPtrsToThisExpAccNctId", "design"),
    ("Expanded access for single people", "designModule.expandedAccessTypes.individual", "design"),
    ("Expanded access for middle-sized groups", "designModule.expandedAccessTypes.intermediate", "design"),
    ("Expanded access as a treatment protocol", "designModule.expandedAccessTypes.treatment", "design"),
    ("Patient registry", "designModule.patientRegistry", "design"),
    ("Planned follow-up of each person", "designModule.targetDuration", "design"),
    ("How the groups are arranged", "designModule.designInfo.interventionModelDescription", "design"),
    ("Observational model", "designModule.designInfo.observationalModel", "design"),
    ("Time perspective", "designModule.designInfo.timePerspective", "design"),
    ("How it is masked", "designModule.designInfo.maskingInfo.maskingDescription", "design"),
    ("Samples kept", "designModule.bioSpec.retention", "design"),
    ("Samples", "designModule.bioSpec.description", "design"),
    ("Criteria for joining", "eligibilityModule.eligibilityCriteria", "eligibility"),
    ("Healthy volunteers", "eligibilityModule.healthyVolunteers", "eligibility"),
    ("Joining depends on gender", "eligibilityModule.genderBased", "eligibility"),
    ("Gender, in the registry's words", "eligibilityModule.genderDescription", "eligibility"),
    ("Age groups", "eligibilityModule.stdAges", "eligibility"),
    ("Population", "eligibilityModule.studyPopulation", "eligibility"),
    ("Sampling", "eligibilityModule.samplingMethod", "eligibility"),
    ("Sharing of individual data", "ipdSharingStatementModule.ipdSharing", "data sharing"),
    ("Sharing, description", "ipdSharingStatementModule.description", "data sharing"),
    ("Sharing, documents", "ipdSharingStatementModule.infoTypes", "data sharing"),
    ("Sharing, time frame", "ipdSharingStatementModule.timeFrame", "data sharing"),
    ("Sharing, who can ask", "ipdSharingStatementModule.accessCriteria", "data sharing"),
    ("Sharing, address", "ipdSharingStatementModule.url", "data sharing"),
)
"""Fields of the protocol section that the record has no key for: label, path, place in the registry's record."""

RESULT_DETAILS: Sequence[tuple[str, str]] = (
    ("Before assignment", "participantFlowModule.preAssignmentDetails"),
    ("Recruitment", "participantFlowModule.recruitmentDetails"),
    ("Harms, how they were collected", "adverseEventsModule.description"),
    ("Harms, threshold in per cent for those not serious", "adverseEventsModule.frequencyThreshold"),
    ("Deaths, comment", "adverseEventsModule.allCauseMortalityComment"),
    ("Limits of the results, as the registry says", "moreInfoModule.limitationsAndCaveats.description"),
)
HARMS = (
    ("deaths", "death from any cause"),
    ("serious", "serious adverse event"),
    ("other", "other adverse event, above the registry's threshold"),
)


def build_trial_record(
    study: Mapping[str, Any], nct: str, name: str, key: str, today: date
) -> tuple[Fields, ImportNotes]:
    """The record of the trial ``nct`` for the page ``name``, citing the source ``key``, and what found no place.

    Raises HostileTextError where a title or a name would act as markup.
    """
    found, notes = filter_study(study)
    given = StudyContext(found.get("protocolSection", {}), found.get("resultsSection", {}), found, key, today, notes)
    protocol, results = given.protocol, given.results
    identity, status = protocol.get("identificationModule", {}), protocol.get("statusModule", {})
    design = protocol.get("designModule", {})
    people = _people(given, design, protocol.get("eligibilityModule", {}))
    harms = _harms(given, people)
    out: Fields = {
        "id": name,
        "plain_title": f"{GAP}: what is tried, in plain words",
        "official_title": identity.get("officialTitle"),
        "record_type": "trial" if design.get("studyType") == "trial" else GAP,
        "diabetes_type": diabetes_type(protocol.get("conditionsModule", {}).get("conditions", [])),
        "registry": [{"id": nct, "checked": today.isoformat(), "cite": key}, *_other_numbers(given, identity)],
        "status": [_status(given, status)],
        "why_stopped": given.fact(status.get("whyStopped"), "status"),
        "phase": _phase(given, design),
        "allocation": _design(given, design, "allocation", "not stated"),
        "model": _design(given, design, "interventionModel"),
        "masking": _masking(given, design),
        "purpose": _design(given, design, "primaryPurpose"),
        "control": _control(given, design),
        "conditions": given.many(protocol.get("conditionsModule", {}).get("conditions"), "conditions"),
        **_sponsors(given),
        **_places(given),
        "dates": _dates(given, status),
        "people": people,
        "cells": {"origin": {"value": GAP}, "source": {"value": GAP}},
        "delivery": {"route": {"value": GAP}, "dose": {"value": GAP}},
        "immune_strategy": {"value": GAP},
        "arms": list(_arms(given)),
        "interventions": list(_interventions(given)),
        "primary_outcomes": list(_outcomes(given, "primaryOutcomes")),
        "secondary_outcomes": list(_outcomes(given, "secondaryOutcomes")),
        "details": list(_details(given)),
        "results": [],
        "results_note": _results_note(found, results, today),
        "harms": harms,
        "harms_searched": _harms_searched(harms, results, key, today),
        "harms_note": _harms_note(harms, results, today),
        "requirements": {one: {"verdict": "unknown", "why": GAP} for one in REQUIREMENTS},
        "therapies": [GAP],
        "publications": [],
        "cohort": name,
        "unmapped": [{"field": field, "value": value} for field, value in notes.unmapped],
    }
    return {name: value for name, value in out.items() if value not in (None, []) or name in MUST}, notes


MUST = ("registry", "results", "harms", "publications", "people", "cells", "delivery", "requirements")
"""Keys that stand even where they are empty."""


def build_empty_record(number: registries.RegistryNumber, name: str, key: str, today: date) -> Fields:
    """The record of a trial whose registry gives us no data: all gaps, and the number."""
    return {
        "id": name,
        "plain_title": f"{GAP}: what is tried, in plain words",
        "official_title": f"{GAP}: the title in the registry, letter by letter",
        "record_type": GAP,
        "diabetes_type": GAP,
        "registry": [{"id": number.id, "cite": key, "note": "registry record not seen yet"}],
        "status": [{"as_of": today.isoformat(), "value": GAP, "cite": key, "seen": "not seen"}],
        **{field: {"value": GAP} for field in ("phase", "allocation", "masking", "sponsor", "funders")},
        "people": {"who": {"value": GAP}},
        "cells": {"origin": {"value": GAP}, "source": {"value": GAP}},
        "delivery": {"route": {"value": GAP}, "dose": {"value": GAP}},
        "immune_strategy": {"value": GAP},
        "results": [],
        "results_note": f"{GAP}: look in the registry and in PubMed for results, and say what was found",
        "harms": [],
        "harms_searched": {"where": f"{GAP}: where you looked for harms", "checked": today.isoformat(), "cite": key},
        "harms_note": f"{GAP}: look in the registry and in PubMed for harms, and say what was found",
        "requirements": {one: {"verdict": "unknown", "why": GAP} for one in REQUIREMENTS},
        "therapies": [GAP],
        "publications": [],
        "cohort": name,
    }


class StudyContext:
    """A sifted study with what every fact made from it needs: its source, the day, the notes."""

    def __init__(
        self, protocol: Fields, results: Fields, whole: Fields, key: str, today: date, notes: ImportNotes
    ) -> None:
        self.protocol, self.results, self.whole = protocol, results, whole
        self.key, self.today, self.notes = key, today, notes

    def sourced(self, where: str) -> Fields:
        return {"cite": self.key, "where": where, "seen": SEEN}

    def fact(self, value: Any, where: str, note: str | None = None) -> Fields | None:
        """A fact from the registry; a gap where its word is unknown; None where nothing is given."""
        if value is None:
            return None
        if value == GAP:
            return {"value": GAP}
        return {"value": value, **self.sourced(where), **({"note": note} if note else {})}

    def many(self, values: Sequence[str] | None, where: str) -> Fields | None:
        """Several values with one source, each once."""
        unique = list(dict.fromkeys(value for value in values or () if value != GAP))
        return {"value": unique, **self.sourced(where)} if unique else None

    def aside(self, field: str, value: object) -> None:
        """Keep a value that has its word but contradicts another."""
        self.notes.keep(field, value)


def known(value: Any) -> Any:
    """A word of ours, or None where the registry's is unknown or nothing is given."""
    return None if value == GAP else value


def diabetes_type(conditions: Sequence[str]) -> str:
    """Which diabetes the registered conditions clearly name; a gap where they name both or neither."""
    text = "\n".join(conditions)
    one, two = bool(TYPE_1.search(text)), bool(TYPE_2.search(text))
    if one == two:
        return GAP
    return "type 1" if one else "type 2"


def _other_numbers(given: StudyContext, identity: Fields) -> Iterator[Fields]:
    """Registrations besides ClinicalTrials.gov; what is no number of a registry becomes a detail."""
    seen = set()
    for info in identity.get("secondaryIdInfos", []):
        number = registries.parse_registry_number(info.get("id", ""))
        if number and not registries.NCT.fullmatch(number.id) and number.id not in seen:
            seen.add(number.id)
            yield {
                "id": number.id,
                "cite": given.key,
                "note": "as ClinicalTrials.gov gives it; that registry's record not seen",
            }


def _status(given: StudyContext, status: Fields) -> Fields:
    word = status.get("overallStatus", "not found")
    return {"as_of": given.today.isoformat(), "value": word, **given.sourced("status")}


def _phase(given: StudyContext, design: Fields) -> Fields:
    words = list(dict.fromkeys(design.get("phases", [])))
    if not words:
        return {"value": "not found"}
    order = list(PHASE.values())
    word = "/".join(sorted((one for one in words if one != GAP), key=order.index))
    if GAP in words or word not in get_args(Phase):
        if GAP not in words:
            given.aside("protocolSection.designModule.phases", "/".join(words))
        return {"value": GAP}
    return {"value": word, **given.sourced("design")}


def _design(given: StudyContext, design: Fields, name: str, missing: str | None = None) -> Fields | None:
    word = design.get("designInfo", {}).get(name)
    if word is None and missing:
        return {"value": missing}
    return given.fact(word, "design")


def _masking(given: StudyContext, design: Fields) -> Fields:
    masking = design.get("designInfo", {}).get("maskingInfo", {})
    who = ", ".join(one for one in masking.get("whoMasked", []) if one != GAP)
    return given.fact(masking.get("masking"), "design", f"masked: {who}" if who else None) or {"value": "not stated"}


def _control(given: StudyContext, design: Fields) -> Fields | None:
    groups = given.protocol.get("armsInterventionsModule", {}).get("armGroups", [])
    named = [
        f"{group['type']}: {group['label']}" if group.get("label") else group["type"]
        for group in groups
        if group.get("type") in COMPARATORS
    ]
    if named:
        return given.fact("; ".join(named), "arms")
    if design.get("designInfo", {}).get("interventionModel") == "single group":
        return given.fact("none", "design")
    return {"value": GAP}


def _sponsors(given: StudyContext) -> Fields:
    module = given.protocol.get("sponsorCollaboratorsModule", {})
    lead = module.get("leadSponsor", {})
    return {
        "sponsor": given.fact(lead.get("name"), "sponsor") or {"value": "not found"},
        "collaborators": given.many(
            [one["name"] for one in module.get("collaborators", []) if "name" in one], "sponsor"
        ),
        "funders": {"value": GAP},
    }


def _places(given: StudyContext) -> Fields:
    places = given.protocol.get("contactsLocationsModule", {}).get("locations", [])
    countries = [place["country"] for place in places if "country" in place]
    return {
        "countries": given.many(countries, "locations"),
        "sites": {"value": len(places), **given.sourced("locations")} if places else None,
    }


def _dates(given: StudyContext, status: Fields) -> Fields | None:
    """The dates that are complete and do not contradict each other; all others are kept aside."""
    found: Fields = {}
    last = ""
    today = given.today.isoformat()
    for name, field in (
        ("start", "startDateStruct"),
        ("primary_completion", "primaryCompletionDateStruct"),
        ("completion", "completionDateStruct"),
        ("first_posted", "studyFirstPostDateStruct"),
        ("results_posted", "resultsFirstPostDateStruct"),
    ):
        when = status.get(field, {})
        day, kind = when.get("date"), known(when.get("type"))
        if day is None:
            continue
        order = name in ("start", "primary_completion", "completion")
        wrong = "" if kind else "no type given"
        if order and _earlier(day, last):
            wrong = f"lies before {last}"
        elif kind == "actual" and _earlier(today, day):
            wrong = "actual, and lies in the future"
        if wrong:
            given.aside(f"protocolSection.statusModule.{field}.date", f"{day} ({wrong})")
            continue
        found[name] = {"value": day, "type": kind, **given.sourced("dates")}
        last = day if order else last
    return found or None


def _earlier(one: str, other: str) -> bool:
    """Whether ``one`` is before ``other``, as far as both are exact."""
    length = min(len(one), len(other))
    return one[:length] < other[:length]


def _people(given: StudyContext, design: Fields, eligibility: Fields) -> Fields:
    found: Fields = {}
    enrolment = design.get("enrollmentInfo", {})
    count, kind = enrolment.get("count"), known(enrolment.get("type"))
    if count is not None and kind:
        found["enrolled" if kind == "actual" else "planned"] = {"value": count, **given.sourced("enrolment")}
    elif count is not None:
        given.aside("protocolSection.designModule.enrollmentInfo.count", f"{count} (no type given)")
    found["who"] = {"value": GAP}
    found["age"] = given.fact(_age(eligibility.get("minimumAge"), eligibility.get("maximumAge")), "eligibility")
    found["sex"] = given.fact(eligibility.get("sex"), "eligibility")
    return {name: value for name, value in found.items() if value is not None}


def _age(least: str | None, most: str | None) -> str | None:
    """Ages in words: "18 to 65 years"."""
    least, most = (None if one in (None, "N/A") else str(one).replace("Year", "year") for one in (least, most))
    least, most = (
        one and re.sub(r"\b(Month|Week|Day|Hour|Minute)", lambda m: m[1].lower(), one) for one in (least, most)
    )
    if least and most:
        number, _, unit = least.partition(" ")
        return f"{number} to {most}" if unit and most.endswith(f" {unit}") else f"{least} to {most}"
    if least:
        return f"{least} and older"
    return f"up to {most}" if most else None


def _arms(given: StudyContext) -> Iterator[Fields]:
    for number, group in enumerate(given.protocol.get("armsInterventionsModule", {}).get("armGroups", [])):
        if "label" not in group:
            given.aside(f"protocolSection.armsInterventionsModule.armGroups[{number}]", group)
            continue
        yield _listed(
            given,
            {"label": group["label"], "type": known(group.get("type")), "description": group.get("description")},
            "arms",
            {"given": group.get("interventionNames")},
        )


def _interventions(given: StudyContext) -> Iterator[Fields]:
    for number, one in enumerate(given.protocol.get("armsInterventionsModule", {}).get("interventions", [])):
        if "name" not in one:
            given.aside(f"protocolSection.armsInterventionsModule.interventions[{number}]", one)
            continue
        yield _listed(
            given,
            {"name": one["name"], "type": known(one.get("type")), "description": one.get("description")},
            "interventions",
            {"other names": one.get("otherNames"), "in the groups": one.get("armGroupLabels")},
        )


def _outcomes(given: StudyContext, kind: str) -> Iterator[Fields]:
    for number, one in enumerate(given.protocol.get("outcomesModule", {}).get(kind, [])):
        if "measure" not in one:
            given.aside(f"protocolSection.outcomesModule.{kind}[{number}]", one)
            continue
        fields = {
            "measure": one["measure"],
            "time_frame": one.get("timeFrame"),
            "description": one.get("description"),
        }
        yield _listed(given, fields, "outcomes", {})


def _listed(given: StudyContext, fields: Fields, where: str, notes: Mapping[str, Sequence[str] | None]) -> Fields:
    note = "; ".join(f"{what}: {', '.join(values)}" for what, values in notes.items() if values)
    return {
        **{name: value for name, value in fields.items() if value is not None},
        **given.sourced(where),
        **({"note": note} if note else {}),
    }


# --- details ------------------------------------------------------------------------------------------


def _details(given: StudyContext) -> Iterator[Fields]:
    """Everything else that the registry tells, each with a label."""
    for what, value, where in _told(given):
        if value:
            yield {"what": what, "value": value, **given.sourced(where)}


def _told(given: StudyContext) -> Iterator[tuple[str, str, str]]:
    for what, path, where in DETAILS:
        yield what, _words(_at(given.protocol, path)), where
    if known(given.protocol.get("designModule", {}).get("studyType")) not in (None, "trial"):
        yield "Study type", given.protocol["designModule"]["studyType"], "design"
    yield from _numbers_told(given)
    yield from _lists_told(given)
    for what, path in RESULT_DETAILS:
        yield what, _words(_at(given.results, path)), "results"
    yield "Participants who started", _started(given.results), "results, participant flow"
    yield from _derived_told(given.whole)


def _numbers_told(given: StudyContext) -> Iterator[tuple[str, str, str]]:
    identity = given.protocol.get("identificationModule", {})
    yield "Earlier numbers in the registry", "; ".join(identity.get("nctIdAliases", [])), "identification"
    for info in identity.get("secondaryIdInfos", []):
        about = ", ".join(info[name] for name in ("type", "domain", "link") if name in info)
        number = info.get("id", "not stated")
        yield "Other number", f"{number} ({about})" if about else number, "identification"
    module = given.protocol.get("sponsorCollaboratorsModule", {})
    bodies = [(module.get("leadSponsor", {}), "lead sponsor")]
    bodies += [(one, one.get("name", "collaborator")) for one in module.get("collaborators", [])]
    kinds = [f"{body['class']} ({who})" for body, who in bodies if known(body.get("class"))]
    yield "Funder types in the registry", "; ".join(kinds), "sponsor"


def _lists_told(given: StudyContext) -> Iterator[tuple[str, str, str]]:
    for one in given.protocol.get("outcomesModule", {}).get("otherOutcomes", []):
        about = "; ".join(one[name] for name in ("timeFrame", "description") if name in one)
        measure = one.get("measure", "not stated")
        yield "Other outcome", f"{measure} ({about})" if about else measure, "outcomes"
    places = given.protocol.get("contactsLocationsModule", {}).get("locations", [])
    yield "Places", "; ".join(dict.fromkeys(filter(None, map(_place, places)))), "locations"
    references = given.protocol.get("referencesModule", {})
    yield from _publications(references.get("references", []))
    for link in references.get("seeAlsoLinks", []):
        yield "Link in the registry", ": ".join(link[name] for name in ("label", "url") if name in link), "references"
    for data in references.get("availIpds", []):
        names = ("type", "id", "url", "comment")
        yield "Data of single people", "; ".join(data[name] for name in names if name in data), "references"


def _place(place: Fields) -> str:
    text = ", ".join(place[name] for name in ("city", "state", "country") if name in place)
    status = known(place.get("status"))
    return f"{text} ({status})" if text and status else text


def _publications(references: Sequence[Fields]) -> Iterator[tuple[str, str, str]]:
    numbers = []
    for one in references:
        kind = known(one.get("type"))
        if "pmid" in one:
            numbers.append(f"PMID {one['pmid']}" + (f" ({kind})" if kind else ""))
        elif "citation" in one:
            yield "Reference in the registry", one["citation"] + (f" ({kind})" if kind else ""), "references"
        for gone in one.get("retractions", []):
            about = f"{one.get('pmid', '')} {gone.get('source', '')}".strip()
            yield "Retraction in the registry", f"{about} (PMID {gone.get('pmid', 'not stated')})", "references"
    if numbers:
        asked = "read these, and add those on this trial to references.bib and to publications"
        yield "Publications in the registry", f"{GAP}: {asked}: {'; '.join(numbers)}", "references"


def _started(results: Fields) -> str:
    """How many people started, by group, in the first period of the participant flow."""
    flow = results.get("participantFlowModule", {})
    titles = {group.get("id"): group.get("title") or group.get("id") for group in flow.get("groups", [])}
    for period in flow.get("periods", [])[:1]:
        for milestone in period.get("milestones", []):
            if milestone.get("type", "").upper() == "STARTED":
                rows = [row for row in milestone.get("achievements", []) if "numSubjects" in row]
                return "; ".join(
                    f"{titles.get(row.get('groupId')) or row.get('groupId', 'a group')}: {row['numSubjects']}"
                    for row in rows
                )
    return ""


def _derived_told(whole: Fields) -> Iterator[tuple[str, str, str]]:
    derived = whole.get("derivedSection", {})
    misc = derived.get("miscInfoModule", {})
    yield "Version of the registry's data", misc.get("versionHolder", ""), "derived data"
    yield "Countries taken out of the record", "; ".join(misc.get("removedCountries", [])), "derived data"
    for what, module in (("conditions", "conditionBrowseModule"), ("interventions", "interventionBrowseModule")):
        terms = [mesh["term"] for mesh in derived.get(module, {}).get("meshes", []) if "term" in mesh]
        yield f"MeSH terms of the {what}", "; ".join(terms), "derived data"
    documents = whole.get("documentSection", {}).get("largeDocumentModule", {})
    yield (
        "Statistical analysis plan given as a document",
        {True: "no", False: ""}[documents.get("noSap") is True],
        "documents",
    )
    for one in documents.get("largeDocs", []):
        holds = [what for what, name in (("protocol", "hasProtocol"), ("statistical analysis plan", "hasSap"), ("informed consent form", "hasIcf")) if one.get(name)]  # fmt: skip
        parts = [one.get("label") or one.get("typeAbbrev", ""), ", ".join(holds), one.get("date", "")]
        parts += [one.get("filename", ""), f"uploaded {one['uploadDate']}" if "uploadDate" in one else ""]
        parts += [f"{one['size']} bytes" if "size" in one else ""]
        yield "Document in the registry", "; ".join(part for part in parts if part), "documents"


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _words(value: Any) -> str:
    """A sifted value as text: yes and no, lists with commas, a date with its type; empty where it is unknown."""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if one != GAP)
    if isinstance(value, dict):
        day, kind = value.get("date", ""), known(value.get("type"))
        return f"{day} ({kind})" if day and kind else str(day)
    return "" if value is None or value == GAP else str(value)


# --- results ------------------------------------------------------------------------------------------


def _harms(given: StudyContext, people: Fields) -> list[Fields]:
    """Counts of people harmed, one row for each group and kind; what cannot be true is kept aside."""
    module = given.results.get("adverseEventsModule", {})
    groups = module.get("eventGroups", [])
    most = people.get("enrolled", {}).get("value")
    rows = []
    for number, group in enumerate(groups):
        arm = _arm(given, group.get("title", ""), len(groups))
        for prefix, event in HARMS:
            n, of = group.get(f"{prefix}NumAffected"), group.get(f"{prefix}NumAtRisk")
            if n is None and of is None:
                continue
            if n is None or not of or n > of or (most is not None and of > most):
                path = f"resultsSection.adverseEventsModule.eventGroups[{number}].{prefix}NumAffected"
                given.aside(path, f"{'?' if n is None else n} of {'?' if of is None else of}: {event}")
                continue
            row: Fields = {
                "event": event,
                "at": (module.get("timeFrame") or "")[:500].strip() or None,
                "n": n,
                "of": of,
            }
            row |= {"arm": arm, "group": group.get("title") if len(groups) > 1 else None}
            rows.append({name: value for name, value in row.items() if value is not None})
            rows[-1] |= given.sourced("results, adverse events")
    return rows


def _arm(given: StudyContext, title: str, groups: int) -> str:
    """Whose harms a group's are: by the registered arm of the same name; all together where that is not clear."""
    arms = given.protocol.get("armsInterventionsModule", {}).get("armGroups", [])
    kinds = {_plain(arm.get("label", "")): arm.get("type") for arm in arms}
    kind = kinds.get(_plain(title)) if title else None
    if kind is None and groups == 1 and len(arms) == 1:
        kind = arms[0].get("type")
    if kind == "experimental":
        return "cells"
    return "control" if kind in COMPARATORS else "all"


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _results_note(found: Fields, results: Fields, today: date) -> str:
    if not results and not found.get("hasResults"):
        said = f"no results are posted in the registry as of {today.isoformat()}"
        return f"{GAP}: {said}; look for publications, and say what was found"
    return f"{GAP}: results are posted in the registry; copy each outcome measure into results"


def _harms_searched(harms: list[Fields], results: Fields, key: str, today: date) -> Fields | None:
    if harms:
        return None
    where = f"{GAP}: copy the posted harms, or say where you looked" if results else "results in the registry"
    return {"where": where, "checked": today.isoformat(), "cite": key}


def _harms_note(harms: list[Fields], results: Fields, today: date) -> str:
    if harms:
        return f"{GAP}: the rows are the registry's counts of people; copy the single events that matter, and say who judged the cause"
    if results:
        return f"{GAP}: results are posted in the registry; copy its adverse events into harms"
    return f"{GAP}: no harms are posted in the registry as of {today.isoformat()}; look for publications, and say what was found"

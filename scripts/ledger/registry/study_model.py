"""The structure of a study in the ClinicalTrials.gov API v2, and a filter for values that do not fit it.

The shape below names every field of the API that we know (its study data structure). Sifting never fails for a
missing, doubled or wrong value: what fits goes on, what has no word in our model is kept with its path, and what we
leave out on purpose (people's names, addresses) is counted. Only a title or a name that would act as markup is
refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.core.errors import RefusedError
from ledger.model.vocabulary import GAP

SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\s]+")
DROPPED = re.compile(
    "[\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
"""Half characters, private signs (the site's own marks are among them), and signs that turn the direction of text."""
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~|=^-])")
"""The registry gives long texts as Markdown, with backslashes before signs: ``HbA1c \\< 7``."""
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[ .()-]{0,2}(?:\d[ .()-]{0,2}){6,12}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)"
)
LONGEST = 40_000
"""Characters of one text; the registry itself allows 32 000."""
LONGEST_UNMAPPED = 2_000
MOST_UNMAPPED = 500
MOST_PEOPLE = 10**9

ELEMENTS = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blink|blockquote|body|br|button"
    "|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed"
    "|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|iframe|image|img"
    "|input|ins|isindex|kbd|keygen|label|legend|li|link|listing|main|map|mark|marquee|math|menu|menuitem|meta|meter|nav"
    "|noembed|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|plaintext|portal|pre|progress|q|rp|rt"
    "|ruby|s|samp|script|search|section|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|table"
    "|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xmp"
)
HOSTILE: Mapping[str, re.Pattern[str]] = {
    "an HTML tag": re.compile(
        rf"</?(?:{ELEMENTS})(?:\s*/?>|/)|<(?:{ELEMENTS})\s[^<]*?=|<a\s+href|<[a-z][a-z0-9:-]*[\s/][^<>]*=[^<>]*>"
        r"|</?(?:script|style|iframe|object|embed|svg|math|img|link|meta|base|form)\b",
        re.IGNORECASE,
    ),
    "an HTML comment or declaration": re.compile(r"<!--|<[!?][A-Za-z\[]"),
    "an address in < >": re.compile(r"<(?:[a-z][a-z0-9+.-]*:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>", re.IGNORECASE),
    "a script's address": re.compile(r"\b(?:javascript|vbscript):", re.IGNORECASE),
    "a Markdown link or image": re.compile(r"\]\(|!\["),
    "a template's brackets": re.compile(r"\{[{%#]"),
    "an attribute list": re.compile(r"\{:?\s*(?:[#.][^}\s]|[\w-]+=)[^}]*\}"),
    "the mark of front matter": re.compile(r"(?:\A|[\r\n])\s*(?:---|\.\.\.)\s*(?:[\r\n]|\Z)|\A---\s"),
    "a YAML tag": re.compile(r"!!?python/|!!(?:binary|map|seq|set|omap|str|int|float|bool|null|timestamp)\b"),
    "a sign that turns the direction of text": re.compile("[\u202a-\u202e\u2066-\u2069]"),
    "a control character": re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ue000-\uf8ff\ud800-\udfff]"),
}
"""What would act as markup somewhere between the registry and a reader's browser, and has no place in a title."""


class HostileTextError(RefusedError):
    """A title or a name holds what would act as markup; the message names the field and what it is."""


# --- kinds of values ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """Free text: control signs, mail addresses and telephone numbers are taken out, spaces put right."""


@dataclass(frozen=True)
class Title:
    """A title or a name: refused where it is hostile."""


@dataclass(frozen=True)
class Word:
    """One of the registry's words, and ours for it."""

    ours: Mapping[str, str]


@dataclass(frozen=True)
class Number:
    """A count of people or things."""


@dataclass(frozen=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True)
class Day:
    """YYYY, YYYY-MM or YYYY-MM-DD."""


@dataclass(frozen=True)
class Left:
    """Left out on purpose; ``what`` says what it is, for the report; empty for what stands in the record anyway."""

    what: str


Kind = Text | Title | Word | Number | Flag | Day | Left
Shape = Any  # a Kind, a dict of shapes, or a list with one shape

TEXT, TITLE, NUMBER, FLAG, DAY = Text(), Title(), Number(), Flag(), Day()
PERSON = Left("names and addresses of people")
STATUS = {
    "ACTIVE_NOT_RECRUITING": "active, not recruiting",
    "COMPLETED": "completed",
    "ENROLLING_BY_INVITATION": "enrolling by invitation",
    "NOT_YET_RECRUITING": "not yet recruiting",
    "RECRUITING": "recruiting",
    "SUSPENDED": "suspended",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
    "AVAILABLE": "available",
    "NO_LONGER_AVAILABLE": "no longer available",
    "TEMPORARILY_NOT_AVAILABLE": "temporarily not available",
    "APPROVED_FOR_MARKETING": "approved for marketing",
    "WITHHELD": "withheld",
    "UNKNOWN": "unknown status",
}
PHASE = {
    "NA": "not applicable",
    "EARLY_PHASE1": "early phase 1",
    "PHASE1": "phase 1",
    "PHASE2": "phase 2",
    "PHASE3": "phase 3",
    "PHASE4": "phase 4",
}
STUDY_TYPE = {"INTERVENTIONAL": "trial", "OBSERVATIONAL": "observational", "EXPANDED_ACCESS": "expanded access"}
ALLOCATION = {
    "RANDOMIZED": "randomized",
    "NON_RANDOMIZED": "non-randomized",
    "NA": "not applicable (single group)",
}
MODEL = {
    "SINGLE_GROUP": "single group",
    "PARALLEL": "parallel",
    "CROSSOVER": "crossover",
    "FACTORIAL": "factorial",
    "SEQUENTIAL": "sequential",
}
PURPOSE = {
    "TREATMENT": "treatment",
    "PREVENTION": "prevention",
    "DIAGNOSTIC": "diagnostic",
    "ECT": "educational, counseling or training",
    "SUPPORTIVE_CARE": "supportive care",
    "SCREENING": "screening",
    "HEALTH_SERVICES_RESEARCH": "health services research",
    "BASIC_SCIENCE": "basic science",
    "DEVICE_FEASIBILITY": "device feasibility",
    "OTHER": "other",
}
MASKING = {
    "NONE": "none (open label)",
    "SINGLE": "single",
    "DOUBLE": "double",
    "TRIPLE": "triple",
    "QUADRUPLE": "quadruple",
}
WHO_MASKED = {
    "PARTICIPANT": "participant",
    "CARE_PROVIDER": "care provider",
    "INVESTIGATOR": "investigator",
    "OUTCOMES_ASSESSOR": "outcomes assessor",
}
ARM = {
    "EXPERIMENTAL": "experimental",
    "ACTIVE_COMPARATOR": "active comparator",
    "PLACEBO_COMPARATOR": "placebo comparator",
    "SHAM_COMPARATOR": "sham comparator",
    "NO_INTERVENTION": "no intervention",
    "OTHER": "other",
}
GIVEN = {
    "BEHAVIORAL": "behavioral",
    "BIOLOGICAL": "biological",
    "COMBINATION_PRODUCT": "combination product",
    "DEVICE": "device",
    "DIAGNOSTIC_TEST": "diagnostic test",
    "DIETARY_SUPPLEMENT": "dietary supplement",
    "DRUG": "drug",
    "GENETIC": "genetic",
    "PROCEDURE": "procedure",
    "RADIATION": "radiation",
    "OTHER": "other",
}
BODY = {
    "NIH": "US National Institutes of Health",
    "FED": "other US federal agency",
    "OTHER_GOV": "government outside the US",
    "INDIV": "individual",
    "INDUSTRY": "industry",
    "NETWORK": "research network",
    "AMBIG": "ambiguous",
    "OTHER": "other",
    "UNKNOWN": "unknown",
}
DATE_TYPE = {"ACTUAL": "actual", "ESTIMATED": "estimated"}
SEX = {"ALL": "all", "FEMALE": "female", "MALE": "male"}
AGES = {"CHILD": "child", "ADULT": "adult", "OLDER_ADULT": "older adult"}
PARTY = {"SPONSOR": "sponsor", "PRINCIPAL_INVESTIGATOR": "principal investigator", "SPONSOR_INVESTIGATOR": "sponsor-investigator"}  # fmt: skip
SHARING = {"YES": "yes", "NO": "no", "UNDECIDED": "undecided"}
SHARED = {
    "STUDY_PROTOCOL": "study protocol",
    "SAP": "statistical analysis plan",
    "ICF": "informed consent form",
    "CSR": "clinical study report",
    "ANALYTIC_CODE": "analytic code",
}
LINKED = {"BACKGROUND": "background", "RESULT": "result", "DERIVED": "derived"}
SAMPLING = {"PROBABILITY_SAMPLE": "probability sample", "NON_PROBABILITY_SAMPLE": "non-probability sample"}

WHEN = {"date": DAY, "type": Word(DATE_TYPE)}
AGENCY = {"name": TITLE, "class": Word(BODY)}
OUTCOME = [{"measure": TEXT, "timeFrame": TEXT, "description": TEXT}]
MESH = {
    "meshes": [{"id": Left("numbers of MeSH terms"), "term": TEXT}],
    "ancestors": Left("wider MeSH terms"),
    "browseLeaves": Left("wider MeSH terms"),
    "browseBranches": Left("wider MeSH terms"),
}
RESULTS = Left("posted results other than the counts of harms and of participants")

STUDY: Shape = {
    "protocolSection": {
        "identificationModule": {
            "nctId": Left(""),
            "nctIdAliases": [TEXT],
            "orgStudyIdInfo": {"id": TEXT, "type": TEXT, "link": TEXT},
            "secondaryIdInfos": [{"id": TEXT, "type": TEXT, "domain": TEXT, "link": TEXT}],
            "briefTitle": TITLE,
            "officialTitle": TITLE,
            "acronym": TITLE,
            "organization": {"fullName": TITLE, "class": Word(BODY)},
        },
        "statusModule": {
            "statusVerifiedDate": DAY,
            "overallStatus": Word(STATUS),
            "lastKnownStatus": Word(STATUS),
            "delayedPosting": FLAG,
            "whyStopped": TEXT,
            "expandedAccessInfo": {"hasExpandedAccess": FLAG, "nctId": TEXT, "statusForNctId": Word(STATUS)},
            "startDateStruct": WHEN,
            "primaryCompletionDateStruct": WHEN,
            "completionDateStruct": WHEN,
            "studyFirstSubmitDate": DAY,
            "studyFirstSubmitQcDate": DAY,
            "studyFirstPostDateStruct": WHEN,
            "resultsWaived": FLAG,
            "resultsFirstSubmitDate": DAY,
            "resultsFirstSubmitQcDate": DAY,
            "resultsFirstPostDateStruct": WHEN,
            "dispFirstSubmitDate": DAY,
            "dispFirstSubmitQcDate": DAY,
            "dispFirstPostDateStruct": WHEN,
            "lastUpdateSubmitDate": DAY,
            "lastUpdatePostDateStruct": WHEN,
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {
                "type": Word(PARTY),
                "investigatorFullName": PERSON,
                "investigatorTitle": PERSON,
                "investigatorAffiliation": TEXT,
                "oldNameTitle": PERSON,
                "oldOrganization": TEXT,
            },
            "leadSponsor": AGENCY,
            "collaborators": [AGENCY],
        },
        "oversightModule": {
            "oversightHasDmc": FLAG,
            "isFdaRegulatedDrug": FLAG,
            "isFdaRegulatedDevice": FLAG,
            "isUnapprovedDevice": FLAG,
            "isPpsd": FLAG,
            "isUsExport": FLAG,
            "fdaaa801Violation": FLAG,
        },
        "descriptionModule": {"briefSummary": TEXT, "detailedDescription": TEXT},
        "conditionsModule": {"conditions": [TEXT], "keywords": [TEXT]},
        "designModule": {
            "studyType": Word(STUDY_TYPE),
            "nPtrsToThisExpAccNctId": NUMBER,
            "expandedAccessTypes": {"individual": FLAG, "intermediate": FLAG, "treatment": FLAG},
            "patientRegistry": FLAG,
            "targetDuration": TEXT,
            "phases": [Word(PHASE)],
            "designInfo": {
                "allocation": Word(ALLOCATION),
                "interventionModel": Word(MODEL),
                "interventionModelDescription": TEXT,
                "primaryPurpose": Word(PURPOSE),
                "observationalModel": TEXT,
                "timePerspective": TEXT,
                "maskingInfo": {
                    "masking": Word(MASKING),
                    "maskingDescription": TEXT,
                    "whoMasked": [Word(WHO_MASKED)],
                },
            },
            "bioSpec": {"retention": TEXT, "description": TEXT},
            "enrollmentInfo": {"count": NUMBER, "type": Word(DATE_TYPE)},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": TEXT, "type": Word(ARM), "description": TEXT, "interventionNames": [TEXT]}],
            "interventions": [
                {
                    "type": Word(GIVEN),
                    "name": TEXT,
                    "description": TEXT,
                    "armGroupLabels": [TEXT],
                    "otherNames": [TEXT],
                }
            ],
        },
        "outcomesModule": {"primaryOutcomes": OUTCOME, "secondaryOutcomes": OUTCOME, "otherOutcomes": OUTCOME},
        "eligibilityModule": {
            "eligibilityCriteria": TEXT,
            "healthyVolunteers": FLAG,
            "sex": Word(SEX),
            "genderBased": FLAG,
            "genderDescription": TEXT,
            "minimumAge": TEXT,
            "maximumAge": TEXT,
            "stdAges": [Word(AGES)],
            "studyPopulation": TEXT,
            "samplingMethod": Word(SAMPLING),
        },
        "contactsLocationsModule": {
            "centralContacts": PERSON,
            "overallOfficials": PERSON,
            "locations": [
                {
                    "facility": Left("names of hospitals, which can be those of people"),
                    "status": Word(STATUS),
                    "city": TEXT,
                    "state": TEXT,
                    "zip": Left("post codes and map points"),
                    "country": TEXT,
                    "contacts": PERSON,
                    "countryCode": Left("post codes and map points"),
                    "geoPoint": Left("post codes and map points"),
                }
            ],
        },
        "referencesModule": {
            "references": [
                {
                    "pmid": TEXT,
                    "type": Word(LINKED),
                    "citation": TEXT,
                    "retractions": [{"pmid": TEXT, "source": TEXT}],
                }
            ],
            "seeAlsoLinks": [{"label": TEXT, "url": TEXT}],
            "availIpds": [{"id": TEXT, "type": TEXT, "url": TEXT, "comment": TEXT}],
        },
        "ipdSharingStatementModule": {
            "ipdSharing": Word(SHARING),
            "description": TEXT,
            "infoTypes": [Word(SHARED)],
            "timeFrame": TEXT,
            "accessCriteria": TEXT,
            "url": TEXT,
        },
    },
    "resultsSection": {
        "participantFlowModule": {
            "preAssignmentDetails": TEXT,
            "recruitmentDetails": TEXT,
            "typeUnitsAnalyzed": RESULTS,
            "groups": [{"id": TEXT, "title": TEXT, "description": TEXT}],
            "periods": [
                {
                    "title": TEXT,
                    "milestones": [
                        {
                            "type": TEXT,
                            "comment": RESULTS,
                            "achievements": [
                                {"groupId": TEXT, "comment": RESULTS, "numSubjects": NUMBER, "numUnits": RESULTS}
                            ],
                        }
                    ],
                    "dropWithdraws": RESULTS,
                }
            ],
        },
        "baselineCharacteristicsModule": RESULTS,
        "outcomeMeasuresModule": {"outcomeMeasures": RESULTS},
        "adverseEventsModule": {
            "frequencyThreshold": TEXT,
            "timeFrame": TEXT,
            "description": TEXT,
            "allCauseMortalityComment": TEXT,
            "eventGroups": [
                {
                    "id": TEXT,
                    "title": TEXT,
                    "description": TEXT,
                    "deathsNumAffected": NUMBER,
                    "deathsNumAtRisk": NUMBER,
                    "seriousNumAffected": NUMBER,
                    "seriousNumAtRisk": NUMBER,
                    "otherNumAffected": NUMBER,
                    "otherNumAtRisk": NUMBER,
                }
            ],
            "seriousEvents": RESULTS,
            "otherEvents": RESULTS,
        },
        "moreInfoModule": {
            "limitationsAndCaveats": {"description": TEXT},
            "certainAgreement": RESULTS,
            "pointOfContact": PERSON,
        },
    },
    "documentSection": {
        "largeDocumentModule": {
            "noSap": FLAG,
            "largeDocs": [
                {
                    "typeAbbrev": TEXT,
                    "hasProtocol": FLAG,
                    "hasSap": FLAG,
                    "hasIcf": FLAG,
                    "label": TEXT,
                    "date": DAY,
                    "uploadDate": TEXT,
                    "filename": TEXT,
                    "size": NUMBER,
                }
            ],
        }
    },
    "derivedSection": {
        "miscInfoModule": {
            "versionHolder": DAY,
            "modelPredictions": Left("the registry's own guesses"),
            "removedCountries": [TEXT],
            "submissionTracking": Left("the path of the results through the registry"),
        },
        "conditionBrowseModule": MESH,
        "interventionBrowseModule": MESH,
    },
    "hasResults": FLAG,
}


# --- sifting ------------------------------------------------------------------------------------------


@dataclass
class ImportNotes:
    """What did not find its place: values without a word, by path, and how many were left out, by what they are."""

    unmapped: list[tuple[str, str]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def keep(self, path: str, value: object) -> None:
        """Keep a value for which there is no word."""
        text = clean_registry_text(
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        )
        if not text:
            return
        if len(text) > LONGEST_UNMAPPED:
            text = text[:LONGEST_UNMAPPED] + " … (cut)"
        self.unmapped.append((clean_registry_text(path)[:200] or "?", text))

    def leave(self, what: str, value: object) -> None:
        """Count what is left out on purpose."""
        number = _leaves(value)
        if what and number:
            self.left[what] = self.left.get(what, 0) + number


def filter_study(study: Mapping[str, Any]) -> tuple[dict[str, Any], ImportNotes]:
    """The values of a study that have their place and their kind, and notes on all others.

    A word of the registry that we do not know becomes GAP. Raises HostileTextError for a title or a name.
    """
    notes = ImportNotes()
    found = _sift(study, STUDY, "", notes)
    if len(notes.unmapped) > MOST_UNMAPPED:
        rest = notes.unmapped[MOST_UNMAPPED:]
        notes.unmapped[MOST_UNMAPPED:] = [("and others", f"{len(rest)} more values; see the registry")]
    return found or {}, notes


def _sift(value: Any, shape: Shape, path: str, notes: ImportNotes) -> Any:
    """The part of ``value`` that fits ``shape``; None where nothing does."""
    if _empty(value):
        return None
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return notes.keep(path, value)
        found = {}
        for key, inner in value.items():
            below = f"{path}.{key}" if path else str(key)
            if key in shape:
                fitting = _sift(inner, shape[key], below, notes)
                if fitting is not None:
                    found[key] = fitting
            elif not _empty(inner):
                notes.keep(below, inner)
        return found or None
    if isinstance(shape, list):
        if not isinstance(value, list):
            return notes.keep(path, value)
        items = [_sift(inner, shape[0], f"{path}[{number}]", notes) for number, inner in enumerate(value)]
        return [item for item in items if item is not None] or None
    return _leaf(value, shape, path, notes)


def _leaf(value: Any, kind: Kind, path: str, notes: ImportNotes) -> Any:
    if isinstance(kind, Left):
        return notes.leave(kind.what, value)
    if isinstance(kind, Title) and isinstance(value, str):
        check_title(value, path.rpartition(".")[2] if not path.endswith("name") else ".".join(path.split(".")[-2:]))
    if isinstance(kind, Text | Title) and isinstance(value, str):
        return _cut(clean_registry_text(ESCAPE.sub(r"\1", value) if isinstance(kind, Text) else value), notes) or None
    if isinstance(kind, Word) and isinstance(value, str) and value in kind.ours:
        return kind.ours[value]
    if isinstance(kind, Flag) and isinstance(value, bool):
        return value
    if isinstance(kind, Number) and (count := _count(value)) is not None:
        return count
    if isinstance(kind, Day) and isinstance(value, str) and is_day(value):
        return value
    notes.keep(path, value)
    return GAP if isinstance(kind, Word) else None


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _cut(text: str, notes: ImportNotes) -> str:
    if len(text) <= LONGEST:
        return text
    notes.leave(f"the end of a text of more than {LONGEST} characters", text)
    return text[:LONGEST].rstrip() + " … (cut; the registry has the rest)"


def _count(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_PEOPLE:
        value = int(value)
    return value if type(value) is int and 0 <= value < MOST_PEOPLE else None


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_leaves(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(_leaves(inner) for inner in value)
    return 0 if _empty(value) else 1


def is_day(text: str) -> bool:
    """Whether a text is a day, a month or a year of the calendar, in the registry's form."""
    if not re.fullmatch(r"[12][0-9]{3}(?:-[0-9]{2}(?:-[0-9]{2})?)?", text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def clean_registry_text(text: str) -> str:
    """Free text in one line: no control signs, no mail addresses and telephone numbers of people."""
    text = " ".join(SPACES.sub(" ", DROPPED.sub("", text)).split())
    if "@" in text:
        text = MAIL.sub("(mail address left out)", text)
    return PHONE.sub("(telephone number left out)", text)


def check_title(text: str, name: str) -> None:
    """Raises HostileTextError where a title or a name would act as markup; ``name`` is its field."""
    text = text.strip(" \t\r\n")
    for what, pattern in HOSTILE.items():
        if pattern.search(text[:LONGEST]):
            raise HostileTextError(f"{name} holds {what}; this is no title, and nothing was written")

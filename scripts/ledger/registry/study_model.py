"""The fields of a ClinicalTrials.gov study (API v2) that a record uses. For everything else, pages link to the registry.

A field that has another form than expected counts as not given, so that no study can stop the import.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasPath, BaseModel, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ValidationInfo, ValidatorFunctionWrapHandler

from ledger.core.errors import CannotRunError
from ledger.model.field_types import PartialDate
from ledger.model.text_files import INVISIBLE_CHARACTER


def clean_text(text: str) -> str:
    """A text in one line, without the characters that no page may have."""
    return " ".join(INVISIBLE_CHARACTER.sub("", text.encode("utf-8", "ignore").decode()).split())


Text = Annotated[str, AfterValidator(clean_text)]


class StudyPart(BaseModel, alias_generator=to_camel, extra="ignore"):
    """A part of a study: unknown fields are ignored, and a value that does not fit is replaced by the default."""

    @field_validator("*", mode="wrap")
    @classmethod
    def _replace_unfit_value(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return validate(value)
        except ValidationError:
            return cls.model_fields[str(info.field_name)].get_default(call_default_factory=True)


class StudyDate(StudyPart):
    date: PartialDate | None = None
    type: Literal["ACTUAL", "ESTIMATED"] | None = None


class SecondaryId(StudyPart):
    id: Text = ""


class Sponsor(StudyPart):
    name: Text = ""


class Arm(StudyPart):
    label: Text = ""
    type: Text = ""


class RegisteredIntervention(StudyPart):
    name: Text = ""
    type: Text = ""


class Outcome(StudyPart):
    measure: Text = ""
    time_frame: Text = ""


class Location(StudyPart):
    country: Text = ""


def _at(path: str, default: Any = "") -> Any:
    """A field of the study at a dotted path of its protocol section."""
    return Field(default, validation_alias=AliasPath("protocolSection", *path.split(".")))


class Study(StudyPart):
    """A study, flat. Words and numbers are the registry's."""

    nct_id: Text = _at("identificationModule.nctId")
    old_nct_ids: list[Text] = _at("identificationModule.nctIdAliases", [])
    secondary_ids: list[SecondaryId] = _at("identificationModule.secondaryIdInfos", [])
    brief_title: Text = _at("identificationModule.briefTitle")
    official_title: Text = _at("identificationModule.officialTitle")
    overall_status: Text = _at("statusModule.overallStatus")
    why_stopped: Text = _at("statusModule.whyStopped")
    start: StudyDate = _at("statusModule.startDateStruct", StudyDate())
    primary_completion: StudyDate = _at("statusModule.primaryCompletionDateStruct", StudyDate())
    completion: StudyDate = _at("statusModule.completionDateStruct", StudyDate())
    first_posted: StudyDate = _at("statusModule.studyFirstPostDateStruct", StudyDate())
    results_posted: StudyDate = _at("statusModule.resultsFirstPostDateStruct", StudyDate())
    lead_sponsor: Text = _at("sponsorCollaboratorsModule.leadSponsor.name")
    collaborators: list[Sponsor] = _at("sponsorCollaboratorsModule.collaborators", [])
    conditions: list[Text] = _at("conditionsModule.conditions", [])
    study_type: Text = _at("designModule.studyType")
    phases: list[Text] = _at("designModule.phases", [])
    allocation: Text = _at("designModule.designInfo.allocation")
    intervention_model: Text = _at("designModule.designInfo.interventionModel")
    primary_purpose: Text = _at("designModule.designInfo.primaryPurpose")
    masking: Text = _at("designModule.designInfo.maskingInfo.masking")
    who_masked: list[Text] = _at("designModule.designInfo.maskingInfo.whoMasked", [])
    enrollment: Annotated[int, Field(ge=0)] | None = _at("designModule.enrollmentInfo.count", None)
    enrollment_type: Text = _at("designModule.enrollmentInfo.type")
    arms: list[Arm] = _at("armsInterventionsModule.armGroups", [])
    interventions: list[RegisteredIntervention] = _at("armsInterventionsModule.interventions", [])
    primary_outcomes: list[Outcome] = _at("outcomesModule.primaryOutcomes", [])
    sex: Text = _at("eligibilityModule.sex")
    minimum_age: Text = _at("eligibilityModule.minimumAge")
    maximum_age: Text = _at("eligibilityModule.maximumAge")
    locations: list[Location] = _at("contactsLocationsModule.locations", [])
    has_results: bool = False


DIABETES = re.compile(r"diabet|\bT1DM?\b|hypoglyc|insulin", re.IGNORECASE)
CELLS = re.compile(r"cell|islet|transplant|\bMSCs?\b|marrow|cord[ -]blood|stem", re.IGNORECASE)


def describe_doubts(study: Study) -> list[str]:
    """What makes it doubtful that a study belongs here: it may not be about diabetes, or not about cells."""
    titles = [study.brief_title, study.official_title]
    about = " ".join([*titles, *study.conditions])
    given = " ".join([*titles, *(item.name for item in study.interventions), *(arm.label for arm in study.arms)])
    return [
        f"this study does not seem to be about {what}; is it the right number?"
        for what, pattern, text in (("diabetes", DIABETES, about), ("cells", CELLS, given))
        if not pattern.search(text)
    ]


def parse_study(raw: bytes, shown: str) -> Study:
    """The study in a JSON text. Raises CannotRunError, whose message calls the text ``shown``."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CannotRunError(f"{shown}: this is not JSON, or only a part of it; nothing was read") from error
    if not isinstance(data, dict) or not isinstance(data.get("protocolSection"), dict):
        raise CannotRunError(f"{shown}: this is not the study of one trial in the form of the API v2")
    return Study.model_validate(data)

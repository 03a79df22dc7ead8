"""The record of a trial: the typed front matter of a page in ``docs/trials/``.

A fact carries its source and how far we saw it; what is not known is left out, never guessed. The text below a field
says what it means: it is published in the JSON Schema and in the data dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from ledger.model.certainty import Certainty
from ledger.model.field_types import IsoDate, Key, KeyOrGap, NonEmptyText, RegistryId, StrictModel
from ledger.model.trial_facts import Count, DateFact, Fact, Flag, Many, Sourced, SourcedModel
from ledger.model.vocabulary import (
    GAP,
    PLURIPOTENT_SOURCES,
    REQUIREMENTS,
    Allocation,
    ArmKind,
    CellOrigin,
    CellSource,
    DiabetesType,
    FollowUpKind,
    Gap,
    IglsClass,
    ImmuneStrategy,
    InterventionModel,
    Masking,
    OutcomeKind,
    Phase,
    PrimaryPurpose,
    RecordType,
    RecruitmentStatus,
    RequirementRating,
    SeenLevel,
)
from ledger.model.yaml_source import YamlPath

RECRUITING = ("recruiting", "not yet recruiting", "enrolling by invitation", "available")
"""Statuses of a trial that people can join, or soon can."""
MAX_SHOWED_WORDS = 12


class Registration(StrictModel):
    """An id in a trial registry."""

    id: RegistryId
    """The trial's id: NCT and eight digits, ChiCTR2300072200, 2023-507988-19-00."""
    checked: IsoDate | None = None
    """The day on which this registry's record was last looked at; left out if we never saw it."""
    cite: Key | None = None
    """Key of the source in references.bib."""
    note: NonEmptyText | None = None
    """A remark that a reader needs."""


class StatusEntry(SourcedModel):
    """What a registry said on a day."""

    as_of: IsoDate
    """The day on which the registry said so, or on which we looked."""
    value: Literal[RecruitmentStatus, Gap]
    """Recruitment status, ClinicalTrials.gov's words; "not registered" or "not found" where there is none."""


class Dates(StrictModel):
    """The trial's dates. All are optional; each has its source."""

    start: DateFact | None = None
    """Start of the trial: first person enrolled."""
    primary_completion: DateFact | None = None
    """Last data for the primary outcome."""
    completion: DateFact | None = None
    """Last data of the last person."""
    first_posted: DateFact | None = None
    """First appearance in the registry."""
    results_posted: DateFact | None = None
    """First results in the registry."""


class People(StrictModel):
    """How many people, and who they were. Counts are of the whole trial, or of the part that was reported."""

    planned: Count | None = None
    """People the trial means to enrol."""
    enrolled: Count | None = None
    """People who joined, controls included."""
    treated: Count | None = None
    """People who were given the cells."""
    controls: Count | None = None
    """People of the control group: placebo, sham, standard care."""
    analysed: Count | None = None
    """People given the cells who are in the main analysis; at most those treated."""
    who: Fact | None = None
    """Who could join, or who they were."""
    age: Fact | None = None
    """Ages that could join, in years."""
    sex: Fact | None = None
    """Sexes that could join: all, female, male."""


class Cells(StrictModel):
    """The cells that were given."""

    origin: Sourced[Literal[CellOrigin, Gap]]
    """Whose cells: the person's own (autologous), another's (allogeneic), both, or an animal's (xenogeneic)."""
    source: Sourced[Literal[CellSource, Gap]]
    """What kind of cell the product starts from."""
    product: Fact | None = None
    """Name and nature of the product."""
    edited: Flag | None = None
    """Whether genes of the cells were changed on purpose."""
    device: Fact | None = None
    """What the cells are enclosed in; "none" if nothing."""


class Delivery(StrictModel):
    """How the cells were given. All are optional."""

    route: Fact | None = None
    """Route and site: infusion into the portal vein, under the skin."""
    dose: Fact | None = None
    """Dose with its unit: cells, cells per kg, IEQ (islet equivalents) per kg."""
    times: Fact | None = None
    """How often and when."""


class Claimed(StrictModel):
    """How long somebody says the effect lasts."""

    value: NonEmptyText
    """The claim in our words, and who makes it."""
    months: Annotated[int, Field(ge=1)] | None = None
    """The time claimed, in months; left out where the claim names no end."""
    cite: Key
    """Key of the source that makes the claim in references.bib."""


class FollowUp(Sourced[NonEmptyText]):
    """How long people were followed."""

    months: Annotated[int, Field(ge=0)] | None = None
    """Published follow-up in whole months, rounded down; left out where nothing is published."""
    kind: FollowUpKind | None = None
    """What the months are. set time: people were seen at this time after treatment; at least: all were followed this
    long or longer; median: half were; longest: the person followed longest was; not stated."""
    longest: Annotated[int, Field(ge=1)] | None = None
    """Beside a median: months for which the person followed longest was followed."""
    claimed: Claimed | None = None
    """What is claimed of the duration, where somebody claims more than was followed."""

    @model_validator(mode="after")
    def _of_a_kind(self) -> FollowUp:
        if (self.months is None) != (self.kind is None):
            raise ValueError(
                "months and kind belong together; say whether they are a median, a set time or the longest"
            )
        if self.longest is not None and (self.kind != "median" or self.longest < (self.months or 0)):
            raise ValueError("longest is for a median, and cannot be shorter than it; correct it or leave it out")
        return self


class Criterion(Sourced[NonEmptyText]):
    """A condition for joining: in words, and for a trial finder as limits."""

    min: Annotated[float, Field(ge=0)] | None = None
    """The lowest value that can join, in the unit."""
    max: Annotated[float, Field(ge=0)] | None = None
    """The highest value that can join, in the unit."""
    unit: Literal["years", "months", "in the last year", "ng/mL", "nmol/L"] | None = None
    """Unit of min and max: age in years, time since diagnosis in months, severe lows in the last year."""
    rule: Literal["needed", "excluded"] | None = None
    """Whether a person must have this to join, or cannot join with it."""

    @model_validator(mode="after")
    def _has_unit(self) -> Criterion:
        if (self.min is None and self.max is None) != (self.unit is None):
            raise ValueError("min or max and their unit belong together")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is greater than max {self.max:g}; were they swapped?")
        return self


class Eligibility(StrictModel):
    """Who can join, for a trial that takes people or soon will. Write "not found" for what we looked for in vain.

    The countries are those of the record.
    """

    age: Criterion
    """Ages that can join."""
    since_diagnosis: Criterion
    """Time since the diagnosis of type 1 diabetes."""
    severe_hypoglycaemia: Criterion
    """Whether severe lows are needed, and how many."""
    c_peptide: Criterion
    """How much insulin of their own people must make, or must not make, measured as C-peptide."""
    transplants: Criterion
    """Whether people with an earlier transplant can join."""
    other: Fact | None = None
    """Further conditions, as far as we read them."""


class RegisteredOutcome(SourcedModel):
    """An outcome that the trial set out to measure."""

    measure: NonEmptyText
    """What is measured."""
    time_frame: NonEmptyText | None = None
    """When it is measured."""
    description: NonEmptyText | None = None
    """How it is measured."""
    cite: Key
    """Key of the source in references.bib."""


class Detail(Sourced[NonEmptyText]):
    """A further fact that has no field of its own."""

    what: NonEmptyText
    """What the fact is about, as a short label."""


class Measurement(SourcedModel):
    """What results and harms share: a count ``n`` of ``of`` people, or a value with its unit, at a time."""

    at: NonEmptyText | None = None
    """When, counted from treatment: "day 365", "month 4"."""
    n: Annotated[int, Field(ge=0)] | None = None
    """How many people."""
    of: Annotated[int, Field(ge=1)] | None = None
    """Of how many people."""
    value: NonEmptyText | None = None
    """A value instead of a count, or beside it: "6.2"."""
    unit: NonEmptyText | None = None
    """Unit of the value: "%", "mmol/mol", "nmol/L"."""
    n_people: Annotated[int, Field(ge=1)] | None = None
    """How many people stand behind a value."""
    arm: ArmKind = "cells"
    """Whose result it is: those given the cells, the control group, or all together."""
    group: NonEmptyText | None = None
    """Which people, where it is not the whole arm: "full dose"."""
    comparator: NonEmptyText | None = None
    """What it is compared with: before, or the other group, with that value."""
    interval: NonEmptyText | None = None
    """Confidence interval with its level; "our calculation" where it is ours."""
    p: NonEmptyText | None = None
    """p value as printed."""
    judged_by: NonEmptyText | None = None
    """Who measured or judged it."""
    cite: Key
    """Key of the source in references.bib."""
    seen: SeenLevel
    """How far we saw this fact in its source."""

    @model_validator(mode="after")
    def _adds_up(self) -> Measurement:
        if self.n is None and self.value is None:
            raise ValueError("give n and of, or value")
        if self.n is not None and self.of is not None and self.n > self.of:
            raise ValueError(f"n {self.n} is greater than of {self.of}; were they swapped?")
        return self


class Result(Measurement):
    """One measure at one time."""

    measure: NonEmptyText
    """What was measured."""
    outcome: OutcomeKind | None = None
    """Kind of measure, for the charts and the comparison."""
    before: NonEmptyText | None = None
    """The same value before treatment, in the same unit, as a number: "7.8"."""
    certainty: Certainty | None = None
    """How sure we can be that the cells did this, where it differs from the other results of the record."""


class Harm(Measurement):
    """One harm at one time, or the statement that there was none."""

    event: NonEmptyText
    """What happened."""
    cause: NonEmptyText | None = None
    """The cause, as far as it was told."""


class HarmsSearch(StrictModel):
    """A search for harms that found none."""

    where: NonEmptyText
    """What was read: "abstract", "registry record"."""
    checked: IsoDate
    """The day on which it was read."""
    cite: Key
    """Key in references.bib of what was read."""


def _limit_words(text: str) -> str:
    if len(text.split()) > MAX_SHOWED_WORDS:
        raise ValueError(f"{len(text.split())} words; say it in at most {MAX_SHOWED_WORDS}")
    return text


class RequirementVerdict(StrictModel):
    """What the trial shows against one of the eight requirements: our judgement."""

    verdict: RequirementRating
    """met, partly, not shown, not tested or unknown."""
    why: NonEmptyText
    """The reason in a few words."""
    cite: Key | None = None
    """Key of the source; needed for met, partly and not shown."""

    @model_validator(mode="after")
    def _has_source(self) -> RequirementVerdict:
        if self.verdict in ("met", "partly", "not shown") and not self.cite:
            raise ValueError(f"the verdict '{self.verdict}' needs a source; add cite")
        return self


class Relation(StrictModel):
    """Another trial that this one belongs with."""

    kind: Literal["continues", "succeeds", "same product", "continued by", "succeeded by", "same people"]
    """How it belongs with this one."""
    to: NonEmptyText
    """The other trial in words, with its registry id."""
    record: Key | None = None
    """Id of the other trial's record on this site, if it has one."""
    cite: Key | None = None
    """Key of the source in references.bib."""


class Record(StrictModel):
    """One trial, case or report, as its page's front matter holds it under ``trial:``."""

    id: Key
    """Name of the file without .md."""
    plain_title: NonEmptyText
    """What was tried, in plain words."""
    official_title: NonEmptyText | None = None
    """Title in the registry or of the publication, letter by letter."""
    record_type: Literal[RecordType, Gap]
    """What kind of report this is."""
    diabetes_type: Literal[DiabetesType, Gap]
    """Which diabetes the people have."""
    registry: list[Registration]
    """Registrations; an empty list if there is none."""
    status: Annotated[list[StatusEntry], Field(min_length=1)]
    """Recruitment status over time, oldest first, newest last."""
    why_stopped: Fact | None = None
    """Why a trial was stopped, suspended or withdrawn."""
    phase: Sourced[Literal[Phase, Gap]]
    """Phase of the trial, ClinicalTrials.gov's words."""
    results_phase: Sourced[Literal[Phase, Gap]] | None = None
    """Phase that the reported results come from, where it is not the phase of the whole trial."""
    allocation: Sourced[Literal[Allocation, Gap]]
    """How people were allotted to the groups, ClinicalTrials.gov's words."""
    model: Sourced[Literal[InterventionModel, Gap]] | None = None
    """How the groups were arranged, ClinicalTrials.gov's words."""
    masking: Sourced[Literal[Masking, Gap]]
    """Who did not know which treatment was given, ClinicalTrials.gov's words."""
    purpose: Sourced[Literal[PrimaryPurpose, Gap]] | None = None
    """What the trial is for, ClinicalTrials.gov's words."""
    control: Fact | None = None
    """What the treated were compared with; begins with "none" if with nobody."""
    conditions: Many | None = None
    """Conditions under study, as registered."""
    sponsor: Fact
    """Who is responsible for the trial."""
    collaborators: Many | None = None
    """Who else takes part, as registered."""
    funders: Fact
    """Who pays."""
    countries: Many | None = None
    """Countries with a site, in ClinicalTrials.gov's English names."""
    sites: Count | None = None
    """Number of places (not of people) that take part."""
    dates: Dates = Field(default_factory=Dates)
    """Start, completion and posting."""
    people: People
    """How many people, and who they were."""
    eligibility: Eligibility | None = None
    """Who can join; for trials that are recruiting or not yet recruiting."""
    cells: Cells
    """The cells that were given."""
    delivery: Delivery
    """How the cells were given."""
    immune_strategy: Sourced[Literal[ImmuneStrategy, Gap]]
    """What protects the cells from the immune system, or what they are to do to it."""
    immune_drugs: Fact | None = None
    """Drugs that act on the immune system."""
    approval: Fact | None = None
    """Licence for ordinary use, if a regulator gave one: where and when. It makes the evidence stage "approved"."""
    follow_up: FollowUp | None = None
    """How long people were followed."""
    primary_outcomes: list[RegisteredOutcome] = Field(default_factory=list)
    """What the trial first set out to measure."""
    secondary_outcomes: list[RegisteredOutcome] = Field(default_factory=list)
    """What else it set out to measure."""
    igls: Sourced[IglsClass] | None = None
    """Function of the graft by the Igls criteria (consensus of 2017, revised 2019); "not derivable" where only data of
    groups are known."""
    details: list[Detail] = Field(default_factory=list)
    """Further facts that the page tells."""
    certainty: Certainty | None = None
    """How sure we can be that the cells did what the results say (GRADE); needed where there are results."""
    results: list[Result]
    """What was measured; an empty list if nothing is known, with results_note."""
    showed: Annotated[NonEmptyText, AfterValidator(_limit_words)] | None = None
    """What the results showed, in at most 12 plain words beside the evidence stage. No stronger than the certainty
    rating: "worked in some people, small study". Left out where there are no results."""
    results_note: NonEmptyText | None = None
    """What was not reported or not seen of the results."""
    harms: list[Harm]
    """What harm was reported; an empty list if nothing is known, with harms_searched and harms_note."""
    harms_searched: HarmsSearch | None = None
    """Where and when we looked for harms and found none; needed if the list of harms is empty, left out otherwise."""
    harms_note: NonEmptyText | None = None
    """What was not reported or not seen of the harms."""
    requirements: dict[str, RequirementVerdict]
    """What the trial shows against each of the eight requirements."""
    therapies: Annotated[list[KeyOrGap], Field(min_length=1)]
    """Pages in docs/therapies (without .md) that list the trial."""
    publications: list[Key]
    """Keys in references.bib of what was published on these people."""
    cohort: Key
    """Name of the group of people. Records that report the same people share it, so that nobody counts twice."""
    overlaps: list[Key] = Field(default_factory=list)
    """Other cohorts that hold some of the same people."""
    relations: list[Relation] = Field(default_factory=list)
    """Trials that this one continues, succeeds or shares its product with."""

    @property
    def stage(self) -> str:
        """Evidence stage, derived: how strong a kind of study this is, whatever it found.

        approved: a regulator licensed the product; first-in-human: a phase 1 without a control; uncontrolled: later,
        no control group; controlled: people allotted to cells or to something else; pivotal: phase 3 with a control
        group. Single cases, series, pooled and registry reports are named as such. Where it is not known whether there
        was a control group, the stage is "design not stated".
        """
        if self.approval and self.approval.value not in ("none", "not found", "not stated", GAP):
            return "approved"
        if self.record_type == "case report":
            return "single case"
        if self.record_type not in ("trial", GAP):
            return self.record_type
        if self.allocation.value in ("randomized", "non-randomized"):
            return "pivotal" if "phase 3" in self.phase.value else "controlled"
        alone = self.control is not None and re.match(r"none\b", self.control.value) is not None
        if self.allocation.value != "not applicable (single group)" and not alone:
            return "design not stated"
        return "first-in-human" if self.phase.value in ("early phase 1", "phase 1") else "uncontrolled"

    @property
    def approach(self) -> str:
        """What kind of treatment, derived from the cells."""
        source, edited = self.cells.source.value, bool(self.cells.edited and self.cells.edited.value)
        if source in PLURIPOTENT_SOURCES:
            if edited:
                return "gene-edited cells"
            if self.cells.device and self.cells.device.value not in ("none", "not found", "not stated", GAP):
                return "stem-cell islets in a device"
            return "own-cell islets" if self.cells.origin.value == "autologous" else "donor-line islets"
        if source == "donor islets":
            return "gene-edited donor islets" if edited else "donor islets"
        if source in ("mesenchymal", "mesenchymal and bone-marrow cells"):
            return "mesenchymal cells"
        return "own blood stem cells" if source == "blood-forming" else "other cells"

    @property
    def phase_of_results(self) -> str | None:
        """The phase that the results come from; None where there are none, or no phase is known."""
        phase = (self.results_phase or self.phase).value if self.results else ""
        return phase if "phase" in phase else None

    @property
    def showed_in_words(self) -> str | None:
        """What the trial showed, to print beside its evidence stage."""
        return self.showed if self.results else "no results found"

    @property
    def latest(self) -> StatusEntry:
        return self.status[-1]

    @field_validator("requirements")
    @classmethod
    def _all_eight(cls, requirements: dict[str, RequirementVerdict]) -> dict[str, RequirementVerdict]:
        missing = ", ".join(key for key in REQUIREMENTS if key not in requirements)
        unknown = ", ".join(key for key in requirements if key not in REQUIREMENTS)
        if unknown:
            raise ValueError(f"there is no requirement {unknown}; write {missing or 'only the eight'}")
        if missing:
            raise ValueError(f"{missing} is missing; a record judges all eight requirements")
        return requirements

    @model_validator(mode="after")
    def _whole(self) -> Record:
        if not self.results and not self.results_note:
            raise ValueError("no results: say why in results_note")
        if not self.harms and not self.harms_note:
            raise ValueError("no harms: say why in harms_note")
        return self

    def citations(self) -> Iterator[str]:
        """Every key the record cites, in order of appearance."""
        for _, model in iter_models(self):
            if cite := getattr(model, "cite", None):
                yield cite
        yield from self.publications


class TrialPage(StrictModel):
    """The whole front matter of a page in ``docs/trials/``."""

    title: NonEmptyText
    """Title of the page: the trial's short name and what it is, without numbers that need a source."""
    description: NonEmptyText
    """One sentence for search engines and lists."""
    kind: Literal["trial"]
    """The kind of page."""
    checked: IsoDate
    """The day on which the page was last checked against its sources."""
    reviewed_by: NonEmptyText = "none"
    """Who reviewed the page, or "none". Never claim a review that did not happen."""
    draft: Annotated[bool, Field(strict=True)] = False
    """true while the page is not complete: previews show it, and the published site and its data leave it out."""
    hide: list[NonEmptyText] = Field(default_factory=list)
    """Parts of the layout to leave out, as Material for MkDocs names them: toc, navigation."""
    trial: Record
    """The record."""


def iter_models(value: object, place: YamlPath = ()) -> Iterator[tuple[YamlPath, BaseModel]]:
    """Every model below a record, itself included, with its place."""
    if isinstance(value, BaseModel):
        yield place, value
        for name, inner in value.__dict__.items():
            yield from iter_models(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from iter_models(inner, (*place, number))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from iter_models(inner, (*place, name))

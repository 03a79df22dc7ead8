"""The record of a trial: the typed front matter of a page in ``docs/trials/``.

Words for status, phase, allocation and masking are those of ClinicalTrials.gov's data dictionary. A fact
carries its source and how far we saw it; what is not known is left out, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ledger.frontmatter import Path, Yaml
from ledger.problems import Problem

Seen = Literal[
    "full text", "abstract", "registry record", "page", "part of the text", "title only", "second-hand", "not seen"
]
Status = Literal[
    "not yet recruiting",
    "recruiting",
    "enrolling by invitation",
    "active, not recruiting",
    "completed",
    "suspended",
    "terminated",
    "withdrawn",
    "unknown status",
    "not registered",
    "not found",
]
Phase = Literal[
    "early phase 1",
    "phase 1",
    "phase 1/phase 2",
    "phase 2",
    "phase 2/phase 3",
    "phase 3",
    "phase 4",
    "not applicable",
    "not registered",
    "not found",
]
Allocation = Literal["randomized", "non-randomized", "not applicable (single group)", "not stated"]
Masking = Literal["none (open label)", "single", "double", "triple", "quadruple", "not stated"]
Origin = Literal["autologous", "allogeneic", "not stated"]
CellSource = Literal[
    "embryonic",
    "induced pluripotent",
    "pluripotent (type not stated)",
    "mesenchymal",
    "blood-forming",
    "donor islets",
]
ImmuneStrategy = Literal[
    "immunosuppression",
    "immunosuppression for earlier transplants",
    "encapsulation",
    "gene editing",
    "immune reset with chemotherapy",
    "immunomodulation by the cells",
    "none",
    "not stated",
]
Verdict = Literal["met", "partly", "not shown", "not tested", "unknown"]

REQUIREMENTS: dict[str, str] = {
    "cell-source": "Cell source",
    "differentiation": "Differentiation into beta cells",
    "immune-regulation": "Immune regulation",
    "long-term-function": "Long-term function and stability",
    "safety": "Safety",
    "delivery": "Delivery",
    "regulation-and-ethics": "Regulation and ethics",
    "cost-and-access": "Cost and accessibility",
}
"""The eight translational requirements, in the order of their pages."""


REGISTRY_ID = re.compile(r"NCT\d{8}|(?!NCT)[A-Za-z]+[ A-Za-z0-9/-]*\d[A-Za-z0-9-]*")
"""ClinicalTrials.gov's numbers, and those of other registries: ChiCTR2300072200, EudraCT 2014-001234-12."""


def _real_date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"'{value}' is not a date; write YYYY-MM-DD") from None
    return value


def _registry_id(value: str) -> str:
    if not REGISTRY_ID.fullmatch(value):
        raise ValueError("not an id of a trial registry; NCT has eight digits, others have letters and then figures")
    return value


Day = Annotated[str, AfterValidator(_real_date)]
RegistryId = Annotated[str, AfterValidator(_registry_id)]
Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]


class Strict(BaseModel):
    """Unknown keys are refused: a typing slip must not lose a fact without a word."""

    model_config = ConfigDict(defer_build=True, extra="forbid", str_strip_whitespace=True)


class Sourced(Strict):
    """What every fact carries: its source, the place in it, how far we saw it, and a remark."""

    cite: Key | None = None
    seen: Seen | None = None
    where: Text | None = None
    note: Text | None = None


class Fact(Sourced):
    value: Text

    @model_validator(mode="after")
    def _has_source(self) -> Fact:
        if self.value not in ("not found", "not stated") and not self.cite:
            raise ValueError("a fact needs its source; add cite and seen, or write the value 'not found'")
        return self


class PhaseFact(Fact):
    value: Phase


class AllocationFact(Fact):
    value: Allocation


class MaskingFact(Fact):
    value: Masking


class OriginFact(Fact):
    value: Origin


class CellSourceFact(Fact):
    value: CellSource


class ImmuneFact(Fact):
    value: ImmuneStrategy


class Count(Sourced):
    """A number of people."""

    value: Annotated[int, Field(ge=0)]
    cite: Key


class Flag(Sourced):
    value: bool
    cite: Key


class Many(Sourced):
    value: Annotated[list[Text], Field(min_length=1)]
    cite: Key


class Registration(Strict):
    """An id in a trial registry and the day on which the registry was last looked at (null: never seen)."""

    id: RegistryId
    checked: Day | None = None
    cite: Key | None = None
    note: Text | None = None


class StatusEntry(Sourced):
    """What a registry said on a day."""

    as_of: Day
    value: Status
    cite: Key | None = None


class People(Strict):
    planned: Count | None = None
    enrolled: Count | None = None
    treated: Count | None = None
    analysed: Count | None = None
    who: Fact | None = None


class Cells(Strict):
    """The cells that were given; ``edited`` says whether their genes were changed on purpose."""

    origin: OriginFact
    source: CellSourceFact
    product: Fact | None = None
    edited: Flag | None = None
    device: Fact | None = None


class Delivery(Strict):
    route: Fact | None = None
    dose: Fact | None = None
    times: Fact | None = None


class Measured(Sourced):
    """What results and harms share: a count ``n`` of ``of`` people, or a value with its unit, at a time."""

    at: Text | None = None
    n: Annotated[int, Field(ge=0)] | None = None
    of: Annotated[int, Field(ge=1)] | None = None
    value: Text | None = None
    unit: Text | None = None
    n_people: Annotated[int, Field(ge=1)] | None = None
    group: Text | None = None
    comparator: Text | None = None
    interval: Text | None = None
    p: Text | None = None
    cite: Key
    seen: Seen

    @model_validator(mode="after")
    def _adds_up(self) -> Measured:
        if self.n is None and self.value is None:
            raise ValueError("give n and of, or value")
        if self.n is not None and self.of is not None and self.n > self.of:
            raise ValueError(f"n {self.n} is greater than of {self.of}")
        return self


class Result(Measured):
    measure: Text
    judged_by: Text | None = None


class Harm(Measured):
    event: Text
    cause: Text | None = None
    judged_by: Text | None = None


class RequirementVerdict(Strict):
    verdict: Verdict
    why: Text
    cite: Key | None = None

    @model_validator(mode="after")
    def _has_source(self) -> RequirementVerdict:
        if self.verdict in ("met", "partly", "not shown") and not self.cite:
            raise ValueError(f"the verdict '{self.verdict}' needs a source; add cite")
        return self


class Relation(Strict):
    kind: Literal["continues", "succeeds", "same product", "continued by", "succeeded by"]
    to: Text
    cite: Key | None = None


class Record(Strict):
    """One trial or case, as its page's front matter holds it under ``trial:``."""

    id: Key
    plain_title: Text
    official_title: Text | None = None
    record_type: Literal["trial", "case report"]
    diabetes_type: Literal["type 1", "type 2"]
    registry: list[Registration]
    status: Annotated[list[StatusEntry], Field(min_length=1)]
    phase: PhaseFact
    allocation: AllocationFact
    masking: MaskingFact
    control: Fact | None = None
    sponsor: Fact
    paid_by: Fact
    countries: Many | None = None
    people: People
    cells: Cells
    delivery: Delivery
    immune_strategy: ImmuneFact
    immune_drugs: Fact | None = None
    follow_up: Fact | None = None
    results: list[Result]
    results_note: Text | None = None
    harms: list[Harm]
    harms_note: Text | None = None
    requirements: dict[str, RequirementVerdict]
    therapies: Annotated[list[Key], Field(min_length=1)]
    publications: list[Key]
    cohort: Key
    relations: list[Relation] = Field(default_factory=list)

    @property
    def stage(self) -> str:
        """Evidence stage, derived: how strong a kind of study this is, whatever it found.

        first-in-human: one case or a phase 1 without a control; uncontrolled: later, no control group;
        controlled: people allotted to cells or to something else; pivotal: phase 3 with a control group.
        """
        controlled = self.allocation.value in ("randomized", "non-randomized")
        if controlled:
            return "pivotal" if "phase 3" in self.phase.value else "controlled"
        if self.record_type == "case report":
            return "single case"
        return "first-in-human" if self.phase.value in ("early phase 1", "phase 1") else "uncontrolled"

    @property
    def latest(self) -> StatusEntry:
        return self.status[-1]

    @model_validator(mode="after")
    def _whole(self) -> Record:
        missing = [key for key in REQUIREMENTS if key not in self.requirements]
        unknown = [key for key in self.requirements if key not in REQUIREMENTS]
        if missing or unknown:
            raise ValueError(f"requirements: missing {missing}, unknown {unknown}; all eight are needed")
        if not self.results and not self.results_note:
            raise ValueError("no results: say why in results_note")
        if not self.harms and not self.harms_note:
            raise ValueError("no harms: say why in harms_note")
        days = [entry.as_of for entry in self.status]
        if days != sorted(days):
            raise ValueError("status: oldest first, newest last")
        treated, analysed = self.people.treated, self.people.analysed
        if treated and analysed and analysed.value > treated.value:
            raise ValueError(f"people: analysed {analysed.value} is more than treated {treated.value}")
        for row in [*self.results, *self.harms]:
            if treated and row.of is not None and row.of > treated.value:
                raise ValueError(f"a row counts {row.of} people, more than the {treated.value} treated")
        return self

    def citations(self) -> Iterator[str]:
        """Every key the record cites, in order of appearance."""
        yield from _keys(self.model_dump())
        yield from self.publications


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("cite"), str):
            yield value["cite"]
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def read(meta: Yaml, path: str, today: date) -> tuple[Record | None, list[Problem]]:
    """The record under ``trial:`` of a page's front matter, or what is wrong with it, line by line."""
    try:
        record = Record.model_validate(meta.data["trial"])
    except ValidationError as error:
        return None, [_problem(meta, path, dict(item)) for item in error.errors(include_url=False)]
    problems = []
    for number, entry in enumerate(record.status):
        if date.fromisoformat(entry.as_of) > today:
            line = meta.line(("trial", "status", number))
            problems.append(Problem(path, line, "record", f"status of {entry.as_of} lies in the future"))
    return record, problems


def _problem(meta: Yaml, path: str, error: dict[str, Any]) -> Problem:
    place: Path = ("trial", *error["loc"])
    shown = ".".join(str(part) for part in place)
    message = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    if error["type"] == "extra_forbidden":
        message = "unknown key; see CONTRIBUTING.md for the keys of a record"
    elif error["type"] == "missing":
        message = "this key is missing; add it"
    elif error["type"] == "literal_error":
        message = f"'{given}' is not allowed here; write one of: {error['ctx']['expected']}"
    elif error["type"].startswith(("int_", "greater", "less")):
        message = f"'{given}' is no count; write a whole number"
    elif error["type"] == "string_type":
        message = f"'{given}' must be text; put it in quotes"
    elif error["type"] == "list_type":
        message = "a list is needed here; write [one, two]"
    elif error["type"] in ("model_type", "dict_type"):
        message = "a value of its own form is needed here; see the table in CONTRIBUTING.md"
    elif isinstance(given, str | int | bool):
        message += f" (found '{given}')"
    return Problem(path, meta.line(place), "record", f"{shown}: {message}")

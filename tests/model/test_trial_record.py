"""The record of a trial: what the model refuses, and how it says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from ledger.model import project, yaml_source
from ledger.model.project import Project
from ledger.model.trial_facts import Sourced
from ledger.model.trial_record import Record, TrialPage
from ledger.model.vocabulary import REQUIREMENTS
from ledger.site import check_site

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
PAGE = "docs/trials/sample.md"
TODAY = date(2026, 11, 21)

Make = Callable[..., Path]


def load(make: Make, text: str, name: str = PAGE) -> Project:
    return project.load_project(make({name: text}), TODAY)


def changed(old: str, new: str) -> str:
    """The good record with one thing changed."""
    assert SAMPLE.count(old) == 1, old
    return SAMPLE.replace(old, new)


def record(make: Make, old: str, new: str) -> Record:
    loaded = load(make, changed(old, new))
    assert not loaded.record_problems
    return loaded.records["sample"][1]


def test_a_good_record_loads_without_a_word(make: Make) -> None:
    loaded = load(make, SAMPLE)
    assert (*loaded.problems, *loaded.record_problems) == ()
    assert list(loaded.records) == ["sample"]


RESULT = "n: 10, of: 12, group: full dose"
BAD = {
    "a key is mistyped": ("  cohort: sample", "  cohrt: sample", "cohrt: unknown key"),
    "a key of a fact is mistyped": ("where: table 1", "were: table 1", "delivery.dose.were: unknown key"),
    "a key is missing": ("  record_type: trial\n", "", "record_type: this key is missing"),
    "a word is not one of the registry's": (
        "value: completed",
        "value: finished",
        "status[2026-04-20].value: 'finished' is not allowed here; write one of",
    ),
    "a phase is not one of the registry's": (
        "{value: phase 1,",
        "{value: phase I,",
        "phase.value: 'phase I' is not allowed here",
    ),
    "a fact has no source": (
        "{value: once, cite: known2024, seen: abstract}",
        "{value: once}",
        "delivery.times: a fact needs its source",
    ),
    "a count has no source": (
        "{value: 14, cite: known2024, seen: abstract}",
        "{value: 14}",
        "people.treated.cite: this fact needs its source; add cite",
    ),
    "a count is no number": (
        "treated: {value: 14,",
        "treated: {value: about 14,",
        "people.treated.value: ",
    ),
    "a count is below zero": (
        "treated: {value: 14,",
        "treated: {value: -1,",
        "people.treated.value: '-1' is too small for a count; correct it",
    ),
    "a result has neither count nor value": (
        f"{RESULT}, ",
        "",
        "results[insulin independence]: give n and of, or value",
    ),
    "n is more than N": (RESULT, "n: 13, of: 12", "results[insulin independence]: n 13 is greater than of 12"),
    "N is zero": (RESULT, "n: 0, of: 0", "results[insulin independence].of: '0' is too small for a count"),
    "a result does not say how far it was seen": (
        "comparator: 8.1% before, n_people: 1, cite: known2024, seen: abstract}",
        "comparator: 8.1% before, n_people: 1, cite: known2024}",
        "results[HbA1c].seen: this key is missing",
    ),
    "how far it was seen is not a known word": (
        "seen: full text",
        "seen: skimmed",
        "delivery.dose.seen: 'skimmed' is not allowed here",
    ),
    "no results and no reason": (
        SAMPLE[SAMPLE.index("  results:") : SAMPLE.index("  harms:")],
        "  results: []\n",
        "no results: say why in results_note",
    ),
    "no harms and no reason": (
        SAMPLE[SAMPLE.index("  harms:") : SAMPLE.index("  requirements:")],
        "  harms: []\n",
        "no harms: say why in harms_note",
    ),
    "what it showed is too long": (
        "  results:\n",
        f"  showed: {'word ' * 13}\n  results:\n",
        "showed: 13 words; say it in at most 12",
    ),
    "a limit for joining has no unit": (
        "  cells:\n",
        "  eligibility:\n    age: {value: 18 and over, min: 18, cite: known2024, seen: abstract}\n    since_diagnosis: not found\n"
        "    severe_hypoglycaemia: not found\n    c_peptide: not found\n    transplants: not found\n  cells:\n",
        "eligibility.age: min or max and their unit belong together",
    ),
    "a requirement is left out": (
        "    cost-and-access: {verdict: not tested, why: no price}\n",
        "",
        "cost-and-access is missing; a record judges all eight",
    ),
    "a requirement is not one of the eight": (
        "    cost-and-access:",
        "    price:",
        "there is no requirement price; write cost-and-access",
    ),
    "a verdict has no source": (
        "why: by vein, cite: known2024",
        "why: by vein",
        "requirements.delivery: the verdict 'met' needs a source",
    ),
    "a day is no day": ('"2024-01-05"', '"2024-13-01"', "'2024-13-01' is not a date; write YYYY-MM-DD"),
    "a day without quotes is no day": ('"2024-01-05"', "2024-02-30", "'2024-02-30' is not a date; write YYYY-MM-DD"),
    "a registry number is cut short": ("NCT01234567", "NCT0123", "registry[NCT0123].id: not an id of a trial registry"),
    "a key of the bibliography has a space": (
        "publications: [known2024]",
        "publications: [known 2024]",
        "publications[known 2024]",
    ),
    "a country is a number": ("[Norway, China]", "[Norway, 47]", "countries.value[47]: '47' must be text"),
    "a list is written as a word": (
        "therapies: [donor-line]",
        "therapies: donor-line",
        "therapies: a list is needed here; begin each line with '- '",
    ),
    "there is no therapy": ("therapies: [donor-line]", "therapies: []", "therapies: the list is empty"),
    "the id is not the file's name": ("  id: sample", "  id: other", "id 'other' must be the file's name 'sample'"),
}


@pytest.mark.parametrize(("old", "new", "said"), BAD.values(), ids=BAD)
def test_a_bad_record_is_refused_with_its_place(make: Make, old: str, new: str, said: str) -> None:
    loaded = load(make, changed(old, new))
    problems = [str(problem) for problem in loaded.record_problems]
    assert len(problems) in (1, 2), problems  # a mistyped key is unknown, and the right one is missing
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(f"{PAGE}:") and problem.endswith(" [record]") for problem in problems)


def required(model: type[BaseModel], above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of every field that a whole record must have, in the sample's data."""
    for name, info in model.model_fields.items():
        inner = info.annotation
        if info.is_required():
            yield (*above, name)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from required(inner, (*above, name))


@pytest.mark.parametrize("place", list(required(TrialPage)), ids=lambda place: ".".join(map(str, place)))
def test_a_required_field_that_is_deleted_is_told_in_one_line(place: tuple[str, ...], make: Make) -> None:
    header, start = yaml_source.split_front_matter(SAMPLE)
    assert header is not None
    data = yaml_source.load_yaml(header).data
    inside = data
    for step in place[:-1]:
        if step not in inside:
            pytest.skip("the sample has no such part")
        inside = inside[step]
    inside.pop(place[-1], None)
    text = f"---\n{yaml.safe_dump(data, sort_keys=False, allow_unicode=True)}---{SAMPLE[start:]}"
    loaded = load(make, text)
    [problem] = loaded.record_problems
    assert str(problem).startswith(f"{PAGE}:")
    assert f"{'.'.join(map(str, place))}: " in problem.message
    assert "missing" in problem.message or "needs its source" in problem.message
    assert 0 < problem.line <= text.count("\n")


def test_every_key_that_is_misspelt_is_told_with_the_right_one(make: Make) -> None:
    header, _ = yaml_source.split_front_matter(SAMPLE)
    assert header is not None
    for line in header.split("\n"):
        key = re.match(r" *([a-z_]{4,}):", line)
        if not key or key[1] in REQUIREMENTS:
            continue
        wrong = key[1][:-1] + "x"
        loaded = load(make, SAMPLE.replace(line, line.replace(key[1], wrong, 1), 1))
        found = [str(problem) for problem in loaded.record_problems]
        assert any(f"{wrong}: unknown key; did you mean '{key[1]}'?" in one for one in found), (key[1], found)


@pytest.mark.parametrize(
    "case",
    [
        "a key of a fact is mistyped",
        "a day is no day",
        "n is more than N",
        "a verdict has no source",
        "a phase is not one of the registry's",
    ],
)
def test_the_problem_names_the_line_of_the_value(make: Make, case: str) -> None:
    old, new, _ = BAD[case]
    text = changed(old, new)
    line = text[: text.index(new)].count("\n") + 1
    assert [problem.line for problem in load(make, text).record_problems] == [line]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{value: 12,", "{value: 14,"),  # as many analysed as treated
        (RESULT, "n: 12, of: 12"),
        (RESULT, "n: 0, of: 12"),
        (RESULT, "n: 10"),
        ("publications: [known2024]", "publications: []"),
        ('checked: "2026-04-20", cite: known2024}', "cite: known2024}"),
        ("id: NCT01234567", "id: ChiCTR2300072200"),
        ("id: NCT01234567", "id: EudraCT 2014-001234-12"),
        ('as_of: "2026-04-20"', "as_of: 2026-04-20"),  # an unquoted day is the same day
        ("{value: once, cite: known2024, seen: abstract}", "{value: not found}"),
    ],
)
def test_what_only_looks_odd_passes(make: Make, old: str, new: str) -> None:
    assert not load(make, changed(old, new)).record_problems


def test_no_results_with_a_reason_pass(make: Make) -> None:
    rows = SAMPLE[SAMPLE.index("  results:") : SAMPLE.index("  harms:")]
    assert record(make, rows, "  results: []\n  results_note: none posted\n").results_note == "none posted"


def test_a_trial_that_is_no_list_is_told(make: Make) -> None:
    text = SAMPLE[: SAMPLE.index("trial:\n")] + "trial: none\n---\n\n# T\n"
    [problem] = load(make, text).record_problems
    assert str(problem).startswith(f"{PAGE}:7: error: trial: ")


def test_a_key_that_the_bibliography_lacks_is_told_at_its_line(make: Make) -> None:
    text = changed("why: C-peptide, cite: known2024", "why: C-peptide, cite: nobody2024")
    line = text[: text.index("nobody2024")].count("\n") + 1
    report = check_site.check_citations(load(make, text))
    assert [(p.path, p.line, p.rule) for p in report.problems if p.level == "error"] == [(PAGE, line, "undefined-key")]


# --- YAML's traps -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["NO", "no", "Yes", "on", "off", "012", "0x1F", "1_000", "12:30", "1e3", "2024-13-01", "1.10", ".5", "=", "<<"],
)
def test_yaml_leaves_words_alone(word: str) -> None:
    assert yaml_source.load_yaml(f"a: {word}").data == {"a": word}


@pytest.mark.parametrize(
    ("text", "value"), [("14", 14), ("0", 0), ("-3", -3), ("true", True), ("false", False), ("null", None), ("", None)]
)
def test_yaml_knows_numbers_and_yes_and_no(text: str, value: object) -> None:
    assert yaml_source.load_yaml(f"a: {text}").data == {"a": value}


def test_norway_and_a_time_stay_what_they_are(make: Make) -> None:
    found = record(make, "value: [Norway, China]", "value: [NO, 012, 12:30]")
    assert found.countries
    assert found.countries.value == ["NO", "012", "12:30"]


# --- what follows from a record -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "phase", "allocation", "stage"),
    [
        ("case report", "not registered", "not stated", "single case"),
        ("trial", "phase 1", "not applicable (single group)", "first-in-human"),
        ("trial", "early phase 1", "not stated", "design not stated"),
        ("pooled analysis", "phase 2", "randomized", "pooled analysis"),
        ("trial", "phase 2", "not applicable (single group)", "uncontrolled"),
        ("trial", "phase 3", "not applicable (single group)", "uncontrolled"),
        ("trial", "phase 1", "randomized", "controlled"),
        ("trial", "phase 2", "non-randomized", "controlled"),
        ("trial", "phase 3", "randomized", "pivotal"),
        ("trial", "phase 2/phase 3", "randomized", "pivotal"),
    ],
)
def test_the_evidence_stage_is_derived_never_written(
    make: Make, kind: str, phase: str, allocation: str, stage: str
) -> None:
    text = changed("record_type: trial", f"record_type: {kind}").replace("{value: phase 1,", f"{{value: {phase},")
    text = text.replace("{value: not applicable (single group),", f"{{value: {allocation},")
    loaded = load(make, text)
    assert not loaded.record_problems
    assert loaded.records["sample"][1].stage == stage


def test_a_record_knows_every_key_it_cites(make: Make) -> None:
    found = record(make, "where: table 1", "where: known2023")
    assert set(found.citations()) == {"known2024"}


def test_a_translation_shows_the_record_of_its_original(make: Make) -> None:
    loaded = project.load_project(make({PAGE: SAMPLE, "docs/trials/sample.zh.md": SAMPLE}), TODAY)
    assert list(loaded.records) == ["sample"]
    assert loaded.records["sample"][0].src == "trials/sample.md"


# --- the published records ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> Project:
    return project.load_project(ROOT)


def test_every_published_record_loads(published: Project) -> None:
    assert not published.record_problems
    pages = {path.stem for path in (ROOT / "docs" / "trials").glob("*.md")} - {"index", "pictures", "compare"}
    assert set(published.records) == pages
    assert len(pages) >= 51


def test_every_published_record_belongs_to_pages_that_exist(published: Project) -> None:
    for _, found in published.records.values():
        for therapy in found.therapies:
            assert f"therapies/{therapy}.md" in published.pages, found.id
    for key in REQUIREMENTS:
        assert f"requirements/{key}.md" in published.pages


# --- the short forms --------------------------------------------------------------------------------------

DEFAULT = "  default_source:\n    cite: known2024\n    seen: abstract\n    where: results\n"
DEFAULTED = SAMPLE.replace("  registry:\n", f"{DEFAULT}  registry:\n", 1)


def complete(make: Make, text: str) -> Record:
    loaded = load(make, text)
    assert loaded.record_problems == []
    return loaded.records["sample"][1]


def masked(make: Make, fact: str) -> Sourced[Any]:
    """The masking of a record with a default source, written as ``fact``."""
    old = next(line for line in DEFAULTED.split("\n") if line.startswith("  masking:"))
    return complete(make, DEFAULTED.replace(old, f"  masking: {fact}")).masking


@pytest.mark.parametrize(
    ("fact", "source"),
    [
        ("double", ("known2024", "abstract", "results", None)),
        ("{value: double, note: a remark}", ("known2024", "abstract", "results", None)),
        ("{value: double, where: table 1, said_by: the authors}", ("known2024", "abstract", "table 1", "the authors")),
        ("{value: double, cite: known2024}", ("known2024", None, None, None)),
        ("not stated", (None, None, None, None)),
        ("{value: not stated, note: a remark}", (None, None, None, None)),
    ],
)
def test_a_fact_without_cite_has_the_default_source(
    make: Make, fact: str, source: tuple[str | None, str | None, str | None, str | None]
) -> None:
    found = masked(make, fact)
    assert (found.cite, found.seen, found.where, found.said_by) == source


def test_rows_and_dates_have_the_default_source_and_registrations_do_not(make: Make) -> None:
    text = DEFAULTED.replace("  results:\n", "  results:\n    - {measure: HbA1c, value: '6.2', unit: '%'}\n", 1)
    text = text.replace("  people:\n", "  dates:\n    first_posted: {value: 2021-03, type: actual}\n  people:\n", 1)
    text = re.sub(r"(    - \{id: NCT01234567), .*", r"\1}", text)
    record = complete(make, text)
    assert (record.results[0].cite, record.results[0].seen) == ("known2024", "abstract")
    assert record.dates.first_posted
    assert record.dates.first_posted.where == "results"
    assert record.registry[0].cite is None


@pytest.mark.parametrize(
    ("default", "message"),
    [
        ("{cite: known 2024, seen: abstract}", "trial.default_source.cite: "),
        ("{seen: abstract}", "trial.default_source.cite: this fact needs its source"),
        ("{cite: known2024, sene: abstract}", "trial.default_source.sene: unknown key; did you mean 'seen'?"),
        ("{cite: known2024, seen: no}", "trial.default_source.seen: 'no' is not allowed here"),
        ("known2024", "trial.default_source: `key: value` lines are needed here"),
    ],
)
def test_a_wrong_default_source_is_one_problem_at_its_line(make: Make, default: str, message: str) -> None:
    text = SAMPLE.replace("  registry:\n", f"  default_source: {default}\n  registry:\n", 1)
    [problem] = load(make, text).record_problems
    assert problem.line == text[: text.index("default_source")].count("\n") + 1
    assert problem.message.startswith(message)


def test_a_default_source_that_is_not_in_the_bibliography_is_one_problem(make: Make) -> None:
    text = DEFAULTED.replace(DEFAULT, DEFAULT.replace("known2024", "unknown2024"))
    old = next(line for line in text.split("\n") if line.startswith("  masking:"))
    loaded = load(make, text.replace(old, "  masking: double"))
    problems = check_site.check_citations(loaded).problems
    assert [problem.line for problem in problems if problem.rule == "undefined-key"] == [
        text[: text.index("unknown2024")].count("\n") + 1
    ]


def test_a_problem_names_a_row_by_what_it_is_about(make: Make) -> None:
    [problem] = load(make, changed(RESULT, "n: 13, of: 12")).record_problems
    assert problem.message.startswith("trial.results[insulin independence]: n 13 is greater")

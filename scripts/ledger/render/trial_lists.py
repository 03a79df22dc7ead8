"""Tables over several trials: all trials, those of one therapy, and trials against the requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from ledger.core.text import slugify
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.stages import STAGE_ORDER
from ledger.model.trial_record import Record
from ledger.model.vocabulary import REQUIREMENTS, RequirementRating
from ledger.render.jinja import render
from ledger.render.trial_values import count_people, format_value

SHORT_REQUIREMENT_NAMES = {
    "cell-source": "Cells",
    "differentiation": "Beta cells",
    "immune-regulation": "Immune",
    "long-term-function": "Long term",
    "safety": "Safety",
    "delivery": "Delivery",
    "regulation-and-ethics": "Rules",
    "cost-and-access": "Cost",
}
"""The requirements' names where eight columns must fit side by side."""
FILTER_LABELS = {
    "approach": "Approach",
    "origin": "Cell origin",
    "immune": "Immune strategy",
    "phase": "Phase",
    "status": "Status",
    "country": "Country",
    "results": "Results",
}


def collect_facets(record: Record) -> Mapping[str, list[str]]:
    """What a trial can be filtered by, in the words of the table."""
    return {
        "approach": [record.approach],
        "origin": [format_value(record.cells.origin.value)],
        "immune": [format_value(record.immune_strategy.value)],
        "phase": [format_value(record.phase.value)],
        "status": [record.latest.value],
        "country": record.countries.value if record.countries else ["not found"],
        "results": ["yes" if record.results else "none found"],
        "requirement": [name_verdict(key, shown.verdict) for key, shown in record.requirements.items()],
    }


def name_verdict(requirement: str, verdict: str) -> str:
    """What the address of the list of trials names after ``?requirement=``."""
    return f"{requirement}:{slugify(verdict)}"


def count_verdicts(records: Iterable[Record], requirement: str) -> Mapping[str, int]:
    """The number of trials with each verdict on a requirement, the best first."""
    counts = Counter(record.requirements[requirement].verdict for record in records)
    return {verdict: counts[verdict] for verdict in get_args(RequirementRating) if counts[verdict]}


def render_all_trials(page: Page, project: Project, options: Options) -> str:
    """Every trial as one table, with the form that filters and sorts it."""
    trials = []
    choices: dict[str, set[str]] = {name: set() for name in FILTER_LABELS}
    for trial, record in project.records.values():
        facets = collect_facets(record)
        for name in FILTER_LABELS:
            choices[name].update(facets[name])
        data = {"id": record.id, "people": count_people(record)} | {n: "|".join(v) for n, v in facets.items()}
        trials.append((trial, record, {f"data-{name}": value for name, value in data.items()}))
    form = [(name, label, sorted(choices[name], key=str.lower)) for name, label in FILTER_LABELS.items()]
    records = project.records.values()
    requirements = []
    for key, name in REQUIREMENTS.items():
        verdicts = count_verdicts((record for _, record in records), key)
        requirements.append((name, [(name_verdict(key, verdict), verdict) for verdict in verdicts]))
    return render("all-trials.html", page=page, trials=trials, form=form, requirements=requirements)


def render_trial_list(page: Page, project: Project, options: Options) -> str:
    """The trials of one therapy (``therapy=``), or how many meet one requirement (``requirement=``)."""
    trials = list(project.records.values())
    if key := options.get("requirement"):
        counts = count_verdicts((record for _, record in trials), key)
        links = [(verdict, number, name_verdict(key, verdict)) for verdict, number in counts.items()]
        return render("trials-by-requirement.html", page=page, links=links, total=len(trials))
    trials = [(trial, record) for trial, record in trials if options.get("therapy") in record.therapies]
    stages = count_stages(record for _, record in trials)
    return render("trials-of-therapy.html", page=page, trials=trials, stages=stages)


def count_stages(records: Iterable[Record]) -> Mapping[str, int]:
    """The number of trials at each evidence stage, the last step to an approval first."""
    counts = Counter(record.stage for record in records)
    order = [*STAGE_ORDER, *sorted(counts.keys() - set(STAGE_ORDER))]
    return {stage: counts[stage] for stage in order if counts[stage]}


def render_requirements_matrix(page: Page, project: Project, options: Options) -> str:
    """Trials down, the eight requirements across."""
    trials = list(project.records.values())
    names = {key: SHORT_REQUIREMENT_NAMES[key] for key in REQUIREMENTS}
    return render("requirements-matrix.html", page=page, trials=trials, names=names)

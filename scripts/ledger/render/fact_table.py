"""The fact table of a trial's page: the same rows in the same order for every trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Record, RegisteredOutcome
from ledger.render import markup, stage_badge
from ledger.render.markup import (
    PROVENANCE_HEADING,
    cite_sources,
    escape_text,
    format_provenance,
    render_date,
    render_link,
)
from ledger.render.trial_page import get_record
from ledger.render.trial_values import (
    format_count,
    format_date_fact,
    format_fact,
    format_flag,
    format_names,
    format_note,
    format_value,
    render_registration,
)

MAIN_FACTS = frozenset(
    {
        "In plain words",
        "Evidence stage",
        "Diabetes",
        "Registry",
        "Status",
        "Why it stopped",
        "Phase",
        "Compared with",
        "People planned",
        "People enrolled",
        "People treated",
        "People in the control group",
        "Who they were",
        "Origin of the cells",
        "Kind of cells",
        "Product",
        "Route and site",
        "Immune strategy",
        "Immune drugs",
        "Follow-up",
        "Approval",
        "Sponsor",
    }
)
"""The rows that most readers look for. They come first; the others open on demand."""


class FactRow(NamedTuple):
    """A row of the fact table; everything but the label is HTML."""

    label: str
    value: str
    provenance: str = ""
    sources: str = ""


RowBuilder = Callable[[Record], Iterable[FactRow]]


def render_fact_table(page: Page, project: Project, options: Options) -> str:
    """The fact table: the main facts, and the others behind a button that shows them."""
    rows = build_fact_rows(page, project)
    main = [row for row in rows if row.label in MAIN_FACTS]
    others = [row for row in rows if row.label not in MAIN_FACTS]
    table = _render_rows(f"Facts: {page.title}", main)
    if not others:
        return table
    more = _render_rows(f"More facts: {page.title}", others)
    summary = f"<summary>{len(others)} more facts of this record</summary>"
    return f'{table}<details class="more-facts">{summary}{more}</details>'


def _render_rows(caption: str, rows: Iterable[FactRow]) -> str:
    cells = [(row.label, row.value, markup.render_source_note(row.provenance, row.sources)) for row in rows]
    return markup.render_table(caption, ("What", "Fact", PROVENANCE_HEADING), cells, "facts stack")


def build_fact_rows(page: Page, project: Project) -> list[FactRow]:
    """The rows of a trial's fact table, in the order of ``ROW_BUILDERS``; then what links the trial to others."""
    record = get_record(page)
    return [
        *(row for build_rows in ROW_BUILDERS for row in build_rows(record)),
        *_build_relation_rows(page, project, record),
        *_build_overlap_rows(record),
        *_build_unmapped_rows(record),
    ]


def _build_row(label: str, value: str, *facts: SourcedModel | None) -> FactRow:
    """A row with the provenance and the sources of the facts in it."""
    known = [fact for fact in facts if fact is not None]
    provenance = "; ".join(dict.fromkeys(words for fact in known if (words := format_provenance(fact))))
    return FactRow(label, value, provenance, cite_sources(*(fact.cite for fact in known)))


# --- rows of one fact -------------------------------------------------------------------------------


def _always(label: str, path: str) -> RowBuilder:
    """A row for the fact at a dotted path in the record; it says "Not found" where the record has none."""
    get_fact = attrgetter(path)

    def build_rows(record: Record) -> Iterator[FactRow]:
        fact = get_fact(record)
        yield _build_row(label, format_fact(fact), fact)

    return build_rows


def _if_known(label: str, path: str, to_html: Callable[[Any], str] = format_fact) -> RowBuilder:
    """A row for the fact at a dotted path in the record; no row where the record has none."""
    get_fact = attrgetter(path)

    def build_rows(record: Record) -> Iterator[FactRow]:
        fact = get_fact(record)
        if fact is not None:
            yield _build_row(label, to_html(fact), fact)

    return build_rows


# --- rows of several facts --------------------------------------------------------------------------


def _build_identity_rows(record: Record) -> Iterator[FactRow]:
    sources = cite_sources(*(entry.cite for entry in record.registry), *record.publications[:1])
    yield FactRow("In plain words", escape_text(format_value(record.plain_title)), sources=sources)
    yield FactRow("Evidence stage", stage_badge.render_badge(record.stage), "derived from this record")
    yield FactRow("Diabetes", format_value(record.diabetes_type))
    if record.official_title:
        yield FactRow("Official title", escape_text(record.official_title), sources=sources)
    ids = "; ".join(render_registration(entry) for entry in record.registry) or "No registration found"
    yield FactRow("Registry", ids, sources=cite_sources(*(entry.cite for entry in record.registry)))


def _build_status_rows(record: Record) -> Iterator[FactRow]:
    latest, earlier = record.latest, record.status[:-1]
    status = f"{latest.value}, as of {render_date(latest.as_of)}{format_note(latest.note)}"
    yield _build_row("Status", status, latest)
    if earlier:
        history = "; ".join(f"{entry.value} ({render_date(entry.as_of)})" for entry in earlier)
        yield _build_row("Earlier status", history, *earlier)


def _build_arm_rows(record: Record) -> Iterator[FactRow]:
    return _build_list_row("Arms", [(_join_parts(arm.label, arm.type, arm.description), arm) for arm in record.arms])


def _build_intervention_rows(record: Record) -> Iterator[FactRow]:
    return _build_list_row(
        "Interventions",
        [(_join_parts(item.name, item.type, item.description), item) for item in record.interventions],
    )


def _build_outcome_rows(record: Record) -> Iterator[FactRow]:
    yield from _build_list_row("Primary outcome", _describe_outcomes(record.primary_outcomes))
    yield from _build_list_row("Other outcomes", _describe_outcomes(record.secondary_outcomes))


def _describe_outcomes(outcomes: Iterable[RegisteredOutcome]) -> list[tuple[str, SourcedModel]]:
    return [(_join_parts(item.measure, item.time_frame, item.description), item) for item in outcomes]


def _build_list_row(label: str, items: Sequence[tuple[str, SourcedModel]]) -> Iterator[FactRow]:
    """One row that lists all items with their sources; no row where there are none."""
    if items:
        yield _build_row(label, markup.render_list(words for words, _ in items), *(fact for _, fact in items))


def _join_parts(*parts: str | None) -> str:
    return ": ".join(escape_text(part) for part in parts if part)


def _build_claimed_duration_rows(record: Record) -> Iterator[FactRow]:
    if record.follow_up and record.follow_up.claimed:
        claim = record.follow_up.claimed
        yield FactRow(
            "What is claimed of the duration",
            escape_text(claim.value),
            "a claim, not a finding",
            cite_sources(claim.cite),
        )


def _build_detail_rows(record: Record) -> Iterator[FactRow]:
    for detail in record.details:
        yield _build_row(escape_text(detail.what), format_fact(detail), detail)


def _build_publication_rows(record: Record) -> Iterator[FactRow]:
    value = "" if record.publications else "None found"
    yield FactRow("Publications", value, sources=cite_sources(*record.publications))


def _build_relation_rows(page: Page, project: Project, record: Record) -> Iterator[FactRow]:
    for relation in record.relations:
        target = project.records.get(relation.record or "")
        link = f" ({render_link(page, target[0])})" if target else ""
        yield FactRow(relation.kind.capitalize(), escape_text(relation.to) + link, sources=cite_sources(relation.cite))


def _build_overlap_rows(record: Record) -> Iterator[FactRow]:
    if record.overlaps:
        cohorts = ", ".join(escape_text(cohort) for cohort in record.overlaps)
        yield FactRow("Same people also in", f"cohort {cohorts}: never add these up")


def _build_unmapped_rows(record: Record) -> Iterator[FactRow]:
    for item in record.unmapped:
        yield FactRow("Registry value without a word here", f"{escape_text(item.field)}: {escape_text(item.value)}")


ROW_BUILDERS: tuple[RowBuilder, ...] = (
    _build_identity_rows,
    _build_status_rows,
    _if_known("Why it stopped", "why_stopped"),
    _if_known("Start", "dates.start", format_date_fact),
    _if_known("Primary completion", "dates.primary_completion", format_date_fact),
    _if_known("Completion", "dates.completion", format_date_fact),
    _if_known("First posted", "dates.first_posted", format_date_fact),
    _if_known("Results posted", "dates.results_posted", format_date_fact),
    _always("Phase", "phase"),
    _always("Allocation", "allocation"),
    _if_known("Groups", "model"),
    _build_arm_rows,
    _always("Masking", "masking"),
    _if_known("Purpose", "purpose"),
    _always("Compared with", "control"),
    _if_known("Conditions", "conditions", format_names),
    _if_known("People planned", "people.planned", format_count),
    _if_known("People enrolled", "people.enrolled", format_count),
    _if_known("People treated", "people.treated", format_count),
    _if_known("People in the control group", "people.controls", format_count),
    _if_known("People analysed", "people.analysed", format_count),
    _always("Who they were", "people.who"),
    _if_known("Age", "people.age"),
    _if_known("Sex", "people.sex"),
    _always("Origin of the cells", "cells.origin"),
    _always("Kind of cells", "cells.source"),
    _always("Product", "cells.product"),
    _if_known("Genes edited", "cells.edited", format_flag),
    _always("Device", "cells.device"),
    _build_intervention_rows,
    _always("Route and site", "delivery.route"),
    _always("Dose", "delivery.dose"),
    _always("Times given", "delivery.times"),
    _always("Immune strategy", "immune_strategy"),
    _always("Immune drugs", "immune_drugs"),
    _always("Follow-up", "follow_up"),
    _build_claimed_duration_rows,
    _build_outcome_rows,
    _if_known("Igls class of the graft", "igls"),
    _if_known("Approval", "approval"),
    _build_detail_rows,
    _always("Sponsor", "sponsor"),
    _if_known("Collaborators", "collaborators", format_names),
    _always("Funders", "funders"),
    _if_known("Countries", "countries", lambda countries: format_names(countries) + format_note(countries.note)),
    _if_known("Sites", "sites", format_count),
    _build_publication_rows,
)
"""The fact table from top to bottom."""

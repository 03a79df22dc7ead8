"""What a trial's record looks like on a page: its own tables, and the tables over all trials.

Each maker returns HTML for a page that asks for it with a comment (see ``generate``).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ledger.model.derived import describe_overdue_results
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.trial_facts import DateFact, Fact, SourcedModel
from ledger.model.trial_record import Harm, Measurement, Record, Registration, Result
from ledger.model.vocabulary import GAP, REQUIREMENTS
from ledger.render import markup, stage_badge
from ledger.render.markup import (
    TableRow,
    cite_sources,
    escape_text,
    format_provenance,
    get_relative_url,
    render_date,
    render_link,
    render_table,
    render_verdict,
)

NOT_FOUND_LABEL = "Not found"
NOT_FILLED_LABEL = "Not filled in yet"
PROVENANCE_HEADING = "How we saw it, source"
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
"""The lines of the fact table that most readers look for; they stand above the others."""
REGISTRY_URLS = {"NCT": "https://clinicaltrials.gov/study/", "ISRCTN": "https://www.isrctn.com/"}
"""Registries whose records have an address made of their id."""


def get_record(page: Page) -> Record:
    """The page's record. Raises LookupError where there is none, which a preview may see."""
    if page.record is None:
        raise LookupError(page.src)
    return page.record


def render_trial_header(page: Page, project: Project) -> str:
    """What stands below a trial page's title: stage, approach, the registry's ids, and whether results are overdue."""
    record = get_record(page)
    ids = ", ".join(escape_text(registration.id) for registration in record.registry) or "no registration found"
    late = describe_overdue_results(record, project.today)
    notice = f'<p class="overdue"><strong>{escape_text(late)}</strong></p>' if late else ""
    named = f"{stage_badge.render_linked_badge(page, record.stage)} <span>{escape_text(record.approach)}</span> <span>{ids}</span>"
    return f'<p class="page-facts">{named}</p>{notice}'


# --- values in words --------------------------------------------------------------------------------


def format_value(value: str) -> str:
    """A value as text; what is missing begins with a capital, as it stands alone."""
    if value == GAP or value.startswith(f"{GAP}:"):
        return NOT_FILLED_LABEL
    return value[:1].upper() + value[1:] if value in ("not found", "not stated") else value


def format_fact(value: Fact | None, fallback: str = NOT_FOUND_LABEL) -> str:
    if value is None:
        return fallback
    return escape_text(format_value(value.value)) + (f" ({escape_text(value.note)})" if value.note else "")


def format_date_fact(value: DateFact) -> str:
    planned = " (planned)" if value.type == "estimated" else ""
    return render_date(value.value) + planned + (f" ({escape_text(value.note)})" if value.note else "")


def format_measurement(row: Measurement) -> str:
    """n of N first, then the per cent (from ten people on), or the value with its unit; then the group."""
    value = f"{escape_text(row.value or '')} {escape_text(row.unit or '')}".strip()
    if row.n is not None and row.of is not None:
        parts = f"{row.n} of {row.of}" + (f" ({round(100 * row.n / row.of)} %)" if row.of >= 10 and row.n else "")
        if row.value and row.unit != "%":
            parts += f"; {value}"
    else:
        parts = str(row.n) if row.n is not None else value
    if row.arm != "cells":
        parts += ", control group" if row.arm == "control" else ", both groups together"
    if row.group:
        parts += f", {escape_text(row.group)}"
    if row.n_people:
        parts += f" ({row.n_people} {'person' if row.n_people == 1 else 'people'})"
    for extra in (row.interval, f"p {row.p}" if row.p else None):
        parts += f"; {escape_text(extra)}" if extra else ""
    return parts


def format_comparator(row: Result) -> str:
    """What a result is compared with: the value before, if it is known, and the other words."""
    before = f"{escape_text(row.before)} {escape_text(row.unit or '')}".strip() + " before" if row.before else ""
    words = escape_text(row.comparator) if row.comparator else ""
    if before and row.before and row.before in (row.comparator or ""):
        before = ""  # the words say it already
    return "; ".join(part for part in (before, words) if part) or markup.EMPTY_CELL


def format_people_count(record: Record) -> tuple[str, str | None]:
    """The number of people that counts: treated, else enrolled, else planned."""
    for name in ("treated", "enrolled", "planned"):
        count = getattr(record.people, name)
        if count is not None:
            return f"{count.value} {name}", count.cite
    return "not found", None


def count_people(record: Record) -> int:
    """The same as a figure for sorting; -1 where it is not known."""
    counts = (record.people.treated, record.people.enrolled, record.people.planned)
    return next((count.value for count in counts if count is not None), -1)


def format_cells(record: Record) -> str:
    edited = "edited, " if record.cells.edited and record.cells.edited.value else ""
    return edited + ", ".join(
        dict.fromkeys(format_value(v) for v in (record.cells.origin.value, record.cells.source.value))
    )


def render_registration(entry: Registration) -> str:
    """An id with its address where it has one, and the day on which it was last looked at."""
    place = next((base for start, base in REGISTRY_URLS.items() if entry.id.startswith(start)), None)
    name = escape_text(entry.id)
    if place:
        name = f'<a href="{place}{quote(entry.id)}" rel="noopener nofollow">{name}</a>'
    said = [f"last looked at {render_date(entry.checked)}" if entry.checked else "registry page not seen"]
    return f"{name} ({'; '.join([*said, *([escape_text(entry.note)] if entry.note else [])])})"


# --- a trial's own tables ---------------------------------------------------------------------------


def render_fact_table(page: Page, project: Project, options: Options) -> str:
    """The fact table: the same lines in the same order on every trial page. First those that most readers look for;
    the others open on demand."""
    found = [
        (name, value, markup.render_source_note(how, sources))
        for name, value, how, sources in build_fact_rows(page, project)
    ]
    first = [row for row in found if row[0] in MAIN_FACTS]
    others = [row for row in found if row[0] not in MAIN_FACTS]
    head = ("What", "Fact", PROVENANCE_HEADING)
    shown = render_table(f"Facts: {page.title}", head, first, "facts stack")
    if not others:
        return shown
    more = render_table(f"More facts: {page.title}", head, others, "facts stack")
    return (
        f'{shown}<details class="more-facts"><summary>{len(others)} more facts of this record</summary>{more}</details>'
    )


def build_fact_rows(page: Page, project: Project) -> list[tuple[str, str, str, str]]:
    """The lines of the fact table: name, value, how we saw it, and the mark of the source."""
    record = get_record(page)
    found: list[tuple[str, str, str, str]] = []

    def add(name: str, value: str, *sourced: SourcedModel | None) -> None:
        known = [one for one in sourced if one is not None]
        how = "; ".join(dict.fromkeys(said for one in known if (said := format_provenance(one))))
        found.append((name, value, how, cite_sources(*(one.cite for one in known))))

    def many(name: str, values: Sequence[tuple[str, SourcedModel]]) -> None:
        if values:
            add(name, markup.render_list(value for value, _ in values), *(one for _, one in values))

    crowd, grown, given = record.people, record.cells, record.delivery
    keys = (*(entry.cite for entry in record.registry), *record.publications[:1])
    found.append(("In plain words", escape_text(format_value(record.plain_title)), "", cite_sources(*keys)))
    found.append(("Evidence stage", stage_badge.render_badge(record.stage), "derived from this record", ""))
    add("Diabetes", format_value(record.diabetes_type))
    if record.official_title:
        found.append(("Official title", escape_text(record.official_title), "", cite_sources(*keys)))
    numbers = "; ".join(render_registration(entry) for entry in record.registry) or "No registration found"
    found.append(("Registry", numbers, "", cite_sources(*(entry.cite for entry in record.registry))))
    latest = record.latest
    note = f" ({escape_text(latest.note)})" if latest.note else ""
    add("Status", f"{latest.value}, as of {render_date(latest.as_of)}{note}", latest)
    if len(record.status) > 1:
        earlier = "; ".join(f"{entry.value} ({render_date(entry.as_of)})" for entry in record.status[:-1])
        add("Earlier status", earlier, *record.status[:-1])
    if record.why_stopped:
        add("Why it stopped", format_fact(record.why_stopped), record.why_stopped)
    for name, date in record.dates:
        if date:
            add(DATE_LABELS[name], format_date_fact(date), date)
    add("Phase", format_fact(record.phase), record.phase)
    add("Allocation", format_fact(record.allocation), record.allocation)
    if record.model:
        add("Groups", format_fact(record.model), record.model)
    many("Arms", [(_join_parts(arm.label, arm.type, arm.description), arm) for arm in record.arms])
    add("Masking", format_fact(record.masking), record.masking)
    if record.purpose:
        add("Purpose", format_fact(record.purpose), record.purpose)
    add("Compared with", format_fact(record.control), record.control)
    if record.conditions:
        add("Conditions", escape_text(", ".join(record.conditions.value)), record.conditions)
    for name in ("planned", "enrolled", "treated", "controls", "analysed"):
        count = getattr(crowd, name)
        if count is not None:
            label = "People in the control group" if name == "controls" else f"People {name}"
            add(label, f"{count.value}" + (f" ({escape_text(count.note)})" if count.note else ""), count)
    add("Who they were", format_fact(crowd.who), crowd.who)
    if crowd.age:
        add("Age", format_fact(crowd.age), crowd.age)
    if crowd.sex:
        add("Sex", format_fact(crowd.sex), crowd.sex)
    add("Origin of the cells", format_fact(grown.origin), grown.origin)
    add("Kind of cells", format_fact(grown.source), grown.source)
    add("Product", format_fact(grown.product), grown.product)
    if grown.edited is not None:
        remark = f" ({escape_text(grown.edited.note)})" if grown.edited.note else ""
        add("Genes edited", ("yes" if grown.edited.value else "no") + remark, grown.edited)
    add("Device", format_fact(grown.device), grown.device)
    many("Interventions", [(_join_parts(one.name, one.type, one.description), one) for one in record.interventions])
    add("Route and site", format_fact(given.route), given.route)
    add("Dose", format_fact(given.dose), given.dose)
    add("Times given", format_fact(given.times), given.times)
    add("Immune strategy", format_fact(record.immune_strategy), record.immune_strategy)
    add("Immune drugs", format_fact(record.immune_drugs), record.immune_drugs)
    add("Follow-up", format_fact(record.follow_up), record.follow_up)
    if record.follow_up and record.follow_up.claimed:
        claimed = record.follow_up.claimed
        found.append(
            (
                "What is claimed of the duration",
                escape_text(claimed.value),
                "a claim, not a finding",
                cite_sources(claimed.cite),
            )
        )
    for label, outcomes in (
        ("Primary outcome", record.primary_outcomes),
        ("Other outcomes", record.secondary_outcomes),
    ):
        many(label, [(_join_parts(one.measure, one.time_frame, one.description), one) for one in outcomes])
    if record.igls:
        add("Igls class of the graft", format_fact(record.igls), record.igls)
    if record.approval:
        add("Approval", format_fact(record.approval), record.approval)
    for detail in record.details:
        add(escape_text(detail.what), format_fact(detail), detail)
    add("Sponsor", format_fact(record.sponsor), record.sponsor)
    if record.collaborators:
        add("Collaborators", escape_text(", ".join(record.collaborators.value)), record.collaborators)
    add("Funders", format_fact(record.funders), record.funders)
    if record.countries:
        remark = f" ({escape_text(record.countries.note)})" if record.countries.note else ""
        add("Countries", escape_text(", ".join(record.countries.value)) + remark, record.countries)
    if record.sites:
        add(
            "Sites",
            str(record.sites.value) + (f" ({escape_text(record.sites.note)})" if record.sites.note else ""),
            record.sites,
        )
    found.append(("Publications", "" if record.publications else "None found", "", cite_sources(*record.publications)))
    for relation in record.relations:
        target = project.records.get(relation.record or "")
        name = f"{escape_text(relation.to)}" + (f" ({render_link(page, target[0])})" if target else "")
        found.append((relation.kind.capitalize(), name, "", cite_sources(relation.cite)))
    if record.overlaps:
        also = ", ".join(escape_text(cohort) for cohort in record.overlaps)
        found.append(("Same people also in", f"cohort {also}: never add these up", "", ""))
    for item in record.unmapped:
        found.append(
            ("Registry value without a word here", f"{escape_text(item.field)}: {escape_text(item.value)}", "", "")
        )
    return found


DATE_LABELS = {
    "start": "Start",
    "primary_completion": "Primary completion",
    "completion": "Completion",
    "first_posted": "First posted",
    "results_posted": "Results posted",
}


def _join_parts(*parts: str | None) -> str:
    return ": ".join(escape_text(part) for part in parts if part)


def _append_note(words: str, row: Measurement) -> str:
    return words + (f"<br><em>{escape_text(row.note)}</em>" if row.note else "")


def _build_result_row(row: Result) -> TableRow:
    certainty = f"<br>certainty: {row.certainty} ({escape_text(row.certainty_why or '')})" if row.certainty_why else ""
    judged = f", judged by {escape_text(row.judged_by)}" if row.judged_by else ""
    how = markup.render_source_note(f"{format_provenance(row)}{judged}", cite_sources(row.cite))
    name = _append_note(escape_text(row.measure), row) + certainty
    return (name, escape_text(row.at or "not stated"), format_measurement(row), format_comparator(row), how)


def _build_harm_row(row: Harm) -> TableRow:
    cause = escape_text(row.cause) if row.cause else "not stated"
    judged = escape_text(row.judged_by) if row.judged_by else "not stated"
    event = _append_note(escape_text(row.event), row)
    return (
        event,
        escape_text(row.at or "not stated"),
        format_measurement(row),
        cause,
        judged,
        markup.render_source_note(format_provenance(row), cite_sources(row.cite)),
    )


def render_results_table(page: Page, project: Project, options: Options) -> str:
    record = get_record(page)
    note = markup.render_table_note(format_value(record.results_note or ""))
    if not record.results:
        return note
    head = ("Measure", "When", "Result", "Compared with", PROVENANCE_HEADING)
    return (
        render_table(f"Results: {page.title}", head, [_build_result_row(row) for row in record.results], "stack") + note
    )


def render_harms_table(page: Page, project: Project, options: Options) -> str:
    record = get_record(page)
    note = markup.render_table_note(format_value(record.harms_note or ""))
    if not record.harms:
        return note + _render_harms_search(record)
    head = ("Harm", "When", "How many", "Cause", "Who judged", PROVENANCE_HEADING)
    return render_table(f"Harms: {page.title}", head, [_build_harm_row(row) for row in record.harms], "stack") + note


def _render_harms_search(record: Record) -> str:
    """Where and when harms were looked for and none were found."""
    search = record.harms_searched
    if search is None:
        return ""
    return f"<p>Where we looked for harms: {escape_text(format_value(search.where))}. Checked {render_date(search.checked)}.{cite_sources(search.cite)}</p>"


def render_requirements_table(page: Page, project: Project, options: Options) -> str:
    """What the trial shows against each of the eight requirements."""
    record = get_record(page)
    rows = []
    for key, name in REQUIREMENTS.items():
        verdict = record.requirements[key]
        place = get_relative_url(page, f"requirements/{key}/")
        rows.append(
            (
                f'<a href="{place}">{name}</a>',
                render_verdict(verdict.verdict),
                escape_text(format_value(verdict.why)),
                cite_sources(verdict.cite),
            )
        )
    caption = f"Against the eight requirements: {page.title}"
    return render_table(caption, ("Requirement", "Shown?", "Why", "Source"), rows, "stack")


# --- tables over all trials -------------------------------------------------------------------------


def build_trial_row(page: Page, trial: Page, record: Record) -> TableRow:
    """One trial as a row: what it gave to whom, how far it is, whether anything is known of results and harms."""
    count, key = format_people_count(record)
    other = " (type 2 diabetes)" if record.diabetes_type == "type 2" else ""
    latest = record.latest
    return (
        render_link(page, trial) + other,
        f"{escape_text(record.approach)}: {escape_text(format_cells(record))}{cite_sources(record.cells.origin.cite)}",
        f"{escape_text(format_value(record.immune_strategy.value))}{cite_sources(record.immune_strategy.cite)}",
        f"{count}{cite_sources(key)}",
        f"{escape_text(format_value(record.phase.value))}{cite_sources(record.phase.cite)}",
        f"{latest.value}, {render_date(latest.as_of)}{cite_sources(latest.cite)}",
        escape_text(", ".join(record.countries.value)) + cite_sources(record.countries.cite)
        if record.countries
        else "not found",
        stage_badge.render_badge(record.stage),
        "yes" if record.results else "none found",
        "yes" if record.harms else "none found",
    )


ALL_TRIALS_COLUMNS = (
    "Trial",
    "Cells",
    "Immune strategy",
    "People",
    "Phase",
    "Status",
    "Countries",
    "Evidence stage",
    "Results",
    "Harms",
)
FILTER_LABELS = {
    "approach": "Approach",
    "origin": "Cell origin",
    "immune": "Immune strategy",
    "phase": "Phase",
    "status": "Status",
    "country": "Country",
    "results": "Results",
}


def collect_facets(record: Record) -> dict[str, list[str]]:
    """What a trial can be filtered by, in the words of the table."""
    return {
        "approach": [record.approach],
        "origin": [format_value(record.cells.origin.value)],
        "immune": [format_value(record.immune_strategy.value)],
        "phase": [format_value(record.phase.value)],
        "status": [record.latest.value],
        "country": record.countries.value if record.countries else ["not found"],
        "results": ["yes" if record.results else "none found"],
    }


def render_all_trials(page: Page, project: Project, options: Options) -> str:
    """Every trial as one table, with what a script needs to sort and filter it; whole without one."""
    found = list(project.records.values())
    rows = [build_trial_row(page, trial, record) for trial, record in found]
    attributes = []
    for _, record in found:
        facets = " ".join(
            f'data-{name}="{escape("|".join(values))}"' for name, values in collect_facets(record).items()
        )
        attributes.append(f'data-id="{record.id}" data-people="{count_people(record)}" {facets}')
    form = _render_filter_form([record for _, record in found])
    caption = f"All trials and cases on this site: {len(rows)}"
    return f'<div class="trials" id="all-trials">{form}{render_table(caption, ALL_TRIALS_COLUMNS, rows, "stack", attributes)}</div>'


def _render_filter_form(records: Sequence[Record]) -> str:
    """The form of the table, hidden until a script can answer it."""
    parts = []
    for name, label in FILTER_LABELS.items():
        values = sorted({value for record in records for value in collect_facets(record)[name]}, key=str.lower)
        options = "".join(f"<option>{escape_text(value)}</option>" for value in values)
        parts.append(markup.render_select_field(label, name, f'<option value="">all</option>{options}'))
    sorting = "".join(
        f'<option value="{value}">{label}</option>'
        for value, label in (("", "title"), ("people", "people"), ("status", "date of status"), ("phase", "phase"))
    )
    return (
        '<form class="facets" hidden><fieldset><legend>Filter and sort</legend>'
        + "".join(parts)
        + markup.render_select_field("Sort by", "sort", sorting)
        + markup.render_select_field(
            "Order", "order", '<option value="">rising</option><option value="down">falling</option>'
        )
        + '<button type="reset">Show all</button></fieldset><output aria-live="polite"></output>'
        '<p class="compare-link"><a href="compare/">Compare the chosen trials</a></p></form>'
    )


def render_trial_list(page: Page, project: Project, options: Options) -> str:
    """The trials of one therapy (``therapy=``) or what each trial shows of one requirement (``requirement=``)."""
    rows: list[TableRow] = []
    if "requirement" in options:
        key = options["requirement"]
        for trial, record in project.records.values():
            verdict = record.requirements[key]
            why = escape_text(format_value(verdict.why))
            rows.append(
                (
                    render_link(page, trial),
                    escape_text(format_cells(record)),
                    render_verdict(verdict.verdict),
                    why,
                    cite_sources(verdict.cite),
                )
            )
        caption = f"Trials against this requirement: {REQUIREMENTS[key]}"
        return render_table(caption, ("Trial", "Cells", "Shown?", "Why", "Source"), rows, "stack")
    for trial, record in project.records.values():
        if options.get("therapy") in record.therapies:
            count, people_key = format_people_count(record)
            status = f"{record.latest.value}, {render_date(record.latest.as_of)}"
            source = cite_sources(people_key, record.latest.cite, record.cells.origin.cite)
            rows.append(
                (
                    render_link(page, trial),
                    escape_text(format_cells(record)),
                    count,
                    status,
                    stage_badge.render_badge(record.stage),
                    source,
                )
            )
    if not rows:
        return "<p>No trial of this kind has a page here yet.</p>"
    head = ("Trial", "Cells", "People", "Status", "Evidence stage", "Source")
    return stage_badge.render_stage_counts(page, project, options.get("therapy", "")) + render_table(
        "Trials of this approach on this site", head, rows, "stack"
    )


def render_requirements_matrix(page: Page, project: Project, options: Options) -> str:
    """Trials down, the eight requirements across; each cell has its word and its source."""
    heads = [
        f'<a href="{get_relative_url(page, f"requirements/{key}/")}">{SHORT_REQUIREMENT_NAMES[key]}</a>'
        for key in REQUIREMENTS
    ]
    rows = []
    for trial, record in project.records.values():
        verdicts = (record.requirements[key] for key in REQUIREMENTS)
        rows.append(
            (render_link(page, trial), *(f"{render_verdict(v.verdict)}{cite_sources(v.cite)}" for v in verdicts))
        )
    return render_table("Trials against the eight requirements", ("Trial", *heads), rows, "matrix")

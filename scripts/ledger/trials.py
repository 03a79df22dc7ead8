"""What a trial's record looks like on a page: its own tables, and the tables over all trials.

Each maker returns HTML for a page that asks for it with a comment (see ``generate``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from ledger import badges, markup
from ledger.consistency import overdue
from ledger.markup import Row, address, cite, day, link, seen, table, text, word
from ledger.project import Page, Project
from ledger.records import GAP, REQUIREMENTS, DateFact, Fact, Harm, Measured, Record, Registration, Result, Sourced

Options = Mapping[str, str]

NOT_FOUND = "Not found"
NOT_FILLED = "Not filled in yet"
HOW_FAR = "How we saw it, source"
SHORT = {
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
FIRST = frozenset(
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
REGISTRIES = {"NCT": "https://clinicaltrials.gov/study/", "ISRCTN": "https://www.isrctn.com/"}
"""Registries whose records have an address made of their id."""


def record_of(page: Page) -> Record:
    """The page's record. Raises LookupError where there is none, which a preview may see."""
    if page.record is None:
        raise LookupError(page.src)
    return page.record


def top(page: Page, project: Project) -> str:
    """What stands below a trial page's title: stage, approach, the registry's ids, and whether results are overdue."""
    record = record_of(page)
    ids = ", ".join(text(registration.id) for registration in record.registry) or "no registration found"
    late = overdue(record, project.today)
    notice = f'<p class="overdue"><strong>{text(late)}</strong></p>' if late else ""
    named = f"{badges.linked(page, record.stage)} <span>{text(record.approach)}</span> <span>{ids}</span>"
    return f'<p class="page-facts">{named}</p>{notice}'


# --- values in words --------------------------------------------------------------------------------


def shown(value: str) -> str:
    """A value as text; what is missing begins with a capital, as it stands alone."""
    if value == GAP or value.startswith(f"{GAP}:"):
        return NOT_FILLED
    return value[:1].upper() + value[1:] if value in ("not found", "not stated") else value


def fact(value: Fact | None, fallback: str = NOT_FOUND) -> str:
    if value is None:
        return fallback
    return text(shown(value.value)) + (f" ({text(value.note)})" if value.note else "")


def when(value: DateFact) -> str:
    planned = " (planned)" if value.type == "estimated" else ""
    return day(value.value) + planned + (f" ({text(value.note)})" if value.note else "")


def amount(row: Measured) -> str:
    """n of N first, then the per cent (from ten people on), or the value with its unit; then the group."""
    value = f"{text(row.value or '')} {text(row.unit or '')}".strip()
    if row.n is not None and row.of is not None:
        parts = f"{row.n} of {row.of}" + (f" ({round(100 * row.n / row.of)} %)" if row.of >= 10 and row.n else "")
        if row.value and row.unit != "%":
            parts += f"; {value}"
    else:
        parts = str(row.n) if row.n is not None else value
    if row.arm != "cells":
        parts += ", control group" if row.arm == "control" else ", both groups together"
    if row.group:
        parts += f", {text(row.group)}"
    if row.n_people:
        parts += f" ({row.n_people} {'person' if row.n_people == 1 else 'people'})"
    for extra in (row.interval, f"p {row.p}" if row.p else None):
        parts += f"; {text(extra)}" if extra else ""
    return parts


def compared(row: Result) -> str:
    """What a result is compared with: the value before, if it is known, and the other words."""
    before = f"{text(row.before)} {text(row.unit or '')}".strip() + " before" if row.before else ""
    words = text(row.comparator) if row.comparator else ""
    if before and row.before and row.before in (row.comparator or ""):
        before = ""  # the words say it already
    return "; ".join(part for part in (before, words) if part) or markup.NOTHING


def people(record: Record) -> tuple[str, str | None]:
    """The number of people that counts: treated, else enrolled, else planned."""
    for name in ("treated", "enrolled", "planned"):
        count = getattr(record.people, name)
        if count is not None:
            return f"{count.value} {name}", count.cite
    return "not found", None


def number_of_people(record: Record) -> int:
    """The same as a figure for sorting; -1 where it is not known."""
    counts = (record.people.treated, record.people.enrolled, record.people.planned)
    return next((count.value for count in counts if count is not None), -1)


def cells(record: Record) -> str:
    edited = "edited, " if record.cells.edited and record.cells.edited.value else ""
    return edited + ", ".join(dict.fromkeys(shown(v) for v in (record.cells.origin.value, record.cells.source.value)))


def registration(entry: Registration) -> str:
    """An id with its address where it has one, and the day on which it was last looked at."""
    place = next((base for start, base in REGISTRIES.items() if entry.id.startswith(start)), None)
    name = text(entry.id)
    if place:
        name = f'<a href="{place}{quote(entry.id)}" rel="noopener nofollow">{name}</a>'
    said = [f"last looked at {day(entry.checked)}" if entry.checked else "registry page not seen"]
    return f"{name} ({'; '.join([*said, *([text(entry.note)] if entry.note else [])])})"


# --- a trial's own tables ---------------------------------------------------------------------------


def facts(page: Page, project: Project, options: Options) -> str:
    """The fact table: the same lines in the same order on every trial page. First those that most readers look for;
    the others open on demand."""
    found = [(name, value, markup.source(how, sources)) for name, value, how, sources in lines(page, project)]
    first = [row for row in found if row[0] in FIRST]
    others = [row for row in found if row[0] not in FIRST]
    head = ("What", "Fact", HOW_FAR)
    shown = table(f"Facts: {page.title}", head, first, "facts stack")
    if not others:
        return shown
    more = table(f"More facts: {page.title}", head, others, "facts stack")
    return (
        f'{shown}<details class="more-facts"><summary>{len(others)} more facts of this record</summary>{more}</details>'
    )


def lines(page: Page, project: Project) -> list[tuple[str, str, str, str]]:
    """The lines of the fact table: name, value, how we saw it, and the mark of the source."""
    record = record_of(page)
    found: list[tuple[str, str, str, str]] = []

    def add(name: str, value: str, *sourced: Sourced | None) -> None:
        known = [one for one in sourced if one is not None]
        how = "; ".join(dict.fromkeys(said for one in known if (said := seen(one))))
        found.append((name, value, how, cite(*(one.cite for one in known))))

    def many(name: str, values: Sequence[tuple[str, Sourced]]) -> None:
        if values:
            add(name, markup.listed(value for value, _ in values), *(one for _, one in values))

    crowd, grown, given = record.people, record.cells, record.delivery
    keys = (*(entry.cite for entry in record.registry), *record.publications[:1])
    found.append(("In plain words", text(shown(record.plain_title)), "", cite(*keys)))
    found.append(("Evidence stage", badges.badge(record.stage), "derived from this record", ""))
    add("Diabetes", shown(record.diabetes_type))
    if record.official_title:
        found.append(("Official title", text(record.official_title), "", cite(*keys)))
    numbers = "; ".join(registration(entry) for entry in record.registry) or "No registration found"
    found.append(("Registry", numbers, "", cite(*(entry.cite for entry in record.registry))))
    latest = record.latest
    note = f" ({text(latest.note)})" if latest.note else ""
    add("Status", f"{latest.value}, as of {day(latest.as_of)}{note}", latest)
    if len(record.status) > 1:
        earlier = "; ".join(f"{entry.value} ({day(entry.as_of)})" for entry in record.status[:-1])
        add("Earlier status", earlier, *record.status[:-1])
    if record.why_stopped:
        add("Why it stopped", fact(record.why_stopped), record.why_stopped)
    for name, date in record.dates:
        if date:
            add(DATES[name], when(date), date)
    add("Phase", fact(record.phase), record.phase)
    add("Allocation", fact(record.allocation), record.allocation)
    if record.model:
        add("Groups", fact(record.model), record.model)
    many("Arms", [(_joined(arm.label, arm.type, arm.description), arm) for arm in record.arms])
    add("Masking", fact(record.masking), record.masking)
    if record.purpose:
        add("Purpose", fact(record.purpose), record.purpose)
    add("Compared with", fact(record.control), record.control)
    if record.conditions:
        add("Conditions", text(", ".join(record.conditions.value)), record.conditions)
    for name in ("planned", "enrolled", "treated", "controls", "analysed"):
        count = getattr(crowd, name)
        if count is not None:
            label = "People in the control group" if name == "controls" else f"People {name}"
            add(label, f"{count.value}" + (f" ({text(count.note)})" if count.note else ""), count)
    add("Who they were", fact(crowd.who), crowd.who)
    if crowd.age:
        add("Age", fact(crowd.age), crowd.age)
    if crowd.sex:
        add("Sex", fact(crowd.sex), crowd.sex)
    add("Origin of the cells", fact(grown.origin), grown.origin)
    add("Kind of cells", fact(grown.source), grown.source)
    add("Product", fact(grown.product), grown.product)
    if grown.edited is not None:
        remark = f" ({text(grown.edited.note)})" if grown.edited.note else ""
        add("Genes edited", ("yes" if grown.edited.value else "no") + remark, grown.edited)
    add("Device", fact(grown.device), grown.device)
    many("Interventions", [(_joined(one.name, one.type, one.description), one) for one in record.interventions])
    add("Route and site", fact(given.route), given.route)
    add("Dose", fact(given.dose), given.dose)
    add("Times given", fact(given.times), given.times)
    add("Immune strategy", fact(record.immune_strategy), record.immune_strategy)
    add("Immune drugs", fact(record.immune_drugs), record.immune_drugs)
    add("Follow-up", fact(record.follow_up), record.follow_up)
    if record.follow_up and record.follow_up.claimed:
        claimed = record.follow_up.claimed
        found.append(
            ("What is claimed of the duration", text(claimed.value), "a claim, not a finding", cite(claimed.cite))
        )
    for label, outcomes in (
        ("Primary outcome", record.primary_outcomes),
        ("Other outcomes", record.secondary_outcomes),
    ):
        many(label, [(_joined(one.measure, one.time_frame, one.description), one) for one in outcomes])
    if record.igls:
        add("Igls class of the graft", fact(record.igls), record.igls)
    if record.approval:
        add("Approval", fact(record.approval), record.approval)
    for detail in record.details:
        add(text(detail.what), fact(detail), detail)
    add("Sponsor", fact(record.sponsor), record.sponsor)
    if record.collaborators:
        add("Collaborators", text(", ".join(record.collaborators.value)), record.collaborators)
    add("Funders", fact(record.funders), record.funders)
    if record.countries:
        remark = f" ({text(record.countries.note)})" if record.countries.note else ""
        add("Countries", text(", ".join(record.countries.value)) + remark, record.countries)
    if record.sites:
        add(
            "Sites",
            str(record.sites.value) + (f" ({text(record.sites.note)})" if record.sites.note else ""),
            record.sites,
        )
    found.append(("Publications", "" if record.publications else "None found", "", cite(*record.publications)))
    for relation in record.relations:
        target = project.records.get(relation.record or "")
        name = f"{text(relation.to)}" + (f" ({link(page, target[0])})" if target else "")
        found.append((relation.kind.capitalize(), name, "", cite(relation.cite)))
    if record.overlaps:
        also = ", ".join(text(cohort) for cohort in record.overlaps)
        found.append(("Same people also in", f"cohort {also}: never add these up", "", ""))
    for item in record.unmapped:
        found.append(("Registry value without a word here", f"{text(item.field)}: {text(item.value)}", "", ""))
    return found


DATES = {
    "start": "Start",
    "primary_completion": "Primary completion",
    "completion": "Completion",
    "first_posted": "First posted",
    "results_posted": "Results posted",
}


def _joined(*parts: str | None) -> str:
    return ": ".join(text(part) for part in parts if part)


def _remark(words: str, row: Measured) -> str:
    return words + (f"<br><em>{text(row.note)}</em>" if row.note else "")


def _result_row(row: Result) -> Row:
    certainty = f"<br>certainty: {row.certainty} ({text(row.certainty_why or '')})" if row.certainty_why else ""
    judged = f", judged by {text(row.judged_by)}" if row.judged_by else ""
    how = markup.source(f"{seen(row)}{judged}", cite(row.cite))
    name = _remark(text(row.measure), row) + certainty
    return (name, text(row.at or "not stated"), amount(row), compared(row), how)


def _harm_row(row: Harm) -> Row:
    cause = text(row.cause) if row.cause else "not stated"
    judged = text(row.judged_by) if row.judged_by else "not stated"
    event = _remark(text(row.event), row)
    return (event, text(row.at or "not stated"), amount(row), cause, judged, markup.source(seen(row), cite(row.cite)))


def results(page: Page, project: Project, options: Options) -> str:
    record = record_of(page)
    note = markup.note(shown(record.results_note or ""))
    if not record.results:
        return note
    head = ("Measure", "When", "Result", "Compared with", HOW_FAR)
    return table(f"Results: {page.title}", head, [_result_row(row) for row in record.results], "stack") + note


def harms(page: Page, project: Project, options: Options) -> str:
    record = record_of(page)
    note = markup.note(shown(record.harms_note or ""))
    if not record.harms:
        return note + _harms_search(record)
    head = ("Harm", "When", "How many", "Cause", "Who judged", HOW_FAR)
    return table(f"Harms: {page.title}", head, [_harm_row(row) for row in record.harms], "stack") + note


def _harms_search(record: Record) -> str:
    """Where and when harms were looked for and none were found."""
    search = record.harms_searched
    if search is None:
        return ""
    return f"<p>Where we looked for harms: {text(shown(search.where))}. Checked {day(search.checked)}.{cite(search.cite)}</p>"


def against(page: Page, project: Project, options: Options) -> str:
    """What the trial shows against each of the eight requirements."""
    record = record_of(page)
    rows = []
    for key, name in REQUIREMENTS.items():
        verdict = record.requirements[key]
        place = address(page, f"requirements/{key}/")
        rows.append(
            (f'<a href="{place}">{name}</a>', word(verdict.verdict), text(shown(verdict.why)), cite(verdict.cite))
        )
    caption = f"Against the eight requirements: {page.title}"
    return table(caption, ("Requirement", "Shown?", "Why", "Source"), rows, "stack")


# --- tables over all trials -------------------------------------------------------------------------


def summary(page: Page, trial: Page, record: Record) -> Row:
    """One trial as a row: what it gave to whom, how far it is, whether anything is known of results and harms."""
    count, key = people(record)
    other = " (type 2 diabetes)" if record.diabetes_type == "type 2" else ""
    latest = record.latest
    return (
        link(page, trial) + other,
        f"{text(record.approach)}: {text(cells(record))}{cite(record.cells.origin.cite)}",
        f"{text(shown(record.immune_strategy.value))}{cite(record.immune_strategy.cite)}",
        f"{count}{cite(key)}",
        f"{text(shown(record.phase.value))}{cite(record.phase.cite)}",
        f"{latest.value}, {day(latest.as_of)}{cite(latest.cite)}",
        text(", ".join(record.countries.value)) + cite(record.countries.cite) if record.countries else "not found",
        badges.badge(record.stage),
        "yes" if record.results else "none found",
        "yes" if record.harms else "none found",
    )


SUMMARY = (
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
FILTERS = {
    "approach": "Approach",
    "origin": "Cell origin",
    "immune": "Immune strategy",
    "phase": "Phase",
    "status": "Status",
    "country": "Country",
    "results": "Results",
}


def traits(record: Record) -> dict[str, list[str]]:
    """What a trial can be filtered by, in the words of the table."""
    return {
        "approach": [record.approach],
        "origin": [shown(record.cells.origin.value)],
        "immune": [shown(record.immune_strategy.value)],
        "phase": [shown(record.phase.value)],
        "status": [record.latest.value],
        "country": record.countries.value if record.countries else ["not found"],
        "results": ["yes" if record.results else "none found"],
    }


def all_trials(page: Page, project: Project, options: Options) -> str:
    """Every trial as one table, with what a script needs to sort and filter it; whole without one."""
    found = list(project.records.values())
    rows = [summary(page, trial, record) for trial, record in found]
    attributes = []
    for _, record in found:
        facets = " ".join(f'data-{name}="{escape("|".join(values))}"' for name, values in traits(record).items())
        attributes.append(f'data-id="{record.id}" data-people="{number_of_people(record)}" {facets}')
    form = _filters([record for _, record in found])
    caption = f"All trials and cases on this site: {len(rows)}"
    return f'<div class="trials" id="all-trials">{form}{table(caption, SUMMARY, rows, "stack", attributes)}</div>'


def _filters(records: Sequence[Record]) -> str:
    """The form of the table, hidden until a script can answer it."""
    parts = []
    for name, label in FILTERS.items():
        values = sorted({value for record in records for value in traits(record)[name]}, key=str.lower)
        options = "".join(f"<option>{text(value)}</option>" for value in values)
        parts.append(markup.field(label, name, f'<option value="">all</option>{options}'))
    sorting = "".join(
        f'<option value="{value}">{label}</option>'
        for value, label in (("", "title"), ("people", "people"), ("status", "date of status"), ("phase", "phase"))
    )
    return (
        '<form class="facets" hidden><fieldset><legend>Filter and sort</legend>'
        + "".join(parts)
        + markup.field("Sort by", "sort", sorting)
        + markup.field("Order", "order", '<option value="">rising</option><option value="down">falling</option>')
        + '<button type="reset">Show all</button></fieldset><output aria-live="polite"></output>'
        '<p class="compare-link"><a href="compare/">Compare the chosen trials</a></p></form>'
    )


def trials(page: Page, project: Project, options: Options) -> str:
    """The trials of one therapy (``therapy=``) or what each trial shows of one requirement (``requirement=``)."""
    rows: list[Row] = []
    if "requirement" in options:
        key = options["requirement"]
        for trial, record in project.records.values():
            verdict = record.requirements[key]
            why = text(shown(verdict.why))
            rows.append((link(page, trial), text(cells(record)), word(verdict.verdict), why, cite(verdict.cite)))
        caption = f"Trials against this requirement: {REQUIREMENTS[key]}"
        return table(caption, ("Trial", "Cells", "Shown?", "Why", "Source"), rows, "stack")
    for trial, record in project.records.values():
        if options.get("therapy") in record.therapies:
            count, people_key = people(record)
            status = f"{record.latest.value}, {day(record.latest.as_of)}"
            source = cite(people_key, record.latest.cite, record.cells.origin.cite)
            rows.append((link(page, trial), text(cells(record)), count, status, badges.badge(record.stage), source))
    if not rows:
        return "<p>No trial of this kind has a page here yet.</p>"
    head = ("Trial", "Cells", "People", "Status", "Evidence stage", "Source")
    return badges.counted(page, project, options.get("therapy", "")) + table(
        "Trials of this approach on this site", head, rows, "stack"
    )


def requirements_matrix(page: Page, project: Project, options: Options) -> str:
    """Trials down, the eight requirements across; each cell has its word and its source."""
    heads = [f'<a href="{address(page, f"requirements/{key}/")}">{SHORT[key]}</a>' for key in REQUIREMENTS]
    rows = []
    for trial, record in project.records.values():
        verdicts = (record.requirements[key] for key in REQUIREMENTS)
        rows.append((link(page, trial), *(f"{word(v.verdict)}{cite(v.cite)}" for v in verdicts)))
    return table("Trials against the eight requirements", ("Trial", *heads), rows, "matrix")

"""What is made from records, claims and the bibliography: tables and lists, written once as data.

A page asks for one with a comment, ``<!-- generated: trial-results -->``. Tables are Markdown, so that their
citations are numbered with the page's own; the bibliography is HTML, put in after Markdown is done.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import get_args

from ledger import citations, claims, vancouver
from ledger.problems import Problem
from ledger.project import Page, Project
from ledger.records import REQUIREMENTS, Fact, Harm, Measured, Record, Result, Sourced

PLACE = re.compile(r"<!--\s*generated:\s*(?P<what>[\w-]+)(?P<options>(?:\s+[\w-]+=[\w-]+)*)\s*-->")
SEEN_WORDS = {"part of the text": "part of it"}
BIBLIOGRAPHY = "references.md"
NOT_FOUND = "Not found"
SHORT = {
    "cell-source": "Source",
    "differentiation": "Beta cells",
    "immune-regulation": "Immune",
    "long-term-function": "Long term",
    "safety": "Safety",
    "delivery": "Delivery",
    "regulation-and-ethics": "Rules",
    "cost-and-access": "Cost",
}
"""The requirements' names where eight columns must fit side by side."""
HOW_FAR = "How we saw it, source"
MANY_CHOICES = 12  # more filter buttons than this stay folded until asked for

Row = Sequence[str]
Options = Mapping[str, str]


def markdown(page: Page, project: Project, text: str) -> str:
    """``text`` of a page with every generated table in place; what only HTML can hold stays a comment."""

    def make(match: re.Match[str]) -> str:
        maker = MAKERS.get(match["what"])
        if maker is None:
            return match[0]
        try:
            return maker(page, project, _options(match["options"]))
        except LookupError:
            return '!!! warning "This table cannot be shown"\n    The record behind it has an error; see the check.\n'

    return PLACE.sub(make, text)


def html(page: Page, project: Project, content: str) -> str:
    """The page's HTML with the bibliography in place."""
    return PLACE.sub(
        lambda match: bibliography(page, project) if match["what"] == "bibliography" else match[0], content
    )


def anchors(page: Page, project: Project) -> set[str]:
    """Ids that the generated parts of a page will carry."""
    found: set[str] = set()
    for what, options in _wanted(page):
        if what == "bibliography":
            found.update(project.bibliography.entries)
        elif what == "claims":
            found.update(claim.id for claim in _claims(project, options))
        elif what == "citations":
            found.update(row.id for row in project.claims.citations)
    if page.record or any(what in ("claims", "citations") for what, _ in _wanted(page)):
        for key in _cited_in(markdown(page, project, page.text)):
            found.update((f"fn:{key}", f"fnref:{key}"))
    return found


def linked_pages(project: Project) -> Iterator[tuple[str, str]]:
    """Where generated tables lead: from which page to which."""
    for page in project.pages.values():
        for what, _ in _wanted(page):
            if what == "all-trials":
                yield from ((page.src, trial.src) for trial in project.pages.values() if "trial" in trial.meta.data)


def problems(project: Project) -> Iterator[Problem]:
    """Requests for something that nobody makes."""
    for page in project.pages.values():
        for comment in page.source.comments:
            if not comment.text.startswith("generated:"):
                continue
            match = PLACE.fullmatch(page.text[comment.start : comment.end])
            line = page.source.line(comment.start)
            if not match or match["what"] not in (*MAKERS, "bibliography"):
                known = ", ".join((*MAKERS, "bibliography"))
                yield Problem(page.path, line, "generated", f"nothing is generated for this comment; one of: {known}")
            elif match["what"].startswith("trial-") and not (page.record or page.broken or "trial" in page.meta.data):
                yield Problem(page.path, line, "generated", "this page has no trial record to make the table from")


def _wanted(page: Page) -> Iterator[tuple[str, Options]]:
    for comment in page.source.comments:
        match = PLACE.fullmatch(page.text[comment.start : comment.end])
        if match:
            yield match["what"], _options(match["options"])


def _options(text: str) -> Options:
    return dict(part.split("=", 1) for part in text.split())


def _cited_in(text: str) -> list[str]:
    return claims.keys_in(text)


# --- small pieces -----------------------------------------------------------------------------------


def safe(text: str) -> str:
    """Text from a record as plain text in Markdown: no markup in it does anything."""
    text = escape(re.sub(r"\s+", " ", text), quote=False)
    # The last two would begin a list at the start of a paragraph.
    return re.sub(r"[\\`*_\[\]|~^{}#!@$]|^[+-](?= )|(?<=^\d)[.)](?= )", lambda sign: f"&#{ord(sign[0])};", text)


def cite(*keys: str | None) -> str:
    """``[@one; @two]`` for the keys that there are."""
    known = list(dict.fromkeys(key for key in keys if key))
    return f"[@{'; @'.join(known)}]" if known else ""


def seen(fact: Sourced) -> str:
    """How far we saw a fact, and where in the source."""
    words = SEEN_WORDS.get(fact.seen or "", fact.seen or "")
    where = safe((fact.where or "").removeprefix(fact.seen or "").lstrip(" ,"))
    return ", ".join(part for part in (words, where) if part)


def day(iso: str) -> str:
    """A date that is not broken over two lines."""
    return f'<time datetime="{escape(iso)}">{escape(iso)}</time>'


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table between blank lines."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows]
    return "\n" + "\n".join(lines) + "\n"


def _fact(fact: Fact | None, fallback: str = NOT_FOUND) -> str:
    if fact is None:
        return fallback
    note = f" ({safe(fact.note)})" if fact.note else ""
    value = fact.value[:1].upper() + fact.value[1:] if fact.value in ("not found", "not stated") else fact.value
    return f"{safe(value)}{note}"


def _link(page: Page, target: Page) -> str:
    folder = posixpath.dirname(page.src) or "."
    return f"[{safe(target.title)}]({posixpath.relpath(target.src, folder)})"


def _record(page: Page) -> Record:
    if page.record is None:
        raise LookupError(page.src)
    return page.record


# --- a trial's own tables ---------------------------------------------------------------------------


def trial_facts(page: Page, project: Project, options: Options) -> str:
    """The fact table: the same lines in the same order on every trial page."""
    record = _record(page)
    people, cells, delivery = record.people, record.cells, record.delivery
    latest = record.latest
    rows: list[Row] = []

    def add(name: str, text: str, *facts: Sourced | None) -> None:
        known = [fact for fact in facts if fact is not None]
        how = "; ".join(dict.fromkeys(seen(fact) for fact in known if fact.seen))
        rows.append((f"**{name}**", text, f"{how} {cite(*(fact.cite for fact in known))}"))

    rows.append(("**Evidence stage**", record.stage, "derived from this record"))
    add("Diabetes", record.diabetes_type)
    numbers = ", ".join(
        f"{safe(r.id)} ("
        + "; ".join(
            part
            for part in (
                f"last looked at {day(r.checked)}" if r.checked else "registry page not seen",
                safe(r.note or ""),
            )
            if part
        )
        + ")"
        for r in record.registry
    )
    rows.append(("**Registry**", numbers or "No registration found", cite(*(r.cite for r in record.registry))))
    status = f"{latest.value}, as of {day(latest.as_of)}" + (f" ({safe(latest.note)})" if latest.note else "")
    add("Status", status, latest)
    earlier = [f"{entry.value} ({day(entry.as_of)})" for entry in record.status[:-1]]
    if earlier:
        add("Earlier status", "; ".join(earlier), *record.status[:-1])
    add("Phase", _fact(record.phase), record.phase)
    add("Allocation", _fact(record.allocation), record.allocation)
    add("Masking", _fact(record.masking), record.masking)
    add("Compared with", _fact(record.control), record.control)
    for name in ("planned", "enrolled", "treated", "analysed"):
        count = getattr(people, name)
        if count is not None:
            add(f"People {name}", f"{count.value}" + (f" ({safe(count.note)})" if count.note else ""), count)
    add("Who they were", _fact(people.who), people.who)
    add("Origin of the cells", _fact(cells.origin), cells.origin)
    add("Kind of cells", _fact(cells.source), cells.source)
    add("Product", _fact(cells.product), cells.product)
    if cells.edited is not None:
        add("Genes edited", "yes" if cells.edited.value else "no", cells.edited)
    add("Device", _fact(cells.device), cells.device)
    add("Route and site", _fact(delivery.route), delivery.route)
    add("Dose", _fact(delivery.dose), delivery.dose)
    add("Times given", _fact(delivery.times), delivery.times)
    add("Immune strategy", _fact(record.immune_strategy), record.immune_strategy)
    add("Immune drugs", _fact(record.immune_drugs), record.immune_drugs)
    add("Follow-up", _fact(record.follow_up), record.follow_up)
    add("Sponsor", _fact(record.sponsor), record.sponsor)
    add("Funders", _fact(record.funders), record.funders)
    if record.countries:
        add("Countries", safe(", ".join(record.countries.value)), record.countries)
    rows.append(("**Publications**", cite(*record.publications) or "None found", ""))
    for relation in record.relations:
        rows.append((f"**{relation.kind.capitalize()}**", safe(relation.to), cite(relation.cite)))
    return table(("What", "Fact", HOW_FAR), rows)


def amount(row: Measured) -> str:
    """n of N first, then the per cent (from ten people on), or the value with its unit; then the group."""
    if row.n is not None and row.of is not None:
        text = f"{row.n} of {row.of}" + (f" ({round(100 * row.n / row.of)} %)" if row.of >= 10 and row.n else "")
        if row.value:
            text += f"; {safe(row.value)} {safe(row.unit or '')}".rstrip()
    elif row.n is not None:
        text = str(row.n)
    else:
        text = f"{safe(row.value or '')} {safe(row.unit or '')}".rstrip()
    if row.group:
        text += f", {safe(row.group)}"
    if row.n_people:
        text += f" ({row.n_people} {'person' if row.n_people == 1 else 'people'})"
    for extra in (row.interval, f"p {row.p}" if row.p else None):
        text += f"; {safe(extra)}" if extra else ""
    return text


def _remark(text: str, row: Measured) -> str:
    return text + (f"<br>*{safe(row.note)}*" if row.note else "")


def _result_row(row: Result) -> Row:
    compared = safe(row.comparator) if row.comparator else "—"
    name = safe(row.measure)
    return (_remark(name, row), safe(row.at or "not stated"), amount(row), compared, f"{seen(row)} {cite(row.cite)}")


def _harm_row(row: Harm) -> Row:
    cause = safe(row.cause) if row.cause else "not stated"
    judged = safe(row.judged_by) if row.judged_by else "not stated"
    when = safe(row.at or "not stated")
    return (_remark(safe(row.event), row), when, amount(row), cause, judged, f"{seen(row)} {cite(row.cite)}")


def trial_results(page: Page, project: Project, options: Options) -> str:
    record = _record(page)
    note = f"\n{safe(record.results_note)}\n" if record.results_note else ""
    if not record.results:
        return note
    head = ("Measure", "When", "Result", "Compared with", HOW_FAR)
    return table(head, [_result_row(row) for row in record.results]) + note


def trial_harms(page: Page, project: Project, options: Options) -> str:
    record = _record(page)
    note = f"\n{safe(record.harms_note)}\n" if record.harms_note else ""
    if not record.harms:
        return note
    head = ("Harm", "When", "How many", "Cause", "Who judged", HOW_FAR)
    return table(head, [_harm_row(row) for row in record.harms]) + note


def trial_requirements(page: Page, project: Project, options: Options) -> str:
    record = _record(page)
    rows = []
    for key, name in REQUIREMENTS.items():
        verdict = record.requirements[key]
        folder = posixpath.relpath(f"requirements/{key}.md", posixpath.dirname(page.src) or ".")
        rows.append((f"[{name}]({folder})", _word(verdict.verdict), safe(verdict.why), cite(verdict.cite)))
    return table(("Requirement", "Shown?", "Why", "Source"), rows)


def _word(verdict: str) -> str:
    return f'<span class="verdict" data-verdict="{verdict.replace(" ", "-")}">{verdict}</span>'


# --- tables over all trials -------------------------------------------------------------------------


def _treated(record: Record) -> tuple[str, str | None]:
    for name in ("treated", "enrolled", "planned"):
        count = getattr(record.people, name)
        if count is not None:
            return f"{count.value} {name}", count.cite
    return "not found", None


def _cells(record: Record) -> str:
    cells = record.cells
    edited = "edited, " if cells.edited and cells.edited.value else ""
    return f"{edited}{cells.origin.value}, {cells.source.value}"


def all_trials(page: Page, project: Project, options: Options) -> str:
    """One row a trial: what it gave to whom, how far it is, whether anything is known of results and harms."""
    rows = []
    for trial, record in project.records.values():
        people, people_key = _treated(record)
        rows.append(
            (
                _link(page, trial) + (" (type 2 diabetes)" if record.diabetes_type == "type 2" else ""),
                safe(_cells(record)),
                safe(record.immune_strategy.value),
                f"{people} {cite(people_key)}",
                f"{record.latest.value}, {day(record.latest.as_of)} {cite(record.latest.cite)}",
                record.stage,
                "yes" if record.results else "none found",
                "yes" if record.harms else "none found",
            )
        )
    head = ("Trial", "Cells", "Immune strategy", "People", "Status", "Evidence stage", "Results", "Harms")
    return table(head, rows)


def trials(page: Page, project: Project, options: Options) -> str:
    """The trials of one therapy (``therapy=``) or what each trial shows of one requirement (``requirement=``)."""
    if "requirement" in options:
        key = options["requirement"]
        rows: list[Row] = []
        for trial, record in project.records.values():
            verdict = record.requirements[key]
            rows.append((_link(page, trial), _word(verdict.verdict), safe(verdict.why), cite(verdict.cite)))
        return table(("Trial", "Shown?", "Why", "Source"), rows)
    rows = []
    for trial, record in project.records.values():
        if options.get("therapy") in record.therapies:
            people, people_key = _treated(record)
            status = f"{record.latest.value}, {day(record.latest.as_of)}"
            source = cite(people_key, record.latest.cite, record.cells.origin.cite)
            rows.append((_link(page, trial), safe(_cells(record)), people, status, record.stage, source))
    if not rows:
        return "\nNo trial of this kind has a page here yet.\n"
    return table(("Trial", "Cells", "People", "Status", "Evidence stage", "Source"), rows)


def requirements_matrix(page: Page, project: Project, options: Options) -> str:
    """Trials down, the eight requirements across; each cell has its word and its source."""
    folder = posixpath.dirname(page.src) or "."
    heads = [f"[{SHORT[key]}]({posixpath.relpath(f'requirements/{key}.md', folder)})" for key in REQUIREMENTS]
    rows = []
    for trial, record in project.records.values():
        cells = [f"{_word(v.verdict)} {cite(v.cite)}" for v in (record.requirements[key] for key in REQUIREMENTS)]
        rows.append((_link(page, trial), *cells))
    return table(("Trial", *heads), rows)


# --- the articles' claims ---------------------------------------------------------------------------


def _claims(project: Project, options: Options) -> list[claims.Claim]:
    wanted = options.get("article")
    return [claim for claim in project.claims.claims if wanted in (None, claim.article)]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def choices(name: str, legend: str, counts: Mapping[str, int]) -> str:
    """Radio buttons that filter by ``data-<name>``, by style sheet alone: no script is needed."""
    options = [("all", "all", sum(counts.values()))] + [(_slug(value), value, n) for value, n in counts.items()]
    buttons = "".join(
        f'<label><input type="radio" name="{name}" id="{name}-{slug}" value="{slug}"'
        f"{' checked' if slug == 'all' else ''}> {escape(value)} ({number})</label>"
        for slug, value, number in options
    )
    rules = "".join(
        f'body:has(#{name}-{slug}:checked) [data-{name}]:not([data-{name}="{slug}"]){{display:none}}'
        for slug, _, _ in options[1:]
    )
    fields = f"<fieldset><legend>{escape(legend)}</legend>{buttons}</fieldset>"
    if len(options) > MANY_CHOICES:
        fields = f'<details class="filters"><summary>Filter the list</summary>{fields}</details>'
    return (
        f'<form class="choices" data-filter="{name}">{fields}'
        f'<output class="choices-count" aria-live="polite"></output></form><style>{rules}</style>'
    )


def _card(identifier: str, name: str, value: str, lines: Sequence[tuple[str, str]]) -> str:
    body = "\n\n".join(f"**{label}** {text}" for label, text in lines if text)
    return f'<div class="card" id="{identifier}" data-{name}="{_slug(value)}" markdown="1">\n\n{body}\n\n</div>'


def _plain_with_citations(text: str) -> str:
    """Text of the claims file: its ``[@key]`` work, no other markup does."""
    parts = re.split(r"(\[@[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*\])", text)
    return "".join(part if n % 2 else safe(part) for n, part in enumerate(parts))


def claim_cards(page: Page, project: Project, options: Options) -> str:
    """Every claim of an article with its verdict; filtered by verdict."""
    rows = _claims(project, options)
    order = get_args(claims.Verdict)
    counts = Counter(claim.verdict for claim in rows)
    parts = [choices("verdict", "Show claims with the verdict", {v: counts[v] for v in order if counts[v]})]
    for claim in rows:
        extra = [key for key in claim.sources if key not in claims.keys_in(claim.finding)]
        sources = f" {cite(*extra)}" if extra else ""
        parts.append(
            _card(
                claim.id,
                "verdict",
                claim.verdict,
                (
                    (claim.id, safe(claim.topic)),
                    ("The article says:", _plain_with_citations(claim.says)),
                    ("Verdict:", _word(claim.verdict)),
                    ("What the sources say:", _plain_with_citations(claim.finding) + sources),
                    ("How far we read:", f"{safe(claim.seen)}. Checked {claim.checked}."),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def citation_cards(page: Page, project: Project, options: Options) -> str:
    """Every place where an article cites a reference: can that reference carry the statement?"""
    rows = project.claims.citations
    counts = Counter(row.verdict for row in rows)
    order = get_args(claims.CITATION_VERDICTS)
    parts = [choices("verdict", "Show places where the reference", {v: counts[v] for v in order if counts[v]})]
    for row in rows:
        reference = f"{safe(row.reference)} " if row.reference else ""
        parts.append(
            _card(
                row.id,
                "verdict",
                row.verdict,
                (
                    (f"{row.id} · article {row.article}:", safe(row.place)),
                    ("The claim:", _plain_with_citations(row.claim)),
                    ("Reference given:", f"{reference}{cite(row.key)}".strip() or "none"),
                    ("Can it carry the claim?", _word(row.verdict)),
                    ("Why:", _plain_with_citations(row.reason)),
                    ("The claim itself:", safe(row.status) if row.status else ""),
                    ("A better source:", cite(*row.better_source)),
                    (
                        "How far we read:",
                        f"{safe(row.seen)}. Checked {row.checked}." if row.seen else f"Checked {row.checked}.",
                    ),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def verdict_counts(page: Page, project: Project, options: Options) -> str:
    """How many claims got which verdict."""
    rows = _claims(project, options)
    counts = Counter(claim.verdict for claim in rows)
    lines = [f"| {_word(verdict)} | {counts[verdict]} |" for verdict in get_args(claims.Verdict) if counts[verdict]]
    return f"\n| Verdict | Claims, {len(rows)} in all |\n|---|---|\n" + "\n".join(lines) + "\n"


MAKERS: Mapping[str, Callable[[Page, Project, Options], str]] = {
    "trial-facts": trial_facts,
    "trial-results": trial_results,
    "trial-harms": trial_harms,
    "trial-requirements": trial_requirements,
    "all-trials": all_trials,
    "trials": trials,
    "requirements-matrix": requirements_matrix,
    "claims": claim_cards,
    "citations": citation_cards,
    "verdict-counts": verdict_counts,
}


# --- the bibliography -------------------------------------------------------------------------------


def bibliography(page: Page, project: Project) -> str:
    """Every source with a permanent anchor, its kind, how far it was read, what an audit found, who cites it."""
    entries = sorted(
        project.bibliography.entries.values(), key=lambda e: (vancouver.authors(e) or e.text("title")).lower()
    )
    where = citations.cited_by(project)
    audits = {row.key: row for row in project.claims.references}
    counts = Counter(entry.kind for entry in entries)
    up = "../" * page.url.count("/")
    items = []
    for entry in entries:
        lines = [vancouver.reference(entry)]
        label = f'<span class="kind">{escape(entry.kind)}</span>'
        number = entry.get("articlenumber")
        if number:
            label += f' <span class="kind">reference {escape(number)} of the articles</span>'
        lines.append(f'{label} <span class="source-note">{escape(vancouver.note(entry).partition(". ")[2])}</span>')
        audit = audits.get(entry.key)
        if audit:
            errors = f" In the article's list: {escape(audit.errors)}." if audit.errors else ""
            lines.append(f"<strong>Audit:</strong> {escape(audit.audit.rstrip('.'))}.{errors}")
        pages = [project.pages[src] for src in where.get(entry.key, [])]
        cited = ", ".join(f'<a href="{up}{p.url}#fn:{entry.key}">{escape(p.title)}</a>' for p in pages)
        lines.append(f"Cited on: {cited or 'no page'}.")
        lines.append(f'<a class="permanent" href="#{entry.key}">{entry.key}</a>')
        items.append(f'<li id="{entry.key}" data-kind="{_slug(entry.kind)}">' + "<br>".join(lines) + "</li>")
    filters = choices("kind", "Show sources of the kind", dict(sorted(counts.items())))
    downloads = (
        '<p class="downloads">Download all of it: <a href="references.bib" download>BibTeX</a>, '
        '<a href="references.json" download>CSL-JSON</a>.</p>'
    )
    return f'{downloads}{filters}<ul class="bibliography" data-search-exclude>{"".join(items)}</ul>'

"""What later became of our sources: the rules about it, and what readers are told.

Works on what ``status`` read from ``source-status.json``; asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from typing import Any

from ledger import matching
from ledger.bibliography import Entry
from ledger.claims import keys_in
from ledger.excusefile import File
from ledger.markup import address, day
from ledger.problems import Problem, plural
from ledger.project import BIB, CLAIMS, Page, Project, read_text
from ledger.prose import GROUP, prose_only
from ledger.status import (
    CONCERN,
    CORRECTED,
    DATABASES,
    DESCRIBES,
    ENTER,
    EXISTS,
    FILE,
    HOW,
    NO,
    NOT_CHECKED,
    NOTICES,
    RETRACTED,
    Notice,
    Standing,
    numbers_of,
)

OLDEST = 45
"""Days after which what a database said is old."""
SAYS_SO = re.compile(r"\bretracted\b|撤稿|撤回", re.IGNORECASE)
A_NOTICE = re.compile(
    r"\W*(?:notice of (?:retraction|withdrawal)|(?:retraction|withdrawal) (?:note|notice|statement)"
    r"|expression of concern)\b|\W*(?:retraction|withdrawal|correction|corrigendum|erratum)(?: to| of| for)?\s*(?:[:\"“«]|$)",
    re.IGNORECASE,
)
"""How the title of a notice begins: the entry is the notice itself, not the work."""
POLICY = File("source-policy.yml", "source-excuse", {"key": "doe2024trial"})
"""Entries that rightly say something else than a database."""
ABOUT = "about/source-status.md"
WORDS = {
    RETRACTED: "Retracted",
    CONCERN: "Expression of concern",
    CORRECTED: "Corrected",
    "reinstated": "Reinstated",
}

BY_WORD = {
    "partial_retraction": "Retracted in part",
    "withdrawal": "Withdrawn (retracted)",
    "removal": "Removed (retracted)",
    "addendum": "Addendum",
    "clarification": "Clarified",
}
"""Where a notice is called by a word that says more."""


# --- rules --------------------------------------------------------------------------------------------


def check(project: Project) -> Iterator[Problem]:
    """Retracted sources that are cited as if nothing had happened; answers that are old; other works' metadata."""
    yield from _old(project)
    yield from _metadata(project)
    retracted = {
        key: standing
        for key, standing in project.standings.items()
        if standing.state == RETRACTED and not A_NOTICE.match(project.bibliography.entries[key].text("title"))
    }
    if retracted:
        for page in project.pages.values():
            yield from _in_text(page, retracted)
            yield from _in_record(page, retracted)
        yield from _in_claims(project, retracted)


def _retracted(path: str, line: int, key: str, standing: Standing, where: str) -> Problem:
    told = "; ".join(plain(notice) for notice in standing.notices if notice.state == RETRACTED)
    message = f"@{key} was retracted ({told}); say 'retracted' {where}, or cite another source"
    return Problem(path, line, "retracted-source", message)


def _in_text(page: Page, retracted: Mapping[str, Standing]) -> Iterator[Problem]:
    if not any(f"@{key}" in page.source.prose for key in retracted):
        return
    for block in page.source.blocks:
        cited = [key for match in GROUP.finditer(block.text) for key in match["keys"].split("; @") if key in retracted]
        if cited and not SAYS_SO.search(prose_only(block)):
            where = {"item": "in this list item", "row": "in this table row"}.get(block.kind, "in this paragraph")
            for key in dict.fromkeys(cited):
                line = block.line + block.text[: block.text.index(f"@{key}")].count("\n")
                yield _retracted(page.path, line, key, retracted[key], where)


def _in_record(page: Page, retracted: Mapping[str, Standing]) -> Iterator[Problem]:
    """Facts of a record: their ``note`` (or ``said_by``, ``why``) must say it; for a list of publications any fact's will do."""
    if not page.record or not page.cited & retracted.keys() or "trial" not in page.meta.data:
        return
    told: set[str] = set()
    listed: list[tuple[int, str]] = []
    for place, line in page.meta.lines.items():
        if not place or place[0] != "trial":
            continue
        if place[-1] == "cite":
            fact: Any = _at(page.meta.data, place[:-1])
            key = str(fact.get("cite")) if isinstance(fact, dict) else ""
            if key in retracted:
                if SAYS_SO.search(f"{fact.get('note')} {fact.get('said_by')} {fact.get('why')}"):
                    told.add(key)
                else:
                    yield _retracted(page.path, line, key, retracted[key], "in the fact's note")
        elif len(place) > 1 and place[-2] == "publications":
            listed.append((line, str(_at(page.meta.data, place))))
    for block in page.source.blocks:
        if SAYS_SO.search(block.text):
            told.update(key for match in GROUP.finditer(block.text) for key in match["keys"].split("; @"))
    for line, key in listed:
        if key in retracted and key not in told:
            yield _retracted(page.path, line, key, retracted[key], "in the text where you cite it")


def _at(data: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        data = data[step]
    return data


def _in_claims(project: Project, retracted: Mapping[str, Standing]) -> Iterator[Problem]:
    rows: list[tuple[str, list[str], list[str]]] = [
        (f"id: {re.escape(one.id)}", [*one.sources, *keys_in(one.finding)], [one.says, one.finding, one.note or ""])
        for one in project.claims.claims
    ]
    rows += [
        (
            f"id: {re.escape(one.id)}",
            [*([one.key] if one.key else []), *one.better_source, *keys_in(one.reason)],
            [one.claim, one.reason, one.status or ""],
        )
        for one in project.claims.citations
    ]
    rows += [
        (f"references:.*?key: {one.key}", [one.key], [one.audit, one.errors or ""]) for one in project.claims.references
    ]
    for place, keys, texts in rows:
        for key in dict.fromkeys(keys):
            if key in retracted and not SAYS_SO.search("\n".join(texts)):
                text, _ = read_text(project.root / CLAIMS, CLAIMS)
                found = re.search(rf"\b{place}\b", text, re.DOTALL)
                line = text.count("\n", 0, found.end()) + 1 if found else 1
                yield _retracted(CLAIMS, line, key, retracted[key], "in this row")


def _old(project: Project) -> Iterator[Problem]:
    """One line for answers that are old, one for numbers that the file does not have."""
    if not project.status.there:
        return
    newest: dict[str, str] = {}
    for table in project.status.numbers.values():
        for answers in table.values():
            for who, said in answers.said.items():
                if who in DATABASES and said.checked and said.state != NOT_CHECKED:
                    newest[who] = max(said.checked, newest.get(who, ""))
    old = [f"{DATABASES[who]} on {newest[who]}" for who in DATABASES if _age(newest.get(who), project.today) > OLDEST]
    if old:
        message = f"last answered: {', '.join(old)}; that is more than {OLDEST} days ago; ask again: {HOW}"
        yield Problem(FILE, 1, "source-status-old", message, "warning")
    missing = {"doi": 0, "pmid": 0}
    first = ""
    for key, entry in project.bibliography.entries.items():
        for kind, number in numbers_of(entry):
            if number not in project.status.numbers[kind]:
                missing[kind] += 1
                first = first or key
    if any(missing.values()):
        counted = " and ".join(f"{n} {plural(kind.upper() + 's', n)}" for kind, n in missing.items() if n)
        message = f"{counted} of {BIB} not in this file (first: {first}); enter what is new: {ENTER}"
        yield Problem(FILE, 1, "source-status-old", message, "warning")


def _age(checked: str | None, today: date) -> int:
    return (today - date.fromisoformat(checked)).days if checked else 0


def _metadata(project: Project) -> Iterator[Problem]:
    """Entries that do not describe what the database has under their number, and excuses for them that hold no more."""
    told = list(_disagreements(project))
    excused, problems = POLICY.read(project)
    yield from problems
    keys = {excuse.what for excuse in excused}
    yield from (problem for key, problem in told if key not in keys)
    differing = {key for key, _ in told}
    yield from (POLICY.unused(excuse, "no entry") for excuse in excused if excuse.what not in differing)


def _disagreements(project: Project) -> Iterator[tuple[str, Problem]]:
    """The key of an entry, and how its database disagrees with it: one line for each number."""
    for entry in project.bibliography.entries.values():
        for kind, number in numbers_of(entry):
            answers = project.status.of(kind, number)
            if not answers.said:
                continue
            named = f"{kind.upper()} {number}"
            there = answers.by(EXISTS)
            who = DATABASES[DESCRIBES[kind]]
            if there.state == NO:
                asked = "doi.org" if kind == "doi" else "PubMed"
                told = f"{named} is not known to {asked} ({there.checked}); look it up and mend it"
                line = entry.field_lines.get(kind, entry.line)
            else:
                wrong = [n for n, v in matching.verdicts(entry, answers.seen).items() if v == matching.DISAGREE]
                if not wrong:
                    continue
                if matching.other_work(entry, answers.seen):
                    shown = ", ".join(answers.seen[name] for name in matching.FIELDS if name in answers.seen)
                    told = f"{named} leads to another work, by {who}: {shown}; mend the number or the entry"
                    line = entry.field_lines.get(kind, entry.line)
                else:
                    shown = "; ".join(f"{name} '{answers.seen[name]}'" for name in wrong)
                    told = f"{who} says of {named}: {shown}; hold the entry against the source, and mend it or excuse it in {POLICY.path}"
                    line = entry.field_lines.get(FIELD_OF.get(wrong[0], wrong[0]), entry.line)
            yield entry.key, Problem(BIB, line, "source-metadata", f"{entry.key}: {told}")


FIELD_OF = {"first author": "author"}


# --- what readers are told ----------------------------------------------------------------------------


def plain(notice: Notice) -> str:
    """A notice in one line of plain words."""
    said = BY_WORD.get(notice.word.lower().replace(" ", "_"), WORDS[notice.state])
    dated = f"{said}{_when(notice.date)}"
    return f"{dated}, notice {_named(notice)}" if _named(notice) else dated


def _when(date_: str) -> str:
    return (" on " if len(date_) == 10 else " in ") + date_ if date_ else ""


def _named(notice: Notice) -> str:
    return f"doi:{notice.doi}" if notice.doi else f"PMID {notice.pmid}" if notice.pmid else ""


def _html(notice: Notice) -> str:
    words = escape(plain(notice))
    if notice.date:
        words = words.replace(escape(_when(notice.date)), _when(notice.date)[:4] + day(notice.date), 1)
    named = escape(_named(notice))
    if named:
        target = f"https://doi.org/{notice.doi}" if notice.doi else f"https://pubmed.ncbi.nlm.nih.gov/{notice.pmid}/"
        words = words.replace(named, f'<a href="{escape(target)}" rel="noopener nofollow">{named}</a>', 1)
    return f"{words} (says {escape(notice.by)})" if notice.by else words


def beside(standing: Standing) -> str:
    """What stands beside a reference: every notice; empty where there is none."""
    if standing.state not in NOTICES:
        return ""
    told = "; ".join(_html(notice) for notice in reversed(standing.notices))
    return f' <strong class="source-status" data-state="{standing.state.replace(" ", "-")}">{told}.</strong>'


def line(standing: Standing) -> str:
    """What the page of all sources says of one: its notices, and who was asked when."""
    if not standing.askable:
        return "Status cannot be checked: it has no DOI or PMID."
    if not standing.checked:
        return "Status not checked yet."
    asked = ", ".join(f"{name} {day(when)}" for name, when in sorted(standing.checked.items()))
    missing = f"; not checked yet: {', '.join(standing.missing)}" if standing.missing else ""
    found = beside(standing).strip() or "No correction or retraction found."
    return f"{found} Asked: {asked}{missing}."


def summary(page: Page, project: Project) -> str:
    """How many sources were checked, and when: the sentence above the list of all sources."""
    all_ = list(project.standings.values())
    askable = [one for one in all_ if one.askable]
    days = sorted(when for one in askable for when in one.checked.values())
    done = sum(bool(one.checked) for one in askable)
    if done:
        span = f"on {day(days[0])}" if days[0] == days[-1] else f"between {day(days[0])} and {day(days[-1])}"
        counts = {word: sum(one.state == state for one in askable) for state, word in COUNTED.items()}
        found = (
            ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "none of them has a notice"
        )
        was = "was" if done == 1 else "were"
        left = len(askable) - done
        told = f"{done} of them {was} checked {span}: {found}. Not checked yet: {left}."
    else:
        told = "None of them has been checked yet."
    more = ""
    if ABOUT in project.pages and page.src != ABOUT:
        more = f' <a href="{address(page, project.pages[ABOUT].url)}">What is asked, and what the words mean</a>.'
    return (
        f'<p class="status-summary">Was a source corrected or retracted later? Of {len(all_)} {plural("sources", len(all_))}, '
        f"{len(askable)} {'has' if len(askable) == 1 else 'have'} a DOI or a PMID under which databases can be asked. {told}{more}</p>"
    )


def figures(page: Page, project: Project, options: Mapping[str, str]) -> str:
    """The sentence of ``summary``, for a page that asks for it."""
    return summary(page, project)


COUNTED = {
    RETRACTED: "retracted",
    CONCERN: "with an expression of concern",
    CORRECTED: "corrected",
    "reinstated": "reinstated",
}


def page_note(project: Project, references: str) -> str:
    """The note at the top of a page that cites sources with a notice; empty where there are none.

    ``references`` is the page's list of references, whose order gives the numbers.
    """
    marked = project.marked
    if not marked:
        return ""
    items = []
    for number, key in enumerate(re.findall(r'<li id="fn:([^"]+)">', references), 1):
        if key in marked:
            told = "; ".join(_html(notice) for notice in reversed(marked[key].notices))
            items.append(f'<li><a href="#fn:{escape(key)}">Reference {number}</a>: {told}.</li>')
    if not items:
        return ""
    title = "A source of this page has a notice" if len(items) == 1 else "Sources of this page have notices"
    listed = "".join(items)
    return (
        f'<div class="admonition warning source-notices"><p class="admonition-title">{title}</p><ul>{listed}</ul></div>'
    )


def exported(entry: Entry, project: Project) -> dict[str, Any]:
    """The status of a source as data: state, who was asked when, notices; and what databases call the work."""
    standing = project.standings[entry.key]
    data: dict[str, Any] = {"state": standing.state}
    if not standing.askable:
        data["why"] = "no DOI or PMID"
    if standing.checked:
        data["checked"] = dict(sorted(standing.checked.items()))
    if standing.missing:
        data["not_checked"] = list(standing.missing)
    if standing.notices:
        data["notices"] = [{k: v for k, v in vars(notice).items() if v} for notice in standing.notices]
    for kind, number in numbers_of(entry):
        answers = project.status.of(kind, number)
        data[kind] = {"exists": answers.by(EXISTS).state, **matching.verdicts(entry, answers.seen)}
    return data

"""What later happened to our sources: the rules about it, and the words that readers see.

Works on what ``model.source_status`` read from ``source-status.json``; sends no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from ledger.checks.suppressions import SOURCE_POLICY
from ledger.core.problems import Problem
from ledger.core.text import pluralize
from ledger.markdown.scanner import CITATION_GROUP
from ledger.model import bib_matching
from ledger.model.claims import find_cited_keys
from ledger.model.project import BIB_FILE, CLAIMS_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.source_status import (
    CORRECTED,
    DATABASES,
    ENTER_COMMAND,
    EXISTS,
    EXPRESSION_OF_CONCERN,
    METADATA_DATABASE,
    NO,
    NOT_CHECKED,
    RETRACTED,
    SOURCE_STATUS_FILE,
    UPDATE_COMMAND,
    Notice,
    SourceStatus,
    get_identifiers,
)
from ledger.model.text_files import read_text
from ledger.model.trial_record import iter_models

MAX_ANSWER_AGE_DAYS = 45
"""Days after which the answer of a database is old."""
SAYS_RETRACTED = re.compile(r"\bretracted\b|撤稿|撤回", re.IGNORECASE)
NOTICE_TITLE = re.compile(
    r"\W*(?:notice of (?:retraction|withdrawal)|(?:retraction|withdrawal) (?:note|notice|statement)"
    r"|expression of concern)\b|\W*(?:retraction|withdrawal|correction|corrigendum|erratum)(?: to| of| for)?\s*(?:[:\"“«]|$)",
    re.IGNORECASE,
)
"""How the title of a notice begins: the entry is the notice itself, not the work."""
NOTICE_STATE_LABELS = {
    RETRACTED: "Retracted",
    EXPRESSION_OF_CONCERN: "Expression of concern",
    CORRECTED: "Corrected",
    "reinstated": "Reinstated",
}

NOTICE_TYPE_LABELS = {
    "partial_retraction": "Retracted in part",
    "withdrawal": "Withdrawn (retracted)",
    "removal": "Removed (retracted)",
    "addendum": "Addendum",
    "clarification": "Clarified",
}
"""Types of notice whose name says more than its state."""


# --- rules --------------------------------------------------------------------------------------------


def check_source_status(project: Project) -> Iterator[Problem]:
    """Retracted sources that are cited as if nothing had happened; answers that are old; other works' metadata."""
    yield from _check_status_age(project)
    yield from _check_metadata(project)
    retracted = {
        key: standing
        for key, standing in project.standings.items()
        if standing.state == RETRACTED and not NOTICE_TITLE.match(project.bibliography.entries[key].text("title"))
    }
    if retracted:
        for page in project.pages.values():
            yield from _check_retracted_in_text(page, retracted)
            yield from _check_retracted_in_record(page, retracted)
        yield from _check_retracted_in_claims(project, retracted)


@rule("retracted-source")
def _report_retracted(path: str, line: int, key: str, standing: SourceStatus, where: str) -> Problem:
    notices = "; ".join(describe_notice(notice) for notice in standing.notices if notice.state == RETRACTED)
    message = f"@{key} was retracted ({notices}); say 'retracted' {where}, or cite another source"
    return Problem(path, line, "retracted-source", message)


def _check_retracted_in_text(page: Page, retracted: Mapping[str, SourceStatus]) -> Iterator[Problem]:
    for block in page.source.blocks:
        cited = [
            key
            for match in CITATION_GROUP.finditer(block.text)
            for key in match["keys"].split("; @")
            if key in retracted
        ]
        if cited and not SAYS_RETRACTED.search(block.words):
            where = {"item": "in this list item", "row": "in this table row"}.get(block.kind, "in this paragraph")
            for key in dict.fromkeys(cited):
                line = block.line + block.text[: block.text.index(f"@{key}")].count("\n")
                yield _report_retracted(page.path, line, key, retracted[key], where)


def _check_retracted_in_record(page: Page, retracted: Mapping[str, SourceStatus]) -> Iterator[Problem]:
    """Facts of a record: ``note``, ``said_by`` or ``why`` must say so; for a list of publications that of any fact will do."""
    if not page.record or not page.cited & retracted.keys():
        return
    disclosed: set[str] = set()
    for place, fact in iter_models(page.record, ("trial",)):
        key: str = getattr(fact, "cite", None) or ""
        if key in retracted:
            words = (getattr(fact, name, None) for name in ("note", "said_by", "why"))
            if SAYS_RETRACTED.search("\n".join(filter(None, words))):
                disclosed.add(key)
            else:
                line = page.meta.line((*place, "cite"))
                yield _report_retracted(page.path, line, key, retracted[key], "in the fact's note")
    for block in page.source.blocks:
        if SAYS_RETRACTED.search(block.text):
            disclosed.update(key for match in CITATION_GROUP.finditer(block.text) for key in match["keys"].split("; @"))
    for number, key in enumerate(page.record.publications):
        if key in retracted and key not in disclosed:
            line = page.meta.line(("trial", "publications", number))
            yield _report_retracted(page.path, line, key, retracted[key], "in the text where you cite it")


def _check_retracted_in_claims(project: Project, retracted: Mapping[str, SourceStatus]) -> Iterator[Problem]:
    rows: list[tuple[str, list[str], list[str]]] = [
        (
            f"id: {re.escape(one.id)}",
            [*one.sources, *find_cited_keys(one.finding)],
            [one.says, one.finding, one.note or ""],
        )
        for one in project.claims.claims
    ]
    rows += [
        (
            f"id: {re.escape(one.id)}",
            [*([one.key] if one.key else []), *one.better_source, *find_cited_keys(one.reason)],
            [one.claim, one.reason, one.status or ""],
        )
        for one in project.claims.citations
    ]
    rows += [
        (f"references:.*?key: {one.key}", [one.key], [one.audit, one.errors or ""]) for one in project.claims.references
    ]
    for place, keys, texts in rows:
        for key in dict.fromkeys(keys):
            if key in retracted and not SAYS_RETRACTED.search("\n".join(texts)):
                text, _ = read_text(project.root / CLAIMS_FILE, CLAIMS_FILE)
                found = re.search(rf"\b{place}\b", text, re.DOTALL)
                line = text.count("\n", 0, found.end()) + 1 if found else 1
                yield _report_retracted(CLAIMS_FILE, line, key, retracted[key], "in this row")


@rule("source-status-old")
def _check_status_age(project: Project) -> Iterator[Problem]:
    """One line for old answers, one for identifiers that the file does not have."""
    if not project.status.there:
        return
    newest: dict[str, str] = {}
    for table in project.status.numbers.values():
        for answers in table.values():
            for who, said in answers.said.items():
                if who in DATABASES and said.checked and said.state != NOT_CHECKED:
                    newest[who] = max(said.checked, newest.get(who, ""))
    old = [
        f"{DATABASES[who]} on {newest[who]}"
        for who in DATABASES
        if _count_days_since(newest.get(who), project.today) > MAX_ANSWER_AGE_DAYS
    ]
    if old:
        message = f"last answered: {', '.join(old)}; that is more than {MAX_ANSWER_AGE_DAYS} days ago; update them: {UPDATE_COMMAND}"
        yield Problem(SOURCE_STATUS_FILE, 1, "source-status-old", message)
    missing = {"doi": 0, "pmid": 0}
    first = ""
    for key, entry in project.bibliography.entries.items():
        for kind, number in get_identifiers(entry):
            if number not in project.status.numbers[kind]:
                missing[kind] += 1
                first = first or key
    if any(missing.values()):
        counted = " and ".join(f"{n} {pluralize(kind.upper() + 's', n)}" for kind, n in missing.items() if n)
        message = f"{counted} of {BIB_FILE} not in this file (first: {first}); add them: {ENTER_COMMAND}"
        yield Problem(SOURCE_STATUS_FILE, 1, "source-status-old", message)


def _count_days_since(checked: str | None, today: date) -> int:
    return (today - date.fromisoformat(checked)).days if checked else 0


def _check_metadata(project: Project) -> Iterator[Problem]:
    """Entries that differ from the database record of their identifier, and suppressions that are no longer needed."""
    disagreements = list(_find_disagreements(project))
    valid, problems = SOURCE_POLICY.read(project)
    yield from problems
    suppressed = {suppression.what: suppression for suppression in valid}
    for key, problem in disagreements:
        if key in suppressed:
            suppressed[key].used = True
        else:
            yield problem
    yield from SOURCE_POLICY.check_unused(valid)


@rule("source-metadata")
def _find_disagreements(project: Project) -> Iterator[tuple[str, Problem]]:
    """The key of an entry, and how its database disagrees with it: one line for each number."""
    for entry in project.bibliography.entries.values():
        for kind, number in get_identifiers(entry):
            answers = project.status.of(kind, number)
            if not answers.said:
                continue
            named = f"{kind.upper()} {number}"
            there = answers.by(EXISTS)
            who = DATABASES[METADATA_DATABASE[kind]]
            if there.state == NO:
                database = "doi.org" if kind == "doi" else "PubMed"
                message = f"{named} does not exist at {database} ({there.checked}); look it up and correct it"
                line = entry.field_lines.get(kind, entry.line)
            else:
                wrong = [
                    n for n, v in bib_matching.compare_fields(entry, answers.seen).items() if v == bib_matching.DISAGREE
                ]
                if not wrong:
                    continue
                if bib_matching.is_other_work(entry, answers.seen):
                    shown = ", ".join(
                        answers.seen[name] for name in bib_matching.COMPARED_FIELDS if name in answers.seen
                    )
                    message = f"{named} leads to another work, by {who}: {shown}; correct the number or the entry"
                    line = entry.field_lines.get(kind, entry.line)
                else:
                    shown = "; ".join(f"{name} '{answers.seen[name]}'" for name in wrong)
                    message = f"{who} has for {named}: {shown}; compare the entry with the source, then correct it, or excuse it in {SOURCE_POLICY.path}"
                    line = entry.field_lines.get(BIB_FIELDS_BY_LABEL.get(wrong[0], wrong[0]), entry.line)
            yield entry.key, Problem(BIB_FILE, line, "source-metadata", f"{entry.key}: {message}")


BIB_FIELDS_BY_LABEL = {"first author": "author"}


# --- what readers see ----------------------------------------------------------------------------


def get_notice_label(notice: Notice) -> str:
    """What happened to a work, in a word or two: "retracted"."""
    return NOTICE_TYPE_LABELS.get(notice.word.lower().replace(" ", "_"), NOTICE_STATE_LABELS[notice.state])


def describe_notice(notice: Notice) -> str:
    """A notice in one line of plain words."""
    dated = f"{get_notice_label(notice)}{_format_notice_date(notice.date)}"
    return f"{dated}, notice {_format_notice_id(notice)}" if _format_notice_id(notice) else dated


def _format_notice_date(date_: str) -> str:
    return (" on " if len(date_) == 10 else " in ") + date_ if date_ else ""


def _format_notice_id(notice: Notice) -> str:
    return f"doi:{notice.doi}" if notice.doi else f"PMID {notice.pmid}" if notice.pmid else ""

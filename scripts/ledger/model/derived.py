"""Facts that follow from records, pages and the bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath

from ledger.markdown.scanner import CITATION_GROUP
from ledger.model import claims
from ledger.model.bibliography import Entry
from ledger.model.certainty import find_rating_keys
from ledger.model.claims import Claim
from ledger.model.placeholders import Options, find_placeholders
from ledger.model.project import Page, Project
from ledger.model.trial_record import Record


def find_cited_keys(page: Page) -> Iterator[str]:
    """The keys that a page's text cites."""
    for match in CITATION_GROUP.finditer(page.source.prose):
        yield from match["keys"].split("; @")


def find_citing_pages(project: Project) -> Mapping[str, list[str]]:
    """For each key the pages (``src``) that show a citation of it, generated tables included."""
    pages: dict[str, dict[str, None]] = {}
    for page in project.pages.values():
        for key in find_cited_keys(page):
            pages.setdefault(key, {})[page.src] = None
        for key in page.cited:
            pages.setdefault(key, {})[page.src] = None
        for key in (*find_claim_table_keys(project, page), *find_certainty_table_keys(project, page)):
            pages.setdefault(key, {})[page.src] = None
    return {key: list(citing) for key, citing in pages.items()}


def find_certainty_table_keys(project: Project, page: Page) -> Iterator[str]:
    """The keys that a therapy page cites in its table of certainty ratings."""
    if any(comment.text == "generated: certainty" for comment in page.source.comments):
        yield from find_rating_keys(project.certainty.therapies.get(PurePosixPath(page.src).stem, ()))


def find_claim_table_keys(project: Project, page: Page) -> Iterator[str]:
    """The keys that a page cites in its tables of claims or audited citations."""
    for comment in page.source.comments:
        shown = re.match(r"generated: (claims|citations)(?: article=(\w))?", comment.text)
        if shown and shown[1] == "claims":
            for claim in project.claims.claims:
                if claim.article == (shown[2] or claim.article):
                    yield from (*claims.find_cited_keys(claim.finding), *claim.sources)
        elif shown:
            for row in project.claims.citations:
                yield from (*([row.key] if row.key else []), *claims.find_cited_keys(row.reason), *row.better_source)


ENDED_STATUSES = ("completed", "terminated", "suspended", "withdrawn")


def describe_overdue_results(record: Record, today: date) -> str | None:
    """The notice on a trial whose results are overdue or that has gone silent; None for other trials.

    Counted from completion, which is later than the primary completion that the law names, so that no trial is called
    overdue too early.
    """
    published = [row for row in record.results if not row.said_by]  # statements of companies or news do not count
    if published or record.publications or record.dates.results_posted:
        return None
    done = record.dates.completion or record.dates.primary_completion
    if done is None or not _is_past_deadline(done.value, today):
        if record.latest.value == "completed" and _is_past_deadline(record.latest.as_of, today):
            return "Results overdue: completed more than 12 months ago; no results posted or published were found."
        return None
    if done.type == "actual" or record.latest.value in ENDED_STATUSES:
        return f"Results overdue: ended {done.value}; no results posted or published were found."
    return f"Silent: the planned end was {done.value}; no newer word, no results posted or published were found."


def _is_past_deadline(value: str, today: date) -> bool:
    """Whether a date, as exact as it is given, lies more than twelve months back."""
    year, month = today.year - OVERDUE_MONTHS // 12, today.month
    return value < f"{year:04}-{month:02}-{today.day:02}"[: len(value)]


def select_claims(project: Project, options: Options) -> list[Claim]:
    wanted = options.get("article")
    return [claim for claim in project.claims.claims if wanted in (None, claim.article)]


OVERDUE_MONTHS = 12
"""Months after completion by which we expect results. US law counts them from the primary completion (42 CFR 11.44)."""


def select_listed_sources(project: Project, options: Options) -> list[Entry]:
    """The sources that a list of sources shows: all, or only ``papers``, or only those on the ``web``."""
    part = options.get("part")
    entries = project.bibliography.entries.values()
    return [entry for entry in entries if part is None or (part == "web") == (entry.type == "online")]


def find_list_of_source(project: Project, entry: Entry) -> Page | None:
    """The page whose list of sources shows an entry."""
    for page in project.pages.values():
        for what, options in find_placeholders(page):
            if what == "bibliography" and entry in select_listed_sources(project, options):
                return page
    return None

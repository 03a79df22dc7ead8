"""Queries to all services at once, and their results merged into the stored status.

A service without a usable response leaves "not checked", or its older result with its older date; never "nothing
found".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ledger.http.api import RequestFailedError, create_api_client, validate_api_url
from ledger.http.client import HttpClient, HttpSettings, Timer
from ledger.model import project, source_status
from ledger.model.source_status import EXISTS, NOT_CHECKED, DatabaseResult, IdentifierStatus, SourceStatusFile
from ledger.source_status import crossref, doi_handles, pubmed, retraction_watch
from ledger.source_status.responses import BadResponseError, LookupResult


@dataclass(frozen=True)
class Service:
    """A service: its name, its address, the kind of identifier that it knows, how many go into one request."""

    name: str
    url: str
    kind: str
    look_up: Callable[[HttpClient, str, Sequence[str], date], Awaitable[Mapping[str, LookupResult]]]
    batch: int = 1


SERVICES: Mapping[str, Service] = {
    "crossref": Service("Crossref", crossref.API_URL, "doi", crossref.look_up_dois),
    "pubmed": Service("PubMed", pubmed.API_URL, "pmid", pubmed.look_up_pmids, pubmed.MAX_PMIDS_PER_REQUEST),
    "handles": Service("doi.org", doi_handles.API_URL, "doi", doi_handles.look_up_dois),
}


@dataclass
class ServiceTally:
    """Counts of one service: identifiers with and without a result, and the first reason for one without."""

    answered: int = 0
    unanswered: int = 0
    reason: str = ""

    def add_failures(self, count: int, reason: str) -> None:
        self.unanswered += count
        self.reason = self.reason or reason


StatusTables = dict[str, dict[str, IdentifierStatus]]
"""By kind of identifier, then by number."""


@dataclass
class Update:
    """The status so far, the counts by service, and whether Ctrl-C stopped the run."""

    tables: StatusTables
    today: date
    tallies: dict[str, ServiceTally] = field(default_factory=lambda: {name: ServiceTally() for name in SERVICES})
    stopped: bool = False

    @property
    def status(self) -> SourceStatusFile:
        return SourceStatusFile(self.tables, True)

    def add(self, name: str, number: str, lookup: LookupResult) -> None:
        """Add one result of a service."""
        table, tally = self.tables[SERVICES[name].kind], self.tallies[name]
        table[number] = merge_lookup_result(table[number], name, lookup, self.today)
        result = lookup.result
        if result is not None and result.state == NOT_CHECKED and lookup.exists == NOT_CHECKED:
            tally.add_failures(1, f"{number}: {result.why}")
        else:
            tally.answered += 1


def query_databases(
    loaded: project.Project,
    settings: HttpSettings,
    base_urls: Mapping[str, str],
    retraction_watch_file: Path | None = None,
    timer: Timer | None = None,
) -> Update:
    """Query all services about every DOI and PMID. Ctrl-C ends the run and keeps the results so far."""
    wanted = {kind: sorted(entries) for kind, entries in source_status.collect_identifiers(loaded.bibliography).items()}
    update = Update(
        {kind: {number: loaded.status.of(kind, number) for number in numbers} for kind, numbers in wanted.items()},
        loaded.today,
    )
    asyncio.run(_query_services(update, settings, base_urls, timer))
    update.tallies["retraction-watch"] = _apply_retraction_watch(update, retraction_watch_file)
    return update


async def _query_services(
    update: Update, settings: HttpSettings, base_urls: Mapping[str, str], timer: Timer | None
) -> None:
    async with create_api_client(settings, timer) as client:
        tasks = [asyncio.create_task(_query_service(name, base_urls[name], client, update)) for name in SERVICES]
        ended = await client.finish(tasks)
    update.stopped = ended == "stopped"
    for name, tally in update.tallies.items():
        remaining = len(update.tables[SERVICES[name].kind]) - tally.answered - tally.unanswered
        if remaining:
            tally.add_failures(remaining, "stopped" if update.stopped else "the time for this run was over")


async def _query_service(name: str, base_url: str, client: HttpClient, update: Update) -> None:
    """Look up every identifier at one service, one request at a time."""
    service = SERVICES[name]
    numbers = list(update.tables[service.kind])
    for start in range(0, len(numbers), service.batch):
        batch = numbers[start : start + service.batch]
        try:
            results = await service.look_up(client, validate_api_url(base_url), batch, update.today)
        except (RequestFailedError, BadResponseError) as error:
            update.tallies[name].add_failures(len(batch), f"{batch[0]}: {error}")
            continue
        for number, lookup in results.items():
            update.add(name, number, lookup)


def merge_lookup_result(old: IdentifierStatus, service: str, lookup: LookupResult, today: date) -> IdentifierStatus:
    """The status with one more result. "Not checked" does not replace an older result."""
    results = dict(old.said)
    if lookup.result is not None and (lookup.result.state != NOT_CHECKED or old.by(service).state == NOT_CHECKED):
        results[service] = lookup.result
    if lookup.exists != NOT_CHECKED:
        results[EXISTS] = DatabaseResult(lookup.exists, today.isoformat())
    return IdentifierStatus(results, lookup.metadata or old.seen)


def _apply_retraction_watch(update: Update, path: Path | None) -> ServiceTally:
    tally = ServiceTally()
    total = sum(len(table) for table in update.tables.values())
    if path is None:
        tally.add_failures(total, "no file given; add --retraction-watch FILE")
        return tally
    wanted = {kind: frozenset(table) for kind, table in update.tables.items()}
    try:
        data = retraction_watch.read_retraction_watch(path, wanted, update.today)
    except BadResponseError as error:
        tally.add_failures(total, str(error))
        return tally
    for (kind, number), result in data.results.items():
        old = update.tables[kind][number]
        if result.checked >= old.by("retraction-watch").checked:  # an older copy of the data does not replace a newer
            update.tables[kind][number] = replace(old, said={**old.said, "retraction-watch": result})
        tally.answered += 1
    if not data.complete:
        reason = f"only {data.rows} rows; identifiers that are not in them are not checked"
        tally.add_failures(total - tally.answered, reason)
    return tally

"""Queries to all services at once: one thread per service, and their results merged into the stored status.

A service without a usable response leaves "not checked", or its older result with its older date; never "nothing
found".
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ledger.model import project, source_status
from ledger.model.source_status import EXISTS, NOT_CHECKED, DatabaseResult, IdentifierStatus, SourceStatusFile
from ledger.source_status import crossref, doi_handles, pubmed, retraction_watch
from ledger.source_status.client import PoliteClient, RequestFailedError, RetryPolicy
from ledger.source_status.responses import BadResponseError, LookupResult

SERVICE_URLS: Mapping[str, str] = {
    "crossref": crossref.API_URL,
    "pubmed": pubmed.API_URL,
    "handles": doi_handles.API_URL,
}
IDENTIFIER_KINDS: Mapping[str, str] = {"crossref": "doi", "pubmed": "pmid", "handles": "doi"}


@dataclass
class UpdateSettings:
    """The contact sent to the services, their URLs, the Retraction Watch file and the limits on requests."""

    contact: str
    base_urls: Mapping[str, str] = field(default_factory=lambda: dict(SERVICE_URLS))
    retraction_watch: Path | None = None
    policy: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass
class ServiceTally:
    """Counts of one service: identifiers with and without a result, and the first reason for one without."""

    answered: int = 0
    unanswered: int = 0
    reason: str = ""

    def add_failures(self, count: int, reason: str) -> None:
        self.unanswered += count
        self.reason = self.reason or reason


@dataclass(frozen=True)
class ServiceQuery:
    """One request to a service, for some identifiers of one kind."""

    kind: str
    numbers: tuple[str, ...]
    look_up: Callable[[PoliteClient], Mapping[str, LookupResult]]


@dataclass(frozen=True)
class ServiceReply:
    """The outcome of one query: the results by number, or the reason why there are none."""

    service: str
    query: ServiceQuery
    outcome: Mapping[str, LookupResult] | str


@dataclass
class UpdateResult:
    """The new status, the counts by service, and whether Ctrl-C stopped the run."""

    status: SourceStatusFile
    tallies: dict[str, ServiceTally]
    stopped: bool = False


StatusTables = dict[str, dict[str, IdentifierStatus]]
"""By kind of identifier, then by number."""


def query_databases(loaded: project.Project, settings: UpdateSettings) -> UpdateResult:
    """Query all services about every DOI and PMID. Ctrl-C ends the run and keeps the results so far."""
    wanted = {kind: sorted(entries) for kind, entries in source_status.collect_identifiers(loaded.bibliography).items()}
    tables: StatusTables = {
        kind: {number: loaded.status.of(kind, number) for number in numbers} for kind, numbers in wanted.items()
    }
    tallies = {name: ServiceTally() for name in SERVICE_URLS}
    replies: queue.Queue[ServiceReply | None] = queue.Queue()
    stop = threading.Event()
    deadline = time.monotonic() + settings.policy.budget
    threads = [
        threading.Thread(target=_run_queries, args=(name, queries, settings, stop, deadline, replies), daemon=True)
        for name, queries in _plan_queries(wanted, settings, loaded.today).items()
    ]
    try:
        for thread in threads:
            thread.start()
        running = len(threads)
        while running:
            try:
                reply = replies.get(timeout=0.2)  # without a timeout, Ctrl-C would have to wait
            except queue.Empty:
                continue
            if reply is None:
                running -= 1
            else:
                _record_reply(reply, tables, tallies, loaded.today)
    except KeyboardInterrupt:
        stop.set()
        with contextlib.suppress(queue.Empty):
            while True:
                reply = replies.get_nowait()
                if reply is not None:
                    _record_reply(reply, tables, tallies, loaded.today)
    for name, tally in tallies.items():
        remaining = len(wanted[IDENTIFIER_KINDS[name]]) - tally.answered - tally.unanswered
        if remaining > 0:
            tally.add_failures(remaining, "stopped")
    tallies["retraction-watch"] = _apply_retraction_watch(wanted, tables, settings, loaded.today)
    return UpdateResult(SourceStatusFile(tables, True), tallies, stopped=stop.is_set())


def _plan_queries(
    wanted: Mapping[str, Sequence[str]], settings: UpdateSettings, today: date
) -> dict[str, list[ServiceQuery]]:
    """The queries of each service, in order."""
    email = "" if settings.contact.startswith("https:") else settings.contact

    def query_crossref(doi: str) -> ServiceQuery:
        return ServiceQuery("doi", (doi,), lambda client: crossref.look_up_doi(client, doi, email, today))

    def query_handle(doi: str) -> ServiceQuery:
        return ServiceQuery("doi", (doi,), lambda client: doi_handles.look_up_doi(client, doi))

    def query_pubmed(pmids: tuple[str, ...]) -> ServiceQuery:
        return ServiceQuery("pmid", pmids, lambda client: pubmed.look_up_pmids(client, pmids, email, today))

    size = pubmed.MAX_PMIDS_PER_REQUEST
    pmids = wanted["pmid"]
    return {
        "crossref": [query_crossref(doi) for doi in wanted["doi"]],
        "handles": [query_handle(doi) for doi in wanted["doi"]],
        "pubmed": [query_pubmed(tuple(pmids[start : start + size])) for start in range(0, len(pmids), size)],
    }


def _run_queries(
    name: str,
    queries: Sequence[ServiceQuery],
    settings: UpdateSettings,
    stop: threading.Event,
    deadline: float,
    replies: queue.Queue[ServiceReply | None],
) -> None:
    """Run the queries of one service; after several failures in a row the rest is skipped. None is the last reply."""
    user_agent = build_user_agent(settings.contact)
    skip_reason, failures = "", 0
    try:
        with PoliteClient(settings.base_urls[name], user_agent, settings.policy, stop, deadline) as client:
            for query in queries:
                if skip_reason:
                    replies.put(ServiceReply(name, query, skip_reason))
                    continue
                try:
                    replies.put(ServiceReply(name, query, query.look_up(client)))
                    failures = 0
                except (RequestFailedError, BadResponseError) as error:
                    failures += 1
                    reason = f"{query.numbers[0]}: {error}"
                    if failures >= settings.policy.max_failures:
                        skip_reason = f"{reason} ({failures} failures in a row: service skipped)"
                    elif isinstance(error, RequestFailedError) and error.final:
                        skip_reason = reason
                    replies.put(ServiceReply(name, query, skip_reason or reason))
    except RequestFailedError as error:  # the URL of the service is not valid
        for query in queries:
            replies.put(ServiceReply(name, query, str(error)))
    except Exception as error:  # a bug must end neither in a traceback of a thread nor in silence
        bug = f"stopped by a bug in this program: {type(error).__name__}"
        replies.put(ServiceReply(name, ServiceQuery("doi", (), lambda _: {}), bug))
    finally:
        replies.put(None)


def build_user_agent(contact: str) -> str:
    """The User-Agent header, with a contact for the operators of the services."""
    shown = contact if contact.startswith("https:") else f"mailto:{contact}"
    return f"islet-ledger check_citations.py/1.0 ({shown}; asks about cited sources, seldom)"


def _record_reply(reply: ServiceReply, tables: StatusTables, tallies: dict[str, ServiceTally], today: date) -> None:
    tally = tallies[reply.service]
    if isinstance(reply.outcome, str):
        tally.add_failures(len(reply.query.numbers), reply.outcome)
        return
    table = tables[reply.query.kind]
    for number, lookup in reply.outcome.items():
        table[number] = merge_lookup_result(table[number], reply.service, lookup, today)
        result = lookup.result
        if result is not None and result.state == NOT_CHECKED and lookup.exists == NOT_CHECKED:
            tally.add_failures(1, f"{number}: {result.why}")
        else:
            tally.answered += 1


def merge_lookup_result(old: IdentifierStatus, service: str, lookup: LookupResult, today: date) -> IdentifierStatus:
    """The status with one more result. "Not checked" does not replace an older result."""
    results = dict(old.said)
    if lookup.result is not None and (lookup.result.state != NOT_CHECKED or old.by(service).state == NOT_CHECKED):
        results[service] = lookup.result
    if lookup.exists != NOT_CHECKED:
        results[EXISTS] = DatabaseResult(lookup.exists, today.isoformat())
    return IdentifierStatus(results, lookup.metadata or old.seen)


def _apply_retraction_watch(
    wanted: Mapping[str, Sequence[str]], tables: StatusTables, settings: UpdateSettings, today: date
) -> ServiceTally:
    tally = ServiceTally()
    total = sum(len(numbers) for numbers in wanted.values())
    if settings.retraction_watch is None:
        tally.add_failures(total, "no file given; add --retraction-watch FILE")
        return tally
    try:
        data = retraction_watch.read_retraction_watch(
            settings.retraction_watch, {kind: frozenset(numbers) for kind, numbers in wanted.items()}, today
        )
    except BadResponseError as error:
        tally.add_failures(total, str(error))
        return tally
    for (kind, number), result in data.results.items():
        old = tables[kind][number]
        if result.checked >= old.by("retraction-watch").checked:  # an older copy of the data does not replace a newer
            tables[kind][number] = replace(old, said={**old.said, "retraction-watch": result})
        tally.answered += 1
    if not data.complete:
        reason = f"only {data.rows} rows; identifiers that are not in them are not checked"
        tally.add_failures(total - tally.answered, reason)
    return tally

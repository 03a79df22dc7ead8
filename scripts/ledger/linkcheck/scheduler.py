"""Request many addresses concurrently and politely: few at a time, slowly at each host, with retries where they can help.

Each distinct request is made once, however many places of the site lead there. Results are passed on as they come, so
that nothing is lost when the run is stopped.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TextIO

import httpx

from ledger.linkcheck import ssrf_guard
from ledger.linkcheck.classify import TRANSIENT_STATUSES, FetchFailure, FetchResponse, classify_response, is_transient
from ledger.linkcheck.fetch import MAX_BODY_BYTES, MAX_BODY_BYTES_FOR_FRAGMENT, FetchTimeouts, fetch_url
from ledger.linkcheck.interrupts import stop_on_interrupt
from ledger.linkcheck.ssrf_guard import GuardedNetworkBackend, IPNetwork, Resolver
from ledger.model.external_links import ExternalLink, LinkRequest
from ledger.model.link_state import LinkResult

USER_AGENT_NAME = "islet-ledger link check"
MAX_HOST_FAILURES = 3
"""A host that fails so many times in a row is not requested again in this run."""
PROGRESS_BAR_WIDTH = 30


@dataclass(frozen=True)
class RequestPolicy:
    """Limits on the requests of a run. Times in seconds."""

    jobs: int = 16
    """Concurrent requests, over all hosts."""
    per_host: int = 2
    """Concurrent requests to one host."""
    delay: float = 0.5
    """From the start of one request to the start of the next at the same host."""
    read_timeout: float = 15.0
    """Maximum time without any data from a server."""
    total_timeout: float = 30.0
    """Maximum time for one address with all its redirects."""
    tries: int = 3
    pause: float = 2.0
    """Before the second try; doubled before each further one."""
    max_wait: float = 60.0
    """Maximum Retry-After that is obeyed; beyond it the address is left to the next run."""
    budget: float = 1200.0
    """Maximum time for the whole run; addresses not reached by then are not checked."""
    contact: str = ""
    networks: tuple[IPNetwork, ...] = ()
    """Private networks that may be requested."""

    @property
    def user_agent(self) -> str:
        contact = self.contact or "no contact given"
        return f"{USER_AGENT_NAME}/1.0 (a static knowledge base checks its own links; {contact})"


@dataclass
class _HostState:
    """The limits of one host and its failures so far."""

    slots: asyncio.Semaphore
    free_at: float = 0.0
    failures: int = 0
    """Failures in a row that concern the host and not one page."""


@dataclass
class LinkCheckRun:
    """The results of a run by address, its counts, and how it ended."""

    results: dict[str, LinkResult] = field(default_factory=dict)
    finished: int = 0
    """Distinct requests that are done, retries included."""
    requests: int = 0
    responses: int = 0
    """HTTP responses of any kind: proof that there is a network."""
    ended: str = "done"
    """``done``, ``budget`` (out of time) or ``stopped`` (by Ctrl-C)."""

    @property
    def offline(self) -> bool:
        """Whether requests were made and none got a response."""
        return self.requests > 0 and self.responses == 0


ResultCallback = Callable[[ExternalLink, LinkResult], None]
FetchOutcome = FetchResponse | FetchFailure


@dataclass(frozen=True)
class Timer:
    """A clock in seconds and a way to sleep. Tests pass their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL_TIME = Timer()


def request_external_links(
    links: Sequence[ExternalLink],
    policy: RequestPolicy,
    on_result: ResultCallback = lambda link, result: None,
    resolve: Resolver = ssrf_guard.resolve_host,
    progress: TextIO | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    timer: Timer = REAL_TIME,
) -> LinkCheckRun:
    """Request all links in the given order, and call ``on_result`` for each.

    Failures without a response (DNS, connection, timeout) are held back until one host has responded: until then our
    own network may be down.
    """
    return asyncio.run(_Scheduler(policy, on_result, resolve, progress, clock, timer).run_all(links))


class _Scheduler:
    """The state of one run."""

    def __init__(
        self,
        policy: RequestPolicy,
        on_result: ResultCallback,
        resolve: Resolver,
        progress: TextIO | None,
        clock: Callable[[], datetime],
        timer: Timer,
    ) -> None:
        self.policy = policy
        self.on_result = on_result
        self.backend = GuardedNetworkBackend(policy.networks, ssrf_guard.cache_resolver(resolve))
        self.progress = progress
        self.clock = clock
        self.timer = timer
        self.hosts: dict[str, _HostState] = {}
        self.jobs = asyncio.Semaphore(policy.jobs)
        self.run = LinkCheckRun()
        self.held_back: list[tuple[ExternalLink, LinkResult]] = []
        self.deadline = self.timer.now() + policy.budget

    async def run_all(self, links: Sequence[ExternalLink]) -> LinkCheckRun:
        groups = group_by_request(links)
        headers = {"User-Agent": self.policy.user_agent}
        async with ssrf_guard.create_guarded_client(
            self.backend, self.policy.jobs, self.policy.read_timeout, headers
        ) as client:
            tasks = [asyncio.create_task(self.check_group(client, *group)) for group in groups.items()]
            self.run.ended = await self.wait_for_end(tasks)
        self.show_progress(len(tasks), finished=True)
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                raise error
        self.report_results()
        self.mark_unchecked(links)
        return self.run

    async def wait_for_end(self, tasks: Sequence[asyncio.Task[None]]) -> str:
        """Wait until all tasks are done, Ctrl-C or the deadline, and cancel what is left; how the run ended."""
        stop = asyncio.Event()
        everything = asyncio.gather(*tasks, return_exceptions=True)
        with stop_on_interrupt(stop):
            stopping = asyncio.ensure_future(stop.wait())
            ends: list[asyncio.Future[Any]] = [everything, stopping]
            while not everything.done() and not stop.is_set() and self.timer.now() < self.deadline:
                self.show_progress(len(tasks))
                interval = max(0.0, min(0.25 if self.progress else 60.0, self.deadline - self.timer.now()))
                await asyncio.wait(ends, timeout=interval, return_when=asyncio.FIRST_COMPLETED)
            ended = "done" if everything.done() else "stopped" if stop.is_set() else "budget"
            for task in (*tasks, stopping):
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)
        return ended

    def mark_unchecked(self, links: Sequence[ExternalLink]) -> None:
        """Give every link without a result the result ``not-checked``, with the reason."""
        reasons = {"budget": "the time for this run was over", "stopped": "the run was stopped"}
        reason = reasons.get(self.run.ended, "no response")
        if self.run.offline:
            reason = "no host responded; the network may be down"
        for link in links:
            self.run.results.setdefault(link.text, LinkResult("not-checked", reason))

    async def check_group(self, client: httpx.AsyncClient, request: LinkRequest, links: Sequence[ExternalLink]) -> None:
        """Make one request with its retries, and classify every link that it serves."""
        has_fragment = any(link.fragment for link in links)
        max_bytes = MAX_BODY_BYTES_FOR_FRAGMENT if has_fragment else MAX_BODY_BYTES
        outcome = await self.fetch_with_retries(client, request, max_bytes)
        self.run.finished += 1
        for link in links:
            result = outcome if isinstance(outcome, LinkResult) else classify_response(request, outcome, link.fragment)
            self.held_back.append((link, result))
        self.report_results()

    def report_results(self) -> None:
        """Pass on what is certain: everything once a host has responded, before that only what was not requested."""
        uncertain = []
        for link, result in self.held_back:
            if self.run.responses or result.kind == "refused-unsafe":
                self.run.results[link.text] = result
                self.on_result(link, result)
            else:
                uncertain.append((link, result))
        self.held_back = uncertain

    async def fetch_with_retries(
        self, client: httpx.AsyncClient, request: LinkRequest, max_bytes: int
    ) -> FetchOutcome | LinkResult:
        """The outcome of the last try. Only transient failures are tried again."""
        if reason := ssrf_guard.explain_unsafe_url(request.url):
            return FetchFailure("refused-unsafe", f"not requested: {reason}")
        name = httpx.URL(request.url).netloc.decode("ascii", "replace")
        host = self.hosts.setdefault(name, _HostState(asyncio.Semaphore(self.policy.per_host)))
        attempt = 0
        while True:
            attempt += 1
            async with host.slots:
                if attempt == 1 and host.failures >= MAX_HOST_FAILURES:
                    return LinkResult("deferred", f"{name} failed {host.failures} times in a row and was left alone")
                outcome = await self.fetch_once(client, request.url, max_bytes, host)
            retry_after = self.get_retry_after(outcome)
            backoff = self.policy.pause * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
            pause = max(backoff, retry_after or 0.0)
            if not self.should_retry(outcome, attempt, pause, retry_after):
                host.failures = host.failures + 1 if _is_host_failure(outcome) else 0
                return _describe_last_try(outcome, attempt, retry_after) if is_transient(outcome) else outcome
            if isinstance(outcome, FetchResponse) and outcome.status == 429 and retry_after and not outcome.hops:
                host.free_at = max(host.free_at, self.timer.now() + pause)  # it applies to all requests to the host
            await self.timer.sleep(pause)

    async def fetch_once(self, client: httpx.AsyncClient, url: str, max_bytes: int, host: _HostState) -> FetchOutcome:
        """Wait for the host's next free time, fetch and count."""
        while (rest := host.free_at - self.timer.now()) > 0:  # another task may move it while this one sleeps
            await self.timer.sleep(rest)
        host.free_at = self.timer.now() + self.policy.delay
        timeouts = FetchTimeouts(self.policy.read_timeout, self.policy.total_timeout)
        async with self.jobs:
            outcome = await fetch_url(client, url, max_bytes, timeouts, self.backend)
        if isinstance(outcome, FetchResponse) or outcome.hops:
            self.run.requests += 1
            self.run.responses += 1
        elif outcome.kind != "refused-unsafe":
            self.run.requests += 1
        return outcome

    def get_retry_after(self, outcome: FetchOutcome) -> float | None:
        if isinstance(outcome, FetchFailure):
            return None
        return parse_retry_after(outcome.headers.get("retry-after", ""), self.clock())

    def should_retry(self, outcome: FetchOutcome, attempt: int, pause: float, retry_after: float | None) -> bool:
        timed_out = isinstance(outcome, FetchFailure) and outcome.kind == "time-out"
        max_tries = min(self.policy.tries, 2) if timed_out else self.policy.tries
        too_long = retry_after is not None and pause > max(self.policy.max_wait, self.policy.pause)
        return (
            is_transient(outcome) and attempt < max_tries and not too_long and self.timer.now() + pause < self.deadline
        )

    def show_progress(self, total: int, finished: bool = False) -> None:
        """Draw the progress bar; erase it once the run has finished."""
        if not self.progress:
            return
        filled = PROGRESS_BAR_WIDTH * self.run.finished // max(total, 1)
        bar = f"[{'#' * filled}{'.' * (PROGRESS_BAR_WIDTH - filled)}] {self.run.finished} of {total} links checked"
        with suppress(OSError, ValueError):
            self.progress.write("\r" + (" " * len(bar) + "\r" if finished else bar))
            self.progress.flush()


def group_by_request(links: Sequence[ExternalLink]) -> Mapping[LinkRequest, list[ExternalLink]]:
    """Links by the request that serves them, in the order of the first."""
    groups: dict[LinkRequest, list[ExternalLink]] = {}
    for link in links:
        groups.setdefault(link.ask, []).append(link)
    return groups


def parse_retry_after(header: str, now: datetime) -> float | None:
    """Seconds to wait, from a number or a date; None where the header has neither."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _describe_last_try(outcome: FetchOutcome, attempt: int, retry_after: float | None) -> FetchFailure | LinkResult:
    """A transient outcome with the number of tries in its evidence."""
    tries = f"tried {attempt} times" if attempt > 1 else "tried once"
    if isinstance(outcome, FetchFailure):
        return FetchFailure(outcome.kind, f"{outcome.evidence}, {tries}", outcome.hops)
    wait = f"; the host wants us to wait {retry_after:.0f} seconds" if retry_after else ""
    return LinkResult("deferred", f"status {outcome.status}, {tries}{wait}")


def _is_host_failure(outcome: FetchOutcome) -> bool:
    """Whether other requests to the same host would probably fail as well."""
    if outcome.hops:
        return False
    if isinstance(outcome, FetchResponse):
        return outcome.status in TRANSIENT_STATUSES
    return outcome.kind in ("dns", "refused", "time-out")

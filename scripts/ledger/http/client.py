"""Request addresses politely: few at a time, slowly at each host, with retries where they can help."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Literal

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from ledger.http import ssrf_guard
from ledger.http.fetch import FetchFailure, FetchOutcome, FetchResponse, fetch_url
from ledger.http.ssrf_guard import GuardedNetworkBackend

TRANSIENT_STATUSES = frozenset({408, 425, 429, 502, 503, 504, 511, *range(520, 531)})
ACCEPT_PAGES = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
DIRECT_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Hosts that are never behind a proxy."""


@dataclass(frozen=True)
class HttpSettings:
    """Limits on the requests of a program. Times in seconds, sizes in bytes."""

    contact: str = ""
    """Mail address or web page, sent to every host."""
    timeout: float = 20.0
    """Maximum time without any data; a response with all its redirects may take twice as long."""
    delay: float = 0.5
    """From the start of one request to the start of the next at the same host."""
    jobs: int = 16
    """Concurrent requests, over all hosts."""
    per_host: int = 2
    """Concurrent requests to one host."""
    tries: int = 3
    """Tries for transient failures; a timeout is tried twice at most."""
    pause: float = 2.0
    """Before the second try; doubled before each further one."""
    max_wait: float = 60.0
    """Maximum Retry-After that is obeyed."""
    max_failures: int = 3
    """A host that fails so many times in a row is not requested again in this run."""
    max_bytes: int = 20_000_000
    """Maximum size of a response body."""
    budget: float = 1200.0
    """Maximum time for the whole run."""

    @property
    def contact_email(self) -> str:
        return self.contact if re.fullmatch(r"[^\s:/]+@[^\s:/]+", self.contact) else ""

    @property
    def user_agent(self) -> str:
        contact = f"mailto:{self.contact}" if self.contact_email else self.contact
        return f"islet-ledger/1.0 (a static knowledge base checks its sources; {contact or 'no contact given'})"


@dataclass(frozen=True)
class Timer:
    """A clock in seconds and a way to sleep. Tests pass their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL_TIME = Timer()


@dataclass
class _Host:
    """The limits of one host and its failures so far."""

    slots: asyncio.Semaphore
    free_at: float = 0.0
    failures: int = 0
    """Failures in a row that concern the host and not one page."""


class HttpClient:
    """A client for one run, to be used in ``async with``.

    With ``guard`` it connects only to the IP addresses that the guard allows, and uses no proxy. Without one it is for
    APIs: their addresses are ours, and a redirect to another host is not followed.
    """

    def __init__(
        self,
        settings: HttpSettings,
        guard: GuardedNetworkBackend | None = None,
        transient_statuses: Collection[int] = TRANSIENT_STATUSES,
        timer: Timer = REAL_TIME,
    ) -> None:
        self.settings, self.guard, self.timer = settings, guard, timer
        self.transient_statuses = transient_statuses
        self.requests = 0
        self.responses = 0
        """HTTP responses of any kind: proof that there is a network."""
        self._deadline = timer.now() + settings.budget
        self._hosts: dict[str, _Host] = {}
        self._jobs = asyncio.Semaphore(settings.jobs)
        self._client = httpx.AsyncClient(
            transport=ssrf_guard.create_guarded_transport(guard, settings.jobs) if guard else None,
            trust_env=guard is None,
            mounts={f"all://{host}": None for host in DIRECT_HOSTS} if guard is None else None,
            timeout=httpx.Timeout(settings.timeout, pool=None),
            headers={"User-Agent": settings.user_agent, "Accept-Language": "en", "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> HttpClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str, max_bytes: int = 0, accept: str = ACCEPT_PAGES) -> FetchOutcome:
        """The response, or the failure after the last try. Only transient failures are tried again."""
        if reason := ssrf_guard.explain_unsafe_url(url):
            return FetchFailure("refused-unsafe", f"not requested: {reason}")
        name = httpx.URL(url).netloc.decode("ascii", "replace")
        host = self._hosts.setdefault(name, _Host(asyncio.Semaphore(self.settings.per_host)))

        tried = False

        async def fetch() -> FetchOutcome:
            nonlocal tried
            async with host.slots:
                if host.failures >= self.settings.max_failures and not tried:
                    evidence = f"{name} failed {self.settings.max_failures} times in a row and was left alone"
                    return FetchFailure("deferred", evidence)
                tried = True
                return await self._fetch_once(url, max_bytes or self.settings.max_bytes, accept, host)

        def pause_host(state: RetryCallState) -> None:  # "too many requests" is about all requests to a host
            outcome = _get_outcome(state)
            if isinstance(outcome, FetchResponse) and outcome.status == 429 and not outcome.hops:
                host.free_at = max(host.free_at, self.timer.now() + state.upcoming_sleep)

        retrying = AsyncRetrying(
            sleep=self.timer.sleep,
            retry=retry_if_result(self._is_transient),
            wait=self._choose_pause,
            stop=self._is_last_try,
            before_sleep=pause_host,
            retry_error_callback=_describe_last_try,
        )
        outcome: FetchOutcome = await retrying(fetch)
        host.failures = host.failures + 1 if _is_host_failure(outcome) else 0
        return outcome

    async def _fetch_once(self, url: str, max_bytes: int, accept: str, host: _Host) -> FetchOutcome:
        """Wait for the host's next free time, fetch and count."""
        while (rest := host.free_at - self.timer.now()) > 0:  # another task may move it while this one sleeps
            await self.timer.sleep(rest)
        host.free_at = self.timer.now() + self.settings.delay
        async with self._jobs:
            outcome = await fetch_url(self._client, url, max_bytes, accept, self.guard)
        if isinstance(outcome, FetchResponse) or outcome.hops:
            self.responses += 1
        if isinstance(outcome, FetchResponse) or outcome.hops or outcome.kind != "refused-unsafe":
            self.requests += 1
        return outcome

    def _is_transient(self, outcome: FetchOutcome) -> bool:
        """Whether another try may succeed: a busy host, a closed connection, a timeout."""
        if isinstance(outcome, FetchFailure):
            return outcome.transient
        return outcome.status in self.transient_statuses and not outcome.is_bot_challenge

    def _choose_pause(self, state: RetryCallState) -> float:
        """The pause before the next try: ours, or that of Retry-After where it is longer."""
        pause = self.settings.pause * 2.0 ** (state.attempt_number - 1)
        return max(pause, _get_retry_after(_get_outcome(state)) or 0.0)

    def _is_last_try(self, state: RetryCallState) -> bool:
        outcome = _get_outcome(state)
        timed_out = isinstance(outcome, FetchFailure) and outcome.kind == "time-out"
        tries = min(self.settings.tries, 2) if timed_out else self.settings.tries
        too_long = (_get_retry_after(outcome) or 0.0) > self.settings.max_wait
        return state.attempt_number >= tries or too_long or self.timer.now() + state.upcoming_sleep >= self._deadline

    async def finish(self, tasks: Sequence[asyncio.Task[None]]) -> Literal["done", "budget", "stopped"]:
        """Wait until all tasks are done, the time of the run is over or Ctrl-C is pressed; cancel what is left."""
        ended: Literal["done", "budget", "stopped"] = "done"
        try:
            while not all(task.done() for task in tasks) and ended == "done":
                await asyncio.wait(tasks, timeout=0.25)
                ended = "budget" if self.timer.now() >= self._deadline else "done"
        except asyncio.CancelledError:  # asyncio.run cancels its main task at Ctrl-C
            ended = "stopped"
        if all(task.done() for task in tasks):
            ended = "done"
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        return ended


def _get_outcome(state: RetryCallState) -> FetchOutcome:
    assert state.outcome is not None
    outcome: FetchOutcome = state.outcome.result()
    return outcome


def _get_retry_after(outcome: FetchOutcome) -> float | None:
    return None if isinstance(outcome, FetchFailure) else parse_retry_after(outcome.headers.get("retry-after", ""))


def parse_retry_after(header: str, now: datetime | None = None) -> float | None:
    """Seconds to wait, from a number or a date; None where the header has neither."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds())


def _describe_last_try(state: RetryCallState) -> FetchFailure:
    """A transient outcome as a failure, with the number of tries in its evidence."""
    outcome = _get_outcome(state)
    tries = f"tried {state.attempt_number} times" if state.attempt_number > 1 else "tried once"
    if isinstance(outcome, FetchFailure):
        return replace(outcome, evidence=f"{outcome.evidence}, {tries}")
    retry_after = _get_retry_after(outcome)
    wait = f"; the host wants us to wait {retry_after:.0f} seconds" if retry_after else ""
    return FetchFailure("deferred", f"status {outcome.status}, {tries}{wait}", outcome.hops)


def _is_host_failure(outcome: FetchOutcome) -> bool:
    """Whether other requests to the same host would probably fail as well."""
    if isinstance(outcome, FetchResponse) or outcome.hops:
        return False
    return outcome.kind in ("deferred", "dns", "refused", "time-out")

"""Ask many addresses at once, politely: few at a time, slowly at each host, again only where that can help.

Each distinct request is made once, however many places of the site lead there. What comes out is handed over as it
comes, so that nothing is lost when the run is stopped.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TextIO

import httpx

from ledger.linkcheck import ssrf_guard
from ledger.linkcheck.classify import TRANSIENT_STATUSES, FetchFailure, FetchResponse, classify_response, is_transient
from ledger.linkcheck.fetch import MAX_BODY_BYTES, MAX_BODY_BYTES_FOR_FRAGMENT, FetchTimeouts, fetch_url
from ledger.linkcheck.ssrf_guard import GuardedNetworkBackend, IPNetwork, Resolver
from ledger.model.external_links import ExternalLink, LinkRequest
from ledger.model.link_state import LinkResult

USER_AGENT_NAME = "islet-ledger link check"
MAX_HOST_FAILURES = 3
"""A host that gave no good answer so many times on end is left alone for the rest of the run."""


@dataclass(frozen=True)
class RequestPolicy:
    """How hosts are asked. Times in seconds."""

    jobs: int = 16
    """Requests at the same time, over all hosts."""
    per_host: int = 2
    delay: float = 0.5
    """From the start of one request to the start of the next at the same host."""
    silence: float = 15.0
    """Longest silence of a server."""
    whole: float = 30.0
    """Longest time for one address with all its redirects."""
    tries: int = 3
    pause: float = 2.0
    """Before the second try; each further one waits twice as long."""
    longest_wait: float = 60.0
    """A host may ask us to wait so long; for more the address is put off to the next run."""
    budget: float = 1200.0
    """For the whole run. What was not reached then is not checked."""
    contact: str = ""
    networks: tuple[IPNetwork, ...] = ()
    """Private networks that may be asked."""

    @property
    def agent(self) -> str:
        about = self.contact or "no contact given"
        return (
            f"{USER_AGENT_NAME}/1.0 (a static knowledge base looks whether its own links still lead somewhere; {about})"
        )


@dataclass
class _HostState:
    """What one host is given: so many requests at once, so far apart."""

    slots: asyncio.Semaphore
    free_at: float = 0.0
    failures: int = 0
    """Bad answers on end of the kind that speaks of the host and not of one page."""


@dataclass
class LinkCheckRun:
    """What a run found, by address; and how it ended."""

    found: dict[str, LinkResult] = field(default_factory=dict)
    asked: int = 0
    requests: int = 0
    answered: int = 0
    """Requests that got an HTTP answer of any kind: proof that there is a network."""
    ended: str = "done"
    """``done``, ``budget`` (its time was over) or ``stopped`` (by Ctrl-C)."""

    @property
    def offline(self) -> bool:
        """Whether requests were made and nobody at all answered."""
        return self.requests > 0 and self.answered == 0


ResultCallback = Callable[[ExternalLink, LinkResult], None]


@dataclass(frozen=True)
class Timer:
    """What waiting needs: a clock in seconds, and a way to sleep. Tests hand over their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL_TIME = Timer()


def request_external_links(
    addresses: Sequence[ExternalLink],
    manners: RequestPolicy,
    told: ResultCallback = lambda address, verdict: None,
    resolve: Resolver = ssrf_guard.resolve_host,
    progress: TextIO | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    timer: Timer = REAL_TIME,
) -> LinkCheckRun:
    """Ask all addresses, in the given order. ``told`` hears of each verdict as soon as it can be trusted.

    Silence (no name, no connection, no answer in time) is told only once some host has answered: until then the
    network itself may be down.
    """
    return asyncio.run(_Scheduler(manners, told, resolve, progress, clock, timer).all(addresses))


class _Scheduler:
    """One run at work."""

    def __init__(
        self,
        manners: RequestPolicy,
        told: ResultCallback,
        resolve: Resolver,
        progress: TextIO | None,
        clock: Callable[[], datetime],
        timer: Timer,
    ) -> None:
        self.manners = manners
        self.told = told
        self.guard = GuardedNetworkBackend(manners.networks, _cache_resolver(resolve))
        self.progress = progress
        self.clock = clock
        self.timer = timer
        self.hosts: dict[str, _HostState] = {}
        self.jobs = asyncio.Semaphore(manners.jobs)
        self.result = LinkCheckRun()
        self.waiting: list[tuple[ExternalLink, LinkResult]] = []
        self.until = self.timer.now() + manners.budget

    async def all(self, addresses: Sequence[ExternalLink]) -> LinkCheckRun:
        groups = group_by_request(addresses)
        result = self.result
        total = len(groups)
        stop = asyncio.Event()
        headers = {"User-Agent": self.manners.agent}
        limits = self.manners
        async with ssrf_guard.create_guarded_client(self.guard, limits.jobs, limits.silence, headers) as client:
            tasks = [asyncio.create_task(self.one(client, ask, group)) for ask, group in groups.items()]
            everything = asyncio.gather(*tasks, return_exceptions=True)
            with _stop_on_interrupt(stop):
                stopping = asyncio.ensure_future(stop.wait())
                ends: list[asyncio.Future[Any]] = [everything, stopping]
                while not everything.done() and not stop.is_set() and self.timer.now() < self.until:
                    self.show(total)
                    pause = max(0.0, min(0.25 if self.progress else 60.0, self.until - self.timer.now()))
                    await asyncio.wait(ends, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                result.ended = "done" if everything.done() else "stopped" if stop.is_set() else "budget"
                for task in (*tasks, stopping):
                    task.cancel()
                await asyncio.gather(*tasks, stopping, return_exceptions=True)
        self.show(total, last=True)
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                raise error
        self.tell()
        why = {"budget": "the time for this run was over", "stopped": "the run was stopped"}.get(result.ended, "")
        why = "no host gave an answer; the network may be down" if result.offline else why
        for address in addresses:
            if address.text not in result.found:
                result.found[address.text] = LinkResult("not-checked", why or "no answer")
        return result

    async def one(self, client: httpx.AsyncClient, ask: LinkRequest, group: Sequence[ExternalLink]) -> None:
        """One request with its tries, and the verdict on every address that it stands for."""
        seen = await self.patiently(
            client, ask, MAX_BODY_BYTES_FOR_FRAGMENT if any(one.fragment for one in group) else MAX_BODY_BYTES
        )
        self.result.asked += 1
        for address in group:
            verdict = seen if isinstance(seen, LinkResult) else classify_response(ask, seen, address.fragment)
            self.waiting.append((address, verdict))
        self.tell()

    def tell(self) -> None:
        """Hand over what can be trusted: everything once a host has answered, before that no silence."""
        unheard = []
        for address, verdict in self.waiting:
            if self.result.answered or verdict.kind == "refused-unsafe":
                self.result.found[address.text] = verdict
                self.told(address, verdict)
            else:
                unheard.append((address, verdict))
        self.waiting = unheard

    async def patiently(
        self, client: httpx.AsyncClient, ask: LinkRequest, most: int
    ) -> FetchResponse | FetchFailure | LinkResult:
        """What was seen after all tries. Only what passes by itself is tried again."""
        manners = self.manners
        if reason := ssrf_guard.explain_unsafe_url(ask.url):
            return FetchFailure("refused-unsafe", f"not asked: {reason}")
        name = httpx.URL(ask.url).netloc.decode("ascii", "replace")
        place = self.hosts.setdefault(name, _HostState(asyncio.Semaphore(manners.per_host)))
        attempt = 0
        while True:
            attempt += 1
            async with place.slots:
                if attempt == 1 and place.failures >= MAX_HOST_FAILURES:
                    said = f"{name} gave no good answer {place.failures} times on end, so it was left alone"
                    return LinkResult("deferred", said)
                await self.turn_of(place)
                place.free_at = self.timer.now() + manners.delay
                async with self.jobs:
                    seen = await fetch_url(
                        client, ask.url, most, FetchTimeouts(manners.silence, manners.whole), self.guard
                    )
            self.count(seen)
            asked_for = None
            if isinstance(seen, FetchResponse):
                asked_for = parse_retry_after(seen.headers.get("retry-after", ""), self.clock())
            pause = max(manners.pause * 2 ** (attempt - 1) * random.uniform(0.8, 1.2), asked_for or 0.0)
            most_tries = (
                min(manners.tries, 2) if isinstance(seen, FetchFailure) and seen.kind == "time-out" else manners.tries
            )
            hopeless = pause > max(manners.longest_wait, manners.pause) and asked_for is not None
            if not is_transient(seen) or attempt >= most_tries or hopeless or self.timer.now() + pause >= self.until:
                place.failures = place.failures + 1 if _is_host_failure(seen) else 0
                return self.given_up(seen, attempt, asked_for) if is_transient(seen) else seen
            if isinstance(seen, FetchResponse) and seen.status == 429 and asked_for and not seen.hops:
                place.free_at = max(place.free_at, self.timer.now() + pause)  # the host means all our requests
            await self.timer.sleep(pause)

    async def turn_of(self, place: _HostState) -> None:
        """Wait for a host's turn, which may be put off while one waits."""
        while (rest := place.free_at - self.timer.now()) > 0:
            await self.timer.sleep(rest)

    def given_up(
        self, seen: FetchResponse | FetchFailure, attempt: int, asked_for: float | None
    ) -> FetchResponse | FetchFailure | LinkResult:
        """The last of several tries, which says how often it was tried."""
        times = f"tried {attempt} times" if attempt > 1 else "tried once"
        if isinstance(seen, FetchFailure):
            return FetchFailure(seen.kind, f"{seen.evidence}, {times}", seen.hops)
        wait = f"; it asks us to wait {asked_for:.0f} seconds" if asked_for else ""
        return LinkResult("deferred", f"status {seen.status}, {times}{wait}")

    def count(self, seen: FetchResponse | FetchFailure) -> None:
        self.result.requests += 1
        if isinstance(seen, FetchResponse) or seen.hops:
            self.result.answered += 1
        elif seen.kind == "refused-unsafe":
            self.result.requests -= 1

    def show(self, total: int, last: bool = False) -> None:
        """The progress bar: how many of how many; wiped away at the end."""
        if not self.progress:
            return
        done, width = self.result.asked, 30
        filled = width * done // max(total, 1)
        bar = f"[{'#' * filled}{'.' * (width - filled)}] {done} of {total} links asked"
        with suppress(OSError, ValueError):
            self.progress.write("\r" + (" " * len(bar) + "\r" if last else bar))
            self.progress.flush()


def group_by_request(addresses: Sequence[ExternalLink]) -> Mapping[LinkRequest, list[ExternalLink]]:
    """Addresses by the request that stands for them, in the order of the first."""
    groups: dict[LinkRequest, list[ExternalLink]] = {}
    for address in addresses:
        groups.setdefault(address.ask, []).append(address)
    return groups


def parse_retry_after(header: str, now: datetime) -> float | None:
    """Seconds to wait, from a number or a date; None where the header says nothing that can be understood."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _cache_resolver(resolve: Resolver) -> Resolver:
    """Ask for each name once in a run, whoever waits for it. A failure that passes is forgotten."""
    known: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def look_up(name: str, port: int) -> Sequence[str]:
        key = (name, port)
        if key not in known:
            known[key] = asyncio.ensure_future(resolve(name, port))
            known[key].add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(known[key])
        except OSError:
            known.pop(key, None)
            raise

    return look_up


def _is_host_failure(seen: FetchResponse | FetchFailure) -> bool:
    """Whether a bad answer is likely to be given to every other request at the same host."""
    if seen.hops:
        return False
    return (
        seen.status in TRANSIENT_STATUSES
        if isinstance(seen, FetchResponse)
        else seen.kind in ("dns", "refused", "time-out")
    )


@contextmanager
def _stop_on_interrupt(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C ends the run and keeps what is known; a second one ends the program."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if sys.platform == "win32":
        yield
        return
    try:
        loop.add_signal_handler(signal.SIGINT, first)
    except (ValueError, RuntimeError):  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)

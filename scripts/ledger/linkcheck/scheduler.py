"""Request all external links of the site and classify each, as the results come.

Each distinct request is made once, however many places of the site lead there. Results are passed on as they come, so
that nothing is lost when the run is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ledger.http import ssrf_guard
from ledger.http.client import REAL_TIME, HttpClient, HttpSettings, Timer
from ledger.http.fetch import MAX_REDIRECTS, FetchFailure, FetchOutcome, FetchResponse, Hop
from ledger.http.ssrf_guard import GuardedNetworkBackend, IPNetwork, Resolver
from ledger.linkcheck.classify import REFRESH_STATUS, classify_response, find_refresh_target
from ledger.model.external_links import ExternalLink, LinkRequest
from ledger.model.link_state import LinkResult

MAX_BODY_BYTES = 64_000
"""Maximum bytes read of a page: enough for a title and the first lines."""
MAX_BODY_BYTES_FOR_FRAGMENT = 2_000_000
"""Maximum bytes read where the page must have an id for the link's fragment."""
UNCHECKED_REASONS = {"budget": "the time for this run was over", "stopped": "the run was stopped"}


@dataclass
class LinkCheckRun:
    """The results of a run by address, its counts, and how it ended."""

    results: dict[str, LinkResult] = field(default_factory=dict)
    requests: int = 0
    offline: bool = False
    """Whether requests were made and none got a response."""
    ended: str = "done"
    """``done``, ``budget`` (out of time) or ``stopped`` (by Ctrl-C)."""


ResultCallback = Callable[[ExternalLink, LinkResult], None]


def request_external_links(
    links: Sequence[ExternalLink],
    settings: HttpSettings,
    networks: Sequence[IPNetwork] = (),
    on_result: ResultCallback = lambda link, result: None,
    resolve: Resolver = ssrf_guard.resolve_host,
    timer: Timer = REAL_TIME,
) -> LinkCheckRun:
    """Request all links in the given order, and call ``on_result`` for each. ``networks`` may be private.

    Failures without a response (DNS, connection, timeout) are held back until one host has responded: until then our
    own network may be down.
    """
    guard = GuardedNetworkBackend(networks, ssrf_guard.cache_resolver(resolve))
    return asyncio.run(_request_links(links, settings, guard, on_result, timer))


async def _request_links(
    links: Sequence[ExternalLink],
    settings: HttpSettings,
    guard: GuardedNetworkBackend,
    on_result: ResultCallback,
    timer: Timer,
) -> LinkCheckRun:
    run = LinkCheckRun()
    held_back: list[tuple[ExternalLink, LinkResult]] = []

    def pass_on_results() -> None:
        """Pass on what is certain: everything once a host has responded, before that only what was not requested."""
        for link, result in list(held_back):
            if client.responses or result.kind == "refused-unsafe":
                held_back.remove((link, result))
                run.results[link.text] = result
                on_result(link, result)

    async def check_group(request: LinkRequest, group: Sequence[ExternalLink]) -> None:
        """Make one request, and classify every link that it serves."""
        has_fragment = any(link.fragment for link in group)
        max_bytes = MAX_BODY_BYTES_FOR_FRAGMENT if has_fragment else MAX_BODY_BYTES
        outcome = await _get_page(client, request, max_bytes)
        held_back.extend((link, classify_response(request, outcome, link.fragment)) for link in group)
        pass_on_results()

    groups: dict[LinkRequest, list[ExternalLink]] = {}
    for link in links:
        groups.setdefault(link.ask, []).append(link)
    async with HttpClient(settings, guard, timer=timer) as client:
        tasks = [asyncio.create_task(check_group(request, group)) for request, group in groups.items()]
        run.ended = await client.finish(tasks)
    pass_on_results()
    run.requests, run.offline = client.requests, client.requests > 0 and client.responses == 0
    reason = UNCHECKED_REASONS.get(run.ended, "no response")
    if run.offline:
        reason = "no host responded; the network may be down"
    for link in links:
        run.results.setdefault(link.text, LinkResult("not-checked", reason))
    return run


async def _get_page(client: HttpClient, request: LinkRequest, max_bytes: int) -> FetchOutcome:
    """The response at the end of all redirects, also of those that a page makes by itself."""
    outcome = await client.get(request.url, max_bytes)
    while request.kind == "page" and isinstance(outcome, FetchResponse) and (target := find_refresh_target(outcome)):
        hops = (*outcome.hops, Hop(outcome.url, REFRESH_STATUS, target))
        if len(hops) > MAX_REDIRECTS or target in [hop.url for hop in hops]:
            return FetchFailure("redirect-loop", f"pages send their readers in circles: {outcome.url} → {target}", hops)
        outcome = await client.get(target, max_bytes)
        outcome = replace(outcome, hops=(*hops, *outcome.hops))
    return outcome

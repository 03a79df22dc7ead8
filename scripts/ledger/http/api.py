"""Requests to APIs: the address has to be safe, and the response has to have the expected content type."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from ledger.core.text import make_printable, shorten
from ledger.http.client import TRANSIENT_STATUSES, HttpClient, HttpSettings, Timer
from ledger.http.fetch import FetchFailure

API_TRANSIENT_STATUSES = TRANSIENT_STATUSES | frozenset(range(500, 600))
JSON_CONTENT_TYPES = ("application/json",)


class RequestFailedError(Exception):
    """There is no usable response; the message says why."""


def validate_api_url(url: str) -> str:
    """The address of an API without its last slash. Raises RequestFailedError if it is not a web address or not safe."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    shown = shorten(make_printable(url), 80)
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise RequestFailedError(f"'{shown}' is not the address of an API; write https://host/path")
    if parts.scheme == "http" and not _is_loopback_host(host):
        raise RequestFailedError(f"'{shown}' is not safe; write https://…")
    return url.rstrip("/")


def _is_loopback_host(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def create_api_client(settings: HttpSettings, timer: Timer | None = None) -> HttpClient:
    """A client for APIs. They have no pages that are broken for good: every status from 500 on is tried again."""
    return HttpClient(settings, transient_statuses=API_TRANSIENT_STATUSES, timer=timer or Timer())


async def request_api(
    client: HttpClient, url: str, query: Mapping[str, str], content_types: Sequence[str] = JSON_CONTENT_TYPES
) -> tuple[int, bytes]:
    """Status (200 or 404) and body of a response of one of the ``content_types``. Raises RequestFailedError."""
    address = str(httpx.URL(url, params=dict(query)) if query else httpx.URL(url))
    outcome = await client.get(address, accept=", ".join(content_types))
    if isinstance(outcome, FetchFailure):
        raise RequestFailedError(outcome.evidence)
    content_type = outcome.headers.get("content-type", "").partition(";")[0].strip().lower()
    if outcome.status == 404:
        if content_type == "text/html":
            raise RequestFailedError("status 404 with a web page")
        return 404, outcome.body
    if outcome.status != 200:
        raise RequestFailedError(f"status {outcome.status}")
    if content_type not in content_types:
        shown, expected = shorten(make_printable(content_type), 80), " or ".join(content_types)
        raise RequestFailedError(f"the response is '{shown}' and not {expected}")
    if len(outcome.body) >= client.settings.max_bytes:
        raise RequestFailedError(f"the response is longer than {client.settings.max_bytes} bytes")
    if not outcome.complete:
        raise RequestFailedError("the response cannot be decoded")
    return 200, outcome.body

"""An HTTP client for one service: one request at a time, a pause between them, limits on time and size.

Only transient failures are tried again: 429, 5xx, timeouts, closed connections. Every failure becomes one
RequestFailedError, which says whether the service can be used again in this run.
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from ledger.core.http import RegistryError, is_loopback_host, make_printable, parse_retry_after, validate_api_url

JSON_CONTENT_TYPES = ("application/json",)
XML_CONTENT_TYPES = ("text/xml", "application/xml")


class RequestFailedError(Exception):
    """There is no usable response; the message says why. ``final``: make no more requests to the service."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True)
class RetryPolicy:
    """Limits on the requests of a run. Times in seconds, sizes in bytes."""

    timeout: float = 20.0
    """Maximum time without any data; a whole response may take three times as long."""
    tries: int = 3
    pause: float = 0.35
    """Between two requests to one service: fewer than three a second, which all of them allow."""
    retry_pause: float = 2.0
    """Before the second try; doubled before each further one."""
    max_wait: float = 60.0
    """Maximum Retry-After that is obeyed; beyond it the service is not used again in this run."""
    max_bytes: int = 20_000_000
    budget: float = 1200.0
    """Maximum time for the whole run."""
    max_failures: int = 4
    """After so many failed requests in a row the service is not used again in this run."""


class PoliteClient:
    """A client for the service at ``base_url``, to be used in ``with``. Raises RequestFailedError for a bad URL."""

    def __init__(
        self,
        base_url: str,
        user_agent: str,
        policy: RetryPolicy,
        stop: threading.Event,
        deadline: float | None = None,
    ) -> None:
        try:
            self.base_url = validate_api_url(base_url)
        except RegistryError as error:
            raise RequestFailedError(str(error), final=True) from None
        self.policy, self.stop = policy, stop
        self.deadline = deadline if deadline is not None else time.monotonic() + policy.budget
        self.requests = 0
        self.client = httpx.Client(
            timeout=httpx.Timeout(policy.timeout, connect=min(policy.timeout, 10.0)),
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
            follow_redirects=False,
            verify=_create_ssl_context(),
            trust_env=not is_loopback_host(urlsplit(self.base_url).hostname or ""),
        )

    def __enter__(self) -> PoliteClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def get(self, path: str, query: Mapping[str, str], content_types: Collection[str]) -> tuple[int, bytes]:
        """Status (200 or 404) and body of a response of one of the ``content_types``. Raises RequestFailedError."""
        url = f"{self.base_url}{path}"
        reason = ""
        pause = self.policy.pause if self.requests else 0.0
        for attempt in range(1, self.policy.tries + 1):
            self._wait(pause)
            self.requests += 1
            pause = self.policy.retry_pause * 2 ** (attempt - 1)
            try:
                response = self._request(url, query, content_types)
            except httpx.TimeoutException:
                reason = f"no response within {self.policy.timeout:g} seconds"
            except httpx.RemoteProtocolError:
                reason = "the response ended too early"
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
                reason = f"cannot be reached ({type(error).__name__})"
            else:
                if not isinstance(response, _RetryLater):
                    return response
                reason = f"status {response.status}"
                if response.wait is not None:
                    if response.wait > self.policy.max_wait:
                        message = f"{reason}, and it wants us to wait {response.wait:.0f} seconds"
                        raise RequestFailedError(message, final=True)
                    pause = max(response.wait, pause)
        raise RequestFailedError(f"{reason}, {self.policy.tries} times" if self.policy.tries > 1 else reason)

    def _wait(self, seconds: float) -> None:
        if self.deadline - time.monotonic() <= seconds:
            raise RequestFailedError("the time for this run is used up", final=True)
        if self.stop.wait(seconds) or self.stop.is_set():
            raise RequestFailedError("stopped", final=True)

    def _request(
        self, address: str, query: Mapping[str, str], content_types: Collection[str]
    ) -> tuple[int, bytes] | _RetryLater:
        url = httpx.URL(address, params=dict(query)) if query else httpx.URL(address)
        for _ in range(3):
            with self.client.stream("GET", url) as response:
                status = response.status_code
                if response.is_redirect:
                    url = _resolve_redirect(url, response)
                    continue
                if status == 429 or status >= 500:
                    return _RetryLater(status, parse_retry_after(response.headers.get("Retry-After", "")))
                if status not in (200, 404):
                    raise RequestFailedError(f"status {status}")
                content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                if content_type not in content_types and status == 200:
                    expected = " or ".join(sorted(content_types))
                    raise RequestFailedError(f"the response is '{make_printable(content_type)}' and not {expected}")
                return status, self._read_body(response)
        raise RequestFailedError("too many redirects")

    def _read_body(self, response: httpx.Response) -> bytes:
        deadline = min(time.monotonic() + 3 * self.policy.timeout, self.deadline)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self.policy.max_bytes:
                raise RequestFailedError(f"the response is longer than {self.policy.max_bytes} bytes")
            if self.stop.is_set():
                raise RequestFailedError("stopped", final=True)
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the response is too slow")
            parts.append(part)
        length = response.headers.get("Content-Length", "")
        if re.fullmatch(r"[0-9]{1,15}", length) and int(length) != size:
            raise httpx.RemoteProtocolError("the body is shorter than Content-Length")
        return b"".join(parts)


def _resolve_redirect(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """The target of a redirect. Raises RequestFailedError where it is on another host."""
    target = url.join(response.headers.get("Location", ""))
    if (target.scheme, target.netloc) != (url.scheme, url.netloc):
        raise RequestFailedError(f"it redirects to another host, '{make_printable(target.host)}'; not followed")
    return target


@cache
def _create_ssl_context() -> ssl.SSLContext:
    """The TLS context; reading the certificates takes long, so it is created once."""
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class _RetryLater:
    """A status that asks for a later request, and the seconds to wait if the service gives them."""

    status: int
    wait: float | None

"""Ask one service politely: one request at a time, a pause between them, limits on time and size, no more than asked for.

Tried again is only what passes by itself: 429, 5xx, silence, a broken line. Whatever goes wrong becomes one
UnansweredError, which says whether the service is to be left alone for the rest of the run.
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


class RequestFailedError(Exception):
    """A question has no answer that can be used; the message says why. ``over``: the service is asked no more."""

    def __init__(self, why: str, over: bool = False) -> None:
        super().__init__(why)
        self.over = over


@dataclass(frozen=True)
class RetryPolicy:
    """How services are asked. Times in seconds, sizes in bytes."""

    timeout: float = 20.0
    """Longest silence; an answer may take three times as long in all."""
    tries: int = 3
    pause: float = 0.35
    """Between two questions to one service: fewer than three a second, which all of them allow."""
    again: float = 2.0
    """Before the second try; before each further one twice as long."""
    longest_wait: float = 60.0
    """A service may ask us to wait so long; for more it is left alone in this run."""
    largest: int = 20_000_000
    budget: float = 1200.0
    """For everything together."""
    most_failures: int = 4
    """So many questions in a row without an answer, and the service is given up."""


class PoliteClient:
    """A web service at ``base``; a context manager that closes its connection. Raises UnansweredError for a bad base."""

    def __init__(
        self, base: str, agent: str, manners: RetryPolicy, stop: threading.Event, until: float | None = None
    ) -> None:
        try:
            self.base = validate_api_url(base)
        except RegistryError as error:
            raise RequestFailedError(str(error), over=True) from None
        self.manners, self.stop = manners, stop
        self.until = until if until is not None else time.monotonic() + manners.budget
        self.asked = 0
        self.client = httpx.Client(
            timeout=httpx.Timeout(manners.timeout, connect=min(manners.timeout, 10.0)),
            headers={"User-Agent": agent, "Accept-Encoding": "identity"},
            follow_redirects=False,
            verify=_create_ssl_context(),
            trust_env=not is_loopback_host(urlsplit(self.base).hostname or ""),
        )

    def __enter__(self) -> PoliteClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def get(self, path: str, query: Mapping[str, str], kinds: Collection[str]) -> tuple[int, bytes]:
        """Status (200 or 404) and body of an answer of one of the content types ``kinds``. Raises UnansweredError."""
        address = f"{self.base}{path}"
        said = ""
        pause = self.manners.pause if self.asked else 0.0
        for attempt in range(1, self.manners.tries + 1):
            self._wait(pause)
            self.asked += 1
            pause = self.manners.again * 2 ** (attempt - 1)
            try:
                answer = self._ask(address, query, kinds)
            except httpx.TimeoutException:
                said = f"no answer within {self.manners.timeout:g} seconds"
            except httpx.RemoteProtocolError:
                said = "the answer broke off"
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
                said = f"cannot be reached ({type(error).__name__})"
            else:
                if not isinstance(answer, _RetryLater):
                    return answer
                said = f"answers {answer.status}"
                if answer.wait is not None:
                    if answer.wait > self.manners.longest_wait:
                        raise RequestFailedError(f"{said} and asks us to wait {answer.wait:.0f} seconds", over=True)
                    pause = max(answer.wait, pause)
        raise RequestFailedError(f"{said}, {self.manners.tries} times" if self.manners.tries > 1 else said)

    def _wait(self, seconds: float) -> None:
        left = self.until - time.monotonic()
        if left <= seconds:
            raise RequestFailedError("the time for this run is used up", over=True)
        if self.stop.wait(seconds) or self.stop.is_set():
            raise RequestFailedError("stopped", over=True)

    def _ask(self, address: str, query: Mapping[str, str], kinds: Collection[str]) -> tuple[int, bytes] | _RetryLater:
        asked = httpx.URL(address, params=dict(query)) if query else httpx.URL(address)
        for _ in range(3):
            with self.client.stream("GET", asked) as response:
                status = response.status_code
                if response.is_redirect:
                    asked = self._same_host(asked, response)
                    continue
                if status == 429 or status >= 500:
                    return _RetryLater(status, parse_retry_after(response.headers.get("Retry-After", "")))
                if status not in (200, 404):
                    raise RequestFailedError(f"answers {status}")
                kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                if kind not in kinds and status == 200:
                    raise RequestFailedError(
                        f"answers with '{make_printable(kind)}' and not with {' or '.join(sorted(kinds))}"
                    )
                return status, self._body(response)
        raise RequestFailedError("leads in circles")

    def _same_host(self, asked: httpx.URL, response: httpx.Response) -> httpx.URL:
        target = asked.join(response.headers.get("Location", ""))
        if (target.scheme, target.netloc) != (asked.scheme, asked.netloc):
            raise RequestFailedError(f"sends us to another host, '{make_printable(target.host)}'; not followed")
        return target

    def _body(self, response: httpx.Response) -> bytes:
        until = min(time.monotonic() + 3 * self.manners.timeout, self.until)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self.manners.largest:
                raise RequestFailedError(f"the answer is longer than {self.manners.largest} bytes")
            if self.stop.is_set():
                raise RequestFailedError("stopped", over=True)
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer comes too slowly")
            parts.append(part)
        length = response.headers.get("Content-Length", "")
        if re.fullmatch(r"[0-9]{1,15}", length) and int(length) != size:
            raise httpx.RemoteProtocolError("shorter than it says")
        return b"".join(parts)


@cache
def _create_ssl_context() -> ssl.SSLContext:
    """The authorities that vouch for a service, read once."""
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class _RetryLater:
    """The service asks us to come back: its status, and after how many seconds if it says so."""

    status: int
    wait: float | None

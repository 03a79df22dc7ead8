"""Fetch one address as a reader's browser would: follow redirects hop by hop and return the response or the failure.

One GET with a small read, since many servers answer HEAD differently. Cookies are kept within one chain of redirects.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import httpcore
import httpx

from ledger.http import ssrf_guard
from ledger.http.ssrf_guard import GuardedNetworkBackend, NoSuchHostError, UnsafeAddressError
from ledger.model.link_state import FailureKind

MAX_REDIRECTS = 10
CERTIFICATE_FAULTS: Mapping[int, tuple[FailureKind, str]] = {
    9: ("tls-expired", "is not valid yet"),
    10: ("tls-expired", "has expired"),
    18: ("tls-self-signed", "is self-signed"),
    19: ("tls-self-signed", "is self-signed"),
    62: ("tls-wrong-name", "is for another host"),
    64: ("tls-wrong-name", "is for another host"),
}
"""By OpenSSL's code of a verification error."""
REDIRECT_STATUSES = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Hop:
    """One redirect: the address that redirects, its status, and the target."""

    url: str
    status: int
    to: str


@dataclass(frozen=True)
class FetchResponse:
    """The response at the end of all redirects. ``complete``: the body was read to its end."""

    url: str
    status: int
    hops: tuple[Hop, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = True

    @property
    def is_bot_challenge(self) -> bool:
        """Whether a firewall before the site wants proof that a person sends the request."""
        actions = (self.headers.get("cf-mitigated", ""), self.headers.get("x-amzn-waf-action", ""))
        return bool({"challenge", "captcha"}.intersection(actions)) or "x-sucuri-block" in self.headers


@dataclass(frozen=True)
class FetchFailure:
    """Why there is no response, or none that can be used now. ``transient``: another try may succeed."""

    kind: FailureKind | Literal["deferred"]
    evidence: str
    hops: tuple[Hop, ...] = ()
    transient: bool = False


FetchOutcome = FetchResponse | FetchFailure


async def fetch_url(
    client: httpx.AsyncClient, url: str, max_bytes: int, accept: str, guard: GuardedNetworkBackend | None
) -> FetchOutcome:
    """The response at the end of all redirects. Never raises for what a server or a network does.

    Without a guard, a redirect to another host is not followed.
    """
    hops: list[Hop] = []
    timeout = client.timeout.read or 0.0
    try:
        async with asyncio.timeout(2 * timeout):
            return await _follow_redirects(client, url, max_bytes, accept, guard, hops)
    except TimeoutError:
        evidence = f"the response was not complete within {2 * timeout:g} seconds"
        return FetchFailure("time-out", evidence, tuple(hops), transient=True)
    except Exception as error:  # a server can make a library raise anything; each exception becomes evidence
        return _classify_exception(error, tuple(hops), timeout)


async def _follow_redirects(
    client: httpx.AsyncClient,
    url: str,
    max_bytes: int,
    accept: str,
    guard: GuardedNetworkBackend | None,
    hops: list[Hop],
) -> FetchOutcome:
    cookies = httpx.Cookies()
    visited: set[tuple[str, str]] = set()
    while True:
        _refuse_unsafe_url(url, guard, hops)
        request = httpx.Request("GET", url, headers=client.headers)
        request.headers["Accept"] = accept
        cookies.set_cookie_header(request)
        state = (str(request.url), request.headers.get("Cookie", ""))
        if state in visited or len(hops) >= MAX_REDIRECTS:
            fault = "redirects back to itself" if state in visited else f"more than {MAX_REDIRECTS} redirects"
            return FetchFailure("redirect-loop", f"{fault}: {hops[-1].url} → {url}", tuple(hops))
        visited.add(state)
        response = await client.send(request, stream=True)
        try:
            cookies.extract_cookies(response)
            location = response.headers.get("Location", "")
            if response.status_code in REDIRECT_STATUSES and location:
                target = str(response.url.join(location))
                hops.append(Hop(url, response.status_code, target))
                url = target
                continue
            body, complete = await _read_body(response, max_bytes) if _should_read_body(response) else (b"", False)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return FetchResponse(url, response.status_code, tuple(hops), headers, body, complete)
        finally:
            await response.aclose()


def _refuse_unsafe_url(url: str, guard: GuardedNetworkBackend | None, hops: list[Hop]) -> None:
    """Raises UnsafeAddressError where an address must not be requested."""
    reason = ssrf_guard.explain_unsafe_url(url)
    ip = ssrf_guard.parse_ip_literal(url)
    if not reason and guard and ip and not ssrf_guard.is_allowed_ip(ip, guard.networks):
        reason = f"{ip} is {ssrf_guard.explain_non_public_ip(ip)}"
    if not reason and hops and not guard:
        old, new = httpx.URL(hops[0].url), httpx.URL(url)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            reason = f"it redirects to another host, '{new.netloc.decode('ascii', 'replace')}'"
    if reason:
        raise UnsafeAddressError(reason)


def _should_read_body(response: httpx.Response) -> bool:
    return response.status_code < 300 or "json" in response.headers.get("Content-Type", "")


async def _read_body(response: httpx.Response, max_bytes: int) -> tuple[bytes, bool]:
    """At most ``max_bytes`` bytes of the decoded body, and whether that is all of it."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return b"", False  # an encoding that we did not accept: the content cannot be read
    decoder = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        try:
            part = decoder.decompress(chunk, max_bytes - size) if decoder else chunk
        except zlib.error:
            return b"".join(parts), False
        parts.append(part[: max_bytes - size])
        size += len(part)
        if size >= max_bytes:
            return b"".join(parts), False
    return b"".join(parts), True


def _walk_causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all its causes, nearest first."""
    pending, visited = [error], set()
    while pending:
        cause = pending.pop(0)
        if cause is not None and id(cause) not in visited:
            visited.add(id(cause))
            yield cause
            inner = cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
            pending += [cause.__cause__, cause.__context__, *inner]


def _classify_exception(error: Exception, hops: tuple[Hop, ...], timeout: float) -> FetchFailure:
    """The failure that an exception stands for; the most specific of its causes decides."""
    causes = list(_walk_causes(error))
    for classify in (_classify_address_error, _classify_tls_error, _classify_timeout_or_os_error, _classify_disconnect):
        for cause in causes:
            if failure := classify(cause, timeout):
                return replace(failure, hops=hops)
    evidence = f"the response is not valid HTTP ({type(error).__name__}: {error})"
    return FetchFailure("reset", evidence, hops, transient=True)


def _classify_address_error(cause: BaseException, _: float) -> FetchFailure | None:
    if isinstance(cause, UnsafeAddressError):
        return FetchFailure("refused-unsafe", f"not requested: {cause}")
    if isinstance(cause, httpx.InvalidURL):
        return FetchFailure("refused-unsafe", f"not requested: this is not an address: {cause}")
    if isinstance(cause, NoSuchHostError):
        return FetchFailure("dns", f"the host name cannot be resolved ({cause})", transient=cause.transient)
    return None


def _classify_tls_error(cause: BaseException, _: float) -> FetchFailure | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        kind, fault = CERTIFICATE_FAULTS.get(cause.verify_code, ("tls-untrusted", "cannot be verified"))
        return FetchFailure(kind, f"the certificate {fault} ({cause.verify_message})")
    if isinstance(cause, ssl.SSLError):
        return FetchFailure("tls-untrusted", f"no secure connection: {cause.reason or cause}")
    return None


def _classify_timeout_or_os_error(cause: BaseException, timeout: float) -> FetchFailure | None:
    if isinstance(cause, httpx.TimeoutException | httpcore.TimeoutException):
        return FetchFailure("time-out", f"no data for {timeout:g} seconds", transient=True)
    number = cause.errno if isinstance(cause, OSError) else None
    if number == errno.ECONNREFUSED:
        return FetchFailure("refused", "the host refuses the connection")
    if number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        return FetchFailure("refused", "there is no route to the host")
    if number == errno.ETIMEDOUT:
        return FetchFailure("time-out", "no connection in time", transient=True)
    return None


def _classify_disconnect(cause: BaseException, _: float) -> FetchFailure | None:
    if isinstance(cause, httpx.RemoteProtocolError) and "complete message body" in str(cause):
        return FetchFailure("reset", "the response ended too early", transient=True)
    if isinstance(cause, httpx.NetworkError) or "disconnected" in str(cause):
        return FetchFailure("reset", "the host closed the connection", transient=True)
    return None

"""Go to one address as a reader's browser would, hop by hop, and bring back what was seen there.

One GET with a small read; a HEAD proves nothing. Cookies live as long as the chain of redirects. No judgement here:
that is in ``verdict``, with the plain data that both speak in.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpcore
import httpx

from ledger.linkcheck import ssrf_guard
from ledger.linkcheck.classify import FetchFailure, FetchResponse, Hop
from ledger.linkcheck.ssrf_guard import GuardedNetworkBackend, NoSuchHostError, UnsafeAddressError

MAX_BODY_BYTES = 64_000
"""Bytes read of an answer: enough for a title and the first lines."""
MAX_BODY_BYTES_FOR_FRAGMENT = 2_000_000
"""Bytes read at most where a place in the page is looked for."""
MAX_REDIRECTS = 10
REDIRECT_STATUSES = (301, 302, 303, 307, 308)
REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True)
class FetchTimeouts:
    """What one visit may take: seconds without a sign of life, and seconds in all."""

    silence: float = 15.0
    whole: float = 30.0


async def fetch_url(
    client: httpx.AsyncClient, url: str, most: int, limits: FetchTimeouts, networks: GuardedNetworkBackend
) -> FetchResponse | FetchFailure:
    """The answer at the end of all redirects. Never raises for what a server or a network does."""
    hops: list[Hop] = []
    try:
        async with asyncio.timeout(limits.whole):
            return await _follow_redirects(client, url, most, networks, hops)
    except TimeoutError:
        return FetchFailure(
            "time-out", f"no end of the answer within {limits.whole:g} seconds", tuple(hops), passing=True
        )
    except Exception as error:  # whatever a stranger's server makes a library raise becomes evidence
        return _classify_exception(error, tuple(hops), limits)


async def _follow_redirects(
    client: httpx.AsyncClient, url: str, most: int, networks: GuardedNetworkBackend, hops: list[Hop]
) -> FetchResponse | FetchFailure:
    cookies = httpx.Cookies()
    seen: set[tuple[str, str]] = set()
    while True:
        number = ssrf_guard.parse_ip_literal(url)
        reason = ssrf_guard.explain_unsafe_url(url)
        if not reason and number and not ssrf_guard.is_allowed_ip(number, networks.networks):
            reason = f"{number} is {ssrf_guard.explain_non_public_ip(number)}"
        if reason:
            raise UnsafeAddressError(reason)
        request = httpx.Request("GET", url, headers={**client.headers, **REQUEST_HEADERS})
        cookies.set_cookie_header(request)
        state = (str(request.url), request.headers.get("Cookie", ""))
        if state in seen or len(hops) >= MAX_REDIRECTS:
            what = "leads back to where it was" if state in seen else f"more than {MAX_REDIRECTS} redirects"
            return FetchFailure("redirect-loop", f"{what}: {hops[-1].url} → {url}", tuple(hops))
        seen.add(state)
        response = await client.send(request, stream=True)
        try:
            cookies.extract_cookies(response)
            location = response.headers.get("Location", "")
            if response.status_code in REDIRECT_STATUSES and location:
                target = str(response.url.join(location))
                hops.append(Hop(url, response.status_code, target))
                url = target
                continue
            body, whole = await _read_body_prefix(response, most) if _should_read_body(response) else (b"", False)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return FetchResponse(url, response.status_code, tuple(hops), headers, body, whole)
        finally:
            await response.aclose()


def _should_read_body(response: httpx.Response) -> bool:
    return response.status_code < 300 or "json" in response.headers.get("Content-Type", "")


async def _read_body_prefix(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    """At most ``most`` bytes of the body, unpacked, and whether that was all of it."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return b"", False  # packed in a way that we did not ask for: nothing can be said of what is inside
    unpack = zlib.decompressobj(wbits=47) if packing not in ("", "identity") else None
    parts: list[bytes] = []
    size = 0
    async for piece in response.aiter_raw():
        try:
            part = unpack.decompress(piece, most - size) if unpack else piece
        except zlib.error:
            return b"".join(parts), False
        parts.append(part[: most - size])
        size += len(part)
        if size >= most:
            return b"".join(parts), False
    return b"".join(parts), True


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _classify_exception(error: Exception, hops: tuple[Hop, ...], limits: FetchTimeouts) -> FetchFailure:
    """An exception as a fault with its evidence."""
    causes = list(_walk_causes(error))
    for one in causes:
        if isinstance(one, UnsafeAddressError):
            return FetchFailure("refused-unsafe", f"not asked: {one}", hops)
        if isinstance(one, NoSuchHostError):
            return FetchFailure("dns", f"the name of the host is not known ({one})", hops, one.passing)
        if isinstance(one, httpx.InvalidURL):
            return FetchFailure("refused-unsafe", f"not asked: this is no address: {one}", hops)
        if isinstance(one, ssl.SSLCertVerificationError):
            return _classify_certificate_error(one, hops)
    for one in causes:
        if isinstance(one, ssl.SSLError):
            return FetchFailure("tls-untrusted", f"no secure connection: {one.reason or one}", hops)
        if isinstance(one, httpx.TimeoutException | httpcore.TimeoutException):
            return FetchFailure("time-out", f"silent for {limits.silence:g} seconds", hops, passing=True)
    for one in causes:
        number = one.errno if isinstance(one, OSError) else None
        if number == errno.ECONNREFUSED:
            return FetchFailure("refused", "the host refuses the connection", hops)
        if number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
            return FetchFailure("refused", "there is no way to the host", hops)
        if number == errno.ETIMEDOUT:
            return FetchFailure("time-out", "no connection in time", hops, passing=True)
    if any(isinstance(one, httpx.RemoteProtocolError) and "complete message body" in str(one) for one in causes):
        return FetchFailure("reset", "the answer broke off before its end", hops, passing=True)
    if any(isinstance(one, httpx.NetworkError) or "disconnected" in str(one) for one in causes):
        return FetchFailure("reset", "the host cut the connection", hops, passing=True)
    return FetchFailure(
        "reset", f"the answer is no HTTP that can be read ({type(error).__name__}: {error})", hops, passing=True
    )


def _classify_certificate_error(error: ssl.SSLCertVerificationError, hops: tuple[Hop, ...]) -> FetchFailure:
    code, said = error.verify_code, error.verify_message
    if code in (9, 10):
        return FetchFailure("tls-expired", f"the certificate is out of its time ({said})", hops)
    if code in (18, 19):
        return FetchFailure("tls-self-signed", f"nobody but the host vouches for its certificate ({said})", hops)
    if code in (62, 64):
        return FetchFailure("tls-wrong-name", f"the certificate is for another host ({said})", hops)
    return FetchFailure("tls-untrusted", f"the certificate cannot be proved ({said})", hops)

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

from ledger import guard
from ledger.guard import Guard, NoSuchHostError, UnsafeAddressError
from ledger.verdict import Answer, Hop, NoAnswer

SMALL = 64_000
"""Bytes read of an answer: enough for a title and the first lines."""
LARGE = 2_000_000
"""Bytes read at most where a place in the page is looked for."""
MOST_HOPS = 10
REDIRECTS = (301, 302, 303, 307, 308)
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True)
class Limits:
    """What one visit may take: seconds without a sign of life, and seconds in all."""

    silence: float = 15.0
    whole: float = 30.0


async def visit(client: httpx.AsyncClient, url: str, most: int, limits: Limits, networks: Guard) -> Answer | NoAnswer:
    """The answer at the end of all redirects. Never raises for what a server or a network does."""
    hops: list[Hop] = []
    try:
        async with asyncio.timeout(limits.whole):
            return await _follow(client, url, most, networks, hops)
    except TimeoutError:
        return NoAnswer("time-out", f"no end of the answer within {limits.whole:g} seconds", tuple(hops), passing=True)
    except Exception as error:  # whatever a stranger's server makes a library raise becomes evidence
        return _fault(error, tuple(hops), limits)


async def _follow(
    client: httpx.AsyncClient, url: str, most: int, networks: Guard, hops: list[Hop]
) -> Answer | NoAnswer:
    cookies = httpx.Cookies()
    seen: set[tuple[str, str]] = set()
    while True:
        number = guard.literal(url)
        reason = guard.fault(url)
        if not reason and number and not guard.allowed(number, networks.networks):
            reason = f"{number} is {guard.private(number)}"
        if reason:
            raise UnsafeAddressError(reason)
        request = httpx.Request("GET", url, headers={**client.headers, **HEADERS})
        cookies.set_cookie_header(request)
        state = (str(request.url), request.headers.get("Cookie", ""))
        if state in seen or len(hops) >= MOST_HOPS:
            what = "leads back to where it was" if state in seen else f"more than {MOST_HOPS} redirects"
            return NoAnswer("redirect-loop", f"{what}: {hops[-1].url} → {url}", tuple(hops))
        seen.add(state)
        response = await client.send(request, stream=True)
        try:
            cookies.extract_cookies(response)
            location = response.headers.get("Location", "")
            if response.status_code in REDIRECTS and location:
                target = str(response.url.join(location))
                hops.append(Hop(url, response.status_code, target))
                url = target
                continue
            body, whole = await _read(response, most) if _worth_reading(response) else (b"", False)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(url, response.status_code, tuple(hops), headers, body, whole)
        finally:
            await response.aclose()


def _worth_reading(response: httpx.Response) -> bool:
    return response.status_code < 300 or "json" in response.headers.get("Content-Type", "")


async def _read(response: httpx.Response, most: int) -> tuple[bytes, bool]:
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


def _causes(error: BaseException) -> Iterator[BaseException]:
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


def _fault(error: Exception, hops: tuple[Hop, ...], limits: Limits) -> NoAnswer:
    """An exception as a fault with its evidence."""
    causes = list(_causes(error))
    for one in causes:
        if isinstance(one, UnsafeAddressError):
            return NoAnswer("refused-unsafe", f"not asked: {one}", hops)
        if isinstance(one, NoSuchHostError):
            return NoAnswer("dns", f"the name of the host is not known ({one})", hops, one.passing)
        if isinstance(one, httpx.InvalidURL):
            return NoAnswer("refused-unsafe", f"not asked: this is no address: {one}", hops)
        if isinstance(one, ssl.SSLCertVerificationError):
            return _certificate(one, hops)
    for one in causes:
        if isinstance(one, ssl.SSLError):
            return NoAnswer("tls-untrusted", f"no secure connection: {one.reason or one}", hops)
        if isinstance(one, httpx.TimeoutException | httpcore.TimeoutException):
            return NoAnswer("time-out", f"silent for {limits.silence:g} seconds", hops, passing=True)
    for one in causes:
        number = one.errno if isinstance(one, OSError) else None
        if number == errno.ECONNREFUSED:
            return NoAnswer("refused", "the host refuses the connection", hops)
        if number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
            return NoAnswer("refused", "there is no way to the host", hops)
        if number == errno.ETIMEDOUT:
            return NoAnswer("time-out", "no connection in time", hops, passing=True)
    if any(isinstance(one, httpx.RemoteProtocolError) and "complete message body" in str(one) for one in causes):
        return NoAnswer("reset", "the answer broke off before its end", hops, passing=True)
    if any(isinstance(one, httpx.NetworkError) or "disconnected" in str(one) for one in causes):
        return NoAnswer("reset", "the host cut the connection", hops, passing=True)
    return NoAnswer(
        "reset", f"the answer is no HTTP that can be read ({type(error).__name__}: {error})", hops, passing=True
    )


def _certificate(error: ssl.SSLCertVerificationError, hops: tuple[Hop, ...]) -> NoAnswer:
    code, said = error.verify_code, error.verify_message
    if code in (9, 10):
        return NoAnswer("tls-expired", f"the certificate is out of its time ({said})", hops)
    if code in (18, 19):
        return NoAnswer("tls-self-signed", f"nobody but the host vouches for its certificate ({said})", hops)
    if code in (62, 64):
        return NoAnswer("tls-wrong-name", f"the certificate is for another host ({said})", hops)
    return NoAnswer("tls-untrusted", f"the certificate cannot be proved ({said})", hops)

"""Which addresses may be asked, and a connection that goes to the very address that was looked at.

A pull request can put any address into a page, and a server can redirect to any other. So nothing here knocks on a
door inside: a name is resolved once, what it stands for is judged, and the connection is made to that same number, so
that a name which changes its mind in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore
import httpx

SCHEMES = ("http", "https")
MAX_URL_LENGTH = 8_000
"""Characters; servers refuse more, and no page needs it."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the numeric addresses of a host's name. Raises OSError where there are none."""

NAT64_PREFIX = ipaddress.ip_network("64:ff9b::/96")
ALL_NETWORKS: tuple[IPNetwork, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


class UnsafeAddressError(Exception):
    """The address must not be asked; the message says why."""


class NoSuchHostError(Exception):
    """The host's name could not be resolved. ``passing`` where asking again may help."""

    def __init__(self, message: str, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


def parse_networks(text: str) -> tuple[IPNetwork, ...]:
    """The private networks that may be asked: ``all``, or networks with commas. Raises ValueError."""
    if text == "all":
        return ALL_NETWORKS
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(","))


def explain_unsafe_url(address: str) -> str | None:
    """Why the text of an address alone forbids to ask it; None where it does not."""
    try:
        url = httpx.URL(address)
        port = url.port
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        return f"this is no address: {error}"
    del port
    if url.scheme not in SCHEMES:
        return f"the scheme '{url.scheme or 'none'}:' is not asked; only http and https are"
    if url.userinfo:
        return "it carries a user name or a password"
    if not url.host:
        return "it names no host"
    if len(address) > MAX_URL_LENGTH:
        return f"it has more than {MAX_URL_LENGTH} characters"
    return None


def parse_ip_literal(address: str) -> IPAddress | None:
    """The number that stands in an address in place of a host's name."""
    try:
        return ipaddress.ip_address(httpx.URL(address).host)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return None


def explain_non_public_ip(number: IPAddress) -> str | None:
    """What makes an address no public one, in a word or two; None for a public one."""
    inner = extract_embedded_ipv4(number)
    if inner is not None:
        return explain_non_public_ip(inner)
    if number.is_loopback:
        return "this machine itself"
    if number.is_link_local:
        return "link-local"
    if number.is_multicast:
        return "multicast"
    if number.is_unspecified or number.is_reserved:
        return "reserved"
    if number.is_private or not number.is_global:
        return "private"
    return None


def extract_embedded_ipv4(number: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which an IPv6 one of a transition scheme leads."""
    if isinstance(number, ipaddress.IPv4Address):
        return None
    if number in NAT64_PREFIX:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)


def is_allowed_ip(number: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    """Whether an address may be asked: it is public, or in a network that was named."""
    return explain_non_public_ip(number) is None or any(number in network for network in networks)


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The system's own answer, each address once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class GuardedNetworkBackend(httpcore.AsyncNetworkBackend):
    """Connects as httpcore does, but only to addresses that may be asked."""

    def __init__(
        self,
        networks: Sequence[IPNetwork] = (),
        resolve: Resolver = resolve_host,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self.networks = networks
        self.resolve = resolve
        self.inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve once, judge, and connect to what was judged. Raises UnsafeAddressError, NoSuchHostError."""
        failed: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                for number in await self.numbers(host, port):
                    try:
                        return await self.inner.connect_tcp(number, port, timeout, local_address, socket_options)
                    except httpcore.ConnectError as error:
                        failed = error
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("no connection in time") from error
        raise failed or NoSuchHostError("the name has no address", passing=False)

    async def numbers(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be asked. Raises UnsafeAddressError where there are others only."""
        try:
            found = list(await self.resolve(host, port))
        except (OSError, UnicodeError) as error:
            passing = getattr(error, "errno", None) == socket.EAI_AGAIN
            said = getattr(error, "strerror", None) or "not a name of a host"
            raise NoSuchHostError(said, passing) from error
        good, reasons = [], []
        for text in found:
            number = ipaddress.ip_address(text)
            if is_allowed_ip(number, self.networks):
                good.append(text)
            else:
                reasons.append(
                    f"{host} is {text}, {explain_non_public_ip(number)}"
                    if text != host
                    else f"{text} is {explain_non_public_ip(number)}"
                )
        if not good and reasons:
            raise UnsafeAddressError(reasons[0])
        return good

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def create_guarded_client(
    guard: GuardedNetworkBackend, most: int, seconds: float, headers: dict[str, str]
) -> httpx.AsyncClient:
    """An HTTP client whose every connection goes through ``guard``.

    No proxy is used, since a proxy would resolve names where the guard cannot look. Each request has a connection of its
    own: a kept one may be cut just as it is used again, which would look like a fault of the server.
    """
    context: ssl.SSLContext = httpx.create_ssl_context()
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=context, max_connections=most, max_keepalive_connections=0, network_backend=guard
    )
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(seconds, pool=None),
        headers=headers,
    )

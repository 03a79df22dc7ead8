"""A guard against requests to private networks (SSRF): which addresses may be requested, and a backend that enforces it.

A pull request can put any address into a page, and a server can redirect to any other. A host name is resolved once,
its IP addresses are checked, and the connection goes to a checked one, so that a DNS answer that changes in between
(DNS rebinding) has no effect.
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

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host name. Raises OSError where there are none."""

NAT64_PREFIX = ipaddress.ip_network("64:ff9b::/96")
ALL_NETWORKS: tuple[IPNetwork, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


class UnsafeAddressError(Exception):
    """The address must not be requested; the message says why."""


class NoSuchHostError(Exception):
    """The host name cannot be resolved. ``transient``: another try may succeed."""

    def __init__(self, message: str, transient: bool) -> None:
        super().__init__(message)
        self.transient = transient


def parse_networks(text: str) -> tuple[IPNetwork, ...]:
    """The private networks that may be requested: ``all``, or networks separated by commas. Raises ValueError."""
    if text == "all":
        return ALL_NETWORKS
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(","))


def explain_unsafe_url(address: str) -> str | None:
    """Why an address must not be requested, from its text alone; None where it may be."""
    try:
        url = httpx.URL(address)
        _ = url.port  # raises for an invalid one
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        return f"this is not an address: {error}"
    if url.scheme not in SCHEMES:
        return f"the scheme '{url.scheme or 'none'}:' is not requested; only http and https are"
    if url.userinfo:
        return "it contains a user name or a password"
    if not url.host:
        return "it has no host"
    return None


def parse_ip_literal(address: str) -> IPAddress | None:
    """The IP address that an address has in place of a host name; None for a name."""
    try:
        return ipaddress.ip_address(httpx.URL(address).host)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return None


def explain_non_public_ip(ip: IPAddress) -> str | None:
    """Why an IP address is not public, in a word or two; None for a public one."""
    inner = extract_embedded_ipv4(ip)
    if inner is not None:
        return explain_non_public_ip(inner)
    if ip.is_loopback:
        return "this machine itself"
    if ip.is_link_local:
        return "link-local"
    if ip.is_multicast:
        return "multicast"
    if ip.is_unspecified or ip.is_reserved:
        return "reserved"
    if ip.is_private or not ip.is_global:
        return "private"
    return None


def extract_embedded_ipv4(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 address of a transition mechanism; None where there is none."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in NAT64_PREFIX:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def is_allowed_ip(ip: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    """Whether an IP address may be requested: it is public, or in one of ``networks``."""
    return explain_non_public_ip(ip) is None or any(ip in network for network in networks)


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host from the system's resolver, each once."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


def cache_resolver(resolve: Resolver) -> Resolver:
    """A resolver that looks each name up once, also for concurrent callers. Failures are not cached."""
    lookups: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def resolve_cached(host: str, port: int) -> Sequence[str]:
        key = (host, port)
        if key not in lookups:
            lookups[key] = asyncio.ensure_future(resolve(host, port))
            lookups[key].add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(lookups[key])
        except OSError:
            lookups.pop(key, None)
            raise

    return resolve_cached


class GuardedNetworkBackend(httpcore.AsyncNetworkBackend):
    """Connects as httpcore does, but only to IP addresses that may be requested."""

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
        """Resolve once, check, and connect to a checked address. Raises UnsafeAddressError, NoSuchHostError."""
        failure: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                for ip in await self.resolve_allowed(host, port):
                    try:
                        return await self.inner.connect_tcp(ip, port, timeout, local_address, socket_options)
                    except httpcore.ConnectError as error:
                        failure = error
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("no connection in time") from error
        raise failure or NoSuchHostError("the name has no address", transient=False)

    async def resolve_allowed(self, host: str, port: int) -> list[str]:
        """The IP addresses of a host that may be requested. Raises UnsafeAddressError where none of them may be."""
        try:
            addresses = list(await self.resolve(host, port))
        except (OSError, UnicodeError) as error:
            transient = getattr(error, "errno", None) == socket.EAI_AGAIN
            reason = getattr(error, "strerror", None) or "not a host name"
            raise NoSuchHostError(reason, transient) from error
        allowed, reasons = [], []
        for text in addresses:
            ip = ipaddress.ip_address(text)
            if is_allowed_ip(ip, self.networks):
                allowed.append(text)
            else:
                subject = f"{text} is" if text == host else f"{host} is {text},"
                reasons.append(f"{subject} {explain_non_public_ip(ip)}")
        if not allowed and reasons:
            raise UnsafeAddressError(reasons[0])
        return allowed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def create_guarded_transport(guard: GuardedNetworkBackend, max_connections: int) -> httpx.AsyncHTTPTransport:
    """A transport whose every connection goes through ``guard``.

    No proxy is used, since a proxy resolves names where the guard cannot check them. Each request has a connection of
    its own: a kept one may be closed just as it is used again, which would look like a fault of the server.
    """
    context: ssl.SSLContext = httpx.create_ssl_context()
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=context, max_connections=max_connections, max_keepalive_connections=0, network_backend=guard
    )
    return transport

"""Fails every test that uses the network: a connection or a DNS look-up beyond this machine.

An audit hook sees every call, whichever library makes it. What it raises is no ``Exception``, and each attempt is kept
as well, so that code which takes any error for an answer cannot hide it.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ADDRESSED = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")

attempts: list[str] = []
"""What was tried since the list was last emptied."""


class NetworkUsedError(BaseException):
    """A test tried to leave this machine."""


def is_local(host: object) -> bool:
    """Whether a host is this machine: ``localhost`` or a loopback address. So is no name at all."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if text is None or text in ("", "localhost"):
        return True
    plain = str(text).partition("%")[0]
    try:
        number = ipaddress.ip_address(plain if ":" in plain else socket.inet_aton(plain))  # 127.1 and 2130706433, too
    except (ValueError, OSError):
        return False
    return number.is_loopback or number.is_unspecified


def _host(event: str, args: tuple[object, ...]) -> object:
    """The host that a socket event is about; None where it is about no host, as for a Unix socket."""
    subject = args[1] if event in ADDRESSED else args[0]
    if event == "socket.getnameinfo" or event in ADDRESSED:
        return subject[0] if isinstance(subject, tuple) and isinstance(subject[0], str | bytes) else None
    return subject


def _watch(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket.") or event not in (*ADDRESSED, *LOOK_UPS):
        return
    host = _host(event, args)
    if not is_local(host):
        attempts.append(f"{event} {host!r}")
        raise NetworkUsedError(f"tests must not use the network: {attempts[-1]}")


def install() -> None:
    """Watch this process from now on. An audit hook cannot be taken away again."""
    sys.addaudithook(_watch)


@contextmanager
def watched() -> Iterator[None]:
    """Raise NetworkUsedError at the end if anything was tried within, though the code swallowed the error."""
    attempts.clear()
    yield
    if attempts:
        tried = ", ".join(dict.fromkeys(attempts))
        attempts.clear()
        raise NetworkUsedError(f"tests must not use the network: {tried}")

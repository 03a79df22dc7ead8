"""No test can reach the network without failing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

import network_guard
from ledger.http import ssrf_guard
from network_guard import NetworkUsedError


def connect() -> None:
    with socket.socket() as one:
        one.connect(("192.0.2.1", 80))


def send() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"", ("192.0.2.1", 53))


@pytest.mark.parametrize(
    "use",
    [
        connect,
        send,
        lambda: socket.getaddrinfo("nothing.invalid", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.create_connection(("2001:db8::1", 80)),
        lambda: httpx.get("http://example.org/", trust_env=False),
        lambda: asyncio.run(_resolve("example.org")),
    ],
    ids=["connect", "send", "look up", "look up the old way", "IPv6", "httpx", "the link check"],
)
def test_whatever_leaves_this_machine_fails(use: Callable[[], object]) -> None:
    with pytest.raises(NetworkUsedError, match="tests must not use the network"):
        use()
    network_guard.attempts.clear()


async def _resolve(host: str) -> None:
    await ssrf_guard.resolve_host(host, 80)


def test_an_error_that_the_code_swallows_still_fails_the_test() -> None:
    def swallow() -> None:
        with suppress(BaseException):
            socket.getaddrinfo("nothing.invalid", 80)

    def run() -> None:
        thread = threading.Thread(target=swallow)
        thread.start()
        thread.join()

    with pytest.raises(NetworkUsedError, match=r"nothing\.invalid"), network_guard.watched():
        run()


def test_every_test_is_watched(request: pytest.FixtureRequest) -> None:
    assert "_no_network" in request.fixturenames


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "2130706433", "::1", "localhost", b"localhost", None])
def test_this_machine_may_be_asked(host: str | bytes | None) -> None:
    assert socket.getaddrinfo(host, 80)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org", "localhost.example.org", "3221225985"])
def test_nobody_else_may_be_asked(host: str) -> None:
    assert not network_guard.is_local(host)


def test_a_socket_of_this_machine_needs_no_host() -> None:
    one, other = socket.socketpair()
    one.sendall(b"x")
    assert other.recv(1) == b"x"
    one.close()
    other.close()

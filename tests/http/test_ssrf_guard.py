"""Which addresses may be requested, and that no other one is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from ledger.http import ssrf_guard
from ledger.http.ssrf_guard import GuardedNetworkBackend, NoSuchHostError, UnsafeAddressError


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("93.184.216.34", None),
        ("2606:2800:220:1:248:1893:25c8:1946", None),
        ("127.0.0.1", "this machine itself"),
        ("127.255.0.1", "this machine itself"),
        ("::1", "this machine itself"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "reserved"),
        ("::", "reserved"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::ffff:127.0.0.1", "this machine itself"),
        ("::ffff:10.0.0.1", "private"),
        ("2002:7f00:1::", "this machine itself"),
        ("64:ff9b::7f00:1", "this machine itself"),
        ("64:ff9b::5db8:d822", None),
    ],
)
def test_which_addresses_are_public(number: str, why: str | None) -> None:
    assert ssrf_guard.explain_non_public_ip(ipaddress.ip_address(number)) == why
    assert ssrf_guard.is_allowed_ip(ipaddress.ip_address(number), ()) == (why is None)
    assert ssrf_guard.is_allowed_ip(ipaddress.ip_address(number), ssrf_guard.ALL_NETWORKS)


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """A name that turns to this machine after it was looked at gains nothing: it is looked up once."""
    asked: list[str] = []
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    class Inner(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, *rest: Any, **more: Any) -> httpcore.AsyncNetworkStream:
            asked.append(host)
            raise httpcore.ConnectError("closed")

    async def connect() -> None:
        await GuardedNetworkBackend((), resolve, Inner()).connect_tcp("rebind.example", 80)

    with pytest.raises(httpcore.ConnectError):
        asyncio.run(connect())
    assert asked == ["93.184.216.34"]
    with pytest.raises(UnsafeAddressError, match=r"rebind\.example is 127\.0\.0\.1, this machine itself"):
        asyncio.run(connect())
    assert asked == ["93.184.216.34"]


def test_of_a_name_with_public_and_private_addresses_only_the_public_are_used() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1", "93.184.216.34"]

    assert asyncio.run(GuardedNetworkBackend((), resolve).resolve_allowed("both.example", 80)) == ["93.184.216.34"]


def test_a_name_without_any_address_is_a_fault_of_dns() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return []

    with pytest.raises(NoSuchHostError):
        asyncio.run(GuardedNetworkBackend((), resolve).connect_tcp("none.example", 80))

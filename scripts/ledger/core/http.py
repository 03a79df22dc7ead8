"""Helpers of every HTTP client in the project: safe API addresses, Retry-After, and text of servers in messages."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit


class RegistryError(Exception):
    """A registry cannot be reached, or its answer cannot be used; the message says why and what to do."""


def validate_api_url(api: str) -> str:
    """The address of an API without its last slash. Raises RegistryError if it is not a web address or not safe."""
    try:
        parts = urlsplit(api)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise RegistryError(f"'{make_printable(api)}' is not the address of an API; write https://host/path")
    if parts.scheme == "http" and not is_loopback_host(host):
        raise RegistryError(f"'{make_printable(api)}' is not safe; write https://…")
    return api.rstrip("/")


def is_loopback_host(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_retry_after(header: str) -> float | None:
    """Seconds to wait, from a number or a date; None if the header is neither."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)


def make_printable(text: str) -> str:
    """Text from outside the project, shortened to one printable line."""
    text = re.sub(r"[^\x20-\x7e\u00a1-\ud7ff]", "?", text)
    return text if len(text) <= 80 else text[:77] + "…"

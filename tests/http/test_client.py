"""The HTTP client: what it reads from headers and says about itself. Its retries and limits: see test_link_check."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.http import client
from ledger.http.client import HttpSettings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("Sun, 99 Nov 2026", None),
    ],
)
def test_both_forms_of_retry_after(header: str, seconds: float | None) -> None:
    assert client.parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("contact", "email", "shown"),
    [
        ("me@example.org", "me@example.org", "; mailto:me@example.org)"),
        ("https://example.org/me@home", "", "; https://example.org/me@home)"),
        ("", "", "; no contact given)"),
    ],
)
def test_every_request_says_whom_to_write_to(contact: str, email: str, shown: str) -> None:
    settings = HttpSettings(contact=contact)
    assert settings.contact_email == email
    assert settings.user_agent.startswith("islet-ledger/1.0 (")
    assert settings.user_agent.endswith(shown)

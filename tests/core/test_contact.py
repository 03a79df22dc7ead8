"""The setting CONTACT."""

from __future__ import annotations

import pytest

from ledger.core.contact import parse_contact
from ledger.core.errors import CannotRunError


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", ""),
        (" \n", ""),
        ("editors@example.org", "mailto:editors@example.org"),
        (" mailto:first.last+site@mail.example.org ", "mailto:first.last+site@mail.example.org"),
        ("https://example.org/form?to=editors#top", "https://example.org/form?to=editors#top"),
    ],
)
def test_an_address_becomes_the_target_of_a_link(text: str, target: str) -> None:
    assert parse_contact(text) == target


@pytest.mark.parametrize(
    "text",
    ["editors", "editors@example", "a@example.org, b@example.org", "javascript:alert(1)", 'https://x.org/"onclick'],
)
def test_anything_else_is_told_in_one_line(text: str) -> None:
    with pytest.raises(CannotRunError, match=r"CONTACT is '.*'; set it to an email address") as caught:
        parse_contact(text)
    assert "\n" not in str(caught.value)

"""The address under which readers reach the makers of a copy of the site, from the setting CONTACT."""

from __future__ import annotations

import re

from ledger.core.errors import CannotRunError

EMAIL = re.compile(r"[^\s@<>\"',;:?&]+@[\w-]+(?:\.[\w-]+)+")
WEB_ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?][^\s<>\"]*)?")


def parse_contact(text: str) -> str:
    """The setting as the target of a link: an email address as ``mailto:``, a web address as it is, or nothing.

    Raises CannotRunError for anything else.
    """
    text = text.strip()
    if EMAIL.fullmatch(text.removeprefix("mailto:")):
        return f"mailto:{text.removeprefix('mailto:')}"
    if text and not WEB_ADDRESS.fullmatch(text):
        raise CannotRunError(
            f"CONTACT is '{text}'; set it to an email address or to an address that begins with https://, or leave it empty"
        )
    return text

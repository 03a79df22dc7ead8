"""Small functions on plain text."""

from __future__ import annotations

import re


def slugify(words: str) -> str:
    """``words`` as part of an id or a file name: lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def pluralize(noun: str, number: int) -> str:
    """``noun`` is given in the plural; one thing takes the singular."""
    if number != 1:
        return noun
    return noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")

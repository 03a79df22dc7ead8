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


def shorten(text: str, length: int = 60) -> str:
    """``text`` in one line of at most ``length`` characters: an ellipsis is in place of the rest."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def make_printable(text: str) -> str:
    """Text from outside the project in one line: control and invisible characters become escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )

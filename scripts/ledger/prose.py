"""The words of a page as a reader sees them, and the citations between them."""

from __future__ import annotations

import re
from html import unescape

from ledger.mdscan import ATTRIBUTES, INLINE, REFERENCE, TAG, Block

GROUP = re.compile(r"\[@(?P<keys>[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")
READ_ALOUD = re.compile(r"\s(?:alt|title|aria-label)\s*=\s*([\"'][^\"']*[\"'])", re.IGNORECASE)


def prose_only(block: Block) -> str:
    """A block's words: without list marks, link addresses, tags, attribute lists and citations."""
    text = re.sub(r"^(\s*)\d+[.)](?=\s)", lambda m: " " * len(m[0]), block.text)
    text = INLINE.sub(lambda match: f"{match['text']} {match['title'] or ''}".rstrip(), text)
    text = REFERENCE.sub("", text)
    text = TAG.sub(lambda match: " " + " ".join(READ_ALOUD.findall(match["attributes"])), text)
    text = ATTRIBUTES.sub("", text)
    text = re.sub(r"https?://\S+", " ", unescape(text))
    text = re.sub(r"(?m)^[ \t]*>[ \t>]*|\\(?=[^\w\s])", "", text)
    text = re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    return GROUP.sub("", text)


def line_of(number: str, text: str) -> int:
    found = re.search(r"[\s>]+".join(re.escape(word) for word in number.split()), text)
    return text.count("\n", 0, found.start()) if found else 0

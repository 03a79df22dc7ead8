"""The words of a page as a reader sees them, and the citations between them."""

from __future__ import annotations

import re
from html import unescape

from ledger.mdscan import ATTRIBUTES, INLINE, REFERENCE, TAG, Block

GROUP = re.compile(r"\[@(?P<keys>[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")
READ_ALOUD = re.compile(r"\s(?:alt|title|aria-label)\s*=\s*([\"'][^\"']*[\"'])", re.IGNORECASE)


NUMBERED = re.compile(r"^(\s*)\d+[.)](?=\s)")
ADDRESS = re.compile(r"https?://\S+")
QUOTED = re.compile(r"(?m)^[ \t]*>[ \t>]*|\\(?=[^\w\s])")
EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")


def prose_only(block: Block) -> str:
    """A block's words: without list marks, link addresses, tags, attribute lists and citations.

    Each step is taken only where a sign in the text calls for it: most blocks hold none.
    """
    text = NUMBERED.sub(lambda m: " " * len(m[0]), block.text)
    if "[" in text:
        text = INLINE.sub(lambda match: f"{match['text']} {match['title'] or ''}".rstrip(), text)
        text = REFERENCE.sub("", text)
    if "<" in text:
        text = TAG.sub(lambda match: " " + " ".join(READ_ALOUD.findall(match["attributes"])), text)
    if "{" in text:
        text = ATTRIBUTES.sub("", text)
    if "&" in text:
        text = unescape(text)
    if "://" in text:
        text = ADDRESS.sub(" ", text)
    if ">" in text or "\\" in text:
        text = QUOTED.sub("", text)
    if "*" in text or "_" in text:
        text = EMPHASIS.sub("", text)
    return GROUP.sub("", text) if "[@" in text else text


def line_of(number: str, text: str) -> int:
    found = re.search(r"[\s>]+".join(re.escape(word) for word in number.split()), text)
    return text.count("\n", 0, found.start()) if found else 0

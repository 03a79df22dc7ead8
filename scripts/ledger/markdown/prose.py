"""The words of a page as a reader sees them, and the citations between them."""

from __future__ import annotations

import re
from html import unescape

from ledger.markdown.scanner import ATTRIBUTE_LIST, HTML_TAG, INLINE_LINK, LINK_DEFINITION, Block

CITATION_GROUP = re.compile(r"\[@(?P<keys>[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*)\]")
CITATION_KEY = re.compile(r"(?<=@)[A-Za-z0-9_-]+")
READ_ALOUD_ATTRIBUTE = re.compile(r"\s(?:alt|title|aria-label)\s*=\s*([\"'][^\"']*[\"'])", re.IGNORECASE)
NUMBERED_ITEM = re.compile(r"^(\s*)\d+[.)](?=\s)")
WEB_ADDRESS = re.compile(r"https?://\S+")
QUOTE_MARK_OR_ESCAPE = re.compile(r"(?m)^[ \t]*>[ \t>]*|\\(?=[^\w\s])")
EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")


def extract_prose(block: Block) -> str:
    """A block's words: without list marks, link addresses, tags, attribute lists and citations.

    Most blocks have no markup, so each step first looks for the character that it needs.
    """
    text = NUMBERED_ITEM.sub(lambda m: " " * len(m[0]), block.text)
    if "[" in text:
        text = INLINE_LINK.sub(lambda match: f"{match['text']} {match['title'] or ''}".rstrip(), text)
        text = LINK_DEFINITION.sub("", text)
    if "<" in text:
        text = HTML_TAG.sub(lambda match: " " + " ".join(READ_ALOUD_ATTRIBUTE.findall(match["attributes"])), text)
    if "{" in text:
        text = ATTRIBUTE_LIST.sub("", text)
    if "&" in text:
        text = unescape(text)
    if "://" in text:
        text = WEB_ADDRESS.sub(" ", text)
    if ">" in text or "\\" in text:
        text = QUOTE_MARK_OR_ESCAPE.sub("", text)
    if "*" in text or "_" in text:
        text = EMPHASIS.sub("", text)
    return CITATION_GROUP.sub("", text) if "[@" in text else text


def find_line_offset(words: str, text: str) -> int:
    """How many lines of ``text`` come before ``words``, which may be broken over lines."""
    match = re.search(r"[\s>]+".join(re.escape(word) for word in words.split()), text)
    return text.count("\n", 0, match.start()) if match else 0

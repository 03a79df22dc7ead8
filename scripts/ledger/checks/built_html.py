"""Rules that only the finished page can show: doubled ids, and requests to other hosts."""

from __future__ import annotations

import re
from collections import Counter

from ledger.checks.third_party import LOADING_ATTRIBUTES, find_third_party_addresses
from ledger.core.problems import Problem
from ledger.markdown.html_tags import read_tags
from ledger.model.rules import rule

COMMENT_OR_RAW_TEXT = re.compile(
    r"<!--.*?-->|(?P<tag><(?P<name>script|style|textarea|title)\b[^>]*>).*?</(?P=name)\s*>", re.DOTALL | re.IGNORECASE
)
ATTRIBUTES = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
TAG_WITH_ID = re.compile(rf"<[a-z]{ATTRIBUTES}\sid\s*={ATTRIBUTES}>", re.IGNORECASE)
LOADING_TAG = re.compile(rf"<(?:{'|'.join(LOADING_ATTRIBUTES)})\b{ATTRIBUTES}>", re.IGNORECASE)


@rule("duplicate-id", "third-party")
def check_built_page(html: str, shown: str) -> list[Problem]:
    """What is wrong with one finished page; ``shown`` is its source's path."""
    text = COMMENT_OR_RAW_TEXT.sub(lambda match: match["tag"] or "", html)
    ids = Counter(dict(tag.attributes).get("id") for tag in read_tags("".join(TAG_WITH_ID.findall(text))))
    messages = {
        f"the built page has the id '{name}' twice; rename one of them in its source": "duplicate-id"
        for name, count in ids.items()
        if name and count > 1
    }
    for tag in read_tags("".join(tag for tag in LOADING_TAG.findall(text) if "//" in tag)):
        for address in find_third_party_addresses(tag):
            message = f"the built page would load {address} from a third party; remove it from its source"
            messages[message] = "third-party"
    return [Problem(shown, 1, kind, message) for message, kind in messages.items()]

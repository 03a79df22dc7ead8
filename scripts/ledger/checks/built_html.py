"""Rules that only the finished page can show: doubled ids, and requests to other hosts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ledger.checks.third_party import find_third_party_addresses
from ledger.core.problems import Problem
from ledger.markdown.html_tags import Tag, read_tags
from ledger.model.rules import rule

COMMENT_OR_TAG = re.compile(
    r"<(?:!--.*?-->"
    r"|(?P<raw_text>(?P<name>script|style|textarea|title)\b[^>]*>).*?</(?P=name)\s*>"
    r"|(?P<tag>[a-z](?:[^<>\"']++|\"[^\"]*\"|'[^']*')*+>))",
    re.DOTALL | re.IGNORECASE,
)


@rule("duplicate-id", "third-party")
def check_built_page(html: str, shown: str) -> list[Problem]:
    """What is wrong with one finished page; ``shown`` is its source's path."""
    tags = [raw_text or tag for raw_text, _, tag in COMMENT_OR_TAG.findall(html)]
    ids = Counter(dict(tag.attributes).get("id") for tag in _read(tag for tag in tags if "id" in tag))
    messages = {
        f"the built page has the id '{name}' twice; rename one of them in its source": "duplicate-id"
        for name, count in ids.items()
        if name and count > 1
    }
    for tag in _read(tag for tag in tags if "//" in tag and not tag.startswith("a ")):
        for address in find_third_party_addresses(tag):
            message = f"the built page would load {address} from a third party; remove it from its source"
            messages[message] = "third-party"
    return [Problem(shown, 1, kind, message) for message, kind in messages.items()]


def _read(tags: Iterable[str]) -> list[Tag]:
    return read_tags("".join(f"<{tag}" for tag in tags))

"""Rules that only the finished page can show: doubled ids, and requests to other hosts."""

from __future__ import annotations

import re

from ledger.links import TEMPLATE_TAG, third_party
from ledger.problems import Problem

NOT_TEXT = re.compile(r"<!--.*?-->|(<(script|style|textarea|title)\b[^>]*>).*?</\2\s*>", re.DOTALL | re.IGNORECASE)
BUILT_ID = re.compile(r"<[A-Za-z][^<>]*?\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


def check(html: str, shown: str) -> list[Problem]:
    """What is wrong with one finished page; ``shown`` is its source's path."""
    text = NOT_TEXT.sub(lambda match: match[1] or "", html)
    problems = []
    seen: set[str] = set()
    for match in BUILT_ID.finditer(text):
        identifier = match[1] or match[2] or match[3]
        if identifier in seen:
            message = f"the built page has the id '{identifier}' twice; rename one of them in its source"
            problems.append(Problem(shown, 1, "duplicate-id", message))
        seen.add(identifier)
    for match in TEMPLATE_TAG.finditer(text):
        for address in third_party(match["element"], match["attributes"]):
            message = f"the built page asks {address} of a third party; take it out"
            problems.append(Problem(shown, 1, "third-party", message))
    return problems

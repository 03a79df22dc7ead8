"""Rules that only the finished page can show: doubled ids, and requests to other hosts."""

from __future__ import annotations

import re
from html import unescape

from ledger.links import CSS_ADDRESS, LOADS, TEMPLATE_TAG, third_party
from ledger.mdscan import ATTRIBUTE_TEXT
from ledger.problems import Problem

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NOT_TEXT = re.compile(r"(<(script|style|textarea|title)\b[^>]*>).*?</\2\s*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(rf"<[A-Za-z][\w-]*{ATTRIBUTE_TEXT}>")
ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
PLAIN_ID = re.compile(r' id="([^"]*)"')
ANY_ID = re.compile(r"id\s*=")
LOADERS = "|".join(name for name, attributes in LOADS.items() if "ping" not in attributes)
FROM_AFAR = re.compile(rf"<(?:{LOADERS})\b[^<]*//")
LOADING = re.compile(rf"<(?:{'|'.join(LOADS)})\b", re.IGNORECASE)


def check(html: str, shown: str) -> list[Problem]:
    """What is wrong with one finished page; ``shown`` is its source's path."""
    text = NOT_TEXT.sub(r"\1", COMMENT.sub("", html))
    if _plainly_good(text):
        return []  # most pages are done here
    problems = []
    seen: set[str] = set()
    for tag in TAG.findall(text):
        match = ID.search(tag) if "id" in tag or "ID" in tag else None
        identifier = match and (match[1] or match[2] or match[3])
        if identifier and identifier in seen:
            message = f"the built page has the id '{identifier}' twice; rename one of them in its source"
            problems.append(Problem(shown, 1, "duplicate-id", message))
        if identifier:
            seen.add(identifier)
        if "//" in tag and (LOADING.match(tag) or "style" in tag):
            parts = TEMPLATE_TAG.match(tag)
            asked = list(third_party(parts["element"], parts["attributes"])) if parts else []
            asked += [match[1] for match in CSS_ADDRESS.finditer(unescape(tag)) if "style" in tag]
            for address in asked:
                message = f"the built page asks {address} of a third party; take it out"
                problems.append(Problem(shown, 1, "third-party", message))
    return problems


def _plainly_good(text: str) -> bool:
    """Whether a quick look is enough: each id plain and alone, no style, nothing that could load from afar."""
    ids = PLAIN_ID.findall(text)
    low = text.lower()
    return (
        len(ids) == len(set(ids)) == len(ANY_ID.findall(low))
        and not any(sign in low for sign in ("ping=", "ping =", "style=", "style =", "<style"))
        and not FROM_AFAR.search(low)
    )

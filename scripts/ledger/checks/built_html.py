"""Rules that only the finished page can show: doubled ids, and requests to other hosts."""

from __future__ import annotations

import re
from html import unescape

from ledger.checks.third_party import (
    CSS_ADDRESS,
    LOADING_ATTRIBUTES,
    TAG_WITH_ATTRIBUTES,
    find_third_party_addresses,
)
from ledger.core.problems import Problem
from ledger.markdown.scanner import HTML_ATTRIBUTES_PATTERN
from ledger.model.rules import rule

HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
RAW_TEXT_ELEMENT = re.compile(r"(<(script|style|textarea|title)\b[^>]*>).*?</\2\s*>", re.DOTALL | re.IGNORECASE)
START_TAG = re.compile(rf"<[A-Za-z][\w-]*{HTML_ATTRIBUTES_PATTERN}>")
ID_ATTRIBUTE = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
PLAIN_ID_ATTRIBUTE = re.compile(r' id="([^"]*)"')
ID_HINT = re.compile(r"id\s*=")
LOADING_ELEMENTS = "|".join(name for name, attributes in LOADING_ATTRIBUTES.items() if "ping" not in attributes)
REMOTE_LOAD_HINT = re.compile(rf"<(?:{LOADING_ELEMENTS})\b[^<]*//")
LOADING_TAG = re.compile(rf"<(?:{'|'.join(LOADING_ATTRIBUTES)})\b", re.IGNORECASE)


@rule("duplicate-id", "third-party")
def check_built_page(html: str, shown: str) -> list[Problem]:
    """What is wrong with one finished page; ``shown`` is its source's path."""
    text = RAW_TEXT_ELEMENT.sub(r"\1", HTML_COMMENT.sub("", html))
    if _is_clearly_valid(text):
        return []  # most pages are done here
    problems = []
    seen: set[str] = set()
    for tag in START_TAG.findall(text):
        match = ID_ATTRIBUTE.search(tag) if "id" in tag or "ID" in tag else None
        identifier = match and (match[1] or match[2] or match[3])
        if identifier and identifier in seen:
            message = f"the built page has the id '{identifier}' twice; rename one of them in its source"
            problems.append(Problem(shown, 1, "duplicate-id", message))
        if identifier:
            seen.add(identifier)
        if "//" in tag and (LOADING_TAG.match(tag) or "style" in tag):
            parts = TAG_WITH_ATTRIBUTES.match(tag)
            addresses = list(find_third_party_addresses(parts["element"], parts["attributes"])) if parts else []
            addresses += [match[1] for match in CSS_ADDRESS.finditer(unescape(tag)) if "style" in tag]
            for address in addresses:
                message = f"the built page would load {address} from a third party; remove it from its source"
                problems.append(Problem(shown, 1, "third-party", message))
    return problems


def _is_clearly_valid(text: str) -> bool:
    """Whether a quick look is enough: every id plain and unique, no style, nothing that could load from another host."""
    ids = PLAIN_ID_ATTRIBUTE.findall(text)
    low = text.lower()
    return (
        len(ids) == len(set(ids)) == len(ID_HINT.findall(low))
        and not any(hint in low for hint in ("ping=", "ping =", "style=", "style =", "<style"))
        and not REMOTE_LOAD_HINT.search(low)
    )

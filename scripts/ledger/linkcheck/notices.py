"""What a response says in place of the page that was linked to, by the lists of ``rules/link-responses.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field

from ledger.linkcheck.page_content import PageContent
from ledger.model.field_types import NonEmptyText, StrictModel, TextPattern
from ledger.model.rules_folder import load_rules_file

LINK_RESPONSES_FILE = "link-responses.yml"
MAX_NOTICE_LENGTH = 150
"""A title or a sentence with more characters is not a notice."""
MAX_SHORT_TEXT = 1_500
"""A page with more characters of text is not a mere notice."""
MAX_WALL_TEXT = 300
"""A page with more characters of text is not a mere wall, whatever its scripts are called."""
TITLE_SEPARATOR = re.compile(r"\s+[|–—·:•»-]\s+|\s*[|–—]\s*")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n")
NOTICE_EDGE = ' .!…。！:;,-–—|"“”«»()[]'

Patterns = Annotated[list[TextPattern], Field(min_length=1)]
AddressKind = Literal["captcha", "consent", "login", "error", "paywall", "parking"]
NoticeKind = Literal["blocked", "suspect"]
Lists = Literal["bot_walls", "not_found", "no_site"]


class LinkResponses(StrictModel):
    """The lists of the file, whose comments say what each is for."""

    bot_walls: Patterns
    bot_wall_marks: list[NonEmptyText]
    not_found: Patterns
    no_site: Patterns
    redirects: dict[AddressKind, Patterns]


class Notice(NamedTuple):
    """Words of a page that show that it is not the page linked to."""

    kind: NoticeKind
    text: str


@cache
def read_link_responses() -> LinkResponses:
    """The lists. Raises CannotRunError."""
    return load_rules_file(LINK_RESPONSES_FILE, LinkResponses)[0]


@cache
def _compile_list(name: Lists) -> re.Pattern[str]:
    return re.compile("|".join(getattr(read_link_responses(), name)), re.IGNORECASE)


@cache
def _compile_address_kinds() -> dict[AddressKind, re.Pattern[str]]:
    redirects = read_link_responses().redirects
    return {kind: re.compile("|".join(entries), re.IGNORECASE) for kind, entries in redirects.items()}


def find_notice(page: PageContent, complete: bool) -> Notice | None:
    """The notice of a wall, of a host without a site, or that nothing was found; None for another page.

    A long page is an article, unless its title is the notice and nothing else, or says that nothing was found.
    """
    is_short = complete and len(page.text) <= MAX_SHORT_TEXT
    if is_short and len(page.text) <= MAX_WALL_TEXT:
        for mark in read_link_responses().bot_wall_marks:
            if mark in page.source:
                return Notice("blocked", mark)
    short = [*_split_title(page.title), *page.headings, *SENTENCE_END.split(page.text)] if is_short else []
    kinds: tuple[tuple[NoticeKind, Lists, list[str]], ...] = (
        ("blocked", "bot_walls", [page.title, *short]),
        ("suspect", "no_site", [page.title, *short]),
        ("suspect", "not_found", short or _list_long_page_titles(page)),
    )
    for kind, name, texts in kinds:
        for text in texts:
            if len(text) <= MAX_NOTICE_LENGTH and _compile_list(name).fullmatch(text.strip(NOTICE_EDGE)):
                return Notice(kind, text.strip()[:80])
    return None


def _split_title(title: str) -> list[str]:
    return [title, *filter(None, TITLE_SEPARATOR.split(title))]


def _list_long_page_titles(page: PageContent) -> list[str]:
    """The texts by which a long page can say that nothing was found.

    "Page not found – what authors do" is an article where its heading says the same and more.
    """
    titles = [
        part
        for part in _split_title(page.title)
        if not any(part.lower() in heading.lower() and len(heading) > len(part) + 20 for heading in page.headings)
    ]
    return [*titles, *page.headings]


def find_address_kinds(address: str) -> Iterator[tuple[AddressKind, NoticeKind]]:
    """The kinds of page that an address shows by its host, path or query, and what a redirect to such a page is."""
    parts = urlsplit(address)
    names = [parts.hostname or "", *(segment.partition(".")[0] for segment in parts.path.split("/"))]
    names += [name for name, _ in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=None)]
    for kind, pattern in _compile_address_kinds().items():
        if any(pattern.fullmatch(name) for name in names):
            yield kind, "blocked" if kind in ("captcha", "consent") else "suspect"

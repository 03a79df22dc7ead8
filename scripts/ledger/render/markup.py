"""What templates call to write links, citations, and text that has some markup of its own."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from ledger.markdown.escape import escape_markdown
from ledger.markdown.scanner import CITATION_GROUP
from ledger.model.project import Page


def get_relative_url(page: Page, url: str) -> str:
    """The relative address from ``page`` to a page or file of the built site, both given from the site's root."""
    return "../" * page.url.count("/") + url or "./"


def cite_sources(*keys: str | None) -> Markup:
    """The citation mark of the sources that are given, directly after the word before it.

    It is a comment until the page is done: then ``footnotes`` numbers all marks in reading order. The search, which
    reads the page before, ignores comments.
    """
    known = _list_once(*keys)
    return Markup("<!--cite ") + ";".join(known) + Markup("-->") if known else Markup("")


def cite_in_markdown(*keys: str | None) -> Markup:
    """``[@one; @two]`` for the keys that there are."""
    known = _list_once(*keys)
    return Markup("[@{}]").format("; @".join(known)) if known else Markup("")


def _list_once(*keys: str | None) -> list[str]:
    return list(dict.fromkeys(key for key in keys if key))


def escape_except_citations(text: str) -> Markup:
    """Text for a template that is Markdown: its ``[@key]`` work, no other markup does."""
    words_and_keys = CITATION_GROUP.split(text)
    return Markup("".join(f"[@{part}]" if n % 2 else escape_markdown(part) for n, part in enumerate(words_and_keys)))


def mark_inline_code(text: str) -> Markup:
    """Text in which backticks enclose code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))

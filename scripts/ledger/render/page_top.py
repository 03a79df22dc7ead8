"""Above a page's title: breadcrumbs, from the home page down to it, and how long it takes to read."""

from __future__ import annotations

import math

from ledger.core.languages import HAN
from ledger.model.project import Page, Project
from ledger.render.jinja import render

HOME_LABEL = "Home"
WORDS_PER_MINUTE = 200


def render_page_top(page: Page, project: Project, words: int) -> str:
    """The way to a page of so many words, and its reading time; nothing on the home page."""
    above = [(one.url, get_breadcrumb_label(one)) for one in find_breadcrumbs(page, project)[:-1]]
    return render("page-top.html", page=page, above=above, minutes=estimate_minutes(words)) if above else ""


def find_breadcrumbs(page: Page, project: Project) -> list[Page]:
    """The pages from the home page down to ``page``: the index of each folder on the way."""
    parts = page.src.split("/")
    sources = ["index.md", *("/".join([*parts[:depth], "index.md"]) for depth in range(1, len(parts))), page.src]
    return [project.pages[src] for src in dict.fromkeys(sources) if src in project.pages]


def get_breadcrumb_label(page: Page) -> str:
    """What a page is called on the way to another: the home page's title is an answer, and too long for that."""
    return HOME_LABEL if page.src == "index.md" else page.title


def count_words(text: str) -> int:
    """The words of a text; of Chinese, which has no blanks, three signs take about as long to read as two words."""
    return len(text.split()) + len(HAN.findall(text)) * 2 // 3


def estimate_minutes(words: int) -> int:
    """Whole minutes, one at least, for the words of headings and running text, tables that were typed included.

    Tables made from records, the references and the foot do not count: they are looked up rather than read.
    """
    return max(1, math.ceil(words / WORDS_PER_MINUTE))

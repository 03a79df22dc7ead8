"""Words that nobody would say aloud: each pattern in ``rules/words.yml`` has what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ledger.checks.claims_of_effect import blank_quotations
from ledger.checks.words import read_words
from ledger.core.problems import Problem
from ledger.model.project import Page, Project
from ledger.model.rules import rule


@rule("plain-words")
def check_plain_words(project: Project) -> Iterator[Problem]:
    """The first awkward word of each block of the pages in English; what is quoted, and how we corrected it, is left."""
    for page in project.pages.values():
        if page.language == "en" and page.src != "about/corrections.md" and not page.unreadable:
            yield from _check_page(page)


def _check_page(page: Page) -> Iterator[Problem]:
    for block in page.source.blocks:
        if block.words.startswith("Also:"):  # other names of a word of the glossary, for the search
            continue
        text = blank_quotations(block, block.words)
        for pattern, instead in _compile_awkward():
            match = pattern.search(text)
            if match:
                message = f"nobody would say '{match[0].strip(' ,')}'; {instead}"
                yield Problem(page.path, block.line, "plain-words", message)
                break


@cache
def _compile_awkward() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(entry.says, re.IGNORECASE), entry.write) for entry in read_words().awkward]

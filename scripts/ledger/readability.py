"""How easy the opening of a page is to read: sentence length, Flesch-Kincaid grade, SMOG.

The opening is what stands between the title and the first section. Terms that the glossary teaches count as one easy
word, since the page explains them in place. Formulas: Flesch-Kincaid grade level (Kincaid and others, 1975) and SMOG
(McLaughlin, 1969). Syllables are counted by groups of vowels; a test holds that count against a dictionary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from ledger.glossary import GLOSSARY, terms
from ledger.markup import link, table
from ledger.problems import Problem
from ledger.project import Page, Project
from ledger.prose import prose_only

MOST_GRADE = 8.0  # Flesch-Kincaid, US school grade
MOST_SMOG = 10.0  # SMOG, US school grade
MOST_WORDS = 16.0  # a sentence, on average
FEWEST_WORDS = 30
"""An opening with fewer words is too short to be judged."""
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+(?=[A-Z0-9“\"(])")
WORD = re.compile(r"[A-Za-z0-9'’%][A-Za-z0-9'’%-]*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(
    r"(?:[^aeiouylr]e|[aeiouy][lr]e|(?<!bet)(?<![aeiousxzcg])(?<![cs]h)(?<![^aeiouy]l)es|[^aeiouytd]ed)$"
    r"|[aeiouy][^aeiouy]e(?=(?:ments?|ful|ly|ty|one|things?|where|times?|threatening)$)"
)
"""An e that is written and not spoken: at the end, and before an ending."""
APART = re.compile(
    r"i(?:a|o|um)|(?<!p)eo|u(?:a(?!r)|ou)|[^aeiou]ism\b|[ey]ing\b|(?<=[a-z])yo|(?<=[a-z]{2})eas?$|^re(?=act|u)"
)
"""Vowels that stand together and are spoken apart."""
TOGETHER = re.compile(r"(?:[tcsgx]i|qu|gu)[aeo]|[ln]ion")
"""And those of them that are not."""
POLYSYLLABLE = 3

Options = Mapping[str, str]


class Score(NamedTuple):
    """The measures of one opening; ``grade`` and ``smog`` are None where it is too short for them."""

    words: int
    sentences: int
    grade: float | None
    smog: float | None

    @property
    def length(self) -> float:
        """Words a sentence."""
        return self.words / self.sentences


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Syllables of an English word; figures and signs count one."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part)
    if not re.search("[a-z]", word):
        return 1
    count = len(VOWELS.findall(word)) + len(APART.findall(TOGETHER.sub("to", word)))
    return max(count - len(SILENT.findall(word)), 1)


def opening(page: Page) -> str:
    """The words between a page's title and its first section."""
    title = next((heading.line for heading in page.source.headings if heading.level == 1), None)
    if title is None:
        return ""
    end = next((heading.line for heading in page.source.headings if heading.level == 2), None)
    parts = [
        prose_only(block)
        for block in page.source.blocks
        if block.line > title and (end is None or block.line < end) and block.kind in ("paragraph", "item")
    ]
    return " ".join(" ".join(part.split()) for part in parts)


def score(text: str, taught: re.Pattern[str] | None = None) -> Score | None:
    """The measures of a text; None where it has no words."""
    if taught:
        text = taught.sub("term", text)
    words = WORD.findall(text)
    if not words:
        return None
    sentences = sum(bool(WORD.search(part)) for part in SENTENCE_END.split(text))
    if len(words) < FEWEST_WORDS:
        return Score(len(words), sentences, None, None)
    counts = [syllables(word) for word in words]
    grade = 0.39 * len(words) / sentences + 11.8 * sum(counts) / len(words) - 15.59
    long = sum(count >= POLYSYLLABLE for count in counts)
    return Score(len(words), sentences, grade, 1.043 * math.sqrt(30 * long / sentences) + 3.1291)


def taught_terms(project: Project) -> re.Pattern[str] | None:
    """The glossary's terms, longest first."""
    if GLOSSARY not in project.pages:
        return None
    names = {name for term in terms(project.pages[GLOSSARY]) for name in (term.name, *term.aliases)}
    words = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(words)})s?\b", re.IGNORECASE) if words else None


def check(project: Project) -> Iterator[Problem]:
    """Openings that are harder to read than they need to be."""
    taught = taught_terms(project)
    for page in project.pages.values():
        found = score(opening(page), taught)
        if found is None or found.words < FEWEST_WORDS or ".zh." in page.src:
            continue
        faults = []
        if found.length > MOST_WORDS:
            faults.append(f"{found.length:.0f} words a sentence, at most {MOST_WORDS:.0f}; split the longest")
        if found.grade is not None and found.grade > MOST_GRADE:
            faults.append(f"Flesch-Kincaid grade {found.grade:.1f}, at most {MOST_GRADE:.0f}; use shorter words")
        if found.smog is not None and found.smog > MOST_SMOG:
            faults.append(f"SMOG {found.smog:.1f}, at most {MOST_SMOG:.0f}; use fewer long words")
        if faults:
            line = next(heading.line for heading in page.source.headings if heading.level == 1)
            message = f"the opening is hard to read: {'; '.join(faults)}"
            yield Problem(page.path, line, "readability", message, "warning")


def listing(page: Page, project: Project, options: Options) -> str:
    """The measures of every page's opening, hardest first."""
    taught = taught_terms(project)
    found = [(one, measured) for one in project.pages.values() if (measured := score(opening(one), taught))]
    found.sort(key=lambda pair: (-(pair[1].grade or 0), pair[0].title))
    rows = [(link(page, one), f"{s.length:.1f}", _figure(s.grade), _figure(s.smog), str(s.words)) for one, s in found]
    head = ("Page", "Words a sentence", "Flesch-Kincaid grade", "SMOG", "Words")
    return table("Readability of each page's opening", head, rows, "stack")


def _figure(value: float | None) -> str:
    return "too short" if value is None else f"{max(value, 0):.1f}"

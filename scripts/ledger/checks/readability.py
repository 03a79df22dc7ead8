"""How easy the opening of a page is to read: sentence length, Flesch-Kincaid grade, SMOG.

The opening is the text between the title and the first section. Terms that the glossary teaches count as one easy
word, since the page explains them in place. Formulas: Flesch-Kincaid grade level (Kincaid and others, 1975) and SMOG
(McLaughlin, 1969). Syllables are counted by groups of vowels; a test holds that count against a dictionary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ledger.checks.places import find_title_line
from ledger.core.problems import Problem
from ledger.model.glossary import GLOSSARY_PAGE, compile_terms, read_glossary_terms
from ledger.model.project import Page, Project
from ledger.model.rules import rule

MAX_GRADE = 8.0  # Flesch-Kincaid, US school grade
MAX_SMOG = 10.0  # SMOG, US school grade
MAX_SENTENCE_WORDS = 16.0  # a sentence, on average
MIN_OPENING_WORDS = 30
"""An opening with fewer words is too short to be judged."""
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+(?=[A-Z0-9“\"(])")
WORD = re.compile(r"[A-Za-z0-9'’%][A-Za-z0-9'’%-]*")
VOWEL_GROUP = re.compile(r"[aeiouy]+")
SILENT_E = re.compile(
    r"(?:[^aeiouylr]e|[aeiouy][lr]e|(?<!bet)(?<![aeiousxzcg])(?<![cs]h)(?<![^aeiouy]l)es|[^aeiouytd]ed)$"
    r"|[aeiouy][^aeiouy]e(?=(?:ments?|ful|ly|ty|one|things?|where|times?|threatening)$)"
)
"""An e that is written and not spoken: at the end, and before an ending."""
SEPARATE_VOWELS = re.compile(
    r"i(?:a|o|um)|(?<!p)eo|u(?:a(?!r)|ou)|[^aeiou]ism\b|[ey]ing\b|(?<=[a-z])yo|(?<=[a-z]{2})eas?$|^re(?=act|u)"
)
"""Vowels that are written together and spoken apart."""
JOINED_VOWELS = re.compile(r"(?:[tcsgx]i|qu|gu)[aeo]|[ln]ion")
"""And those of them that are not."""
MIN_LONG_WORD_SYLLABLES = 3


class ReadabilityScore(NamedTuple):
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
def count_syllables(word: str) -> int:
    """Syllables of an English word; figures and other characters count as one."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if "-" in word:
        return sum(count_syllables(part) for part in word.split("-") if part)
    if not re.search("[a-z]", word):
        return 1
    count = len(VOWEL_GROUP.findall(word)) + len(SEPARATE_VOWELS.findall(JOINED_VOWELS.sub("to", word)))
    return max(count - len(SILENT_E.findall(word)), 1)


def extract_opening(page: Page) -> str:
    """The words between a page's title and its first section."""
    title = next((heading.line for heading in page.source.headings if heading.level == 1), None)
    if title is None:
        return ""
    end = next((heading.line for heading in page.source.headings if heading.level == 2), None)
    parts = [
        block.words
        for block in page.source.blocks
        if block.line > title and (end is None or block.line < end) and block.kind in ("paragraph", "item")
    ]
    return " ".join(" ".join(part.split()) for part in parts)


def measure_readability(text: str, glossary_terms: re.Pattern[str] | None = None) -> ReadabilityScore | None:
    """The measures of a text; None where it has no words."""
    if glossary_terms:
        text = glossary_terms.sub("term", text)
    words = WORD.findall(text)
    if not words:
        return None
    sentences = sum(bool(WORD.search(part)) for part in SENTENCE_END.split(text))
    if len(words) < MIN_OPENING_WORDS:
        return ReadabilityScore(len(words), sentences, None, None)
    counts = [count_syllables(word) for word in words]
    grade = 0.39 * len(words) / sentences + 11.8 * sum(counts) / len(words) - 15.59
    long = sum(count >= MIN_LONG_WORD_SYLLABLES for count in counts)
    return ReadabilityScore(len(words), sentences, grade, 1.043 * math.sqrt(30 * long / sentences) + 3.1291)


def compile_glossary_terms(project: Project) -> re.Pattern[str] | None:
    """A pattern for the glossary's terms."""
    page = project.pages.get(GLOSSARY_PAGE)
    return compile_terms(read_glossary_terms(page)) if page else None


@rule("readability")
def check_readability(project: Project) -> Iterator[Problem]:
    """Openings that are harder to read than they need to be."""
    glossary_terms = compile_glossary_terms(project)
    for page in project.pages.values():
        score = measure_readability(extract_opening(page), glossary_terms)
        if score is None or score.words < MIN_OPENING_WORDS or page.language != "en":
            continue
        advice = []
        if score.length > MAX_SENTENCE_WORDS:
            advice.append(f"{score.length:.0f} words a sentence, at most {MAX_SENTENCE_WORDS:.0f}; split the longest")
        if score.grade is not None and score.grade > MAX_GRADE:
            advice.append(f"Flesch-Kincaid grade {score.grade:.1f}, at most {MAX_GRADE:.0f}; use shorter words")
        if score.smog is not None and score.smog > MAX_SMOG:
            advice.append(f"SMOG {score.smog:.1f}, at most {MAX_SMOG:.0f}; use fewer long words")
        if advice:
            message = f"the opening is hard to read: {'; '.join(advice)}"
            yield Problem(page.path, find_title_line(page), "readability", message)

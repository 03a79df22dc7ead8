"""The words that the checks look for, from ``rules/words.yml``, which editors change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated

from pydantic import Field

from ledger.core.languages import HAN
from ledger.model.field_types import NonEmptyText, StrictModel, TextPattern
from ledger.model.rules_folder import load_rules_file

WORDS_FILE = "words.yml"

WordList = Annotated[list[TextPattern], Field(min_length=1)]


class AwkwardWords(StrictModel):
    """A pattern of words that nobody would say, and what to write instead."""

    says: TextPattern
    write: NonEmptyText


class Words(StrictModel):
    """The lists of the file, whose comments say what each is for."""

    hype: WordList
    denials: WordList
    certain: WordList
    hedges: WordList
    speakers: WordList
    deaths: WordList
    nothing_known: WordList
    harm_words: WordList
    benefit_words: WordList
    death_causes: WordList
    assessors: WordList
    cause_not_given: WordList
    death_rates: WordList
    people: WordList
    events: WordList
    counted: WordList
    measures: WordList
    numbered: WordList
    outcomes: WordList
    cell_origins: WordList
    vague_links: WordList
    awkward: Annotated[list[AwkwardWords], Field(min_length=1)]


@cache
def read_words() -> Words:
    """The word lists. Raises CannotRunError."""
    return load_rules_file(WORDS_FILE, Words)[0]


def join_words(entries: Sequence[str]) -> str:
    """A pattern for any of the entries, in which a space matches a hyphen or white space."""
    return "(?:" + "|".join(entries).replace(" ", r"(?:-|\s+)") + ")"


@cache
def compile_words(name: str) -> re.Pattern[str]:
    """A pattern for the whole words of one list. Chinese has no blanks between words, so a Chinese word is found anywhere."""
    entries = getattr(read_words(), name)
    spaced = [entry for entry in entries if not HAN.search(entry)]
    unspaced = [entry for entry in entries if HAN.search(entry)]
    return re.compile("|".join([rf"\b{join_words(spaced)}\b", *unspaced]), re.IGNORECASE)

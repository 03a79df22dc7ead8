"""The same work twice in the bibliography: once more under another key, or as a preprint beside its publication."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

from ledger.core.problems import Problem
from ledger.model.bibliography import Bibliography, Entry, split_names
from ledger.model.rules import rule

MIN_TITLE_OVERLAP = 0.7
"""The share of common words from which on two titles are those of one work."""
RELATION_NOTE = re.compile(
    r"\b(?:preprint\s+of|published\s+as|version\s+of|part\s+of)\s+(?P<key>[A-Za-z0-9_-]+)", re.IGNORECASE
)


def check_duplicate_works(bibliography: Bibliography) -> Iterator[Problem]:
    """Entries with the same title and year, and preprints that were published; avoids comparing every pair of entries."""
    entries = list(bibliography.entries.values())
    plain_titles = {entry.key: _normalise_title(entry.text("title")) for entry in entries}
    by_title: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if plain_titles[entry.key]:
            by_title[plain_titles[entry.key]].append(entry)
    for same in by_title.values():
        if len(same) > 1:
            yield from _check_same_title(bibliography.path, same)
    yield from _check_preprints(bibliography.path, entries, plain_titles)


def _normalise_title(title: str) -> str:
    """A title as it is compared: lower case, letters and digits, no accents, single spaces."""
    if not title.isascii():
        title = unicodedata.normalize("NFKD", title)
        title = "".join(character for character in title if not unicodedata.combining(character))
    return " ".join(re.findall(r"\w+", title.casefold()))


@rule("bib-duplicate-work")
def _check_same_title(path: str, same: Sequence[Entry]) -> Iterator[Problem]:
    """Entries with one title and one year. Registry records and pages differ in their addresses, and may share a title."""
    first: dict[str, Entry] = {}
    for entry in same:
        if not entry.year or entry.kind == "preprint":
            continue
        other = first.setdefault(entry.year, entry)
        if other is not entry and not _are_related(entry, other):
            message = (
                f"{entry.key}: '{other.key}' (line {other.line}) has the same title and year; merge the two, or say in"
                f" the note of one what it is, for example 'part of {other.key}'"
            )
            yield Problem(path, entry.field_lines.get("title", entry.line), "bib-duplicate-work", message)


def _are_related(one: Entry, other: Entry) -> bool:
    """Whether one of two entries names the other as related."""
    for entry, partner in ((one, other), (other, one)):
        if partner.key in re.split(r"[\s,]+", entry.get("related")):
            return True
        if any(match["key"] == partner.key for match in RELATION_NOTE.finditer(entry.get("note"))):
            return True
    return False


@rule("bib-preprint")
def _check_preprints(path: str, entries: Sequence[Entry], plain_titles: dict[str, str]) -> Iterator[Problem]:
    """Preprints beside a publication with a similar title and the same first author.

    Two titles that overlap by ``MIN_TITLE_OVERLAP`` share at least one of their rarest words, so only those are looked up.
    """
    preprints = [entry for entry in entries if entry.kind == "preprint"]
    if not preprints:
        return
    words = {entry.key: frozenset(plain_titles[entry.key].split()) for entry in entries}
    common = Counter(word for title_words in words.values() for word in title_words)
    wanted = {word for entry in preprints for word in _pick_rarest_words(words[entry.key], common)}
    by_word: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.kind != "preprint" and not wanted.isdisjoint(words[entry.key]):
            first = _get_first_author(entry)
            for word in _pick_rarest_words(words[entry.key], common):
                by_word[word, first].append(entry)
    for entry in preprints:
        near: dict[str, Entry] = {}
        first = _get_first_author(entry)
        for word in _pick_rarest_words(words[entry.key], common):
            near.update((other.key, other) for other in by_word.get((word, first), ()))
        for other in near.values():
            both, all_ = words[entry.key] & words[other.key], words[entry.key] | words[other.key]
            if len(both) >= MIN_TITLE_OVERLAP * len(all_) and not _are_related(entry, other):
                message = (
                    f"{entry.key}: this preprint was published as '{other.key}' (line {other.line}); cite that alone, or"
                    f" say so here: related = {{{other.key}}}"
                )
                yield Problem(path, entry.field_lines.get("title", entry.line), "bib-preprint", message)
                break


def _pick_rarest_words(words: frozenset[str], common: Counter[str]) -> list[str]:
    ordered = sorted(words, key=lambda word: (common[word], word))
    return ordered[: len(ordered) - ceil(MIN_TITLE_OVERLAP * len(ordered)) + 1]


def _get_first_author(entry: Entry) -> str:
    people = split_names(re.split(r"\s+and\s+", entry.get("author"), maxsplit=1)[0])
    return _normalise_title(people[0].family) if people else ""

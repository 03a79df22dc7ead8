"""Facts and text of one trial that a record of another trial repeats: a copied page would publish a trial that never was.

Rows of results and harms, facts with the same source, and paragraphs with a source are compared. Records that name each
other as reporting the same people may share them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ledger.problems import Problem, plural
from ledger.project import Page, Project
from ledger.prose import GROUP
from ledger.records import Count, DateFact, Fact, Measured, Record

SAME_PEOPLE = ("same people", "continues", "continued by")
"""Relations whose two records report the same people."""
FEWEST_ROWS, FEWEST_FACTS, FEWEST_TEXTS = 2, 3, 2
"""Rows, facts and texts of two trials that agree by chance are fewer."""
FEWEST_WORDS = 8
"""A shorter text is a common phrase: "people with type 1 diabetes"."""
MANY_WORDS = 30
"""One text of so many words does not agree by chance."""


class Piece(NamedTuple):
    """Something a record or its text says: its kind, what makes it the same as another, its line, a text's words."""

    kind: str
    same: tuple[object, ...]
    line: int
    words: int = 0


def check(project: Project) -> Iterator[Problem]:
    """Records that repeat another's rows, facts or paragraphs; one problem for each pair."""
    first: dict[tuple[object, ...], Page] = {}
    for page, record in sorted(project.records.values(), key=lambda pair: pair[0].src):
        shared: dict[str, list[Piece]] = defaultdict(list)
        for piece in _pieces(page, record):
            other = first.setdefault((piece.kind, *piece.same), page)
            if other is not page:
                shared[other.src].append(piece)
        for src, pieces in shared.items():
            other = project.pages[src]
            if other.record and not _same_people(record, other.record) and (told := _told(pieces)):
                message = (
                    f"the same as in {other.path}: {told}; correct what was copied. If both records report the same"
                    f" people, say so: relations: [{{kind: same people, to: …, record: {other.record.id}}}]"
                )
                yield Problem(page.path, pieces[0].line, "record-copied", message)


def _told(pieces: list[Piece]) -> str:
    """What two records share, in words; empty where it can be chance."""
    count = Counter(piece.kind for piece in pieces)
    told = []
    if count["row"] >= FEWEST_ROWS:
        told.append(f"{count['row']} rows of results or harms")
    if count["fact"] >= FEWEST_FACTS:
        told.append(f"{count['fact']} facts with the same source")
    texts = [piece for piece in pieces if piece.kind == "text"]
    if len(texts) >= FEWEST_TEXTS or any(piece.words >= MANY_WORDS for piece in texts):
        told.append(f"{len(texts)} {plural('texts', len(texts))} (the first in line {texts[0].line})")
    return ", ".join(told)


def _same_people(record: Record, other: Record) -> bool:
    """Whether one of two records names the other as reporting some of its people."""
    return any(
        (two.cohort in one.overlaps and two.cohort != one.cohort)
        or any(relation.record == two.id and relation.kind in SAME_PEOPLE for relation in one.relations)
        for one, two in ((record, other), (other, record))
    )


def _pieces(page: Page, record: Record) -> Iterator[Piece]:
    """What is compared of one record and its page, each thing once."""
    found: dict[tuple[object, ...], Piece] = {}
    for piece in (*_rows(page, record), *_facts(page, record), *_paragraphs(page)):
        found.setdefault((piece.kind, *piece.same), piece)
    yield from found.values()


def _rows(page: Page, record: Record) -> Iterator[Piece]:
    for part, rows in (("results", record.results), ("harms", record.harms)):
        for number, row in enumerate(rows):
            yield Piece("row", (part, *_measured(row)), page.meta.line(("trial", part, number)))


def _measured(row: Measured) -> Iterator[object]:
    for name in ("measure", "event", "at", "n", "of", "value", "unit", "arm", "group", "comparator"):
        value = getattr(row, name, None)
        yield _plain(value) if isinstance(value, str) else value


def _facts(page: Page, record: Record) -> Iterator[Piece]:
    """Counts, dates and doses: the same with the same source, and long texts whatever their source."""
    if record.official_title:
        yield from _long(record.official_title, page.meta.line(("trial", "official_title")))
    for group in ("dates", "people", "delivery"):
        for name, fact in getattr(record, group):
            line = page.meta.line(("trial", group, name))
            if isinstance(fact, Count | DateFact | Fact) and fact.cite:
                yield Piece("fact", (group, name, fact.value, fact.cite), line)
            if isinstance(fact, Fact):
                yield from _long(fact.value, line)


def _paragraphs(page: Page) -> Iterator[Piece]:
    for block in page.source.blocks:
        if GROUP.search(block.text):
            yield from _long(GROUP.sub("", block.text), block.line)


def _long(text: str, line: int) -> Iterator[Piece]:
    plain = _plain(text)
    words = len(plain.split())
    if words >= FEWEST_WORDS:
        yield Piece("text", (plain,), line, words)


def _plain(text: str) -> str:
    """A text as it is compared: without capitals, marks and spaces."""
    return " ".join(re.findall(r"\w+", text.casefold()))

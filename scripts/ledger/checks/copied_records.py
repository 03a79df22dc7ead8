"""Facts and text of one trial that a record of another trial repeats: a copied page would publish a trial that does not exist.

Rows of results and harms, facts with the same source, and paragraphs with a source are compared. Records that name each
other as reporting the same people may share them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ledger.core.problems import Problem
from ledger.core.text import pluralize
from ledger.markdown.scanner import CITATION_GROUP
from ledger.model.project import Page, Project
from ledger.model.rules import rule
from ledger.model.trial_facts import DateFact, Sourced
from ledger.model.trial_record import Measurement, Record

SAME_PEOPLE_RELATIONS = ("same people", "continues", "continued by")
"""Relations whose two records report the same people."""
MIN_SHARED_ROWS, MIN_SHARED_FACTS, MIN_SHARED_TEXTS = 2, 3, 2
"""Rows, facts and texts of two trials that agree by chance are fewer."""
MIN_TEXT_WORDS = 8
"""A shorter text is a common phrase: "people with type 1 diabetes"."""
MIN_LONG_TEXT_WORDS = 30
"""One text of so many words does not agree by chance."""


class RecordPart(NamedTuple):
    """Something a record or its text says: its kind, what makes it the same as another, its line, a text's words."""

    kind: str
    same: tuple[object, ...]
    line: int
    words: int = 0


@rule("record-copied")
def check_copied_records(project: Project) -> Iterator[Problem]:
    """Records that repeat another's rows, facts or paragraphs; one problem for each pair."""
    first: dict[tuple[object, ...], Page] = {}
    for page, record in sorted(project.records.values(), key=lambda pair: pair[0].src):
        shared: dict[str, list[RecordPart]] = defaultdict(list)
        for part in _collect_parts(page, record):
            other = first.setdefault((part.kind, *part.same), page)
            if other is not page:
                shared[other.src].append(part)
        for src, parts in shared.items():
            other = project.pages[src]
            if (
                other.record
                and not _have_same_people(record, other.record)
                and (description := _describe_shared_parts(parts))
            ):
                message = (
                    f"the same as in {other.path}: {description}; correct what was copied. If both records report the same"
                    f" people, say so: relations: [{{kind: same people, to: …, record: {other.record.id}}}]"
                )
                yield Problem(page.path, parts[0].line, "record-copied", message)


def _describe_shared_parts(parts: list[RecordPart]) -> str:
    """What two records share, in words; empty where it can be chance."""
    count = Counter(part.kind for part in parts)
    descriptions = []
    if count["row"] >= MIN_SHARED_ROWS:
        descriptions.append(f"{count['row']} rows of results or harms")
    if count["fact"] >= MIN_SHARED_FACTS:
        descriptions.append(f"{count['fact']} facts with the same source")
    texts = [part for part in parts if part.kind == "text"]
    if len(texts) >= MIN_SHARED_TEXTS or any(part.words >= MIN_LONG_TEXT_WORDS for part in texts):
        descriptions.append(f"{len(texts)} {pluralize('texts', len(texts))} (the first in line {texts[0].line})")
    return ", ".join(descriptions)


def _have_same_people(record: Record, other: Record) -> bool:
    """Whether one of two records names the other as reporting some of its people."""
    return any(
        (two.cohort in one.overlaps and two.cohort != one.cohort)
        or any(relation.record == two.id and relation.kind in SAME_PEOPLE_RELATIONS for relation in one.relations)
        for one, two in ((record, other), (other, record))
    )


def _collect_parts(page: Page, record: Record) -> Iterator[RecordPart]:
    """What is compared of one record and its page, each thing once."""
    parts: dict[tuple[object, ...], RecordPart] = {}
    for part in (*_collect_rows(page, record), *_collect_facts(page, record), *_collect_paragraphs(page)):
        parts.setdefault((part.kind, *part.same), part)
    yield from parts.values()


def _collect_rows(page: Page, record: Record) -> Iterator[RecordPart]:
    for part, rows in (("results", record.results), ("harms", record.harms)):
        for number, row in enumerate(rows):
            yield RecordPart("row", (part, *_extract_row_values(row)), page.meta.line(("trial", part, number)))


def _extract_row_values(row: Measurement) -> Iterator[object]:
    for name in ("measure", "event", "at", "n", "of", "value", "unit", "arm", "group", "comparator"):
        value = getattr(row, name, None)
        yield _normalise_text(value) if isinstance(value, str) else value


def _collect_facts(page: Page, record: Record) -> Iterator[RecordPart]:
    """Counts, dates and doses: the same with the same source, and long texts whatever their source."""
    if record.official_title:
        yield from _collect_long_text(record.official_title, page.meta.line(("trial", "official_title")))
    for group in ("dates", "people", "delivery"):
        for name, fact in getattr(record, group):
            line = page.meta.line(("trial", group, name))
            if isinstance(fact, Sourced) and fact.cite:
                yield RecordPart("fact", (group, name, fact.value, fact.cite), line)
            if isinstance(fact, Sourced) and isinstance(fact.value, str) and not isinstance(fact, DateFact):
                yield from _collect_long_text(fact.value, line)


def _collect_paragraphs(page: Page) -> Iterator[RecordPart]:
    for block in page.source.blocks:
        if CITATION_GROUP.search(block.text):
            yield from _collect_long_text(CITATION_GROUP.sub("", block.text), block.line)


def _collect_long_text(text: str, line: int) -> Iterator[RecordPart]:
    plain = _normalise_text(text)
    words = len(plain.split())
    if words >= MIN_TEXT_WORDS:
        yield RecordPart("text", (plain,), line, words)


def _normalise_text(text: str) -> str:
    """A text as it is compared: without capitals, marks and spaces."""
    return " ".join(re.findall(r"\w+", text.casefold()))

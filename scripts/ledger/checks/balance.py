"""Benefit and harm of a study belong together, and a death is told with its cause and with who judged it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence, Set

from ledger.checks.numbers import WORD_NUMERAL_VALUES
from ledger.checks.trial_text import COUNTED_DEATH, DEATH_ROW, DECEASED_DONOR, NEGATION, SENTENCE_END
from ledger.checks.words import compile_words
from ledger.core.problems import Problem
from ledger.markdown.scanner import CITATION_GROUP, Block, find_line_offset
from ledger.model.claims import find_cited_keys
from ledger.model.project import Page, Project
from ledger.model.rules import rule
from ledger.model.trial_record import Record

LINKED_PAGE = re.compile(r"\]\((?:[\w./-]*/)?([\w-]+)\.md[#)]")
COUNT = re.compile(
    rf"\b(?P<n>\d[\d,]*|{'|'.join(WORD_NUMERAL_VALUES)})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<of>\d[\d,]*|{'|'.join(WORD_NUMERAL_VALUES)})\b",
    re.IGNORECASE,
)
"""``10 of 12``, ``two of the 14``."""
LINKED_HARMS = "](#harms)"
"""A link to the section of the same page that tells the harms."""


def iter_passages(page: Page) -> Iterator[tuple[Block, Sequence[Block]]]:
    """Each block of prose with the blocks within reach: its section, or for a table row the row alone."""
    section: list[Block] = []
    for block in (*page.source.blocks, None):
        if block is None or block.kind == "heading":
            yield from ((one, [one] if one.kind == "row" else section) for one in section)
            section = []
        elif block.kind not in ("definition", "html", "header"):
            section.append(block)


@rule("one-sided")
def check_balance(project: Project) -> Iterator[Problem]:
    """Counts of a trial's benefit without a word of its harms within reach, or the reverse; on pages for readers."""
    trials = [(record, frozenset(record.citations())) for _, record in project.records.values()]
    for page in project.pages.values():
        if page.record or page.meta.data.get("kind") == "about" or project.original(page.src):
            continue
        for block, reach in iter_passages(page):
            keys = find_cited_keys(block.text)
            counts = {(_read_count(match["n"]), _read_count(match["of"])) for match in COUNT.finditer(block.words)}
            if not keys or not counts:
                continue
            within = page.source.blocks if block.kind == "row" else reach
            linked = LINKED_PAGE.findall(block.text)
            for record, cited in trials:
                if cited.isdisjoint(keys) or record.id in linked:
                    continue
                missing = _find_missing_side(record, cited, keys, counts, within)
                if missing:
                    message = (
                        f"this counts the {missing[0]} of {record.id} and says nothing of its {missing[1]} within reach; add"
                        f" what its record has, with its source, or link to the trial's page"
                    )
                    yield Problem(page.path, block.line, "one-sided", message)
                    break


def _find_missing_side(
    record: Record, cited: Set[str], keys: Collection[str], counts: Set[tuple[int, int]], within: Sequence[Block]
) -> tuple[str, str] | None:
    """Which side of a trial is counted and which is missing in the blocks near it; None where nothing is missing."""
    benefit = any((row.n, row.of) in counts and row.cite in keys and row.arm == "cells" for row in record.results)
    harm = any((row.n, row.of) in counts and row.cite in keys and bool(row.n) for row in record.harms)
    if benefit == harm:
        return None
    near = " ".join(one.words for one in within if not cited.isdisjoint(find_cited_keys(one.text)))
    counted, missing, words = ("results", "harms", "harm_words") if benefit else ("harms", "results", "benefit_words")
    return None if compile_words(words).search(near) else (counted, missing)


def _read_count(text: str) -> int:
    return WORD_NUMERAL_VALUES[text.lower()] if text[0].isalpha() else int(text.replace(",", ""))


@rule("death-cause")
def check_deaths(project: Project) -> Iterator[Problem]:
    """Deaths in records and texts without their cause, or without who judged it."""
    explained = set()
    for page, record in project.records.values():
        problems = list(_check_death_rows(page, record))
        yield from problems
        if not problems and any(_is_death(row.event, row.n) for row in record.harms):
            explained.add(record.id)
    for page in project.pages.values():
        for block, reach in iter_passages(page):
            sentence = _find_counted_death(block)
            if sentence and not _is_explained(block, reach, explained):
                message = (
                    f"'{sentence}' tells of deaths without their cause and who judged it; say both in the same section (in a"
                    " table: the same row), say that they are not given, or link to the trial's page"
                )
                yield Problem(page.path, block.line + find_line_offset(sentence, block.words), "death-cause", message)


def _is_death(event: str, n: int | None) -> bool:
    return bool(DEATH_ROW.match(event)) and n != 0


def _check_death_rows(page: Page, record: Record) -> Iterator[Problem]:
    for number, row in enumerate(record.harms):
        missing = [name for name in ("cause", "judged_by") if not getattr(row, name)]
        if _is_death(row.event, row.n) and missing:
            place = ("trial", "harms", number)
            message = (
                f"{page.meta.name(place)}: add {' and '.join(missing)}; write 'not given' where the source does not say"
            )
            yield Problem(page.path, page.meta.line(place), "death-cause", message)


def _find_counted_death(block: Block) -> str | None:
    """The first sentence of a cited block that counts deaths; not one that says that there were none, or compares rates."""
    if not CITATION_GROUP.search(block.text):
        return None
    for sentence in SENTENCE_END.split(DECEASED_DONOR.sub("", block.words)):
        words = " ".join(sentence.split())
        if (
            COUNTED_DEATH.search(words)
            and not NEGATION.search(words)
            and not compile_words("death_rates").search(words)
        ):
            return " ".join(words.split(" ")[:12])
    return None


def _is_explained(block: Block, reach: Sequence[Block], explained: set[str]) -> bool:
    words = " ".join(one.words for one in reach)
    told = compile_words("death_causes").search(words) and compile_words("assessors").search(words)
    return bool(
        told
        or LINKED_HARMS in block.text
        or compile_words("cause_not_given").search(words)
        or explained.intersection(LINKED_PAGE.findall(block.text))
    )

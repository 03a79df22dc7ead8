"""The text of a trial page and its record say the same: every number and every death in the prose is in the record.

``<!-- not-in-record until 2027-01-31: reason -->`` in the same paragraph suppresses both rules for what is about
something else, such as another trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ledger.checks import numbers, suppressions
from ledger.checks.words import compile_words
from ledger.core.problems import Problem
from ledger.markdown.scanner import CITATION_GROUP, find_line_offset
from ledger.model.project import Page
from ledger.model.rules import rule
from ledger.model.trial_record import Record

FIELDS_WITHOUT_FIGURES = {"cite", "id", "seen", "cohort", "publications", "therapies", "arm", "outcome", "record"}
"""Fields whose digits belong to names."""
SENTENCE_END = re.compile(r"(?<=[.?!;])[\"”)]?\s+")
DECEASED_DONOR = re.compile(r"\b(?:person|people|donors?) who (?:has |have |had )?died\b", re.IGNORECASE)
"""The dead person from whom cells came."""
COUNTED_DEATH = re.compile(
    r"\b(?:\d+|one|two|three|four|both|several)\b[^.;:,]{0,40}\b(?:died|deaths?)\b", re.IGNORECASE
)
NEGATION = re.compile(r"\b(?:no|none|nobody|zero|0)\b", re.IGNORECASE)
DEATH_ROW = re.compile(r"deaths?\b", re.IGNORECASE)
"""How a row of harms on deaths begins."""


def collect_record_figures(page: Page, record: Record) -> set[str]:
    """Every figure that the record holds, and what follows from its counts: the per cent, and the rest."""
    figures = numbers.extract_figures("\n".join(_iter_record_texts(page.meta.data["trial"])))
    for row in (*record.results, *record.harms):
        if row.n is not None and row.of is not None:
            figures |= {str(round(100 * row.n / row.of)), str(row.of - row.n)}
    return figures


def _iter_record_texts(value: object) -> Iterator[str]:
    """The texts and numbers below a value of the front matter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in FIELDS_WITHOUT_FIGURES:
                yield from _iter_record_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _iter_record_texts(inner)
    elif isinstance(value, int):
        yield str(value)


def check_text_against_record(page: Page, valid: Iterable[suppressions.Suppression] = ()) -> Iterator[Problem]:
    """Numbers and deaths in the prose of a trial page that its record does not hold."""
    if page.record is not None:
        yield from _check_numbers_in_record(page, page.record, valid)
        yield from _check_deaths(page, page.record, valid)


@rule("harm-not-in-record")
def _check_deaths(page: Page, record: Record, valid: Iterable[suppressions.Suppression]) -> Iterator[Problem]:
    """Sentences on deaths where no row of harms is about them, or where every such row counts none."""
    rows = [row for row in record.harms if DEATH_ROW.match(row.event)]
    if any(row.n != 0 for row in rows):
        return
    mentions = [
        *_find_deaths_in_record(page, record, counted=bool(rows)),
        *_find_deaths_in_text(page, valid, counted=bool(rows)),
    ]
    lacking = "no row of harms begins with 'death'; restore or add the row"
    if rows:
        lacking = "every row of harms on deaths counts 0; correct the row"
    if mentions:
        line, sentence = mentions[0]
        more = f" (and {len(mentions) - 1} more)" if len(mentions) > 1 else ""
        message = (
            f"'{sentence}'{more} mentions deaths, but {lacking}, or say in the same paragraph whom it is about:"
            " <!-- not-in-record until YYYY-MM-DD: … -->"
        )
        yield Problem(page.path, line, "harm-not-in-record", message)


def _find_deaths_in_record(page: Page, record: Record, counted: bool) -> Iterator[tuple[int, str]]:
    texts: list[tuple[tuple[str, ...], str]] = [(("harms_note",), record.harms_note or "")]
    texts += [(("requirements", key, "why"), verdict.why) for key, verdict in record.requirements.items()]
    for place, text in texts:
        for sentence in _extract_death_sentences(text, counted):
            yield page.meta.line(("trial", *place)), sentence


def _find_deaths_in_text(
    page: Page, valid: Iterable[suppressions.Suppression], counted: bool
) -> Iterator[tuple[int, str]]:
    for block in page.source.blocks:
        if block.kind == "definition" or not compile_words("deaths").search(block.text):
            continue
        sentence = next(_extract_death_sentences(block.text, counted), None)
        if sentence and not suppressions.is_suppressed(valid, "not-in-record", block):
            yield block.line + find_line_offset(sentence.removesuffix(" …"), block.text), sentence


def _extract_death_sentences(text: str, counted: bool) -> Iterator[str]:
    """The sentences that mention deaths, or say that there were none, shortened; only counted deaths if asked for."""
    for sentence in SENTENCE_END.split(text):
        words = " ".join(DECEASED_DONOR.sub("", CITATION_GROUP.sub("", sentence)).split())
        has_count = bool(COUNTED_DEATH.search(words))
        if counted and (not has_count or NEGATION.search(words)):
            continue
        if compile_words("deaths").search(words) and (has_count or not compile_words("nothing_known").search(words)):
            shown = words.split(" ")
            yield " ".join(shown[:8]) + (" …" if len(shown) > 8 else "")


@rule("not-in-record")
def _check_numbers_in_record(
    page: Page, record: Record, valid: Iterable[suppressions.Suppression]
) -> Iterator[Problem]:
    known = collect_record_figures(page, record)
    for block in page.source.blocks:
        if block.kind == "definition":
            continue
        text = block.words
        if numbers.extract_figures(text) <= known:
            continue
        missing = [number for number in numbers.find_numbers(text) if not numbers.extract_figures(number) <= known]
        if missing and not suppressions.is_suppressed(valid, "not-in-record", block):
            verb, pronoun = ("is", "it") if len(missing) == 1 else ("are", "them")
            message = (
                f"{numbers.list_numbers(missing)} {verb} not in this page's record; add {pronoun} there, or say in the same"
                " paragraph what it is about: <!-- not-in-record until YYYY-MM-DD: … -->"
            )
            yield Problem(page.path, block.line + find_line_offset(missing[0], text), "not-in-record", message)

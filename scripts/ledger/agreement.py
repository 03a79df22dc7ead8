"""The text of a trial page and its record say the same: every number and every death in the prose stands in the record.

``<!-- not-in-record until 2027-01-31: reason -->`` in the same paragraph excuses what is about something else, such as another
trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ledger import excuses, numbers
from ledger.problems import Problem
from ledger.project import Page
from ledger.prose import GROUP, line_of, prose_only
from ledger.records import Record

NO_FIGURES = {"cite", "id", "seen", "cohort", "publications", "therapies", "arm", "outcome", "record"}
"""Fields whose digits are names and no numbers."""
SENTENCE_END = re.compile(r"(?<=[.?!;])[\"”)]?\s+")
DEATH = re.compile(r"\b(?:died|dies|deaths?|fatal(?:ly|ity|ities)?|killed)\b", re.IGNORECASE)
DONOR = re.compile(r"\b(?:person|people|donors?) who (?:has |have |had )?died\b", re.IGNORECASE)
"""The dead person from whom cells came."""
COUNTED_DEATH = re.compile(
    r"\b(?:\d+|one|two|three|four|both|several)\b[^.;:,]{0,40}\b(?:died|deaths?)\b", re.IGNORECASE
)
NOT_SEEN = re.compile(
    r"\bnot (?:\w+ )?(?:found|seen|read|mentioned|counted|listed|reported|known)\b|\blooked for\b|\b(?:found none|nothing found)\b"
    r"|\bno (?:\w+ )?(?:word|count|statement|list)\b|\bdid not (?:find|see)\b|\bdoes not (?:tell|say)\b|\bmentions no\b",
    re.IGNORECASE,
)
"""Words by which a sentence says that we know nothing of deaths."""
DEATH_ROW = re.compile(r"deaths?\b", re.IGNORECASE)
"""How a row of harms on deaths begins."""


def figures(page: Page, record: Record) -> set[str]:
    """Every figure that the record holds, and what follows from its counts: the per cent, and the rest."""
    found = numbers.figures("\n".join(_texts(page.meta.data["trial"])))
    for row in (*record.results, *record.harms):
        if row.n is not None and row.of is not None:
            found |= {str(round(100 * row.n / row.of)), str(row.of - row.n)}
    return found


def _texts(value: object) -> Iterator[str]:
    """The texts and numbers below a value of the front matter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in NO_FIGURES:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int):
        yield str(value)


def check(page: Page, excused: Iterable[excuses.Excuse] = ()) -> Iterator[Problem]:
    """Numbers and deaths in the prose of a trial page that its record does not hold."""
    if page.record is not None:
        yield from _numbers(page, page.record, excused)
        if not any(DEATH_ROW.match(row.event) for row in page.record.harms):
            yield from _deaths(page, page.record, excused)


def _deaths(page: Page, record: Record, excused: Iterable[excuses.Excuse]) -> Iterator[Problem]:
    """Sentences on deaths, or on there being none, where no row of harms is about deaths."""
    found = list(_deaths_in_record(page, record)) + list(_deaths_in_text(page, excused))
    if found:
        line, told = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        message = (
            f"'{told}'{more} speaks of deaths, and no row of harms begins with 'death'; restore or add the row, or say"
            " in the same paragraph whom it is about: <!-- not-in-record until YYYY-MM-DD: … -->"
        )
        yield Problem(page.path, line, "harm-not-in-record", message)


def _deaths_in_record(page: Page, record: Record) -> Iterator[tuple[int, str]]:
    texts: list[tuple[tuple[str, ...], str]] = [(("harms_note",), record.harms_note or "")]
    texts += [(("requirements", key, "why"), verdict.why) for key, verdict in record.requirements.items()]
    for place, text in texts:
        for told in _told_deaths(text):
            yield page.meta.line(("trial", *place)), told


def _deaths_in_text(page: Page, excused: Iterable[excuses.Excuse]) -> Iterator[tuple[int, str]]:
    for block in page.source.blocks:
        if block.kind == "definition" or not DEATH.search(block.text):
            continue
        found = next(_told_deaths(block.text), None)
        if found and not excuses.covers(excused, "not-in-record", block):
            yield block.line + line_of(found.removesuffix(" …"), block.text), found


def _told_deaths(text: str) -> Iterator[str]:
    """The sentences that tell of deaths, or that there were none, shortened."""
    for sentence in SENTENCE_END.split(text):
        words = " ".join(DONOR.sub("", GROUP.sub("", sentence)).split())
        unknown = NOT_SEEN.search(words) and not COUNTED_DEATH.search(words)
        if DEATH.search(words) and not unknown:
            shown = words.split(" ")
            yield " ".join(shown[:8]) + (" …" if len(shown) > 8 else "")


def _numbers(page: Page, record: Record, excused: Iterable[excuses.Excuse]) -> Iterator[Problem]:
    known = figures(page, record)
    for block in page.source.blocks:
        if block.kind == "definition":
            continue
        if numbers.figures(GROUP.sub("", block.text)) <= known:
            continue  # so are those with a unit; most paragraphs are done here
        text = prose_only(block)
        missing = [number for number in numbers.find_all(text) if not numbers.figures(number) <= known]
        if missing and not excuses.covers(excused, "not-in-record", block):
            message = (
                f"'{missing[0]}' is not in this page's record; add it there, or say what it is about in the same"
                " paragraph: <!-- not-in-record until YYYY-MM-DD: … -->"
            )
            yield Problem(page.path, block.line + line_of(missing[0], text), "not-in-record", message)

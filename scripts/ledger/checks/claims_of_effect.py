"""Words follow evidence: no hype, no certainty beyond the evidence, and a named speaker where the only source has an interest.

Each rule looks at the words of one block as a reader sees them. Words in quotation marks are somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache

from ledger.checks import numbers, suppressions, words
from ledger.checks.suppressions import Suppression
from ledger.checks.trial_consistency import KINDS_NEEDING_SPEAKER
from ledger.core.problems import Problem
from ledger.markdown.scanner import CITATION_GROUP, Block, find_line_offset
from ledger.model.bibliography import Entry
from ledger.model.claims import find_cited_keys
from ledger.model.project import CLAIMS_FILE, Page, Project
from ledger.model.rules import rule

QUOTED_PASSAGE = re.compile(
    r"\"[^\"]{1,600}\"|“[^“”]{1,600}”|‘[^‘’]{1,600}’|«[^«»]{1,600}»|「[^「」]{1,600}」|『[^『』]{1,600}』"
)

NEGATION_AFTER = re.compile(
    r"[^.;:!?|]{0,40}\b(?:is|are|was|were|has|have|would be|remains?|does|did)\s+(?:not|no|never|out of reach)\b"
    r"|[^.;:!?|]{0,120}\?",
    re.IGNORECASE,
)
"""A denial or a question is not a promise."""
WORD_MENTION = re.compile(r"\bwords?\b[^.;:!?|]{0,30}$", re.IGNORECASE)

LOW_CERTAINTY_LABEL = re.compile(
    r"\b(?:certainty|how\s+sure|GRADE|confidence|quality)(?:\s+(?:of|in)\s+(?:the\s+)?evidence)?\W{0,6}"
    r"(?:is\s+|was\s+|judged\s+|rated\s+)*(?:very\s+)?low\b|\b(?:very[\s-]+)?low[\s-]+certainty\b",
    re.IGNORECASE,
)
NOT_A_STATEMENT = re.compile(r"\?|\bnot\s+(?:found|mentioned|stated|seen|named)\b", re.IGNORECASE)
"""Questions, and what a source does not say."""


def check_wording(
    page: Page, entries: Mapping[str, Entry], interested: Container[str], valid: Iterable[Suppression]
) -> Iterator[Problem]:
    """Every rule on the words of one page; ``interested`` are the keys of sources that speak for themselves."""
    yield from _check_hype(page, valid)
    yield from _check_certainty_words(page)
    yield from _check_unnamed_speakers(page, entries, interested)


@rule("hype", "unnamed-speaker")
def check_claims_wording(project: Project) -> Iterator[Problem]:
    """What we write about the claims of the articles: no hype, and a named speaker; the claims are others' words."""
    entries = project.bibliography.entries
    interested = find_interested_sources(entries)
    rows = [(claim.id, claim.finding, claim.sources) for claim in project.claims.claims]
    rows += [(row.id, row.reason, [row.key] if row.key else []) for row in project.claims.citations]
    for name, text, sources in rows:
        match = _find_hype(QUOTED_PASSAGE.sub("", text))
        if match:
            yield Problem(CLAIMS_FILE, project.claim_line(name), "hype", f"{name}: {_describe_hype(match[0])}")
        keys = [*sources, *find_cited_keys(text)]
        found = numbers.find_numbers(CITATION_GROUP.sub("", text))
        if (
            keys
            and all(key in interested for key in keys)
            and not (words.compile_words("speakers").search(text) or NOT_A_STATEMENT.search(text))
        ):
            message = f"{name}: {_describe_unnamed_speaker(found, keys, entries)}"
            yield Problem(CLAIMS_FILE, project.claim_line(name), "unnamed-speaker", message)


def find_interested_sources(entries: Mapping[str, Entry]) -> frozenset[str]:
    """Keys of the sources whose statements may be repeated only with the words that say whose they are."""
    return frozenset(key for key, entry in entries.items() if entry.kind in KINDS_NEEDING_SPEAKER)


def blank_quotations(block: Block, text: str) -> str:
    """The words of a block with quotations blanked; the title of a note is in quotes but is not a quotation."""
    if block.kind == "title":
        return text
    return QUOTED_PASSAGE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


@rule("hype")
def _check_hype(page: Page, valid: Iterable[Suppression]) -> Iterator[Problem]:
    data = page.meta.data if isinstance(page.meta.data, dict) else {}
    if data.get("kind") == "article":
        return
    for name in ("title", "description"):
        value = data.get(name)
        match = _find_hype(QUOTED_PASSAGE.sub("", value)) if isinstance(value, str) else None
        if match:
            yield Problem(page.path, page.meta.line((name,)), "hype", _describe_hype(match[0]))
    for place, text in _iter_own_strings(data.get("trial"), ("trial",)):
        match = _find_hype(QUOTED_PASSAGE.sub("", text))
        if match:
            yield Problem(page.path, page.meta.line(place), "hype", _describe_hype(match[0]))
    for block in page.source.blocks:
        text = blank_quotations(block, block.words)
        match = _find_hype(text)
        if match and not suppressions.is_suppressed(valid, "hype-ok", block):
            line = block.line + text.count("\n", 0, match.start())
            yield Problem(page.path, line, "hype", _describe_hype(match[0]))


THIRD_PARTY_FIELDS = (
    "cite",
    "publications",
    "official_title",
    "said_by",
    "why_stopped",
    "conditions",
    "sponsor",
    "collaborators",
    "funders",
    "primary_outcomes",
    "secondary_outcomes",
)
"""Fields of a record that hold others' names and words; a note in them is ours."""


def _iter_own_strings(data: object, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Our own words in a record, with their places."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for name, value in data.items():
            inner = _iter_own_strings(value, (*place, name))
            yield from (own for own in inner if name not in THIRD_PARTY_FIELDS or own[0][-1] == "note")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _iter_own_strings(value, (*place, number))


@cache
def _compile_denial() -> re.Pattern[str]:
    """A denial before the end of a text, in the same sentence."""
    denials = words.join_words(words.read_words().denials)
    return re.compile(rf"(?:\b{denials}\b|n['’]t\b)[^.;:!?|]{{0,80}}$", re.IGNORECASE)


@cache
def _compile_hedge() -> re.Pattern[str]:
    hedges = words.join_words(words.read_words().hedges)
    return re.compile(rf"\b{hedges}\b[^.;:!?|]{{0,60}}$", re.IGNORECASE)


def _find_hype(text: str) -> re.Match[str] | None:
    """The first word of hype that is not denied, in a question or mentioned as a word."""
    for match in words.compile_words("hype").finditer(text):
        before = text[max(0, match.start() - 120) : match.start()]
        if not (
            _compile_denial().search(before) or WORD_MENTION.search(before) or NEGATION_AFTER.match(text, match.end())
        ):
            return match
    return None


def _describe_hype(word: str) -> str:
    return (
        f"'{' '.join(word.split())}' promises more than was measured; say what was seen, in how many people and for how long, or"
        " put somebody else's word in quotation marks"
    )


@rule("certainty-words")
def _check_certainty_words(page: Page) -> Iterator[Problem]:
    """Sure words in what is labelled low: a block, or the whole of the note that holds the label."""
    for blocks in _group_note_blocks(page.source.blocks):
        if not any(LOW_CERTAINTY_LABEL.search(block.words) for block in blocks):
            continue
        for block in blocks:
            text = blank_quotations(block, block.words)
            match = find_certain_word(text)
            if match:
                line = block.line + text.count("\n", 0, match.start())
                yield Problem(page.path, line, "certainty-words", _describe_certain_word(match[0]))
    if not page.record:
        return
    for number, row in enumerate(page.record.results):
        certainty = row.certainty or page.record.certainty
        if certainty and certainty.rating in ("low", "very low"):
            for name, value in row.__dict__.items():
                if name == "said_by":  # a name
                    continue
                match = find_certain_word(QUOTED_PASSAGE.sub("", value)) if isinstance(value, str) else None
                if match:
                    line = page.meta.line(("trial", "results", number, name))
                    yield Problem(page.path, line, "certainty-words", _describe_certain_word(match[0]))


def _group_note_blocks(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks one by one, but those of one note together."""
    note: list[Block] | None = None
    for block in blocks:
        inside = block.text.startswith(("    ", "\t"))
        if note is not None and inside:
            note.append(block)
            continue
        if note:
            yield note
        note = [] if block.kind == "title" else None
        if block.kind != "title":
            yield [block]
    if note:
        yield note


def find_certain_word(text: str) -> re.Match[str] | None:
    """The first word that says more than evidence of low certainty can, unless it is denied or hedged."""
    for match in words.compile_words("certain").finditer(text):
        before = text[max(0, match.start() - 120) : match.start()]
        if not (_compile_denial().search(before) or _compile_hedge().search(before)):
            return match
    return None


def _describe_certain_word(word: str) -> str:
    return f"'{word}' is too certain for evidence of low certainty; write 'may' for low, 'we do not know' for very low"


@rule("unnamed-speaker")
def _check_unnamed_speakers(page: Page, entries: Mapping[str, Entry], interested: Container[str]) -> Iterator[Problem]:
    """Statements that only an interested source, the news or a blog supports, written as if they were findings."""
    for block in page.source.blocks:
        keys = [key for match in CITATION_GROUP.finditer(block.text) for key in match["keys"].split("; @")]
        if not keys or any(key not in interested for key in keys):
            continue
        text = block.words
        if words.compile_words("speakers").search(text) or NOT_A_STATEMENT.search(text):
            continue
        found = numbers.find_numbers(text)
        line = block.line + (find_line_offset(found[0], text) if found else 0)
        yield Problem(page.path, line, "unnamed-speaker", _describe_unnamed_speaker(found, keys, entries))


def _describe_unnamed_speaker(found: Sequence[str], keys: Iterable[str], entries: Mapping[str, Entry]) -> str:
    kinds = " and ".join(sorted({entries[key].kind for key in keys}))
    what = numbers.list_numbers(found) or "this statement"
    return f"the only source of {what} is {kinds}; say in words who says so"

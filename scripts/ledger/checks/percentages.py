"""How a result is reported: the count before the per cent in small groups, and the cells it was seen with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from ledger.checks import suppressions
from ledger.checks.claims_of_effect import blank_quotations
from ledger.checks.suppressions import Suppression
from ledger.checks.words import compile_words, join_words, read_words
from ledger.core.problems import Problem
from ledger.model.project import Page, Project
from ledger.model.rules import rule

SMALL_GROUP_LIMIT = 50
"""In a group of fewer people one person is more than two per cent: the count says it, decimals feign exactness."""
PERCENT_OF_GROUP = re.compile(
    r"(?<![\d.,])(?P<percent>\d{1,3}(?:\.(?P<decimals>\d{1,2}))?)\s?(?:%|per\s?cent)\s+(?:out\s+)?of\s+"
    r"(?:the\s+|these\s+|those\s+|all\s+|only\s+){0,2}(?P<of>\d{1,2})(?![\d.,]*\d|\s?(?:%|per\s?cent|mg|g|mL|days|months|years|weeks|hours))"
)
"""A per cent of a stated number of people: ``44 % of the 16``."""
N_OF_GROUP = re.compile(
    r"(?<![\d.,])(\d{1,3})(?:\s+(?:out\s+)?of\s+(?:the\s+|these\s+|those\s+|all\s+|only\s+){0,2}|/)(\d{1,3})(?![\d.,/]*\d|\s?%)"
)
COUNT_WITH_DECIMALS = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3})\s+(?:out\s+)?of\s+(?:the\s+|these\s+|those\s+|all\s+){0,2}(?P<of>\d{1,2})\b[^\d()|\n]{0,40}"
    r"\((?:about\s+)?(?P<percent>\d{1,3}\.\d{1,2})\s?(?:%|per\s?cent)"
)
"""A count with a per cent that has decimals: ``7 of 16 (43.8 %)``."""
SENTENCE = re.compile(r"[^.;!?|]+(?:\.\d[^.;!?|]*)*")
QUOTED_AS_PRINTED = re.compile(r"\bprint(?:s|ed)\b|\bas\s+(?:given|published|quoted)\b", re.IGNORECASE)

KINDS_WITHOUT_ORIGIN = ("trial", "article", "glossary", "about", "index")
"""Kinds of page where the rule does not look: a trial's record names the cells; the others report no result of their own."""


@cache
def _compile_percent_of_people() -> re.Pattern[str]:
    """A per cent that can only be of people: ``83 % became insulin-free``."""
    return re.compile(
        rf"(?<![\d.,])\d{{1,3}}(?:\.\d{{1,2}})?\s?(?:%|per\s?cent)\s+(?:of\s+(?:the\s+|these\s+|those\s+|all\s+)?(?:\w+\s+)?{join_words(read_words().people)}\b"
        r"|(?:were|was|became|came|stopped|reached|needed|had|took|got|stayed|remained|achieved|met|died)\b)"
    )


@cache
def _compile_group_size() -> re.Pattern[str]:
    """How many people a sentence is about."""
    return re.compile(
        r"\bn\s?=\s?(?P<n>\d{1,2})(?!\d)|\b(?:in|of|among|all|with)\s+(?:the\s+|these\s+|all\s+)?(?P<of>\d{1,2})\s+"
        rf"(?:[\w-]+\s+){{0,3}}?{join_words(read_words().people)}\b",
        re.IGNORECASE,
    )


class BlockFinding(NamedTuple):
    """What is wrong in a block, and its line below the block's first."""

    rule: str
    line: int
    message: str


def check_reported_results(page: Page, project: Project, valid: Iterable[Suppression]) -> Iterator[Problem]:
    """Every rule on how one page reports results."""
    yield from _check_percentages(page, valid)
    yield from _check_cell_origins(page, project, valid)


@rule("percent-without-count", "percent-decimals")
def _check_percentages(page: Page, valid: Iterable[Suppression]) -> Iterator[Problem]:
    """Per cents of a small group without the count, or with decimals that the source did not print."""
    for block in page.source.blocks:
        findings = list(_check_block_percentages(blank_quotations(block, block.words)))
        if findings and not suppressions.is_suppressed(valid, "no-count", block):
            yield from (
                Problem(page.path, block.line + finding.line, finding.rule, finding.message) for finding in findings
            )


def _check_block_percentages(text: str) -> Iterator[BlockFinding]:
    """Per cents of a small group that lack the count, or have too many decimals."""
    counted = {int(of) for _, of in N_OF_GROUP.findall(text)}
    printed = bool(QUOTED_AS_PRINTED.search(text))
    for match in PERCENT_OF_GROUP.finditer(text):
        of = int(match["of"])
        if of < SMALL_GROUP_LIMIT and of not in counted:
            message = f"'{_format_match(match)}' is a share of few people; write the count first: n of {of} (… %)"
            yield BlockFinding("percent-without-count", text.count("\n", 0, match.start()), message)
        elif of < SMALL_GROUP_LIMIT and match["decimals"] and not printed:
            yield BlockFinding(
                "percent-decimals", text.count("\n", 0, match.start()), _describe_false_precision(match, of)
            )
    for sentence in SENTENCE.finditer(text):
        group, share = _compile_group_size().search(sentence[0]), _compile_percent_of_people().search(sentence[0])
        if not (group and share) or N_OF_GROUP.search(sentence[0]) or PERCENT_OF_GROUP.search(sentence[0]):
            continue
        of = int(group["n"] or group["of"])
        if of < SMALL_GROUP_LIMIT:
            message = f"'{_format_match(share)}' is a share of few people; write the count first: n of {of} (… %)"
            yield BlockFinding("percent-without-count", text.count("\n", 0, sentence.start() + share.start()), message)
    for match in COUNT_WITH_DECIMALS.finditer(text):
        of = int(match["of"])
        if of < SMALL_GROUP_LIMIT and not printed:
            yield BlockFinding(
                "percent-decimals", text.count("\n", 0, match.start()), _describe_false_precision(match, of)
            )


def _describe_false_precision(match: re.Match[str], of: int) -> str:
    percent = match["percent"]
    return (
        f"{percent}% of {of} people looks more exact than it is; write {round(float(percent))}%, or '{percent}% as printed' where"
        " the source prints it so"
    )


def _format_match(match: re.Match[str]) -> str:
    return " ".join(match[0].split())


@rule("cell-origin")
def _check_cell_origins(page: Page, project: Project, valid: Iterable[Suppression]) -> Iterator[Problem]:
    """Counts of a result with cells, where neither the block nor its section above it names the cells or the trial."""
    kind = page.meta.data.get("kind") if isinstance(page.meta.data, dict) else None
    if kind is None or kind in KINDS_WITHOUT_ORIGIN or compile_words("cell_origins").search(page.title):
        return
    above: list[str] = []  # the texts of this section that have not been searched yet
    named = False
    trials: re.Pattern[str] | None = None
    for block in page.source.blocks:
        if block.kind == "heading":
            above, named = [], False
        above.append(block.text)
        if named or not (compile_words("outcomes").search(block.text) and _counts_people(block.words)):
            continue
        trials = trials or _compile_trial_names(project)
        section = "\n".join(above)
        above = []
        named = bool(compile_words("cell_origins").search(section) or trials.search(section))
        if not named and not suppressions.is_suppressed(valid, "no-origin", block):
            message = "this result does not say with which cells it was seen; name their origin in this paragraph"
            yield Problem(page.path, block.line, "cell-origin", message)


def _counts_people(text: str) -> bool:
    """Whether a text counts people, or gives a share of them."""
    return bool(N_OF_GROUP.search(text) or _compile_percent_of_people().search(text))


def _compile_trial_names(project: Project) -> re.Pattern[str]:
    """Names that lead a reader to a record, and so to the cells: ids and products of trials, and links to their pages."""
    names = {"trials/", *project.unread_trials}
    for page, record in project.records.values():
        names.add(record.id)
        names.update(re.findall(r"\b(?=[\w-]*[A-Z][\w-]*[A-Z0-9])[\w-]{3,}", page.title))
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)), re.IGNORECASE)

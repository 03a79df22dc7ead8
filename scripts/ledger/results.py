"""How a result is told: the count before the per cent in small groups, and the cells it was seen with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from ledger import excuses
from ledger.excuses import Excuse
from ledger.problems import Problem
from ledger.project import Page, Project
from ledger.prose import prose_only
from ledger.wording import own_words

SMALL = 50
"""In a group of fewer people one person is more than two per cent: the count says it, decimals feign exactness."""
MOST_TOLD = 20
"""Faults that one paragraph is told of in one run."""
SHARE = re.compile(
    r"(?<![\d.,])(?P<percent>\d{1,3}(?:\.(?P<decimals>\d{1,2}))?)\s?(?:%|per\s?cent)\s+(?:out\s+)?of\s+"
    r"(?:the\s+|these\s+|those\s+|all\s+|only\s+){0,2}(?P<of>\d{1,2})(?![\d.,]*\d|\s?(?:%|per\s?cent|mg|g|mL|days|months|years|weeks|hours))"
)
"""A per cent of a stated number of people: ``44 % of the 16``."""
COUNT = re.compile(
    r"(?<![\d.,])(\d{1,3})(?:\s+(?:out\s+)?of\s+(?:the\s+|these\s+|those\s+|all\s+|only\s+){0,2}|/)(\d{1,3})(?![\d.,/]*\d|\s?%)"
)
COUNTED = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3})\s+(?:out\s+)?of\s+(?:the\s+|these\s+|those\s+|all\s+){0,2}(?P<of>\d{1,2})\b[^\d()|\n]{0,40}"
    r"\((?:about\s+)?(?P<percent>\d{1,3}\.\d{1,2})\s?(?:%|per\s?cent)"
)
"""A count with a per cent that has decimals: ``7 of 16 (43.8 %)``."""
PEOPLE = r"(?:people|persons|patients|participants|adults|children|women|men|recipients|volunteers|subjects)"
SHARE_OF_PEOPLE = re.compile(
    rf"(?<![\d.,])\d{{1,3}}(?:\.\d{{1,2}})?\s?(?:%|per\s?cent)\s+(?:of\s+(?:the\s+|these\s+|those\s+|all\s+)?(?:\w+\s+)?{PEOPLE}\b"
    r"|(?:were|was|became|came|stopped|reached|needed|had|took|got|stayed|remained|achieved|met|died)\b)"
)
"""A per cent that can only be of people: ``83 % became insulin-free``."""
GROUP_OF = re.compile(
    rf"\bn\s?=\s?(?P<n>\d{{1,2}})(?!\d)|\b(?:in|of|among|all|with)\s+(?:the\s+|these\s+|all\s+)?(?P<of>\d{{1,2}})\s+(?:[\w-]+\s+){{0,3}}?{PEOPLE}\b",
    re.IGNORECASE,
)
"""How many people a sentence is about."""
SENTENCE = re.compile(r"[^.;!?|]+(?:\.\d[^.;!?|]*)*")
PRINTED = re.compile(r"\bprint(?:s|ed)\b|\bas\s+(?:given|published|quoted)\b", re.IGNORECASE)

OUTCOME = re.compile(
    r"insulin[- ]independen|off\s+insulin|\bno\s+insulin\b|insulin[- ]free|without\s+insulin|free\s+of\s+insulin|stop(?:ped|s)?\s+(?:\w+\s+)?insulin|gave\s+up\s+insulin|C-peptide|HbA1c",
    re.IGNORECASE,
)
ORIGIN = re.compile(
    r"embryonic|induced|pluripotent|\bown\b|autologous|allogen|donor|mesenchymal|\bcord\b|marrow|stem[- ]cell|\bstem cells\b"
    r"|\bfat\b|adipose|reprogram|edited|umbilical|placent|\bcell line\b|\bislets\b|educator|cell(?:s)? made from",
    re.IGNORECASE,
)
NOT_ASKED = ("trial", "article", "glossary", "about", "index")
"""Kinds of page where the rule does not look: a trial's record names the cells; the others tell of no result by themselves."""


class Fault(NamedTuple):
    """What is wrong in a block, and its line below the block's first."""

    rule: str
    line: int
    message: str


def check(page: Page, project: Project, excused: Iterable[Excuse]) -> Iterator[Problem]:
    """Every rule on how one page tells results."""
    yield from _shares(page, excused)
    yield from _origins(page, project, excused)


def _shares(page: Page, excused: Iterable[Excuse]) -> Iterator[Problem]:
    """Per cents of a small group without the count, or with decimals that the source did not print."""
    if "%" not in page.source.prose and "cent" not in page.source.prose:
        return
    for block in page.source.blocks:
        if "%" not in block.text and "cent" not in block.text:
            continue
        if not (SHARE.search(block.text) or COUNTED.search(block.text) or SHARE_OF_PEOPLE.search(block.text)):
            continue
        faults = list(islice(_share_faults(own_words(block, prose_only(block))), MOST_TOLD))
        if faults and not excuses.covers(excused, "no-count", block):
            yield from (Problem(page.path, block.line + fault.line, fault.rule, fault.message) for fault in faults)


def _share_faults(text: str) -> Iterator[Fault]:
    """Per cents of a small group that are not told well."""
    counted = {int(of) for _, of in COUNT.findall(text)}
    printed = bool(PRINTED.search(text))
    for match in SHARE.finditer(text):
        of = int(match["of"])
        if of < SMALL and of not in counted:
            message = f"'{_shown(match)}' is a share of few people; write the count first: n of {of} (… %)"
            yield Fault("percent-without-count", text.count("\n", 0, match.start()), message)
        elif of < SMALL and match["decimals"] and not printed:
            yield Fault("percent-decimals", text.count("\n", 0, match.start()), _exact(match, of))
    for sentence in SENTENCE.finditer(text):
        group, share = GROUP_OF.search(sentence[0]), SHARE_OF_PEOPLE.search(sentence[0])
        if not (group and share) or COUNT.search(sentence[0]) or SHARE.search(sentence[0]):
            continue
        of = int(group["n"] or group["of"])
        if of < SMALL:
            message = f"'{_shown(share)}' is a share of few people; write the count first: n of {of} (… %)"
            yield Fault("percent-without-count", text.count("\n", 0, sentence.start() + share.start()), message)
    for match in COUNTED.finditer(text):
        of = int(match["of"])
        if of < SMALL and not printed:
            yield Fault("percent-decimals", text.count("\n", 0, match.start()), _exact(match, of))


def _exact(match: re.Match[str], of: int) -> str:
    percent = match["percent"]
    return (
        f"{percent} % of {of} people feigns exactness; write {round(float(percent))} %, or '{percent} % as printed' where"
        " the source prints it so"
    )


def _shown(match: re.Match[str]) -> str:
    return " ".join(match[0].split())


def _origins(page: Page, project: Project, excused: Iterable[Excuse]) -> Iterator[Problem]:
    """Counts of a result with cells, where neither the block nor its section above it names the cells or the trial."""
    kind = page.meta.data.get("kind") if isinstance(page.meta.data, dict) else None
    if kind is None or kind in NOT_ASKED or ORIGIN.search(page.title):
        return
    above: list[str] = []  # what stands in this section and has not been looked at
    named = False
    trials: re.Pattern[str] | None = None
    for block in page.source.blocks:
        if block.kind == "heading":
            above, named = [], False
        above.append(block.text)
        if named or not (OUTCOME.search(block.text) and _counts(prose_only(block))):
            continue
        trials = trials or _named(project)
        section = "\n".join(above)
        above = []
        named = bool(ORIGIN.search(section) or trials.search(section))
        if not named and not excuses.covers(excused, "no-origin", block):
            message = "a result stands here without the cells it was seen with; name their origin in this paragraph"
            yield Problem(page.path, block.line, "cell-origin", message)


def _counts(text: str) -> bool:
    """Whether a text counts people, or gives a share of them."""
    return bool(COUNT.search(text) or SHARE_OF_PEOPLE.search(text))


def _named(project: Project) -> re.Pattern[str]:
    """Names that lead a reader to a record, and so to the cells: ids and products of trials, and links to their pages."""
    names = {"trials/"}
    for page, record in project.records.values():
        names.add(record.id)
        names.update(re.findall(r"\b(?=[\w-]*[A-Z][\w-]*[A-Z0-9])[\w-]{3,}", page.title))
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)), re.IGNORECASE)

"""What instruments for judging health information ask of a page, as far as a program can see it.

DISCERN (16 questions), the JAMA benchmarks (4) and PEMAT-P (24 items for printed material) are made for people who
read and judge. A program can see whether something is there, never whether it is good. ``check`` looks for what must
be there; ``ITEMS`` says which item is met by which rule, and which items only people can judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger import markup
from ledger.handout import ENDS
from ledger.mdscan import Block, Heading
from ledger.problems import Problem
from ledger.project import Page, Project
from ledger.prose import GROUP, prose_only

Options = Mapping[str, str]

SECTIONS: Mapping[str, Sequence[str]] = {
    "therapy": (
        "How it is meant to work",
        "Benefits seen",
        "Harms seen",
        "What is not known",
        "Trials",
        "What it means day to day",
        "Questions to ask",
    ),
    "trial": (
        "What was done",
        "What happened",
        "Harms",
        "What this cannot tell us",
        "Against the eight requirements",
        "What came before and what comes next",
        "Who paid",
    ),
    "requirement": ("What must be shown", "Where the field stands", "Trials against it", "Open problems"),
    "safety": ("What is known", "How often", "Who said so", "What lowers the risk", "What to ask"),
}
"""The sections that a page of each kind must have."""
SURE = re.compile(r"\*\*How sure\b")
QUESTIONS = ("Questions to ask", "What to ask")
FEWEST_QUESTIONS = 3
INSULIN = "insulin.md"
MOST_WORDS = 150
"""A paragraph with more words is no small piece any more."""
BENEFIT, HARM = re.compile(r"!!!\s+benefit\b"), re.compile(r"!!!\s+harm\b")


def check(project: Project) -> Iterator[Problem]:
    """What must be there and is not; translations follow their original and are left alone."""
    for page in project.pages.values():
        kind = kind_of(page)
        if page.unreadable or page.broken or ".zh." in page.src:
            continue
        yield from _pairs(page)
        yield from _long(page)
        if kind in SECTIONS:
            yield from _opening(page)
            yield from _sure(page)
            yield from _sources(page)
            if ENDS not in page.text:  # a handout is a list of questions from top to end
                yield from _sections(page, kind)
                yield from _questions(page)
        if kind == "therapy":
            yield from _options(page)


def kind_of(page: Page) -> str:
    return str(page.meta.data.get("kind") or "") if isinstance(page.meta.data, dict) else ""


def _title(page: Page) -> int:
    """The line of the page's title; 1 where it has none."""
    return next((heading.line for heading in page.source.headings if heading.level == 1), 1)


def _sections(page: Page, kind: str) -> Iterator[Problem]:
    there = {heading.text for heading in page.source.headings if heading.level == 2}
    for name in SECTIONS[kind]:
        if name not in there:
            message = (
                f"a page of the kind {kind} needs the section '## {name}'; add it, and say there what is not known"
            )
            yield Problem(page.path, _title(page), "section-missing", message)


def _opening(page: Page) -> Iterator[Problem]:
    title = _title(page)
    end = next((heading.line for heading in page.source.headings if heading.level == 2), None)
    for block in page.source.blocks:
        if block.line > title and (end is None or block.line < end) and block.kind in ("paragraph", "item"):
            return
    message = "nothing stands between the title and the first section; open with the answer in plain words"
    yield Problem(page.path, title, "opening-missing", message)


def _sure(page: Page) -> Iterator[Problem]:
    if not SURE.search(page.source.prose):
        message = "the page does not say how sure it is; end its key message with a paragraph '**How sure:** …'"
        yield Problem(page.path, _title(page), "how-sure-missing", message)


def _sources(page: Page) -> Iterator[Problem]:
    if not GROUP.search(page.source.prose):
        message = "the text cites no source; say what each statement rests on, as [@key]"
        yield Problem(page.path, _title(page), "sources-missing", message)


def _pairs(page: Page) -> Iterator[Problem]:
    """A benefit box without a harm box right behind it: only its own lines may stand between."""
    lines = page.source.prose.split("\n")
    for block in page.source.blocks:
        if block.kind != "title" or not BENEFIT.match(block.text):
            continue
        behind = (line for line in lines[block.line :] if line.strip() and not line.startswith("    "))
        if not HARM.match(next(behind, "")):
            message = 'a benefit stands alone; put its harms right behind it: !!! harm "Harms"'
            yield Problem(page.path, block.line, "benefit-alone", message)


def _questions(page: Page) -> Iterator[Problem]:
    for heading in page.source.headings:
        if heading.level == 2 and heading.text in QUESTIONS:
            asked = sum(prose_only(block).rstrip().endswith("?") for block in _below(page, heading))
            if asked < FEWEST_QUESTIONS:
                message = f"{asked} questions stand here, at least {FEWEST_QUESTIONS} are needed; one list item each"
                yield Problem(page.path, heading.line, "questions-missing", message)


def _below(page: Page, heading: Heading) -> Iterator[Block]:
    """The list items of a section."""
    end = next((one.line for one in page.source.headings if one.level <= 2 and one.line > heading.line), None)
    for block in page.source.blocks:
        if block.kind == "item" and block.line > heading.line and (end is None or block.line < end):
            yield block


def _options(page: Page) -> Iterator[Problem]:
    """Links to another therapy, and to insulin: what there is if this one is not taken."""
    here = page.src.rpartition("/")[2]
    targets = {link.target.partition("#")[0] for link in page.source.links}
    near = {target for target in targets if re.fullmatch(r"[\w-]+\.md", target)} - {here}
    wanted = [] if near - {INSULIN} else ["another therapy or the list of them (index.md)"]
    wanted += (
        [] if INSULIN in near or here == INSULIN else [f"insulin ({INSULIN}), which is there if this is not taken"]
    )
    if wanted:
        message = f"the page names no other choice; link to {' and to '.join(wanted)}"
        yield Problem(page.path, _title(page), "options-missing", message)


def _long(page: Page) -> Iterator[Problem]:
    for block in page.source.blocks:
        if block.kind == "paragraph" and len(block.text) > MOST_WORDS:
            words = len(prose_only(block).split())
            if words > MOST_WORDS:
                message = f"a paragraph of {words} words, at most {MOST_WORDS}; break it where a new thought begins"
                yield Problem(page.path, block.line, "long-paragraph", message, "warning")


# --- the published table -------------------------------------------------------------------------------------------


class Item(NamedTuple):
    """One item of an instrument: its number there, what it asks in our words, and what of it a program sees."""

    instrument: str
    number: str
    asks: str
    seen: str
    rules: tuple[str, ...] = ()
    """Rules that must hold; none where only people can judge."""


PEOPLE = "Only people can judge this."
DISCERN, JAMA, PEMAT = "DISCERN", "JAMA benchmarks", "PEMAT-P"
FULL = "Therapy, trial, requirement and safety pages must have their sections"

ITEMS: tuple[Item, ...] = (
    Item(DISCERN, "1", "Are the aims clear?", "Each page opens with its answer before its first section.", ("opening-missing",)),
    Item(DISCERN, "2", "Does it achieve them?", PEOPLE),
    Item(DISCERN, "3", "Is it relevant to readers?", PEOPLE),
    Item(DISCERN, "4", "Are the sources clear?", "Each number has its source beside it, and each page cites some.", ("uncited-number", "sources-missing")),
    Item(DISCERN, "5", "Is the date of the information clear?", "Each page has the day of its last check; its foot shows the oldest look at a source.", ("page-fields", "bib-urldate")),
    Item(DISCERN, "6", "Is it balanced?", "A box of benefits has its harms right behind it; both have their section; what must be said beside a famous result is listed.", ("benefit-alone", "section-missing", "must-say", "must-not-say")),
    Item(DISCERN, "7", "Does it name further help?", "Made for each page: its foot leads to the questions for a doctor, and its sources to their addresses.", ("bib-required",)),
    Item(DISCERN, "8", "Does it say what is uncertain?", "A section on what is not known, and a line on how sure we are.", ("section-missing", "how-sure-missing")),
    Item(DISCERN, "9", "Does it say how each treatment works?", "Therapy pages: section 'How it is meant to work'.", ("section-missing",)),
    Item(DISCERN, "10", "Does it give the benefits?", "Therapy pages: 'Benefits seen'. Trial pages: 'What happened'.", ("section-missing",)),
    Item(DISCERN, "11", "Does it give the risks?", "Therapy pages: 'Harms seen'. Trial pages: 'Harms'.", ("section-missing", "benefit-alone")),
    Item(DISCERN, "12", "Does it say what happens without treatment?", "Therapy pages lead to insulin, which is there if the treatment is not taken.", ("options-missing",)),
    Item(DISCERN, "13", "Does it say what it means for daily life?", "Therapy pages: 'What it means day to day'.", ("section-missing",)),
    Item(DISCERN, "14", "Is it clear that there is more than one choice?", "Therapy pages lead to other therapies.", ("options-missing",)),
    Item(DISCERN, "15", "Does it support a shared decision?", "Therapy and safety pages hold at least three questions to ask; the other two kinds lead to the sheet of questions.", ("questions-missing",)),
    Item(DISCERN, "16", "Overall, is it a good source?", PEOPLE),
    Item(JAMA, "1", "Authorship", "Made for each page: its foot names the reviewer, or says that there is none."),
    Item(JAMA, "2", "Attribution", "References with every number; licence on each page.", ("uncited-number", "undefined-key")),
    Item(JAMA, "3", "Disclosure", "Trial pages: 'Who paid'. Our own interests are on the page About.", ("section-missing",)),
    Item(JAMA, "4", "Currency", "The day of the last check on each page.", ("page-fields",)),
    Item(PEMAT, "1", "Is the purpose plain?", "The opening stands before the first section.", ("opening-missing",)),
    Item(PEMAT, "2", "Is nothing off the subject?", PEOPLE),
    Item(PEMAT, "3", "Everyday words?", "The opening is measured.", ("readability",)),
    Item(PEMAT, "4", "Are medical terms explained?", "Terms of the glossary are explained where they first stand.", ("glossary",)),
    Item(PEMAT, "5", "Active voice?", PEOPLE),
    Item(PEMAT, "6", "Are numbers clear?", "Per cents fit their counts.", ("record-percent", "record-counts")),
    Item(PEMAT, "7", "Does the reader not need to calculate?", PEOPLE),
    Item(PEMAT, "8", "Small pieces?", "No paragraph is longer than 150 words.", ("long-paragraph",)),
    Item(PEMAT, "9", "Do headings inform?", f"{FULL}; whether a heading informs, people judge.", ("section-missing",)),
    Item(PEMAT, "10", "Logical order?", PEOPLE),
    Item(PEMAT, "11", "Is there a summary?", "The opening and its key message.", ("opening-missing", "how-sure-missing")),
    Item(PEMAT, "12", "Do visual signs mark the key points?", "Key messages, benefits, harms and limits have boxes with a title.", ("how-sure-missing", "benefit-alone")),
    Item(PEMAT, "15", "Are pictures used where they help?", PEOPLE),
    Item(PEMAT, "16", "Do pictures support the text?", PEOPLE),
    Item(PEMAT, "17", "Do pictures have titles?", "Pictures are made from records, each with a caption and the same facts as a table.", ("generated",)),
    Item(PEMAT, "18", "Are pictures clear?", PEOPLE),
    Item(PEMAT, "19", "Are tables simple, with clear heads?", "Tables made from records have a caption and heads. Whether they are simple, people judge."),
    Item(PEMAT, "20", "Is at least one action named?", "Questions to ask, on therapy and safety pages.", ("questions-missing",)),
    Item(PEMAT, "21", "Is the reader addressed?", PEOPLE),
    Item(PEMAT, "22", "Are actions broken into steps?", PEOPLE),
    Item(PEMAT, "23", "Is there a tool to take along?", "Two handouts for one sheet of paper; a test prints them."),
    Item(PEMAT, "24", "Are calculations explained?", PEOPLE),
    Item(PEMAT, "25", "Is it explained how to use charts and tables?", PEOPLE),
    Item(PEMAT, "26", "Do pictures make acting easier?", PEOPLE),
)  # fmt: skip
"""PEMAT's items 13 and 14 are about sound and film."""


def listing(page: Page, project: Project, options: Options) -> str:
    """Every item with what a program sees of it and the rules that demand it."""
    help_page = markup.address(page, "about/rules/")
    rows = []
    for item in ITEMS:
        rules = ", ".join(f'<a href="{help_page}#{rule}"><code>{rule}</code></a>' for rule in item.rules)
        rows.append(
            (
                f"{item.instrument} {item.number}",
                markup.text(item.asks),
                markup.text(item.seen),
                rules or markup.NOTHING,
            )
        )
    return markup.table(
        "Items, and the rules that look for them", ("Item", "It asks", "What the program sees", "Rules"), rows, "stack"
    )

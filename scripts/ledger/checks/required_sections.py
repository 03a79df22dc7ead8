"""What instruments for judging health information ask of a page, as far as a program can see it.

DISCERN (16 questions), the JAMA benchmarks (4) and PEMAT-P (24 items for printed material) are made for people who
read and judge. A program can see whether something is there, never whether it is good. ``REQUIRED_SECTIONS`` and
the rules below it are what a program can check; ``render.quality_page`` lists the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ledger.checks.places import find_title_line
from ledger.core.problems import Problem
from ledger.markdown.scanner import CITATION_GROUP, Block, Heading
from ledger.model.placeholders import HANDOUT_END
from ledger.model.project import Page, Project
from ledger.model.rules import rule

REQUIRED_SECTIONS: Mapping[str, Sequence[str]] = {
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
HOW_SURE = re.compile(r"\*\*How sure\b")
QUESTION_SECTIONS = ("Questions to ask", "What to ask")
MIN_QUESTIONS = 3
INSULIN_PAGE = "insulin.md"
MAX_PARAGRAPH_WORDS = 150
"""A longer paragraph is hard to read in one piece."""
BENEFIT_BOX, HARM_BOX = re.compile(r"!!!\s+benefit\b"), re.compile(r"!!!\s+harm\b")


def check_required_sections(project: Project) -> Iterator[Problem]:
    """What must be there and is not; translations follow their original and are left alone."""
    for page in project.pages.values():
        kind = get_page_kind(page)
        if page.unreadable or page.broken or page.language != "en":
            continue
        yield from _check_benefit_has_harms(page)
        yield from _check_paragraph_length(page)
        if kind in REQUIRED_SECTIONS:
            yield from _check_opening(page)
            yield from _check_how_sure(page)
            yield from _check_cites_sources(page)
            if HANDOUT_END not in page.text:  # a handout is a list of questions from top to end
                yield from _check_sections(page, kind)
                yield from _check_questions(page)
        if kind == "therapy":
            yield from _check_other_options(page)


def get_page_kind(page: Page) -> str:
    return str(page.meta.data.get("kind") or "") if isinstance(page.meta.data, dict) else ""


@rule("section-missing")
def _check_sections(page: Page, kind: str) -> Iterator[Problem]:
    there = {heading.text for heading in page.source.headings if heading.level == 2}
    for name in REQUIRED_SECTIONS[kind]:
        if name not in there:
            message = (
                f"a page of the kind {kind} needs the section '## {name}'; add it, and say there what is not known"
            )
            yield Problem(page.path, find_title_line(page), "section-missing", message)


@rule("opening-missing")
def _check_opening(page: Page) -> Iterator[Problem]:
    title = find_title_line(page)
    end = next((heading.line for heading in page.source.headings if heading.level == 2), None)
    for block in page.source.blocks:
        if block.line > title and (end is None or block.line < end) and block.kind in ("paragraph", "item"):
            return
    message = "there is no text between the title and the first section; open with the answer in plain words"
    yield Problem(page.path, title, "opening-missing", message)


@rule("how-sure-missing")
def _check_how_sure(page: Page) -> Iterator[Problem]:
    if not HOW_SURE.search(page.source.prose):
        message = "the page does not say how sure it is; end its key message with a paragraph '**How sure:** …'"
        yield Problem(page.path, find_title_line(page), "how-sure-missing", message)


@rule("sources-missing")
def _check_cites_sources(page: Page) -> Iterator[Problem]:
    if not CITATION_GROUP.search(page.source.prose):
        message = "the text cites no source; cite the source of each statement, [@key]"
        yield Problem(page.path, find_title_line(page), "sources-missing", message)


@rule("benefit-alone")
def _check_benefit_has_harms(page: Page) -> Iterator[Problem]:
    """A benefit box without a harm box right behind it: only its own lines may be between them."""
    lines = page.source.prose.split("\n")
    for block in page.source.blocks:
        if block.kind != "title" or not BENEFIT_BOX.match(block.text):
            continue
        behind = (line for line in lines[block.line :] if line.strip() and not line.startswith("    "))
        if not HARM_BOX.match(next(behind, "")):
            message = 'a benefit has no harms beside it; put them right below it: !!! harm "Harms"'
            yield Problem(page.path, block.line, "benefit-alone", message)


@rule("questions-missing")
def _check_questions(page: Page) -> Iterator[Problem]:
    for heading in page.source.headings:
        if heading.level == 2 and heading.text in QUESTION_SECTIONS:
            count = sum(block.words.rstrip().endswith("?") for block in _find_section_items(page, heading))
            if count < MIN_QUESTIONS:
                message = f"this section has {count} questions, at least {MIN_QUESTIONS} are needed; write each as a list item"
                yield Problem(page.path, heading.line, "questions-missing", message)


def _find_section_items(page: Page, heading: Heading) -> Iterator[Block]:
    """The list items of a section."""
    end = next((one.line for one in page.source.headings if one.level <= 2 and one.line > heading.line), None)
    for block in page.source.blocks:
        if block.kind == "item" and block.line > heading.line and (end is None or block.line < end):
            yield block


@rule("options-missing")
def _check_other_options(page: Page) -> Iterator[Problem]:
    """Links to another therapy, and to insulin: what there is if this one is not taken."""
    here = page.src.rpartition("/")[2]
    targets = {link.target.partition("#")[0] for link in page.source.links}
    near = {target for target in targets if re.fullmatch(r"[\w-]+\.md", target)} - {here}
    wanted = [] if near - {INSULIN_PAGE} else ["another therapy or the list of them (index.md)"]
    wanted += (
        []
        if INSULIN_PAGE in near or here == INSULIN_PAGE
        else [f"insulin ({INSULIN_PAGE}), which is there if this is not taken"]
    )
    if wanted:
        message = f"the page mentions no alternative; link to {' and to '.join(wanted)}"
        yield Problem(page.path, find_title_line(page), "options-missing", message)


@rule("long-paragraph")
def _check_paragraph_length(page: Page) -> Iterator[Problem]:
    for block in page.source.blocks:
        if block.kind == "paragraph":
            words = len(block.words.split())
            if words > MAX_PARAGRAPH_WORDS:
                message = (
                    f"a paragraph of {words} words, at most {MAX_PARAGRAPH_WORDS}; break it where a new thought begins"
                )
                yield Problem(page.path, block.line, "long-paragraph", message)

"""The table of which items of DISCERN, the JAMA benchmarks and PEMAT-P the checks can see."""

from __future__ import annotations

from typing import NamedTuple

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render import markup

# --- the published table -------------------------------------------------------------------------------------------


class InstrumentItem(NamedTuple):
    """One item of an instrument: its number there, what it asks in our words, and what of it a program sees."""

    instrument: str
    number: str
    asks: str
    seen: str
    rules: tuple[str, ...] = ()
    """Rules that must hold; none where only people can judge."""


HUMAN_JUDGEMENT = "Only people can judge this."
DISCERN, JAMA, PEMAT = "DISCERN", "JAMA benchmarks", "PEMAT-P"
SECTIONS_NOTE = "Therapy, trial, requirement and safety pages must have their sections"

INSTRUMENT_ITEMS: tuple[InstrumentItem, ...] = (
    InstrumentItem(DISCERN, "1", "Are the aims clear?", "Each page opens with its answer before its first section.", ("opening-missing",)),
    InstrumentItem(DISCERN, "2", "Does it achieve them?", HUMAN_JUDGEMENT),
    InstrumentItem(DISCERN, "3", "Is it relevant to readers?", HUMAN_JUDGEMENT),
    InstrumentItem(DISCERN, "4", "Are the sources clear?", "Each number has its source beside it, and each page cites some.", ("uncited-number", "sources-missing")),
    InstrumentItem(DISCERN, "5", "Is the date of the information clear?", "Each page has the day of its last check; its foot shows the oldest look at a source.", ("page-fields", "bib-urldate")),
    InstrumentItem(DISCERN, "6", "Is it balanced?", "A box of benefits has its harms right behind it; both have their section; what must be said beside a famous result is listed.", ("benefit-alone", "section-missing", "must-say", "must-not-say")),
    InstrumentItem(DISCERN, "7", "Does it name further help?", "Made for each page: its foot leads to the questions for a doctor, and its sources to their addresses.", ("bib-required",)),
    InstrumentItem(DISCERN, "8", "Does it say what is uncertain?", "A section on what is not known, and a line on how sure we are.", ("section-missing", "how-sure-missing")),
    InstrumentItem(DISCERN, "9", "Does it say how each treatment works?", "Therapy pages: section 'How it is meant to work'.", ("section-missing",)),
    InstrumentItem(DISCERN, "10", "Does it give the benefits?", "Therapy pages: 'Benefits seen'. Trial pages: 'What happened'.", ("section-missing",)),
    InstrumentItem(DISCERN, "11", "Does it give the risks?", "Therapy pages: 'Harms seen'. Trial pages: 'Harms'.", ("section-missing", "benefit-alone")),
    InstrumentItem(DISCERN, "12", "Does it say what happens without treatment?", "Therapy pages lead to insulin, which is there if the treatment is not taken.", ("options-missing",)),
    InstrumentItem(DISCERN, "13", "Does it say what it means for daily life?", "Therapy pages: 'What it means day to day'.", ("section-missing",)),
    InstrumentItem(DISCERN, "14", "Is it clear that there is more than one choice?", "Therapy pages lead to other therapies.", ("options-missing",)),
    InstrumentItem(DISCERN, "15", "Does it support a shared decision?", "Therapy and safety pages hold at least three questions to ask; the other two kinds lead to the sheet of questions.", ("questions-missing",)),
    InstrumentItem(DISCERN, "16", "Overall, is it a good source?", HUMAN_JUDGEMENT),
    InstrumentItem(JAMA, "1", "Authorship", "Made for each page: its foot names the reviewer, or says that there is none."),
    InstrumentItem(JAMA, "2", "Attribution", "References with every number; licence on each page.", ("uncited-number", "undefined-key")),
    InstrumentItem(JAMA, "3", "Disclosure", "Trial pages: 'Who paid'. Our own interests are on the page About.", ("section-missing",)),
    InstrumentItem(JAMA, "4", "Currency", "The day of the last check on each page.", ("page-fields",)),
    InstrumentItem(PEMAT, "1", "Is the purpose plain?", "The opening stands before the first section.", ("opening-missing",)),
    InstrumentItem(PEMAT, "2", "Is nothing off the subject?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "3", "Everyday words?", "The opening is measured.", ("readability",)),
    InstrumentItem(PEMAT, "4", "Are medical terms explained?", "Terms of the glossary are explained where they first stand.", ("glossary",)),
    InstrumentItem(PEMAT, "5", "Active voice?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "6", "Are numbers clear?", "Per cents fit their counts.", ("record-percent", "record-counts")),
    InstrumentItem(PEMAT, "7", "Does the reader not need to calculate?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "8", "Small pieces?", "No paragraph is longer than 150 words.", ("long-paragraph",)),
    InstrumentItem(PEMAT, "9", "Do headings inform?", f"{SECTIONS_NOTE}; whether a heading informs, people judge.", ("section-missing",)),
    InstrumentItem(PEMAT, "10", "Logical order?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "11", "Is there a summary?", "The opening and its key message.", ("opening-missing", "how-sure-missing")),
    InstrumentItem(PEMAT, "12", "Do visual signs mark the key points?", "Key messages, benefits, harms and limits have boxes with a title.", ("how-sure-missing", "benefit-alone")),
    InstrumentItem(PEMAT, "15", "Are pictures used where they help?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "16", "Do pictures support the text?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "17", "Do pictures have titles?", "Pictures are made from records, each with a caption and the same facts as a table.", ("generated",)),
    InstrumentItem(PEMAT, "18", "Are pictures clear?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "19", "Are tables simple, with clear heads?", "Tables made from records have a caption and heads. Whether they are simple, people judge."),
    InstrumentItem(PEMAT, "20", "Is at least one action named?", "Questions to ask, on therapy and safety pages.", ("questions-missing",)),
    InstrumentItem(PEMAT, "21", "Is the reader addressed?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "22", "Are actions broken into steps?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "23", "Is there a tool to take along?", "Two handouts for one sheet of paper; a test prints them."),
    InstrumentItem(PEMAT, "24", "Are calculations explained?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "25", "Is it explained how to use charts and tables?", HUMAN_JUDGEMENT),
    InstrumentItem(PEMAT, "26", "Do pictures make acting easier?", HUMAN_JUDGEMENT),
)  # fmt: skip
"""PEMAT's items 13 and 14 are about sound and film."""


def render_quality_table(page: Page, project: Project, options: Options) -> str:
    """Every item with what a program sees of it and the rules that demand it."""
    help_page = markup.get_relative_url(page, "about/rules/")
    rows = []
    for item in INSTRUMENT_ITEMS:
        rules = ", ".join(f'<a href="{help_page}#{rule}"><code>{rule}</code></a>' for rule in item.rules)
        rows.append(
            (
                f"{item.instrument} {item.number}",
                markup.escape_text(item.asks),
                markup.escape_text(item.seen),
                rules or markup.EMPTY_CELL,
            )
        )
    return markup.render_table(
        "Items, and the rules that look for them", ("Item", "It asks", "What the program sees", "Rules"), rows, "stack"
    )

"""Every rule of the checks as data: its id, what it demands, why, and how to mend a fault.

Messages name a rule by its id in brackets; the page Rules has a section for each, made from this table. A rule has a
project that breaks it and one that keeps it in ``tests/test_rules.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.problems import Level


class Rule(NamedTuple):
    """One rule. ``group`` is where it looks; ``level`` is how bad a fault is: error, or warning (advice)."""

    id: str
    group: str
    what: str
    why: str
    mend: str
    level: Level = "error"


PAGES, CITATIONS, NUMBERS = "Pages", "Citations in the text", "Numbers"
QUALITY = "What must be there"
LINKS, SOURCES, RECORDS, CLAIMS = "Links", "The bibliography", "Trial records", "Claims and excuses"

ALL: tuple[Rule, ...] = (
    Rule(
        "unreadable",
        PAGES,
        "Every file can be read: UTF-8 text, lines that a person can review.",
        "What cannot be read cannot be checked, and would be shown as rubbish or not at all.",
        "Save the file as UTF-8, break lines of more than 20,000 characters, mend its permissions.",
    ),
    Rule(
        "front-matter",
        PAGES,
        "Front matter is valid YAML and opens in the first line.",
        "The generator swallows a fault there without a word and prints the lines as text.",
        "Put values with ': ' or '#' in quotes, close what is open, use each key once.",
    ),
    Rule(
        "page-fields",
        PAGES,
        "A page names its title, description, kind and the day it was checked, and nothing that is not known.",
        "Readers judge a page by its date, and lists and searches show its description.",
        "Add the field that is missing; dates are written YYYY-MM-DD.",
        "warning",
    ),
    Rule(
        "generated",
        PAGES,
        "A comment that asks for a table or picture asks for one that exists.",
        "A slip in such a comment would leave a hole in the page.",
        "Use one of the names in the message.",
    ),
    Rule(
        "duplicate-id",
        PAGES,
        "No anchor stands twice on a page.",
        "A link would lead to the first of them only, and screen readers are misled.",
        "Rename one of the two.",
    ),
    Rule(
        "third-party",
        PAGES,
        "No page makes the reader's browser ask anybody else.",
        "Who reads about a disease should not be told to others.",
        "Keep the file in docs/ and link to it there.",
    ),
    Rule(
        "raw-html",
        PAGES,
        "Raw HTML in a page is of a few tags for words: no script, style, frame, form, drawing or other.",
        "What a contributor writes must never run in a reader's browser, cover the page or send anything.",
        "Use Markdown, or write the sign as `&lt;` if it is meant as text; CONTRIBUTING.md lists the tags.",
    ),
    Rule(
        "raw-attribute",
        PAGES,
        "Raw HTML and attribute lists in braces set no events, styles or other attributes that are not on the list.",
        "An event attribute runs code, and a style can hide a page behind another.",
        "Take the attribute out; looks belong into the style sheet.",
    ),
    Rule(
        "unsafe-address",
        PAGES,
        "No address begins with `javascript:`, `vbscript:`, `data:` or the like, however it is written.",
        "Such an address runs code in the reader's browser.",
        "Link to a page of the site, or to a file in docs/.",
    ),
    Rule(
        "glossary",
        PAGES,
        "Each term of the glossary stands once and has a meaning.",
        "Two meanings for one word would be shown at random.",
        "Keep one entry; list other names under 'Also:'.",
    ),
    Rule(
        "readability",
        PAGES,
        "A page opens in short sentences and plain words: at most 16 words a sentence, Flesch-Kincaid 8, SMOG 10.",
        "Who has just had a diagnosis reads with half a mind.",
        "Split the longest sentences, use shorter words, or explain a term in the glossary.",
        "warning",
    ),
    Rule(
        "config",
        PAGES,
        "mkdocs.yml can be read.",
        "The checks need the navigation to know which pages are reached.",
        "Mend the YAML at the line named.",
    ),
    Rule(
        "nothing-seen",
        PAGES,
        "A check that saw no page, no entry or nothing else to look at is no success.",
        "A path that is wrong by one letter would make every check pass.",
        "Run it from the root of the project, and see that the files are there.",
    ),
    Rule(
        "section-missing",
        QUALITY,
        "A therapy, trial, requirement or safety page has the sections of its kind.",
        "Readers find benefits, harms, limits and questions in the same place on every page (DISCERN 6 to 13, JAMA 3).",
        "Add the section named; where nothing is known, say so there. CONTRIBUTING.md lists the sections.",
    ),
    Rule(
        "opening-missing",
        QUALITY,
        "A page opens with its answer, before its first section.",
        "A reader must see at once what the page is for (DISCERN 1, PEMAT 1 and 11).",
        "Write one to three short paragraphs below the title.",
    ),
    Rule(
        "how-sure-missing",
        QUALITY,
        "A page that says what is so also says how sure that is.",
        "A result without its certainty reads like a promise (DISCERN 8).",
        "End the key message with a paragraph that begins `**How sure:**`.",
    ),
    Rule(
        "sources-missing",
        QUALITY,
        "A therapy, trial, requirement or safety page cites at least one source.",
        "Who cannot see the source cannot check it (DISCERN 4, JAMA 2).",
        "Cite what the page rests on, as `[@key]`.",
    ),
    Rule(
        "benefit-alone",
        QUALITY,
        "A box of benefits has a box of harms right behind it.",
        "Nobody should read what helps without what it costs (DISCERN 6 and 11).",
        'Put `!!! harm "Harms"` behind it; if none were reported, say that there.',
    ),
    Rule(
        "questions-missing",
        QUALITY,
        "A section of questions holds at least three, each as an item of a list.",
        "Readers decide together with their team (DISCERN 15, PEMAT 20).",
        "Add questions that a reader can ask aloud, each ending with a question mark.",
    ),
    Rule(
        "options-missing",
        QUALITY,
        "A therapy page leads to another therapy, and to insulin.",
        "There is always another choice, and one of them is to go on as now (DISCERN 12 and 14).",
        "Link to insulin.md, and to another therapy or to index.md.",
    ),
    Rule(
        "long-paragraph",
        QUALITY,
        "A paragraph has at most 150 words.",
        "Small pieces are easier to take in (PEMAT 8).",
        "Break it where a new thought begins, or make a list.",
        "warning",
    ),
    Rule(
        "undefined-key",
        CITATIONS,
        "Every key that is cited stands in references.bib.",
        "The generator would drop the mark and leave the claim without a source.",
        "Mend the key, or add the source.",
    ),
    Rule(
        "malformed-citation",
        CITATIONS,
        "A citation is written `[@key]` or `[@one; @two]`.",
        "Other forms are dropped, cut short or printed as they are.",
        "Write it in that form; say pages and remarks in the sentence.",
    ),
    Rule(
        "bare-citation",
        CITATIONS,
        "No `@key` stands bare in the text.",
        "It would be printed as it is and lead nowhere.",
        "Put it in brackets, or in `code` if it is a name.",
    ),
    Rule(
        "repeated-key",
        CITATIONS,
        "No key stands twice in one bracket.",
        "Two marks for one source suggest two sources.",
        "Keep it once.",
    ),
    Rule(
        "misplaced-citation",
        CITATIONS,
        "No citation stands in a heading, a link's text, raw HTML or a page's title.",
        "A mark there is not rendered or breaks what is around it.",
        "Put it into the sentence below.",
    ),
    Rule(
        "nct",
        CITATIONS,
        "A number of ClinicalTrials.gov is NCT and eight digits.",
        "A digit more or less leads to no trial or to another one.",
        "Look the number up and mend it.",
    ),
    Rule(
        "uncited-number",
        NUMBERS,
        "A number with a unit, a count or a per cent has its source in the same paragraph, list item or table row.",
        "It is the promise of this site: every number leads to its source.",
        "Add `[@key]` there, or say it without the number.",
    ),
    Rule(
        "not-in-record",
        NUMBERS,
        "Every number in the text of a trial's page stands in the trial's record.",
        "So text, tables, pictures and data can never disagree.",
        "Add it to the record; a number about something else is excused with <!-- not-in-record: what it is about -->.",
    ),
    Rule(
        "excuse",
        CLAIMS,
        "An excuse has a reason, and excuses something.",
        "An excuse that nobody needs any more hides the next fault.",
        "Write <!-- no-cite: the reason -->, or take it out.",
    ),
    Rule(
        "too-many-excuses",
        CLAIMS,
        "The whole site has at most ten excuses for numbers.",
        "An excuse is the exception.",
        "Cite a source, or say it without the number.",
    ),
    Rule(
        "claims",
        CLAIMS,
        "The file of claims keeps its form.",
        "A claim without verdict or source cannot be shown.",
        "Mend the field at the line named.",
    ),
    Rule(
        "missing-file",
        LINKS,
        "A link inside the site leads to a file that is there.",
        "A dead link leaves a reader alone.",
        "Mend the name; the message says what lies near.",
    ),
    Rule(
        "missing-anchor",
        LINKS,
        "A link to a section leads to one that the page will have.",
        "The reader would land at the top of the page and not find it.",
        "Use an id that the built page has; the message names a near one.",
    ),
    Rule(
        "missing-image",
        LINKS,
        "A picture or other file that a page loads is there.",
        "A hole in the page says nothing.",
        "Add the file below docs/, or mend its name.",
    ),
    Rule(
        "malformed-url",
        LINKS,
        "An address has a known scheme and a proper form.",
        "A browser would guess, and guess wrong.",
        "Write https://… in full.",
    ),
    Rule("empty-link", LINKS, "A link leads somewhere.", "An empty one reloads the page.", "Write where it leads."),
    Rule(
        "absolute-link",
        LINKS,
        "Links inside the site are relative and name the source file.",
        "An absolute one breaks where the site is hosted below a path.",
        "Write ../folder/page.md.",
    ),
    Rule(
        "orphan-page",
        LINKS,
        "Every page is reached from the home page by links.",
        "Nobody would find it.",
        "Link to it, or add it to the navigation.",
    ),
    Rule(
        "undefined-reference",
        LINKS,
        "A reference-style link or footnote has its definition.",
        "It would be printed in brackets.",
        "Add the definition, or mend its name.",
    ),
    Rule(
        "unused-reference",
        LINKS,
        "A link definition is used.",
        "It is left over, or its use has a slip.",
        "Use it, or take it out.",
        "warning",
    ),
    Rule(
        "bib-syntax",
        SOURCES,
        "references.bib can be read to its end.",
        "One missing brace swallows the entries behind it.",
        "Close the brace or add the comma at the line named.",
    ),
    Rule(
        "bib-key",
        SOURCES,
        "A key has letters, digits, _ and - only.",
        "Other signs are cut off when the key is cited.",
        "Rename the key, also where it is cited.",
    ),
    Rule(
        "bib-duplicate-key",
        SOURCES,
        "Each key stands once; capitals alone do not make a difference.",
        "One of the two entries would win without a word.",
        "Rename or merge one of them.",
    ),
    Rule(
        "bib-duplicate-doi",
        SOURCES,
        "Each DOI stands once.",
        "One work with two numbers looks like two sources.",
        "Keep one entry and cite it everywhere.",
    ),
    Rule("bib-duplicate-pmid", SOURCES, "Each PMID stands once.", "As for the DOI.", "Keep one entry."),
    Rule("bib-duplicate-pmcid", SOURCES, "Each PMCID stands once.", "As for the DOI.", "Keep one entry."),
    Rule(
        "bib-type",
        SOURCES,
        "An entry has a type that is known.",
        "The printed form depends on it.",
        "Use one of the types in the message.",
    ),
    Rule(
        "bib-required",
        SOURCES,
        "An entry has what its type needs.",
        "A reader must be able to find the source.",
        "Add the field; if it was not seen, say so in a note.",
    ),
    Rule(
        "bib-kind",
        SOURCES,
        "keywords names exactly one kind of source.",
        "Readers judge a claim by who makes it: a trial report is not a company's statement.",
        "Use one of the kinds in CONTRIBUTING.md.",
    ),
    Rule(
        "bib-seen",
        SOURCES,
        "seen says how far the source was read.",
        "An abstract is not the paper.",
        "Use one of the words in CONTRIBUTING.md.",
        "warning",
    ),
    Rule(
        "bib-doi",
        SOURCES,
        "A DOI is bare and well formed.",
        "A full stop too many leads nowhere.",
        "Write 10.…/… without https://doi.org/ and without a stop.",
    ),
    Rule("bib-pmid", SOURCES, "A PMID is digits alone.", "Other forms lead nowhere.", "Write the digits alone."),
    Rule("bib-pmcid", SOURCES, "A PMCID is PMC and digits.", "Other forms lead nowhere.", "Write PMC and the digits."),
    Rule("bib-nct", SOURCES, "An NCT number has eight digits.", "It leads nowhere else.", "Look it up and mend it."),
    Rule("bib-url", SOURCES, "A url is https://… in full.", "It leads nowhere else.", "Write the whole address."),
    Rule(
        "bib-urldate",
        SOURCES,
        "urldate is a day of the calendar, not in the future.",
        "It tells when the page said what we cite.",
        "Write YYYY-MM-DD.",
    ),
    Rule(
        "bib-year",
        SOURCES,
        "A year has four digits and is not in the future.",
        "A slip there hides how old a source is.",
        "Look it up and mend it.",
    ),
    Rule(
        "retracted-source",
        SOURCES,
        "A source that was retracted, and not reinstated, is cited only where the text says so.",
        "Its own journal no longer stands by it.",
        "Write the word 'retracted' in the same paragraph, list item, table row, claim or note, or cite another source.",
    ),
    Rule(
        "source-status",
        SOURCES,
        "source-status.json, if it is there, has the form in which the check writes it.",
        "What databases said of a source must not be lost or misread.",
        "Take the version before from Git, or delete the file and write it anew with the command in the message.",
    ),
    Rule(
        "source-status-old",
        SOURCES,
        "What databases said is at most 45 days old, and source-status.json has every DOI and PMID.",
        "A source can be retracted any day.",
        "Run the command in the message; a number that is new can be entered without a network.",
        "warning",
    ),
    Rule(
        "source-metadata",
        SOURCES,
        "A DOI or PMID exists, and leads to a work with the title, first author, year and journal of the entry.",
        "One wrong digit leads a reader to somebody else's paper.",
        "Hold the entry against the source, and mend the number or the field.",
        "warning",
    ),
    Rule(
        "uncited-entry",
        SOURCES,
        "Every entry is cited.",
        "A list of unread sources makes a page look better founded than it is.",
        "Cite it, or take it out.",
    ),
    Rule(
        "record",
        RECORDS,
        "A trial's record keeps the model: known keys, known words, all that is needed.",
        "A slip of the pen must not lose a fact without a word.",
        "Mend the field at the line named; the page Data lists all fields.",
    ),
    Rule(
        "record-counts",
        RECORDS,
        "n ≤ N ≤ analysed ≤ treated ≤ enrolled.",
        "A swapped count turns a small result into a large one.",
        "Look both numbers up; say arm: control or arm: all for other groups.",
    ),
    Rule(
        "record-percent",
        RECORDS,
        "A per cent fits the count beside it.",
        "One of the two is wrong, and readers remember the per cent.",
        "Look it up and mend one of them.",
    ),
    Rule(
        "record-dates",
        RECORDS,
        "Dates are in order, and what is said to have happened is not in the future.",
        "A wrong date makes a late trial look fresh.",
        "Mend the date, or write type: estimated.",
    ),
    Rule(
        "record-speaker",
        RECORDS,
        "A fact from news, a company, a seller, a blog or second hand says whose statement it is.",
        "Readers must hear who is speaking.",
        "Add said_by with the words that name them.",
    ),
    Rule(
        "record-gap",
        RECORDS,
        "What new_trial.py could not know is filled in by a person.",
        "A gap is shown to readers as such, and should not stay.",
        "Replace 'to fill', and find a place for what stands under unmapped.",
        "warning",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in ALL}
PAGE = "about/rules/"
"""Address of the page that explains the rules, below the site."""


def help_address(rule: str) -> str:
    """Where a rule is explained, below the site."""
    return f"{PAGE}#{rule}"

"""Where pages ask for what is made from records, claims and the bibliography, and who makes it.

A page asks with a comment, ``<!-- generated: trial-results -->``. Most makers return HTML, put in when the page is
done; what is made of the claims file is Markdown, put in before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from ledger import (
    badges,
    cards,
    charts,
    claims,
    compare,
    datapage,
    instruments,
    pagefoot,
    readability,
    rules,
    rulespage,
    sources,
    standing,
    trials,
)
from ledger.problems import Problem
from ledger.project import Page, Project
from ledger.records import REQUIREMENTS

PLACE = re.compile(r"<!--\s*generated:\s*(?P<what>[\w-]+)(?P<options>(?:\s+[\w-]+=[\w-]+)*)\s*-->")

Options = Mapping[str, str]
Maker = Callable[[Page, Project, Options], str]

IN_MARKDOWN: Mapping[str, Maker] = {
    "claims": cards.claim_cards,
    "citations": cards.citation_cards,
    "verdict-counts": cards.verdict_counts,
}
IN_HTML: Mapping[str, Maker] = {
    "stage": badges.of_trial,
    "trial-facts": trials.facts,
    "trial-results": trials.results,
    "trial-harms": trials.harms,
    "trial-requirements": trials.against,
    "all-trials": trials.all_trials,
    "trials": trials.trials,
    "requirements-matrix": trials.requirements_matrix,
    "picture": charts.figure,
    "compare": compare.form,
    "downloads": datapage.downloads,
    "dictionary": datapage.dictionary,
    "rules": rulespage.listing,
    "instruments": instruments.listing,
    "readability": readability.listing,
    "bibliography": sources.bibliography,
    "contact": pagefoot.contact,
    "source-status": standing.figures,
    "claims-filter": cards.claim_filter,
    "citations-filter": cards.citation_filter,
}
MAKERS = {**IN_MARKDOWN, **IN_HTML}
LEAD_TO_TRIALS = ("all-trials",)
ON_TRIAL_PAGES: Mapping[str, str] = {
    "trial-facts": "What was done",
    "trial-results": "What happened",
    "trial-harms": "Harms",
    "trial-requirements": "Against the eight requirements",
}
"""What every trial page shows of its record, and the section in which it stands, or before which for the facts."""


def markdown(page: Page, project: Project, text: str) -> str:
    """``text`` of a page with what is Markdown in place; what is HTML stays a comment."""
    broken = '!!! warning "This part cannot be shown"\n    The data behind it has an error; see the check.\n'
    return _replaced(IN_MARKDOWN, page, project, text, broken)


def html(page: Page, project: Project, content: str) -> str:
    """The page's HTML with everything in place."""
    broken = "<p><strong>This table cannot be shown.</strong> The record behind it has an error; see the check.</p>"
    return _replaced(IN_HTML, page, project, content, broken)


def _replaced(makers: Mapping[str, Maker], page: Page, project: Project, text: str, broken: str) -> str:
    def make(match: re.Match[str]) -> str:
        maker = makers.get(match["what"])
        if maker is None:
            return match[0]
        try:
            return maker(page, project, _options(match["options"]))
        except LookupError:
            return broken

    return PLACE.sub(make, text)


def anchors(page: Page, project: Project) -> set[str]:
    """Ids that the generated parts of a page will carry."""
    found: set[str] = set()
    cited: list[str] = []
    for what, options in wanted(page):
        if what == "bibliography":
            found.update(project.bibliography.entries)
        elif what == "claims":
            found.update(claim.id for claim in cards.wanted_claims(project, options))
        elif what == "rules":
            found.update(rules.RULES)
        elif what == "citations":
            found.update(row.id for row in project.claims.citations)
        if what in IN_MARKDOWN:
            cited += claims.keys_in(IN_MARKDOWN[what](page, project, options))
    cited += page.cited
    for key in cited:
        found.update((f"fn:{key}", f"fnref:{key}"))
    return found


def linked_pages(project: Project) -> Iterator[tuple[str, str]]:
    """Where generated tables lead: from which page to which."""
    for page in project.pages.values():
        for what, _ in wanted(page):
            if what in LEAD_TO_TRIALS:
                yield from ((page.src, trial.src) for trial in project.pages.values() if "trial" in trial.meta.data)


def problems(project: Project) -> Iterator[Problem]:
    """Requests for something that nobody makes, and trial pages that do not show the whole record."""
    published = [name for name, (trial, _) in project.records.items() if trial.src not in project.drafts]
    for page in project.pages.values():
        yield from _parts_of_the_record(page)
        shown = project.records if page.src in project.drafts else published
        for comment in page.source.comments:
            if not comment.text.startswith("generated:"):
                continue
            match = PLACE.fullmatch(page.text[comment.start : comment.end])
            line = page.source.line(comment.start)
            if not match or match["what"] not in MAKERS:
                known = ", ".join(MAKERS)
                yield Problem(page.path, line, "generated", f"nothing is generated for this comment; one of: {known}")
            elif match["what"].startswith("trial-") and not (page.record or page.broken or "trial" in page.meta.data):
                yield Problem(page.path, line, "generated", "this page has no trial record to make the table from")
            else:
                yield from _unknown_option(page, line, match["what"], _options(match["options"]), shown)


def _parts_of_the_record(page: Page) -> Iterator[Problem]:
    """Tables of the record that a trial page shows not at all, or more than once."""
    if not (page.record or "trial" in page.meta.data) or page.unreadable or page.broken:
        return
    places: dict[str, list[int]] = {}
    for comment in page.source.comments:
        match = PLACE.fullmatch(page.text[comment.start : comment.end])
        if match:
            places.setdefault(match["what"], []).append(page.source.line(comment.start))
    title = next((heading.line for heading in page.source.headings if heading.level == 1), 1)
    for what, section in ON_TRIAL_PAGES.items():
        lines = places.get(what, [])
        if not lines:
            where = "above" if what == "trial-facts" else "below"
            message = f"a trial page shows its whole record; add <!-- generated: {what} --> {where} '## {section}'"
            yield Problem(page.path, title, "record-not-shown", message)
        for line in lines[1:]:
            message = f"<!-- generated: {what} --> is on this page twice (first in line {lines[0]}); remove one"
            yield Problem(page.path, line, "record-not-shown", message)


def _unknown_option(
    page: Page, line: int, what: str, options: Options, trial_ids: Collection[str]
) -> Iterator[Problem]:
    for maker, name, known in (
        ("trials", "requirement", REQUIREMENTS),
        ("picture", "name", charts.PICTURES),
        ("stage", "trial", trial_ids),
        ("stage", "named", badges.NAMED),
    ):
        asked = options.get(name, "" if maker == "picture" or (name == "trial" and not options) else None)
        if what == maker and asked is not None and asked not in known:
            message = f"there is no {name} '{asked}' for {maker}; one of: {', '.join(known)}"
            yield Problem(page.path, line, "generated", message)


def wanted(page: Page) -> Iterator[tuple[str, Options]]:
    """What a page asks for, in order."""
    for comment in page.source.comments:
        match = PLACE.fullmatch(page.text[comment.start : comment.end])
        if match:
            yield match["what"], _options(match["options"])


def _options(text: str) -> Options:
    return dict(part.split("=", 1) for part in text.split())

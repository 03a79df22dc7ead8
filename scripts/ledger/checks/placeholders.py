"""Placeholders name generated parts that exist, and trial pages show their whole record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ledger.checks.places import find_title_line
from ledger.core.problems import Problem
from ledger.model import derived, rules, stages
from ledger.model.drawings import list_drawings
from ledger.model.placeholders import (
    BIBLIOGRAPHY_PARTS,
    LINKS_ALL_TRIALS,
    PARTS,
    PERSON_COUNTS,
    PICTURES,
    PLACEHOLDER,
    TRIAL_PAGE_SECTIONS,
    Options,
    find_placeholders,
    parse_options,
)
from ledger.model.project import TRANSLATED_PAGE, Page, Project
from ledger.model.rules import rule
from ledger.model.vocabulary import REQUIREMENTS


def find_generated_anchors(page: Page, project: Project) -> set[str]:
    """Ids that the generated parts of a page will carry."""
    anchors: set[str] = set()
    for what, options in find_placeholders(page):
        if what == "bibliography":
            anchors.update(entry.key for entry in derived.select_listed_sources(project, options))
        elif what == "claims":
            anchors.update(claim.id for claim in derived.select_claims(project, options))
        elif what == "rules":
            anchors.update(rules.get_rules())
        elif what == "citations":
            anchors.update(row.id for row in project.claims.citations)
    tables = (*derived.find_claim_table_keys(project, page), *derived.find_certainty_table_keys(project, page))
    for key in (*page.cited, *tables):
        anchors.update((f"fn:{key}", f"fnref:{key}"))
    return anchors


def find_generated_links(project: Project) -> Iterator[tuple[str, str]]:
    """Where generated tables lead: from which page to which."""
    for page in project.pages.values():
        for what, _ in find_placeholders(page):
            if what in LINKS_ALL_TRIALS:
                yield from ((page.src, trial.src) for trial in project.pages.values() if "trial" in trial.meta.data)


@rule("generated")
def check_placeholders(project: Project) -> Iterator[Problem]:
    """Placeholders for parts that do not exist, and trial pages that do not show the whole record."""
    published = [
        name
        for name in project.trial_names
        if name in project.unread_trials or project.records[name][0].src not in project.drafts
    ]
    for page in project.pages.values():
        yield from _check_record_tables(page)
        shown = project.trial_names if page.src in project.drafts else published
        for comment in page.source.comments:
            if not comment.text.startswith("generated:"):
                continue
            match = PLACEHOLDER.fullmatch(page.text[comment.start : comment.end])
            line = page.source.line(comment.start)
            if not match or match["what"] not in PARTS:
                known = ", ".join(PARTS)
                yield Problem(
                    page.path, line, "generated", f"nothing is generated for this comment; use one of: {known}"
                )
            elif match["what"].startswith("trial-") and _lacks_record(page, project):
                yield Problem(page.path, line, "generated", "this page has no trial record to make the table from")
            else:
                known_names = {"trial": shown, "drawing": list_drawings(project)}
                yield from _check_options(page, line, match["what"], parse_options(match["options"]), known_names)


def _lacks_record(page: Page, project: Project) -> bool:
    """Whether a page has no record and no other problem says so."""
    is_reported = page.broken or "trial" in page.meta.data or page.src in project.unread_trials.values()
    return not (page.record or is_reported)


@rule("record-not-shown")
def _check_record_tables(page: Page) -> Iterator[Problem]:
    """Tables of the record that a trial page does not show, or shows more than once."""
    if not (page.record or "trial" in page.meta.data) or page.unreadable or page.broken:
        return
    places: dict[str, list[int]] = {}
    for comment in page.source.comments:
        match = PLACEHOLDER.fullmatch(page.text[comment.start : comment.end])
        if match:
            places.setdefault(match["what"], []).append(page.source.line(comment.start))
    title = find_title_line(page)
    for what, section in TRIAL_PAGE_SECTIONS.items():
        lines = places.get(what, [])
        if len(lines) == 1 and not _is_placed_in(page, lines[0], None if what == "trial-facts" else section):
            where = "above the first section" if what == "trial-facts" else f"in the section '## {section}'"
            message = f"readers may not find this table; put <!-- generated: {what} --> {where}, in a line of its own"
            yield Problem(page.path, lines[0], "record-not-shown", message)
        if not lines:
            where = "above" if what == "trial-facts" else "below"
            message = f"a trial page shows its whole record; add <!-- generated: {what} --> {where} '## {section}'"
            yield Problem(page.path, title, "record-not-shown", message)
        for line in lines[1:]:
            message = f"<!-- generated: {what} --> is on this page twice (first in line {lines[0]}); remove one"
            yield Problem(page.path, line, "record-not-shown", message)


def _is_placed_in(page: Page, line: int, section: str | None) -> bool:
    """Whether a comment is alone at the start of its line, in a section; None is the part before the first one.

    A translation has other headings, so only the line counts there.
    """
    if not page.text.split("\n")[line - 1].startswith("<!-- generated:"):
        return False
    above = [heading.text for heading in page.source.headings if heading.level == 2 and heading.line < line]
    return bool(TRANSLATED_PAGE.fullmatch(page.src)) or (above[-1] if above else None) == section


@rule("generated")
def _check_options(
    page: Page, line: int, what: str, options: Options, known_names: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    for maker, name, known in (
        ("trials", "requirement", REQUIREMENTS),
        ("picture", "name", PICTURES),
        ("drawing", "name", known_names["drawing"]),
        ("bibliography", "part", BIBLIOGRAPHY_PARTS),
        ("person-marks", "trial", known_names["trial"]),
        ("person-marks", "count", PERSON_COUNTS),
        ("stage", "trial", known_names["trial"]),
        ("stage", "named", stages.STAGES_BY_SLUG),
    ):
        value = options.get(
            name, "" if maker in ("picture", "drawing", "person-marks") or (name == "trial" and not options) else None
        )
        if what == maker and value is not None and value not in known:
            message = f"there is no {name} '{value}' for {maker}; use one of: {', '.join(known)}"
            yield Problem(page.path, line, "generated", message)

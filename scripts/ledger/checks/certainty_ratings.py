"""Certainty ratings and the pages that show them: each therapy is rated, and its answer says what its rating says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ledger.checks.claims_of_effect import find_certain_word
from ledger.checks.places import find_title_line
from ledger.core.problems import Problem
from ledger.model.certainty import Certainty
from ledger.model.placeholders import find_placeholders
from ledger.model.project import CERTAINTY_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.trial_record import Record

THERAPIES_FOLDER = "therapies"
HOW_SURE = re.compile(r"\*\*How sure:\*\*(?P<words>[^\n]*)")


@rule("certainty-rating")
def check_certainty_ratings(project: Project) -> Iterator[Problem]:
    """Ratings of therapies without a page, pages that do not show their ratings, and answers that say something else."""
    for name, ratings in project.certainty.therapies.items():
        page = project.pages.get(f"{THERAPIES_FOLDER}/{name}.md")
        if page is None:
            message = f"there is no page {THERAPIES_FOLDER}/{name}.md; correct the name '{name}'"
            yield Problem(CERTAINTY_FILE, project.certainty_line(name), "certainty-rating", message)
            continue
        if not page.broken and not any(what == "certainty" for what, _ in find_placeholders(page)):
            message = "this page does not show how sure we are; add <!-- generated: certainty --> below a heading"
            yield Problem(page.path, find_title_line(page), "certainty-rating", message)
        for rating in ratings:
            word = find_certain_word(rating.found or "") if rating.rating in ("low", "very low") else None
            if word:
                message = f"'{word[0]}' is too certain for '{rating.outcome}', which is rated {rating.rating}; write what was seen"
                yield Problem(CERTAINTY_FILE, project.certainty_line(rating.outcome), "certainty-rating", message)
    for page in project.pages.values():
        yield from _check_answer(page, project)
        if page.record:
            yield from _check_record(page, page.record)


def _check_record(page: Page, record: Record) -> Iterator[Problem]:
    """Results without a rating, and words beside the stage that are too certain for it."""
    if record.results and not (record.certainty or page.draft):
        message = (
            "certainty: the record has results and does not say how sure we can be of them; add evidence and steps"
        )
        yield Problem(page.path, page.meta.line(("trial", "results")), "certainty-rating", message)
    rating = record.certainty.rating if record.certainty else None
    word = find_certain_word(record.showed or "") if rating in ("low", "very low") else None
    if word:
        message = f"showed: '{word[0]}' is too certain for results that are rated {rating}; write what was seen"
        yield Problem(page.path, page.meta.line(("trial", "showed")), "certainty-rating", message)


def _check_answer(page: Page, project: Project) -> Iterator[Problem]:
    """What the line "How sure" of a page says, against the first rating of its therapy, or that of its trial."""
    path = PurePosixPath(page.src)
    ratings: Sequence[Certainty] = [page.record.certainty] if page.record and page.record.certainty else []
    if str(path.parent) == THERAPIES_FOLDER:
        ratings = project.certainty.therapies.get(path.stem, [])
    match = HOW_SURE.search(page.source.prose)
    if match is None:
        return
    line = page.source.line(match.start())
    if re.search(r"\bnot judged\b", match["words"]):
        message = f"say how sure we are: rate the outcome (in the record, or in {CERTAINTY_FILE}), or give the reasons for doubt"
        yield Problem(page.path, line, "certainty-rating", message)
    elif ratings and not re.match(rf"\W*(?:certainty\W+)?{ratings[0].rating}\b", match["words"], re.IGNORECASE):
        message = f"the rating is '{ratings[0].rating}' here; begin with '**How sure:** {ratings[0].rating}'"
        yield Problem(page.path, line, "certainty-rating", message)

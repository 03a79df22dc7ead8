"""Who reviewed a page and when it was checked: readers rely on both, so neither may be made up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.core.partial_date import is_iso_date
from ledger.core.problems import Problem
from ledger.model.people import PEOPLE_FILE
from ledger.model.project import CLAIMS_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.text_files import read_text

NO_REVIEWER = "none"
"""What ``reviewed_by`` says until a clinician has reviewed the page."""
CHECKED_LINE = re.compile(r"[ ]*(?:- )?checked:[ ]*[\"']?(?P<day>\d{4}-\d\d-\d\d)")


@rule("reviewer")
def check_review_fields(project: Project) -> Iterator[Problem]:
    """Days of checks on pages and in the claims file, and reviewers."""
    today = project.today.isoformat()
    for page in project.pages.values():
        data = page.meta.data if isinstance(page.meta.data, dict) else {}
        checked, reviewer = data.get("checked"), data.get("reviewed_by", NO_REVIEWER)
        if isinstance(checked, str) and is_iso_date(checked) and checked > today:
            yield _report_future_date(page.path, _find_field_line(page, "checked"), checked)
        if reviewer != NO_REVIEWER and reviewer not in project.people.list_names("reviewer"):
            message = (
                f"'{reviewer}' is not a reviewer in {PEOPLE_FILE}; add the person there, with their consent, or "
                f"write {NO_REVIEWER} until a clinician has reviewed the page"
            )
            yield Problem(page.path, _find_field_line(page, "reviewed_by"), "reviewer", message)
    if project.claims.claims or project.claims.citations:
        text, _ = read_text(project.root / CLAIMS_FILE, CLAIMS_FILE)
        for number, line in enumerate(text.split("\n"), 1):
            match = CHECKED_LINE.match(line)
            if match and is_iso_date(match["day"]) and match["day"] > today:
                yield _report_future_date(CLAIMS_FILE, number, match["day"])


def _find_field_line(page: Page, name: str) -> int:
    return page.meta.line((name,))


@rule("checked-in-future")
def _report_future_date(path: str, line: int, day: str) -> Problem:
    return Problem(path, line, "checked-in-future", f"checked: {day} is in the future; write the day of the check")

"""The front matter of a page: which fields it has and may have, their values, and the title below it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.partial_date import is_iso_date
from ledger.core.problems import Problem
from ledger.model.project import Page, Project
from ledger.model.rules import rule
from ledger.model.site_config import CONFIG_FILE

REQUIRED_FIELDS = ("title", "description", "checked", "kind")
PAGE_FIELDS = ("title", "description", "kind", "checked", "reviewed_by", "draft", "hide", "trial")
"""The fields that a page may have. Any other could steer the theme, for example choose its template."""
PAGE_KINDS = (
    "home",
    "basics",
    "therapy",
    "requirement",
    "safety",
    "outcomes",
    "trial",
    "article",
    "questions",
    "glossary",
    "about",
    "index",
)
MAX_DESCRIPTION_LENGTH = 160
"""Characters; search engines cut off a longer description."""
FieldFinding = tuple[str, str]
"""The name of a field, and what is wrong with it."""


@rule("front-matter", "page-fields")
def check_page_fields(project: Project) -> Iterator[Problem]:
    """Front matter and titles of every page."""
    is_site = (project.root / CONFIG_FILE).exists()
    for page in project.pages.values():
        if is_site and not get_fields(page) and not page.broken:
            message = (
                "the page has no front matter; begin it with ---, title, description, kind, checked, reviewed_by, ---"
                " (CONTRIBUTING.md shows it)"
            )
            yield Problem(page.path, 1, "front-matter", message)
        fields = get_fields(page)
        for check in (_check_field_names, _check_required_fields, _check_field_values):
            for name, message in check(fields):
                line = page.meta.line((name,)) if name in fields else 1
                yield Problem(page.path, line, "page-fields", message)
        yield from _check_title(page)


def get_fields(page: Page) -> dict[str, object]:
    """The front matter of a page; empty where it has none that can be read."""
    return page.meta.data if isinstance(page.meta.data, dict) else {}


def _check_field_names(fields: dict[str, object]) -> Iterator[FieldFinding]:
    for name in fields if fields.get("kind") != "trial" else ():  # the model of a record reports its own fields
        if name not in PAGE_FIELDS:
            yield name, f"there is no front matter field '{name}'; remove it, or use one of: {', '.join(PAGE_FIELDS)}"


def _check_required_fields(fields: dict[str, object]) -> Iterator[FieldFinding]:
    if not fields or "trial" in fields:
        return  # the model of a trial record reports its own fields
    draft = fields.get("draft", False)
    if not isinstance(draft, bool):
        yield "draft", f"draft must be true or false, not {draft!r}"
    for name in REQUIRED_FIELDS:
        value = fields.get(name)
        if name not in fields:
            yield name, f"the front matter has no '{name}'; add it (CONTRIBUTING.md says how)"
        elif not (isinstance(value, str) and value.strip()):
            yield name, f"'{name}' must be text, not {value!r}"


def _check_field_values(fields: dict[str, object]) -> Iterator[FieldFinding]:
    description, kind, checked = (fields.get(name) for name in ("description", "kind", "checked"))
    if isinstance(description, str) and len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"the description has {len(description)} characters, at most {MAX_DESCRIPTION_LENGTH}; shorten it"
        yield "description", message
    if "trial" in fields:
        return
    if isinstance(kind, str) and kind.strip() and kind not in PAGE_KINDS:
        yield "kind", f"there is no kind '{kind}'; use one of: {', '.join(PAGE_KINDS)}"
    if isinstance(checked, str) and not is_iso_date(checked):
        yield "checked", f"checked: '{checked}' is not a day of the calendar; write YYYY-MM-DD"


@rule("title-missing")
def _check_title(page: Page) -> Iterator[Problem]:
    """Pages that do not begin with their title; a page without front matter may be a mere list."""
    first = next(iter(page.source.headings), None)
    if page.meta.data and (first is None or first.level != 1):
        message = "the page does not begin with its title; write '# Title' below the front matter"
        yield Problem(page.path, first.line if first else 1, "title-missing", message)

"""The box in the pages of a preview: the problems that the checks found, or why the site could not be built."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from html import escape
from pathlib import Path

from ledger.core.problems import Problem

PROBLEMS_BOX = re.compile(r"<section id=\"preview-problems\".*?</section>", re.DOTALL)
BOX_POSITIONS = re.compile(r"<article\b[^>]*>"), re.compile(r"<body\b[^>]*>")
"""The box comes after the first of these tags that a page has."""
MAX_SHOWN_PROBLEMS = 50
"""Problems listed in a page; one error in the bibliography can cause thousands, and the first few lead to it."""
NOT_FOUND_PAGE = "404.html"
EMPTY_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title></head><body></body></html>'
)


def show_problems(folder: Path, problems: Collection[Problem]) -> None:
    """List the problems at the top of each page of the built site in ``folder``."""
    if not problems:
        return
    errors = [problem for problem in problems if problem.level == "error"]
    order = [*errors, *(problem for problem in problems if problem.level != "error")]
    lines = [str(problem) for problem in order[:MAX_SHOWN_PROBLEMS]]
    if len(order) > MAX_SHOWN_PROBLEMS:
        lines.append(f"and {len(order) - MAX_SHOWN_PROBLEMS} more; the terminal lists them all")
    title = "The site cannot be published yet" if errors else "The checks have warnings"
    _insert_box(folder, title, lines)


def show_failure(folder: Path, line: str) -> None:
    """Show in each page of the last build why there is no new one, and on a new page if that build is gone."""
    missing = folder / NOT_FOUND_PAGE
    if not missing.exists():
        missing.write_text(EMPTY_PAGE, encoding="utf-8")
    _insert_box(folder, "The site could not be built; what you see may be old", [line])


def _insert_box(folder: Path, title: str, lines: Iterable[str]) -> None:
    shown = render_problems_box(title, lines)
    for path in folder.rglob("*.html"):
        html = PROBLEMS_BOX.sub("", path.read_text(encoding="utf-8"))
        top = next((match for pattern in BOX_POSITIONS if (match := pattern.search(html))), None)
        if top:
            html = html[: top.end()] + shown + html[top.end() :]
        path.write_text(html, encoding="utf-8")


def render_problems_box(title: str, lines: Iterable[str]) -> str:
    """A titled list at the top of a page."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        '<section id="preview-problems" class="admonition" aria-labelledby="preview-title">'
        f'<p class="admonition-title" id="preview-title">{escape(title)}</p>'
        f"<ul>{items}</ul><p>This box is in the preview only. It goes when you fix the problem and save.</p></section>"
    )

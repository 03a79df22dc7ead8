"""The box in the pages of a preview: the problems that the checks found, or why the site could not be built."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

BOX_POSITIONS = re.compile(r"<article\b[^>]*>"), re.compile(r"<body\b[^>]*>")
"""The box comes after the first of these tags that a page has."""
MAX_SHOWN_PROBLEMS = 50
"""Problems listed in a page; one error in the bibliography can cause thousands, and the first few lead to it."""
EMPTY_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title></head><body></body></html>'
)
"""What a preview shows where a build failed and left no page."""


def render_problems(lines: Sequence[str], *, has_errors: bool) -> str:
    """The box for problems, each one line of a report; empty if there are none."""
    if not lines:
        return ""
    shown = list(lines[:MAX_SHOWN_PROBLEMS])
    if len(lines) > MAX_SHOWN_PROBLEMS:
        shown.append(f"and {len(lines) - MAX_SHOWN_PROBLEMS} more; the terminal lists them all")
    return _render_box("The site cannot be published yet" if has_errors else "The checks have warnings", shown)


def render_failure(line: str) -> str:
    """The box for a build that failed, with the reason in one line."""
    return _render_box("The site could not be built; what you see may be old", [line])


def insert_box(html: str, box: str) -> str:
    """The page with ``box`` at the top of its text."""
    top = next((match for pattern in BOX_POSITIONS if (match := pattern.search(html))), None)
    return html[: top.end()] + box + html[top.end() :] if top else html


def _render_box(title: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        '<section id="preview-problems" class="admonition" aria-labelledby="preview-title">'
        f'<p class="admonition-title" id="preview-title">{escape(title)}</p>'
        f"<ul>{items}</ul><p>This box is in the preview only. It goes when you fix the problem and save.</p></section>"
    )

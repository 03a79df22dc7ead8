"""Small repairs of the HTML that the theme and Markdown make, each with its name and its reason.

They work on finished pages. What the checker of HTML still says after them stands in ``NAMED``, with a reason too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

TOGGLE = re.compile(r'(<input class="md-toggle"[^>]*?) autocomplete="off"')
TOC_LABEL = re.compile(r'<label (class="md-nav__title") for="__toc">(.*?)</label>', re.DOTALL)
ALIGNED = re.compile(r'(<t[hd]\b[^>]*?) style="text-align: (left|center|right);"')
DIALOG = '<div class="md-search" data-md-component="search" role="dialog">'


class Repair(NamedTuple):
    """One repair: what it mends, why, and the function on a page's HTML that does it."""

    name: str
    reason: str
    mend: Callable[[str], str]


def _toggles(html: str) -> str:
    return TOGGLE.sub(r"\1", html)


def _tabindex(html: str) -> str:
    return html.replace(' tabindex=""', "")


def _toc_label(html: str) -> str:
    return html if 'id="__toc"' in html else TOC_LABEL.sub(r"<span \1>\2</span>", html)


def _dialog(html: str) -> str:
    return html.replace(DIALOG, DIALOG.removesuffix(">") + ' aria-label="Search">', 1)


def _aligned(html: str) -> str:
    return ALIGNED.sub(r'\1 data-align="\2"', html) if 'style="text-align' in html else html


ALL: tuple[Repair, ...] = (
    Repair(
        "toggle-autocomplete",
        "HTML knows no autocomplete on a checkbox. The theme writes it so that Firefox does not open the drawer or the"
        " search again on reload; assets/site.js closes them instead.",
        _toggles,
    ),
    Repair(
        "empty-tabindex",
        'The theme writes tabindex="" on labels of the open section; an empty value is no number.',
        _tabindex,
    ),
    Repair(
        "toc-label",
        "On a page outside the navigation the title of the table of contents is a label for a checkbox that is not"
        " there; without one it is mere text.",
        _toc_label,
    ),
    Repair(
        "search-name",
        "The theme's search is a dialog without a name; a screen reader must be able to say what has opened.",
        _dialog,
    ),
    Repair(
        "cell-alignment",
        "Markdown aligns cells by style attributes, which the content security policy forbids; the style sheet reads"
        " data-align instead.",
        _aligned,
    ),
)

NAMED: Mapping[str, str] = {
    r"Resource violates Content Security Policy \(meta tag\)": "The checker reads files from a folder, where 'self' has no"
    " address that it knows. A test in a real browser shows that no page breaks its policy, from a server or a folder.",
    r'Inline script violates Content Security Policy \(meta tag\).*type="application/(?:ld\+)?json"': "Data in a script"
    " element is never run, and a browser does not hold it against the policy; the checker does.",
}
"""Messages of the checker that stay, as patterns, with the reason."""


def mend(html: str) -> str:
    """A finished page with every repair done."""
    for repair in ALL:
        html = repair.mend(html)
    return html

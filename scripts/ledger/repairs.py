"""Small repairs of the HTML that the theme and Markdown make, each with its name and its reason.

They work on finished pages. What the checker of HTML still says after them stands in ``NAMED``, with a reason too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ledger import tables

TOGGLE = re.compile(r'(<input class="md-toggle"[^>]*?) autocomplete="off"')
TOC_LABEL = re.compile(r'<label (class="md-nav__title") for="__toc">(.*?)</label>', re.DOTALL)
ALIGNED = re.compile(r'(<t[hd]\b[^>]*?) style="text-align: (left|center|right);"')
DRAWER = '<input class="md-toggle" data-md-toggle="drawer"'
OPEN_NAV = re.compile(r'(<nav class="md-nav"[^>]*?) aria-expanded="(?:true|false)"')
NAV_NAME = re.compile(
    r'(<nav class="md-nav" data-md-level="\d+") aria-labelledby="[^"]*"'
    r'(?=[^>]*>\s*<label class="md-nav__title"[^>]*>\s*<span class="md-nav__icon md-icon"></span>\s*([^<]*?)\s*</label>)'
)
QUOTE = '"'
HERE = re.compile(r'(<a href="[^"]*" class="md-nav__link md-nav__link--active")')
HERE_TAB = re.compile(r'(<li class="md-tabs__item md-tabs__item--active">\s*<a href="[^"]*")')

AHEAD = re.compile(r'[ \t]*<link rel="(?:prev|next)" href="[^"]*">\n?')


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


def _aligned(html: str) -> str:
    return ALIGNED.sub(r'\1 data-align="\2"', html) if 'style="text-align' in html else html


def _drawer(html: str) -> str:
    return html.replace(DRAWER, f'{DRAWER} aria-label="Menu"', 1)


def _nav_expanded(html: str) -> str:
    return OPEN_NAV.sub(r"\1", html)


def _nav_name(html: str) -> str:
    return NAV_NAME.sub(lambda match: f'{match[1]} aria-label="{match[2].replace(QUOTE, "&quot;")}"', html)


def _here(html: str) -> str:
    return HERE_TAB.sub(r'\1 aria-current="true"', HERE.sub(r'\1 aria-current="page"', html))


def _ahead(html: str) -> str:
    before, found, after = html.partition("</head>")
    return AHEAD.sub("", before) + found + after


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
        "cell-alignment",
        "Markdown aligns cells by style attributes, which the content security policy forbids; the style sheet reads"
        " data-align instead.",
        _aligned,
    ),
    Repair(
        "table",
        "Markdown's tables have no caption and headers without scope, and the frame in which the theme lets them scroll"
        " takes no focus and has no name.",
        tables.dress,
    ),
    Repair(
        "drawer-name",
        "Without a script the checkbox that opens the drawer takes the focus, so it needs a name; with one, a button"
        " made by assets/theme.js takes its place.",
        _drawer,
    ),
    Repair(
        "nav-expanded",
        "The theme says of a part of the navigation that it is expanded. Only what opens and closes something can say"
        " that; on the part itself it means nothing.",
        _nav_expanded,
    ),
    Repair(
        "nav-name",
        "The theme names a part of the navigation after a label that holds a sign and no words; it gets the words of"
        " its own title.",
        _nav_name,
    ),
    Repair(
        "current-page",
        "The theme shows in the navigation which page is open, and in which section it lies, but says it to nobody who"
        " cannot see it.",
        _here,
    ),
    Repair(
        "fetched-ahead",
        "Firefox fetches the page that the head names as the next one before anybody asks for it: data that a reader"
        " pays for, and against the content security policy. Links at the foot of the text lead there.",
        _ahead,
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

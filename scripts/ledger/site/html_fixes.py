"""Small fixes to the HTML of the theme and of Markdown, each with its name and its reason.

They work on complete pages. ``ACCEPTED_VALIDATOR_MESSAGES`` holds what the HTML checker still reports after them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from ledger.site import accessible_tables

TOC_LABEL = re.compile(r'<label (class="md-nav__title") for="__toc">(.*?)</label>', re.DOTALL)
NAV_LABEL = re.compile(
    r'(<nav class="md-nav" data-md-level="\d+") aria-labelledby="[^"]*"'
    r'(?=[^>]*>\s*<label class="md-nav__title"[^>]*>\s*<span class="md-nav__icon md-icon"></span>\s*([^<]*?)\s*</label>)'
)
QUOTE = '"'


class HtmlFix(NamedTuple):
    """One fix: its name, why it is needed, and the function on a page's HTML that applies it."""

    name: str
    reason: str
    apply: Callable[[str], str]


def _replace(pattern: str, replacement: str) -> Callable[[str], str]:
    return partial(re.compile(pattern, re.DOTALL).sub, replacement)


def _replace_toc_label(html: str) -> str:
    return html if 'id="__toc"' in html else TOC_LABEL.sub(r"<span \1>\2</span>", html)


def _name_nav(html: str) -> str:
    return NAV_LABEL.sub(lambda match: f'{match[1]} aria-label="{match[2].replace(QUOTE, "&quot;")}"', html)


HTML_FIXES: tuple[HtmlFix, ...] = (
    HtmlFix(
        "toggle-autocomplete",
        "HTML does not allow autocomplete on a checkbox. The theme writes it so that Firefox does not open the drawer or the"
        " search again on reload; assets/site.js closes them instead.",
        _replace(r'(<input class="md-toggle"[^>]*?) autocomplete="off"', r"\1"),
    ),
    HtmlFix(
        "empty-tabindex",
        'The theme writes tabindex="" on labels of the open section; an empty value is not a number.',
        _replace(' tabindex=""', ""),
    ),
    HtmlFix(
        "toc-label",
        "On a page outside the navigation the title of the table of contents is a label for a checkbox that is not"
        " there; without one it is mere text.",
        _replace_toc_label,
    ),
    HtmlFix(
        "cell-alignment",
        "Markdown aligns cells by style attributes, which the content security policy forbids; the style sheet reads"
        " data-align instead.",
        _replace(r'(<t[hd]\b[^>]*?) style="text-align: ?(left|center|right);?"', r'\1 data-align="\2"'),
    ),
    HtmlFix(
        "table",
        "Markdown's tables have no caption and headers without scope, and the frame in which the theme lets them scroll"
        " takes no focus and has no name.",
        accessible_tables.make_tables_accessible,
    ),
    HtmlFix(
        "drawer-name",
        "Without a script the checkbox that opens the drawer takes the focus, so it needs a name; with one, a button"
        " made by assets/theme.js takes its place.",
        _replace('(<input class="md-toggle" data-md-toggle="drawer")', r'\1 aria-label="Menu"'),
    ),
    HtmlFix(
        "nav-expanded",
        "The theme says of a part of the navigation that it is expanded. Only what opens and closes something can say"
        " that; on the part itself it means nothing.",
        _replace(r'(<nav class="md-nav"[^>]*?) aria-expanded="(?:true|false)"', r"\1"),
    ),
    HtmlFix(
        "nav-name",
        "The theme names a part of the navigation after a label that holds an icon and no words; it gets the words of"
        " its own title.",
        _name_nav,
    ),
    HtmlFix(
        "current-page",
        "The theme shows in the navigation which page is open, but says it to nobody who cannot see it.",
        _replace(r'(<a href="[^"]*" class="md-nav__link md-nav__link--active")', r'\1 aria-current="page"'),
    ),
    HtmlFix(
        "current-section",
        "The same for the section in which the page lies.",
        _replace(r'(<li class="md-tabs__item md-tabs__item--active">\s*<a href="[^"]*")', r'\1 aria-current="true"'),
    ),
    HtmlFix(
        "fetched-ahead",
        "Firefox fetches the page that the head names as the next one before anybody opens it: data that a reader"
        " pays for, and against the content security policy. Links at the foot of the text lead there.",
        _replace(r'<link rel="(?:prev|next)" href="[^"]*">\n?', ""),
    ),
)

ACCEPTED_VALIDATOR_MESSAGES: Mapping[str, str] = {
    r"Resource violates Content Security Policy \(meta tag\)": "The checker reads files from a folder, where 'self' has no"
    " address that it knows. A test in a real browser shows that no page breaks its policy, from a server or a folder.",
    r'Inline script violates Content Security Policy \(meta tag\).*type="application/(?:ld\+)?json"': "Data in a script"
    " element is never run, and a browser does not hold it against the policy; the checker does.",
}
"""Messages of the HTML checker that remain, as patterns, with the reason."""


def fix_html(html: str) -> str:
    """A complete page with every fix applied."""
    for fix in HTML_FIXES:
        html = fix.apply(html)
    return html

"""Number the citations of a finished page in reading order, and write the list they lead to.

Marks and list have the form that Python-Markdown's footnotes have, with names that say more than a bare number to
those who hear them (WCAG 2.4.4), and a page's own footnotes are numbered along with the citations. Doing it on the
finished page lets generated tables cite without passing through Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from ledger.render.jinja import render_macro

FOOTNOTE_MARK = re.compile(
    r'<sup id="fnref\d*:[^"]+"><a class="footnote-ref" href="#fn:(?P<name>[^<>&";]+)">\d+</a></sup>'
)
CITATION_MARK = re.compile(r'<!--cite (?P<names>[^<>&"]+)-->')
FOOTNOTE_LIST_START = '<div class="footnote">'
FOOTNOTE_ITEM = re.compile(
    r'<li id="fn:(?P<name>[^"]+)">\s*(?P<content>.*?)\s*</li>\s*(?=<li id="fn:|</ol>\s*</div>\s*$)', re.DOTALL
)
BACK_LINK = re.compile(r'(?:&nbsp;| )?<a class="footnote-backref"[^>]*>[^<]*</a>')
MAX_BACK_LINKS = 3
"""A source cited in every row of a table does not need forty links back."""


def split_footnotes(html: str) -> tuple[str, Mapping[str, str]]:
    """HTML from Markdown with citation marks and without its list of footnotes, and the footnotes by name."""
    html = FOOTNOTE_MARK.sub(r"<!--cite \g<name>-->", html).replace("--> <!--cite ", ";")
    before, start, after = html.rpartition(FOOTNOTE_LIST_START)  # Markdown puts it last
    if not start:
        return html, {}
    return before, {match["name"]: BACK_LINK.sub("", match["content"]) for match in FOOTNOTE_ITEM.finditer(after)}


def number_citations(html: str, get_content: Callable[[str], str]) -> tuple[str, str]:
    """``html`` with numbered marks, and the list of references (empty where nothing is cited).

    A footnote may cite, too: its sources come after everything that the text cites.
    """
    uses: dict[str, int] = {}
    names: list[str] = []

    def mark(name: str) -> str:
        uses[name] = uses.get(name, 0) + 1
        if uses[name] == 1:
            names.append(name)
        return render_macro("footnotes.html", "mark", Markup(name), names.index(name) + 1, uses[name])

    def marks(match: re.Match[str]) -> str:
        return "<sup>,</sup>".join(mark(name) for name in match["names"].split(";"))

    html = CITATION_MARK.sub(marks, html)
    if not names:
        return html, ""
    contents = [CITATION_MARK.sub(marks, get_content(name)) for name in names]  # the list of names grows meanwhile
    items = []
    for name, content in zip(names, contents, strict=True):
        start = content.removesuffix("</p>") + " " if content.endswith("</p>") else f"{content}<p>"
        items.append((Markup(name), Markup(start), min(uses[name], MAX_BACK_LINKS)))
    return html, render_macro("footnotes.html", "list", items)


def find_reference_keys(references: str) -> list[str]:
    """The names in a list of references that ``number_citations`` wrote."""
    return re.findall(r'<li id="fn:([^"]+)">', references)

"""Number the citations of a finished page in reading order, and write the list they lead to.

Marks and list have the form that Python-Markdown's footnotes have, with names that say more than a bare number to
those who hear them (WCAG 2.4.4), and a page's own footnotes are numbered along with the citations. Doing it on the
finished page lets generated tables cite without passing through Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

REFERENCE_MARK = re.compile(
    r'<!--cite (?P<keys>[\w;-]+)-->|<sup id="fnref\d*:(?P<note>[^"]+)"><a class="footnote-ref" href="#fn:[^"]+">\d+</a></sup>'
)
FOOTNOTE_LIST_START = '<div class="footnote">'
FOOTNOTE_ITEM = re.compile(
    r'<li id="fn:(?P<name>[^"]+)">\s*(?P<content>.*?)\s*</li>\s*(?=<li id="fn:|</ol>)', re.DOTALL
)
BACK_LINK = re.compile(r'(?:&#160;| )?<a class="footnote-backref"[^>]*>[^<]*</a>')
MAX_BACK_LINKS = 3
"""A source cited in every row of a table does not need forty links back."""


def split_footnotes(html: str) -> tuple[str, Mapping[str, str]]:
    """HTML from Markdown without its list of footnotes, and the page's own footnotes by name."""
    before, start, after = html.rpartition(FOOTNOTE_LIST_START)  # Markdown puts it last
    if not start:
        return html, {}
    return before, {match["name"]: BACK_LINK.sub("", match["content"]) for match in FOOTNOTE_ITEM.finditer(after)}


def number_citations(html: str, notes: Mapping[str, str], reference: Callable[[str], str]) -> tuple[str, str]:
    """``html`` with numbered marks, and the list of references (empty where nothing is cited)."""
    uses: dict[str, int] = {}
    places: dict[str, int] = {}

    def mark(name: str) -> str:
        uses[name] = uses.get(name, 0) + 1
        again = uses[name] if uses[name] > 1 else ""
        place = places.setdefault(name, len(places) + 1)
        link = f'<a class="footnote-ref" href="#fn:{name}" aria-label="Reference {place}">{place}</a>'
        return f'<sup id="fnref{again}:{name}">{link}</sup>'

    def marks(match: re.Match[str]) -> str:
        names = match["keys"].split(";") if match["keys"] else [match["note"]]
        return "<sup>,</sup>".join(mark(name) for name in names)

    html = REFERENCE_MARK.sub(marks, html)
    if not uses:
        return html, ""
    items = []
    for position, (name, count) in enumerate(uses.items(), 1):
        back = " ".join(
            f'<a class="footnote-backref" href="#fnref{n if n > 1 else ""}:{name}"'
            f' aria-label="Back to the text, reference {position}{f", place {n}" if n > 1 else ""}">↩</a>'
            for n in range(1, min(count, MAX_BACK_LINKS) + 1)
        )
        content = notes.get(name)
        if content is None:
            items.append(f'<li id="fn:{name}"><p>{reference(name)} {back}</p></li>')
        elif content.endswith("</p>"):
            items.append(f'<li id="fn:{name}">{content.removesuffix("</p>")} {back}</p></li>')
        else:
            items.append(f'<li id="fn:{name}">{content}<p>{back}</p></li>')
    heading = '<h2 id="sources-of-this-page">References</h2>'
    return html, f"{heading}{FOOTNOTE_LIST_START}<hr><ol>{''.join(items)}</ol></div>"


def find_reference_keys(references: str) -> list[str]:
    """The names in a list of references that ``number_citations`` wrote."""
    return re.findall(r'<li id="fn:([^"]+)">', references)

"""One-page handouts: pages of which the part before ``<!-- handout ends -->`` is what a printer puts on paper.

On paper the long list of references does not fit, so the sources of the printed part are printed in short form, with
the same numbers; the full references are on the page itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ledger.model.bibliography import Entry, get_creators
from ledger.model.placeholders import HANDOUT_END
from ledger.model.project import Page
from ledger.render.jinja import render

TICK_BOX_ITEM = re.compile(r"<li>(?=☐ )")
"""An item to tick off: the box replaces the list's bullet."""
NUMBERED_REFERENCE = re.compile(r'<a class="footnote-ref" href="#fn:(?P<key>[^"]+)"[^>]*>(?P<number>\d+)</a>')


def render_handout(html: str, page: Page, entries: Mapping[str, Entry], site_name: str, site_url: str) -> str:
    """A handout's ``html`` with boxes to tick, and short sources where its printed part ends; other pages are returned unchanged."""
    before, marker, after = html.partition(HANDOUT_END)
    if not marker:
        return html
    before = TICK_BOX_ITEM.sub('<li class="tick">', before)
    numbers = {match["key"]: int(match["number"]) for match in NUMBERED_REFERENCE.finditer(before)}
    end = render(
        "handout-end.html",
        sources=[
            (number, format_short_reference(entries[key]))
            for key, number in sorted(numbers.items(), key=lambda pair: pair[1])
            if key in entries
        ],
        where=f"{site_name}, page “{page.title}”" + (f", {site_url.rstrip('/')}/{page.url}" if site_url else ""),
        checked=page.meta.data.get("checked") or "",
    )
    return before + end + after


def format_short_reference(entry: Entry) -> str:
    """First author, year, and where it is found: enough to find the source, not more."""
    people = get_creators(entry)
    url = entry.get("url")
    place = f"doi:{entry.get('doi')}" if entry.get("doi") else f"PMID {entry.get('pmid')}" if entry.get("pmid") else ""
    place = place or (urlsplit(url).netloc.removeprefix("www.") if url else entry.text("journal"))
    who = people[0].family if people else entry.text("title")[:40]
    return ", ".join(part for part in (f"{who} {entry.year}".strip(), place) if part)

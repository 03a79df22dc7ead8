"""The bibliography page: every source once, with a permanent anchor and the pages that cite it."""

from __future__ import annotations

from collections import Counter
from html import escape

from ledger.core.text import slugify
from ledger.model import derived
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render import references, source_notices
from ledger.render.claim_cards import render_radio_filter

MAX_UNFOLDED_PAGES = 3
"""More pages than these that cite one source are folded: the longest list names forty."""


def render_bibliography(page: Page, project: Project, options: Options) -> str:
    """Every source with a permanent anchor, its kind, how far it was read, its status, what an audit found, and the pages that cite it."""
    formatted = project.references
    entries = sorted(project.bibliography.entries.values(), key=lambda e: formatted.get(e.key, "").lower())
    where = derived.find_citing_pages(project)
    audits = {row.key: row for row in project.claims.references}
    counts = Counter(entry.kind for entry in entries)
    up = "../" * page.url.count("/")
    items = []
    for entry in entries:
        lines = [formatted.get(entry.key, "")]
        label = f'<span class="kind">{escape(entry.kind)}</span>'
        number = entry.get("articlenumber")
        if number:
            label += f', <span class="kind">reference {escape(number)} of the articles</span>'
        lines.append(f'{label} <span class="source-note">{references.render_reading_note(entry)}</span>')
        lines.append(source_notices.render_status_line(project.standings[entry.key]))
        audit = audits.get(entry.key)
        if audit:
            errors = f" In the article's list: {escape(audit.errors)}." if audit.errors else ""
            lines.append(f"<strong>Audit:</strong> {escape(audit.audit.rstrip('.'))}.{errors}")
        pages = [project.pages[src] for src in where.get(entry.key, [])]
        cited = ", ".join(f'<a href="{escape(f"{up}{p.url}#fn:{entry.key}")}">{escape(p.title)}</a>' for p in pages)
        folded = ""
        if len(pages) > MAX_UNFOLDED_PAGES:
            folded = f'<details class="cited"><summary>Cited on {len(pages)} pages</summary>{cited}.</details>'
        else:
            lines.append(f"Cited on: {cited or 'no page'}.")
        key = escape(entry.key)
        lines.append(f'<a class="permanent" href="#{key}">{key}</a>')
        items.append(f'<li id="{key}" data-kind="{slugify(entry.kind)}">' + "<br>".join(lines) + f"{folded}</li>")
    filters = render_radio_filter("kind", "Show sources of the kind", dict(sorted(counts.items())))
    downloads = (
        f'<p class="downloads">Download all of it: <a href="{up}data/references.bib" download>BibTeX</a>, '
        f'<a href="{up}data/references.json" download>CSL-JSON</a>.</p>'
    )
    return f'{source_notices.render_status_summary(page, project)}{downloads}{filters}<ul class="bibliography" data-search-exclude>{"".join(items)}</ul>'

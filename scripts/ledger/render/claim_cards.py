"""The claims and citations of the two articles as cards. They are Markdown, as the claims file holds citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import get_args

from ledger.core.text import slugify
from ledger.markdown.escape import escape_markdown
from ledger.model import claims
from ledger.model.derived import select_claims
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.markup import render_verdict

MAX_OPEN_CHOICES = 12  # more filter buttons than this are folded


def format_citation(*keys: str | None) -> str:
    """``[@one; @two]`` for the keys that there are."""
    known = list(dict.fromkeys(key for key in keys if key))
    return f"[@{'; @'.join(known)}]" if known else ""


def render_radio_filter(name: str, legend: str, counts: Mapping[str, int]) -> str:
    """Radio buttons that filter by ``data-<name>``, by style sheet alone: no script is needed."""
    options = [("all", "all", sum(counts.values()))] + [(slugify(value), value, n) for value, n in counts.items()]
    buttons = "".join(
        f'<label><input type="radio" name="{name}" id="{name}-{slug}" value="{slug}"'
        f"{' checked' if slug == 'all' else ''}> {escape(value)} ({number})</label>"
        for slug, value, number in options
    )
    rules = "".join(
        f'body:has(#{name}-{slug}:checked) [data-{name}]:not([data-{name}="{slug}"]){{display:none}}'
        for slug, _, _ in options[1:]
    )
    fields = f"<fieldset><legend>{escape(legend)}</legend>{buttons}</fieldset>"
    if len(options) > MAX_OPEN_CHOICES:
        fields = f'<details class="filters"><summary>Filter the list</summary>{fields}</details>'
    return (
        f'<form class="choices" data-filter="{name}">{fields}'
        f'<output class="choices-count" aria-live="polite"></output></form><style>{rules}</style>'
    )


def _render_card(identifier: str, name: str, value: str, lines: Sequence[tuple[str, str]]) -> str:
    body = "\n\n".join(f"**{label}** {text}" for label, text in lines if text)
    return f'<div class="card" id="{identifier}" data-{name}="{slugify(value)}" markdown="1">\n\n{body}\n\n</div>'


def _escape_except_citations(text: str) -> str:
    """Text of the claims file: its ``[@key]`` work, no other markup does."""
    parts = re.split(r"(\[@[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*\])", text)
    return "".join(part if n % 2 else escape_markdown(part) for n, part in enumerate(parts))


def render_claim_cards(page: Page, project: Project, options: Options) -> str:
    """Every claim of an article with its verdict; filtered by verdict."""
    article = options.get("article")
    parts = [f"<!-- generated: claims-filter{f' article={article}' if article else ''} -->"]
    for claim in select_claims(project, options):
        extra = [key for key in claim.sources if key not in claims.find_cited_keys(claim.finding)]
        sources = f" {format_citation(*extra)}" if extra else ""
        parts.append(
            _render_card(
                claim.id,
                "verdict",
                claim.verdict,
                (
                    (claim.id, escape_markdown(claim.topic)),
                    ("The article says:", _escape_except_citations(claim.says)),
                    ("Verdict:", render_verdict(claim.verdict)),
                    ("What the sources say:", _escape_except_citations(claim.finding) + sources),
                    ("How far we read:", f"{escape_markdown(claim.seen)}. Checked {claim.checked}."),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def render_claim_filter(page: Page, project: Project, options: Options) -> str:
    """The filter above the claims, added when the page is complete, as Markdown cannot hold a form."""
    counts = Counter(claim.verdict for claim in select_claims(project, options))
    shown = {verdict: counts[verdict] for verdict in get_args(claims.ClaimVerdict) if counts[verdict]}
    return render_radio_filter("verdict", "Show claims with the verdict", shown)


def render_citation_filter(page: Page, project: Project, options: Options) -> str:
    """The choice above the places where an article cites a reference."""
    counts = Counter(row.verdict for row in project.claims.citations)
    shown = {verdict: counts[verdict] for verdict in get_args(claims.CitationVerdict) if counts[verdict]}
    return render_radio_filter("verdict", "Show places where the reference", shown)


def render_citation_cards(page: Page, project: Project, options: Options) -> str:
    """Every place where an article cites a reference: can that reference carry the statement?"""
    parts = ["<!-- generated: citations-filter -->"]
    for row in project.claims.citations:
        reference = f"{escape_markdown(row.reference)} " if row.reference else ""
        parts.append(
            _render_card(
                row.id,
                "verdict",
                row.verdict,
                (
                    (f"{row.id} · article {row.article}:", escape_markdown(row.place)),
                    ("The claim:", _escape_except_citations(row.claim)),
                    ("Reference given:", f"{reference}{format_citation(row.key)}".strip() or "none"),
                    ("Can it carry the claim?", render_verdict(row.verdict)),
                    ("Why:", _escape_except_citations(row.reason)),
                    ("The claim itself:", escape_markdown(row.status) if row.status else ""),
                    ("A better source:", format_citation(*row.better_source)),
                    (
                        "How far we read:",
                        f"{escape_markdown(row.seen)}. Checked {row.checked}."
                        if row.seen
                        else f"Checked {row.checked}.",
                    ),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def render_verdict_counts(page: Page, project: Project, options: Options) -> str:
    """How many claims got which verdict."""
    rows = select_claims(project, options)
    counts = Counter(claim.verdict for claim in rows)
    lines = [
        f"| {render_verdict(verdict)} | {counts[verdict]} |"
        for verdict in get_args(claims.ClaimVerdict)
        if counts[verdict]
    ]
    return f"\n| Verdict | Claims, {len(rows)} in all |\n|---|---|\n" + "\n".join(lines) + "\n"

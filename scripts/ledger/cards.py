"""The claims and citations of the two articles as cards. They are Markdown, as the claims file holds citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import get_args

from ledger import claims
from ledger.markup import slug, word
from ledger.project import Page, Project

MANY_CHOICES = 12  # more filter buttons than this stay folded until asked for
Options = Mapping[str, str]


def safe(text: str) -> str:
    """Text from a record as plain text in Markdown: no markup in it does anything."""
    text = escape(re.sub(r"\s+", " ", text), quote=False)
    # The last two would begin a list at the start of a paragraph.
    text = re.sub("[\ue000-\uf8ff]", "", text)  # signs that the build uses for itself
    return re.sub(r"[\\`*_\[\]|~^{}#!@$]|^[+-](?= )|(?<=^\d)[.)](?= )", lambda sign: f"&#{ord(sign[0])};", text)


def cite(*keys: str | None) -> str:
    """``[@one; @two]`` for the keys that there are."""
    known = list(dict.fromkeys(key for key in keys if key))
    return f"[@{'; @'.join(known)}]" if known else ""


def wanted_claims(project: Project, options: Options) -> list[claims.Claim]:
    wanted = options.get("article")
    return [claim for claim in project.claims.claims if wanted in (None, claim.article)]


def choices(name: str, legend: str, counts: Mapping[str, int]) -> str:
    """Radio buttons that filter by ``data-<name>``, by style sheet alone: no script is needed."""
    options = [("all", "all", sum(counts.values()))] + [(slug(value), value, n) for value, n in counts.items()]
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
    if len(options) > MANY_CHOICES:
        fields = f'<details class="filters"><summary>Filter the list</summary>{fields}</details>'
    return (
        f'<form class="choices" data-filter="{name}">{fields}'
        f'<output class="choices-count" aria-live="polite"></output></form><style>{rules}</style>'
    )


def _card(identifier: str, name: str, value: str, lines: Sequence[tuple[str, str]]) -> str:
    body = "\n\n".join(f"**{label}** {text}" for label, text in lines if text)
    return f'<div class="card" id="{identifier}" data-{name}="{slug(value)}" markdown="1">\n\n{body}\n\n</div>'


def _plain_with_citations(text: str) -> str:
    """Text of the claims file: its ``[@key]`` work, no other markup does."""
    parts = re.split(r"(\[@[A-Za-z0-9_-]+(?:; @[A-Za-z0-9_-]+)*\])", text)
    return "".join(part if n % 2 else safe(part) for n, part in enumerate(parts))


def claim_cards(page: Page, project: Project, options: Options) -> str:
    """Every claim of an article with its verdict; filtered by verdict."""
    article = options.get("article")
    parts = [f"<!-- generated: claims-filter{f' article={article}' if article else ''} -->"]
    for claim in wanted_claims(project, options):
        extra = [key for key in claim.sources if key not in claims.keys_in(claim.finding)]
        sources = f" {cite(*extra)}" if extra else ""
        parts.append(
            _card(
                claim.id,
                "verdict",
                claim.verdict,
                (
                    (claim.id, safe(claim.topic)),
                    ("The article says:", _plain_with_citations(claim.says)),
                    ("Verdict:", word(claim.verdict)),
                    ("What the sources say:", _plain_with_citations(claim.finding) + sources),
                    ("How far we read:", f"{safe(claim.seen)}. Checked {claim.checked}."),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def claim_filter(page: Page, project: Project, options: Options) -> str:
    """The choice above the claims. It is put in when the page is done: a form is no text for Markdown."""
    counts = Counter(claim.verdict for claim in wanted_claims(project, options))
    shown = {verdict: counts[verdict] for verdict in get_args(claims.Verdict) if counts[verdict]}
    return choices("verdict", "Show claims with the verdict", shown)


def citation_filter(page: Page, project: Project, options: Options) -> str:
    """The choice above the places where an article cites a reference."""
    counts = Counter(row.verdict for row in project.claims.citations)
    shown = {verdict: counts[verdict] for verdict in get_args(claims.CITATION_VERDICTS) if counts[verdict]}
    return choices("verdict", "Show places where the reference", shown)


def citation_cards(page: Page, project: Project, options: Options) -> str:
    """Every place where an article cites a reference: can that reference carry the statement?"""
    parts = ["<!-- generated: citations-filter -->"]
    for row in project.claims.citations:
        reference = f"{safe(row.reference)} " if row.reference else ""
        parts.append(
            _card(
                row.id,
                "verdict",
                row.verdict,
                (
                    (f"{row.id} · article {row.article}:", safe(row.place)),
                    ("The claim:", _plain_with_citations(row.claim)),
                    ("Reference given:", f"{reference}{cite(row.key)}".strip() or "none"),
                    ("Can it carry the claim?", word(row.verdict)),
                    ("Why:", _plain_with_citations(row.reason)),
                    ("The claim itself:", safe(row.status) if row.status else ""),
                    ("A better source:", cite(*row.better_source)),
                    (
                        "How far we read:",
                        f"{safe(row.seen)}. Checked {row.checked}." if row.seen else f"Checked {row.checked}.",
                    ),
                ),
            )
        )
    return "\n\n" + "\n\n".join(parts) + "\n\n"


def verdict_counts(page: Page, project: Project, options: Options) -> str:
    """How many claims got which verdict."""
    rows = wanted_claims(project, options)
    counts = Counter(claim.verdict for claim in rows)
    lines = [f"| {word(verdict)} | {counts[verdict]} |" for verdict in get_args(claims.Verdict) if counts[verdict]]
    return f"\n| Verdict | Claims, {len(rows)} in all |\n|---|---|\n" + "\n".join(lines) + "\n"

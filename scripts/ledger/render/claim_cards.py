"""The claims and citations of the two articles as cards. They are Markdown, as the claims file holds citations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from ledger.model import claims
from ledger.model.claims import AuditedCitation, Claim
from ledger.model.derived import select_claims
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.jinja import render, render_macro


def render_claim_cards(page: Page, project: Project, options: Options) -> str:
    """Every claim of an article with its verdict; filtered by verdict."""
    cards = []
    for claim in select_claims(project, options):
        cited = set(claims.find_cited_keys(claim.finding))
        cards.append((claim, [key for key in claim.sources if key not in cited]))
    return render("claims.md", article=options.get("article"), cards=cards)


def render_citation_cards(page: Page, project: Project, options: Options) -> str:
    """Every place where an article cites a reference: can that reference carry the statement?"""
    return render("citations.md", citations=project.claims.citations)


def render_claim_filter(page: Page, project: Project, options: Options) -> str:
    """The filter above the claims, added when the page is complete, as Markdown cannot hold a form."""
    return render_radio_filter("verdict", "Show claims with the verdict", _count_claims(project, options))


def render_citation_filter(page: Page, project: Project, options: Options) -> str:
    """The choice above the places where an article cites a reference."""
    counts = _count_verdicts(project.claims.citations, claims.CitationVerdict)
    return render_radio_filter("verdict", "Show places where the reference", counts)


def render_verdict_counts(page: Page, project: Project, options: Options) -> str:
    """How many claims got which verdict."""
    return render("verdict-counts.md", counts=_count_claims(project, options))


def render_radio_filter(name: str, legend: str, counts: Mapping[str, int]) -> str:
    """Radio buttons that filter by ``data-<name>``."""
    return render_macro("macros.html", "radio_filter", name, legend, counts)


def _count_claims(project: Project, options: Options) -> Mapping[str, int]:
    return _count_verdicts(select_claims(project, options), claims.ClaimVerdict)


def _count_verdicts(items: Iterable[Claim | AuditedCitation], verdicts: object) -> Mapping[str, int]:
    """The number of items with each verdict, in the order in which ``verdicts`` has them."""
    counts = Counter(item.verdict for item in items)
    return {verdict: counts[verdict] for verdict in get_args(verdicts) if counts[verdict]}

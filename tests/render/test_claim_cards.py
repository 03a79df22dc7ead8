"""The articles' claims as cards: every number cited, and no text can be markup."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

from markdown import markdown

from conftest import Make
from ledger.model import claims, project
from ledger.model.project import Project
from ledger.render import claim_cards
from ledger.site import generated_parts
from samples import CLAIMS, TODAY, small


def made(loaded: Project, src: str, what: str) -> str:
    """The Markdown that stands where ``src`` asks for ``what``."""
    return generated_parts.fill_markdown_placeholders(
        loaded.pages[src], loaded, f"Before.\n\n<!-- generated: {what} -->\n\nAfter.\n"
    )


def rows(text: str) -> list[list[str]]:
    """The cells of the first table of a Markdown text, as a reader sees them, its head first."""
    html = markdown(text, extensions=["tables", "md_in_html", "attr_list"])
    table = ElementTree.fromstring(
        re.sub(r"<br\s*/?>", "<br/>", html[html.index("<table>") : html.index("</table>") + 8])
    )
    return [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]


def plain(text: str) -> str:
    """What a reader sees of a Markdown text."""
    html = markdown(text, extensions=["tables", "md_in_html", "attr_list"])
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())


def test_markup_in_the_claims_file_is_plain_text_but_its_citations_work(make: Make) -> None:
    loaded = small(make)
    first = loaded.claims.claims[0].model_copy(update={"finding": "<b>*x*</b> [@known2024] `y` | z", "sources": []})
    loaded.claims.claims[0] = first
    text = made(loaded, "articles/a.md", "claims article=A")
    assert "[@known2024]" in text
    assert "<b>*x*</b> [@known2024] `y` | z" in plain(text)


def test_a_claim_is_shown_with_its_verdict_its_sources_and_its_anchor(make: Make) -> None:
    text = made(small(make), "articles/a.md", "claims article=A")
    assert '<div class="card" id="C-1" data-verdict="contradicted" markdown="1">' in text
    assert "C-2" not in text
    shown = plain(text)
    for said in (
        "The article says: All 12 of 12",
        "Verdict: contradicted",
        "It was 10 of 12",
        "abstract. Checked 2026-11-21.",
    ):
        assert said in shown


def test_a_place_in_an_article_says_whether_its_reference_can_carry_it(make: Make) -> None:
    shown = plain(made(small(make), "articles/lists.md", "citations"))
    for said in ("R-1 · article A: paragraph 2", "Reference given: A1 [@known2024]", "Can it carry the claim? partly"):
        assert said in shown


def test_verdicts_are_counted(make: Make) -> None:
    loaded = small(make)
    assert rows(made(loaded, "index.md", "verdict-counts")) == [
        ["Verdict", "Claims, 2 in all"],
        ["contradicted", "1"],
        ["could not check", "1"],
    ]
    assert len(rows(made(loaded, "index.md", "verdict-counts article=B"))) == 2


def test_a_filter_works_without_a_script() -> None:
    html = claim_cards.render_radio_filter("verdict", "Show", {"not supported": 2, "supported": 1})
    assert re.findall(r"> ([^<]*)</label>", html) == ["all (3)", "not supported (2)", "supported (1)"]
    assert html.count(" checked>") == 1
    rule = 'body:has(#verdict-not-supported:checked) [data-verdict]:not([data-verdict="not-supported"]){display:none}'
    assert rule in html
    assert "<legend>Show</legend>" in html
    assert "<details" not in html
    assert 'aria-live="polite"' in html


def test_a_long_filter_is_folded() -> None:
    html = claim_cards.render_radio_filter("kind", "Show", {f"kind {n}": 1 for n in range(12)})
    assert '<details class="filters"><summary>' in html


def test_broken_claims_are_told_and_give_an_empty_table(make: Make) -> None:
    loaded = project.load_project(make({"docs/articles/claims.yml": CLAIMS.replace("could not check", "wrong")}), TODAY)
    [problem] = loaded.problems
    assert problem.path == "docs/articles/claims.yml"
    assert problem.message.startswith("claims[C-2].verdict: '")
    assert loaded.claims == claims.ClaimsFile()
    made(loaded, "index.md", "claims")

"""The bibliography page: anchors, kinds, audits, and the way back to every page that cites."""

from __future__ import annotations

import re
from html import unescape

from conftest import Make
from ledger.model import derived, project
from ledger.model.project import Project
from ledger.site import check_site, generated_parts
from samples import TODAY, small


def bibliography(loaded: Project) -> str:
    page = loaded.pages["references.md"]
    return generated_parts.fill_html_placeholders(page, loaded, "<p>Before</p><!-- generated: bibliography -->")


def test_the_bibliography_has_an_anchor_and_says_kind_how_far_read_and_audit(make: Make) -> None:
    loaded = small(make)
    loaded.references["known2024"] = "Doe J, Roe R. A trial."
    html = bibliography(loaded)
    assert '<li id="known2024" data-kind="trial-report">' in html
    assert '<a class="permanent" href="#known2024">known2024</a>' in html
    shown = unescape(re.sub(r"<[^>]*>", " ", html))
    assert "Doe J, Roe R. A trial." in shown
    assert "We read the abstract." in shown
    assert "Carries part of it. In the article's list: the year is wrong." in shown
    assert 'href="../data/references.bib" download' in html
    assert 'href="../data/references.json" download' in html


def test_the_bibliography_leads_back_to_every_page_that_cites(make: Make) -> None:
    loaded = small(make)
    html = bibliography(loaded)
    back = dict(re.findall(r'<a href="\.\./([^"#]*)#fn:known2024">([^<]*)</a>', html))
    assert back == {"": "Home", "trials/sample/": "A sample trial", "articles/a/": "A", "articles/lists/": "Lists"}
    assert re.search(r"<details class=\"cited\"><summary>Cited on 4 pages</summary><a .*</a>\.</details></li>", html)
    assert {src for src in loaded.pages if src in derived.find_citing_pages(loaded)["known2024"]} == {
        "index.md",
        "trials/sample.md",
        "articles/a.md",
        "articles/lists.md",
    }


def test_links_to_generated_anchors_hold(make: Make) -> None:
    text = "# Home\n\nSee [one](references.md#known2024), [two](articles/a.md#C-1), [three](articles/lists.md#R-1) [@known2024].\n"
    small(make)
    loaded = project.load_project(make({"docs/index.md": text}), TODAY)
    assert not [p for p in check_site.check_links(loaded).problems if p.path == "docs/index.md"]


def test_sources_that_were_hardly_read_are_listed_with_the_pages_that_rest_on_them(make: Make) -> None:
    root = small(make).root
    request = "<!-- generated: sources-to-read -->"

    def fill_request() -> str:
        loaded = project.load_project(root, TODAY)
        return generated_parts.fill_html_placeholders(loaded.pages["index.md"], loaded, request)

    assert fill_request().strip() == "<p>None at the moment.</p>"
    bib = root / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8").replace("{abstract}", "{title only}"), encoding="utf-8")
    html = fill_request()
    assert '<a href="references/#known2024">' in html
    assert "We saw the title only." in html
    assert '<a href="trials/sample/">A sample trial</a>.' in html

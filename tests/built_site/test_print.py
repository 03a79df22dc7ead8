"""Paper: handouts of one sheet, references with their addresses, light colours, nothing cut."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

pytestmark = pytest.mark.site
HANDOUTS = (
    "safety/checklist/",
    "safety/questions-for-your-doctor/",
    "start/options-just-diagnosed/",
    "start/options-severe-hypos/",
)
KINDS = ("", "trials/", "trials/forward/", "requirements/", "therapies/zimislecel/", "outcomes/", "articles/article-b/")


def pdf(page: Page, form: str = "A4") -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(format=form)))


def words(reader: PdfReader) -> str:
    """All text without spaces and hyphens, which a line's end may swallow."""
    return bare("".join(sheet.extract_text() for sheet in reader.pages))


def bare(text: str) -> str:
    return "".join(text.replace("-", "").split())


@pytest.mark.parametrize("form", ["A4", pytest.param("Letter", marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", HANDOUTS)
def test_a_handout_is_one_sheet_with_its_sources(page: Page, address: str, path: str, form: str) -> None:
    page.goto(address + path)
    reader = pdf(page, form)
    assert len(reader.pages) == 1
    text = words(reader)
    assert "Sources:1" in text
    assert "Neverstoporcutinsulin" in text
    assert "lastchecked2026" in text


def test_a_page_is_printed_with_its_references_and_their_addresses(page: Page, address: str) -> None:
    page.goto(f"{address}trials/forward/")
    text = words(pdf(page))
    links = page.eval_on_selector_all(".footnote a[href^=http]", "all => all.map(one => one.href)")
    dois = [link.removeprefix("https://doi.org/") for link in links if "doi.org" in link]
    assert dois
    assert not [doi for doi in dois if bare(doi) not in text]
    others = [link for link in links if "doi.org" not in link and "ncbi.nlm" not in link]
    assert others
    assert not [link for link in others if bare(link) not in text]
    assert "Citethispage" not in text
    assert "Tableofcontents" not in text
    assert "minutestoread" not in text


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_paper_is_white_and_no_table_is_cut(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": 688, "height": 1000}, color_scheme=scheme)  # A4 without margins
    page = context.new_page()
    page.emulate_media(media="print")
    for path in KINDS:
        page.goto(address + path)
        colours = page.evaluate(
            "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 688, path
        cut = page.eval_on_selector_all(
            "table",
            "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.innerText)",
        )
        assert cut == [], path
    context.close()


def test_what_is_folded_away_is_printed(page: Page, address: str) -> None:
    page.goto(f"{address}references/")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open], .cite-page)").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0

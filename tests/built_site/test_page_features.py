"""Small helps on a page, in a real browser: references in place, copied links, reports, citing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from conftest import axe_faults, settled, until

pytestmark = pytest.mark.site
NOTE = ".reference-note"


def test_a_reference_opens_by_mouse_and_by_keyboard_and_closes(page: Page, address: str) -> None:
    page.goto(f"{address}trials/forward/")
    mark = page.locator("a.footnote-ref").first
    mark.hover()
    note = page.locator(NOTE)
    note.wait_for()
    assert "N Engl J Med" in note.inner_text()
    assert "↩" not in note.inner_text()
    note.hover()  # the mouse may go there
    page.wait_for_timeout(500)
    assert note.is_visible()
    page.mouse.move(5, 5)
    note.wait_for(state="detached")
    mark.focus()
    note.wait_for()
    assert mark.get_attribute("aria-describedby") == "reference-note"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.reference-note') !== null")
    page.keyboard.press("Escape")
    note.wait_for(state="detached")
    assert page.evaluate("document.activeElement.className").startswith("footnote-ref")
    page.keyboard.press("Tab")  # and on: nothing is trapped
    assert page.evaluate("document.activeElement.closest('.reference-note') === null")


def test_a_tap_opens_it_and_its_link_leads_to_the_list(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}trials/forward/")
    mark = page.locator("a.footnote-ref").first
    mark.tap()
    note = page.locator(NOTE)
    note.wait_for()
    assert "#fn" not in page.url
    box = note.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    note.get_by_role("link", name="Go to the full list").tap()
    assert "#fn:" in page.url
    assert page.locator(NOTE).count() == 0
    hit = """mark => {
      const box = mark.getBoundingClientRect();
      return document.elementFromPoint(box.x + box.width / 2, box.y - 5) === mark;
    }"""
    mark.scroll_into_view_if_needed()
    assert mark.evaluate(hit), "a finger is broader than the sign"
    context.close()


def test_a_mark_in_a_table_opens_inside_the_window(page: Page, address: str) -> None:
    page.goto(f"{address}requirements/")
    mark = page.locator(".matrix a.footnote-ref").last
    mark.focus()
    box = page.locator(NOTE).bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1400
    assert box["y"] + box["height"] <= 900


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_note_and_search_and_citing_have_no_fault_for_axe(
    browser: Browser, address: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}safety/questions-for-your-doctor/")
    page.locator("summary", has_text="Cite this page").click()
    page.locator("a.footnote-ref").first.focus()
    page.locator(NOTE).wait_for()
    assert axe_faults(page) == []
    page.goto(address)
    page.keyboard.press("Control+k")
    page.keyboard.type("islet cells")
    page.locator(".md-search-result__item").first.wait_for()
    settled(page)
    assert axe_faults(page) == []
    context.close()


def test_the_link_of_a_heading_is_copied_and_said(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}trials/forward/")
    page.locator("#harms").hover()
    page.locator("#harms a.headerlink").click()
    page.get_by_role("status").filter(has_text="Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}trials/forward/#harms"
    assert page.url.endswith("#harms")
    context.close()


@pytest.mark.slow
def test_with_a_repository_each_page_can_be_edited_and_still_asks_nobody_else(page: Page, hosted: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((hosted / "trials" / "sample" / "index.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("file:")] == []
    edit = page.locator("a[rel=edit]").get_attribute("href")
    assert edit == "https://github.com/example/kb/edit/main/docs/trials/sample.md"
    report = page.locator("a.report").get_attribute("href") or ""
    assert report.startswith("https://github.com/example/kb/issues/new?template=wrong-fact.yml")
    assert "page=docs/trials/sample.md" in report


def test_a_report_names_the_section_that_the_reader_is_at(page: Page, hosted: Path) -> None:
    page.goto(f"{(hosted / 'trials' / 'sample' / 'index.html').as_uri()}#harms")
    report = page.locator("a.report")
    assert "page=docs/trials/sample.md&section=%23harms" in (report.get_attribute("href") or "")
    page.evaluate("location.hash = 'who-paid'")
    until(page, "document.querySelector('a.report').href.endsWith('%23who-paid')")


def test_without_a_script_marks_lead_and_citing_opens(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}trials/forward/")
    page.locator("a.footnote-ref").first.click()
    assert "#fn:" in page.url
    page.locator("summary", has_text="Cite this page").click()
    assert page.get_by_text("@online{islet-ledger-trials-forward,").is_visible()
    context.close()

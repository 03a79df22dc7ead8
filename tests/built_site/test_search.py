"""The search in a real browser: what people ask, when the index is fetched, and keys and touch."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from conftest import ROOT, SITE, until

pytestmark = pytest.mark.site
QUESTIONS: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "questions.yml").read_text(encoding="utf-8"))
BOX = ".md-search__input"
READY = "() => document.querySelector('.md-search-result__meta').textContent === 'Type to search'"


def results(page: Page, address: str, ask: str) -> list[list[str]]:
    """The addresses of each page found, best first: its own, then those of its sections."""
    page.locator(BOX).fill(ask)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))")
    found: list[list[str]] = page.eval_on_selector_all(
        ".md-search-result__item", "items => items.map(item => [...item.querySelectorAll('a')].map(link => link.href))"
    )
    return [[link.removeprefix(address) for link in links] for links in found]


def test_a_right_page_is_among_the_first_three_for_what_people_ask(page: Page, address: str) -> None:
    assert len(QUESTIONS) >= 30
    page.goto(address)
    page.locator(BOX).focus()
    until(page, READY)
    wrong = []
    for question in QUESTIONS:
        first = results(page, address, question["ask"])[:3]
        if not any(right in links for right in question["pages"] for links in first):
            wrong.append((question["ask"], [links[0] for links in first]))
    assert wrong == []


def test_every_right_page_is_there() -> None:
    for question in QUESTIONS:
        for right in question["pages"]:
            path, _, anchor = right.partition("#")
            html = (SITE / path / "index.html").read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in html, right


def test_the_index_is_fetched_when_the_reader_turns_to_the_search_and_once(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert [url for url in asked if "/search/" in url] == []  # nor on any other page: test_every_page
    asked.clear()
    page.locator(BOX).focus()
    until(page, READY)
    page.keyboard.type("islet", delay=10)
    assert [url for url in asked if not url.endswith("favicon.svg")] == [f"{address}search/index.js"]


def test_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    page.keyboard.press("Control+k")
    page.keyboard.type("honeymoon")
    page.locator(".md-search-result__item").first.wait_for()
    assert page.locator(".md-search-result__meta").get_attribute("role") == "status"
    assert "found" in page.locator(".md-search-result__meta").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("md-search-result__link")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.className").startswith("md-search__input")
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()
    page.keyboard.press("Control+k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/safety/honeymoon/**")


def test_by_touch_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    page.locator("header button.search-button:visible").first.tap()
    until(page, READY)
    page.keyboard.type("hypo")
    page.locator(".md-search-result__item a").first.tap()
    until(page, "location.pathname !== '/some/path/'")
    assert not page.locator("#__search").is_checked()
    context.close()


def test_a_slip_of_the_finger_still_finds_and_nonsense_finds_nothing(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(BOX).focus()
    until(page, READY)
    assert "therapies/zimislecel/" in [links[0] for links in results(page, address, "zimisleccel")[:3]]
    assert results(page, address, "qqqqqqqq") == []
    assert "Nothing found" in page.locator(".md-search-result__meta").inner_text()
    assert results(page, address, "<img src=x onerror=alert(1)>") is not None
    assert page.locator(".md-search img").count() == 0


def test_an_index_that_does_not_come_is_told_and_asked_for_again(page: Page, address: str) -> None:
    page.route("**/search/index.js", lambda route: route.abort())
    page.goto(address)
    page.locator(BOX).focus()
    until(page, "document.querySelector('.md-search-result__meta').textContent.includes('not be loaded')")
    page.unroute("**/search/index.js")
    page.locator(BOX).fill("islet")
    page.locator(".md-search-result__item").first.wait_for()

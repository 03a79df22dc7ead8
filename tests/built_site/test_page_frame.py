"""The frame around a page's text in a real browser: colours, head, contents, back to top, drawer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import settled

pytestmark = pytest.mark.site
LONG = "therapies/zimislecel/"
SCHEME = "data-md-color-scheme"


def test_the_colours_are_right_before_the_script_comes(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(address)
    assert page.locator("body").get_attribute(SCHEME) == "slate"
    context.close()


def test_the_system_s_colours_are_followed_until_the_reader_chooses(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(address)
    body = page.locator("body")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_attribute(SCHEME, "slate")
    assert page.evaluate("localStorage.length") == 0
    page.get_by_label("Switch to light mode").or_(page.get_by_title("Switch to light mode")).last.click()
    expect(body).to_have_attribute(SCHEME, "default")
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_attribute(SCHEME, "default")
    page.goto(f"{address}glossary/")
    assert page.locator("body").get_attribute(SCHEME) == "default"
    context.close()


def test_head_and_contents_follow_the_reader(page: Page, address: str) -> None:
    page.goto(address + LONG)
    title, header = page.locator(".md-header__title"), page.locator(".md-header")
    now = page.locator(".md-sidebar--secondary .md-nav__link--active")
    assert now.count() == 0
    assert "--active" not in (title.get_attribute("class") or "")
    page.evaluate("document.getElementById('harms-seen').scrollIntoView()")
    expect(now).to_have_count(1)
    expect(now).to_have_text("Harms seen")
    assert "md-header__title--active" in (title.get_attribute("class") or "")
    assert "md-header--shadow" in (header.get_attribute("class") or "")
    page.evaluate("window.scrollTo(0, 0)")
    expect(now).to_have_count(0)
    assert "--active" not in (title.get_attribute("class") or "")


def test_who_scrolls_back_is_offered_the_way_to_the_top(page: Page, address: str) -> None:
    page.goto(address + LONG)
    top = page.locator(".md-top")
    assert not top.is_visible()
    page.evaluate("window.scrollTo(0, 2500)")
    settled(page)
    assert not top.is_visible()
    page.evaluate("window.scrollTo(0, 2400)")
    expect(top).to_be_visible()
    top.click()
    page.wait_for_function("() => scrollY === 0")
    expect(top).to_be_hidden()


def test_long_contents_show_the_section_that_is_read(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 400})
    page = context.new_page()
    page.goto(f"{address}glossary/")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    link = page.locator(".md-sidebar--secondary .md-nav__link--active")
    expect(link).to_have_count(1)
    expect(link).to_be_in_viewport()
    context.close()


def test_a_place_on_this_page_closes_the_drawer(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(address + LONG)
    page.locator(".md-header__button").nth(1).click()
    assert page.locator("#__drawer").is_checked()
    page.evaluate("location.hash = '#harms-seen'")
    expect(page.locator("#__drawer")).not_to_be_checked()
    context.close()

"""The built site by keyboard alone, in a real browser: each stop is seen and not hidden, and everything is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from conftest import KINDS, alternate, settled, until
from keyboard_walk import START, opened, stop

pytestmark = pytest.mark.site


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def tab_to(page: Page, place: Locator, most: int = 300) -> None:
    """Tab until ``place`` has the focus; every stop on the way must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        stop(page)
        if place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"{place} is not reached by Tab")


def walked(page: Page) -> list[Any]:
    """Every stop of a page from its top to its end, by Tab."""
    stops: list[Any] = []
    while len(stops) < 3000:
        page.keyboard.press("Tab")
        found = page.evaluate("look()")
        if found is None or found["again"]:
            return stops
        stops.append(found)
    raise AssertionError("there is no end")


# --- the walk -----------------------------------------------------------------------------------------


def test_the_first_stop_skips_to_the_text(page: Page, address: str) -> None:
    opened(page, f"{address}trials/forward/")
    page.keyboard.press("Tab")
    assert "Skip to content" in stop(page)["name"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@pytest.mark.slow
def test_the_drawer_opens_keeps_the_focus_and_gives_it_back(phone: Page, address: str) -> None:
    opened(phone, f"{address}therapies/zimislecel/")
    menu = phone.get_by_role("button", name="Menu", exact=True)
    assert phone.locator(".md-sidebar--primary a:visible").count() == 0
    tab_to(phone, menu)
    expect(menu).to_have_attribute("aria-expanded", "false")
    phone.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    drawer = phone.get_by_role("dialog", name="Menu")
    expect(drawer).to_be_visible()
    settled(phone)  # it slides
    assert "Close the menu" in stop(phone)["name"]
    names = []
    for _ in range(40):
        phone.keyboard.press("Tab")
        if not phone.evaluate("document.hasFocus() && document.activeElement !== document.body"):
            continue  # between the last and the first
        names.append(phone.evaluate("look()"))
        assert phone.evaluate("document.activeElement.closest('#menu') !== null"), names[-1]
    assert [one for one in names if one["faults"] and not one["again"]] == []
    assert any("Benefits seen" in one["name"] for one in names), "the contents of the page are in the drawer"
    assert any(one["again"] for one in names), "Tab goes round"
    phone.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Enter")  # the button that closes it
    expect(menu).to_be_focused()
    phone.keyboard.press("Enter")
    phone.get_by_role("dialog").get_by_role("link", name="Safety").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/safety/")


def test_a_link_in_the_drawer_to_a_section_leads_there(phone: Page, address: str) -> None:
    opened(phone, f"{address}therapies/zimislecel/")
    phone.get_by_role("button", name="Menu", exact=True).press("Enter")
    phone.get_by_role("dialog").get_by_role("link", name="Harms seen").press("Enter")
    until(phone, "!document.getElementById('__drawer').checked")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.closest('article') !== null")
    assert phone.locator("[inert]").count() == 0


def test_the_drawer_works_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}safety/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Menu")).to_be_focused()
    assert page.locator(".md-sidebar--primary a:visible").count() == 0
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="Tumour risk").first).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator(".md-sidebar--primary")).to_be_hidden()
    context.close()


def test_the_search_opens_finds_leads_and_gives_the_focus_back(page: Page, address: str) -> None:
    opened(page, f"{address}trials/")
    box = page.get_by_role("searchbox")
    tab_to(page, box)
    page.keyboard.type("honeymoon")
    page.locator(".md-search-result__item").first.wait_for()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        assert page.evaluate("look()")["faults"] == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Switch to dark mode")).to_be_focused()
    assert page.locator(".md-search-result__item:visible").count() == 0
    page.reload()
    page.evaluate(START)
    tab = page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Glossary")
    tab_to(page, tab)
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.type("honeymoon")
    page.locator(".md-search-result__item").first.wait_for()
    page.keyboard.press("Escape")
    expect(tab).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/safety/honeymoon/**")


@pytest.mark.slow
def test_the_search_on_a_narrow_screen_opens_and_closes_by_buttons(phone: Page, address: str) -> None:
    opened(phone, f"{address}trials/")
    button = phone.get_by_role("button", name="Search", exact=True)
    tab_to(phone, button)
    assert not phone.get_by_role("searchbox").is_visible()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("searchbox")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    phone.keyboard.type("honeymoon")
    phone.locator(".md-search-result__item").first.wait_for()
    phone.keyboard.press("Escape")
    expect(button).to_be_focused()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("button", name="Close the search")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(button).to_be_focused()


@pytest.mark.slow
def test_trials_are_filtered_sorted_chosen_and_compared(page: Page, address: str) -> None:
    opened(page, f"{address}trials/")
    said = page.locator("#all-trials output")
    tab_to(page, page.get_by_label("Approach", exact=True))
    everything = said.inner_text()
    page.keyboard.press("ArrowDown")
    assert said.inner_text() != everything
    page.keyboard.press("ArrowUp")
    tab_to(page, page.get_by_role("button", name="People", exact=True))
    page.keyboard.press("Enter")
    assert page.locator("#all-trials thead th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert "People" in stop(page)["name"], "the focus stays"
    boxes = page.get_by_role("checkbox", name="Choose")
    for number in range(2):
        tab_to(page, boxes.nth(number))
        page.keyboard.press("Space")
    compare = page.get_by_role("link", name="Compare the chosen trials (2 of at most 4)")
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        if compare.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/?trials=*")
    page.evaluate(START)
    third = page.locator("form.compare select").nth(2)
    tab_to(page, third)
    page.keyboard.press("ArrowDown")
    assert page.locator("form.compare output").inner_text().startswith("3 trials, ")
    tab_to(page, page.get_by_role("region", name="Comparison"))


def test_an_explanation_opens_with_the_focus_and_closes_with_escape(phone: Page, address: str) -> None:
    opened(phone, f"{address}trials/forward/")
    term = phone.locator(".term > button").first
    tab_to(phone, term)
    tip = phone.locator(".term .tip").first
    expect(tip).to_be_visible()
    phone.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(term).to_be_focused()
    mark = phone.locator("a.footnote-ref").first
    tab_to(phone, mark)
    expect(phone.locator(".reference-note")).to_be_visible()
    stop(phone)
    phone.keyboard.press("Escape")
    expect(phone.locator(".reference-note")).to_have_count(0)
    expect(mark).to_be_focused()


@pytest.mark.slow
def test_the_link_of_a_heading_is_copied_and_citing_opens(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    opened(page, f"{address}safety/questions-for-your-doctor/")
    tab_to(page, page.locator("h1 .headerlink"))
    page.keyboard.press("Enter")
    said = page.get_by_role("status").filter(has_text="Link copied")
    said.wait_for()
    said.wait_for(state="detached")
    summary = page.locator("summary", has_text="Cite this page")
    tab_to(page, summary)
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="BibTeX")).to_be_visible()
    tab_to(page, page.get_by_role("group", name="BibTeX"))
    context.close()


@pytest.mark.parametrize("key", ["Enter", pytest.param("Space", marks=pytest.mark.slow)])
def test_the_colours_switch_and_the_focus_stays_on_the_switch(page: Page, address: str, key: str) -> None:
    opened(page, address)
    tab_to(page, page.get_by_role("button", name="Switch to dark mode"))
    for name, scheme in (("Switch to light mode", "slate"), ("Switch to dark mode", "default")):
        page.keyboard.press(key)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
        expect(page.get_by_role("button", name=name)).to_be_focused()
        page.evaluate("look()")


def test_back_to_top_takes_the_focus_along(page: Page, address: str) -> None:
    opened(page, f"{address}trials/forward/")
    page.keyboard.press("End")
    settled(page)
    page.keyboard.press("PageUp")
    top = page.get_by_role("button", name="Back to top")
    expect(top).to_be_visible()
    top.press("Enter")
    until(page, "scrollY === 0")
    page.keyboard.press("Tab")
    assert "Skip to content" in page.evaluate("look()")["name"]


@pytest.mark.slow
def test_a_wide_table_scrolls_by_keyboard_and_a_narrow_one_is_no_stop(phone: Page, address: str) -> None:
    phone.set_viewport_size({"width": 768, "height": 844})  # below, such a table becomes cards
    opened(phone, f"{address}requirements/")
    table = phone.get_by_role("region", name="Trials against the eight requirements").first
    tab_to(phone, table)
    phone.keyboard.press("ArrowRight")
    until(phone, "document.activeElement.scrollLeft > 0")
    phone.goto(f"{address}articles/")
    wide, stops = phone.evaluate(
        "() => [(one) => one.scrollWidth > one.clientWidth, (one) => one.tabIndex === 0]"
        ".map((test) => [...document.querySelectorAll('.scroll')].map(test))"
    )
    assert wide == stops


def test_no_single_key_does_anything(page: Page, address: str) -> None:
    """WCAG 2.1.4: a letter that does something could not be switched off. The space bar scrolls, as everywhere."""
    page.goto(f"{address}requirements/delivery/")
    before = page.evaluate("() => [location.href, document.activeElement.localName]")
    for key in (*"/?npfs,.hjk1 ", "N", "Alt+n"):
        page.keyboard.press(key)
        settled(page)
        assert page.evaluate("() => [location.href, document.activeElement.localName]") == before, key
        assert not page.locator("#__search").is_checked(), key


# --- whole pages --------------------------------------------------------------------------------------


def reaches_everything(browser: Browser, url: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    opened(page, url)
    stops = walked(page)
    assert [one for one in stops if one["faults"]] == []
    assert page.evaluate("missed()") == []
    assert len(stops) > 2
    context.close()


def test_tab_reaches_everything_in_order_and_each_stop_is_seen(browser: Browser, address: str) -> None:
    reaches_everything(browser, f"{address}safety/checklist/", 390, "light")


@pytest.mark.slow
@pytest.mark.parametrize(("path", "width", "scheme"), alternate(KINDS, (390, "dark"), (1400, "light")))
def test_tab_reaches_everything_on_every_kind_of_page(
    browser: Browser, address: str, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    reaches_everything(browser, address + path, width, scheme)

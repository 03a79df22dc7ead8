"""The long lists stay quick and lose nothing by it, in a real browser: cards that wait off the screen, folded pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from conftest import axe_faults, settled, until

pytestmark = pytest.mark.site
CARDS = ".trials tbody tr"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield context.new_page()
    context.close()


def waiting(page: Page) -> set[str]:
    return set(page.locator(CARDS).evaluate_all("found => found.map(one => getComputedStyle(one).contentVisibility)"))


def heights(page: Page) -> list[float]:
    found: list[float] = page.locator(CARDS).evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().height)"
    )
    return found


def test_a_phone_lays_out_the_cards_that_are_seen_and_paper_gets_all(phone: Page, address: str) -> None:
    phone.goto(f"{address}trials/")
    assert waiting(phone) == {"auto"}
    guessed = heights(phone)
    phone.emulate_media(media="print")
    assert waiting(phone) == {"visible"}
    phone.emulate_media(media="screen")
    phone.goto(f"{address}trials/#sources-of-this-page")
    phone.goto(f"{address}trials/#all-trials")
    phone.locator(CARDS).evaluate_all("found => found.forEach(one => { one.style.contentVisibility = 'visible'; })")
    real = heights(phone)
    assert all(guess >= height for guess, height in zip(guessed, real, strict=True)), "or words would lie over words"
    assert sum(guessed) < 1.5 * sum(real), "the scroll bar should not lie much"


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390, 700])
def test_cards_that_wait_have_no_fault(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(f"{address}trials/")
    assert axe_faults(page) == []
    page.close()


def test_the_way_back_from_a_source_lands_on_its_card(phone: Page, address: str) -> None:
    phone.goto(f"{address}trials/")
    # Not every browser moves the page along with what grows above: without that help it must land right too.
    phone.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    back = phone.locator(".footnote-backref").nth(80)
    mark = str(back.get_attribute("href"))[1:]
    back.click()
    place = phone.locator(f"[id='{mark}']")
    until(phone, "() => scrollY > 1000")
    settled(phone)
    assert 60 < place.evaluate("one => one.getBoundingClientRect().top") < 200
    assert waiting(phone) == {"visible"}


def test_no_card_cuts_the_note_of_its_source(phone: Page, address: str) -> None:
    phone.goto(f"{address}trials/")
    row = phone.locator(CARDS).nth(3)
    mark = row.locator("a.footnote-ref").last
    mark.scroll_into_view_if_needed()
    mark.tap()
    note = phone.locator(".reference-note")
    note.wait_for()
    seen = note.evaluate(
        """note => {
          const box = note.getBoundingClientRect();
          const points = [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3], [box.left + 3, box.bottom - 3]];
          return points.every(([x, y]) => note.contains(document.elementFromPoint(x, y)));
        }"""
    )
    assert seen
    card, box = row.bounding_box(), note.bounding_box()
    assert card
    assert box
    assert box["y"] < card["y"] or box["y"] + box["height"] > card["y"] + card["height"], "or nothing could cut it"


@pytest.mark.slow
def test_who_cites_a_source_often_is_folded_and_printed(page: Page, address: str) -> None:
    page.goto(f"{address}references/")
    folded = page.locator("details.cited")
    assert folded.count() > 50
    first = folded.first
    link = first.get_by_role("link").first
    assert not link.is_visible()
    first.locator("summary").press("Enter")
    assert link.is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert folded.last.get_by_role("link").last.is_visible()

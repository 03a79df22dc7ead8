"""The long lists are laid out as they come into view: nothing is lost by it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from conftest import until

pytestmark = pytest.mark.site
LISTS = {"references/": ".bibliography > li", "trials/": ".trials tbody tr"}
"""Page, and what waits in it off the screen."""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield context.new_page()
    context.close()


def waiting(page: Page, parts: str) -> set[str]:
    return set(page.locator(parts).evaluate_all("found => found.map(one => getComputedStyle(one).contentVisibility)"))


@pytest.mark.parametrize(("path", "parts"), LISTS.items())
def test_a_phone_lays_out_what_is_seen_and_paper_gets_all(phone: Page, address: str, path: str, parts: str) -> None:
    phone.goto(f"{address}{path}")
    assert waiting(phone, parts) == {"auto"}
    guessed = phone.locator(parts).last.bounding_box()
    phone.locator(parts).last.scroll_into_view_if_needed()
    real = phone.locator(parts).last.bounding_box()
    assert guessed
    assert real
    assert guessed["height"] == pytest.approx(real["height"], rel=0.5), "the scroll bar should not lie much"
    phone.emulate_media(media="print")
    assert waiting(phone, parts) == {"visible"}


@pytest.mark.parametrize("width", [390, 1400])
def test_a_link_to_a_source_lands_on_it(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(f"{address}references/")
    # Not every browser moves the page along with what grows above: without that help it must land right too.
    page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    names: list[str] = page.locator(LISTS["references/"]).evaluate_all("found => found.map(one => one.id)")
    tops = []
    for name in (names[9], names[len(names) // 2], names[-9], names[20]):
        page.evaluate("name => { location.hash = name; }", name)
        page.wait_for_timeout(200)
        tops.append(page.locator(f"[id='{name}']").evaluate("one => one.getBoundingClientRect().top"))
    page.goto("about:blank")
    page.goto(f"{address}references/#{names[-9]}")
    page.wait_for_timeout(200)
    tops.append(page.locator(f"[id='{names[-9]}']").evaluate("one => one.getBoundingClientRect().top"))
    assert max(tops) - min(tops) < 2, tops
    assert 60 < tops[0] < 200, "below the head, and near the top"
    page.close()


def test_the_way_back_from_a_source_lands_on_its_card(phone: Page, address: str) -> None:
    phone.goto(f"{address}trials/")
    back = phone.locator(".footnote-backref").nth(40)
    mark = str(back.get_attribute("href"))[1:]
    back.click()
    place = phone.locator(f"[id='{mark}']")
    until(phone, "() => scrollY > 1000")
    top = place.evaluate("one => one.getBoundingClientRect().top")
    assert 60 < top < 200


def test_no_card_cuts_the_note_of_its_source(phone: Page, address: str) -> None:
    phone.goto(f"{address}trials/")
    row = phone.locator(".trials tbody tr").nth(3)
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


def test_the_ring_round_a_link_at_the_edge_is_whole(phone: Page, address: str) -> None:
    phone.goto(f"{address}references/")
    style = phone.locator(LISTS["references/"]).first.evaluate("one => getComputedStyle(one).overflowClipMargin")
    link = phone.locator(f"{LISTS['references/']} a").first
    link.focus()
    ring: float = link.evaluate(
        "one => parseFloat(getComputedStyle(one).outlineWidth) + parseFloat(getComputedStyle(one).outlineOffset)"
    )
    assert float(str(style).removesuffix("px")) >= ring

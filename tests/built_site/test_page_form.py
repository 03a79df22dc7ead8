"""The form of the site in a real browser: the answer on the first screen, the measure, components that look the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.site
KINDS = (
    "",
    "questions/",
    "basics/how-it-works/",
    "therapies/zimislecel/",
    "requirements/safety/",
    "safety/tumour-risk/",
    "outcomes/",
    "trials/forward/",
    "articles/article-a/",
    "about/method/",
)
"""One page of every kind that is read as a text."""
SHORTEST, LONGEST = 60, 75
"""Characters a line of body text."""

MEASURE = """() => {
  const found = [];
  for (const p of document.querySelectorAll("article > p, article .limits > p")) {
    const height = parseFloat(getComputedStyle(p).lineHeight);
    const lines = Math.round(p.clientHeight / height);
    if (lines < 3) continue;
    const copy = p.cloneNode(true);
    for (const one of copy.querySelectorAll(".tip, sup")) one.remove();
    const characters = copy.textContent.trim().replace(/\\s+/g, " ").length;
    found.push(characters / (lines - 0.5));
  }
  return found;
}"""
"""Characters a line of each paragraph of three lines and more; its last line counts half."""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1400, 900)])
def test_the_home_page_answers_on_the_first_screen(browser: Browser, address: str, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(address)
    for part in (".answer", ".doors"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] + box["height"] <= height, part
    for item in page.locator(".answer li").all():
        assert item.locator("a.footnote-ref").count()  # each line has its source
    marks = [row.locator("circle, path").count() for row in page.locator(".answer svg").all()]
    assert marks == [12, 14]  # benefit and harm, one mark a person
    context.close()


@pytest.mark.slow
def test_body_text_has_60_to_75_characters_a_line_and_the_contents_beside_it(page: Page, address: str) -> None:
    for path in KINDS:
        page.goto(f"{address}{path}")
        found = sorted(page.evaluate(MEASURE))
        assert found, path
        assert SHORTEST <= found[len(found) // 2] <= LONGEST, (path, found)
        contents = page.locator(".md-sidebar--secondary")
        assert "On this page" in contents.inner_text()
        box, article = contents.bounding_box(), page.locator("article").bounding_box()
        assert box
        assert article
        assert box["x"] >= article["x"] + article["width"] - 1, path


def test_benefit_and_harm_stand_side_by_side_and_on_a_phone_one_below_the_other(
    page: Page, phone: Page, address: str
) -> None:
    for src in ("", "basics/how-it-works/", "outcomes/"):
        for one, beside in ((page, True), (phone, False)):
            one.goto(f"{address}{src}")
            for pair in one.locator(".pair").all():
                benefit = pair.locator("> .benefit").bounding_box()
                harm = pair.locator("> .harm").bounding_box()
                assert benefit
                assert harm
                assert (benefit["y"] == harm["y"]) is beside
                assert abs(benefit["width"] - harm["width"]) < 1
            assert one.locator(".benefit").count() == one.locator(".pair > .benefit + .harm").count() > 0


LOOKS = """badge => {
  const style = getComputedStyle(badge);
  const names = ["color", "borderTopColor", "borderTopWidth", "borderTopStyle", "fontSize", "fontWeight", "padding"];
  return names.map((name) => style[name]).join();
}"""


@pytest.mark.slow
def test_a_badge_looks_the_same_wherever_it_stands(page: Page, address: str) -> None:
    looks = set()
    places = (
        ("trials/forward/", ".page-facts .stage"),
        ("trials/forward/", ".facts .stage"),
        ("trials/", "#all-trials .stage"),
        ("therapies/zimislecel/", "article > p .stage"),
        ("therapies/zimislecel/", ".stages .stage"),
        ("therapies/", "table .stage"),
        ("basics/how-a-treatment-is-proved/", "table .stage"),
        ("trials/compare/?trials=forward,vc-02", ".compared table .stage"),
    )
    for path, selector in places:
        page.goto(f"{address}{path}")
        badge = page.locator(selector).first
        badge.wait_for()
        looks.add(badge.evaluate(LOOKS))
        assert badge.locator("svg").is_visible(), path
        assert badge.inner_text().strip(), path
    assert len(looks) == 1


def test_no_stage_is_told_without_its_badge(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    column = page.locator('#all-trials td[data-label^="Evidence stage"]')
    assert column.count() == column.locator(".stage").count() > 50


def test_a_typed_table_becomes_cards_on_a_phone_and_stays_a_table(phone: Page, address: str) -> None:
    for path in ("", "therapies/"):
        phone.goto(f"{address}{path}")
        table = phone.locator("table[data-stack]").first
        box = table.bounding_box()
        assert box
        assert box["width"] <= 390
        assert table.get_attribute("role") == "table"
        cell = table.locator("td[data-label]").first
        assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") != "none"
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("therapies/zimislecel/", "Before this in Therapies", "Next in Therapies"),
        ("safety/tumour-risk/", "Before this in Safety", "Next in Safety"),
        ("trials/forward/", "Before this in Trials: donor-line islets", "Next in Trials: donor-line islets"),
    ],
)
def test_before_and_next_name_direction_and_topic(page: Page, address: str, path: str, before: str, after: str) -> None:
    page.goto(f"{address}{path}")
    links = page.locator(".neighbours a")
    assert before in links.nth(0).inner_text()
    assert after in links.nth(1).inner_text()
    here = page.url
    links.nth(1).click()
    page.locator(".neighbours a.prev").click()
    assert page.url == here


def test_limits_and_certainty_have_one_look_on_every_kind(page: Page, address: str) -> None:
    looks: dict[str, set[str]] = {"limits": set(), "sure": set(), "key": set()}
    for path in ("trials/forward/", "therapies/zimislecel/", "requirements/safety/"):
        page.goto(f"{address}{path}")
        for name, selector in (("limits", ".limits"), ("sure", ".key > p.sure"), ("key", ".admonition.key")):
            script = "e => { const s = getComputedStyle(e); return [s.border, s.backgroundColor, s.fontSize].join() }"
            looks[name].add(page.locator(selector).first.evaluate(script))
    assert {name: len(found) for name, found in looks.items()} == {"limits": 1, "sure": 1, "key": 1}


def test_more_facts_open_by_keyboard_and_stand_on_paper(page: Page, address: str) -> None:
    page.goto(f"{address}trials/forward/")
    more = page.locator("details.more-facts")
    assert not more.locator("table").is_visible()
    more.locator("summary").focus()
    page.keyboard.press("Enter")
    assert more.locator("table").is_visible()
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    assert more.locator("table").is_visible()
    assert not page.locator(".neighbours").is_visible()

"""The built site in a real browser: private, readable without script, usable by keyboard and touch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from conftest import KEPT, KINDS, SITE

pytestmark = pytest.mark.site


def listen(page: Page) -> list[str]:
    """Everything that a page complains of from now on: errors of scripts, and whatever its policy stops."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    return faults


@pytest.mark.slow
def test_all_that_is_kept_is_the_colour_scheme_that_a_reader_chose(page: Page, address: str) -> None:
    page.goto(address + "trials/")
    page.get_by_label("Approach", exact=True).select_option("donor islets")
    page.locator("#all-trials .choose input:visible").first.check()
    page.get_by_role("button", name="Switch to dark mode").click()
    page.goto(address + "articles/article-a/")
    page.locator("#verdict-contradicted").check()
    page.keyboard.press("Control+k")
    page.locator(".md-search__input").press_sequentially("cells")
    page.locator(".md-search-result__item").first.wait_for()
    found = page.evaluate(KEPT)
    assert found.pop("local") == ["/some/path/.__palette"]
    assert not any(found.values())
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_the_policy_is_on_every_page_and_stops_nothing_that_the_site_needs(page: Page, address: str) -> None:
    faults = listen(page)
    for path in ("", "trials/compare/?trials=forward,vc-02", "references/", "404.html"):
        page.goto(address + path)
        policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe" not in policy
    page.goto(address + "trials/forward/")
    page.locator(".term > button").first.focus()
    page.keyboard.press("Control+k")
    page.locator(".md-search__input").press_sequentially("teratoma")
    page.locator(".md-search-result__item").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/safety/tumour-risk/**")
    assert [fault for fault in faults if "404" not in fault] == []


@pytest.mark.parametrize("paths", [("", "trials/"), pytest.param(KINDS, marks=pytest.mark.slow)], ids=["two", "kinds"])
def test_no_page_breaks_its_policy_in_a_folder(page: Page, paths: tuple[str, ...]) -> None:
    faults = listen(page)
    for path in paths:
        name, _, query = path.partition("?")
        page.goto((SITE / name / "index.html").as_uri() + (f"?{query}" if query else ""))
        assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--line')"), path
    assert [fault for fault in faults if "Content Security Policy" in fault] == []


def test_the_headers_for_a_host_allow_what_each_page_allows() -> None:
    text = (SITE / "_headers").read_text(encoding="utf-8")
    assert "frame-ancestors 'none'" in text
    for path in SITE.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert html.count('http-equiv="Content-Security-Policy"') == 1, path
        assert all(found in text for found in re.findall(r"'sha256-[\w+/=]+'", html.split("</head>")[0])), path
        assert " style=" not in re.sub(r"<!--.*?-->|<script.*?</script>|>[^<]*<", "", html, flags=re.DOTALL), path


COUNTS = "all => [all.length, all.filter((one) => one.checkVisibility()).length]"


@pytest.mark.slow
def test_without_script_the_references_are_there_and_their_filter_works(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "references/")
    everything, shown = page.locator(".bibliography > li").evaluate_all(COUNTS)
    assert everything == shown > 200
    page.locator("summary", has_text="Filter the list").click()
    page.locator("#kind-letter").check()
    assert 0 < page.locator(".bibliography > li").evaluate_all(COUNTS)[1] < everything
    assert "letter" in page.locator(".bibliography > li:visible .kind").first.inner_text()
    context.close()


def test_without_script_claims_and_trials_are_there_and_the_filter_works(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "articles/article-a/")
    cards = page.locator(".card:visible")
    before = cards.count()
    page.locator("#verdict-contradicted").check()
    assert 0 < cards.count() < before
    page.goto(address + "trials/")
    assert page.locator("table a", has_text="FORWARD").count() == 1
    context.close()


def test_with_script_a_filter_says_how_many_it_leaves(page: Page, address: str) -> None:
    page.goto(address + "articles/article-b/")
    page.locator("#verdict-left-out").check()
    said = page.locator(".choices-count").inner_text()
    assert said == f"{page.locator('.card:visible').count()} of {page.locator('.card').count()} shown"


def test_a_term_is_explained_by_mouse_keyboard_and_touch(browser: Browser, page: Page, address: str) -> None:
    page.goto(address + "trials/forward/")
    term = page.locator(".term").first
    tip = term.locator(".tip")
    assert not tip.is_visible()
    term.hover()
    assert tip.is_visible()
    page.mouse.move(5, 5)
    assert not tip.is_visible()
    term.locator("button").focus()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.goto(address + "trials/forward/")
    phone.locator(".term > button").first.tap()
    tip = phone.locator(".term .tip").first
    assert tip.is_visible()
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    context.close()


def test_search_finds_a_trial(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Control+k")
    page.locator(".md-search__input").press_sequentially("zimislecel", delay=20)
    page.locator(".md-search-result__item").first.wait_for()
    assert "zimislecel" in page.locator(".md-search-result__list").inner_text().lower()


def test_light_and_dark_follow_the_reader(browser: Browser, address: str) -> None:
    colours = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
    assert colours["light"] != colours["dark"]


def test_a_citation_leads_to_its_reference_and_back(page: Page, address: str) -> None:
    page.goto(address + "trials/forward/")
    mark = page.locator("a.footnote-ref").first
    target = (mark.get_attribute("href") or "").lstrip("#")
    mark.click()
    assert page.url.endswith(f"#{target}")
    reference = page.locator(f'[id="{target}"]')
    assert reference.is_visible()
    reference.locator("a.footnote-backref").first.click()
    assert "#fnref" in page.url


def test_the_folder_opens_from_disk_without_a_server(page: Page) -> None:
    page.goto(Path(SITE / "index.html").as_uri())
    assert page.locator("h1").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "700"


# --- all trials and comparison ------------------------------------------------------------------------


def shown_rows(page: Page) -> list[str]:
    ids: list[str] = page.eval_on_selector_all(
        "#all-trials tbody tr", "rows => rows.filter(row => row.offsetParent !== null).map(row => row.dataset.id)"
    )
    return ids


def test_the_table_of_trials_filters_counts_and_keeps_its_state_in_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    everything = shown_rows(page)
    said = page.locator("#all-trials output")
    assert said.inner_text() == f"{len(everything)} of {len(everything)} trials shown"
    assert said.get_attribute("aria-live") == "polite"
    page.get_by_label("Approach", exact=True).select_option("donor islets")
    page.get_by_label("Results", exact=True).select_option("yes")
    some = shown_rows(page)
    assert "cit-07" in some
    assert "forward" not in some
    assert said.inner_text() == f"{len(some)} of {len(everything)} trials shown"
    assert "approach=donor+islets&results=yes" in page.url
    page.goto(page.url)  # the filtered view can be linked
    assert shown_rows(page) == some
    page.get_by_role("button", name="Show all").click()
    assert shown_rows(page) == everything
    assert "?" not in page.url


FILTER = """select => [...select.options].slice(1).map((option) => {
  select.value = option.value;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  const rows = [...document.querySelectorAll("#all-trials tbody tr")].filter((row) => row.offsetParent !== null);
  return [option.value, rows.map((row) => row.getAttribute(`data-${select.name}`) ?? "")];
})"""
"""Each value of a filter, with what the rows that it leaves say."""


def test_each_filter_leaves_the_rows_that_say_so(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    for name in ("approach", "origin", "immune", "phase", "status", "country", "results", "requirement"):
        for value, rows in page.locator(f"#all-trials select[name={name}]").evaluate(FILTER):
            assert rows, (name, value)
            assert [words for words in rows if value not in words.split("|")] == [], (name, value)
        page.locator(f"#all-trials select[name={name}]").select_option("")


def test_a_requirement_page_links_to_the_filtered_list(page: Page, address: str) -> None:
    page.goto(f"{address}requirements/safety/")
    link = page.locator("a[href*='?requirement=safety:partly']")
    number = link.inner_text().split()[0]
    page.goto(link.evaluate("link => link.href"))
    assert page.get_by_label("Requirement", exact=True).input_value() == "safety:partly"
    assert page.locator("#all-trials output").inner_text().startswith(f"{number} of ")
    assert len(shown_rows(page)) == int(number)


def test_the_table_of_trials_sorts_by_a_button_that_the_keyboard_reaches(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    page.get_by_role("button", name="People", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator("#all-trials thead th[aria-sort]").get_attribute("aria-sort") == "descending"
    counts = page.eval_on_selector_all("#all-trials tbody tr", "rows => rows.map(row => Number(row.dataset.people))")
    assert counts == sorted(counts, reverse=True)
    assert "sort=people&order=down" in page.url


def test_two_to_four_trials_can_be_chosen_and_compared(page: Page, address: str) -> None:
    page.goto(f"{address}trials/")
    boxes = page.locator("#all-trials .choose input")
    for number in range(4):
        boxes.nth(number).check()
    assert boxes.nth(4).is_disabled()
    page.get_by_role("link", name="Compare the chosen trials (4 of at most 4)").click()
    head = page.locator(".compared thead th")
    assert head.count() == 5
    assert page.locator("form.compare output").inner_text().startswith("4 trials, ")


def test_a_comparison_can_be_linked_marks_what_differs_and_never_adds_up(page: Page, address: str) -> None:
    page.goto(f"{address}trials/compare/?trials=forward,vc-02,nobody")
    assert page.locator(".compared thead th").all_inner_texts()[1].startswith("FORWARD")
    assert page.locator(".compared tr.differs", has_text="Approach").count() == 1
    assert page.locator(".compared tr:not(.differs)", has_text="Diabetes").count() >= 1
    assert "Counts are never added up over trials." in page.locator(".compared").inner_text()
    source = page.locator(".compared a", has_text="[source]").first
    source.click()
    assert "#fn:" in page.url
    assert page.locator(f"[id='{page.url.split('#')[1]}']").is_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_two_trials_fit_side_by_side_on_a_phone_and_stay_a_table(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}trials/compare/?trials=forward,vc-02")
    assert page.locator(".compared .scroll").evaluate("box => box.scrollWidth <= box.clientWidth")
    row = page.get_by_role("row", name="Evidence stage")
    assert row.get_by_role("rowheader").count() == 1
    first, second = (cell.bounding_box() for cell in row.get_by_role("cell").all())
    assert first
    assert second
    assert first["y"] == second["y"]
    assert first["width"] == pytest.approx(second["width"], abs=1)
    assert page.get_by_role("columnheader").all_inner_texts()[1:] == [
        "FORWARD: zimislecel (VX-880)",
        "VC-02 (PEC-Direct): cells in an open device",
    ]
    page.close()


def test_the_same_people_in_two_reports_are_said(page: Page, address: str) -> None:
    page.goto(f"{address}trials/compare/?trials=protrans-2023,protrans-repeat")
    assert "Some of the same people are in more than one of these reports." in page.locator(".compared").inner_text()


def test_tables_of_trials_are_whole_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{address}trials/")
    assert page.locator("#all-trials tbody tr").count() == page.locator("#all-trials tbody tr:visible").count() >= 51
    assert not page.locator("form.facets").is_visible()
    page.goto(f"{address}trials/compare/")
    assert page.get_by_role("link", name="FORWARD: zimislecel (VX-880)").is_visible()
    page.goto(f"{address}trials/pictures/")
    assert page.locator("svg.picture").count() == 5
    context.close()


def test_a_row_becomes_a_card_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{address}trials/forward/")
    cell = page.locator(".stack:not(.facts) td").first
    assert cell.evaluate("cell => getComputedStyle(cell).display") == "block"
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"')
    assert page.get_by_role("table", name="Facts: FORWARD: zimislecel (VX-880)").count() == 1  # still a table
    context.close()

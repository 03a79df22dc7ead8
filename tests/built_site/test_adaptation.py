"""The built site as readers set it: little motion, their own colours, much zoom, wide text. In a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import KINDS, settled
from keyboard_walk import START, opened, stop

pytestmark = pytest.mark.site

# --- little motion ------------------------------------------------------------------------------------

MOVING = """() => {
  const long = (times) => times.split(",").some((time) => parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1000) > 10);
  const found = [];
  for (const part of document.querySelectorAll("*")) {
    for (const pseudo of [null, "::before", "::after"]) {
      const style = getComputedStyle(part, pseudo);
      const moves = long(style.transitionDuration) && style.transitionProperty !== "none";
      const plays = long(style.animationDuration) && style.animationName !== "none";
      if (moves || plays || style.scrollBehavior === "smooth") found.push(`${part.localName}.${part.className}${pseudo ?? ""}`);
    }
  }
  return found;
}"""


@pytest.mark.slow
def test_nothing_moves_for_who_wants_little_motion(browser: Browser, address: str) -> None:
    for wish in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion="reduce" if wish == "reduce" else "no-preference")
        page = context.new_page()
        found = []
        for path in ("", "trials/", "trials/forward/", "glossary/"):
            page.goto(address + path)
            page.evaluate("document.querySelector('.term > button')?.focus()")
            found += page.evaluate(MOVING)
        assert (found == []) == (wish == "reduce"), found[:5]
        context.close()


# --- the reader's own colours -------------------------------------------------------------------------

FAINT = """() => {
  const found = [];
  for (const part of document.querySelectorAll("body *")) {
    const words = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || !part.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (part.closest("script, style, noscript, option, .md-skip")) continue;
    const style = getComputedStyle(part);
    const ratio = contrast(part.closest("svg") ? style.fill : style.color, below(part));
    if (ratio < 4.5) found.push(`${ratio.toFixed(1)} ${part.outerHTML.slice(0, 100)}`);
  }
  return found;
}"""

PLAIN = """() => [...document.querySelectorAll("button, select, input, .admonition, .card, fieldset, .tip, .reference-note, .verdict")]
  .filter((part) => part.checkVisibility({ visibilityProperty: true }) && part.type !== "checkbox" && part.type !== "radio")
  .filter((part) => {
    const style = getComputedStyle(part);
    const line = ["Top", "Right", "Bottom", "Left"].some((side) => parseFloat(style[`border${side}Width`]) > 0
      && contrast(style[`border${side}Color`], below(part)) >= 3);
    const underlined = style.textDecorationLine.includes("underline");
    const words = part.innerText.trim() && part.matches(".verdict");
    const sign = part.querySelector("svg") && contrast(getComputedStyle(part.querySelector("svg")).fill, below(part)) >= 3;
    const framed = part.closest(".md-search__form");
    return !line && !underlined && !words && !sign && !framed;
  }).map((part) => part.outerHTML.slice(0, 120))"""

MARKS = """() => [...document.querySelectorAll("svg.picture :is(circle, rect, path, line, polygon, polyline)")].map((mark) => {
    const style = getComputedStyle(mark);
    const back = below(mark.closest("svg"));
    const seen = (colour) => colour !== "none" && contrast(colour, back) >= 3;
    return [mark.getAttribute("class"), seen(style.fill) || mark.getAttribute("class") === "axis", seen(style.stroke), style.strokeDasharray !== "none"];
  })"""


@pytest.fixture(params=["light", pytest.param("dark", marks=pytest.mark.slow)])
def forced(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme: Literal["light", "dark"] = request.param
    context = browser.new_context(viewport={"width": 1400, "height": 900}, forced_colors="active", color_scheme=scheme)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "paths", [("trials/forward/",), pytest.param(KINDS, marks=pytest.mark.slow)], ids=["one", "kinds"]
)
def test_in_the_readers_colours_all_text_is_readable_and_controls_have_an_edge(
    forced: Page, address: str, paths: tuple[str, ...]
) -> None:
    faults = []
    for path in paths:
        opened(forced, address + path)
        faults += [(path, fault) for fault in (*forced.evaluate(FAINT), *forced.evaluate(PLAIN))]
    assert faults == []


@pytest.mark.slow
def test_in_the_readers_colours_the_focus_is_seen(forced: Page, address: str) -> None:
    opened(forced, f"{address}trials/")
    for _ in range(40):
        forced.keyboard.press("Tab")
        stop(forced)


def test_in_the_readers_colours_the_marks_of_pictures_differ(forced: Page, address: str) -> None:
    opened(forced, f"{address}trials/pictures/")
    looks: dict[str, set[tuple[bool, bool, bool]]] = {}
    for name, *look in forced.evaluate(MARKS):
        looks.setdefault(name, set()).add(tuple(look))
    assert all(any(fill or line for fill, line, _ in look) for look in looks.values()), looks
    for one, other in (
        ("off-insulin", "counted"),
        ("counted", "not-counted"),
        ("death", "no-death"),
        ("ran", "planned"),
    ):
        assert looks[one].isdisjoint(looks[other]), (one, other, looks)


def test_in_the_readers_colours_signs_are_there(forced: Page, address: str) -> None:
    opened(forced, f"{address}references/")
    sign = "getComputedStyle(document.querySelector('summary'), '::before').backgroundColor"
    assert forced.evaluate(f"contrast({sign}, below(document.querySelector('summary')))") >= 3


# --- 400 % zoom ---------------------------------------------------------------------------------------


@pytest.fixture
def zoomed(browser: Browser) -> Iterator[Page]:
    """A window of 1280 by 1024 pixels at 400 %."""
    context = browser.new_context(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    yield context.new_page()
    context.close()


COVERED = """() => {
  let covered = 0;
  for (let y = 2; y < innerHeight; y += 4) {
    const hit = document.elementFromPoint(innerWidth / 2, y);
    for (let part = hit; part; part = part.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(part).position)) { covered += 1; break; }
    }
  }
  return covered * 4 / innerHeight;
}"""


@pytest.mark.parametrize(
    "path",
    ["trials/forward/", *(pytest.param(path, marks=pytest.mark.slow) for path in KINDS if path != "trials/forward/")],
)
def test_at_four_hundred_per_cent_the_text_has_the_window(zoomed: Page, address: str, path: str) -> None:
    zoomed.goto(address + path)
    assert zoomed.evaluate("document.documentElement.scrollWidth <= innerWidth")
    zoomed.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    settled(zoomed)
    assert zoomed.evaluate(COVERED) < 0.15


@pytest.mark.slow
def test_at_four_hundred_per_cent_each_stop_is_seen(zoomed: Page, address: str) -> None:
    opened(zoomed, f"{address}therapies/zimislecel/")
    for _ in range(60):
        zoomed.keyboard.press("Tab")
        stop(zoomed)


@pytest.mark.slow
def test_at_four_hundred_per_cent_the_menu_and_the_search_can_be_used(zoomed: Page, address: str) -> None:
    opened(zoomed, f"{address}therapies/zimislecel/")
    zoomed.get_by_role("button", name="Menu", exact=True).press("Enter")
    settled(zoomed)
    for _ in range(20):
        zoomed.keyboard.press("Tab")
        found = zoomed.evaluate("look()")
        assert not found or found["faults"] == [] or found["again"], found
    zoomed.keyboard.press("Escape")
    zoomed.evaluate(START)
    zoomed.get_by_role("button", name="Search", exact=True).press("Enter")
    zoomed.keyboard.type("tumour")
    zoomed.locator(".md-search-result__item").first.wait_for()
    settled(zoomed)
    for _ in range(3):
        zoomed.keyboard.press("ArrowDown")
        stop(zoomed)


# --- text spacing (WCAG 1.4.12) -----------------------------------------------------------------------

SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""

CLIPPED = """() => {
  const found = [];
  const shown = (part) => part.checkVisibility({ visibilityProperty: true }) && part.getClientRects().length;
  /* Cut off by a box of its own. The name of the site in the head may end in dots: it stands in full in the heading. */
  for (const part of document.querySelectorAll("body *")) {
    if (!part.textContent.trim() || !shown(part) || part.closest("svg, caption, thead, .md-header__title, .md-search, .md-sidebar, select, script")) continue;
    const style = getComputedStyle(part);
    if (style.clipPath !== "none") continue; // for screen readers alone
    const tall = ["hidden", "clip"].includes(style.overflowY) && part.scrollHeight > part.clientHeight + 2 && part.clientHeight;
    const wide = ["hidden", "clip"].includes(style.overflowX) && part.scrollWidth > part.clientWidth + 2 && part.clientWidth;
    if ((tall || wide) && part !== document.body) found.push(`cut off: ${part.outerHTML.slice(0, 120)}`);
  }
  /* One on top of the other. */
  for (const parent of document.querySelectorAll("article, article :is(div, ul, ol, dl, section, td, tbody, tr, form, fieldset, figure), .md-footer *, .md-tabs__list")) {
    const parts = [...parent.children].filter((part) => shown(part) && part.innerText?.trim()
      && !["absolute", "fixed", "sticky"].includes(getComputedStyle(part).position) && !getComputedStyle(part).display.startsWith("inline"));
    parts.slice(1).forEach((part, number) => {
      const [one, other] = [parts[number].getBoundingClientRect(), part.getBoundingClientRect()];
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > 2) found.push(`overlap: ${parts[number].outerHTML.slice(0, 80)} / ${part.outerHTML.slice(0, 80)}`);
    });
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("width", "paths"),
    [
        (320, ("trials/forward/",)),
        pytest.param(320, KINDS, marks=pytest.mark.slow),
        pytest.param(1400, KINDS, marks=pytest.mark.slow),
    ],
    ids=["one", "narrow", "broad"],
)
def test_with_wide_text_nothing_is_cut_off_or_overlaps(
    browser: Browser, address: str, width: int, paths: tuple[str, ...]
) -> None:
    """But for words inside a picture, which cannot wrap; a table with the same facts stands below each."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    found: list[Any] = []
    for path in paths:
        page.goto(address + path)
        page.evaluate(SPACED)
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((path, "wider than the window"))
        found += [(path, fault) for fault in page.evaluate(CLIPPED)]
    assert found == []
    context.close()


def test_with_wide_text_an_explanation_still_fits(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    opened(page, f"{address}trials/forward/")
    page.evaluate(SPACED)
    page.locator(".term > button").first.focus()
    tip = page.locator(".term .tip").first
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    context.close()

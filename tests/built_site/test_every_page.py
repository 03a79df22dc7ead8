"""Every page of the built site in a real browser: private, whole on the narrowest screen, tables for everyone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from built_pages import all_pages
from conftest import KEPT, KINDS, ROOT, SITE, axe_faults
from ledger.model import project

pytestmark = pytest.mark.site

WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) return [`the page, ${document.documentElement.scrollWidth} pixels`];
  const shut = ".scroll, .md-search, .md-sidebar--primary, .md-header__title, .reference-note, caption, thead, .md-skip, svg";
  return [...document.querySelectorAll("article *, footer *")]
    .filter((part) => !part.closest(shut) && part.checkVisibility({ visibilityProperty: true }))
    .filter((part) => { const box = part.getBoundingClientRect(); return box.right > wide + 1 || box.left < -1; })
    .slice(0, 3).map((part) => part.outerHTML.slice(0, 120));
}"""
"""What a window of this width does not show without scrolling sideways, but for tables in their frames."""


@pytest.fixture(scope="module")
def walk(browser: Browser, address: str) -> dict[str, list[Any]]:
    """One look at every page, 320 pixels wide and to its end: what it asked, kept, complained of, and did not show."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    found: dict[str, list[Any]] = {"pages": all_pages(), "asked": [], "faults": [], "kept": [], "wide": []}
    context.on("request", lambda request: found["asked"].append(request.url))
    page.on("pageerror", lambda error: found["faults"].append(str(error)))
    page.on("console", lambda said: found["faults"].append(said.text) if said.type == "error" else None)
    for path in found["pages"]:
        page.goto(address + path)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        kept = page.evaluate(KEPT)
        kept["local"] = [key for key in kept["local"] if not key.endswith(".__palette")]
        found["kept"] += [(path, kept)] if any(kept.values()) else []
        found["wide"] += [(path, part) for part in page.evaluate(WIDE)]
    found["cookies"] = list(context.cookies())
    context.close()
    return found


def test_every_page_is_looked_at(walk: dict[str, list[Any]]) -> None:
    assert len(walk["pages"]) == len(project.load_project(ROOT).pages) > 100


def test_no_page_asks_another_origin(walk: dict[str, list[Any]], address: str) -> None:
    origin = address.split("/some/")[0]
    assert len(walk["asked"]) > len(walk["pages"])
    assert [url for url in walk["asked"] if not url.startswith((origin, "data:"))] == []


def test_no_page_keeps_anything_but_the_colour_scheme(walk: dict[str, list[Any]]) -> None:
    assert walk["kept"] == []
    assert walk["cookies"] == []


def test_no_page_fails_or_breaks_its_policy(walk: dict[str, list[Any]]) -> None:
    assert walk["faults"] == []


def test_no_page_is_wider_than_the_narrowest_screen(walk: dict[str, list[Any]]) -> None:
    assert walk["wide"] == []


# --- what the pages are -------------------------------------------------------------------------------


def test_there_is_one_page_of_every_kind_among_those_that_are_looked_at_closely() -> None:
    loaded = project.load_project(ROOT)
    kinds = {page.meta.data["kind"] for page in loaded.pages.values() if page.url in KINDS}
    assert kinds == {page.meta.data["kind"] for page in loaded.pages.values()}


def tables() -> Iterator[tuple[str, str, str]]:
    for path in all_pages():
        html = (SITE / path / "index.html").read_text(encoding="utf-8")
        for found in re.finditer(r"(?P<before><[^>]*>)\s*<table[^>]*>(?P<table>.*?)</table>", html, re.DOTALL):
            yield path, found["before"], found["table"]


def test_every_table_has_a_caption_headers_with_scope_and_a_frame_with_a_name() -> None:
    names: dict[str, list[str]] = {}
    for path, frame, table in tables():
        assert re.match(r"\s*<caption>[^<]", table), (path, table[:200])
        headers = re.findall(r"<th\b[^>]*>", table)
        assert headers, path
        assert [one for one in headers if not re.search(r' scope="(?:col|row)"', one)] == [], path
        assert [row for row in re.findall(r"<tbody>(.*?)</tbody>", table, re.DOTALL) if "<tr><td" in row] == [], path
        name = re.fullmatch(r'<div class="scroll" role="region" tabindex="0" aria-label="([^"]+)">', frame)
        assert name, (path, frame)
        names.setdefault(path, []).append(name[1])
    assert sum(map(len, names.values())) > 200
    assert {path: found for path, found in names.items() if len(found) != len(set(found))} == {}


# --- all of axe on all pages --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1400, "dark")])
def test_axe_finds_no_fault_on_any_page(page: Page, address: str, width: int, scheme: Literal["light", "dark"]) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []
    for path in all_pages():
        page.goto(address + path)
        found += [(path, fault) for fault in axe_faults(page)]
    assert found == []

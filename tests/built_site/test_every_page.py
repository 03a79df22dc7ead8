"""Every page of the built site in a real browser: private, whole on the narrowest screen, tables for everyone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from built_pages import all_pages
from conftest import KEPT, ONE_OF_EACH_KIND, ROOT, SITE, axe_faults
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


def look(page: Page, address: str, paths: Iterable[str]) -> dict[str, list[Any]]:
    """What is wrong with each page, 320 pixels wide and to its end: what it asked, kept, complained of, did not show."""
    origin = address.split("/some/")[0]
    faults: list[str] = []
    wrong: dict[str, list[Any]] = {"asked": [], "kept": [], "faults": faults, "too wide": []}
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in paths:
        page.goto(address + path)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        kept = page.evaluate(KEPT)
        kept["local"] = [key for key in kept["local"] if not key.endswith(".__palette")]
        wrong["kept"] += [(path, kept)] if any(kept.values()) else []
        wrong["too wide"] += [(path, part) for part in page.evaluate(WIDE)]
    assert any(url.endswith(".css") for url in asked)
    wrong["asked"] = [url for url in asked if not url.startswith((origin, "data:")) or "/search/" in url]
    wrong["kept"] += page.context.cookies()
    return {what: found for what, found in wrong.items() if found}


def test_a_page_of_each_kind_asks_nobody_else_keeps_nothing_works_and_fits(page: Page, address: str) -> None:
    assert look(page, address, ONE_OF_EACH_KIND) == {}


@pytest.mark.slow
def test_every_page_asks_nobody_else_keeps_nothing_works_and_fits(page: Page, address: str) -> None:
    assert look(page, address, all_pages()) == {}


def test_what_is_wrong_with_a_page_is_seen(page: Page, address: str) -> None:
    page.route("**/wrong", lambda route: route.fulfill(body=WRONG, content_type="text/html"))
    assert set(look(page, address, ["", "wrong"])) == {"asked", "kept", "faults", "too wide"}


WRONG = """<article><p style="width: 900px">wide</p></article><img src="https://example.org/x.png">
<script>localStorage.name = document.cookie = "a=b"; undefinedName()</script>"""


# --- what the pages are -------------------------------------------------------------------------------


def test_there_is_one_page_of_every_kind_among_those_that_are_looked_at_closely() -> None:
    kinds = {page.url: page.meta.data["kind"] for page in project.load_project(ROOT).pages.values()}
    assert sorted(kinds[path] for path in ONE_OF_EACH_KIND) == sorted(set(kinds.values()))
    assert set(all_pages()) == set(kinds)


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
@pytest.mark.parametrize(("first", "width", "scheme"), [(0, 390, "light"), (1, 1400, "dark")], ids=["phone", "desktop"])
def test_axe_finds_no_fault_on_any_page(
    page: Page, address: str, first: int, width: int, scheme: Literal["light", "dark"]
) -> None:
    """Every second page as on a phone, the others as on a desktop: most share their templates."""
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []
    for path in all_pages()[first::2]:
        page.goto(address + path)
        found += [(path, fault) for fault in axe_faults(page)]
    assert found == []

"""How much a page loads at first sight, and whether anything moves, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from bench import first_view, web_server
from bench.web_server import Server
from built_pages import all_pages
from conftest import KINDS, ONE_OF_EACH_KIND, SITE

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with web_server.serve_folder(SITE) as running:
        yield running


def test_the_first_view_of_every_kind_of_page_is_small(page: Page, server: Server) -> None:
    assert too_large(page, server, ONE_OF_EACH_KIND) == []


@pytest.mark.slow
def test_the_first_view_of_every_page_is_small(page: Page, server: Server) -> None:
    assert too_large(page, server, all_pages()) == []


def too_large(page: Page, server: Server, paths: Iterable[str]) -> list[tuple[str, int, int, object]]:
    """The pages that ask for more, or for more bytes, than they may."""
    too_much: list[tuple[str, int, int, object]] = []
    for path in paths:
        view = first_view.measure_page_load(page, server, path)
        assert view.requests >= 4, f"{path}: the page, its style sheet, its script and its icon"
        if view.requests > first_view.MAX_REQUESTS or view.size > first_view.MAX_PAGE_BYTES:
            too_much.append((path, view.requests, view.size, view.sent))
    return too_much


def test_what_would_be_too_much_is_seen(page: Page, server: Server) -> None:
    html = '<link rel=icon href="/assets/favicon.svg"><script src="/search/index.js"></script>'
    page.route("**/moving", lambda route: route.fulfill(body=html, content_type="text/html"))
    assert first_view.measure_page_load(page, server, "moving").size > first_view.MAX_PAGE_BYTES


def late(route: Route) -> None:
    time.sleep(first_view.SCRIPT_DELAY_SECONDS)
    route.continue_()


@pytest.mark.slow
def test_nothing_moves_even_where_scripts_come_late(browser: Browser, server: Server) -> None:
    assert find_moving(browser, server, 390, ("", "trials/")) == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_moves_on_any_kind_of_page(browser: Browser, server: Server, width: int) -> None:
    assert find_moving(browser, server, width, (*KINDS, "404.html")) == []


def find_moving(browser: Browser, server: Server, width: int, paths: Iterable[str]) -> list[object]:
    moved: list[object] = []
    for path in paths:
        context = browser.new_context(viewport={"width": width, "height": 844})
        context.route("**/*.js", late)
        found, who = first_view.measure_layout_shift(context.new_page(), server.address + path)
        if found >= first_view.MAX_LAYOUT_SHIFT:
            moved.append((path, round(found, 3), who))
        context.close()
    return moved


def test_what_moves_is_seen(page: Page, server: Server) -> None:
    push = "<script>setTimeout(() => document.body.prepend(document.createElement('hr')), 100)</script>"
    html = f"<style>hr {{ height: 300px }}</style><p>{'word ' * 900}</p>{push}"
    page.route("**/moving", lambda route: route.fulfill(body=html, content_type="text/html"))
    assert first_view.measure_layout_shift(page, f"{server.address}moving")[0] > first_view.MAX_LAYOUT_SHIFT

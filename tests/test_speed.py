"""How much a page loads at first sight, and whether anything moves, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from conftest import KINDS, SITE
from ledger import firstview, webserver
from ledger.webserver import Server
from test_every_page import all_pages

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with webserver.serving(SITE) as running:
        yield running


def test_the_first_view_of_every_kind_of_page_is_small(page: Page, server: Server) -> None:
    assert too_large(page, server, KINDS) == []


@pytest.mark.slow
def test_the_first_view_of_every_page_is_small(page: Page, server: Server) -> None:
    assert too_large(page, server, all_pages()) == []


def too_large(page: Page, server: Server, paths: Iterable[str]) -> list[tuple[str, int, int, object]]:
    """The pages that ask for more, or for more bytes, than they may."""
    too_much: list[tuple[str, int, int, object]] = []
    for path in paths:
        view = firstview.view(page, server, path)
        assert view.requests >= 4, f"{path}: the page, its style sheet, its script and its icon"
        if view.requests > firstview.MOST_REQUESTS or view.size > firstview.MOST_BYTES:
            too_much.append((path, view.requests, view.size, view.sent))
    return too_much


def test_what_would_be_too_much_is_seen(page: Page, server: Server) -> None:
    html = '<link rel=icon href="/assets/favicon.svg"><script src="/search/index.js"></script>'
    page.route("**/moving", lambda route: route.fulfill(body=html, content_type="text/html"))
    assert firstview.view(page, server, "moving").size > firstview.MOST_BYTES


def late(route: Route) -> None:
    time.sleep(firstview.LATE)
    route.continue_()


@pytest.mark.parametrize("width", [390, pytest.param(1400, marks=pytest.mark.slow)])
def test_nothing_moves_even_where_scripts_come_late(browser: Browser, server: Server, width: int) -> None:
    moved = []
    for path in (*KINDS, "404.html"):
        context = browser.new_context(viewport={"width": width, "height": 844})
        context.route("**/*.js", late)
        found, who = firstview.shift(context.new_page(), server.address + path)
        if found >= firstview.MOST_SHIFT:
            moved.append((path, round(found, 3), who))
        context.close()
    assert moved == []


def test_what_moves_is_seen(page: Page, server: Server) -> None:
    push = "<script>setTimeout(() => document.body.prepend(document.createElement('hr')), 100)</script>"
    html = f"<style>hr {{ height: 300px }}</style><p>{'word ' * 900}</p>{push}"
    page.route("**/moving", lambda route: route.fulfill(body=html, content_type="text/html"))
    assert firstview.shift(page, f"{server.address}moving")[0] > firstview.MOST_SHIFT

"""axe on one page of every kind: all rules of WCAG 2.0, 2.1 and 2.2, A and AA.

A third of the kinds in every run; in the slow set every kind, 320 or 768 pixels wide, and in test_every_page every page.
"""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from conftest import KINDS, ONE_OF_EACH_KIND, SITE, alternate, axe_faults, served, settled

pytestmark = pytest.mark.site
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("path", ONE_OF_EACH_KIND[::3])
def test_a_page_has_no_fault(page: Page, address: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address + path)
    assert axe_faults(page) == []


@pytest.mark.slow
@pytest.mark.parametrize(("path", "width", "scheme"), alternate(KINDS, (320, "light"), (768, "dark")))
def test_no_kind_of_page_has_a_fault_at_other_widths(
    page: Page, address: str, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # nothing is half-way
    page.goto(address + path)
    assert axe_faults(page) == []


def test_the_page_for_what_is_not_there_has_no_fault(page: Page) -> None:
    for server in served(SITE):  # its addresses begin at the root of a host
        page.goto(f"{server}404.html")
        assert axe_faults(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert axe_faults(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_opens_has_no_fault(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    """The drawer, an explanation and a filtered, sorted, chosen view; notes and search are in test_page_features."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}trials/forward/")
    page.locator(".term > button").first.focus()
    assert axe_faults(page) == []
    page.get_by_role("button", name="Menu", exact=True).click()
    settled(page)
    assert axe_faults(page) == []
    page.goto(f"{address}trials/?results=yes&sort=people&order=down&trials=forward,vc-02")
    assert axe_faults(page) == []
    context.close()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("target-size", '<button style="all:unset;width:9px;height:9px">x</button>' * 3),
        ("color-contrast", '<p style="color:#999">words</p>'),
        (
            "link-in-text-block",
            '<p>Words and <a href="#" style="text-decoration:none;color:#333">a link</a> in it.</p>',
        ),
        ("scrollable-region-focusable", '<div style="overflow:auto;height:2em"><p style="height:9em">x</p></div>'),
        ("label", "<input>"),
        ("aria-allowed-attr", '<p aria-expanded="true">x</p>'),
    ],
)
def test_axe_would_tell_a_fault(page: Page, rule: str, fault: str) -> None:
    page.set_content(f'<html lang="en"><title>x</title><main><h1>x</h1>{fault}</main>')
    assert rule in [name for name, _ in axe_faults(page)]

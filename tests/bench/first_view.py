"""What a reader's browser fetches and moves at the first look at a page: requests, bytes, shifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from bench.web_server import Server

MAX_REQUESTS = 10
MAX_PAGE_BYTES = 120_000
"""Of one page with all it loads, compressed."""
MAX_LAYOUT_SHIFT = 0.01
"""Cumulative layout shift: the share of the window that moves, times how far."""
SCRIPT_DELAY_SECONDS = 0.4
"""Seconds by which scripts come late where shifts are measured: everything else has been shown by then."""
SETTLE_MILLISECONDS = 150
"""Milliseconds after which a page that has loaded asks for nothing more, and nothing moves any more."""
RECORD_SHIFTS_SCRIPT = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) window.shifts.push([value, sources.map(({ node }) => node?.className ?? node?.nodeName ?? "")]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True)
class PageLoad:
    """What one page asked for, with the bytes sent for each."""

    sent: tuple[tuple[str, int], ...]

    @property
    def requests(self) -> int:
        return len(self.sent)

    @property
    def size(self) -> int:
        """Bytes, compressed, without the headers of the answers."""
        return sum(size for _, size in self.sent)


def measure_page_load(page: Page, server: Server, path: str) -> PageLoad:
    """Open a page with an empty cache and see what it asks for until nothing more comes.

    The icon counts, though a browser without a window may not fetch it.
    """
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    server.sent.clear()
    page.goto(server.address + path)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    icon = page.locator("link[rel=icon]").get_attribute("href")
    if icon and not any(icon.rpartition("/")[2] in asked for asked, _ in server.sent):
        page.evaluate("(icon) => fetch(icon).then((answer) => answer.text())", icon)
    return PageLoad(tuple(server.sent))


def measure_layout_shift(page: Page, address: str) -> tuple[float, list[object]]:
    """The layout shift of a page until it stands still, and what moved; to the foot of the page and back, too."""
    page.add_init_script(RECORD_SHIFTS_SCRIPT)
    page.goto(address)
    for place in ("0", "document.body.scrollHeight", "0"):
        page.evaluate(f"window.scrollTo(0, {place})")
        page.wait_for_timeout(SETTLE_MILLISECONDS)
    found: list[tuple[float, list[str]]] = page.evaluate("window.shifts")
    return sum(value for value, _ in found), [who for _, who in found]

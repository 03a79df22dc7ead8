"""Measure the search with a thousand more trial pages, in a real browser (``make bench-search``).

The site is built with copies of its trial pages. A browser, at full speed and slowed down to that of an old phone,
turns to the search and types a question; told are the size of the index, how long it takes from the focus until the
search is ready and until the first result stands there, and how long one key takes until its results are drawn.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

EXTRA = 1000
QUESTION = "can my own cells be used without immune drugs"
SLOWER = (1, 6)
"""Times slower than this machine; 6 is about an old phone."""
MOST_A_KEY = {1: 50.0, 6: 300.0}
"""Milliseconds from a key to its results, in the middle of all keys."""
MOST_COMPRESSED = 500_000  # bytes
READY = "() => document.querySelector('.md-search-result__meta').textContent === 'Type to search'"
TYPE = """async (question) => {
  const input = document.querySelector('.md-search__input');
  const times = [];
  for (let end = 1; end <= question.length; end += 1) {
    const start = performance.now();
    input.value = question.slice(0, end);
    input.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""


@dataclass(frozen=True)
class Speed:
    """Milliseconds: from focus to ready, and for each key until its results are drawn."""

    ready: float
    keys: list[float]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def measured(site: Path, slower: int) -> Speed:
    """One visit of the home page of ``site``."""
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        start = page.evaluate("performance.now()")
        page.locator(".md-search__input").focus()
        page.wait_for_function(READY, polling=5)
        ready = page.evaluate("performance.now()") - start
        keys = page.evaluate(TYPE, QUESTION)
        browser.close()
    server.shutdown()
    return Speed(ready, keys)


def table(pages: int, raw: int, compressed: int, speeds: dict[int, Speed]) -> str:
    lines = [
        f"search with {pages} pages",
        f"index, bytes                     {raw:10,d}",
        f"index, compressed                {compressed:10,d}   at most {MOST_COMPRESSED:,d}",
    ]
    for slower, speed in speeds.items():
        name = "this machine" if slower == 1 else f"{slower} times slower"
        lines += [
            f"{name}: focus until ready, ms          {speed.ready:7.0f}",
            f"{name}: first key until its results    {speed.keys[0]:7.0f}",
            f"{name}: a key, median                  {median(speed.keys):7.0f}   at most {MOST_A_KEY[slower]:.0f}",
            f"{name}: a key, slowest                 {max(speed.keys):7.0f}",
        ]
    return "\n".join(lines)


def too_slow(compressed: int, speeds: dict[int, Speed]) -> list[str]:
    """One line for each limit that is broken."""
    found = []
    if compressed > MOST_COMPRESSED:
        found.append(f"bench-search: the index has {compressed:,d} bytes compressed, more than {MOST_COMPRESSED:,d}")
    for slower, speed in speeds.items():
        if median(speed.keys) > MOST_A_KEY[slower]:
            found.append(
                f"bench-search: a key takes {median(speed.keys):.0f} ms at 1/{slower} of the speed, "
                f"more than {MOST_A_KEY[slower]:.0f}"
            )
    return found


def main(root: Path) -> int:
    from bench.build_time import copied, with_copies

    with tempfile.TemporaryDirectory() as folder:
        large = with_copies(copied(root, Path(folder) / "copy"), EXTRA)
        site = Path(folder) / "site"
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(site)]
        done = subprocess.run(command, cwd=large, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{done.stdout}{done.stderr}\nbench-search: the build failed (above)")
            return 1
        data = (site / "search" / "index.js").read_bytes()
        compressed = len(gzip.compress(data, 6))
        pages = len(list(site.rglob("index.html")))
        speeds = {slower: measured(site, slower) for slower in SLOWER}
    print(table(pages, len(data), compressed, speeds))
    found = too_slow(compressed, speeds)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))

"""Attack strings in every field and in the body of pages: the checks refuse what could run, and in a real browser
nothing runs, not even in a preview that goes on after the checks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import attacks
from attacked_site import attacked, write_site
from conftest import INDEX, SITE, Make, check_links, served, settled
from ledger.model import project
from ledger.site import check_site

RULES = {"raw-html", "raw-attribute", "unsafe-address", "third-party"}
PREVIEW = """\
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
config = load_config("mkdocs.yml", site_dir=sys.argv[1])
config.plugins["scripts/hooks.py"].state.address_checked = True
config.plugins.on_startup(command="serve", dirty=False)
build(config)
config.plugins["scripts/hooks.py"].state.write_site_files()
"""
"""Build as a preview does: it goes on whatever the checks find."""


def refused(make: Make, text: str) -> set[str]:
    root = make({"docs/index.md": f"{INDEX}\n{text}\n"})
    return {problem.rule for problem in check_links(root).problems} & RULES


@pytest.mark.parametrize("text", attacks.RUNNING)
def test_the_checks_refuse_what_could_run(text: str, make: Make) -> None:
    assert refused(make, text)


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "p <0.05", "1<2>1", "{FDA} {a} x{2}", "<https://example.org>", "<a@example.org>"]
)
def test_the_checks_leave_plain_words_alone(text: str, make: Make) -> None:
    assert not refused(make, text)


def test_a_record_takes_the_text_in_nearly_every_field() -> None:
    trial = attacked(attacks.RUNNING[0])
    assert json.dumps(trial).count("<script>") > 100
    places = set(re.findall(r'"(\w+)": \[?"<script>', json.dumps(trial)))
    assert {"plain_title", "value", "note", "where", "said_by", "measure", "event", "cause"} <= places


@pytest.fixture(scope="module")
def attacked_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("attacked")
    write_site(root)
    done = subprocess.run(
        [sys.executable, "-c", PREVIEW, str(root / "site")], cwd=root, capture_output=True, text=True, check=False
    )
    assert (root / "site" / "pages" / "p0" / "index.html").is_file(), done.stdout[-2000:] + done.stderr[-4000:]
    return root


@pytest.fixture(scope="module")
def server(attacked_site: Path) -> Iterator[str]:
    yield from served(attacked_site / "site")


WATCH = "window.alert = window.print = () => { window.__pwned = 'alert' };"
POKE = """() => {
  const wild = [];
  for (const link of document.querySelectorAll("a[href], area[href]")) {
    if (!["http:", "https:", "mailto:", "tel:"].includes(link.protocol)) wild.push(link.href);
  }
  for (const one of document.querySelectorAll("article *")) {
    if ([...one.attributes].some((attribute) => attribute.name.startsWith("on"))) wild.push(one.outerHTML.slice(0, 200));
  }
  return wild;
}"""


@pytest.mark.slow
def test_no_page_runs_anything_or_asks_anybody_even_without_the_policy(
    attacked_site: Path, server: str, browser: Browser
) -> None:
    """Every page as in a preview. What it shows must be harmless by itself, so the policy is not there to help."""
    site = attacked_site / "site"
    paths = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    urls = {"" if path == "." else f"{path}/" for path in paths}
    assert len(urls) > 200
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(WATCH)
    context.route("**/*.css", lambda route: route.abort())  # laying out long tables would take most of the time
    tab = context.new_page()
    tab.on("dialog", lambda dialog: dialog.dismiss())
    asked: list[str] = []
    context.on("response", lambda response: asked.append(response.url))
    ran = []
    for url in sorted(urls):
        tab.goto(server + url, wait_until="load")
        wild = tab.evaluate(POKE)
        ran += [(url, one) for one in wild]
        if tab.evaluate("window.__pwned") is not None:
            ran.append((url, "ran"))
    assert ran == []
    assert [url for url in asked if not url.startswith(server)] == []
    context.close()


CLICK = "for (const link of document.querySelectorAll(\"a[href^='javascript' i], button\")) link.click()"


@pytest.mark.site
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_the_policy_alone_stops_what_is_raw_in_a_page(address: str, browser: Browser, every: int) -> None:
    """Each attack as it is in the text of a published page, as if all checks and all escaping had failed."""
    html = (SITE / "index.html").read_text(encoding="utf-8")
    context = browser.new_context()
    context.add_init_script(WATCH)
    tab = context.new_page()
    tab.on("dialog", lambda dialog: dialog.dismiss())
    answered: list[str] = []
    context.on("response", lambda response: answered.append(response.url))
    stopped = 0
    for text in attacks.RUNNING[::every]:
        if "refresh" in text:
            continue  # no policy keeps a page from leaving for another; the checks do
        given = html.replace("</h1>", f"</h1>{text}", 1)
        assert given != html
        tab.route(address, lambda route, request, given=given: route.fulfill(body=given, content_type="text/html"))
        tab.goto(address, wait_until="load")
        tab.evaluate(CLICK)
        assert tab.evaluate("window.__pwned") is None, text
        tab.unroute(address)
        stopped += 1
    assert stopped > 80 / every
    assert [url for url in answered if not url.startswith((address, "data:"))] == []
    context.close()


@pytest.mark.slow
def test_the_search_shows_what_it_finds_as_text(server: str, browser: Browser) -> None:
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(WATCH)
    tab = context.new_page()
    for word in ("heading", "bare", "script", "onerror"):
        tab.goto(server)
        tab.keyboard.press("Control+k")
        tab.locator(".md-search__input").press_sequentially(word, delay=10)
        tab.locator(".md-search-result__item").first.wait_for()
        settled(tab)
        names = "all => [...new Set(all.map(one => one.localName))]"
        found = set(tab.eval_on_selector_all(".md-search-result__list *", names))
        assert not found & {"script", "img", "iframe", "style", "form", "object"}, found
        assert tab.evaluate("window.__pwned") is None
    context.close()


@pytest.mark.slow
def test_the_attacked_pages_are_refused_by_name_when_they_are_built(attacked_site: Path) -> None:
    """What Markdown makes is looked at once more: each page that holds something is told."""
    loaded = project.load_project(attacked_site)
    told = {problem.path for problem in check_site.check_links(loaded).problems if problem.rule in RULES}
    assert {f"docs/pages/p{number}.md" for number in range(len(attacks.RUNNING))} <= told

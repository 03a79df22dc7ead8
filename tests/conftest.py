"""What the tests share: a small project in a temporary folder, and the built site."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

import network_guard
import preview_server
from ledger.core.problems import Problem, Report
from ledger.model import project
from ledger.model.rules import get_rules
from ledger.site import check_site

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
TODAY = date(2026, 11, 21)
ONE_OF_EACH_KIND = (
    "",
    "questions/",
    "basics/how-it-works/",
    "outcomes/",
    "therapies/",
    "therapies/zimislecel/",
    "trials/forward/",
    "requirements/delivery/",
    "safety/tumour-risk/",
    "articles/article-b/",
    "glossary/",
    "about/method/",
)
"""One page of every kind of the built site."""
KINDS = (
    *ONE_OF_EACH_KIND,
    "trials/",
    "trials/pictures/",
    "trials/compare/?trials=forward,vc-02",
    "data/",
    "requirements/",
    "safety/checklist/",
    "articles/reference-lists/",
    "references/",
    "about/rules/",
)
"""The same, and the pages with something of their own."""


def alternate(paths: Iterable[str], *views: tuple[int, str]) -> list[tuple[str, int, str]]:
    """Each path with one of ``views``, a width and a scheme, by turns."""
    return [(path, *view) for path, view in zip(paths, cycle(views), strict=False)]


BIB = """\
@article{known2024,
  author = {Doe, Jane and Roe, Richard},
  title = {A trial},
  journal = {J Test},
  year = {2024},
  pages = {1--2},
  doi = {10.1234/abc},
  note = {registered as NCT01234567},
  kind = {trial report},
  seen = {abstract},
}
"""
INDEX = "# Home\n\nA sentence with a source [@known2024].\n"

Make = Callable[..., Path]

# --- how the tests run --------------------------------------------------------------------------------

INTEGRATION = {
    "cli/test_baseline", "cli/test_scripts", "linkcheck/test_link_check", "project/test_hooks", "project/test_setup",
    "project/test_workflows", "registry/test_client", "registry/test_command", "source_status/test_command",
    "bench/test_web_server",
}  # fmt: skip
CONTENT = {"project/test_content"}
"""Files whose tests look at the pages and records of this very site."""
KINDS_OF_TESTS = ("integration", "content", "site", "slow", "perf")

# The same examples in every run, few in `make test` and many in the full run, so that a result depends on nothing but
# the code. HYPOTHESIS_PROFILE=random looks for new ones by hand.
settings.register_profile("few", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("many", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("random", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "few")

network_guard.install()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its kind: by its file, and as a unit test where nothing else is said."""
    for item in items:
        name = f"{item.path.parent.name}/{item.path.stem}"
        if name in INTEGRATION:
            item.add_marker("integration")
        if name in CONTENT:
            item.add_marker("content")
        if not any(item.get_closest_marker(kind) for kind in KINDS_OF_TESTS):
            item.add_marker("unit")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    with network_guard.watched():
        yield


# --- a small project ----------------------------------------------------------------------------------


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a project: ``make({"docs/a.md": "…"})``. Without them it gets a good index page and bibliography."""

    def write(files: Mapping[str, str | bytes] | None = None) -> Path:
        for name, content in {"docs/index.md": INDEX, "references.bib": BIB, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def check_citations(root: Path) -> Report:
    return check_site.check_citations(project.load_project(root, TODAY))


def check_links(root: Path) -> Report:
    return check_site.check_links(project.load_project(root, TODAY))


def check_both(root: Path) -> set[Problem]:
    """What both checks report, each time with a rule that the table explains."""
    loaded = project.load_project(root, TODAY)
    problems = {*check_site.check_citations(loaded).problems, *check_site.check_links(loaded).problems}
    assert {problem.rule for problem in problems} <= get_rules().keys()
    return problems


# --- the built site in a browser ----------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def served(folder: Path) -> Iterator[str]:
    """The address of a server that hands out a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def started() -> Iterator[Browser]:
    """A browser that asks nobody anything by itself."""
    path = os.environ.get("CHROMIUM") or None
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site below a path of its own, as on a project page."""
    root = tmp_path_factory.mktemp("web")
    (root / "some").mkdir()
    (root / "some" / "path").symlink_to(SITE, target_is_directory=True)
    for server in served(root):
        yield f"{server}some/path/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    yield from started()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


def until(page: Page, condition: str) -> None:
    """Wait for a condition. Playwright's own way makes a function of the text, which our policy forbids."""
    for _ in range(100):
        with suppress(PlaywrightError):  # the page that was asked may be leaving
            if page.evaluate(condition):
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"{condition} does not come true")


def settled(page: Page) -> None:
    """Wait until what has begun to move has come to rest."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    until(page, "document.getAnimations().every((one) => one.playState !== 'running')")


KEPT = """async () => ({
  local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
  databases: await indexedDB.databases(), caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
"""All that a page can keep in a browser."""

AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
"""All rules of axe for WCAG 2.0, 2.1 and 2.2, levels A and AA. The one for 2.2 is off unless it is asked for."""


def axe_faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds on a page as it is now: each rule with the places that break it."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:5]]) for one in found]


@pytest.fixture(scope="session")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site as it is built for a host: with an address of its own and one of its repository."""
    root = preview_server.copy(tmp_path_factory.mktemp("hosted") / "project")
    addresses = {"SITE_URL": "https://example.org/kb/", "REPO_URL": "https://github.com/example/kb"}
    command = [sys.executable, preview_server.RUN, "build", "--strict", "--site-dir", "site"]
    environment = {**preview_server.environment(), **addresses}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root / "site"

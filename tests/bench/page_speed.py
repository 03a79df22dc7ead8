"""Our pages beside the same pages in stock Material: scores, requests, bytes, shifts (``make bench-site``).

The site is built twice, from the same Markdown, records and bibliography: as it is, and with the theme as it comes
(no template, style sheet, script, repair or policy of our own, and the theme's own search). Fonts from another origin
are switched off in both. Both are served by the same compressing server and opened by the same browser, page by page,
by turns. The table is printed, and written into ``docs/about/speed.md`` between its markers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

PAGE = Path("docs/about/speed.md")
BETWEEN = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end of measured -->)", re.DOTALL)
KINDS = {
    "": "Home",
    "questions/": "Questions",
    "basics/stem-cells/": "Basics",
    "therapies/zimislecel/": "A therapy",
    "trials/": "All trials",
    "trials/forward/": "A trial",
    "trials/pictures/": "Trials in pictures",
    "trials/compare/?trials=forward,vc-02": "Two trials compared",
    "data/": "Data",
    "requirements/": "Requirements",
    "requirements/delivery/": "A requirement",
    "outcomes/": "Outcomes",
    "safety/checklist/": "A checklist",
    "articles/article-b/": "An article, checked",
    "references/": "Sources: papers and reports",
    "glossary/": "Glossary",
    "about/method/": "About",
}
"""One page of every kind, with a name for the table."""
OF_OUR_OWN = re.compile(r"^(?:theme|extra|extra_css|extra_javascript|watch):.*\n(?:(?:[ #].*)?\n)*", re.MULTILINE)
"""The parts of mkdocs.yml that make the theme ours."""
STOCK_HOOKS = """\
import hooks
from hooks import *
from ledger.site import build

build.Site.finish_html = lambda self, html: html
build.Site.write_search_index = lambda self, folder: None


def on_page_content(html, page, config, files):
    html = hooks.on_page_content(html, page, config, files)
    del page.meta["search"]
    return html
"""
"""The hooks without what they do to the theme: no repairs, no policy, no search of our own."""


@dataclass(frozen=True)
class Measured:
    """One page of one site: scores by category, what the first view asked for, and its layout shift."""

    scores: Mapping[str, int]
    requests: int
    size: int
    shift: float


def stock(folder: Path) -> Path:
    """Make the copy of the project in ``folder`` one with the theme as it comes."""
    path = folder / "mkdocs.yml"
    kept = OF_OUR_OWN.sub("", path.read_text(encoding="utf-8")).replace("scripts/hooks.py", "scripts/stock.py")
    path.write_text(f"{kept}\ntheme:\n  name: material\n  font: false\n", encoding="utf-8")
    (folder / "scripts" / "stock.py").write_text(STOCK_HOOKS, encoding="utf-8")
    shutil.rmtree(folder / "overrides")
    return folder


def build(root: Path, site: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(site)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nbench-site: the build failed (above)")


def measure(sites: Mapping[str, Path], program: str, browser: str, runs: int) -> dict[tuple[str, str], Measured]:
    """Each page of each site, by path and name of the site; speed is the middle of so many runs."""
    from playwright.sync_api import sync_playwright

    from bench import first_view, lighthouse, web_server

    found: dict[tuple[str, str], Measured] = {}
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for path in KINDS:
            for name, folder in sites.items():
                with web_server.serve_folder(folder) as server:
                    page = running.new_page(viewport={"width": 390, "height": 844})
                    view = first_view.measure_page_load(page, server, path)
                    page.close()
                    first = lighthouse.run_lighthouse(program, browser, server.address + path)
                    rest = [
                        lighthouse.run_lighthouse(program, browser, server.address + path, ["performance"])
                        for _ in range(runs - 1)
                    ]
                speed = int(median(run.scores["performance"] for run in (first, *rest)))
                shift = max(run.shift or 0 for run in (first, *rest))
                scores = {**first.scores, "performance": speed}
                found[path, name] = Measured(scores, view.requests, view.size, shift)
                print(f"{KINDS[path]}, {name}: {scores}, {view.requests}, {view.size}, {shift:.3f}", flush=True)
        running.close()
    return found


def table(found: Mapping[tuple[str, str], Measured], names: Sequence[str]) -> str:
    """A Markdown table: for each page one row for each site."""
    from bench.lighthouse import CATEGORY_LABELS

    words = [word.capitalize() for word in CATEGORY_LABELS.values()]
    lines = [
        "| " + " | ".join(["Page", "Theme", *words, "Requests", "KB", "Shift"]) + " |",
        "|---|---|" + "--:|" * (len(words) + 3),
    ]
    for path, kind in KINDS.items():
        for name in names:
            one = found[path, name]
            scores = [str(one.scores[category]) for category in CATEGORY_LABELS]
            cells = [kind, name, *scores, str(one.requests), f"{one.size / 1000:.0f}", f"{one.shift:.3f}"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def conditions(browser: str, times: float, day: date, runs: int) -> str:
    """When and with what it was measured, as a paragraph."""
    from bench import machine

    said = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+(?=\.)", said)
    lighthouse = re.search(r'"lighthouse": "([\d.]+)"', Path("requirements/lighthouse/package.json").read_text("utf-8"))
    shared = (
        f"Other work made everything take {times:.1f} times as long, which lowers the scores for speed."
        if times > machine.MAX_CONTENTION
        else "No other work was going on."
    )
    middle = "comes from one run" if runs == 1 else f"is the middle of {runs} runs"
    return (
        f'Measured on <time datetime="{day}">{day.day} {day:%B %Y}</time>, with Lighthouse'
        f" {lighthouse[1] if lighthouse else '?'}, Chromium {number[0] if number else '?'} and Material"
        f" {version('mkdocs-material')}, on a machine with {machine.count_processors()} processor cores. The mark for speed"
        f" {middle}. {shared}"
    )


def written(page: str, paragraph: str, lines: str) -> str:
    """The page with a new measurement between its markers."""
    return BETWEEN.sub(lambda _: f"\n{paragraph}\n\n{lines}\n\n", page)


def below(found: Mapping[tuple[str, str], Measured], name: str) -> list[str]:
    """One line for each limit that our pages break."""
    from bench.first_view import MAX_LAYOUT_SHIFT, MAX_PAGE_BYTES, MAX_REQUESTS
    from bench.lighthouse import MIN_SCORES

    said = []
    for path, kind in KINDS.items():
        one = found[path, name]
        low = [
            f"{category} {one.scores[category]}"
            for category, least in MIN_SCORES.items()
            if one.scores[category] < least
        ]
        if one.requests > MAX_REQUESTS or one.size > MAX_PAGE_BYTES:
            low.append(f"{one.requests} requests, {one.size} bytes")
        if one.shift >= MAX_LAYOUT_SHIFT:
            low.append(f"shift {one.shift:.3f}")
        said += [f"bench-site: {kind}: {', '.join(low)}"] if low else []
    return said


def main(root: Path) -> int:
    from bench import lighthouse, machine
    from bench.build_time import copied

    asked = os.environ.get("RUNS", str(lighthouse.RUN_COUNT))
    if not asked.isdecimal() or not int(asked):
        print(f"bench-site: RUNS={asked} is no number of runs; write RUNS=5")
        return 2
    runs = int(asked)
    program, browser = os.environ["LIGHTHOUSE"], lighthouse.find_browser(os.environ.get("CHROMIUM", ""))
    with tempfile.TemporaryDirectory() as folder:
        sites = {"ours": Path(folder) / "ours", "stock": Path(folder) / "stock"}
        build(root, sites["ours"])
        build(stock(copied(root, Path(folder) / "copy")), sites["stock"])
        before = machine.measure_contention()
        try:
            found = measure(sites, program, browser, runs)
        except lighthouse.LighthouseError as error:
            print(f"bench-site: could not measure {error}")
            return 2
    times = max(before, machine.measure_contention())
    lines, paragraph = table(found, list(sites)), conditions(browser, times, date.today(), runs)
    print(f"{paragraph}\n\n{lines}")
    page = (root / PAGE).read_text(encoding="utf-8")
    (root / PAGE).write_text(written(page, paragraph, lines), encoding="utf-8")
    said = below(found, "ours")
    print("\n".join(said), end="\n" if said else "")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))

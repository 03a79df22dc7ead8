"""Time the build: what do bibliography, tables, checks and data cost? Run from the project root (``make bench``).

The same pages are built plain (MkDocs with Material, no bibliography plugin, no hooks; citations stay text) and as
they are, each in a fresh process into a temporary folder, with the same navigation. "Plain" is measured twice: the
pages as they lie in ``docs`` (their tables are comments then), and with every table written out as Markdown, which is
what these pages would be without records. Then copies of the trial pages are added, by the hundred, to see how time
and memory grow. Times are seconds of processor time, which other work on the machine disturbs less than the clock.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

RUNS = 5
MOST_FOR_CHECKS = 1.0  # seconds
MOST_RATIO = 2.0
MOST_RATIO_AT_SCALE = 1.5
EXTRA = (250, 500, 1000, 2000)
COMPARED_AT = 1000
MOST_GROWTH = 1.3
"""Time and memory for a further page, late against early: more than this is not linear."""
LEFT_OUT = re.compile(
    r"^\s*(?:- )?(?:bibtex:|bib_file:|(?:full_)?bib_command:|enable_inline_citations:|hooks:|scripts/hooks\.py|references\.bib).*\n",
    re.MULTILINE,
)
"""The lines of mkdocs.yml that bring the bibliography and the hooks in."""
TABLE = re.compile(r'<div class="scroll"[^>]*><table.*?</table></div>', re.DOTALL)
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
CITATION = re.compile(r"<!--cite ([\w;-]+)-->")


@dataclass(frozen=True)
class Cost:
    """What one build took: seconds of processor time, and megabytes at its peak."""

    seconds: float
    megabytes: float


def used() -> float:
    """Seconds of processor time that this process and its finished children have used."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def best(*works: Callable[[], object], runs: int = RUNS) -> list[float]:
    """The shortest of some runs of each work, by turns: what it takes when nothing else is in the way."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, spent in zip(works, times, strict=True):
            start = used()
            work()
            spent.append(used() - start)
    return [min(spent) for spent in times]


def markdown_tables(html: str) -> str:
    """Generated HTML with its tables as Markdown and its citations as text."""

    def table(match: re.Match[str]) -> str:
        rows = [
            [re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in CELL.findall(row)]
            for row in ROW.findall(match[0])
        ]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n\n" + "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n\n"

    text = TABLE.sub(table, html)
    text = CITATION.sub(lambda match: f"[@{match[1].replace(';', '; @')}]", text)
    return unescape(text) if "<" not in text else text


def copied(root: Path, folder: Path) -> Path:
    """What a build needs, in another folder."""
    for name in ("docs", "overrides", "rules", "scripts"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "references.bib", "source-status.json"):
        if (root / name).exists():
            shutil.copy(root / name, folder / name)
    return folder


def plain(folder: Path, tables: bool) -> Path:
    """Make the project in ``folder`` one of Material alone; ``tables`` writes the generated parts out."""
    from ledger.model import project
    from ledger.site import check_site, generated_parts  # noqa: F401 - the page Rules needs every check

    if tables:
        loaded = project.load_project(folder)
        for src, page in loaded.pages.items():
            path = folder / "docs" / src
            text = generated_parts.fill_markdown_placeholders(page, loaded, path.read_text(encoding="utf-8"))
            path.write_text(
                markdown_tables(generated_parts.fill_html_placeholders(page, loaded, text)), encoding="utf-8"
            )
    config = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    (folder / "mkdocs.yml").write_text(LEFT_OUT.sub("", config), encoding="utf-8")
    return folder


def with_copies(folder: Path, number: int) -> Path:
    """Add ``number`` trial pages: copies of those that are there, each with a name, title and cohort of its own.

    A copy says that it reports the same people as the others, or the checks would call it copied.
    """
    sources = [
        path for path in sorted((folder / "docs" / "trials").glob("*.md")) if "\ntrial:\n" in path.read_text("utf-8")
    ]
    names = [f"copy-{count}-{sources[count % len(sources)].stem}" for count in range(number)]
    first = {source.stem: source.stem for source in sources}
    for name in names:
        stem = name.split("-", 2)[2]
        first[stem] = min(first[stem], name, key=lambda one: f"{one}.md")
    for count, name in enumerate(names):
        source = sources[count % len(sources)]
        text = source.read_text(encoding="utf-8")
        others = {source.stem, *re.findall(r"(?<=^      record: ).*", text, re.MULTILINE)}
        relations = "".join(
            f"    - kind: same people\n      to: the original\n      record: {first[stem] if first[stem] != name else stem}\n"
            for stem in sorted(others & first.keys())
        )
        for old, new in (
            (r"^title: .*$", f"title: Copy {count} of {source.stem}"),
            (r"^  id: .*$", f"  id: {name}"),
            (r"^  cohort: .*$", f"  cohort: {name}"),
            (r"^  registry:\n(?:    .*\n)+", "  registry: []\n"),
            (r"^  relations:\n", f"  relations:\n{relations}")
            if "\n  relations:\n" in text
            else (r"^---\n(?=\n# )", f"  relations:\n{relations}---\n"),
        ):
            text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        (folder / "docs" / "trials" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def build(root: Path) -> Cost:
    """One build in a fresh process. Its output is shown only if it fails."""
    start = used()
    with tempfile.TemporaryDirectory() as site:
        own = "hooks:" in (root / "mkdocs.yml").read_text(encoding="utf-8")
        program = ["scripts/run_mkdocs.py"] if own else ["-m", "mkdocs"]
        command = [sys.executable, *program, "build", "--quiet", "--site-dir", site]
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{said}\nbench: the build failed (above)")
    return Cost(used() - start, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))


def table(written: float, full: float, checks: float) -> str:
    """The times of the site as it is, and what follows from them."""
    return "\n".join(
        (
            "the site as it is                         seconds   at most",
            f"pages with their tables, plain            {written:7.2f}",
            f"with bibliography, records and checks     {full:7.2f}   {MOST_RATIO * written:7.2f}",
            f"  that is, times as long                  {full / written:7.2f}   {MOST_RATIO:7.2f}",
            f"the checks by themselves                  {checks:7.2f}   {MOST_FOR_CHECKS:7.2f}",
        )
    )


def too_slow(written: float, full: float, checks: float) -> list[str]:
    """One line for each limit that is broken."""
    found = []
    if checks > MOST_FOR_CHECKS:
        found.append(f"bench: the checks take {checks:.2f} s, more than {MOST_FOR_CHECKS:.0f} s")
    if full / written > MOST_RATIO:
        found.append(
            f"bench: the build takes {full / written:.2f} times as long as the pages alone, more than {MOST_RATIO:.0f}"
        )
    return found


def growth_table(costs: dict[int, Cost], prose: Cost, written: Cost) -> str:
    """How time and memory grow with the number of trial pages."""
    lines = ["", "extra trial pages                         seconds   a page      MB"]
    before = (0, Cost(0, 0))
    for number, cost in costs.items():
        step = (cost.seconds - before[1].seconds) / (number - before[0])
        each = f"{1000 * step:5.1f} ms" if before[0] else "       –"
        lines.append(f"{number:6d}                                    {cost.seconds:7.2f} {each} {cost.megabytes:7.0f}")
        before = (number, cost)
    full = costs[COMPARED_AT]
    return "\n".join(
        (
            *lines,
            f"{COMPARED_AT:6d} plain, tables written out          {written.seconds:7.2f}          {written.megabytes:7.0f}",
            f"       times as long                      {full.seconds / written.seconds:7.2f}   at most {MOST_RATIO_AT_SCALE}",
            f"{COMPARED_AT:6d} plain, tables left out             {prose.seconds:7.2f}          {prose.megabytes:7.0f}",
            f"       times as long                      {full.seconds / prose.seconds:7.2f}",
        )
    )


def not_linear(costs: dict[int, Cost], written: Cost) -> list[str]:
    """One line for each limit that is broken as the site grows."""
    found = []
    ratio = costs[COMPARED_AT].seconds / written.seconds
    if ratio > MOST_RATIO_AT_SCALE:
        found.append(
            f"bench: {COMPARED_AT} trial pages take {ratio:.2f} times as long, more than {MOST_RATIO_AT_SCALE}"
        )
    numbers = list(costs)
    for name in ("seconds", "megabytes"):
        early, late = (
            (getattr(costs[b], name) - getattr(costs[a], name)) / (b - a) for a, b in (numbers[:2], numbers[-2:])
        )
        if late > MOST_GROWTH * early:
            found.append(f"bench: {name} a page grow from {early:.4f} to {late:.4f}: that is not linear")
    return found


def main(root: Path) -> int:
    from ledger.model import project
    from ledger.site import check_site

    def check() -> None:
        loaded = project.load_project(root)
        check_site.check_citations(loaded)
        check_site.check_links(loaded)

    with tempfile.TemporaryDirectory() as folder:
        written = plain(copied(root, Path(folder) / "site"), tables=True)
        # By turns, so that whatever else the machine does falls on both.
        times = best(lambda: build(written), lambda: build(root), check)
    print(table(*times), flush=True)
    costs = {}
    for number in EXTRA:
        with tempfile.TemporaryDirectory() as folder:
            costs[number] = build(with_copies(copied(root, Path(folder) / "site"), number))
    with tempfile.TemporaryDirectory() as folder:
        large = with_copies(copied(root, Path(folder) / "site"), COMPARED_AT)
        prose = build(plain(copied(large, Path(folder) / "prose"), tables=False))
        full = build(plain(large, tables=True))
    print(growth_table(costs, prose, full))
    found = [*too_slow(*times), *not_linear(costs, full)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))

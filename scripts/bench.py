"""Time the build: what do the bibliography and the checks cost? Run from the project root (``make bench``).

The same pages, tables included, are built plain (no bibliography plugin, no hooks; citations stay text) and as they
are, each in a fresh process into a temporary folder. The checks are timed by themselves. Times are seconds of
processor time, which other work on the machine disturbs less than the clock.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from launch import in_environment

RUNS = 7
MOST_FOR_CHECKS = 1.0  # seconds
MOST_RATIO = 2.0
LEFT_OUT = re.compile(
    r"^\s*(?:- )?(?:bibtex:|bib_file:|enable_inline_citations:|hooks:|scripts/hooks\.py|references\.bib).*\n",
    re.MULTILINE,
)
"""The lines of mkdocs.yml that bring the bibliography and the hooks in."""


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


def plain_copy(root: Path, folder: Path) -> Path:
    """The same pages, their tables written out, without bibliography and hooks."""
    from ledger import generate, project

    loaded = project.load(root)
    for name in ("docs", "overrides"):
        shutil.copytree(root / name, folder / name)
    for src, page in loaded.pages.items():
        path = folder / "docs" / src
        path.write_text(generate.markdown(page, loaded, path.read_text(encoding="utf-8")), encoding="utf-8")
    config = (root / "mkdocs.yml").read_text(encoding="utf-8")
    (folder / "mkdocs.yml").write_text(LEFT_OUT.sub("", config), encoding="utf-8")
    return folder


def build(root: Path) -> None:
    """One build in a fresh process. Its output is shown only if it fails."""
    with tempfile.TemporaryDirectory() as site:
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", site]
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    if done.returncode:
        sys.exit(f"{done.stdout}\nbench: the build failed (above)")


def table(plain: float, full: float, checks: float) -> str:
    """The three times and what follows from them."""
    return "\n".join(
        (
            "what                                      seconds   at most",
            f"pages alone                               {plain:7.2f}",
            f"with bibliography, tables and checks      {full:7.2f}   {MOST_RATIO * plain:7.2f}",
            f"  that is, times as long                  {full / plain:7.2f}   {MOST_RATIO:7.2f}",
            f"the checks by themselves                  {checks:7.2f}   {MOST_FOR_CHECKS:7.2f}",
        )
    )


def too_slow(plain: float, full: float, checks: float) -> list[str]:
    """One line for each limit that is broken."""
    found = []
    if checks > MOST_FOR_CHECKS:
        found.append(f"bench: the checks take {checks:.2f} s, more than {MOST_FOR_CHECKS:.0f} s")
    if full / plain > MOST_RATIO:
        found.append(
            f"bench: the build takes {full / plain:.2f} times as long as the pages alone, more than {MOST_RATIO:.0f}"
        )
    return found


def main(root: Path) -> int:
    from ledger import citations, links, project

    def check() -> None:
        loaded = project.load(root)
        citations.check(loaded)
        links.check(loaded)

    with tempfile.TemporaryDirectory() as folder:
        copy = plain_copy(root, Path(folder))
        # By turns, so that whatever else the machine does falls on both.
        plain, full, checks = best(lambda: build(copy), lambda: build(root), check)
    print(table(plain, full, checks))
    found = too_slow(plain, full, checks)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    in_environment("bench")
    sys.exit(main(Path.cwd()))

"""Three checks on one corpus: ours, bibaudit, and MkDocs' strict mode with mkdocs-bibtex alone (``make bench-citations``).

Each file of ``tests/corpus`` becomes a small project of its own. A check has *found* a planted fault with its line
where it prints the file's line, or, for the others, says anything that it does not say of a good project; we read
their output in their favour. The two others are installed at fixed versions into a folder that is thrown away.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BIBAUDIT = "0.1.2"
PACKAGES = (f"bibaudit=={BIBAUDIT}", "mkdocs==1.6.1", "mkdocs-bibtex==4.4.0", "setuptools==80.9.0")
CONFIG = """\
site_name: corpus
plugins:
  - search
  - bibtex:
      bib_file: references.bib
      enable_inline_citations: false
markdown_extensions: [admonition, attr_list, def_list, footnotes, md_in_html, tables]
validation:
  absolute_links: warn
  unrecognized_links: warn
  anchors: warn
"""
QUIET = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"}


@dataclass
class Score:
    """What one check made of the corpus: planted faults by how they were told, and good files that it faulted."""

    with_line: int = 0
    without_line: int = 0
    missed: int = 0
    false_alarms: int = 0


Check = Callable[[Path], list[str]]
"""Looks at a project and gives the lines of its findings."""


def ours(root: Path) -> list[str]:
    from bench import corpus_files
    from ledger.model import project
    from ledger.site import check_site

    loaded = project.load_project(root, corpus_files.DAY)
    return sorted(
        {
            str(problem)
            for check in (check_site.check_citations, check_site.check_links)
            for problem in check(loaded).problems
        }
    )


def bibaudit(programs: Path) -> Check:
    def check(root: Path) -> list[str]:
        command = [str(programs / "bibaudit"), "check", "--offline", "references.bib", "docs"]
        done = subprocess.run(command, cwd=root, env=QUIET, capture_output=True, text=True, timeout=120)
        return _said(done.stdout + done.stderr)

    return check


def strict(programs: Path) -> Check:
    def check(root: Path) -> list[str]:
        (root / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
        command = [str(programs / "mkdocs"), "build", "--strict", "--site-dir", str(root / "site")]
        done = subprocess.run(command, cwd=root, env=QUIET, capture_output=True, text=True, timeout=120)
        return _said(done.stdout + done.stderr) or (["the build failed"] if done.returncode else [])

    return check


NO_FINDING = re.compile(
    r"bibaudit (?:—|verifies)|summary$|UNCHECKED\s+\d+$|(?:PASS|FAIL)\b|.*RuntimeWarning|INFO\b|File \"|status = registries|Aborted with"
)
"""What the others print about any project, and about what they could not ask a registry."""


def _said(output: str) -> list[str]:
    lines = (line.strip() for line in output.split("\n"))
    return [line for line in lines if line and not NO_FINDING.match(line)]


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def told_at(line: int, shown: str, said: Iterable[str]) -> bool:
    """Whether an output names the line of the file."""
    name = re.escape(Path(shown).name)
    place = re.compile(rf"{name}(?::|, line |\D{{1,20}}line ){line}\b|\bline {line}\b")
    return any(place.search(text) for text in said)


def score(root: Path, check: Check, workers: int) -> Score:
    """Run a check on the whole corpus."""
    from bench import corpus_files

    result = Score()
    planted = corpus_files.expected(root)

    def look(folder: corpus_files.Folder, name: str) -> tuple[str, list[str]]:
        files, shown = corpus_files.project(root, folder, name)
        with tempfile.TemporaryDirectory() as place:
            return shown, check(write(files, Path(place)))

    with ThreadPoolExecutor(workers) as pool:
        bad, good = corpus_files.files(root, "bad"), corpus_files.files(root, "good")
        for name, (shown, said) in zip(bad, pool.map(lambda name: look("bad", name), bad), strict=True):
            for fault in planted[name]:
                if told_at(fault.line, shown, said):
                    result.with_line += 1
                elif said:
                    result.without_line += 1
                else:
                    result.missed += 1
        result.false_alarms = sum(bool(said) for _, said in pool.map(lambda name: look("good", name), good))
    return result


def table(scores: Mapping[str, Score]) -> str:
    """The result as Markdown."""
    rows = [
        f"| {name} | {one.with_line} | {one.without_line} | {one.missed} | {one.false_alarms} |"
        for name, one in scores.items()
    ]
    head = "| Check | Told with the line | Told without it | Missed | Good files faulted |"
    return "\n".join((head, "|---|---|---|---|---|", *rows))


def main(root: Path) -> int:
    from bench import corpus_files

    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / "bin"
        print(f"bench-citations: installing {', '.join(PACKAGES)} for this run", flush=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        if subprocess.run(pip, stderr=subprocess.DEVNULL).returncode:
            print("bench-citations: the other checks could not be installed; is there a network?", file=sys.stderr)
            return 2
        scores = {
            "ours": score(root, ours, 1),
            f"bibaudit {BIBAUDIT}, offline": score(root, bibaudit(programs), 2),
            "MkDocs strict with mkdocs-bibtex": score(root, strict(programs), 2),
        }
    planted = sum(len(faults) for faults in corpus_files.expected(root).values())
    print(
        f"{planted} faults in {len(corpus_files.files(root, 'bad'))} files, {len(corpus_files.files(root, 'good'))} good files\n"
    )
    print(table(scores))
    best = scores["ours"]
    return 0 if best.with_line == planted and not best.false_alarms else 1


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))

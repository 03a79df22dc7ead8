"""The problems a branch is responsible for: those in files it changed, and those it caused elsewhere."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from ledger.core.errors import CannotRunError
from ledger.core.problems import Problem, Report, build_report
from ledger.model.project import Project, load_project

CHECKED_PATHS = ("docs", "references.bib", "mkdocs.yml", "rules/must-say.yml", "source-status.json")
"""What the checks read from a commit."""
RemovalCheck = Callable[[Project], Iterable[Problem]]
"""Finds what an earlier project had and the present one no longer has."""


def limit_report_to_branch(
    report: Report,
    check: Callable[[Project], Report],
    root: Path,
    base: str,
    check_removals: RemovalCheck = lambda before: (),
) -> Report:
    """``report`` without problems in unchanged files that existed at ``base`` already, plus what ``check_removals`` finds.

    A link that broke because a page was removed is in a file that the branch never changed; the branch has caused it all
    the same. Raises CannotRunError where ``base`` is not a commit or this is not a Git repository.
    """
    changed = _find_changed_files(root, base)
    with _load_base_project(base, root) as old:
        known = Counter(_get_problem_key(problem) for problem in (check(old).problems if old else ()))
        problems = list(check_removals(old)) if old else []
    for problem in report.problems:
        if problem.path in changed:
            problems.append(problem)
        elif known[_get_problem_key(problem)]:
            known[_get_problem_key(problem)] -= 1
        else:
            problems.append(problem)
    return build_report(report.name, {**report.counts, "files touched": len(changed)}, problems)


def _get_problem_key(problem: Problem) -> tuple[str, str, str]:
    """What makes two problems the same although lines have moved."""
    return problem.path, problem.rule, problem.message


def _run_git(root: Path, *arguments: str) -> bytes:
    try:
        result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise CannotRunError("--changed needs git; install it, or leave --changed out") from None
    if result.returncode:
        lines = result.stderr.decode(errors="replace").strip().splitlines()
        raise CannotRunError(f"--changed: git: {lines[-1] if lines else 'no reason given'}; name a commit or branch")
    return result.stdout


def _find_changed_files(root: Path, base: str) -> set[str]:
    """Paths that differ from where the branch left ``base``: committed, not yet committed, and new."""
    if base.startswith("-"):
        raise CannotRunError(f"--changed: '{base}' is not a commit; name a commit or branch")
    start = _run_git(root, "merge-base", base, "HEAD").decode().strip()
    tracked = _run_git(root, "diff", "--name-only", "-z", "--relative", start, "--")
    new = _run_git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return {path for path in (tracked + new).decode(errors="surrogateescape").split("\0") if path}


@contextmanager
def _load_base_project(base: str, root: Path) -> Iterator[Project | None]:
    """The project at the commit where the branch began; None where there was none."""
    start = _run_git(root, "merge-base", base, "HEAD").decode().strip()
    present = _run_git(root, "ls-tree", "--name-only", start).decode().split("\n")
    paths = [name for name in CHECKED_PATHS if name in present]
    if "docs" not in paths:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        with ZipFile(io.BytesIO(_run_git(root, "archive", "--format=zip", start, "--", *paths))) as archive:
            archive.extractall(folder)
        yield load_project(Path(folder))

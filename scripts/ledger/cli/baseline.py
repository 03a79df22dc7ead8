"""What a branch is answerable for: the problems in files it touched, and those elsewhere that it brought about."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.core.errors import CannotRunError
from ledger.core.problems import Problem, Report
from ledger.core.problems import build_report as make_report
from ledger.model import project
from ledger.model.project import Project

CHECKED_PATHS = ("docs", "references.bib", "mkdocs.yml", "source-status.json")
"""What the checks read of a commit."""
RemovalCheck = Callable[[Project], Iterable[Problem]]
"""What finds things that the project had at an earlier time and has no more."""


def limit_report_to_branch(
    report: Report, check: Callable[[Project], Report], root: Path, base: str, removed: RemovalCheck = lambda before: ()
) -> Report:
    """``report`` without what lies in untouched files and was there at ``base`` already, and what ``removed`` finds.

    A link that leads nowhere since a page was taken away stands in a file that the branch never touched; it is the
    branch's all the same. Raises CannotRunError where ``base`` is no commit or this is no Git repository.
    """
    touched = _find_touched_files(root, base)
    with _load_base_project(base, root) as began:
        before = Counter(_get_problem_key(problem) for problem in (check(began).problems if began else ()))
        kept = list(removed(began)) if began else []
    for problem in report.problems:
        if problem.path in touched:
            kept.append(problem)
        elif before[_get_problem_key(problem)]:
            before[_get_problem_key(problem)] -= 1
        else:
            kept.append(problem)
    return make_report(report.name, {**report.counts, "files touched": len(touched)}, kept)


def _get_problem_key(problem: Problem) -> tuple[str, str, str]:
    """What makes two problems the same although lines have moved."""
    return problem.path, problem.rule, problem.message


def _run_git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise CannotRunError("--changed needs git; install it, or leave --changed out") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise CannotRunError(f"--changed: git says: {said[-1] if said else 'no reason'}; name a commit or branch")
    return done.stdout


def _find_touched_files(root: Path, base: str) -> set[str]:
    """Paths that differ from where the branch left ``base``: committed, not yet committed, and new."""
    if base.startswith("-"):
        raise CannotRunError(f"--changed: '{base}' is no commit; name a commit or branch")
    start = _run_git(root, "merge-base", base, "HEAD").decode().strip()
    named = _run_git(root, "diff", "--name-only", "-z", "--relative", start, "--")
    new = _run_git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return {path for path in (named + new).decode(errors="surrogateescape").split("\0") if path}


@contextmanager
def _load_base_project(base: str, root: Path) -> Iterator[Project | None]:
    """The project where the branch began; None where there was none."""
    start = _run_git(root, "merge-base", base, "HEAD").decode().strip()
    present = _run_git(root, "ls-tree", "--name-only", start).decode().split("\n")
    wanted = [name for name in CHECKED_PATHS if name in present]
    if "docs" not in wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(_run_git(root, "archive", start, "--", *wanted))) as archive:
            archive.extractall(folder, filter="data")
        yield project.load_project(Path(folder))

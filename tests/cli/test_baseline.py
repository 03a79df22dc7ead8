"""What a branch is answerable for."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import INDEX, Make, check_links
from git_helper import git
from ledger.cli import baseline, check_command
from ledger.core.errors import CannotRunError
from ledger.site import check_site

LINKED = f"{INDEX}\nSee [other](other.md).\n"


@pytest.fixture
def root(make: Make) -> Path:
    """A repository whose main branch has an old fault in a page, and a branch made from it."""
    root = make({"docs/index.md": LINKED, "docs/other.md": "# Other\n\n[old fault](nowhere.md)\n"})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "start")
    git(root, "checkout", "-qb", "branch")
    return root


def told(root: Path, base: str = "main") -> list[tuple[str, int, str]]:
    report = baseline.limit_report_to_branch(check_links(root), check_site.check_links, root, base)
    return [(problem.path, problem.line, problem.rule) for problem in report.problems]


def test_old_faults_in_untouched_files_are_left_out(root: Path) -> None:
    assert len(check_links(root).problems) == 1
    assert told(root) == []


def test_a_touched_file_answers_for_all_its_faults(root: Path) -> None:
    page = root / "docs" / "other.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    assert told(root) == [("docs/other.md", 3, "missing-file")]
    git(root, "commit", "-qam", "change")  # the same once it is committed
    assert told(root) == [("docs/other.md", 3, "missing-file")]


def test_a_new_file_is_looked_at(root: Path) -> None:
    (root / "docs" / "new.md").write_text("# New\n\n[x](gone.md)\n", encoding="utf-8")
    assert ("docs/new.md", 3, "missing-file") in told(root)


def test_a_page_that_is_taken_away_is_told_where_others_lead_to_it(root: Path) -> None:
    git(root, "rm", "-q", "docs/other.md")
    assert told(root) == [("docs/index.md", 5, "missing-file")]


def test_what_main_did_since_is_not_the_branchs(root: Path) -> None:
    git(root, "checkout", "-q", "main")
    (root / "docs" / "later.md").write_text("# Later\n\n[x](gone.md)\n", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "later")
    git(root, "checkout", "-q", "branch")
    assert told(root) == []


@pytest.mark.parametrize("base", ["nobody", "--help", ""])
def test_a_base_that_is_none_is_told_in_one_line(root: Path, base: str) -> None:
    with pytest.raises(CannotRunError, match="--changed"):
        told(root, base)


def test_without_a_repository_it_could_not_run(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_command.run_check("check_citations", check_site.check_citations, make(), ["--changed", "main"]) == 2
    assert capsys.readouterr().err.startswith("check_citations: could not run: --changed: git: ")

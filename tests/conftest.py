"""What the tests share: a small project in a temporary folder, and the built site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from ledger import citations, links, project
from ledger.problems import Report

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 21)

BIB = """\
@article{known2024,
  author = {Doe, Jane and Roe, Richard},
  title = {A trial},
  journal = {J Test},
  year = {2024},
  volume = {1},
  pages = {1--2},
  doi = {10.1234/abc},
  keywords = {trial report},
  seen = {abstract},
}
"""
INDEX = "# Home\n\nA sentence with a source [@known2024].\n"

Make = Callable[..., Path]


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
    return citations.check(project.load(root, TODAY))


def check_links(root: Path) -> Report:
    return links.check(project.load(root, TODAY))

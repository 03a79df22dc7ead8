"""A bibliography of one good entry, and the problems that an edit of it brings."""

from __future__ import annotations

from conftest import TODAY
from ledger.checks.bib_entries import check_bibliography
from ledger.model.bib_reader import read_bibliography

ENTRY = """\
@article{one,
  author = {Doe, Jane},
  title = {One},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/one},
  kind = {letter},
  seen = {abstract},
}
"""


def list_problems(text: str) -> list[str]:
    """``line rule`` of each problem, in the order of lines."""
    problems = check_bibliography(read_bibliography(text), TODAY)
    return [f"{problem.line} {problem.rule}" for problem in sorted(problems, key=lambda p: (p.line, p.rule))]


def edit_entry(old: str, new: str, key: str = "one") -> str:
    """The good entry with ``old`` replaced by ``new``."""
    assert old in ENTRY
    return ENTRY.replace(old, new).replace("{one,", f"{{{key},").replace("10.1234/one", f"10.1234/{key}")

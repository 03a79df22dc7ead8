"""The published pages keep every rule today, and so does an honest change to them.

What a page must be is a rule of the checks, and what it must say stands in rules/must-say.yml: nothing of it is repeated here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from ledger.checks import must_say
from ledger.cli import autofix
from ledger.core.problems import Problem
from ledger.model import project, record_yaml, yaml_source
from ledger.site import check_site
from play_api import NUMBER, Api, sample, send, serve

READ = (
    "docs",
    "overrides",
    "mkdocs.yml",
    "references.bib",
    "source-status.json",
    "source-policy.yml",
    "rules",
)
"""What the checks read."""
CITED = {"cite": NUMBER.lower(), "seen": "registry record"}
FILLED = {
    "origin": {"value": "allogeneic", **CITED},
    "source": {"value": "pluripotent (type not stated)", **CITED},
    "immune_strategy": {"value": "encapsulation", **CITED},
    "plain_title": "Islet cells from a donor line, in a device under the skin",
    "results_note": "Looked for and not found.",
    "harms_note": "Looked for and not found.",
    "therapies": ["zimislecel"],
}
"""What a contributor writes into the gaps of a record, by key; "not found" in all others."""


def problems_of(loaded: project.Project) -> set[Problem]:
    return {problem for report in check_site.run_all_checks(loaded) for problem in report.problems}


@pytest.fixture(scope="module")
def loaded() -> project.Project:
    return project.load_project(ROOT)


def test_the_site_has_no_error(loaded: project.Project) -> None:
    assert [str(problem) for problem in problems_of(loaded) if problem.level == "error"] == []


def test_records_are_in_the_form_that_fix_writes(loaded: project.Project) -> None:
    """Where this fails, run ``python3 scripts/check_citations.py --fix``."""
    pages = (page for page, _ in loaded.records.values())
    texts = {page.path: (ROOT / page.path).read_text(encoding="utf-8") for page in pages}
    assert [path for path, text in texts.items() if autofix.format_trial_page(text) != text] == []


def test_something_must_be_said(loaded: project.Project) -> None:
    _, statements, problems = must_say.read_statements(loaded)
    assert problems == []
    assert statements.pages
    assert statements.citations


# --- an honest change -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registry() -> Iterator[Api]:
    with serve() as api:
        api.give(NUMBER, send(sample()))
        yield api


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, registry: Api) -> Path:
    """The site with a trial added by the real command, on the real day."""
    root = tmp_path_factory.mktemp("site")
    for name in READ:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, root / name)
    command = [sys.executable, str(ROOT / "scripts" / "new_trial.py"), NUMBER, "--api", registry.address]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert f"docs/trials/{NUMBER.lower()}.md written" in done.stdout, done.stderr
    return root


def filled(value: Any) -> Any:
    """A value of the front matter with its gaps filled."""
    if isinstance(value, dict):
        return {
            key: FILLED[key] if key in FILLED and "to fill" in str(inner) else filled(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [filled(inner) for inner in value]
    return "not found" if str(value).startswith("to fill") else value


def page_of(root: Path) -> Path:
    return root / "docs" / "trials" / f"{NUMBER.lower()}.md"


def test_a_new_trial_fails_by_its_gaps_alone(copied: Path) -> None:
    """Its dates are of today and break no rule; what a person has to fill in is all that is reported, each line of it."""
    text = page_of(copied).read_text(encoding="utf-8")
    loaded = project.load_project(copied)
    assert loaded.pages[f"trials/{NUMBER.lower()}.md"].meta.data["checked"] == str(date.today())
    found = problems_of(loaded)
    wrong = {(problem.path, problem.rule) for problem in found if problem.level == "error"}
    assert wrong <= {(f"docs/trials/{NUMBER.lower()}.md", "record-gap")}
    gaps = {problem.line for problem in found if problem.rule == "record-gap"}
    assert gaps == {number for number, line in enumerate(text.splitlines(), 1) if "to fill" in line}
    assert gaps


def test_a_new_trial_whose_gaps_are_filled_keeps_every_rule(copied: Path, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(copied, root)
    text = page_of(root).read_text(encoding="utf-8")
    header, start = yaml_source.split_front_matter(text)
    data = filled(yaml_source.load_yaml(header or "").data) | {
        "draft": False,
        "description": "Islet cells in a device.",
    }
    body = re.sub("<!-- to fill: .* -->", "Not found.", text[start:])
    page_of(root).write_text(f"---\n{record_yaml.format_record(data)}---{body}", encoding="utf-8")
    loaded = project.load_project(root)
    assert NUMBER.lower() in loaded.records
    found = problems_of(loaded)
    mine = [str(problem) for problem in found if NUMBER.lower() in f"{problem.path} {problem.message}"]
    assert mine == []
    assert [str(problem) for problem in found if problem.level == "error"] == []

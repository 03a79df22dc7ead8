"""What runs on GitHub: valid, pinned, and with no more rights than it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from ledger.model import link_state

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_weekly_look_at_the_sources_commits_that_one_file_and_never_publishes() -> None:
    text = (GITHUB / "workflows" / "sources.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["status"]["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert "pull_request" not in workflow[True]
    assert "git commit --quiet --message" in text
    assert "-- source-status.json" in text
    assert "scripts/check_citations.py --online" in text
    assert "secrets." not in text


def test_zizmor_finds_nothing() -> None:
    result = run("zizmor", "--offline", "--quiet", ".github")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
        ("vendor.github-issue-forms", [GITHUB / "ISSUE_TEMPLATE" / "wrong-fact.yml"]),
    ],
)
def test_the_files_fit_their_schema(schema: str, files: list[Path]) -> None:
    result = run("check-jsonschema", "--builtin-schema", schema, *(str(path) for path in files))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_full_hash_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for action, remark in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+(?:/[\w.-]+)?@[0-9a-f]{40}", action), action
        assert re.match(r" # v\d", remark), f"say the version of {action}"


def test_a_pull_request_gets_a_token_that_can_only_read_and_no_secret() -> None:
    text = (GITHUB / "workflows" / "check.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["test"]["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_a_pull_request_is_tested_by_all_that_the_full_run_is_made_of() -> None:
    workflow = yaml.safe_load((GITHUB / "workflows" / "check.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    targets = {one["target"] for one in job["strategy"]["matrix"]["include"]}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    parts = {name: wanted.split() for name, wanted in re.findall(r"^(test(?:-full)?): ([a-z -]+) ##", makefile, re.M)}
    assert targets == {*parts["test"], *parts["test-full"]} - {"test"}
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert all(run.startswith("make ") for run in runs)


def test_the_live_link_check_runs_weekly_with_a_memory_and_no_rights() -> None:
    workflow = yaml.safe_load((GITHUB / "workflows" / "links.yml").read_text(encoding="utf-8"))
    assert [set(one) for one in workflow[True]["schedule"]] == [{"cron"}]  # YAML 1.1 takes `on` for true
    job = workflow["jobs"]["links"]
    assert (workflow["permissions"], job["permissions"]) == ({}, {"contents": "read"})
    fetch, keep = (step["with"] for step in job["steps"] if "/cache/" in step.get("uses", ""))
    assert fetch["path"] == keep["path"] == link_state.LINK_STATE_FILE
    assert fetch["key"] == keep["key"]
    assert keep["key"].startswith(fetch["restore-keys"])


@pytest.mark.parametrize(("status", "end"), [(0, 0), (1, 1), (2, 0)], ids=["clean", "broken", "not checked"])
def test_a_live_check_that_could_not_run_fails_nothing(status: int, end: int, tmp_path: Path) -> None:
    workflow = yaml.safe_load((GITHUB / "workflows" / "links.yml").read_text(encoding="utf-8"))
    script = next(step["run"] for step in workflow["jobs"]["links"]["steps"] if "--external" in step.get("run", ""))
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho 'check_links: said'\nexit {status}\n", encoding="utf-8")
    python.chmod(0o755)
    summary = tmp_path / "summary"
    environment = {**os.environ, "CONTACT": "x", "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == end, done.stderr
    assert summary.read_text(encoding="utf-8") == "check_links: said\n"
    assert ("::warning::" in done.stdout) == (status == 2)


def test_a_report_of_an_error_can_be_filled_in_from_the_page() -> None:
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / "wrong-fact.yml").read_text(encoding="utf-8"))
    assert {"page", "section"} <= {field.get("id") for field in form["body"]}

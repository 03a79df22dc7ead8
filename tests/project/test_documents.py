"""The documents at the root name only paths, make targets, constants and headings that exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from conftest import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "REFERENCE.md", "DEVELOPING.md")
ABSENT_UNTIL_NEEDED = {
    "docs/trials/nct05791201.md": "what the example command writes",
    "link-policy.yml": "written by hand when the first link is excused",
    "source-policy.yml": "written by hand when the first source is excused",
    "link-state.json": "written by the live check",
    "data/trial.schema.json": "in the built site",
    "name.md": "stands for any page",
}
"""Paths that the documents name and a fresh clone does not hold."""
TOP_LEVEL = r"(?:docs|rules|scripts|tests|requirements|overrides|\.github|data)"
PATH = re.compile(rf"(?<![\w/.])({TOP_LEVEL}(?:/[\w.*-]+)+/?|[\w-]+\.(?:py|md|yml|toml|json|bib|txt))(?![\w/<])")
MAKE_TARGET = re.compile(r"\bmake ([a-z]+(?:-[a-z]+)*)\b")
CONSTANT = re.compile(r"`([A-Z]+(?:_[A-Z]+)+)`")
LINK = re.compile(r"\]\(((?:[\w./-]+)?)(#[\w-]+)?\)")
ENVIRONMENT = {"SITE_URL", "REPO_URL", "CONTACT"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def list_files() -> list[Path]:
    """Files of the project, without what is built or installed."""
    skipped = {".venv", "site", ".git", "__pycache__", ".cache"}
    return [
        path
        for top in ROOT.iterdir()
        if top.name not in skipped
        for path in ([top] if top.is_file() else top.rglob("*"))
        if "__pycache__" not in path.parts
    ]


def exists(path: str) -> bool:
    """Whether a path, or a bare file name, is in the project."""
    if "*" in path:
        return any(True for _ in ROOT.glob(path))
    if "/" in path:
        return (ROOT / path).exists()
    return any(file.name == path for file in list_files())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_exists(name: str) -> None:
    paths = {match[1].rstrip(".") for match in PATH.finditer(read(name))}
    assert paths
    assert {path for path in paths if not exists(path)} <= set(ABSENT_UNTIL_NEEDED)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    code = " ".join(re.findall(r"`[^`\n]+`|^ {4}.+$|```sh.*?```", read(name), re.MULTILINE | re.DOTALL))
    assert set(MAKE_TARGET.findall(code)) - targets == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_constant_is_in_the_code(name: str) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in list_files() if path.suffix == ".py" or path.name == "Makefile"
    )
    constants = set(CONSTANT.findall(read(name))) - ENVIRONMENT
    assert {name for name in constants if not re.search(rf"^{name}\b", code, re.MULTILINE)} == set()


def github_slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    for path, anchor in LINK.findall(re.sub(r"`[^`\n]*`", "", read(name))):
        target = path or name
        assert (ROOT / target).exists(), target
        if anchor and target in DOCUMENTS:
            headings = re.findall(r"^#+ (.+)$", read(target), re.MULTILINE)
            assert anchor[1:] in {github_slug(heading) for heading in headings}, f"{target}{anchor}"


def test_every_package_is_in_the_table() -> None:
    packages = {path.parent.name for path in (ROOT / "scripts" / "ledger").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", read("DEVELOPING.md"), re.MULTILINE)) >= packages

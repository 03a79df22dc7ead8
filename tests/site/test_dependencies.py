"""Which pages a preview builds again after a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Make
from ledger.model import project
from ledger.site import dependencies
from preview_server import FILES


@pytest.fixture
def root(make: Make) -> Path:
    return make({name: text for name, text in FILES.items() if name.startswith("docs/") or name.endswith(".bib")})


def find_rebuilt(root: Path, name: str, old: str, new: str) -> set[str]:
    cache = project.ProjectCache()
    before = dependencies.digest_pages(project.load_project(root, cache=cache))
    path = root / name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    after = dependencies.digest_pages(project.load_project(root, cache=cache))
    return {src for src, digest in after.items() if before.get(src) != digest}


def test_nothing_is_built_again_where_nothing_changed(root: Path) -> None:
    assert find_rebuilt(root, "docs/index.md", "See", "See") == set()


def test_words_concern_their_page_alone(root: Path) -> None:
    assert find_rebuilt(root, "docs/index.md", "See", "Now see") == {"index.md"}


def test_a_record_concerns_its_page_and_the_lists(root: Path) -> None:
    assert find_rebuilt(root, "docs/trials/sample.md", "value: A university", "value: A renamed university") == {
        "trials/sample.md",
        "trials/index.md",
        "articles/a.md",
    }


def test_a_source_concerns_the_pages_that_cite_it(root: Path) -> None:
    rebuilt = find_rebuilt(root, "references.bib", "A trial", "A renamed trial")
    assert {"index.md", "articles/a.md"} <= rebuilt
    assert "requirements/safety.md" not in rebuilt


def test_claims_concern_the_pages_with_lists(root: Path) -> None:
    rebuilt = find_rebuilt(root, "docs/articles/claims.yml", "The first wording", "The second wording")
    assert "articles/a.md" in rebuilt
    assert "index.md" not in rebuilt


def test_a_title_concerns_the_pages_that_name_it(root: Path) -> None:
    rebuilt = find_rebuilt(root, "docs/trials/index.md", "title: Trials", "title: All trials")
    assert {"trials/index.md", "trials/sample.md"} <= rebuilt
    assert "articles/a.md" not in rebuilt


@pytest.mark.parametrize("name", ["mkdocs.yml", "overrides/main.html", "docs/glossary.md"])
def test_what_all_pages_share_concerns_all(root: Path, name: str) -> None:
    (root / "overrides").mkdir(exist_ok=True)
    assert find_rebuilt(root, name, "", "site_name: x\n") >= {"index.md", "trials/sample.md", "about/corrections.md"}


def test_files_that_did_not_change_are_not_read_again(root: Path) -> None:
    cache = project.ProjectCache()
    first, second = (project.load_project(root, cache=cache) for _ in range(2))
    assert second.pages["index.md"] is first.pages["index.md"]
    assert second.bibliography is first.bibliography

"""Reading the whole project: what is a page, what is a file, where a page will stand."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from conftest import BIB, INDEX, ROOT, TODAY, Make, check_citations
from ledger.core import errors
from ledger.model import project
from ledger.model.project import Page


@pytest.mark.parametrize(
    ("src", "url"),
    [
        ("index.md", ""),
        ("a.md", "a/"),
        ("trials/index.md", "trials/"),
        ("trials/README.md", "trials/"),
        ("trials/forward.md", "trials/forward/"),
        ("a.zh.md", "a.zh/"),
    ],
)
def test_a_page_knows_its_address(src: str, url: str) -> None:
    assert Page(src, "").url == url


def test_the_title_is_that_of_the_front_matter_then_the_heading_then_the_file(make: Make) -> None:
    loaded = project.load_project(
        make({"docs/a.md": "---\ntitle: One\n---\n# Two\n", "docs/b.md": "# Two\n", "docs/c.md": "Text\n"}), TODAY
    )
    assert [loaded.pages[src].title for src in ("a.md", "b.md", "c.md")] == ["One", "Two", "c.md"]


def test_the_body_keeps_the_lines_of_the_file(make: Make) -> None:
    page = project.load_project(make({"docs/a.md": "---\ntitle: One\n---\n# Two\n"}), TODAY).pages["a.md"]
    assert page.text == "\n\n\n# Two\n"
    assert page.source.headings[0].line == 4


def test_hidden_files_and_folders_are_not_seen(make: Make) -> None:
    loaded = project.load_project(make({"docs/.a.md": "x", "docs/.b/c.md": "x", "docs/d.png": "x"}), TODAY)
    assert sorted(loaded.pages) == ["index.md"]
    assert sorted(loaded.files) == ["d.png", "index.md"]


def test_all_that_mkdocs_takes_for_a_page_is_one(make: Make) -> None:
    loaded = project.load_project(make({"docs/a.markdown": "# A", "docs/b.mkd": "# B", "docs/c.txt": "C"}), TODAY)
    assert sorted(loaded.pages) == ["a.markdown", "b.mkd", "index.md"]


def test_without_a_docs_folder_nothing_can_run(tmp_path: Path) -> None:
    with pytest.raises(errors.CannotRunError, match="run this from the root"):
        project.load_project(tmp_path)


def test_the_navigation_is_read_at_every_depth_and_its_tags_are_ignored(make: Make) -> None:
    config = (
        "site_name: !ENV [NAME, x]\nemoji: !!python/name:a.b.c\nnav:\n"
        "  - index.md\n  - A: ./a.md\n  - B:\n      - C:\n          - b/c.md\n  - Web: https://example.org\n"
    )
    assert project.load_project(make({"mkdocs.yml": config}), TODAY).nav == {"index.md", "a.md", "b/c.md"}


@pytest.mark.parametrize("config", ["", "- a\n", "nav:\n", "nav: 3\n", "site_name: x\n", "text\n"])
def test_a_configuration_without_a_navigation_names_no_page(config: str, make: Make) -> None:
    loaded = project.load_project(make({"mkdocs.yml": config}), TODAY)
    assert (loaded.nav, loaded.problems) == (frozenset(), [])


def test_a_page_that_cannot_be_read_does_not_hide_the_others(make: Make) -> None:
    loaded = project.load_project(make({"docs/a.md": b"\xff", "docs/b.md": "# B"}), TODAY)
    assert {*loaded.pages} >= {"a.md", "b.md"}
    assert [str(problem).split(": ")[0] for problem in loaded.problems] == ["docs/a.md:1"]


def test_what_is_no_file_is_told_and_not_waited_for(make: Make) -> None:
    root = make({"docs/b.md": "# B"})
    os.mkfifo(root / "docs" / "a.md")
    assert [problem.rule for problem in project.load_project(root, TODAY).problems] == ["unreadable"]


def test_a_page_with_broken_front_matter_is_still_checked(make: Make) -> None:
    page = project.load_project(make({"docs/a.md": "---\na: b: c\n---\n# A\n"}), TODAY).pages["a.md"]
    assert page.meta.data == {}
    assert page.source.headings[0].line == 4


def test_a_page_that_nobody_can_review_is_refused(make: Make) -> None:
    loaded = project.load_project(make({"docs/a.md": f"# A\n\n{'x' * project.MAX_PAGE_LENGTH}\n"}), TODAY)
    assert [(problem.rule, problem.line) for problem in loaded.problems] == [("unreadable", 1)]


def test_without_a_day_it_is_today(make: Make) -> None:
    assert project.load_project(make()).today == date.today()


def test_the_samples_are_good(make: Make) -> None:
    loaded = project.load_project(make(), TODAY)
    assert (loaded.pages["index.md"].text, loaded.problems, BIB.count("@article")) == (INDEX, [], 1)


# --- across the records -------------------------------------------------------------------------------

SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")


def test_a_translation_shows_the_record_of_its_original_and_counts_once(make: Make) -> None:
    text = "---\ntitle: 试验\n---\n# 试验\n\n<!-- generated: trial-results -->\n"
    loaded = project.load_project(make({"docs/trials/sample.md": SAMPLE, "docs/trials/sample.zh.md": text}), TODAY)
    assert loaded.pages["trials/sample.zh.md"].record == loaded.pages["trials/sample.md"].record
    assert [page.src for page, _ in loaded.records.values()] == ["trials/sample.md"]


def test_what_a_page_with_an_error_cites_is_not_called_uncited(make: Make) -> None:
    broken = SAMPLE.replace("known2024", "other2024").replace("cohort:", "cohorte:")
    bib = BIB + BIB.replace("known2024", "other2024").replace("10.1234/abc", "10.1234/def")
    report = check_citations(make({"docs/trials/sample.md": broken, "references.bib": bib}))
    assert "uncited-entry" not in {problem.rule for problem in report.problems}

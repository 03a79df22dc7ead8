"""Pages that the navigation names, and pages that nothing leads to."""

from __future__ import annotations

import pytest

from conftest import INDEX, Make, check_links

FRONT = "---\ntitle: a\ndescription: b\nkind: about\nchecked: 2026-11-21\n---\n"
SITE = {"docs/index.md": FRONT + INDEX}
"""A page as it must be where a mkdocs.yml makes a site of the folder."""


@pytest.mark.parametrize(
    "files",
    [
        {"docs/far.md": "# Far\n"},
        {"docs/far.md": "# Far\n\n[itself](far.md)\n"},
        {"docs/far.md": "# Far\n", "docs/index.md": f"{INDEX}\n`[far](far.md)`\n"},
        {"docs/far.zh.md": "# 远\n"},
    ],
)
def test_a_page_that_nothing_leads_to_is_told(files: dict[str, str], make: Make) -> None:
    rules = {problem.rule for problem in check_links(make(files)).problems}
    assert rules - {"nothing-seen"} == {"orphan-page"}


@pytest.mark.parametrize(
    "files",
    [
        {"docs/far.md": "# Far\n", "docs/index.md": f"{INDEX}\n[far](far.md)\n"},
        {"docs/far.md": "# Far\n", "docs/index.md": f"{INDEX}\n[far]\n\n[far]: far.md\n"},
        {"docs/far.md": "# Far\n", "docs/index.md": f'{INDEX}\n<a href="far/">far</a>\n'},
        {**SITE, "docs/far.md": f"{FRONT}# Far\n", "mkdocs.yml": "nav:\n  - Far:\n      - far.md\n"},
        {**SITE, "docs/far.md": f"{FRONT}# Far\n", "mkdocs.yml": "nav: [./far.md]\n"},
        {"docs/index.zh.md": "# 首页\n", "docs/index.md": f"{INDEX}\n[itself](index.md)\n"},
        {"docs/index.zh-Hans.md": "# 首页\n", "docs/index.md": f"{INDEX}\n[itself](index.md)\n"},
        {"docs/404.md": "# Nothing here\n", "docs/index.md": f"{INDEX}\n[itself](index.md)\n"},
    ],
)
def test_a_page_that_something_leads_to_or_a_translation_is_no_orphan(files: dict[str, str], make: Make) -> None:
    assert check_links(make(files)).problems == []


def test_a_page_that_the_navigation_names_and_that_is_not_there_is_told(make: Make) -> None:
    problems = check_links(make({**SITE, "mkdocs.yml": "nav:\n  - index.md\n  - Far: far.md\n"})).problems
    assert [f"{problem.path}:{problem.line} {problem.rule}" for problem in problems] == ["mkdocs.yml:3 missing-file"]


def test_pages_that_lead_only_to_each_other_are_orphans(make: Make) -> None:
    root = make({"docs/a.md": "# A\n\n[B](b.md)\n", "docs/b.md": "# B\n\n[A](a.md)\n"})
    orphans = [problem.path for problem in check_links(root).problems if problem.rule == "orphan-page"]
    assert orphans == ["docs/a.md", "docs/b.md"]

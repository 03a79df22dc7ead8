"""Drafts may have gaps and nothing else, and nothing that is published leads to them."""

from __future__ import annotations

import pytest

from conftest import BIB, INDEX, TODAY, Make, check_citations, check_links
from ledger.export import data_files
from ledger.model import drafts, project
from samples import SAMPLE

FRONT = "---\ntitle: Page\ndescription: A page.\nkind: about\nchecked: 2026-11-21\nreviewed_by: none\n---\n\n# Page\n\n"
DRAFT = FRONT.replace("kind: about", "kind: about\ndraft: true")
GAPS = "<!-- to fill: who pays -->\n\nto fill: the answer\n\n- to fill\n\n| A | B |\n|---|---|\n| x | to fill |\n"
OWN = BIB.replace("known2024", "second2024").replace("10.1234/abc", "10.1234/own").replace("A trial", "Own")


def told(make: Make, files: dict[str, str]) -> list[tuple[str, int, str, str]]:
    root = make({"docs/index.md": f"{INDEX}\n[Up](#home)\n", **files})
    problems = sorted({*check_citations(root).problems, *check_links(root).problems})
    return [(one.path, one.line, one.rule, one.level) for one in problems]


def test_a_gap_on_a_page_of_any_kind_is_an_error(make: Make) -> None:
    linked = "# Home\n\nSee [page A](a.md) [@known2024].\n"
    found = told(make, {"docs/index.md": linked, "docs/a.md": FRONT.replace("A page.", "to fill") + GAPS})
    assert found == [("docs/a.md", line, "record-gap", "error") for line in (3, 11, 13, 15, 19)]


def test_a_draft_lists_its_gaps_as_warnings_and_is_no_orphan(make: Make) -> None:
    found = told(make, {"docs/a.md": DRAFT.replace("A page.", "to fill") + GAPS})
    assert found == [("docs/a.md", line, "record-gap", "warning") for line in (3, 12, 14, 16, 20)]


def test_other_faults_of_a_draft_are_errors(make: Make) -> None:
    assert told(make, {"docs/a.md": f"{DRAFT}It was 83%.\n"}) == [("docs/a.md", 12, "uncited-number", "error")]


@pytest.mark.parametrize("value", ["yes", "'true'", "1", "[]"])
def test_draft_is_true_or_false(make: Make, value: str) -> None:
    linked = "# Home\n\nSee [page A](a.md) [@known2024].\n"
    page = DRAFT.replace("draft: true", f"draft: {value}")
    assert told(make, {"docs/index.md": linked, "docs/a.md": page}) == [("docs/a.md", 5, "page-fields", "error")]
    page = SAMPLE.replace("kind: trial", f"kind: trial\ndraft: {value}")
    assert ("docs/trials/sample.md", 5, "record", "error") in told(make, {"docs/trials/sample.md": page})


def test_a_page_that_only_a_draft_leads_to_is_an_orphan(make: Make) -> None:
    found = told(make, {"docs/a.md": f"{DRAFT}See [b](b.md).\n", "docs/b.md": FRONT.replace("Page", "B")})
    assert found == [("docs/b.md", 1, "orphan-page", "error")]


def test_neither_a_page_nor_the_navigation_nor_a_stage_leads_to_a_draft(make: Make) -> None:
    sample = SAMPLE.replace("kind: trial", "kind: trial\ndraft: true")
    home = "# Home\n\n[It](trials/sample.md) [@known2024]. <!-- generated: stage trial=sample -->\n"
    config = "site_name: x\nnav:\n  - index.md\n  - trials/sample.md\n"
    found = told(make, {"docs/index.md": home, "docs/trials/sample.md": sample, "mkdocs.yml": config})
    assert ("docs/index.md", 3, "link-to-draft", "error") in found
    assert ("docs/index.md", 3, "generated", "error") in found
    assert ("mkdocs.yml", 4, "link-to-draft", "error") in found


def test_drafts_their_translations_and_their_own_sources_are_not_published(make: Make) -> None:
    root = make(
        {
            "references.bib": f"{BIB}\n{OWN}",
            "docs/trials/sample.md": SAMPLE,
            "docs/trials/two.md": SAMPLE.replace("id: sample", "id: two").replace(
                "kind: trial", "kind: trial\ndraft: true"
            ),
            "docs/trials/two.zh.md": "# Two\n",
            "docs/a.md": f"{DRAFT}Text [@second2024] [@known2024].\n",
        }
    )
    shown = drafts.exclude_drafts(project.load_project(root, TODAY))
    assert set(shown.pages) == {"index.md", "trials/sample.md"}
    assert list(shown.records) == ["sample"]
    assert list(shown.bibliography.entries) == ["known2024"]
    assert "second2024" not in data_files.build_data_files(shown)["references.json"]


def test_without_drafts_everything_is_published(make: Make) -> None:
    loaded = project.load_project(make(), TODAY)
    assert drafts.exclude_drafts(loaded) is loaded

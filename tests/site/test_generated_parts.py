"""Pages ask for generated parts by a comment: what is asked for is made, and what nobody makes is told."""

from __future__ import annotations

import pytest

from conftest import Make
from ledger.checks import placeholders
from ledger.model import project
from ledger.site import generated_parts
from samples import SAMPLE, TODAY, small


@pytest.mark.parametrize("what", ["trail-facts", "nothing", "", "trials therapy = x"])
def test_a_comment_for_which_nothing_is_made_is_told(make: Make, what: str) -> None:
    loaded = project.load_project(make({"docs/index.md": f"# Home\n\n<!-- generated: {what} -->\n"}), TODAY)
    [problem] = placeholders.check_placeholders(loaded)
    assert str(problem).startswith("docs/index.md:3: error: nothing is generated for this comment; use one of: claims")


def test_a_trial_table_on_a_page_without_a_record_is_told(make: Make) -> None:
    loaded = project.load_project(make({"docs/index.md": "# Home\n\n<!-- generated: trial-facts -->\n"}), TODAY)
    assert ["this page has no trial record" in p.message for p in placeholders.check_placeholders(loaded)] == [True]


def test_a_comment_in_code_is_left_alone_by_the_check(make: Make) -> None:
    loaded = project.load_project(make({"docs/index.md": "# Home\n\n`<!-- generated: nothing -->`\n"}), TODAY)
    assert not list(placeholders.check_placeholders(loaded))


def test_a_broken_record_gives_a_box_and_no_crash(make: Make) -> None:
    loaded = small(make, SAMPLE.replace("record_type: trial", "record_type: rumour"))
    assert loaded.record_problems
    for what in ("trial-facts", "trial-results", "trial-harms", "trial-requirements"):
        text = generated_parts.fill_html_placeholders(
            loaded.pages["trials/sample.md"], loaded, f"<!-- generated: {what} -->"
        )
        assert text.startswith("<p><strong>This table cannot be shown.")
    for what in ("all-trials", "requirements-matrix", "compare", "downloads", "picture name=people"):
        generated_parts.fill_html_placeholders(loaded.pages["index.md"], loaded, f"<!-- generated: {what} -->")


def test_a_requirement_that_is_none_gives_a_box(make: Make) -> None:
    loaded = small(make)
    for what in ("trials requirement=nonsense", "picture name=nonsense", "picture"):
        assert "cannot be shown" in generated_parts.fill_html_placeholders(
            loaded.pages["index.md"], loaded, f"<!-- generated: {what} -->"
        )


@pytest.mark.parametrize("what", ["trials requirement=nonsense", "picture name=nonsense", "picture"])
def test_a_requirement_or_a_picture_that_is_none_is_told(make: Make, what: str) -> None:
    loaded = project.load_project(make({"docs/index.md": f"# Home\n\n<!-- generated: {what} -->\n"}), TODAY)
    [problem] = placeholders.check_placeholders(loaded)
    assert "one of: " in problem.message

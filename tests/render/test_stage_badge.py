"""The badge of an evidence stage: made from the record, a shape and a word."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT, TODAY, Make
from ledger.checks import placeholders
from ledger.model import project, stages
from ledger.render import stage_badge
from ledger.site import generated_parts
from samples import small


def test_a_badge_is_a_shape_and_a_word() -> None:
    made = stage_badge.render_badge("uncontrolled")
    assert re.sub(r"<[^>]*>", "", made) == "uncontrolled"
    assert 'aria-hidden="true"' in made
    assert made.count("<path") == stages.MAX_STEPS


def test_the_shape_follows_the_step() -> None:
    filled = {
        stage: stages.MAX_STEPS - stage_badge.render_badge(stage).count('class="off"') for stage in stages.STAGE_STEPS
    }
    assert filled == dict(stages.STAGE_STEPS)


def test_what_stands_on_no_step_has_another_shape() -> None:
    ring, broken = stage_badge.render_badge("registry report"), stage_badge.render_badge(stages.DESIGN_NOT_STATED)
    assert "<circle" in ring
    assert "path" not in ring
    assert "broken" in broken
    assert "broken" not in ring


def test_every_stage_of_the_records_has_a_name_that_a_page_can_write() -> None:
    used = {record.stage for _, record in project.load_project(ROOT).records.values()}
    assert used <= set(stages.STAGES_BY_SLUG.values())


def test_a_page_names_a_trial_and_gets_the_stage_of_its_record(make: Make) -> None:
    loaded = small(make)
    asked = generated_parts.fill_html_placeholders(
        loaded.pages["index.md"], loaded, "<!-- generated: stage trial=sample -->"
    )
    assert asked == stage_badge.render_badge(loaded.records["sample"][1].stage)


def test_a_page_that_explains_a_stage_names_it(make: Make) -> None:
    loaded = small(make)
    asked = generated_parts.fill_html_placeholders(
        loaded.pages["index.md"], loaded, "<!-- generated: stage named=single-case -->"
    )
    assert asked == stage_badge.render_badge("single case")


@pytest.mark.parametrize("options", [" trial=nobody", " named=best", ""])
def test_a_trial_or_stage_that_there_is_not_is_told(make: Make, options: str) -> None:
    root = make({"docs/index.md": f"# Home\n\n<!-- generated: stage{options} -->\n"})
    assert [problem.line for problem in placeholders.check_placeholders(project.load_project(root, TODAY))] == [3]


def test_a_therapy_page_counts_its_trials_by_stage(make: Make) -> None:
    loaded = small(make)
    page = loaded.pages["therapies/donor-line.md"]
    made = generated_parts.fill_html_placeholders(page, loaded, "<!-- generated: trials therapy=donor-line -->")
    assert f"<li>{stage_badge.render_badge('first-in-human')} × 1</li>" in made

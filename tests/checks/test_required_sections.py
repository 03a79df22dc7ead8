"""What instruments ask of a page: what must be there on each kind, and the table that is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, Make, check_links
from ledger.checks import required_sections
from ledger.core.errors import CannotRunError
from ledger.model import project, rules, rules_folder
from ledger.render import quality_page
from ledger.site import generated_parts

TRIAL = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")


def found(make: Make, text: str, name: str = "docs/trials/sample.md") -> list[tuple[str, int]]:
    problems = check_links(make({name: text})).problems
    ids = {rule.id for rule in rules.list_rules() if rule.group == "What must be there"}
    return [(problem.rule, problem.line) for problem in problems if problem.rule in ids]


@pytest.mark.parametrize("name", required_sections.REQUIRED_SECTIONS["trial"])
def test_a_trial_without_one_of_its_sections_is_told_which(make: Make, name: str) -> None:
    title = TRIAL[: TRIAL.index("# A sample trial")].count("\n") + 1
    assert found(make, TRIAL.replace(f"## {name}\n", f"## {name} or so\n")) == [("section-missing", title)]


def test_the_sections_are_those_that_a_draft_and_the_guide_have() -> None:
    guide = (ROOT / "REFERENCE.md").read_text(encoding="utf-8")
    for kind, names in required_sections.REQUIRED_SECTIONS.items():
        assert f"| {kind} | {' · '.join(names)} |" in guide


def test_a_handout_has_questions_from_top_to_end_and_no_sections(make: Make) -> None:
    text = "---\nkind: safety\n---\n# S\n\nAsk [@known2024]. **How sure:** very low.\n\n<!-- handout ends -->\n"
    assert found(make, text, "docs/s.md") == []
    assert ("section-missing", 4) in found(make, text.replace("<!-- handout ends -->", ""), "docs/s.md")


def test_a_harm_farther_below_is_not_beside_its_benefit(make: Make) -> None:
    box = '# T\n\n!!! benefit "Seen"\n    It helped.\n\n    Much.\n\n{}!!! harm "Harm"\n    It hurt.\n'
    assert found(make, box.format(""), "docs/t.md") == []
    assert found(make, box.format("Text.\n\n"), "docs/t.md") == [("benefit-alone", 3)]


def test_insulin_needs_no_link_to_itself_but_to_another_choice(make: Make) -> None:
    text = "---\nkind: therapy\n---\n# I\n\n[a](a.md)\n"
    assert "options-missing" not in dict(found(make, text, "docs/therapies/insulin.md"))
    assert "options-missing" in dict(found(make, text.replace("[a](a.md)", ""), "docs/therapies/insulin.md"))


def test_a_translation_is_left_to_its_original(make: Make) -> None:
    assert found(make, "---\nkind: therapy\n---\n# T\n", "docs/t.zh.md") == []


def test_every_item_of_the_instruments_is_listed_once() -> None:
    numbers = {name: [item.item for item in items] for name, items in quality_page.read_instruments().items()}
    assert numbers == {
        "DISCERN": list(range(1, 17)),
        "JAMA benchmarks": [1, 2, 3, 4],
        "PEMAT-P": [number for number in range(1, 27) if number not in (13, 14)],
    }


def test_every_rule_on_what_must_be_there_belongs_to_an_item() -> None:
    items = [item for items in quality_page.read_instruments().values() for item in items]
    assert all(not item.rules for item in items if item.seen == quality_page.HUMAN_JUDGEMENT)
    wanted = {rule.id for rule in rules.list_rules() if rule.group == "What must be there"}
    assert wanted <= {rule for item in items for rule in item.rules}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("DISCERN:\n  - item: 1\n    asks: Clear?\n    rules: [tidy]", "4: there is no rule 'tidy'; use a name of rules.yml"),
        ("DISCERN:\n  - item: 1", "2: DISCERN.0.asks: this key is missing; add it"),
        ("DISCERN:\n  - item: 1\n    asks:", "3: DISCERN.0.asks: there is no value; write it"),
        ("DISCERN: none", "1: DISCERN: a list is needed here; begin each line with '- '"),
    ],
)  # fmt: skip
def test_an_error_in_the_instruments_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: str
) -> None:
    rules.get_rules()
    monkeypatch.setattr(rules_folder, "RULES_FOLDER", tmp_path)
    (tmp_path / "instruments.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError) as error:
        quality_page.read_instruments.__wrapped__()
    assert str(error.value) == f"{tmp_path.name}/instruments.yml:{line}"


def test_the_published_table_leads_to_each_rule() -> None:
    loaded = project.load_project(ROOT)
    html = generated_parts.fill_html_placeholders(
        loaded.pages["about/quality.md"], loaded, "<!-- generated: instruments -->"
    )
    assert len(re.findall("<tr", html)) == sum(map(len, quality_page.read_instruments().values())) + 1
    assert '<a href="../../about/rules/#how-sure-missing">' in html

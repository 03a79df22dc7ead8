"""One report in three forms."""

from __future__ import annotations

import json

import pytest

from conftest import Make, check_citations
from ledger.cli import check_command, report_formats
from ledger.core.problems import Problem, build_report
from ledger.model import rules
from ledger.site import check_site

ODD = build_report(
    "check_x",
    {"pages": 1},
    [
        Problem("docs/a, b:c.md", 3, "uncited-number", "'50 %'\nhas no source"),
        Problem("docs/z.md", 1, "bib-seen", "how far?", "warning"),
    ],
)


def test_text_is_one_problem_a_line_and_the_count() -> None:
    assert report_formats.as_text(ODD).splitlines() == [
        "docs/a, b:c.md:3: error: '50 %' has no source [uncited-number]",
        "docs/z.md:1: warning: how far? [bib-seen]",
        "check_x: 1 page: 1 error, 1 warning",
    ]


def test_json_holds_the_same_and_the_address_that_explains_the_rule() -> None:
    found = json.loads(report_formats.as_json(ODD))
    assert (found["errors"], found["warnings"], found["counts"]) == (1, 1, {"pages": 1})
    assert found["problems"][0] == {
        "path": "docs/a, b:c.md",
        "line": 3,
        "level": "error",
        "rule": "uncited-number",
        "message": "'50 %' has no source",
        "help": "about/rules/#uncited-number",
    }


def test_an_annotation_escapes_what_github_would_misread() -> None:
    first, second, last = report_formats.as_github(ODD).splitlines()
    assert first.startswith("::error file=docs/a%2C b%3Ac.md,line=3,title=uncited-number::'50 %25' has no source Why: ")
    assert second.startswith("::warning file=docs/z.md,line=1,title=bib-seen::how far?")
    assert last == "check_x: 1 page: 1 error, 1 warning"


def test_each_broken_rule_is_explained_once() -> None:
    twice = build_report("x", {"pages": 1}, [Problem("a", n, "uncited-number", "m") for n in (1, 2)])
    assert report_formats.explain_broken_rules(twice) == [
        f"uncited-number: {rules.get_rules()['uncited-number'].wording.demands} See about/rules/#uncited-number on the site."
    ]


@pytest.mark.parametrize("form", report_formats.REPORT_FORMATS)
def test_every_form_ends_with_the_same_status(form: str, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    root = make({"docs/index.md": "# Home\n\nIt was 50 % [@nobody].\n"})
    assert (
        check_command.run_check("check_citations", check_site.check_citations, root, ["--format", form])
        == check_citations(root).exit_code
        == 1
    )
    shown = capsys.readouterr()
    assert "undefined-key" in shown.out
    assert ("See about/rules/#undefined-key on the site." in shown.err) == (form == "text")

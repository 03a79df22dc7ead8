"""One file in: adding a trial page changes every table, picture and export, and nothing else has to be touched."""

from __future__ import annotations

import json

from conftest import BIB, ROOT, Make, check_citations, check_links
from ledger.export import data_files, schema_org
from ledger.model import placeholders, project
from ledger.model.project import Project
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render.charts import PICTURES
from ledger.site import generated_parts
from samples import SAMPLE, TODAY, small

SECOND = (
    SAMPLE.replace("title: A sample trial", "title: Another trial")
    .replace("# A sample trial", "# Another trial")
    .replace("  id: sample", "  id: another")
    .replace("  cohort: sample", "  cohort: another")
    .replace("NCT01234567", "NCT07654321")
    .replace("group: full dose", "outcome: insulin independence")
    .replace('value: "7.0", unit: "%"', 'outcome: HbA1c, before: "8.1", value: "7.0", unit: "%"')
    .replace("measure: HbA1c, at: month 4", "measure: HbA1c, at: month 4")
    .replace(
        "  people:\n",
        '  dates: {start: {value: "2021-03", type: actual, cite: known2024}}\n'
        "  follow_up: {value: a year, months: 12, kind: set time, cite: known2024}\n  people:\n",
    )
)
IN_RANGE = '    - {measure: time in range, outcome: time in range, value: "70", unit: "%", before: "50", cite: known2024, seen: abstract}\n'


def made(loaded: Project) -> dict[str, str]:
    """Everything that is made from the records: what pages ask for, the files, and what machines are told."""
    asked = ("all-trials", "requirements-matrix", "compare", "trials therapy=donor-line")
    parts = {
        what: generated_parts.fill_html_placeholders(loaded.pages["index.md"], loaded, f"<!-- generated: {what} -->")
        for what in asked
    }
    for name in PICTURES:
        parts[name] = generated_parts.fill_html_placeholders(
            loaded.pages["index.md"], loaded, f"<!-- generated: picture name={name} -->"
        )
    for key in REQUIREMENTS:
        parts[key] = generated_parts.fill_html_placeholders(
            loaded.pages["index.md"], loaded, f"<!-- generated: trials requirement={key} -->"
        )
    found = data_files.build_data_files(loaded)
    parts |= {name: text for name, text in found.items() if name.startswith(("trials", "outcomes", "harms", "picture"))}
    return parts


def test_one_file_changes_every_table_picture_and_export(make: Make) -> None:
    before = made(small(make))
    root = make({"docs/trials/another.md": SECOND.replace("  harms:\n", f"{IN_RANGE}  harms:\n")})
    loaded = project.load_project(root, TODAY)
    assert [str(problem) for problem in loaded.record_problems] == []
    after = made(loaded)
    for name, text in after.items():
        assert text != before[name], name
        assert name in REQUIREMENTS or "another" in text, name  # those count and link to the list
    page = loaded.pages["trials/another.md"]
    assert "NCT07654321" in json.dumps(schema_org.build_nodes(page, loaded, "S", ""))
    assert "NCT07654321" in generated_parts.fill_html_placeholders(page, loaded, "<!-- generated: trial-facts -->")


def test_the_new_page_passes_both_checks_with_no_other_edit(make: Make) -> None:
    small(make)
    root = make(
        {
            "docs/trials/another.md": SECOND,
            "docs/index.md": "# Home [@known2024]\n\n<!-- generated: all-trials -->\n",
            "references.bib": BIB.replace("NCT01234567", "NCT01234567 and NCT07654321"),
        }
    )
    for check in (check_citations, check_links):
        assert [str(p) for p in check(root).problems if p.path == "docs/trials/another.md"] == []


def test_every_piece_of_the_page_is_asked_for_by_every_trial_page() -> None:
    loaded = project.load_project(ROOT)
    for page, _ in loaded.records.values():
        asked = [what for what, _ in placeholders.find_placeholders(page)]
        assert asked == ["trial-facts", "trial-results", "trial-harms", "trial-requirements"], page.path
        headings = [heading.text for heading in page.source.headings if heading.level == 2]
        assert headings == [
            "What was done",
            "What happened",
            "Harms",
            "What this cannot tell us",
            "Against the eight requirements",
            "What came before and what comes next",
            "Who paid",
        ], page.path

"""What a record looks like on a page: every number cited, counts before per cent, and no text can be markup."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

import pytest

from conftest import ROOT, Make
from ledger.checks import numbers
from ledger.export import tables
from ledger.model import placeholders, project
from ledger.model.project import Project
from ledger.model.vocabulary import REQUIREMENTS
from ledger.render import footnotes, trial_page
from ledger.site import generated_parts
from samples import NASTY, SAMPLE, small


def made(loaded: Project, src: str, what: str) -> str:
    """The HTML that stands where ``src`` asks for ``what``."""
    return generated_parts.fill_html_placeholders(loaded.pages[src], loaded, f"<!-- generated: {what} -->")


def rows(html: str) -> list[list[str]]:
    """The cells of the first table, as a reader sees them, its head first."""
    table = html[html.index("<table") : html.index("</table>") + 8]
    tree = ElementTree.fromstring(
        re.sub(r"<br>", "<br/>", footnotes.CITATION_MARK.sub("", table)).replace("&nbsp;", " ")
    )
    return [["".join(cell.itertext()).strip() for cell in row] for row in tree.iter("tr")]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())


def facts(make: Make, text: str = SAMPLE) -> dict[str, list[str]]:
    html = made(small(make, text), "trials/sample.md", "trial-facts")
    tables = html.split("<details")  # the lines that most readers look for, then the others
    return {row[0]: row[1:] for part in tables for row in rows(part)}


# --- a trial's own tables -----------------------------------------------------------------------------


def test_the_fact_table_says_what_is_known_and_what_was_not_found(make: Make) -> None:
    found = facts(make)
    assert found["Evidence stage"][0] == "first-in-human"
    assert found["Status"][0] == "completed, as of 2026-04-20"
    assert found["Earlier status"][0] == "recruiting (2024-01-05)"
    assert found["People treated"][0] == "14"
    assert found["Kind of cells"][0] == "embryonic"
    assert found["Genes edited"][0] == "no"
    assert found["Funders"][0] == "Not found"
    assert found["Follow-up"][0] == "Not found"  # a key that is left out is said too
    assert "People planned" not in found


def test_what_most_readers_look_for_stands_above_and_the_rest_opens_on_demand(make: Make) -> None:
    shown, _, folded = made(small(make), "trials/sample.md", "trial-facts").partition("<details")
    above, below = ({row[0] for row in rows(part)} - {"What"} for part in (shown, folded))
    assert {"Evidence stage", "Status", "People treated", "Follow-up"} <= above
    assert {"Masking", "Dose"} <= below
    assert not below & above
    assert f"<summary>{len(below)} more facts of this record</summary>" in folded


def test_a_cell_with_nothing_to_say_is_marked_for_narrow_screens(make: Make) -> None:
    html = made(small(make), "trials/sample.md", "trial-results")
    assert '<td data-label="Compared with" class="none">—</td>' in html


def test_the_fact_table_has_one_order_on_every_page() -> None:
    loaded = project.load_project(ROOT)
    orders = [
        re.findall(r'<th scope="row">(.*?)</th>', trial_page.render_fact_table(page, loaded, {}))
        for page, _ in loaded.records.values()
    ]
    whole = max(orders, key=len)
    fixed = [name for name in whole if all(name in order for order in orders)]
    assert len(fixed) > 15
    for order in orders:
        assert [name for name in order if name in fixed] == fixed


def test_the_fact_table_says_how_far_each_fact_was_seen_and_whose_it_is(make: Make) -> None:
    text = SAMPLE.replace("where: table 1, seen: full text", "where: table 1, seen: second-hand, said_by: the company")
    assert "second-hand, table 1, said by the company" in facts(make, text)["Dose"][1]
    assert "full text, table 1" in facts(make)["Dose"][1]
    assert "registry record" in facts(make)["Status"][1]


ELIGIBILITY = """\
  eligibility:
    age: {value: 18 to 65 years, min: 18, max: 65, unit: years, cite: known2024, seen: abstract}
    since_diagnosis: not found
    severe_hypoglycaemia: {value: at least 2 in the last year, min: 2, unit: in the last year, cite: known2024, seen: abstract}
    c_peptide: {value: "above 0.3 ng/mL", min: 0.3, unit: ng/mL, cite: known2024, seen: abstract}
    transplants: {value: no earlier transplant, rule: excluded, cite: known2024, seen: abstract}
  cells:
"""


def test_who_can_join_is_said_in_plain_words_and_exported_as_numbers(make: Make) -> None:
    text = SAMPLE.replace("  cells:\n", ELIGIBILITY)
    words, how = facts(make, text)["Who could join"]
    assert "Age: 18 to 65 years" in words
    assert "Time since diagnosis: Not found" in words
    assert "Countries: Norway, China" in words
    assert "abstract" in how
    now = text.replace('"2026-04-20", value: completed', '"2026-04-20", value: recruiting')
    assert "Who can join" in facts(make, now)
    row = tables.build_tables(small(make, text))["trials"][1][0]
    assert (row["eligibility_age_max"], row["eligibility_c_peptide_min"]) == (65, 0.3)
    assert (row["eligibility_transplants_rule"], row["eligibility_since_diagnosis"]) == ("excluded", "not found")


def test_results_name_their_own_phase_and_what_they_showed(make: Make) -> None:
    own = "  showed: most came off insulin\n  results_phase: {value: phase 2, cite: known2024, seen: abstract}\n  results:\n"
    loaded = small(make, SAMPLE.replace("  results:\n", own))
    html = plain(made(loaded, "trials/sample.md", "trial-results"))
    assert "Phase of these results: phase 2; the trial as a whole is registered as phase 1" in html
    assert "most came off insulin" in plain(trial_page.render_trial_header(loaded.pages["trials/sample.md"], loaded))
    html = plain(made(small(make, SAMPLE), "trials/sample.md", "trial-results"))
    assert re.search(r"Phase of these results: phase 1 ?\.", html)


def test_a_gap_is_shown_as_not_filled_in(make: Make) -> None:
    found = facts(make, SAMPLE.replace("source: {value: embryonic,", "source: {value: to fill,"))
    assert found["Kind of cells"][0] == "Not filled in yet"


def test_a_relation_leads_to_the_other_trial(make: Make) -> None:
    text = SAMPLE.replace(
        "  cohort: sample\n", "  cohort: sample\n  relations: [{kind: succeeds, to: NCT00000001, record: sample}]\n"
    )
    html = made(small(make, text), "trials/sample.md", "trial-facts")
    assert 'NCT00000001 (<a href="../../trials/sample/">A sample trial</a>)' in html


def test_counts_come_first_and_per_cents_have_no_decimals(make: Make) -> None:
    _, insulin, hba1c = rows(made(small(make), "trials/sample.md", "trial-results"))
    assert insulin[:2] == ["insulin independence", "day 365"]
    assert insulin[2].startswith("10 of 12 (83%)")
    assert "full dose" in insulin[2]
    assert hba1c[2].startswith("7.0%")
    assert "(1 person)" in hba1c[2]
    assert "8.1% before" in hba1c


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        ("n: 1, of: 3", "1 of 3"),  # of so few people a per cent says more than is known
        ("n: 0, of: 12", "0 of 12"),
        ("n: 12, of: 12", "12 of 12 (100%)"),
        ("n: 2, of: 11", "2 of 11 (18%)"),
        ("n: 2", "2"),
        ("n: 2, of: 11, arm: control", "2 of 11 (18%), control group"),
        ('n: 2, of: 11, value: "18", unit: "%"', "2 of 11 (18%)"),  # the per cent is not said twice
    ],
)
def test_a_count(make: Make, count: str, shown: str) -> None:
    loaded = small(make, SAMPLE.replace("n: 10, of: 12, group: full dose", count))
    assert rows(made(loaded, "trials/sample.md", "trial-results"))[1][2] == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ('before: "8.1"', "8.1% before"),
        ('before: "8.1", comparator: 8.1% before', "8.1% before"),
        ('before: "8.1", comparator: the control group', "8.1% before; the control group"),
        ("comparator: placebo", "placebo"),
        ("note: x", "—"),
    ],
)
def test_what_a_result_is_compared_with(make: Make, words: str, shown: str) -> None:
    loaded = small(make, SAMPLE.replace("comparator: 8.1% before", words))
    assert rows(made(loaded, "trials/sample.md", "trial-results"))[2][3] == shown


def test_the_harms_table_says_who_judged(make: Make) -> None:
    [row] = rows(made(small(make), "trials/sample.md", "trial-harms"))[1:]
    assert row[:5] == ["death", "not stated", "2 of 14 (14%)", "infection", "the investigators"]


def test_no_harms_in_the_record_are_never_a_zero(make: Make) -> None:
    start, end = SAMPLE.index("  harms:"), SAMPLE.index("  requirements:")
    loaded = small(make, SAMPLE[:start] + "  harms: []\n  harms_note: Not reported.\n" + SAMPLE[end:])
    assert plain(made(loaded, "trials/sample.md", "trial-harms")) == "Not reported."


def test_all_eight_requirements_are_shown_with_their_word(make: Make) -> None:
    _, *found = rows(made(small(make), "trials/sample.md", "trial-requirements"))
    assert [row[0] for row in found] == list(REQUIREMENTS.values())
    assert found[2][1] == "not shown"


def uncited(html: str) -> list[str]:
    """Table rows with a number and without a source."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    return [row for row in found if numbers.find_numbers(plain(row)) and "<!--cite" not in row and "<code>" not in row]


def test_every_row_on_the_published_site_with_a_number_cites_its_source() -> None:
    loaded = project.load_project(ROOT)
    seen = 0
    for page in loaded.pages.values():
        for what, options in placeholders.find_placeholders(page):
            if what in generated_parts.HTML_RENDERERS and what not in (
                "bibliography",
                "dictionary",
                "downloads",
                "readability",
            ):
                html = generated_parts.HTML_RENDERERS[what](page, loaded, options)
                seen += html.count("<!--cite")
                assert not uncited(html), page.path
    assert seen > 1000


# --- text from a record is text -----------------------------------------------------------------------


@pytest.mark.parametrize("text", NASTY)
def test_markup_in_a_record_is_plain_text_and_breaks_no_table(make: Make, text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    record = SAMPLE.replace("value: A university", f"value: {quoted}").replace("where: table 1", f"where: {quoted}")
    record = record.replace("group: full dose", f"group: {quoted}").replace("cause: infection", f"cause: {quoted}")
    record = record.replace("why: by vein", f"why: {quoted}")
    record = record.replace("at: day 365,", f"at: day 365, note: {quoted},")
    record = record.replace("  harms:\n", f"  results_note: {quoted}\n  harms:\n")
    loaded = small(make, record)
    assert not loaded.record_problems
    shown = " ".join(text.split())
    for what, where in (("trial-facts", 2), ("trial-results", 3), ("trial-harms", 1), ("trial-requirements", 1)):
        html = footnotes.CITATION_MARK.sub("", made(loaded, "trials/sample.md", what))
        table = rows(html)
        assert len({len(row) for row in table}) == 1
        assert table[0][0] in ("What", "Measure", "Harm", "Requirement")
        assert not re.search(r"<(?:script|b|code|img|h1|del)\b|<!--", html)
        assert " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split()).count(shown) == where, what


@pytest.mark.parametrize("text", NASTY)
def test_markup_in_a_title_is_plain_text(make: Make, text: str) -> None:
    title = "'" + text.replace("'", "''") + "'"
    loaded = small(make, SAMPLE.replace("title: A sample trial", f"title: {title}", 1))
    for what in ("all-trials", "requirements-matrix", "trials therapy=donor-line"):
        table = rows(made(loaded, "index.md", what))
        assert len({len(row) for row in table}) == 1
        assert table[1][0] == " ".join(text.split())


# --- tables over all trials ---------------------------------------------------------------------------


def test_the_list_of_all_trials_leads_to_each(make: Make) -> None:
    text = made(small(make), "trials/sample.md", "all-trials")
    assert '<a href="../../trials/sample/">A sample trial</a>' in text
    [row] = rows(text)[1:]
    assert row[1:3] == ["donor-line islets: allogeneic, embryonic", "immunosuppression"]
    assert row[3] == "14 treated"
    assert row[-3:] == ["first-in-human", "yes", "yes"]


def test_a_row_carries_what_it_can_be_filtered_and_sorted_by(make: Make) -> None:
    html = made(small(make), "index.md", "all-trials")
    for attribute in (
        'data-id="sample"',
        'data-people="14"',
        'data-approach="donor-line islets"',
        'data-origin="allogeneic"',
        'data-immune="immunosuppression"',
        'data-phase="phase 1"',
        'data-status="completed"',
        'data-country="Norway|China"',
        'data-results="yes"',
    ):
        assert attribute in html
    assert '<form class="facets" hidden>' in html  # shown by the script that answers it
    assert '<output aria-live="polite">' in html


def test_another_kind_of_diabetes_and_edited_genes_are_said_in_the_list(make: Make) -> None:
    record = SAMPLE.replace("diabetes_type: type 1", "diabetes_type: type 2").replace("{value: false,", "{value: true,")
    [row] = rows(made(small(make, record), "index.md", "all-trials"))[1:]
    assert row[0] == "A sample trial (type 2 diabetes)"
    assert row[1] == "gene-edited cells: edited, allogeneic, embryonic"


def test_a_therapy_lists_its_own_trials_only(make: Make) -> None:
    loaded = small(make)
    assert len(rows(made(loaded, "therapies/donor-line.md", "trials therapy=donor-line"))) == 2
    assert "No trial of this kind" in made(loaded, "therapies/donor-line.md", "trials therapy=other")


def test_a_requirement_leads_to_the_list_of_trials_with_each_verdict(make: Make) -> None:
    loaded = small(make)
    text = made(loaded, "requirements/safety.md", "trials requirement=safety")
    assert plain(text).startswith("not shown : 1 of 1 trials ")
    assert '<a href="../../trials/?requirement=safety:not-shown#all-trials">' in text
    listed = made(loaded, "index.md", "all-trials")
    assert '<option value="safety:not-shown">Safety: not shown</option>' in listed
    assert "|safety:not-shown|" in listed


def test_every_link_of_a_requirement_names_a_filter_that_leaves_as_many_trials() -> None:
    loaded = project.load_project(ROOT)
    listed = made(loaded, "trials/index.md", "all-trials")
    for key in REQUIREMENTS:
        links = re.findall(
            r"requirement=([\w:-]+)#all-trials\">(\d+) of", made(loaded, "index.md", f"trials requirement={key}")
        )
        assert sum(int(number) for _, number in links) == len(loaded.records)
        for value, number in links:
            assert f'<option value="{value}">' in listed
            assert len(re.findall(rf'data-requirement="(?:[^"]*\|)?{value}[|"]', listed)) == int(number), value


def test_the_matrix_has_a_column_for_each_requirement_a_word_and_a_source_in_each_cell(make: Make) -> None:
    html = made(small(make), "requirements/safety.md", "requirements-matrix")
    head, row = rows(html)
    assert len(head) == len(row) == 1 + len(REQUIREMENTS)
    assert row[3:5] == ["not shown", "unknown"]
    assert html.count("<!--cite known2024-->") == 7  # "not tested" has none in the sample


# --- what is late -------------------------------------------------------------------------------------


def test_an_overdue_trial_says_so_above_its_title(make: Make) -> None:
    start, end = SAMPLE.index("  results:"), SAMPLE.index("  harms:")
    text = SAMPLE[:start] + "  results: []\n  results_note: none\n" + SAMPLE[end:]
    text = text.replace("  publications: [known2024]", "  publications: []")
    text = text.replace(
        "  people:\n", '  dates: {completion: {value: "2024-05", type: actual, cite: known2024}}\n  people:\n'
    )
    loaded = small(make, text)
    top = trial_page.render_trial_header(loaded.pages["trials/sample.md"], loaded)
    assert "Results overdue: ended 2024-05; no results posted or published were found." in top
    assert "NCT01234567" in top
    assert "overdue" not in trial_page.render_trial_header(small(make).pages["trials/sample.md"], small(make))

"""Tables and lists made from data: every number cited, counts before per cent, and no text can break a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown import markdown

from ledger import citations, claims, generate, links, numbers, project
from ledger.project import Project
from ledger.records import REQUIREMENTS

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 21)
CLAIMS = """\
checked: "2026-11-21"
claims:
  - id: C-1
    article: A
    topic: insulin
    says: All 12 of 12 people came off insulin.
    verdict: contradicted
    finding: It was 10 of 12 [@known2024].
    sources: [known2024]
    seen: abstract
    checked: "2026-11-21"
  - id: C-2
    article: B
    topic: price
    says: It is cheap.
    verdict: could not check
    finding: No price was found.
    seen: not seen
    checked: "2026-11-21"
citations:
  - id: R-1
    article: A
    place: paragraph 2
    claim: It works.
    reference: A1
    key: known2024
    verdict: partly
    reason: It is about 10 of 12 people [@known2024].
    checked: "2026-11-21"
references:
  - {key: known2024, number: A1, kind: trial report, audit: Carries part of it, errors: the year is wrong}
"""
NASTY = (
    "<script>alert(1)</script>",
    "a | b",
    "*stars* and **more** and _lines_",
    "[@x] and [link](http://example.org)",
    "`code` and ``more``",
    "<!-- generated: trials -->",
    "<b>bold",
    "a\\|b \\",
    "{: #id } and {.class}",
    "![image](x.png)",
    "# no heading",
    "- no list",
    "1. no list either",
    "&lt; &amp; &",
    "2^3 ~~x~~ [^1]",
    "quotes \" and '",
    "$x$ @known2024 mail@example.org",
)

Make = Callable[..., Path]


def small(make: Make, record: str = SAMPLE) -> Project:
    """A project with one trial, the pages its tables lead to, and a claims file."""
    pages = {f"docs/requirements/{key}.md": f"# {name}\n" for key, name in REQUIREMENTS.items()}
    pages["docs/therapies/donor-line.md"] = "# Donor line\n"
    pages["docs/references.md"] = "---\ntitle: Sources\n---\n\n# Sources\n\n<!-- generated: bibliography -->\n"
    pages["docs/articles/a.md"] = "# A\n\n<!-- generated: claims article=A -->\n"
    pages["docs/articles/lists.md"] = "# Lists\n\n<!-- generated: citations -->\n"
    return project.load(
        make({**pages, "docs/trials/sample.md": record, "docs/articles/claims.yml": CLAIMS}),
        TODAY,
    )


def made(loaded: Project, src: str, what: str) -> str:
    """The Markdown that stands where ``src`` asks for ``what``."""
    return generate.markdown(loaded.pages[src], loaded, f"Before.\n\n<!-- generated: {what} -->\n\nAfter.\n")


def rows(text: str) -> list[list[str]]:
    """The cells of the first table of a Markdown text, as a reader sees them, its head first."""
    html = markdown(text, extensions=["tables", "md_in_html", "attr_list"])
    table = ElementTree.fromstring(
        re.sub(r"<br\s*/?>", "<br/>", html[html.index("<table>") : html.index("</table>") + 8])
    )
    return [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]


def plain(text: str) -> str:
    """What a reader sees of a Markdown text."""
    html = markdown(text, extensions=["tables", "md_in_html", "attr_list"])
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())


# --- a trial's own tables -----------------------------------------------------------------------------


def test_the_fact_table_says_what_is_known_and_what_was_not_found(make: Make) -> None:
    found = {row[0]: row[1] for row in rows(made(small(make), "trials/sample.md", "trial-facts"))}
    assert found["Evidence stage"].startswith("first-in-human")
    assert found["Status"] == "completed, as of 2026-04-20"
    assert found["Earlier status"] == "recruiting (2024-01-05)"
    assert found["People treated"] == "14"
    assert found["Kind of cells"] == "embryonic"
    assert found["Genes edited"] == "no"
    assert found["Paid by"] == "Not found"
    assert found["Follow-up"] == "Not found"  # a key that is left out is said too
    assert "People planned" not in found


def test_the_fact_table_says_how_far_each_fact_was_seen(make: Make) -> None:
    found = {row[0]: " ".join(row[2:]) for row in rows(made(small(make), "trials/sample.md", "trial-facts"))}
    assert "full text, table 1" in found["Dose"]
    assert "registry record" in found["Status"]


def test_counts_come_first_and_per_cents_have_no_decimals(make: Make) -> None:
    _, insulin, hba1c = rows(made(small(make), "trials/sample.md", "trial-results"))
    assert insulin[:2] == ["insulin independence", "day 365"]
    assert insulin[2].startswith("10 of 12 (83 %)")
    assert "full dose" in insulin[2]
    assert hba1c[2].startswith("7.0 %")
    assert "(1 person)" in hba1c[2]
    assert "8.1 % before" in hba1c


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        ("n: 1, of: 3", "1 of 3"),  # of so few people a per cent says more than is known
        ("n: 0, of: 12", "0 of 12"),
        ("n: 12, of: 12", "12 of 12 (100 %)"),
        ("n: 2, of: 11", "2 of 11 (18 %)"),
        ("n: 2", "2"),
    ],
)
def test_a_count(make: Make, count: str, shown: str) -> None:
    loaded = small(make, SAMPLE.replace("n: 10, of: 12, group: full dose", count))
    assert rows(made(loaded, "trials/sample.md", "trial-results"))[1][2] == shown


def test_the_harms_table_says_who_judged(make: Make) -> None:
    text = made(small(make), "trials/sample.md", "trial-harms")
    [row] = rows(text)[1:]
    assert row[:5] == ["death", "not stated", "2 of 14 (14 %)", "infection", "the investigators"]


def test_no_harms_in_the_record_are_never_a_zero(make: Make) -> None:
    start, end = SAMPLE.index("  harms:"), SAMPLE.index("  requirements:")
    loaded = small(make, SAMPLE[:start] + "  harms: []\n  harms_note: Not reported.\n" + SAMPLE[end:])
    text = made(loaded, "trials/sample.md", "trial-harms")
    assert plain(text) == "Before. Not reported. After."


def test_all_eight_requirements_are_shown_with_their_word(make: Make) -> None:
    _, *found = rows(made(small(make), "trials/sample.md", "trial-requirements"))
    assert [row[0] for row in found] == list(REQUIREMENTS.values())
    assert found[2][1] == "not shown"


def test_every_generated_row_with_a_number_cites_its_source(make: Make) -> None:
    loaded = small(make)
    for what in ("trial-facts", "trial-results", "trial-harms", "trial-requirements", "all-trials"):
        assert not uncited(made(loaded, "trials/sample.md", what))
    for what in ("trials therapy=donor-line", "trials requirement=safety", "requirements-matrix"):
        assert not uncited(made(loaded, "therapies/donor-line.md", what))


def uncited(text: str) -> list[str]:
    """Table rows with a number and without a source."""
    found = [line for line in text.split("\n") if line.startswith("| ")]
    return [line for line in found if numbers.find(re.sub(r"<[^>]*>|\[@[^\]]*\]", " ", line)) and "[@" not in line]


def test_every_row_on_the_published_site_with_a_number_cites_its_source() -> None:
    loaded = project.load(ROOT, TODAY)
    for page in loaded.pages.values():
        assert not uncited(generate.markdown(page, loaded, page.text)), page.path


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
        page = made(loaded, "trials/sample.md", what)
        table = rows(page)
        assert len({len(row) for row in table}) == 1
        assert table[0][0] in ("What", "Measure", "Harm", "Requirement")
        html = markdown(page, extensions=["tables", "md_in_html", "attr_list"])
        assert not re.search(r"<(?:script|b|code|em>x|img|h1|ul|ol|del)\b", html)
        assert unescape(re.sub(r"<[^<>]*>", "", html)).count(shown) == where, what


@pytest.mark.parametrize("text", NASTY)
def test_markup_in_a_title_is_plain_text(make: Make, text: str) -> None:
    title = "'" + text.replace("'", "''") + "'"
    loaded = small(make, SAMPLE.replace("title: A sample trial", f"title: {title}", 1))
    table = rows(made(loaded, "index.md", "all-trials"))
    assert len({len(row) for row in table}) == 1
    assert table[1][0] == " ".join(text.split())


def test_markup_in_the_claims_file_is_plain_text_but_its_citations_work(make: Make) -> None:
    loaded = small(make)
    first = loaded.claims.claims[0].model_copy(update={"finding": "<b>*x*</b> [@known2024] `y` | z", "sources": []})
    loaded.claims.claims[0] = first
    text = made(loaded, "articles/a.md", "claims article=A")
    assert "[@known2024]" in text
    assert "<b>*x*</b> [@known2024] `y` | z" in plain(text)


# --- tables over all trials ---------------------------------------------------------------------------


def test_the_list_of_all_trials_leads_to_each(make: Make) -> None:
    text = made(small(make), "trials/sample.md", "all-trials")
    assert "[A sample trial](sample.md)" in text
    [row] = rows(text)[1:]
    assert row[1:3] == ["allogeneic, embryonic", "immunosuppression"]
    assert row[3].startswith("14 treated")
    assert row[-3:] == ["first-in-human", "yes", "yes"]


def test_another_kind_of_diabetes_and_edited_genes_are_said_in_the_list(make: Make) -> None:
    record = SAMPLE.replace("diabetes_type: type 1", "diabetes_type: type 2").replace("{value: false,", "{value: true,")
    [row] = rows(made(small(make, record), "index.md", "all-trials"))[1:]
    assert row[0] == "A sample trial (type 2 diabetes)"
    assert row[1] == "edited, allogeneic, embryonic"


def test_a_therapy_lists_its_own_trials_only(make: Make) -> None:
    loaded = small(make)
    assert len(rows(made(loaded, "therapies/donor-line.md", "trials therapy=donor-line"))) == 2
    assert "No trial of this kind" in made(loaded, "therapies/donor-line.md", "trials therapy=other")


def test_a_requirement_lists_what_each_trial_shows(make: Make) -> None:
    text = made(small(make), "requirements/safety.md", "trials requirement=safety")
    assert "[A sample trial](../trials/sample.md)" in text
    assert rows(text)[1][1:3] == ["not shown", "few people"]


def test_the_matrix_has_a_column_for_each_requirement(make: Make) -> None:
    head, row = rows(made(small(make), "requirements/safety.md", "requirements-matrix"))
    assert len(head) == len(row) == 1 + len(REQUIREMENTS)
    assert [cell.split(" [")[0] for cell in row[3:5]] == ["not shown", "unknown"]


# --- claims and filters -------------------------------------------------------------------------------


def test_a_claim_is_shown_with_its_verdict_its_sources_and_its_anchor(make: Make) -> None:
    text = made(small(make), "articles/a.md", "claims article=A")
    assert '<div class="card" id="C-1" data-verdict="contradicted" markdown="1">' in text
    assert "C-2" not in text
    shown = plain(text)
    for said in (
        "The article says: All 12 of 12",
        "Verdict: contradicted",
        "It was 10 of 12",
        "abstract. Checked 2026-11-21.",
    ):
        assert said in shown


def test_a_place_in_an_article_says_whether_its_reference_can_carry_it(make: Make) -> None:
    shown = plain(made(small(make), "articles/lists.md", "citations"))
    for said in ("R-1 · article A: paragraph 2", "Reference given: A1 [@known2024]", "Can it carry the claim? partly"):
        assert said in shown


def test_verdicts_are_counted(make: Make) -> None:
    loaded = small(make)
    assert rows(made(loaded, "index.md", "verdict-counts")) == [
        ["Verdict", "Claims, 2 in all"],
        ["contradicted", "1"],
        ["could not check", "1"],
    ]
    assert len(rows(made(loaded, "index.md", "verdict-counts article=B"))) == 2


def test_a_filter_works_without_a_script() -> None:
    html = generate.choices("verdict", "Show", {"not supported": 2, "supported": 1})
    assert re.findall(r"> ([^<]*)</label>", html) == ["all (3)", "not supported (2)", "supported (1)"]
    assert html.count(" checked>") == 1
    rule = 'body:has(#verdict-not-supported:checked) [data-verdict]:not([data-verdict="not-supported"]){display:none}'
    assert rule in html
    assert "<legend>Show</legend>" in html
    assert "<details" not in html
    assert 'aria-live="polite"' in html


def test_a_long_filter_is_folded() -> None:
    html = generate.choices("kind", "Show", {f"kind {n}": 1 for n in range(generate.MANY_CHOICES)})
    assert '<details class="filters"><summary>' in html


# --- what goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["trail-facts", "nothing", "", "trials therapy = x"])
def test_a_comment_for_which_nothing_is_made_is_told(make: Make, what: str) -> None:
    loaded = project.load(make({"docs/index.md": f"# Home\n\n<!-- generated: {what} -->\n"}), TODAY)
    [problem] = generate.problems(loaded)
    assert str(problem).startswith("docs/index.md:3: error: nothing is generated for this comment; one of: trial-facts")


def test_a_trial_table_on_a_page_without_a_record_is_told(make: Make) -> None:
    loaded = project.load(make({"docs/index.md": "# Home\n\n<!-- generated: trial-facts -->\n"}), TODAY)
    assert ["this page has no trial record" in p.message for p in generate.problems(loaded)] == [True]


def test_a_comment_in_code_is_left_alone_by_the_check(make: Make) -> None:
    loaded = project.load(make({"docs/index.md": "# Home\n\n`<!-- generated: nothing -->`\n"}), TODAY)
    assert not list(generate.problems(loaded))


def test_a_broken_record_gives_a_box_and_no_crash(make: Make) -> None:
    loaded = small(make, SAMPLE.replace("record_type: trial", "record_type: rumour"))
    assert loaded.record_problems
    for what in ("trial-facts", "trial-results", "trial-harms", "trial-requirements"):
        text = made(loaded, "trials/sample.md", what)
        assert '!!! warning "This table cannot be shown"\n    The record behind it has an error' in text
    for what in ("all-trials", "requirements-matrix", "trials requirement=nonsense"):
        made(loaded, "index.md", what)


def test_a_requirement_that_is_none_gives_a_box(make: Make) -> None:
    assert "This table cannot be shown" in made(small(make), "index.md", "trials requirement=nonsense")


def test_broken_claims_are_told_and_give_an_empty_table(make: Make) -> None:
    loaded = project.load(make({"docs/articles/claims.yml": CLAIMS.replace("could not check", "wrong")}), TODAY)
    [problem] = loaded.problems
    assert problem.path == "docs/articles/claims.yml"
    assert problem.message.startswith("claims.1.verdict: Input should be")
    assert loaded.claims == claims.Claims()
    made(loaded, "index.md", "claims")


# --- the bibliography ---------------------------------------------------------------------------------


def bibliography(loaded: Project) -> str:
    page = loaded.pages["references.md"]
    return generate.html(page, loaded, "<p>Before</p><!-- generated: bibliography -->")


def test_the_bibliography_has_an_anchor_and_says_kind_how_far_read_and_audit(make: Make) -> None:
    html = bibliography(small(make))
    assert '<li id="known2024" data-kind="trial-report">' in html
    assert '<a class="permanent" href="#known2024">known2024</a>' in html
    shown = unescape(re.sub(r"<[^>]*>", " ", html))
    assert "Doe J, Roe R. A trial. J Test. 2024;1:1-2." in shown
    assert "We read the abstract." in shown
    assert "Carries part of it. In the article's list: the year is wrong." in shown
    assert 'href="references.bib" download' in html
    assert 'href="references.json" download' in html


def test_the_bibliography_leads_back_to_every_page_that_cites(make: Make) -> None:
    loaded = small(make)
    html = bibliography(loaded)
    back = dict(re.findall(r'<a href="\.\./([^"#]*)#fn:known2024">([^<]*)</a>', html))
    assert back == {"": "Home", "trials/sample/": "A sample trial", "articles/a/": "A", "articles/lists/": "Lists"}
    assert {src for src in loaded.pages if src in citations.cited_by(loaded)["known2024"]} == {
        "index.md",
        "trials/sample.md",
        "articles/a.md",
        "articles/lists.md",
    }


def test_links_to_generated_anchors_hold(make: Make) -> None:
    text = "# Home\n\nSee [one](references.md#known2024), [two](articles/a.md#C-1), [three](articles/lists.md#R-1) [@known2024].\n"
    small(make)
    loaded = project.load(make({"docs/index.md": text}), TODAY)
    assert not [p for p in links.check(loaded).problems if p.path == "docs/index.md"]

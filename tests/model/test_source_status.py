"""What databases said of the sources: the file, what follows from it, and what readers are told."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import BIB, INDEX, ROOT, TODAY, Make, check_citations
from ledger.export import data_files
from ledger.model import bib_matching, bib_reader, project, source_status
from ledger.model.bibliography import Entry
from ledger.model.project import Project
from ledger.model.source_status import DatabaseResult, IdentifierStatus, Notice, SourceStatusFile
from ledger.render import source_notices
from ledger.site import build, generated_parts
from samples import CLAIMS, SAMPLE, small

DOI = "10.1234/abc"
FINE = {"state": "nothing found", "checked": "2026-11-20"}
PMID_BIB = BIB.replace("  doi", "  pmid = {7},\n  doi")


def notice(state: str, date: str = "2026-01-02", doi: str = "10.1234/notice", **more: str) -> dict[str, str]:
    return {"state": state, "date": date, "doi": doi, "by": "the publisher", **more}


def told(*notices: dict[str, str], checked: str = "2026-11-20") -> dict[str, Any]:
    """An answer with notices, and the state that follows."""
    return {
        "state": source_status.derive_state(Notice(**one) for one in notices),
        "checked": checked,
        "notices": list(notices),
    }


def file(doi: Any = None, pmid: Any = None, **more: Any) -> str:
    """The file: what Crossref said of the DOI, and PubMed of the PMID 7; ``more`` goes beside Crossref's answer."""
    dois = {DOI: {"crossref": doi, **more}} if doi is not None else {}
    pmids = {"7": {"pubmed": pmid}} if pmid is not None else {}
    return json.dumps({"about": "", "form": 1, "doi": dois, "pmid": pmids}, indent=0)


def loaded(make: Make, text: str, **files: str) -> Project:
    return project.load_project(make({"source-status.json": text, **files}), TODAY)


def problems(make: Make, text: str, files: dict[str, str] | None = None, rule: str = "") -> list[str]:
    root = make({"source-status.json": text, **(files or {})})
    return [str(one) for one in check_citations(root).problems if one.rule == rule or not rule]


# --- the committed file -------------------------------------------------------------------------------


def test_the_page_of_all_sources_says_of_each_one_whether_it_was_checked() -> None:
    here = project.load_project(ROOT)
    for one in here.standings.values():
        line = source_notices.render_status_line(one)
        assert bool(re.search("Asked: ", line)) == bool(one.checked)
        assert line == "Status not checked yet." or one.checked or "no DOI or PMID" in line


# --- reading and writing ------------------------------------------------------------------------------


def test_what_is_written_is_read_again(make: Make) -> None:
    answers = IdentifierStatus(
        {
            "exists": DatabaseResult("yes", "2026-11-20"),
            "crossref": DatabaseResult(
                "corrected", "2026-11-20", (Notice("corrected", "2026-01", "10.1234/x", by="b", word="erratum"),)
            ),
            "retraction-watch": DatabaseResult(why="no file"),
        },
        {"title": "A trial", "year": "2023"},
    )
    entries = bib_reader.read_bibliography(PMID_BIB)
    text = source_status.dump_source_status(SourceStatusFile({"doi": {DOI: answers}, "pmid": {}}, True), entries)
    again, faults = source_status.read_source_status(text)
    assert faults == []
    assert again.of("doi", DOI) == answers
    assert source_status.dump_source_status(again, entries) == text
    assert '"title": {"state": "agree", "seen": "A trial"}' in text
    assert '"year": {"state": "disagree", "seen": "2023"}' in text
    assert '"journal": "not checked"' in text
    assert [line.split(":")[0] for line in text.splitlines() if line.startswith(('"10.', '"7'))] == [f'"{DOI}"', '"7"']


def test_the_file_is_sorted_with_one_line_a_number() -> None:
    keys = "".join(f"@misc{{k{n}, title={{T}}, doi={{10.1234/{n}}}, pmid={{{n}}}}}\n" for n in (30, 4, 200))
    text = source_status.dump_source_status(SourceStatusFile(), bib_reader.read_bibliography(keys))
    assert re.findall(r'^"(10[^"]*|\d+)":', text, re.MULTILINE) == [
        "10.1234/200",
        "10.1234/30",
        "10.1234/4",
        "4",
        "30",
        "200",
    ]
    assert json.loads(text)["doi"]["10.1234/4"] == {
        **dict.fromkeys(("exists", "crossref", "retraction-watch"), "not checked"),
        **dict.fromkeys(bib_matching.COMPARED_FIELDS, "not checked"),
    }


def test_no_file_is_no_fault_and_everything_is_not_checked(make: Make) -> None:
    root = make()
    assert check_citations(root).problems == []
    assert {one.state for one in project.load_project(root).standings.values()} == {"not checked"}


BROKEN = {
    "not JSON": "{",
    "a list": "[]",
    "another form": '{"form": 2, "doi": {}, "pmid": {}}',
    "no table": '{"form": 1, "doi": {}}',
    "a table that is a list": '{"form": 1, "doi": {}, "pmid": []}',
    "nested too deeply": "[" * 100_000,
    "a number too long": "1" * 10_000,
    "an unknown state": file({"state": "fine", "checked": "2026-11-20"}),
    "no day": file({"state": "nothing found"}),
    "a day that is none": file({"state": "nothing found", "checked": "2026-02-30"}),
    "a state without its notice": file({"state": "retracted", "checked": "2026-11-20"}),
    "a notice without its state": file({**told(notice("retracted")), "state": "nothing found"}),
    "a notice of nothing": file({**FINE, "notices": [{"state": "fine"}]}),
    "a notice with a DOI that is none": file(told({"state": "corrected", "doi": "x"})),
    "a notice with a script": file(told({"state": "corrected", "doi": 'javascript:"'})),
    "a notice with a PMID that is none": file(told({"state": "corrected", "pmid": "x"})),
    "a notice dated by words": file(told({"state": "corrected", "date": "May"})),
    "an unknown field": file(FINE, title="x", colour="blue"),
    "a field without what was seen": file(FINE, title={"state": "agree"}),
    "a number for a text": file({"state": 1, "checked": "2026-11-20"}),
    "a DOI in capitals": json.dumps({"form": 1, "doi": {"10.1234/ABC": {}}, "pmid": {}}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_line_that_says_what_to_do(case: str, make: Make) -> None:
    [problem] = problems(make, BROKEN[case])
    assert re.match(r"source-status\.json:\d+: error: .+ \[source-status\]$", problem)
    assert "python3 scripts/check_citations.py --online" in problem


def test_a_file_that_is_no_text_is_one_line(make: Make) -> None:
    root = make()
    (root / source_status.SOURCE_STATUS_FILE).write_bytes(b"\xff\xfe")
    assert [one.rule for one in check_citations(root).problems] == ["unreadable"]


def test_a_fault_is_told_at_its_line_and_the_rest_is_counted() -> None:
    text = '{"form": 1, "pmid": {},\n"doi": {\n"10.1234/a": {"x": 1},\n"10.1234/b": {"x": 1}\n}}'
    [problem] = source_status.read_source_status(text)[1]
    assert problem.line == 3
    assert "(and 1 more)" in problem.message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(source_status.SOURCE_STATES),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "form",
                    "doi",
                    "pmid",
                    DOI,
                    "7",
                    "crossref",
                    "pubmed",
                    "exists",
                    "state",
                    "checked",
                    "notices",
                    "title",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
QUICKLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICKLY
@given(JSON, JSON)
def test_no_json_makes_reading_fail(whole: Any, part: Any) -> None:
    entries = bib_reader.read_bibliography(PMID_BIB)
    for data in (whole, {"form": 1, "doi": {DOI: part}, "pmid": {"7": part}}, {"form": 1, "doi": part, "pmid": {}}):
        found, faults = source_status.read_source_status(json.dumps(data))
        assert len(faults) <= 1
        for entry in entries.entries.values():
            source_notices.render_status_line(source_status.get_source_status(entry, found))
        source_status.read_source_status(source_status.dump_source_status(found, entries))


@QUICKLY
@given(st.text(max_size=300))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert len(source_status.read_source_status(text)[1]) == 1


# --- what follows from notices ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ([], "nothing found"),
        ([("corrected", "2020")], "corrected"),
        ([("expression of concern", "2020"), ("corrected", "2021")], "expression of concern"),
        ([("corrected", "2020"), ("retracted", "2021")], "retracted"),
        ([("retracted", "2020-05-01"), ("corrected", "2021")], "retracted"),
        ([("retracted", "2020-05-01"), ("reinstated", "2021-01-01")], "reinstated"),
        ([("reinstated", "2021-01-01"), ("retracted", "2020-05-01")], "reinstated"),
        ([("retracted", "2020-05-01"), ("reinstated", "2020")], "reinstated"),
        ([("retracted", "2022"), ("reinstated", "2021-01-01")], "retracted"),
        ([("retracted", "2020"), ("reinstated", "2021"), ("retracted", "2022")], "retracted"),
        ([("retracted", ""), ("reinstated", "2021")], "retracted"),
        ([("retracted", "2020"), ("reinstated", "")], "retracted"),
        ([("reinstated", "2021")], "reinstated"),
    ],
)
def test_the_state_follows_from_the_notices(notices: list[tuple[str, str]], state: str) -> None:
    assert source_status.derive_state(Notice(one, day) for one, day in notices) == state


def test_all_databases_count_together_and_one_notice_stands_once(make: Make) -> None:
    text = file(told(notice("corrected")), told(notice("corrected", by="PubMed"), notice("retracted", doi="10.1234/r")))
    one = loaded(make, text, **{"references.bib": PMID_BIB}).standings["known2024"]
    assert one.state == "retracted"
    assert [(n.state, n.doi) for n in one.notices] == [("corrected", "10.1234/notice"), ("retracted", "10.1234/r")]
    assert one.checked == {"Crossref": "2026-11-20", "PubMed": "2026-11-20"}
    assert one.missing == ("Retraction Watch",)


# --- rules --------------------------------------------------------------------------------------------

GONE = file(told(notice("retracted")))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("It works [@known2024].", [5]),
        ("It works\nvery well [@known2024].", [6]),
        ("- It works [@known2024].\n- That was retracted.", [5]),
        ("| A | B |\n|---|---|\n| x | [@known2024] |", [7]),
        ("It works [@known2024; @known2024].", [5]),
        ("It works [@known2024]. See [this](https://example.org/retracted).", [5]),
        ("It works [@known2024]. <!-- retracted -->", [5]),
        ("It was Retracted later [@known2024].", []),
        ("- **Retracted**: it works [@known2024].", []),
        ("| A | B |\n|---|---|\n| retracted | [@known2024] |", []),
        ("它后来被撤稿 [@known2024]。", []),
    ],
)
def test_a_retracted_source_is_told_where_it_is_cited_without_the_word(text: str, lines: list[int], make: Make) -> None:
    index = f"# Home\n\nRetracted [@known2024].\n\n{text}\n"
    found = problems(make, GONE, {"docs/index.md": index}, "retracted-source")
    assert [int(line.split(":")[1]) for line in found] == lines
    assert all("Retracted on 2026-01-02, notice doi:10.1234/notice" in line for line in found)


@pytest.mark.parametrize("state", ["corrected", "expression of concern", "reinstated"])
def test_other_notices_stop_nothing(state: str, make: Make) -> None:
    assert problems(make, file(told(notice(state)))) == []


def test_a_retraction_that_was_taken_back_stops_nothing(make: Make) -> None:
    assert problems(make, file(told(notice("retracted", "2020"), notice("reinstated", "2021", "10.1234/b")))) == []


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("Retraction: A trial", 0),
        ("Retraction notice to: A trial", 0),
        ("Notice of retraction", 0),
        ("Expression of concern: A trial", 0),
        ("RETRACTED: A trial", 1),
        ("Correction of glucose in mice", 1),
        ("Retraction of the lower eyelid", 1),
        ("Retraction of “A trial”", 0),
        ("A trial of retraction", 1),
        ("Corrections", 1),
    ],
)
def test_the_notice_itself_may_be_cited(title: str, count: int, make: Make) -> None:
    files = {"references.bib": BIB.replace("{A trial}", f"{{{title}}}")}
    assert len(problems(make, GONE, files, "retracted-source")) == count


def test_a_fact_of_a_record_says_it_in_its_note(make: Make) -> None:
    record = SAMPLE.replace("10 of 12 took no insulin [@", "10 of 12 took no insulin, by a paper since retracted [@")
    lines = [n for n, line in enumerate(record.split("\n"), 1) if "cite: known2024" in line]
    files = {"docs/trials/sample.md": record}
    found = problems(make, GONE, files, "retracted-source")
    told_at = [int(line.split(":")[1]) for line in found if line.startswith("docs/trials/sample.md")]
    assert told_at == lines
    noted = re.sub(r"cite: known2024(?=[,}])", "cite: known2024, note: the paper was retracted", record)
    noted = noted.replace("n_people: 1, cite", "n_people: 1, cite")
    found = problems(make, GONE, {"docs/trials/sample.md": noted}, "retracted-source")
    assert [line for line in found if line.startswith("docs/trials/sample.md")] == []


def test_publications_of_a_record_need_the_word_somewhere_on_the_page(make: Make) -> None:
    lines = [n for n, line in enumerate(SAMPLE.split("\n"), 1) if "publications:" in line]
    found = problems(make, GONE, {"docs/trials/sample.md": SAMPLE}, "retracted-source")
    assert f"docs/trials/sample.md:{lines[0]}" in {":".join(line.split(":")[:2]) for line in found}


def test_a_claim_says_it_in_its_row(make: Make) -> None:
    home = {"docs/index.md": "# Home\n\nRetracted [@known2024].\n"}
    found = problems(make, GONE, {**home, "docs/articles/claims.yml": CLAIMS}, "retracted-source")
    lines = [n for n, line in enumerate(CLAIMS.split("\n"), 1) if re.search(r"id: [CR]-1|key: known2024, n", line)]
    assert [int(line.split(":")[1]) for line in found] == lines
    said = (
        CLAIMS.replace("It was 10", "Now retracted: 10")
        .replace("about 10", "retracted, 10")
        .replace("the year", "retracted")
    )
    assert problems(make, GONE, {**home, "docs/articles/claims.yml": said}, "retracted-source") == []


def test_45_days_are_not_old_and_46_are(make: Make) -> None:
    for day, count in (("2026-10-07", 0), ("2026-10-06", 1)):
        found = problems(make, file({**FINE, "checked": day}), rule="source-status-old")
        assert len(found) == count
    assert "Crossref on 2026-10-06" in found[0]
    assert "warning" in found[0]


def test_a_file_in_which_nobody_was_asked_yet_is_not_old(make: Make) -> None:
    assert problems(make, file("not checked")) == []
    assert problems(make, file({"state": "not checked", "checked": "2020-01-01", "why": "unknown there"})) == []


def test_numbers_that_the_file_does_not_have_are_counted_in_one_line(make: Make) -> None:
    [found] = problems(make, file(), {"references.bib": PMID_BIB})
    assert "1 DOI and 1 PMID of references.bib not in this file (first: known2024)" in found
    assert "--enter" in found


def test_another_work_is_told_as_such(make: Make) -> None:
    seen = {"title": "Grazing of sheep on salt marshes", "first author": "Meyer, H.", "year": "1998"}
    more = {name: {"state": "disagree", "seen": value} for name, value in seen.items()}
    [found] = problems(make, file(FINE, **more))
    assert (
        "DOI 10.1234/abc leads to another work, by Crossref: Grazing of sheep on salt marshes, Meyer, H., 1998" in found
    )
    assert found.startswith("references.bib:7: error: known2024: ")


def test_a_number_that_does_not_exist_is_told(make: Make) -> None:
    [found] = problems(make, file("not checked", exists={"state": "no", "checked": "2026-11-20"}))
    assert (
        "DOI 10.1234/abc does not exist at doi.org (2026-11-20); look it up and correct it [source-metadata]" in found
    )


def test_a_slip_made_after_the_check_is_told_and_a_mended_one_is_not(make: Make) -> None:
    text = file(FINE, title={"state": "agree", "seen": "A trial of cells"})
    files = {"references.bib": BIB.replace("{A trial}", "{A trial of cells}")}
    assert problems(make, text, files) == []
    files = {"references.bib": BIB.replace("{A trial}", "{A triel with mice}")}
    assert "title 'A trial of cells'" in problems(make, text, files, "source-metadata")[0]
    text = text.replace("agree", "disagree")
    assert problems(make, text, {"references.bib": BIB.replace("{A trial}", "{A trial of cells}")}) == []


@pytest.mark.parametrize(
    ("what", "until", "rules"),
    [
        ("key: known2024", "2027-01-31", []),
        ("key: known2024", "2026-11-20", ["source-excuse", "source-metadata"]),
        ("key: known2024", "2036-01-31", ["source-excuse", "source-metadata"]),
        ("key: known2024", "soon", ["source-excuse", "source-metadata"]),
        ("host: example.org", "2027-01-31", ["source-excuse", "source-metadata"]),
        ("key: other2024", "2027-01-31", ["source-excuse", "source-metadata"]),
    ],
)
def test_a_person_who_has_looked_can_excuse_a_disagreement_for_a_year(
    what: str, until: str, rules: list[str], make: Make
) -> None:
    policy = f'excuses:\n  - {what}\n    reason: the journal prints it so\n    until: "{until}"\n'
    text = file(FINE, title={"state": "disagree", "seen": "Another trial of cells"})
    root = make({"source-policy.yml": policy, "source-status.json": text})
    assert sorted(p.rule for p in check_citations(root).problems) == rules


# --- is it the work? ----------------------------------------------------------------------------------


def entry(**fields: str) -> Entry:
    return Entry("k", "article", fields, 1)


SAME = [
    ("title", "{FDA} Approves Islet Cells", "FDA approves islet cells."),
    ("title", r"Stem Cell--Derived Islets", "Stem cell‐derived <i>islets</i>"),
    ("title", "β-cell function in T1D", "Beta cell function in T1D"),
    ("title", "Cells &amp; islets", "Cells & islets"),
    ("title", "Long enough a title for this", "Long enough a title for this: with a subtitle"),
    ("title", "A trial of cells in mice", "RETRACTED: A trial of cells in mice"),
    ("title", "Mesenchymal stem cell transplantation", "Mesenchymal stem-cell transplantations"),
    ("title", "Ein Versuch", "[A trial] | Ein Versuch."),
    ("first author", "de Koning, Eelco", "Koning, Eelco de"),
    ("first author", "Carlsson, P.-O.", "Carlsson, Per-Ola"),
    ("first author", "Jørgensen, A.", "Jorgensen, Anna"),
    ("first author", "Al-Anazi, A.", "Alanazi, A."),
    ("first author", "Wang, Shusen", "Shusen, Wang"),
    (
        "first author",
        "{American Diabetes Association Professional Practice Committee}",
        "American Diabetes Association",
    ),
    ("year", "2024", "2023 | 2024"),
    ("journal", "N Engl J Med", "New England Journal of Medicine | N Engl J Med"),
    ("journal", "N Engl J Med", "New England Journal of Medicine"),
    ("journal", "Lancet Diabetes Endocrinol", "The Lancet Diabetes &amp; Endocrinology"),
    ("journal", "Bull Natl Res Cent", "Bulletin of the National Research Centre"),
    ("journal", "BMJ", "BMJ (Clinical research ed.)"),
    (
        "journal",
        "Proc Natl Acad Sci U S A",
        "Proceedings of the National Academy of Sciences of the United States of America",
    ),
]
OTHER = [
    ("title", "A trial of cells in mice", "A trial of drugs in children"),
    ("title", "Short", "Short: with a subtitle that is long"),
    ("first author", "Wang, S.", "Deng, H."),
    ("first author", "Smith, A.", "Smithson, A."),
    ("first author", "Smith, A.", "The Smith Group of London"),
    ("first author", "{The Blue Group}", "{Red Committee of Rome}"),
    ("year", "2024", "2023"),
    ("journal", "Cell", "Cell Stem Cell"),
    ("journal", "Diabetes", "Diabetes Care"),
    ("journal", "Nature", "Science"),
]


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "verdict"), [(*one, "agree") for one in SAME] + [(*one, "disagree") for one in OTHER]
)
def test_what_is_one_work_and_what_is_not(name: str, ours: str, theirs: str, verdict: str) -> None:
    field = {"first author": "author"}.get(name, name)
    assert bib_matching.compare_fields(entry(**{field: ours}), {name: theirs})[name] == verdict


def test_every_entry_of_the_bibliography_agrees_with_itself() -> None:
    for one in project.load_project(ROOT).bibliography.entries.values():
        seen = {name: bib_matching._get_entry_value(one, name) for name in bib_matching.COMPARED_FIELDS}
        found = bib_matching.compare_fields(one, seen)
        assert set(found.values()) <= {"agree", "not checked"}, one.key
        assert {name for name, value in seen.items() if value} == {n for n, v in found.items() if v == "agree"}


def test_what_the_entry_does_not_have_is_not_compared() -> None:
    assert set(bib_matching.compare_fields(entry(), dict.fromkeys(bib_matching.COMPARED_FIELDS, "x")).values()) == {
        "not checked"
    }


@QUICKLY
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_makes_comparing_fail(ours: str, theirs: str) -> None:
    one = entry(title=ours, author=ours, year=ours, journal=ours)
    bib_matching.compare_fields(one, dict.fromkeys(bib_matching.COMPARED_FIELDS, theirs))
    bib_matching.is_other_work(one, dict.fromkeys(bib_matching.COMPARED_FIELDS, theirs))
    assert 0 <= bib_matching.measure_title_similarity(ours, theirs) <= 1


# --- what readers are told ----------------------------------------------------------------------------


def built(found: Project) -> str:
    """The home page as it is served, but for the theme."""
    made = build.Site(found)
    return made.complete_page(
        "index.md", made.process_content("index.md", "<h1>Home</h1><p>A sentence<!--cite known2024-->.</p>")
    )


def test_a_correction_stands_beside_the_reference_and_at_the_top_of_the_page(make: Make) -> None:
    html = built(loaded(make, file(told(notice("corrected", word="erratum")))))
    link = '<a href="https://doi.org/10.1234/notice" rel="noopener nofollow">doi:10.1234/notice</a>'
    words = f'Corrected on <time datetime="2026-01-02">2026-01-02</time>, notice {link} (says the publisher)'
    assert f'<strong class="source-status" data-state="corrected">{words}.</strong>' in html
    assert re.search(
        r'</h1><div class="admonition warning source-notices">.*<a href="#fn:known2024">Reference 1</a>', html
    )
    assert html.count(words) == 2


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (notice("expression of concern"), "Expression of concern on 2026-01-02, notice doi:10.1234/notice"),
        (notice("retracted", word="partial_retraction"), "Retracted in part on 2026-01-02"),
        (notice("retracted", word="withdrawal"), "Withdrawn (retracted) on"),
        (notice("corrected", "2026", ""), "Corrected in 2026"),
        (notice("corrected", "", "", pmid="7"), "Corrected, notice PMID 7"),
        (notice("corrected", by="<script>"), "(says &lt;script&gt;)"),
    ],
)
def test_a_notice_in_words(one: dict[str, str], words: str, make: Make) -> None:
    html = source_notices.render_reference_notices(loaded(make, file(told(one))).standings["known2024"])
    assert words in re.sub(r"<[^<>]*>", "", html)


def test_a_page_without_notices_says_nothing_about_them(make: Make) -> None:
    for text in (file(FINE), file("not checked")):
        html = built(loaded(make, text))
        assert "source-status" not in html
        assert "source-notices" not in html


def references(make: Make, text: str) -> str:
    small(make)
    found = loaded(make, text)
    html = re.sub(
        r"<script.*?</script>",
        "",
        generated_parts.fill_html_placeholders(found.pages["references.md"], found, "<!-- generated: bibliography -->"),
    )
    return re.sub(r"<[^<>]*>", "", html)


def test_the_page_of_all_sources_says_what_was_not_checked(make: Make) -> None:
    shown = references(make, file("not checked"))
    assert "Of 1 source, 1 has a DOI or a PMID" in shown
    assert "None of them has been checked yet." in shown
    assert "Status not checked yet." in shown


def test_the_page_of_all_sources_says_who_was_asked_and_when(make: Make) -> None:
    shown = references(make, file(FINE))
    assert "No correction or retraction found. Asked: Crossref 2026-11-20; not checked yet: Retraction Watch." in shown
    assert "1 of them was checked on 2026-11-20: none of them has a notice. Not checked yet: 0." in shown
    shown = references(make, GONE)
    assert (
        "Retracted on 2026-01-02, notice doi:10.1234/notice (says the publisher). Asked: Crossref 2026-11-20" in shown
    )
    assert "1 retracted" in shown


def test_the_page_about_it_says_how_far_it_has_come(make: Make) -> None:
    about = "# Status\n\n<!-- generated: source-status -->\n"
    found = loaded(make, file("not checked"), **{f"docs/{source_notices.SOURCE_STATUS_PAGE}": about})
    html = generated_parts.fill_html_placeholders(
        found.pages[source_notices.SOURCE_STATUS_PAGE], found, "<!-- generated: source-status -->"
    )
    assert "None of them has been checked yet." in html
    assert "href" not in html
    assert 'href="about/source-status/"' in source_notices.render_status_summary(found.pages["index.md"], found, {})


def test_the_exported_data_say_what_was_found_and_what_was_not_checked(make: Make) -> None:
    found = loaded(make, file(told(notice("corrected")), year={"state": "disagree", "seen": "2023"}))
    [item] = data_files.export_references(found)
    assert item["custom"]["status"] == {
        "state": "corrected",
        "checked": {"Crossref": "2026-11-20"},
        "not_checked": ["Retraction Watch"],
        "notices": [notice("corrected")],
        "doi": {
            "exists": "not checked",
            "title": "not checked",
            "first author": "not checked",
            "year": "disagree",
            "journal": "not checked",
        },
    }
    bare = {"references.bib": re.sub(r"  doi.*\n", "", BIB)}
    [item] = data_files.export_references(
        project.load_project(make({**bare, "docs/index.md": INDEX}), date(2026, 11, 21))
    )
    assert item["custom"]["status"] == {"state": "not checked", "why": "no DOI or PMID"}

"""The shape of fields, and the same work twice."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.checks import bib_duplicates, bib_fields
from ledger.model import bib_reader, bibliography

ENTRY = """\
@article{one,
  author = {Doe, Jane},
  title = {One title of a trial of cells},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/one},
  kind = {letter},
  seen = {abstract},
}
"""


def told(text: str) -> list[str]:
    """``line rule`` of each problem."""
    read = bib_reader.read_bibliography(text)
    found = (*read.problems, *bib_fields.check_bib_fields(read), *bib_duplicates.check_duplicate_works(read))
    return [f"{p.line} {p.rule}" for p in found]


def changed(old: str, new: str, key: str = "one") -> str:
    assert old in ENTRY
    return ENTRY.replace(old, new).replace("{one,", f"{{{key},").replace("10.1234/one", f"10.1234/{key}")


@pytest.mark.parametrize(
    "names",
    [
        "Doe, Jane et al.",
        "Doe, Jane and et al",
        "Doe, Jane and others and Roe, R.",
        "Doe, J., Roe, R.",
        "Doe, J., Roe, R., Poe, P.",
        "Doe, Jane; Roe, R.",
        "Doe, Jane \\& Roe, R.",
        "Doe, Jane,",
        "Doe, Jane and",
        "and Doe, Jane",
        "Doe, Jane and and Roe, R.",
        "DOE, Jane",
        "Doe, JANE-MARIE",
        "Doe J and Roe RA",
        "Doe J.",
        "王伟",
        "Doe, Jane and 李娜",
        "Doe, Jane1",
        "Doe, Jane*",
        "World Health Organization",
        "University of Somewhere",
        "Organization, World Test",
        "Doe, Jane and Islet Test Program",
        "Test {and} Assay Center",
        "Northern Islet Test Grp",
        "Moor Biotechnology",
        "\\{Kleiner Testkreis\\}",
        "Vertex Test, Inc.",
        "MDnews (first published by Testscape)",
        "Drugsite.com",
        "Bureau of Tests",
    ],
)
def test_a_name_that_would_be_read_wrongly_is_told(names: str) -> None:
    assert told(changed("{Doe, Jane}", f"{{{names}}}")) == ["2 bib-author"]


@pytest.mark.parametrize(
    "names",
    [
        "Doe, Jane and others",
        "Jane van Doe and Ludwig van Beethoven",
        "van der Berg, J. P.",
        "King, Jr., Martin",
        "Ng, D. and O, K.",
        "Tsujimoto",
        "王, 伟 and {李娜}",
        "{WHO} and {World Health Organization}",
        "{{Smith and Sons; Ltd}}",
        "O'Neil, Síle and Večerić-Haler, Željka",
        "MacDonald, JPM",
        "Doe, J.-P.",
        "Center, D. M. and Press, Valerie and Court, M.",
        "{The {ABCD} and {EFGH} Test Group}",
    ],
)
def test_a_name_in_a_good_form_raises_nothing(names: str) -> None:
    assert told(changed("{Doe, Jane}", f"{{{names}}}")) == []


@pytest.mark.parametrize("names", ["Testscape", "Seeking Testscape", "Doe, Jane and Testscape"])
def test_the_author_of_news_is_divided_or_in_braces(names: str) -> None:
    news = changed("{letter}", "{news}")
    assert told(news.replace("{Doe, Jane}", f"{{{names}}}")) == ["2 bib-author"]
    assert told(news.replace("{Doe, Jane}", "{Doe, Jane and {Seeking Testscape}}")) == []


def test_private_fields_are_told_in_one_line_and_a_slip_keeps_its_hint() -> None:
    text = changed("  year", "  abstract = {a},\n  volme = {7},\n  Mendeley-Groups = {b},\n  annote = {c},\n  year")
    messages = {
        problem.line: problem.message for problem in bib_fields.check_bib_fields(bib_reader.read_bibliography(text))
    }
    assert sorted(messages) == [5, 6]
    assert "abstract (line 5), mendeley-groups (line 7), annote (line 8)" in messages[5]
    assert "--fix" in messages[5]
    assert messages[6] == "one: there is no field 'volme'; did you mean volume?"


@pytest.mark.parametrize(
    ("value", "braced"),
    [
        ("World Test Organization", "{World Test Organization}"),
        ("Example Pharmaceuticals, Inc.", "{Example Pharmaceuticals, Inc.}"),
        ("Doe, Jane and Islet Test Program", "Doe, Jane and {Islet Test Program}"),
        ("{WTO} and Islet Test Program and others", "{WTO} and {Islet Test Program} and others"),
        # More than one answer, or none that a program can know:
        ("Food and Drug Administration", None),
        ("National Institute for Health and Care Excellence", None),
        ("{Food and Drug} Administration", None),
        ("Organization, World Test", None),
        ("Bureau of Tests", None),
        ("F. John Service", None),
        ("World {Test} Organization", None),
        ('World " # "Organization', None),
        ("Doe, Jane and others", None),
    ],
)
def test_only_what_can_be_read_in_one_way_is_put_in_braces(value: str, braced: str | None) -> None:
    assert bib_fields.brace_organisations(value) == (braced or value)


@pytest.mark.parametrize(
    "pages",
    ["12-34", "12–34", "12---34", "12--", "--34", "12--34.", "pp. 12", "34--12", "120--8", "n/a", "12,", "12 -- 34"],
)
def test_pages_of_the_wrong_form_are_told(pages: str) -> None:
    assert told(changed("  doi", f"  pages = {{{pages}}},\n  doi")) == ["6 bib-pages"]


@pytest.mark.parametrize(
    "pages",
    [
        "12",
        "12--34",
        "e123",
        "S1--S9",
        "1132--1144.e12",
        "238-OR",
        "j1415",
        "iv--x",
        "12--15, 20",
        "12+",
        "CD012345",
        "e1--e9",
    ],
)
def test_pages_of_every_good_form_raise_nothing(pages: str) -> None:
    assert told(changed("  doi", f"  pages = {{{pages}}},\n  doi")) == []


def test_the_message_shows_how_pages_are_written() -> None:
    read = bib_reader.read_bibliography(changed("  doi", "  pages = {pp. 12 – 34.},\n  doi"))
    assert [p.message for p in bib_fields.check_bib_fields(read)] == [
        "one: 'pp. 12 – 34.' are not page numbers; write 12--34"
    ]


@pytest.mark.parametrize("name", ["volume", "number"])
@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("12", 0),
        ("12A", 0),
        ("1--2", 0),
        ("Suppl 1", 0),
        ("48 Suppl 1", 0),
        ("XIV", 0),
        ("May", 0),
        ("vol. 12", 1),
        ("12(3)", 1),
        ("no. 3", 1),
        ("12:3", 1),
        ("12,", 1),
        ("in press", 1),
    ],
)
def test_volume_and_issue_are_bare(name: str, value: str, wrong: int) -> None:
    assert told(changed("  doi", f"  {name} = {{{value}}},\n  doi")) == ["6 bib-volume"] * wrong


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("isbn", "978-0-306-40615-7", 0),
        ("isbn", "0-8044-2957-X", 0),
        ("isbn", "978-0-306-40615-7, 0-8044-2957-X", 0),
        ("isbn", "978-0-306-40615-8", 1),
        ("isbn", "0-8044-2957-1", 1),
        ("isbn", "12345", 1),
        ("issn", "0028-4793", 0),
        ("issn", "2434-561X", 0),
        ("issn", "0028-4794", 1),
    ],
)
def test_the_last_figure_of_a_book_number_is_checked(field: str, value: str, wrong: int) -> None:
    assert told(changed("  doi", f"  {field} = {{{value}}},\n  doi")) == ["6 bib-isbn"] * wrong


@pytest.mark.parametrize(
    "text",
    [
        '{\\"o}',
        "\\'e",
        "\\textbf{x}",
        "\\textsubscript{2}",
        "$x$",
        "``x''",
        "a^b",
        "x_{2}",
        "<i>x</i>",
        "a &amp; b",
        "a &#x2013; b",
        "&Eacute;tude",
        "HbA<jats:sub>one</jats:sub>",
        '<mml:math xmlns:mml="x">b</mml:math>',
        "trans\u00adplant",
        "\ufb01ve",
        "islets\u2060",
        "NovÃ¡k",
        "itâ€™s",
        "\ufffd",
        "a\u200bb",
    ],
)
def test_what_readers_would_see_raw_is_told(text: str) -> None:
    assert told(changed("One title", f"One {text} title"))[:1] == ["3 bib-raw"]


@pytest.mark.parametrize(
    "text",
    ["5 \\% \\& more \\$ \\# a\\_b", "2016--2018", "roe~and doe", "β é ² “ ”", "r&d", "a < b > c", "patients' needs"],
)
def test_what_is_printed_well_is_left_alone(text: str) -> None:
    assert told(changed("One title", f"One {text} title")) == []


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("HbA1c in mice", 1),
        ("The FDA's view", 1),
        ("A B12 study", 1),
        ("iPSC-derived cells", 1),
        ("A NOD-mouse", 1),
        ("ONE TITLE OF A TRIAL", 1),
        ("{HbA1c} in {NOD} mice", 0),
        ("{{FDA} and {HbA1c}}", 0),
        ("A cohort in Canada", 1),
        ("Cells: A trial", 1),
        ("Long-Term function", 1),
        ("Über Élan", 1),
        ("Closed-loop and two-year follow-up", 0),
        ("A cohort in {Canada}", 0),
        ("6 goals: 2025", 0),
        ("{\\'E}t", 0),
        ("糖尿病", 0),
    ],
)
def test_words_that_lose_their_capitals_are_advised(title: str, wrong: int) -> None:
    rules = [one for one in told(changed("One title of a trial of cells", title)) if one.endswith("capitals")]
    assert rules == ["3 bib-capitals"] * wrong


def test_braces_are_put_where_they_are_missing() -> None:
    title = "HbA1c in T1DM's care: VX-880, a Phase 1/2 {Trial} at UCSF (Canada). CD34+ R\\&D"
    braced = "{HbA1c} in {T1DM's} care: {VX-880}, a {Phase} 1/2 {Trial} at {UCSF} ({Canada}). {CD34}+ {R}\\&{D}"
    assert bib_fields.brace_capitals(title) == bib_fields.brace_capitals(braced) == braced


@example("\\\\B")
@given(st.text(alphabet="aBcDE1'’.-/–_&+ éÉ:{}\\", max_size=40))
def test_after_that_nothing_loses_its_capitals(title: str) -> None:
    braced = bib_fields.brace_capitals(title)
    assert bib_fields.brace_capitals(braced) == braced
    assert bibliography.strip_latex(braced) == bibliography.strip_latex(title)


def test_an_unknown_field_gets_a_hint() -> None:
    read = bib_reader.read_bibliography(changed("  doi", "  volumne = {1},\n  zzz = {1},\n  doi"))
    assert [p.message for p in bib_fields.check_bib_fields(read)] == [
        "one: there is no field 'volumne'; did you mean volume?",
        "one: these fields are private, copyrighted or unknown and are not published: zzz (line 7); remove them, or run"
        " check_citations.py --fix (put what readers need into note)",
    ]


@pytest.mark.parametrize(
    ("other", "problems"),
    [
        (changed("One title", "{One} {Title}", "two"), ["12 bib-duplicate-work"]),
        (changed("One title", "Óne title:", "two"), ["12 bib-duplicate-work"]),
        (changed("{2024}", "{2023}", "two"), []),
        (changed("One title", "Another", "two"), []),
        (changed("  doi", "  note = {part of one},\n  doi", "two"), []),
        (changed("  doi", "  related = {one},\n  doi", "two"), []),
    ],
)
def test_the_same_title_and_year_twice_is_told(other: str, problems: list[str]) -> None:
    assert told(ENTRY + other) == problems


PREPRINT = changed("{letter}", "{preprint}", "pre").replace("{2024}", "{2023}")


@pytest.mark.parametrize(
    ("preprint", "problems"),
    [
        (PREPRINT, ["12 bib-preprint"]),
        (PREPRINT.replace("One title of a trial", "One early title of a trial"), ["12 bib-preprint"]),
        (PREPRINT.replace("Doe, Jane", "Jane Doe"), ["12 bib-preprint"]),
        (PREPRINT.replace("Doe, Jane", "Roe, Jane"), []),
        (PREPRINT.replace("One title of a trial", "Something else that was done"), []),
        (PREPRINT.replace("  doi", "  note = {published as one},\n  doi"), []),
        (PREPRINT.replace("  doi", "  related = {one},\n  doi"), []),
        (PREPRINT.replace("  author = {Doe, Jane},\n", ""), []),
    ],
)
def test_a_preprint_beside_its_publication_is_told_unless_it_says_so(preprint: str, problems: list[str]) -> None:
    assert told(ENTRY + preprint) == problems


@given(st.sampled_from(["author", "title", "pages", "volume", "isbn", "issn", "note"]), st.text(max_size=40))
def test_no_value_makes_a_rule_raise(name: str, value: str) -> None:
    entry = bibliography.Entry("k", "article", {name: value, "kind": "preprint"}, 1)
    other = bibliography.Entry("o", "article", {name: value}, 2)
    read = bibliography.Bibliography("x.bib", {"k": entry, "o": other})
    assert all(
        p.line in (1, 2) for p in (*bib_fields.check_bib_fields(read), *bib_duplicates.check_duplicate_works(read))
    )

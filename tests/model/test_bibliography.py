"""The bibliography: every fault at once, each with its line, and nothing that is right is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import TODAY
from ledger.checks.bib_entries import REQUIRED_FIELDS, check_bibliography
from ledger.export.csl_json import to_csl_json
from ledger.model import bibliography
from ledger.model.bib_reader import read_bibliography
from ledger.model.bibliography import PUBLICATION_KINDS, SEEN_LEVELS, Entry, split_names, strip_latex
from ledger.render import reference_style

GOOD = """\
@article{one,
  author = {Doe, Jane},
  title = {One},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/one},
  keywords = {letter},
  seen = {abstract},
}
"""


def told(text: str) -> list[str]:
    """``line rule`` of each problem, in the order of lines."""
    problems = sorted(
        check_bibliography(read_bibliography(text), TODAY), key=lambda problem: (problem.line, problem.rule)
    )
    return [f"{problem.line} {problem.rule}" for problem in problems]


def changed(old: str, new: str, key: str = "one") -> str:
    assert old in GOOD
    return GOOD.replace(old, new).replace("{one,", f"{{{key},").replace("10.1234/one", f"10.1234/{key}")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "",
        "% a comment\n\n" + GOOD + "% another, with a {\n",
        '@comment{anything}\n@preamble{"x"}\n' + GOOD,
        "@string{jt = {J Test}}\n" + changed("{J Test}", "jt"),
        changed("  year", "  month = jan,\n  year"),
        changed("{2024}", "2024"),
        changed("{One}", '"One"'),
        changed("{One}", '{{FDA} and {\\"o} $x$ 中文}'),
        changed("@article", "@ARTICLE"),
        changed("  title", "\tTITLE"),
        GOOD.replace("\n", " ") + "\n",
        GOOD.replace("  seen = {abstract},\n}", "  seen = {abstract}\n}"),
        changed("10.1234/one", "10.1002/(SICI)1097-0258(19980815)17:15<1661").replace("<1661", "1661"),
        changed("{One}", "{One (NCT01234567)}"),
    ],
)
def test_a_good_file_raises_nothing(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (changed("{One},", "{One}"), 4),
        (changed("{One},", "{One,"), 1),
        (changed("{one,", "{one"), 1),
        (changed("title =", "title"), 1),
        (changed("{One}", '"One'), 1),
        (GOOD[:-3] + "\n", 1),
        (GOOD + "}\n", 10),
        (GOOD + "some words\n", 10),
        ("@article{}\n" + GOOD, 1),
        ("@article\n" + GOOD, 1),
        (changed("{J Test}", "unknown"), 4),
        (changed("  year", "  title = {Two},\n  year"), 5),
        (changed("  year", "  TITLE = {Two},\n  year"), 5),
    ],
)
def test_a_syntax_error_is_told_with_its_line(text: str, line: int) -> None:
    assert f"{line} bib-syntax" in told(text)


def test_every_syntax_error_of_a_file_is_told_at_once() -> None:
    text = (
        changed("{One},", "{One}", "a")  # line 4
        + changed("title =", "title", "b")  # line 10
        + GOOD
        + changed("{One},", "{One,", "c")  # line 28
        + changed("{J Test},", "{J Test}", "d")  # line 41
        + changed("{One}", "{Two}", "e")
    )
    lines = [int(problem.split()[0]) for problem in told(text) if problem.endswith("bib-syntax")]
    assert {4, 10, 28, 41} <= set(lines)
    assert list(read_bibliography(text).entries) == ["one", "e"]


@pytest.mark.parametrize("key", ["a:b", "a.b", "a/b", "a+b", "ä", "a@b", "a'b"])
def test_a_key_that_a_citation_cannot_carry_is_told(key: str) -> None:
    assert told(changed("{one,", f"{{{key},")) == ["1 bib-key"]


@pytest.mark.parametrize("key", ["one", "ONE", "One"])
def test_a_key_that_is_taken_in_any_case_is_told(key: str) -> None:
    assert told(GOOD + changed("{one,", f"{{{key},").replace("10.1234/one", "10.1234/x")) == ["10 bib-duplicate-key"]


@pytest.mark.parametrize("doi", ["10.1234/one", "10.1234/ONE"])
def test_a_doi_that_is_taken_in_any_case_is_told(doi: str) -> None:
    assert told(GOOD + GOOD.replace("{one,", "{two,").replace("10.1234/one", doi)) == ["15 bib-duplicate-doi"]


def test_an_address_that_leads_to_a_doi_of_another_entry_is_told() -> None:
    url = GOOD.replace("{one,", "{two,").replace("doi = {10.1234/one}", "url = {https://doi.org/10.1234/one}")
    assert told(GOOD + url) == ["10 bib-duplicate-doi"]


@pytest.mark.parametrize(
    "doi",
    [
        "https://doi.org/10.1234/ONE",
        "http://dx.doi.org/10.1234/one",
        "https://www.doi.org/10.1234/one",
        "doi.org/10.1234/one",
        "doi:10.1234/one",
        "DOI 10.1234/one",
        "10.1234%2Fone",
        "10.1234/one.",
        "{10.1234/one}",
    ],
)
def test_a_doi_in_another_form_is_told_and_known_again(doi: str) -> None:
    text = GOOD + GOOD.replace("{one,", "{two,").replace("10.1234/one", doi)
    assert told(text) == ["15 bib-doi", "15 bib-duplicate-doi"]


@pytest.mark.parametrize("doi", ["11.1234/a", "10.12/a", "10.1234/", "10.1234 /a", "10.1234/a b", "10.1234/a\\_b", "x"])
def test_what_is_no_doi_is_told(doi: str) -> None:
    assert told(changed("10.1234/one", doi)) == ["6 bib-doi"]


@pytest.mark.parametrize(("name", "value"), [("pmid", "7"), ("pmcid", "PMC7")])
def test_a_pubmed_number_that_is_taken_is_told(name: str, value: str) -> None:
    text = changed("  doi", f"  {name} = {{{value}}},\n  doi") + changed(
        "  doi", f"  {name} = {{{value}}},\n  doi", "two"
    )
    assert told(text) == [f"16 bib-duplicate-{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("pmid", value) for value in ("PMID: 7", "007", "1234567890", "PMC7", "7.")),
        *(("pmcid", value) for value in ("7", "pmc7", "PMC", "PMC07", "PMC 7")),
        *(("url", value) for value in ("www.example.org", "ftp://example.org", "https://example", "https://", "x")),
        *(("urldate", value) for value in ("2024-13-01", "2024-02-30", "21 November 2024", "2027-01-01")),
    ],
)
def test_an_identifier_of_the_wrong_form_is_told(name: str, value: str) -> None:
    assert told(changed("  doi", f"  {name} = {{{value}}},\n  doi")) == [f"6 bib-{name}"]


@pytest.mark.parametrize("value", ["NCT123", "NCT 01234567", "NCT-01234567", "NCT012345678", "NCT0123456x"])
def test_a_trial_number_of_the_wrong_form_is_told(value: str) -> None:
    assert told(changed("{One}", f"{{One ({value})}}")) == ["3 bib-nct"]


@pytest.mark.parametrize("year", ["24", "n.d.", "2099", "in press", "20244"])
def test_a_year_that_is_none_is_told(year: str) -> None:
    assert told(changed("{2024}", f"{{{year}}}")) == ["5 bib-year"]


@pytest.mark.parametrize("kind", REQUIRED_FIELDS)
def test_a_type_cannot_do_without_its_fields(kind: str) -> None:
    bare = f"@{kind}{{x,\n  keywords = {{letter}},\n  seen = {{abstract}},\n}}\n"
    missing = [
        problem.message
        for problem in check_bibliography(read_bibliography(bare), TODAY)
        if "needs the field" in problem.message
    ]
    assert len(missing) == len(REQUIRED_FIELDS[kind])
    values = {"url": "https://example.org", "urldate": "2024-01-01", "year": "2024", "doi": "10.1234/x"}
    fields = [needed.split("|")[0] for needed in REQUIRED_FIELDS[kind]]
    whole = "".join(f"  {name} = {{{values.get(name, 'Text')}}},\n" for name in fields)
    address = "" if "url" in fields or "doi" in fields else "  url = {https://example.org},\n"
    assert told(bare.replace("  keywords", f"{whole}{address}  keywords")) == []


@pytest.mark.parametrize("value", ["{}", "{ }", '""'])
def test_an_empty_field_counts_as_missing(value: str) -> None:
    assert told(changed("{Doe, Jane}", value)) == ["1 bib-required"]


def test_authors_may_be_missing_where_the_entry_says_that_they_were_not_seen() -> None:
    assert told(changed("author = {Doe, Jane}", "note = {authors not seen}")) == []


def test_an_article_needs_an_address_or_volume_and_pages() -> None:
    assert told(changed("  doi = {10.1234/one},\n", "")) == ["1 bib-required"]
    assert told(changed("  doi = {10.1234/one},\n", "  volume = {1}, pages = {2},\n")) == []


def test_an_unknown_type_gets_a_hint() -> None:
    problems = check_bibliography(read_bibliography(changed("@article", "@artcle")), TODAY)
    assert [problem.message for problem in problems] == ["one: unknown type @artcle; did you mean @article?"]


@pytest.mark.parametrize("kind", PUBLICATION_KINDS)
def test_each_kind_of_publication_is_known(kind: str) -> None:
    assert told(changed("{letter}", f"{{{kind}}}")) == []


@pytest.mark.parametrize("kind", ["leter", "Letter", "letter, news", "x"])
def test_any_other_kind_is_told(kind: str) -> None:
    assert told(changed("{letter}", f"{{{kind}}}")) == ["7 bib-kind"]


def test_how_far_a_source_was_read_is_asked_for() -> None:
    assert [told(changed("{abstract}", f"{{{seen}}}")) for seen in SEEN_LEVELS] == [[]] * len(SEEN_LEVELS)
    problems = check_bibliography(read_bibliography(changed("  seen = {abstract},\n", "")), TODAY)
    assert [(problem.rule, problem.level) for problem in problems] == [("bib-seen", "warning")]


def test_an_entry_knows_its_line_and_its_fields() -> None:
    entry = read_bibliography("\n" + GOOD).entries["one"]
    assert (entry.line, entry.field_lines["doi"], entry.type, entry.get("title")) == (2, 7, "article", "One")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"doi": "10.1/x", "url": "https://a.org"}, "https://doi.org/10.1/x"),
        ({"pmid": "7", "pmcid": "PMC7"}, "https://pubmed.ncbi.nlm.nih.gov/7/"),
        ({"pmcid": "PMC7", "url": "https://a.org"}, "https://pmc.ncbi.nlm.nih.gov/articles/PMC7/"),
        ({"url": "https://a.org"}, "https://a.org"),
        ({}, ""),
    ],
)
def test_a_reader_is_led_to_the_most_lasting_address(fields: dict[str, str], address: str) -> None:
    assert Entry("k", "misc", fields, 1).address == address


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("Doe, Jane and Roe, R.", [("Doe", "Jane"), ("Roe", "R.")]),
        ("Jane van Doe", [("Doe", "Jane van")]),
        ("{World Health Organization and others}", [("World Health Organization and others", "")]),
        ("Doe, J and others", [("Doe", "J"), ("others", "")]),
        ("", []),
    ],
)
def test_names_are_people_or_bodies(value: str, people: list[tuple[str, str]]) -> None:
    assert [(name.family, name.given) for name in split_names(value)] == people


@pytest.mark.parametrize(("given", "initials"), [("Jane", "J"), ("Jean-Paul M", "JP"), ("J-P", "JP"), ("TW", "TW")])
def test_initials_are_at_most_two(given: str, initials: str) -> None:
    assert bibliography.Name("Doe", given).initials == initials


def test_plain_text_has_no_latex() -> None:
    assert strip_latex("{FDA} 5\\% 1--2 a~b") == "FDA 5% 1–2 a b"


def test_csl_json_carries_what_the_entry_says() -> None:
    item = to_csl_json(read_bibliography(GOOD).entries["one"])
    assert item["type"] == "article-journal"
    assert item["author"] == [{"family": "Doe", "given": "Jane"}]
    assert (item["DOI"], item["issued"]) == ("10.1234/one", {"date-parts": [[2024]]})


def test_csl_json_keeps_organisations_whole() -> None:
    text = GOOD.replace("{Doe, Jane}", "{{{Test and {ABC} Group}} and Roy, Maya and Sukarno and others}", 1)
    assert to_csl_json(read_bibliography(text).entries["one"])["author"] == [
        {"literal": "Test and ABC Group"},
        {"family": "Roy", "given": "Maya"},
        {"family": "Sukarno"},
    ]


def test_an_organisation_that_stands_for_the_authors_is_not_taken_apart() -> None:
    text = "@online{a, title = {T}, organization = {MDnews (first in News and Views)}, url = {https://x.org/a}}"
    entry = read_bibliography(text).entries["a"]
    assert reference_style.format_authors(entry) == "MDnews (first in News and Views)"
    assert to_csl_json(entry)["author"] == [{"literal": "MDnews (first in News and Views)"}]


@given(st.text(alphabet=st.sampled_from('@article{}k,= "\n%#\\é\x001'), max_size=60) | st.text(max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    problems = check_bibliography(read_bibliography(text), TODAY)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)


@given(
    st.integers(0, len(GOOD)), st.sampled_from(["{", "}", '"', ",", "=", "@", "\n", "%", "#", "\\", ""]), st.booleans()
)
def test_one_slip_in_an_entry_never_makes_the_reader_raise(place: int, sign: str, instead: bool) -> None:
    text = GOOD[:place] + sign + GOOD[place + instead :]
    assert all(
        1 <= problem.line <= text.count("\n") + 1 for problem in check_bibliography(read_bibliography(text), TODAY)
    )


@pytest.mark.parametrize(
    ("archive", "rules"),
    [
        ("https://web.archive.org/web/20251103/https://example.org/a?b=1", []),
        ("https://archive.today/abc", []),
        ("http://web.archive.org/web/20251103/https://example.org/a", ["8 bib-url"]),
        ("https://web.archive.org", ["8 bib-url"]),
        ("a copy", ["8 bib-url"]),
    ],
)
def test_a_copy_in_an_archive_has_a_secure_address(archive: str, rules: list[str]) -> None:
    text = GOOD.replace("doi = {10.1234/one}", "url = {https://example.org/a}")
    assert told(text.replace("  seen", f"  archiveurl = {{{archive}}},\n  seen")) == rules


def test_a_copy_in_an_archive_is_not_for_a_source_with_a_doi() -> None:
    assert told(GOOD.replace("  seen", "  archiveurl = {https://archive.today/abc},\n  seen")) == ["8 bib-url"]

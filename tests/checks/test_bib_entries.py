"""Fields, identifiers and dates of an entry: what is wrong is reported, and what is right is accepted."""

from __future__ import annotations

import pytest

from bib_samples import ENTRY, edit_entry, list_problems
from conftest import TODAY
from ledger.checks.bib_entries import check_bibliography
from ledger.model.bib_reader import read_bibliography
from ledger.model.bibliography import PUBLICATION_KINDS, REQUIRED_FIELDS, SEEN_LEVELS


@pytest.mark.parametrize(
    "text",
    [
        ENTRY,
        "",
        "% a comment\n\n" + ENTRY + "% another, with a {\n",
        '@comment{anything}\n@preamble{"x"}\n' + ENTRY,
        "@string{jt = {J Test}}\n" + edit_entry("{J Test}", "jt"),
        edit_entry("  year", "  month = jan,\n  year"),
        edit_entry("{2024}", "2024"),
        edit_entry("{One}", '"One"'),
        edit_entry("{One}", '{{FDA} and {\\"o} $x$ 中文}'),
        edit_entry("@article", "@ARTICLE"),
        edit_entry("  title", "\tTITLE"),
        ENTRY.replace("\n", " ") + "\n",
        ENTRY.replace("  seen = {abstract},\n}", "  seen = {abstract}\n}"),
        edit_entry("10.1234/one", "10.1002/(SICI)1097-0258(19980815)17:15<1661").replace("<1661", "1661"),
        edit_entry("{One}", "{One (NCT01234567)}"),
    ],
)
def test_a_good_file_raises_nothing(text: str) -> None:
    assert list_problems(text) == []


@pytest.mark.parametrize("doi", ["10.1234/one", "10.1234/ONE"])
def test_a_doi_that_is_already_used_in_any_case_is_reported(doi: str) -> None:
    assert list_problems(ENTRY + ENTRY.replace("{one,", "{two,").replace("10.1234/one", doi)) == [
        "15 bib-duplicate-doi"
    ]


def test_an_address_that_leads_to_a_doi_of_another_entry_is_reported() -> None:
    url = ENTRY.replace("{one,", "{two,").replace("doi = {10.1234/one}", "url = {https://doi.org/10.1234/one}")
    assert list_problems(ENTRY + url) == ["10 bib-duplicate-doi"]


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
def test_a_doi_in_another_form_is_reported_and_still_compared(doi: str) -> None:
    text = ENTRY + ENTRY.replace("{one,", "{two,").replace("10.1234/one", doi)
    assert list_problems(text) == ["15 bib-doi", "15 bib-duplicate-doi"]


@pytest.mark.parametrize("doi", ["11.1234/a", "10.12/a", "10.1234/", "10.1234 /a", "10.1234/a b", "10.1234/a\\_b", "x"])
def test_what_is_not_a_doi_is_reported(doi: str) -> None:
    assert list_problems(edit_entry("10.1234/one", doi)) == ["6 bib-doi"]


@pytest.mark.parametrize(("name", "value"), [("pmid", "7"), ("pmcid", "PMC7")])
def test_a_pubmed_number_that_is_already_used_is_reported(name: str, value: str) -> None:
    text = edit_entry("  doi", f"  {name} = {{{value}}},\n  doi") + edit_entry(
        "  doi", f"  {name} = {{{value}}},\n  doi", "two"
    )
    assert list_problems(text) == [f"16 bib-duplicate-{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("pmid", value) for value in ("PMID: 7", "007", "1234567890", "PMC7", "7.")),
        *(("pmcid", value) for value in ("7", "pmc7", "PMC", "PMC07", "PMC 7")),
        *(("url", value) for value in ("www.example.org", "ftp://example.org", "https://example", "https://", "x")),
        *(("urldate", value) for value in ("2024-13-01", "2024-02-30", "21 November 2024", "2027-01-01")),
    ],
)
def test_an_identifier_of_the_wrong_form_is_reported(name: str, value: str) -> None:
    assert list_problems(edit_entry("  doi", f"  {name} = {{{value}}},\n  doi")) == [f"6 bib-{name}"]


@pytest.mark.parametrize("value", ["NCT123", "NCT 01234567", "NCT-01234567", "NCT012345678", "NCT0123456x"])
def test_a_trial_number_of_the_wrong_form_is_reported(value: str) -> None:
    assert list_problems(edit_entry("{One}", f"{{One ({value})}}")) == ["3 bib-nct"]


@pytest.mark.parametrize("year", ["24", "n.d.", "2099", "in press", "20244"])
def test_what_is_not_a_year_is_reported(year: str) -> None:
    assert list_problems(edit_entry("{2024}", f"{{{year}}}")) == ["5 bib-year"]


@pytest.mark.parametrize("kind", REQUIRED_FIELDS)
def test_the_required_fields_of_each_type_are_required(kind: str) -> None:
    bare = f"@{kind}{{x,\n  kind = {{letter}},\n  seen = {{abstract}},\n}}\n"
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
    assert list_problems(bare.replace("  kind", f"{whole}{address}  kind")) == []


@pytest.mark.parametrize("value", ["{}", "{ }", '""'])
def test_an_empty_field_counts_as_missing(value: str) -> None:
    assert list_problems(edit_entry("{Doe, Jane}", value)) == ["1 bib-required"]


def test_authors_may_be_missing_where_the_entry_says_that_they_were_not_seen() -> None:
    assert list_problems(edit_entry("author = {Doe, Jane}", "note = {authors not seen}")) == []


def test_an_article_needs_an_address_or_volume_and_pages() -> None:
    assert list_problems(edit_entry("  doi = {10.1234/one},\n", "")) == ["1 bib-required"]
    assert list_problems(edit_entry("  doi = {10.1234/one},\n", "  volume = {1}, pages = {2},\n")) == []


def test_an_unknown_type_gets_a_hint() -> None:
    problems = check_bibliography(read_bibliography(edit_entry("@article", "@artcle")), TODAY)
    assert [problem.message for problem in problems] == ["one: unknown type @artcle; did you mean @article?"]


@pytest.mark.parametrize("kind", PUBLICATION_KINDS)
def test_each_kind_of_publication_is_accepted(kind: str) -> None:
    assert list_problems(edit_entry("{letter}", f"{{{kind}}}")) == []


@pytest.mark.parametrize("kind", ["leter", "Letter", "letter, news", "x"])
def test_any_other_kind_is_reported(kind: str) -> None:
    assert list_problems(edit_entry("{letter}", f"{{{kind}}}")) == ["7 bib-kind"]


def test_an_entry_must_say_how_far_the_source_was_read() -> None:
    assert [list_problems(edit_entry("{abstract}", f"{{{seen}}}")) for seen in SEEN_LEVELS] == [[]] * len(SEEN_LEVELS)
    problems = check_bibliography(read_bibliography(edit_entry("  seen = {abstract},\n", "")), TODAY)
    assert [(problem.rule, problem.level) for problem in problems] == [("bib-seen", "warning")]


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
    text = ENTRY.replace("doi = {10.1234/one}", "url = {https://example.org/a}")
    assert list_problems(text.replace("  seen", f"  archiveurl = {{{archive}}},\n  seen")) == rules


def test_a_copy_in_an_archive_is_not_for_a_source_with_a_doi() -> None:
    assert list_problems(ENTRY.replace("  seen", "  archiveurl = {https://archive.today/abc},\n  seen")) == [
        "8 bib-url"
    ]

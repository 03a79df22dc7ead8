"""What has one right answer is mended, the difference is shown, and nothing else is touched."""

from __future__ import annotations

import pytest

from conftest import BIB, INDEX, Make
from ledger.cli import autofix, check_command
from ledger.model import yaml_source
from ledger.site import check_site
from samples import SAMPLE

SECOND = BIB.replace("known2024", "another2024").replace("10.1234/abc", "10.1234/xyz")


def fix(text: str) -> str:
    return autofix.fix_bibliography(text)[0]


def test_entries_are_put_in_the_order_of_their_keys() -> None:
    assert fix(f"{BIB}\n{SECOND}") == f"{SECOND}\n{BIB}"


def test_a_compact_entry_is_laid_out_without_losing_a_value() -> None:
    text = '@article{k, author={Doe, {J}ane}, title = "A {FDA} rule", year=2024, doi={10.1/x}}\n'
    assert fix(text) == (
        "@article{k,\n  author = {Doe, {J}ane},\n  title = {A {FDA} rule},\n  year = {2024},\n  doi = {10.1/x},\n}\n"
    )


@pytest.mark.parametrize(
    "written",
    [
        "https://doi.org/10.1234/abc",
        "http://dx.doi.org/10.1234/abc",
        "doi:10.1234/abc",
        "10.1234/abc.",
        "DOI: 10.1234/abc",
    ],
)
def test_a_doi_is_made_bare(written: str) -> None:
    assert fix(BIB.replace("{10.1234/abc}", f"{{{written}}}")) == BIB


@pytest.mark.parametrize(
    "text",
    [
        f"% a comment\n{BIB}",
        f"@string{{x = {{y}}}}\n\n{BIB}",
        BIB.replace("},\n  year", "\n  year"),  # cannot be read
        f"{BIB}\n{BIB}",  # a key twice
        "",
    ],
)
def test_what_is_not_entries_alone_is_left_as_it_is(text: str) -> None:
    assert fix(text) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[x](http://www.who.int/a)", "[x](https://www.who.int/a)"),
        (
            "<a href='http://clinicaltrials.gov/study/NCT01234567'>x</a>",
            "<a href='https://clinicaltrials.gov/study/NCT01234567'>x</a>",
        ),
        ("[x](http://dx.doi.org/10.1/x)", "[x](https://doi.org/10.1/x)"),
        ("[x](http://example.org/)", "[x](http://example.org/)"),  # not known to have it
        ("[x](http://www.who.int.example.org/)", "[x](http://www.who.int.example.org/)"),
        ("`http://www.who.int/a`", "`http://www.who.int/a`"),
        ("<!-- http://www.who.int/a -->", "<!-- http://www.who.int/a -->"),
    ],
)
def test_known_hosts_are_asked_over_https(old: str, new: str) -> None:
    assert autofix.fix_page_links(f"# A\n\n{old}\n") == f"# A\n\n{new}\n"


@pytest.mark.parametrize("value", ['"J " # "Test"', 'jun # "/" # jul', "jan", '"a # b" # {c}'])
def test_macros_and_pieces_of_a_value_stay_as_they_are_written(value: str) -> None:
    assert fix(f"@article{{k, volume = {value}, year = 2024}}\n") == (
        f"@article{{k,\n  volume = {value},\n  year = {{2024}},\n}}\n"
    )


def test_strings_and_comments_stay_where_they_are() -> None:
    text = f'% doi = {{doi:10.1/x}}\n@string{{jt = "J"}}\n@comment{{{BIB}}}\n{SECOND.replace("{J Test}", "jt # { B}")}'
    assert fix(text) == text


def test_an_entry_that_moves_is_named() -> None:
    assert autofix.fix_bibliography(f"{BIB}\n{SECOND}")[1] == [
        f"moved another2024 from line {BIB.count(chr(10)) + 2} to line 1, its place in the alphabet"
    ]


def test_private_fields_go_and_line_ends_stay(make: Make) -> None:
    clean = ("\ufeff% a comment\n" + BIB).replace("\n", "\r\n")
    private = clean.replace("  year", "  abstract = {a, {b}\r\n  c},\r\n  file = {C:\\a.pdf},\r\n  year")
    root = make({"docs/index.md": INDEX})
    (root / "references.bib").write_bytes(private.encode())
    check_command.run_check("check_citations", check_site.check_citations, root, ["--fix"])
    assert (root / "references.bib").read_bytes() == clean.encode()


def test_entries_with_windows_line_ends_are_sorted_and_keep_them(make: Make) -> None:
    root = make({"docs/index.md": INDEX})
    (root / "references.bib").write_bytes(f"{BIB}\n{SECOND}".replace("\n", "\r\n").encode())
    check_command.run_check("check_citations", check_site.check_citations, root, ["--fix"])
    assert (root / "references.bib").read_bytes() == f"{SECOND}\n{BIB}".replace("\n", "\r\n").encode()


def test_fix_writes_the_files_and_shows_the_difference(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    root = make({"references.bib": BIB.replace("{10.1234/abc}", "{doi:10.1234/abc.}"), "docs/index.md": INDEX})
    assert check_command.run_check("check_citations", check_site.check_citations, root, ["--fix"]) == 0
    shown = capsys.readouterr()
    assert "-  doi = {doi:10.1234/abc.},\n+  doi = {10.1234/abc}," in shown.err
    assert (root / "references.bib").read_text(encoding="utf-8") == BIB
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []
    check_command.run_check("check_citations", check_site.check_citations, root, ["--fix"])
    assert "nothing to fix" in capsys.readouterr().err


def test_a_record_is_written_in_the_standard_form(make: Make) -> None:
    long = "a remark that a reader needs, " * 6 + "and its end"
    text = SAMPLE.replace("note: ", f"note: {long}; ", 1) if "note: " in SAMPLE else SAMPLE
    fixed = autofix.format_trial_page(text)
    header, start = yaml_source.split_front_matter(fixed)
    old_header, old_start = yaml_source.split_front_matter(text)
    assert header
    assert old_header
    assert yaml_source.load_yaml(header).data == yaml_source.load_yaml(old_header).data
    assert fixed[start:] == text[old_start:]
    assert max(map(len, header.split("\n"))) <= 120
    assert "{" not in header
    assert autofix.format_trial_page(fixed) == fixed


def test_a_record_with_a_comment_is_left_as_it_is() -> None:
    text = SAMPLE.replace("trial:\n", "trial: # a remark\n", 1)
    assert autofix.format_trial_page(text) == text


def test_the_kind_moves_to_its_own_field() -> None:
    assert fix(BIB.replace("  kind", "  keywords")) == BIB


def test_keywords_of_an_export_go() -> None:
    for words in ("islets, safety", "letter"):
        assert fix(BIB.replace("  kind", f"  keywords = {{{words}}},\n  kind")) == BIB

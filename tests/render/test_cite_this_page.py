"""Citing a page as text, BibTeX and RIS: each is read back by a program that others use."""

from __future__ import annotations

from pybtex.database import parse_string

from ledger.render import cite_this_page
from ledger.render.cite_this_page import PageCitation

PAGE = PageCitation("50 % of {A} & <B>", "Islet Ledger", "2026-11-21", "https://example.org/kb/a_b/", "a_b/")
BARE = PageCitation("Home", "Islet Ledger")


def test_the_text_names_what_is_known_and_leaves_the_day_of_reading_to_the_reader() -> None:
    assert cite_this_page.as_plain_text(PAGE) == (
        "Islet Ledger contributors. 50 % of {A} & <B>. Islet Ledger. Last checked 2026-11-21. "
        "https://example.org/kb/a_b/. Read on: the day you read it."
    )
    assert (
        cite_this_page.as_plain_text(BARE)
        == "Islet Ledger contributors. Home. Islet Ledger. Read on: the day you read it."
    )


def test_bibtex_is_read_by_pybtex() -> None:
    [(key, entry)] = parse_string(cite_this_page.as_bibtex(PAGE), "bibtex").entries.items()
    assert key == "islet-ledger-a-b"
    assert entry.fields["title"] == r"{50 \% of \{A\} \& <B>}"
    assert entry.fields["year"] == "2026"
    assert entry.fields["url"] == "https://example.org/kb/a_b/"
    assert str(entry.persons["author"][0]) == "{Islet Ledger contributors}"
    [(key, entry)] = parse_string(cite_this_page.as_bibtex(BARE), "bibtex").entries.items()
    assert key == "islet-ledger-home"
    assert "url" not in entry.fields
    assert "year" not in entry.fields


def test_ris_has_its_tags_in_order_and_ends() -> None:
    lines = cite_this_page.as_ris(PAGE).split("\n")
    assert [line[:6] for line in lines] == [
        f"{tag}  - " for tag in ("TY", "AU", "TI", "T2", "PY", "DA", "N1", "UR", "ER")
    ]
    assert lines[5] == "DA  - 2026/11/21"
    assert [line[:2] for line in cite_this_page.as_ris(BARE).split("\n")] == ["TY", "AU", "TI", "T2", "ER"]

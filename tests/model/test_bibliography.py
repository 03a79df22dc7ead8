"""Entries of the bibliography: their address, their names, their plain text."""

from __future__ import annotations

import pytest

from ledger.model.bibliography import Entry, split_names, strip_latex


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
        ("Jane van Doe", [("van Doe", "Jane")]),
        ("{World Health Organization and others}", [("World Health Organization and others", "")]),
        ("Doe, J and others", [("Doe", "J"), ("others", "")]),
        ("", []),
    ],
)
def test_names_are_people_or_organisations(value: str, people: list[tuple[str, str]]) -> None:
    assert [(name.family, name.given) for name in split_names(value)] == people


def test_plain_text_has_no_latex() -> None:
    assert strip_latex("{FDA} 5\\% 1--2 a~b") == "FDA 5% 1–2 a b"

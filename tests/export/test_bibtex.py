"""CSL-JSON of entries: what the entry says, and organisations as one name."""

from __future__ import annotations

from typing import Any

from bib_samples import ENTRY
from ledger.export.bibtex import convert_to_csl_json
from ledger.model.bib_reader import read_bibliography


def convert(text: str) -> dict[str, Any]:
    [item] = convert_to_csl_json(read_bibliography(text).entries)
    return item


def test_csl_json_carries_what_the_entry_says() -> None:
    item = convert(ENTRY.replace("One}", "One: a trial in Canada}"))
    assert (item["type"], item["title"], item["genre"]) == ("article-journal", "One: a trial in Canada", "letter")
    assert item["author"] == [{"family": "Doe", "given": "Jane"}]
    assert (item["DOI"], item["issued"]) == ("10.1234/one", {"date-parts": [[2024]]})


def test_csl_json_keeps_organisations_whole_and_names_in_parts() -> None:
    names = "{{{Test and {ABC} Group}} and van der Moor, Jr, Maya and Sukarno and others}"
    assert convert(ENTRY.replace("{Doe, Jane}", names, 1))["author"] == [
        {"literal": "Test and ABC Group"},
        {"family": "Moor", "given": "Maya", "non-dropping-particle": "van der", "suffix": "Jr"},
        {"family": "Sukarno"},
    ]


def test_every_item_has_a_type() -> None:
    assert convert("@misc{a, title = {T}, howpublished = {X}}")["type"] == "document"


def test_the_hyphen_between_initials_is_not_printed() -> None:
    assert convert(ENTRY.replace("{Doe, Jane}", "{Carlsson, P.-O.}", 1))["author"] == [
        {"family": "Carlsson", "given": "P. O."}
    ]

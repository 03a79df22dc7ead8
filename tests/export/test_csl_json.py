"""CSL-JSON of entries: what the entry says, and organisations as one name."""

from __future__ import annotations

from bib_samples import ENTRY
from ledger.export.csl_json import to_csl_json
from ledger.model.bib_reader import read_bibliography
from ledger.render import reference_style


def test_csl_json_carries_what_the_entry_says() -> None:
    item = to_csl_json(read_bibliography(ENTRY).entries["one"])
    assert item["type"] == "article-journal"
    assert item["author"] == [{"family": "Doe", "given": "Jane"}]
    assert (item["DOI"], item["issued"]) == ("10.1234/one", {"date-parts": [[2024]]})


def test_csl_json_keeps_organisations_whole() -> None:
    text = ENTRY.replace("{Doe, Jane}", "{{{Test and {ABC} Group}} and Roy, Maya and Sukarno and others}", 1)
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

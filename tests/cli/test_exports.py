"""What people paste from reference managers, publishers and databases needs two answers of a person, and no more."""

from __future__ import annotations

import pytest

from bib_samples import list_problems
from conftest import ROOT
from ledger.checks.bib_fields import check_bib_fields
from ledger.cli import autofix
from ledger.model.bib_reader import read_bibliography

EXPORTS = sorted(path for path in (ROOT / "tests/data/exports").iterdir() if path.name != "after-fix.txt")
AFTER_FIX = (ROOT / "tests/data/exports/after-fix.txt").read_text(encoding="utf-8")
TEXTS = [path.read_text(encoding="utf-8") for path in EXPORTS]
NAMES = [path.name for path in EXPORTS]


def fix(text: str) -> str:
    return autofix.fix_bibliography(text)[0]


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_after_fix_only_the_kind_and_how_far_it_was_read_are_missing(text: str) -> None:
    fixed = fix(text)
    assert list_problems(fixed) == ["1 bib-kind", "1 bib-seen"]
    assert list(check_bib_fields(read_bibliography(fixed))) == []
    assert fix(fixed) == fixed


def test_every_value_has_the_one_right_form() -> None:
    assert "\n".join(f"% {name}\n{fix(text)}" for name, text in zip(NAMES, TEXTS, strict=True)) == AFTER_FIX


def test_all_of_them_in_one_file_are_repaired() -> None:
    fixed, remarks = autofix.fix_bibliography("\n".join(TEXTS))
    entries = read_bibliography(fixed).entries
    assert len(entries) == len(TEXTS) - 1  # roy2024islets is in two of them, which a person decides
    assert "renamed 10.1234/db24-0055 to 10-1234-db24-0055" in remarks


@pytest.mark.parametrize(("name", "shown"), [("pubmed.nbib", "PubMed (.nbib)"), ("springer.ris", "RIS")])
def test_a_pasted_reference_of_another_format_is_named(name: str, shown: str) -> None:
    (problem,) = read_bibliography(TEXTS[NAMES.index(name)]).problems
    assert problem.message == (
        f"this is a reference in the format {shown}, not BibTeX; run check_citations.py --fix to convert it"
    )

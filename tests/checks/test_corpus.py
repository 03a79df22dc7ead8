"""The corpus: each planted fault is reported at its line, none is missed, and what is good is left alone."""

from __future__ import annotations

import pytest

from bench import corpus_files
from conftest import ROOT, Make, check_both
from ledger.model.rules import get_rules

EXPECTED = corpus_files.expected(ROOT)
BAD, GOOD = corpus_files.files(ROOT, "bad"), corpus_files.files(ROOT, "good")


def find_faults(name: str, folder: corpus_files.Folder, make: Make) -> list[tuple[int, str, str]]:
    files, shown = corpus_files.project(ROOT, folder, name)
    return sorted((one.line, one.rule, one.level) for one in check_both(make(files)) if one.path == shown)


@pytest.mark.parametrize("name", BAD)
def test_every_planted_fault_is_reported_at_its_line_and_no_other(name: str, make: Make) -> None:
    planted = sorted((fault.line, fault.rule, get_rules()[fault.rule].wording.level) for fault in EXPECTED[name])
    assert find_faults(name, "bad", make) == planted


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_is_left_alone(name: str, make: Make) -> None:
    assert find_faults(name, "good", make) == []


def test_every_broken_file_has_its_fault_written_beside_it() -> None:
    assert set(EXPECTED) == set(BAD)

"""The corpus: each planted fault is told at its line, none is missed, and what is good is left alone."""

from __future__ import annotations

import pytest

from bench import corpus_files
from conftest import ROOT, Make, check_citations, check_links

EXPECTED = corpus_files.expected(ROOT)
BAD, GOOD = corpus_files.files(ROOT, "bad"), corpus_files.files(ROOT, "good")


def told(name: str, folder: corpus_files.Folder, make: Make) -> list[tuple[int, str]]:
    files, shown = corpus_files.project(ROOT, folder, name)
    root = make(files)
    problems = {*check_citations(root).problems, *check_links(root).problems}
    return sorted((problem.line, problem.rule) for problem in problems if problem.path == shown)


@pytest.mark.parametrize("name", BAD)
def test_every_planted_fault_is_told_at_its_line_and_no_other(name: str, make: Make) -> None:
    assert told(name, "bad", make) == sorted((fault.line, fault.rule) for fault in EXPECTED[name])


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_is_left_alone(name: str, make: Make) -> None:
    assert told(name, "good", make) == []


def test_the_corpus_is_large_and_every_broken_file_has_its_fault_written_beside_it() -> None:
    assert len(BAD) >= 60
    assert len(GOOD) >= 30
    assert set(EXPECTED) == set(BAD)
    for name in BAD:
        lines = (ROOT / "tests" / "corpus" / "bad" / name).read_text(encoding="utf-8").count("\n") + 1
        assert all(1 <= fault.line <= lines for fault in EXPECTED[name])

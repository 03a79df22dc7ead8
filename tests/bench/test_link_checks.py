"""How ``make bench-links`` counts; the programs themselves are not run here."""

from __future__ import annotations

import re
from typing import get_args

import linkbed
from bench import link_checks
from conftest import ROOT
from ledger.model import link_state

TRUTHS = {"a": "ok", "b": "broken", "c": "blocked", "d": "moved", "e": "suspect"}


def test_ours_has_to_name_the_very_class() -> None:
    found = link_checks.score(TRUTHS, TRUTHS, 1.0)
    assert (found.right, found.false, found.missed) == (5, (), ())
    worse = {**TRUTHS, "a": "broken", "c": "ok", "e": "gone"}
    found = link_checks.score(TRUTHS, worse, 1.0)
    assert (found.right, found.false, found.missed) == (2, ("a", "e"), ("c",))


def test_others_have_to_speak_up_without_calling_a_working_link_broken() -> None:
    found = link_checks.score(TRUTHS, {"a": "but", "b": "broken", "c": "but", "d": "but", "e": "broken"}, 1.0)
    assert (found.right, found.false, found.missed) == (5, (), ())
    found = link_checks.score(TRUTHS, {"a": "broken", "c": "broken", "d": "works"}, 1.0)
    assert (found.right, found.false, found.missed) == (0, ("a", "c"), ("b", "d", "e"))


def test_the_page_shows_the_table_for_the_bed_as_it_is_and_all_classes() -> None:
    page = (ROOT / "docs" / "about" / "link-check.md").read_text(encoding="utf-8")
    kinds = sum(kind.others for kind in linkbed.KINDS)
    assert link_checks.table(kinds, {}).splitlines()[0] in page
    assert re.search(rf"\| this site's check \| {kinds} \| 0 \| 0 \|", page)
    for tool in (link_checks.LYCHEE, link_checks.LINKCHECKER):
        assert f"{tool.split('==')[1]} |" in page
    assert [name for name in get_args(link_state.LinkClass) if name not in page and name != "excused"] == []


def test_every_link_of_the_bed_stands_in_the_line_that_the_bench_looks_at() -> None:
    kinds = tuple(kind for kind in linkbed.KINDS if kind.others)
    lines = linkbed.Bed(ROOT).page(kinds).split("\n")
    assert [number for number, line in enumerate(lines, 1) if line][1 : len(kinds) + 1] == [
        3 + 2 * number for number in range(len(kinds))
    ]

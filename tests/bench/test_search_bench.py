"""The verdict of ``make bench-search``; its timings are not tested."""

from __future__ import annotations

from bench import search
from bench.search import Speed

FAST = {1: Speed(100, [10, 20, 30]), 6: Speed(500, [60, 120, 200])}


def test_each_limit_that_is_broken_is_told() -> None:
    assert search.too_slow(300_000, FAST) == []
    slow = {1: Speed(100, [51, 51, 51]), 6: Speed(500, [301, 301, 301])}
    assert len(search.too_slow(600_000, slow)) == 3

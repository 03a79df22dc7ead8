"""Minutes from words."""

from __future__ import annotations

import pytest

from ledger import readingtime


@pytest.mark.parametrize(("words", "count"), [(0, 1), (1, 1), (200, 1), (201, 2), (400, 2), (1001, 6)])
def test_words_become_minutes_rounded_up(words: int, count: int) -> None:
    assert readingtime.minutes(words) == count


def test_one_minute_is_one() -> None:
    assert readingtime.element(10) == '<p class="reading-time">About 1 minute to read</p>'
    assert readingtime.element(900) == '<p class="reading-time">About 5 minutes to read</p>'

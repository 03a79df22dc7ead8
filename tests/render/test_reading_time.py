"""Minutes from words."""

from __future__ import annotations

import pytest

from ledger.render import reading_time


@pytest.mark.parametrize(("words", "count"), [(0, 1), (1, 1), (200, 1), (201, 2), (400, 2), (1001, 6)])
def test_words_become_minutes_rounded_up(words: int, count: int) -> None:
    assert reading_time.estimate_minutes(words) == count


def test_one_minute_is_one() -> None:
    assert reading_time.render_reading_time(10) == '<p class="reading-time">About 1 minute to read</p>'
    assert reading_time.render_reading_time(900) == '<p class="reading-time">About 5 minutes to read</p>'

"""Minutes from words."""

from __future__ import annotations

import pytest

from conftest import Make
from ledger.render import page_top
from samples import small


@pytest.mark.parametrize(("words", "count"), [(0, 1), (1, 1), (200, 1), (201, 2), (400, 2), (1001, 6)])
def test_words_become_minutes_rounded_up(words: int, count: int) -> None:
    assert page_top.estimate_minutes(words) == count


@pytest.mark.parametrize(("words", "shown"), [(10, "About 1 minute to read"), (900, "About 5 minutes to read")])
def test_the_time_stands_above_the_title(make: Make, words: int, shown: str) -> None:
    loaded = small(make)
    found = page_top.render_page_top(loaded.pages["trials/sample.md"], loaded, words)
    assert f'<p class="reading-time">{shown}</p>' in found


@pytest.mark.parametrize(("text", "words"), [("two words", 2), ("", 0), ("用自己的细胞做的胰岛 zimislecel", 8)])
def test_chinese_characters_count_as_words_too(text: str, words: int) -> None:
    assert page_top.count_words(text) == words

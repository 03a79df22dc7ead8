"""How long a page takes to read: its words at 200 a minute, rounded up.

Counted are the words of headings and running text, tables that were typed included. Tables made from records, the
references and the foot are not: they are looked up rather than read.
"""

from __future__ import annotations

import math

WORDS_PER_MINUTE = 200


def estimate_minutes(words: int) -> int:
    """Whole minutes, one at least."""
    return max(1, math.ceil(words / WORDS_PER_MINUTE))


def render_reading_time(words: int) -> str:
    count = estimate_minutes(words)
    unit = "minute" if count == 1 else "minutes"
    return f'<p class="reading-time">About {count} {unit} to read</p>'

"""How long a page takes to read: its words at 200 a minute, rounded up.

Counted are the words of headings and running text, tables that were typed included. Tables made from records, the
references and the foot are not: they are looked up rather than read.
"""

from __future__ import annotations

import math

WORDS_A_MINUTE = 200


def minutes(words: int) -> int:
    """Whole minutes, one at least."""
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def element(words: int) -> str:
    count = minutes(words)
    unit = "minute" if count == 1 else "minutes"
    return f'<p class="reading-time">About {count} {unit} to read</p>'

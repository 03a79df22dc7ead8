"""Time that passes only while somebody sleeps."""

from __future__ import annotations

import asyncio

from ledger.http.client import Timer


class FakeTimer:
    """A clock that begins at 0, and how long its users slept."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sleeps: list[float] = []
        self.timer = Timer(lambda: self.time, self.sleep)

    async def sleep(self, seconds: float) -> None:
        end = self.time + seconds
        self.sleeps.append(seconds)
        await asyncio.sleep(0)
        self.time = max(self.time, end)

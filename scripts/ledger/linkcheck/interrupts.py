"""Ctrl-C as an event, so that an asyncio run can stop in order and keep its results."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_interrupt(stop: asyncio.Event) -> Iterator[None]:
    """Set ``stop`` at the first Ctrl-C; a second one ends the program. Does nothing where signals are not available."""
    loop = asyncio.get_running_loop()

    def handle_first() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if sys.platform == "win32":
        yield
        return
    try:
        loop.add_signal_handler(signal.SIGINT, handle_first)
    except (ValueError, RuntimeError):  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)

"""The machine that measures: what it is, and whether it is free to measure anything."""

from __future__ import annotations

import os
import subprocess
import sys

BUSY_LOOP = """
import time
wall, spent = time.perf_counter(), time.process_time()
while time.process_time() - spent < 0.5:
    pass
print((time.perf_counter() - wall) / 0.5)
"""
"""Half a second of work, and how many times as long it took by the clock."""
MAX_CONTENTION = 1.25
"""Work that takes longer than this many times its own time has to share the machine."""


def count_processors() -> int:
    """How many programs can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_contention() -> float:
    """How many times as long work takes here and now, since other programs want the processors too; 1 if none does."""
    command = [sys.executable, "-c", BUSY_LOOP]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count_processors())]
    return max(float(one.communicate()[0]) for one in running)

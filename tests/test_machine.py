"""Whether the machine is free to measure anything."""

from __future__ import annotations

import subprocess
import sys

from ledger import machine


def test_work_never_takes_less_than_its_own_time() -> None:
    assert machine.contention() > 0.9


def test_a_machine_that_has_other_work_is_busy() -> None:
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * machine.processors())]
    try:
        assert machine.contention() > machine.BUSY
    finally:
        for other in others:
            other.kill()
            other.wait()

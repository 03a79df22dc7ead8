"""Run a command so that every error ends in one line and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper

from ledger.core.errors import CannotRunError
from ledger.core.problems import EXIT_COULD_NOT_RUN
from ledger.core.text import make_printable


def run_guarded(name: str, work: Callable[[], int]) -> int:
    """The exit status of ``work``; where it could not run, one line says why."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a file name need not be valid text, nor the terminal UTF-8
            stream.reconfigure(errors="backslashreplace")
    status = EXIT_COULD_NOT_RUN
    try:
        return work()
    except CannotRunError as error:
        status, message = error.exit_code, f"{error.outcome}: {error}"
    except RecursionError:
        message = "could not run: a file is nested too deeply to read"
    except OSError as error:
        message = f"could not run: {error.strerror or error}: {error.filename or ''}".rstrip(": ")
    except KeyboardInterrupt:
        message = "stopped"
    print(f"{name}: {make_printable(' '.join(message.split()))}", file=sys.stderr)
    return status

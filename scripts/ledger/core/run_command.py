"""Run a command so that every error ends in one line and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper

from ledger.core import errors
from ledger.core.problems import EXIT_COULD_NOT_RUN


def run_guarded(name: str, work: Callable[[], int]) -> int:
    """The exit status of ``work``; 2 and one line where it could not run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a file name need not be valid text, nor the terminal UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        return work()
    except errors.CannotRunError as error:
        print(f"{name}: could not run: {error}", file=sys.stderr)
    except RecursionError:
        print(f"{name}: could not run: a file is nested too deeply to read", file=sys.stderr)
    except OSError as error:
        print(f"{name}: could not run: {error.strerror}: {error.filename}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
    return EXIT_COULD_NOT_RUN

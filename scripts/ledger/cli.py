"""Run one check from the command line: print its report, return its exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

from ledger import project
from ledger.problems import COULD_NOT_RUN, Report


def run(name: str, check: Callable[[project.Project], Report], root: Path | None = None) -> int:
    """Exit status: 0 clean, 1 errors, 2 could not run. Whatever happens, no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a file name need not be valid text, nor the terminal UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        found = check(project.load(root or Path.cwd()))
        print("\n".join(found.lines()))
        return found.exit_code
    except project.CannotRunError as error:
        print(f"{name}: could not run: {error}", file=sys.stderr)
    except RecursionError:
        print(f"{name}: could not run: a file is nested too deeply to read", file=sys.stderr)
    except OSError as error:
        print(f"{name}: could not run: {error.strerror}: {error.filename}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
    return COULD_NOT_RUN

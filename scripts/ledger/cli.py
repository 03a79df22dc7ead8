"""Run one check from the command line: read its options, print its report, return its exit status."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path

from ledger import changed, fix, output, project
from ledger.problems import COULD_NOT_RUN, Problem, Report


def options(name: str) -> argparse.ArgumentParser:
    """The options that both checks take."""
    parser = argparse.ArgumentParser(name, description="Check the project in the current folder.", allow_abbrev=False)
    parser.add_argument("--format", choices=tuple(output.FORMS), default="text", help="how the report is printed")
    parser.add_argument(
        "--changed", metavar="BASE", help="only what the branch since the commit BASE is answerable for"
    )
    parser.add_argument("--fix", action="store_true", help="first mend what has one right answer, and show the change")
    return parser


def run(
    name: str,
    check: Callable[[project.Project], Report],
    root: Path | None = None,
    arguments: Sequence[str] = (),
    removed: Callable[[project.Project, project.Project], Iterable[Problem]] = lambda before, now: (),
) -> int:
    """Exit status: 0 clean, 1 errors, 2 could not run. Whatever happens, no traceback."""

    def work() -> int:
        asked = options(name).parse_args(arguments)
        place = root or Path.cwd()
        loaded = project.load(place)
        if asked.fix:
            print("\n".join(fix.write(loaded) or ["nothing to mend"]), file=sys.stderr)
            loaded = project.load(place)
        found = check(loaded)
        if asked.changed is not None:
            found = changed.only(found, check, place, asked.changed, lambda before: removed(before, loaded))
        print(output.FORMS[asked.format](found))
        if asked.format == "text" and found.problems:
            print("\n".join(output.explained(found)), file=sys.stderr)
        return found.exit_code

    return guarded(name, work)


def guarded(name: str, work: Callable[[], int]) -> int:
    """The exit status of ``work``; 2 and one line where it could not run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a file name need not be valid text, nor the terminal UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        return work()
    except project.CannotRunError as error:
        print(f"{name}: could not run: {error}", file=sys.stderr)
    except RecursionError:
        print(f"{name}: could not run: a file is nested too deeply to read", file=sys.stderr)
    except OSError as error:
        print(f"{name}: could not run: {error.strerror}: {error.filename}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
    return COULD_NOT_RUN


def cannot_listen(host: str, port: int) -> str | None:
    """Why the preview cannot be served at an address, with what to do; None where it can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "no such port"
        return f"cannot serve at {host}:{port} ({reason}); name another address: make serve ADDR=127.0.0.1:8123"
    return None

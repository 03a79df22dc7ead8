"""Run one check from the command line: read its options, print its report, return its exit status."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ledger.cli import autofix, baseline, report_formats
from ledger.core.problems import Problem, Report
from ledger.core.run_command import run_guarded
from ledger.model import project


def build_parser(name: str) -> argparse.ArgumentParser:
    """The options that both checks take."""
    parser = argparse.ArgumentParser(name, description="Check the project in the current folder.", allow_abbrev=False)
    parser.add_argument(
        "--format", choices=tuple(report_formats.REPORT_FORMATS), default="text", help="how the report is printed"
    )
    parser.add_argument(
        "--changed", metavar="BASE", help="only what the branch since the commit BASE is answerable for"
    )
    parser.add_argument("--fix", action="store_true", help="first mend what has one right answer, and show the change")
    return parser


def run_check(
    name: str,
    check: Callable[[project.Project], Report],
    root: Path | None = None,
    arguments: Sequence[str] = (),
    removed: Callable[[project.Project, project.Project], Iterable[Problem]] = lambda before, now: (),
) -> int:
    """Exit status: 0 clean, 1 errors, 2 could not run. Whatever happens, no traceback."""

    def work() -> int:
        asked = build_parser(name).parse_args(arguments)
        place = root or Path.cwd()
        loaded = project.load_project(place)
        if asked.fix:
            print("\n".join(autofix.apply_fixes(loaded) or ["nothing to mend"]), file=sys.stderr)
            loaded = project.load_project(place)
        found = check(loaded)
        if asked.changed is not None:
            found = baseline.limit_report_to_branch(
                found, check, place, asked.changed, lambda before: removed(before, loaded)
            )
        print(report_formats.REPORT_FORMATS[asked.format](found))
        if asked.format == "text" and found.problems:
            print("\n".join(report_formats.explain_broken_rules(found)), file=sys.stderr)
        return found.exit_code

    return run_guarded(name, work)


def check_listen_address(host: str, port: int) -> str | None:
    """Why the preview cannot be served at an address, with what to do; None where it can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "no such port"
        return f"cannot serve at {host}:{port} ({reason}); name another address: make serve ADDR=127.0.0.1:8123"
    return None

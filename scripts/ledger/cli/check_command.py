"""Run one check from the command line: read its options, print its report, return its exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ledger.cli import autofix, baseline, report_formats
from ledger.core.problems import Problem, Report, join_causes
from ledger.core.run_command import run_guarded
from ledger.model.project import Project, load_project


def build_parser(name: str) -> argparse.ArgumentParser:
    """The options that both checks take."""
    parser = argparse.ArgumentParser(name, description="Check the project in the current folder.", allow_abbrev=False)
    parser.add_argument(
        "--format", choices=tuple(report_formats.REPORT_FORMATS), default="text", help="how the report is printed"
    )
    parser.add_argument(
        "--changed", metavar="BASE", help="report only what the branch has changed or caused since the commit BASE"
    )
    parser.add_argument(
        "--fix", action="store_true", help="first fix whatever has only one right answer, and show the changes"
    )
    return parser


def run_check(
    name: str,
    check: Callable[[Project], Report],
    root: Path | None = None,
    arguments: Sequence[str] = (),
    check_removals: Callable[[Project, Project], Iterable[Problem]] = lambda before, now: (),
) -> int:
    """The exit status of a check, whose report is printed: 0 clean, 1 errors, 2 could not run. Never a traceback.

    ``check_removals`` compares the project with an earlier one, for ``--changed``.
    """

    def work() -> int:
        options = build_parser(name).parse_args(arguments)
        folder = root or Path.cwd()
        project = load_project(folder)
        if options.fix:
            print("\n".join(autofix.apply_fixes(project) or ["nothing to fix"]), file=sys.stderr)
            project = load_project(folder)
        report = check(project)
        if options.changed is not None:
            report = baseline.limit_report_to_branch(
                report, check, folder, options.changed, lambda before: check_removals(before, project)
            )
        report = join_causes(report)
        _print_report(report_formats.REPORT_FORMATS[options.format](report))
        if options.format == "text" and report.problems:
            print("\n".join(report_formats.explain_broken_rules(report)), file=sys.stderr)
        return report.exit_code

    return run_guarded(name, work)


def _print_report(text: str) -> None:
    """Print to standard output, which may be closed already: ``head`` stops reading when it has enough lines."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""Run MkDocs so that bad input is reported in one line: ``run_mkdocs.py build …`` and ``run_mkdocs.py serve …``."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click
from jinja2 import TemplateError, TemplateSyntaxError
from mkdocs.__main__ import cli
from mkdocs.exceptions import ConfigurationError

from ledger.core.problems import Problem
from ledger.model import site_config

BAD_INPUT = (click.ClickException, TemplateError, OSError)
"""Errors that stop a build because of its input, not because of a bug."""


def main(arguments: Sequence[str]) -> int:
    """Run MkDocs; returns its exit status."""
    if arguments[:1] == ["build"]:
        gc.set_threshold(200_000)  # collecting garbage as often as Python does would take a tenth of the build
    if arguments[:1] == ["serve"]:
        arguments = [*arguments, "--dirty"]  # the hooks decide which pages to build again
    try:
        return int(cli.main(arguments, "mkdocs", standalone_mode=False) or 0)
    except BAD_INPUT as error:
        print(describe_error(error, Path.cwd()), file=sys.stderr)
    except click.Abort:
        print("stopped", file=sys.stderr)
    return 1


def describe_error(error: Exception, root: Path) -> str:
    """Why a build stopped, in one line, with file and line where they are known."""
    if isinstance(error, ConfigurationError):
        problems = site_config.check_config(root)
        if problems:
            return str(problems[0])
    if isinstance(error, TemplateError):
        return str(_template_problem(error, root))
    if isinstance(error, click.ClickException):
        return " ".join(error.format_message().split())
    return f"the build stopped: {type(error).__name__}: {' '.join(str(error).split())}"


def _template_problem(error: TemplateError, root: Path) -> Problem:
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or error.name or "overrides", error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        frame = next((frame for frame in reversed(frames) if frame.filename.endswith(".html")), None)
        path, line = (frame.filename, frame.lineno or 1) if frame else ("overrides", 1)
    shown = Path(path).relative_to(root) if Path(path).is_relative_to(root) else Path(path)
    return Problem(str(shown), line, "config", f"the template cannot be used: {error.message}; fix it")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

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
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, PatternMatchingEventHandler

from ledger.core.problems import Problem
from ledger.model import site_config
from ledger.site import preview

BAD_INPUT = (click.ClickException, TemplateError, OSError)
"""Errors that stop a build because of its input, not because of a bug."""
DATA = ("**/*.bib", "**/*.json", "**/*.yml", "**/*.yaml")
"""Files beside ``docs`` that the site is built from, as patterns for the whole path."""


def main(arguments: Sequence[str]) -> int:
    """Run MkDocs; returns its exit status."""
    if arguments[:1] == ["build"]:
        gc.disable()  # a build is short and fits into memory; collecting garbage takes a tenth of its time
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


def follow_files(server: LiveReloadServer, config: Path) -> None:
    """Make a preview rebuild when any file of the site changes, and continue after a build that fails."""
    build, root, folder = server.builder, config.parent, Path(server.root)

    def rebuild() -> None:
        try:
            build()
        except Exception as error:
            if not isinstance(error, BAD_INPUT):
                traceback.print_exc()
            line = describe_error(error, root)
            print(line, file=sys.stderr)
            preview.show_failure(folder, line)

    def request_rebuild(event: FileSystemEvent) -> None:
        with server._rebuild_cond:
            server._want_rebuild = True
            server._rebuild_cond.notify_all()

    def missing_page(code: int) -> bytes | None:
        """The page for an unknown address. It reloads too, as the page may exist once a file is saved."""
        page = folder / preview.NOT_FOUND_PAGE
        if not page.exists():
            return None
        html: bytes = server._inject_js_into_html(page.read_bytes(), server._visible_epoch)  # type: ignore[no-untyped-call]
        return html

    # The server stops watching a file that is moved or removed, which many editors do when they save.
    data = PatternMatchingEventHandler(patterns=list(DATA), ignore_directories=True)
    data.on_any_event = request_rebuild  # type: ignore[method-assign]
    server.unwatch(str(config))
    server.observer.schedule(data, str(root), recursive=False)
    server.builder = rebuild
    server.error_handler = missing_page


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

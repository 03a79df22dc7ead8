"""The server of ``make serve``: after each save it shows the changed pages first, then those that depend on them.

The checks run beside it in a process of their own, and what they find appears in the page and in the terminal.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Protocol

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, PatternMatchingEventHandler

from ledger.core.problems import EXIT_CLEAN, EXIT_ERRORS_FOUND, Problem
from ledger.site import preview

DATA = ("**/*.bib", "**/*.json", "**/*.yml", "**/*.yaml")
"""Files beside ``docs`` that the site is built from, as patterns for the whole path."""
CHECK_COMMAND = (sys.executable, str(Path(__file__).with_name("check_all.py")))


class PreviewBuild(Protocol):
    """What the server needs to know of the build."""

    def has_stale_pages(self) -> bool:
        """Whether pages are left that a change concerns."""

    def write_site_files(self) -> None:
        """Write what is not a page: open data and search index."""

    def list_problems(self) -> list[Problem]:
        """What only the HTML of the built pages shows."""


@dataclass
class LivePreview:
    """A MkDocs server that shows the pages of one build after the other."""

    server: LiveReloadServer
    root: Path
    """The folder of the project."""
    pages: PreviewBuild
    describe_error: Callable[[Exception, Path], str]
    problems: str = ""
    """What the checks found, as HTML for the top of each page."""
    failure: str = ""
    """Why the last build failed, shown instead."""
    checks: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.build, self.inject_script = self.server.builder, self.server._inject_js_into_html
        self.server.builder = self.rebuild
        self.server.error_handler = self.render_missing_page
        self.server._inject_js_into_html = self.inject_box  # type: ignore[method-assign]
        self.finish()

    def rebuild(self) -> None:
        """Build the saved pages, show them, then build those that depend on them until something else is saved."""
        if self.checks:
            self.checks.kill()
        try:
            self.build()
            self.failure = ""
            self.reload_browsers()
            if self.pages.has_stale_pages():
                while self.pages.has_stale_pages() and not self.server._want_rebuild:
                    self.build()
                self.reload_browsers()
            if not self.server._want_rebuild:
                self.finish()
        except Exception as error:
            line = self.describe_error(error, self.root)
            print(line, file=sys.stderr)
            self.failure = preview.render_failure(line)
            self.reload_browsers()

    def finish(self) -> None:
        """Write the rest of the site and start the checks."""
        self.pages.write_site_files()
        self.checks = subprocess.Popen(CHECK_COMMAND, cwd=self.root, stdout=subprocess.PIPE, text=True)
        Thread(target=self.show_problems, args=(self.checks,), daemon=True).start()

    def show_problems(self, process: subprocess.Popen[str]) -> None:
        """Wait for the checks, and show what they found."""
        report = process.communicate()[0].splitlines()
        if process.returncode not in (EXIT_CLEAN, EXIT_ERRORS_FOUND):
            return  # a new save stopped them, or they have said why they could not run
        built = [str(problem) for problem in self.pages.list_problems()]
        errors = [line for line in [*built, *report] if ": error: " in line]
        going_on = ["the preview goes on, and follows when you save"] if errors else []
        print("\n".join([*built, *report, *going_on]), flush=True)
        warnings = [line for line in [*built, *report] if ": warning: " in line]
        problems = preview.render_problems([*errors, *warnings], has_errors=bool(errors))
        if problems != self.problems:
            self.problems = problems
            self.reload_browsers()

    def reload_browsers(self) -> None:
        """Let open pages reload themselves, and answer requests that waited for a build."""
        with self.server._epoch_cond:
            self.server._visible_epoch = self.server._wanted_epoch = round(time.monotonic() * 1000)
            self.server._epoch_cond.notify_all()

    def inject_box(self, content: bytes, epoch: int) -> bytes:
        """A page with the box, and with the script that reloads it."""
        html = preview.insert_box(content.decode(errors="surrogateescape"), self.failure or self.problems)
        return bytes(self.inject_script(html.encode(errors="surrogateescape"), epoch))  # type: ignore[no-untyped-call]

    def render_missing_page(self, code: int) -> bytes:
        """The page for an unknown address. It reloads too, as the page may exist once a file is saved."""
        path = Path(self.server.root) / "404.html"
        content = path.read_bytes() if path.exists() else preview.EMPTY_PAGE.encode()
        return self.inject_box(content, self.server._visible_epoch)


def follow_files(server: LiveReloadServer, config: Path) -> None:
    """Rebuild when a data file beside ``docs`` changes, or the configuration, however an editor saves them."""

    def request_rebuild(event: FileSystemEvent) -> None:
        with server._rebuild_cond:
            server._want_rebuild = True
            server._rebuild_cond.notify_all()

    # The server stops watching a file that is moved or removed, which many editors do when they save.
    data = PatternMatchingEventHandler(patterns=list(DATA), ignore_directories=True)
    data.on_any_event = request_rebuild  # type: ignore[method-assign]
    server.unwatch(str(config))
    server.observer.schedule(data, str(config.parent), recursive=False)

"""Errors that end a command with one line instead of a traceback."""

from __future__ import annotations

from ledger.core.problems import EXIT_COULD_NOT_RUN, EXIT_ERRORS_FOUND


class CannotRunError(Exception):
    """A command cannot do its work; the message says why and what to do."""

    outcome = "could not run"
    exit_code = EXIT_COULD_NOT_RUN


class RefusedError(CannotRunError):
    """A command could do its work, and must not; the message says why and what to do."""

    outcome = "refused"
    exit_code = EXIT_ERRORS_FOUND

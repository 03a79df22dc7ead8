"""Errors that end a command with one line instead of a traceback."""

from __future__ import annotations


class CannotRunError(Exception):
    """The check has nothing to work on (exit status 2); the message says what to do."""

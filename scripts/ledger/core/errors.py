"""Errors that end a command with one line instead of a traceback."""

from __future__ import annotations


class CannotRunError(Exception):
    """A command cannot do its work (exit status 2); the message says why and what to do."""

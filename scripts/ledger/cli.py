"""Run one check from the command line: print its report, return its exit status."""

from __future__ import annotations

import socket
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

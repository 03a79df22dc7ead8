"""Start a script with the project's own Python, so that ``python3 scripts/check_links.py`` just works."""

import importlib.util
import os
import sys
from pathlib import Path

REQUIRED_PACKAGES = ("bibtexparser", "markdown", "pybtex", "pydantic", "yaml")


def in_environment(name: str, *more: str) -> None:
    """Return if the packages are installed; else restart in ``.venv``; else print what to do and exit with status 2."""
    if all(importlib.util.find_spec(package) for package in (*REQUIRED_PACKAGES, *more)):
        return
    root = Path(__file__).resolve().parent.parent
    python = root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix).resolve() != (root / ".venv").resolve():
        os.execv(python, [str(python), *sys.argv])
    print(f"{name}: could not run: packages are missing; run `make check` once, it installs them", file=sys.stderr)
    sys.exit(2)

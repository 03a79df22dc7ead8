"""The corpus of broken and good files in ``tests/corpus``: what is wrong with each, and a project around each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

FOLDER = Path("tests") / "corpus"
DAY = date(2026, 11, 21)
"""The day on which the corpus is looked at: excuses and dates in it would otherwise grow old."""
Folder = Literal["bad", "good"]


class Fault(NamedTuple):
    """A planted fault: the line in its file, the rule that tells it, and what it is in words."""

    line: int
    rule: str
    words: str


def expected(root: Path) -> Mapping[str, list[Fault]]:
    """The planted faults of each broken file, by its name."""
    rows = yaml.safe_load((root / FOLDER / "expected.yml").read_text(encoding="utf-8"))
    return {name: [Fault(row["line"], row["rule"], row["fault"]) for row in faults] for name, faults in rows.items()}


def files(root: Path, folder: Folder) -> list[str]:
    return sorted(path.name for path in (root / FOLDER / folder).iterdir())


def project(root: Path, folder: Folder, name: str) -> tuple[Mapping[str, bytes], str]:
    """A small project around one file of the corpus (path to content), and the file's path in it.

    A page stands beside a front page that links it and cites every source; a bibliography is cited entry by entry.
    """
    content = (root / FOLDER / folder / name).read_bytes()
    if name.endswith(".bib"):
        keys = re.findall(
            r"^@(?!string|comment|preamble)\w+\s*\{([A-Za-z0-9_-]+)\s*,", content.decode(), re.IGNORECASE | re.MULTILINE
        )
        cited = " ".join(f"[@{key}]" for key in dict.fromkeys(keys))
        return {
            "references.bib": content,
            "docs/index.md": f"# Home\n\nA news report says so: {cited}\n".encode(),
        }, "references.bib"
    sources = (root / FOLDER / "sources.bib").read_bytes()
    index = b"# Home\n\nSources: [@known2024; @maker2024; @news2024]. See [the page](page.md).\n"
    return {"references.bib": sources, "docs/index.md": index, "docs/page.md": content}, "docs/page.md"

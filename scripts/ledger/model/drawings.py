"""Drawings that explain: hand-made SVG in ``docs/assets/drawings``, shown in a page with its colours and type.

A drawing is one ``<svg viewBox="0 0 WIDTH HEIGHT">`` with its message as the title and what is to be seen as the
description. Its parts have the classes of ``docs/assets/pictures.css``; it has no colours of its own.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import PurePosixPath
from typing import NamedTuple

from markupsafe import Markup

from ledger.model.project import DOCS_FOLDER, Project

DRAWINGS_FOLDER = "assets/drawings"
"""The folder below ``docs`` of what ``<!-- generated: drawing name=… -->`` can name."""
DRAWING = re.compile(
    r'\s*<svg\b[^>]*\bviewBox="0 0 (?P<width>\d+) (?P<height>\d+)"[^>]*>\s*'
    r"<title>(?P<title>[^<]+)</title>\s*<desc>(?P<description>[^<]+)</desc>(?P<marks>.*)</svg>\s*",
    re.DOTALL,
)


class Drawing(NamedTuple):
    """A drawing: its words, its size in units of its own, and its marks."""

    title: str
    description: str
    width: int
    height: int
    marks: Markup


def list_drawings(project: Project) -> list[str]:
    """The names of the drawings that a page can show."""
    paths = (PurePosixPath(src) for src in project.files)
    return sorted(path.stem for path in paths if str(path.parent) == DRAWINGS_FOLDER and path.suffix == ".svg")


def read_drawing(project: Project, name: str) -> Drawing:
    """The drawing of that name. LookupError if there is none that can be shown."""
    path = project.root / DOCS_FOLDER / DRAWINGS_FOLDER / f"{name}.svg"
    drawing = parse_drawing(path.read_text(encoding="utf-8")) if path.is_file() else None
    if drawing is None:
        raise LookupError(name)
    return drawing


def parse_drawing(text: str) -> Drawing | None:
    """A drawing made from the text of its file; None if it lacks its size, title or description."""
    match = DRAWING.fullmatch(text)
    if match is None:
        return None
    title, description = (unescape(" ".join(match[part].split())) for part in ("title", "description"))
    return Drawing(title, description, int(match["width"]), int(match["height"]), Markup(match["marks"].strip()))

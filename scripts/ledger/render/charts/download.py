"""Pictures as files to download: SVG that stands alone, with title and credit, and PNG made from it."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import font_source_sans_pro
import resvg_py
from markupsafe import Markup

from ledger.model.drawings import list_drawings, read_drawing
from ledger.model.project import DOCS_FOLDER, Project
from ledger.render.charts.figure import PICTURES
from ledger.render.charts.svg import WIDTH
from ledger.render.jinja import render

MARGIN = 12
TITLE_LINE, LEGEND_LINE = 19, 17
MAX_TITLE_CHARACTERS = 46
PNG_ZOOM = 3
"""Pixels of a PNG for each unit of a picture: enough for a slide or a printed page."""
MAX_PIXELS = 16_000_000
"""A longer picture has fewer pixels a unit; a chart of a thousand trials would fill the memory."""
THEME_COLOURS = {"--md-default-fg-color": "#1f2427", "--md-default-fg-color--light": "#5f676b"}
"""The two light colours that come from the theme, not from tokens.css."""
FONTS = [
    str(Path(font_source_sans_pro.font_directory) / f"SourceSansPro-{style}.ttf") for style in ("Regular", "Bold", "It")
]
CUSTOM_PROPERTY = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{3,8});")
CSS_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')
VARIABLE = re.compile(r"var\((--[\w-]+)\)")


def render_downloads(project: Project, name: str, address: str) -> Iterator[tuple[str, str]]:
    """File names and texts of all pictures as SVG, with the site's name and address in the credit."""
    style = _build_style(project.root / DOCS_FOLDER / "assets")
    credit = " · ".join(part for part in (name, "CC BY 4.0", address.rstrip("/")) if part)
    for picture in PICTURES.values():
        items = picture.items(project)
        if items:
            height, marks = picture.draw(items)
            yield f"{picture.name}.svg", _render_svg(picture.title, WIDTH, height, marks, picture.key, style, credit)
    for drawing_name in list_drawings(project):
        drawing = read_drawing(project, drawing_name)
        yield (
            f"{drawing_name}.svg",
            _render_svg(drawing.title, drawing.width, drawing.height, drawing.marks, (), style, credit),
        )


def convert_to_png(svg: str) -> bytes:
    """The same picture as PNG, with fonts of a package, so that it looks alike wherever the site is built."""
    width, height = map(float, SIZE.search(svg).groups())  # type: ignore[union-attr]
    zoom = min(PNG_ZOOM, math.sqrt(MAX_PIXELS / (width * height)))
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, skip_system_fonts=True, font_files=FONTS))


def _render_svg(title: str, width: float, height: float, marks: Markup, key: object, style: str, credit: str) -> str:
    lines = textwrap.wrap(title, MAX_TITLE_CHARACTERS)
    return render(
        "picture-download.svg",
        title=title,
        lines=lines,
        width=width,
        height=height,
        marks=marks,
        key=key,
        style=Markup(style),
        credit=credit,
        margin=MARGIN,
        title_line=TITLE_LINE,
        legend_line=LEGEND_LINE,
    ).lstrip()


@cache
def _build_style(assets: Path) -> str:
    """The rules of pictures.css with the light colours in place of variables."""
    tokens = (assets / "tokens.css").read_text(encoding="utf-8").split("slate")[0]
    colours = THEME_COLOURS | dict(CUSTOM_PROPERTY.findall(tokens))
    rules = CSS_COMMENT.sub("", (assets / "pictures.css").read_text(encoding="utf-8"))
    rules = rules.replace("var(--md-text-font)", "'Source Sans Pro', system-ui, sans-serif")
    return VARIABLE.sub(lambda match: colours[match[1]], rules)

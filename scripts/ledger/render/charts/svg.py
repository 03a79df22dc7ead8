"""The marks that pictures are made of, as SVG. What a mark stands for is in its class and its ``data-`` attributes.

A mark differs from every other in shape, not in colour alone. A cross is a death and nothing else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

WIDTH = 360  # units of the drawing; a phone of 390 px shows them nearly one to one
LEFT, RIGHT = 6, 354
MAX_LABEL_CHARACTERS = {"group": 48, "name": 48, "small": 57}
"""Characters of a label that fit into a line, by its kind."""
LINE_HEIGHTS = {"group": 20, "name": 15, "small": 13}
"""Height of a line of a label, by its kind."""

DataValue = str | int | float | None


def _format_data_attributes(values: dict[str, DataValue]) -> str:
    return "".join(
        f' data-{name.rstrip("_")}="{escape(str(value))}"' for name, value in values.items() if value is not None
    )


def draw_group(kind: str, marks: Sequence[str], /, **data: DataValue) -> str:
    """Marks that belong together: those of a trial, or of one count."""
    return f'<g class="{kind}"{_format_data_attributes(data)}>{"".join(marks)}</g>'


def draw_circle(kind: str, x: float, y: float, radius: float, **data: DataValue) -> str:
    return f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{radius:g}"{_format_data_attributes(data)}/>'


def draw_square(kind: str, x: float, y: float, size: float, **data: DataValue) -> str:
    return (
        f'<rect class="{kind}" x="{x - size / 2:g}" y="{y - size / 2:g}"'
        f' width="{size:g}" height="{size:g}"{_format_data_attributes(data)}/>'
    )


def draw_path(kind: str, line: str, **data: DataValue) -> str:
    return f'<path class="{kind}" d="{line}"{_format_data_attributes(data)}/>'


def draw_bar(kind: str, x: float, y: float, end: float, height: float = 9, **data: DataValue) -> str:
    """A bar from ``x`` to ``end``, never so short that nobody sees it."""
    width = max(end - x, 1.5)
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{_format_data_attributes(data)}/>'


# --- people -----------------------------------------------------------------------------------------


def draw_off_insulin_mark(x: float, y: float) -> str:
    return draw_circle("off-insulin", x, y, 5)


def draw_counted_mark(x: float, y: float) -> str:
    return draw_circle("counted", x, y, 4.4)


def draw_not_counted_mark(x: float, y: float) -> str:
    return draw_circle("not-counted", x, y, 4.4)


def draw_death_mark(x: float, y: float) -> str:
    return draw_path("death", f"M{x - 4:g} {y - 4:g}l8 8m0-8l-8 8")


def draw_no_death_mark(x: float, y: float) -> str:
    return draw_circle("no-death", x, y, 2.2)


# --- ends of bars -----------------------------------------------------------------------------------


def draw_closed_end(x: float, y: float, **data: DataValue) -> str:
    """A line across the end of a bar."""
    return draw_path("closed-end", f"M{x:g} {y - 7.5:g}v15", **data)


def draw_open_end(x: float, y: float, **data: DataValue) -> str:
    """Three fading dots after a bar: nobody knows what came then."""
    dots = [f'<circle class="dot" cx="{x + 5 + 5 * n:g}" cy="{y:g}" r="{2.1 - 0.4 * n:g}"/>' for n in range(3)]
    return draw_group("open-end", dots, **data)


def draw_arrow_end(x: float, y: float, **data: DataValue) -> str:
    return draw_path("arrow-end", f"M{x:g} {y - 6:g}l6 6l-6 6", **data)


def draw_diamond_end(x: float, y: float, **data: DataValue) -> str:
    return draw_path("diamond-end", f"M{x:g} {y - 7:g}l6 7l-6 7l-6-7z", **data)


def draw_ring_end(x: float, y: float, **data: DataValue) -> str:
    return draw_circle("ring-end", x, y, 4.4, **data)


# --- words and axes ---------------------------------------------------------------------------------


def draw_label(y: float, text: str, kind: str) -> tuple[float, str]:
    """A label on as many lines as it needs, below ``y``; where the next thing can begin, and the lines."""
    parts = []
    for line in textwrap.wrap(text, MAX_LABEL_CHARACTERS[kind]):
        y += LINE_HEIGHTS[kind]
        parts.append(_draw_text_line(LEFT, y - 3, line, kind))
    return y, "".join(parts)


def _draw_text_line(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}"{place}>{escape(text, quote=False)}</text>'


def draw_axis(y: float, bottom: float, marks: Sequence[tuple[float, float, str]]) -> str:
    """Lines from ``y`` to ``bottom``, each at a place, for a value, with its words above it."""
    parts = []
    for x, value, text in marks:
        parts.append(draw_path("axis", f"M{x:g} {y:g}V{bottom:g}", value=value))
        anchor = "end" if x > RIGHT - 16 else "start" if x < LEFT + 16 else "middle"
        parts.append(_draw_text_line(x, y - 4, text, "small", anchor))
    return "".join(parts)

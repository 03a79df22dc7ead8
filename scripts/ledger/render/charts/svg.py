"""The marks that pictures are made of, as SVG. What a mark stands for is in its class and its ``data-`` attributes.

A mark differs from every other in shape, not in colour alone. A cross is a death and nothing else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from ledger.render.jinja import render_macro

WIDTH = 360  # units of the drawing; a phone of 390 px shows them nearly one to one
LEFT, RIGHT = 6, 354
MAX_LABEL_CHARACTERS = {"group": 48, "name": 48, "small": 57}
"""Characters of a label that fit into a line, by its kind."""
LINE_HEIGHTS = {"group": 20, "name": 15, "small": 13}
"""Height of a line of a label, by its kind."""
PERSON_RADII = {"off-insulin": 5, "counted": 4.4, "not-counted": 4.4, "no-death": 2.2}
END_SHAPES = {"closed-end": (7.5, "v15"), "arrow-end": (6, "l6 6l-6 6"), "diamond-end": (7, "l6 7l-6 7l-6-7z")}
"""Ends of bars: how far above the bar's middle the line begins, and how it goes on."""

DataValue = str | int | float | None


def _draw(tag: str, attributes: dict[str, str | float], data: dict[str, DataValue], content: str = "") -> Markup:
    known = {f"data-{name.rstrip('_')}": value for name, value in data.items()}
    placed = {name: f"{value:g}" if isinstance(value, float | int) else value for name, value in attributes.items()}
    return Markup(render_macro("svg.html", "element", tag, placed | known, content))


def join(marks: Iterable[Markup]) -> Markup:
    return Markup("").join(marks)


def draw_group(kind: str, marks: Iterable[Markup], /, **data: DataValue) -> Markup:
    """Marks that belong together: those of a trial, or of one count."""
    return _draw("g", {"class": kind}, data, join(marks))


def draw_circle(kind: str, x: float, y: float, radius: float, **data: DataValue) -> Markup:
    return _draw("circle", {"class": kind, "cx": x, "cy": y, "r": radius}, data)


def draw_square(kind: str, x: float, y: float, size: float, **data: DataValue) -> Markup:
    place = {"x": x - size / 2, "y": y - size / 2, "width": size, "height": size}
    return _draw("rect", {"class": kind, **place}, data)


def draw_path(kind: str, line: str, **data: DataValue) -> Markup:
    return _draw("path", {"class": kind, "d": line}, data)


def draw_bar(kind: str, x: float, y: float, end: float, **data: DataValue) -> Markup:
    """A bar from ``x`` to ``end``, never so short that nobody sees it."""
    return _draw("rect", {"class": kind, "x": x, "y": y, "width": max(end - x, 1.5), "height": 9}, data)


def draw_person(kind: str, x: float, y: float) -> Markup:
    """One person in a count: a cross for a death, else a circle."""
    if kind == "death":
        return draw_path("death", f"M{x - 4:g} {y - 4:g}l8 8m0-8l-8 8")
    return draw_circle(kind, x, y, PERSON_RADII[kind])


def draw_end(kind: str, x: float, y: float, **data: DataValue) -> Markup:
    """The end of a bar."""
    if kind == "ring-end":
        return draw_circle(kind, x, y, 4.4, **data)
    if kind == "open-end":  # three fading dots: nobody knows what came then
        return draw_group(kind, [draw_circle("dot", x + 5 + 5 * n, y, 2.1 - 0.4 * n) for n in range(3)], **data)
    above, line = END_SHAPES[kind]
    return draw_path(kind, f"M{x:g} {y - above:g}{line}", **data)


# --- words and axes ---------------------------------------------------------------------------------


def draw_label(y: float, text: str, kind: str) -> tuple[float, Markup]:
    """A label on as many lines as it needs, below ``y``; where the next thing can begin, and the lines."""
    lines = textwrap.wrap(text, MAX_LABEL_CHARACTERS[kind])
    height = LINE_HEIGHTS[kind]
    drawn = [_draw_line(LEFT, y + height * n - 3, line, kind) for n, line in enumerate(lines, 1)]
    return y + height * len(lines), join(drawn)


def _draw_line(x: float, y: float, text: str, kind: str, **attributes: str) -> Markup:
    return _draw("text", {"x": x, "y": y, "class": kind, **attributes}, {}, text)


def draw_axis(y: float, bottom: float, marks: Sequence[tuple[float, float, str]]) -> Markup:
    """Lines from ``y`` to ``bottom``, each at a place, for a value, with its words above it."""
    parts = []
    for x, value, text in marks:
        parts.append(draw_path("axis", f"M{x:g} {y:g}V{bottom:g}", value=value))
        half = 3.4 * len(text)
        anchor = "end" if x + half > RIGHT else "start" if x - half < LEFT - 3 else "middle"
        parts.append(_draw_line(x, y - 4, text, "small", **({"text-anchor": anchor} if anchor != "start" else {})))
    return join(parts)

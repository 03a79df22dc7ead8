"""Pictures drawn from the records at build time: accessible SVG, the same facts as a table, and the data to download.

A picture is made of rows of plain data. From them come the drawing, the table beside it and the file in ``data/``.
Every mark differs in shape as well as in colour; the colours are the page's own, so that both schemes fit.
One module holds one kind of picture: how its rows are collected from the records, and how they are drawn.
"""

from ledger.render.charts.drawing import render_drawing
from ledger.render.charts.figure import PICTURES, get_csv_file_name, render_picture
from ledger.render.charts.people import render_person_marks

__all__ = ["PICTURES", "get_csv_file_name", "render_drawing", "render_person_marks", "render_picture"]

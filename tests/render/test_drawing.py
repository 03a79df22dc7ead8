"""Drawings in pages, and pictures as files to download."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from conftest import ROOT, Make
from ledger.checks import drawings as drawing_check
from ledger.checks import placeholders
from ledger.model import drawings, project
from ledger.render import charts
from ledger.render.charts import download

SAMPLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 40"><title>Cells\n grow &amp; change</title>'
    '<desc>One circle.</desc><circle class="cell" cx="9" cy="9" r="5"/></svg>\n'
)


@pytest.fixture
def loaded(make: Make) -> project.Project:
    assets = {f"docs/assets/{name}": (ROOT / "docs/assets" / name).read_text(encoding="utf-8") for name in STYLES}
    page = "# X\n\n<!-- generated: drawing name=growing -->\n\n<!-- generated: drawing name=growign -->\n"
    return project.load_project(make({"docs/x.md": page, "docs/assets/drawings/growing.svg": SAMPLE, **assets}))


STYLES = ("tokens.css", "pictures.css")


def test_a_page_shows_the_drawing_with_its_words_and_files(loaded: project.Project) -> None:
    html = charts.render_drawing(loaded.pages["x.md"], loaded, {"name": "growing"})
    assert (
        '<svg class="picture" role="img" viewBox="0 0 360 40" aria-labelledby="drawing-growing-t drawing-growing-d">'
        in html
    )
    assert '<title id="drawing-growing-t">Cells grow &amp; change</title>' in html
    assert '<circle class="cell" cx="9" cy="9" r="5"/>' in html
    assert 'href="../pictures/growing.svg"' in html
    assert 'href="../pictures/growing.png"' in html


def test_a_drawing_that_does_not_exist_is_told(loaded: project.Project) -> None:
    [problem] = placeholders.check_placeholders(loaded)
    assert (problem.line, problem.message) == (5, "there is no name 'growign' for drawing; use one of: growing")


@pytest.mark.parametrize(
    "removed", ['viewBox="0 0 360 40"', "<title>Cells\n grow &amp; change</title>", "<desc>One circle.</desc>"]
)
def test_a_drawing_needs_its_size_and_its_words(make: Make, removed: str) -> None:
    page = "# X\n\n<!-- generated: drawing name=growing -->\n"
    root = make({"docs/x.md": page, "docs/assets/drawings/growing.svg": SAMPLE.replace(removed, "")})
    loaded = project.load_project(root)
    [problem] = drawing_check.check_drawings(loaded)
    assert (problem.path, problem.rule) == ("docs/assets/drawings/growing.svg", "generated")
    with pytest.raises(LookupError):
        drawings.read_drawing(loaded, "growing")


def test_a_file_to_download_stands_alone_with_title_and_credit(loaded: project.Project) -> None:
    [(name, svg)] = download.render_downloads(loaded, "Islet <Ledger>", "https://example.org/kb/")
    assert name == "growing.svg"
    words = " ".join(part for part in ElementTree.fromstring(svg).itertext() if part.strip())
    assert "Cells grow & change" in words
    assert "Islet <Ledger> · CC BY 4.0 · https://example.org/kb" in words
    assert "var(" not in svg
    assert ":is(" not in svg


def test_the_png_is_the_picture_with_its_words(loaded: project.Project) -> None:
    [(_, svg)] = download.render_downloads(loaded, "Islet Ledger", "")
    png = download.convert_to_png(svg)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 3 * (360 + 24)
    without_words = svg.replace(">Cells grow &amp; change</text>", "></text>")
    assert download.convert_to_png(without_words) != png


def test_the_marks_beside_a_sentence_are_the_people_of_the_record() -> None:
    published = project.load_project(ROOT)
    page = published.pages["index.md"]
    benefit = charts.render_person_marks(page, published, {"trial": "forward", "count": "off-insulin"})
    harm = charts.render_person_marks(page, published, {"trial": "forward", "count": "deaths"})
    assert (benefit.count('class="off-insulin"'), benefit.count('class="counted"')) == (10, 2)
    assert (harm.count('class="death"'), harm.count('class="no-death"')) == (2, 12)
    with pytest.raises(LookupError):
        charts.render_person_marks(page, published, {"trial": "sana-sc451", "count": "deaths"})

"""Pictures: one mark a person, the same facts as a table, a title and words for those who do not see them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from conftest import ROOT, Make
from ledger.export import data_files
from ledger.model import project
from ledger.model.project import Project
from ledger.render import charts
from ledger.render.charts import PICTURES, svg
from samples import SAMPLE, small

CHARTED = (
    SAMPLE.replace("group: full dose", "outcome: insulin independence")
    .replace('value: "7.0", unit: "%"', 'outcome: HbA1c, before: "8.1", value: "7.0", unit: "%"')
    .replace(
        "  people:\n",
        '  dates: {start: {value: "2021-03", type: actual, cite: known2024},'
        ' completion: {value: "2030", type: estimated, cite: known2024}}\n'
        "  follow_up: {value: a year, months: 12, kind: set time, cite: known2024,"
        " claimed: {value: for good says its seller, cite: known2024}}\n  people:\n",
    )
)


@pytest.fixture(scope="module")
def published() -> Project:
    return project.load_project(ROOT)


def drawn(loaded: Project, name: str) -> str:
    return charts.render_picture(loaded.pages["index.md"], loaded, {"name": name})


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_title_description_table_source_date_and_download(published: Project, name: str) -> None:
    html = drawn(published, name)
    drawing = ElementTree.fromstring(html[html.index("<svg class") : html.index("</svg>") + 6])
    title, description = drawing[0], drawing[1]
    assert drawing.get("role") == "img"
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == PICTURES[name].title
    assert description.text
    assert f'href="data/picture-{name}.csv" download' in html
    assert re.search(r'checked up to <time datetime="20\d\d-\d\d-\d\d">', html)
    items = PICTURES[name].items(published)
    assert html.count("<tr") == 1 + len(items)
    assert html.count("<!--cite") == len(items)


@pytest.mark.parametrize("name", PICTURES)
def test_no_mark_and_no_word_leaves_the_picture(published: Project, name: str) -> None:
    html = drawn(published, name)
    drawing = ElementTree.fromstring(html[html.index("<svg class") : html.index("</svg>") + 6])
    width, height = (float(part) for part in (drawing.get("viewBox") or "").split()[2:])
    for element in drawing.iter():
        kind = element.get("class")
        x = float(element.get("x") or element.get("cx") or 0)
        y = float(element.get("y") or element.get("cy") or 0)
        assert 0 <= x <= width, element.attrib
        assert 0 <= y <= height, element.attrib
        if element.tag == "rect":
            assert x + float(element.get("width") or 0) <= width + 0.5
        if kind in svg.MAX_LABEL_CHARACTERS:
            assert len(element.text or "") <= svg.MAX_LABEL_CHARACTERS[kind]


def test_deaths_that_nobody_counted_are_never_a_zero(make: Make) -> None:
    start, end = CHARTED.index("  harms:"), CHARTED.index("  requirements:")
    loaded = small(make, CHARTED[:start] + "  harms: []\n  harms_note: not seen\n" + CHARTED[end:])
    assert "no count in the record" in drawn(loaded, "people")
    assert PICTURES["people"].items(loaded)[0].values["deaths"] == "Deaths for any reason: no count in the record"


def test_before_and_after_need_both_values(make: Make) -> None:
    loaded = small(make, CHARTED)
    [item] = PICTURES["hba1c"].items(loaded)
    assert (item.values["before"], item.values["after"], item.values["people"]) == ("8.1", "7.0", 1)
    assert PICTURES["time-in-range"].items(loaded) == []
    assert "no trial on this site has the data" in drawn(loaded, "time-in-range")


def test_hostile_words_are_text_in_a_drawing(make: Make) -> None:
    title = "title: '<script>alert(1)</script> & \"x\"'"
    html = drawn(small(make, CHARTED.replace("title: A sample trial", title, 1)), "timeline")
    ElementTree.fromstring(html[html.index("<svg class") : html.index("</svg>") + 6])
    assert "<script" not in html


def test_a_picture_and_its_file_hold_the_same(published: Project) -> None:
    files = data_files.build_data_files(published)
    for picture in PICTURES.values():
        assert files[charts.get_csv_file_name(picture)].count("\r\n") == 1 + len(picture.items(published))

"""The printed part of a handout and its short sources."""

from __future__ import annotations

import pytest

from ledger.model import bib_reader, placeholders
from ledger.model.project import Page
from ledger.model.yaml_source import YamlDocument
from ledger.render import handout

BIB = """\
@article{known2024,
  author = {Doe, Jane and Roe, Richard},
  title = {A trial},
  journal = {J Test},
  year = {2024},
  volume = {1},
  pages = {1--2},
  doi = {10.1234/abc},
  kind = {trial report},
  seen = {abstract},
}

@online{body2023,
  author = {{A <Body>}},
  title = {A page},
  year = {2023},
  url = {https://www.example.org/a?b=1},
  urldate = {2026-11-20},
  kind = {news},
  seen = {page},
}
"""
ENTRIES = bib_reader.read_bibliography(BIB, "references.bib").entries
PAGE = Page("safety/x.md", "", YamlDocument({"title": "A & B", "checked": "2026-11-21"}))


def mark(key: str, number: int) -> str:
    return f'<a class="footnote-ref" href="#fn:{key}" aria-label="Reference {number}">{number}</a>'


def test_a_line_to_tick_off_has_its_box_in_place_of_a_dot() -> None:
    line = "<li>☐ Is it approved?</li>"
    html = handout.render_handout(f"{line}<li>A dot</li>{placeholders.HANDOUT_END}{line}", PAGE, ENTRIES, "Ledger", "")
    assert html.startswith('<li class="tick">☐ Is it approved?</li><li>A dot</li>')
    assert html.endswith(line), "what is not printed is a list like any other"
    assert handout.render_handout(line, PAGE, ENTRIES, "Ledger", "") == line


def test_the_sources_before_the_end_stand_there_in_short_form_by_number() -> None:
    html = f"<p>{mark('known2024', 2)} {mark('body2023', 1)} {mark('known2024', 2)}</p>{placeholders.HANDOUT_END}<p>{mark('x', 3)}</p>"
    found = handout.render_handout(html, PAGE, ENTRIES, "Islet Ledger", "https://example.org/kb/")
    assert "<b>Sources:</b> 1 A &lt;Body&gt; 2023, example.org; 2 Doe 2024, doi:10.1234/abc." in found
    assert "page “A &amp; B”, https://example.org/kb/safety/x/, last checked 2026-11-21" in found
    assert placeholders.HANDOUT_END not in found
    assert found.count('class="handout-end"') == 1


def test_a_handout_that_cites_nothing_has_no_list_of_sources() -> None:
    assert "Sources" not in handout.render_handout(
        f"<p>x</p>{placeholders.HANDOUT_END}", PAGE, ENTRIES, "Islet Ledger", ""
    )


@pytest.mark.parametrize("html", ["", "<p>x</p>", "<!-- handout -->"])
def test_a_page_that_is_no_handout_is_left_alone(html: str) -> None:
    assert handout.render_handout(html, PAGE, ENTRIES, "Islet Ledger", "") == html

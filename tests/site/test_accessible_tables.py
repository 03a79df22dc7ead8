"""A table written in Markdown gets a caption, headers with scope and a frame with a name."""

from __future__ import annotations

import re

from ledger.site import accessible_tables

HEAD = "<thead><tr><th>What</th><th data-align='right'>How many</th></tr></thead>"
BODY = "<tbody>\n<tr>\n<td>No <b>insulin</b></td>\n<td>10 of 12</td>\n</tr>\n<tr>\n<td data-align='right'>x</td>\n<td>y</td>\n</tr>\n</tbody>"
TABLE = f"<table>\n{HEAD}\n{BODY}\n</table>"
HEADING = '<h2 id="a">Benefits &amp; more<a class="headerlink" href="#a" title="Link">&para;</a></h2>'


def frames(html: str) -> list[str]:
    return re.findall(r'aria-label="([^"]*)"', html)


def test_a_page_without_such_a_table_stays_as_it_is() -> None:
    made = '<h2>A</h2><div class="scroll"><table class="data"><caption>x</caption><tr><th>a</th></tr></table></div>'
    assert accessible_tables.make_tables_accessible(made) == made


def test_every_header_says_which_cells_it_names() -> None:
    html = accessible_tables.make_tables_accessible(HEADING + TABLE)
    assert '<th scope="col">What</th><th scope="col" data-align=\'right\'>How many</th>' in html
    assert '<th scope="row">No <b>insulin</b></th>\n<td>10 of 12</td>' in html
    assert "<th scope=\"row\" data-align='right'>x</th>\n<td>y</td>" in html
    assert html.count("</th>") == 4
    assert "<thead" in html, "the head of the table is no header cell"


def test_the_heading_above_is_the_caption_and_names_the_frame_that_takes_the_focus() -> None:
    html = accessible_tables.make_tables_accessible(HEADING + "<p>x</p>" + TABLE)
    assert "<table><caption>Benefits &amp; more</caption>" in html
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Benefits &amp; more"><table>' in html
    assert html.endswith("</table></div>")


def test_two_tables_below_one_heading_have_two_names() -> None:
    html = accessible_tables.make_tables_accessible(
        HEADING + TABLE + "<h3>Other</h3>" + TABLE + "<h2>Benefits &amp; more</h2>" + TABLE
    )
    assert frames(html) == ["Benefits &amp; more", "Other", "Benefits &amp; more, table 2"]


def test_marks_and_explanations_in_a_heading_are_no_part_of_its_name() -> None:
    term = '<span class="term"><button>HbA1c</button><span class="tip">A test. <a href="#">Glossary</a></span></span>'
    mark = '<sup id="r"><a href="#f">1</a></sup>'
    assert frames(accessible_tables.make_tables_accessible(f'<h2>The "{term}" now{mark}</h2>{TABLE}')) == [
        "The &quot;HbA1c&quot; now"
    ]


def test_a_mark_right_after_an_explained_word_is_told_apart_from_one_in_a_sentence() -> None:
    term = '<span class="term"><button>HbA1c</button><span class="tip">A test. <a href="#">Glossary</a></span></span>'
    mark = '<sup id="fnref:a"><a class="footnote-ref" href="#fn:a">1</a></sup>'
    html = accessible_tables.make_tables_accessible(
        HEADING + TABLE.replace("<b>insulin</b>", f"{term}{mark} and {term} too{mark}")
    )
    assert html.count('<sup class="after-term" id="fnref:a">') == 1
    assert "too<sup id=" in html


def test_a_table_that_becomes_cards_on_a_phone_is_dressed_like_any_other() -> None:
    html = accessible_tables.make_tables_accessible(HEADING + TABLE.replace("<table>", '<table data-stack="">'))
    assert '<table data-stack=""><caption>Benefits &amp; more</caption>' in html
    assert '<th scope="row">No <b>insulin</b></th>' in html

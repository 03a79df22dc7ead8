"""The box at the top of each page of a preview."""

from __future__ import annotations

from ledger.site import preview

PAGE = "<html><body><nav></nav><article class='x'><h1>A</h1></article></body></html>"


def test_the_box_is_at_the_top_of_the_text() -> None:
    box = preview.render_problems(["b.md:2: error: <b> & more"], has_errors=True)
    html = preview.insert_box(PAGE, box)
    assert html.startswith("<html><body><nav></nav><article class='x'><section id=\"preview-problems\"")
    assert "<li>b.md:2: error: &lt;b&gt; &amp; more</li>" in html
    assert html.replace(box, "") == PAGE


def test_the_title_says_whether_the_site_can_be_published() -> None:
    assert "cannot be published" in preview.render_problems(["x"], has_errors=True)
    assert "have warnings" in preview.render_problems(["x"], has_errors=False)
    assert "could not be built" in preview.render_failure("why")


def test_a_page_without_an_article_has_the_box_too() -> None:
    assert preview.insert_box("<body><p>Not here</p></body>", "BOX") == "<body>BOX<p>Not here</p></body>"


def test_without_problems_there_is_no_box() -> None:
    assert preview.render_problems([], has_errors=False) == ""


def test_a_long_list_is_cut_and_says_so() -> None:
    box = preview.render_problems([f"a.md:{line}: error: wrong" for line in range(1, 1001)], has_errors=True)
    assert box.count("<li>") == preview.MAX_SHOWN_PROBLEMS + 1
    assert f"and {1000 - preview.MAX_SHOWN_PROBLEMS} more" in box

"""The steps around Markdown: citations through mkdocs-bibtex, the foot of a page, the downloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from markdown import markdown

from bibtex_plugin import add_references
from ledger.export import data_files
from ledger.model import project
from ledger.site import build
from ledger.site.build import Site

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)
SECOND = """\

@online{other2023,
  author = {{A Body}},
  title = {A page with {50\\%} and {CAPS}},
  year = {2023},
  url = {https://example.org/a?b=1&c=2},
  urldate = {2026-11-20},
  kind = {news},
  seen = {page},
}
"""
FRONT = "---\ntitle: 'A & B: \"page\"'\nkind: about\nchecked: 2026-11-21\nreviewed_by: none\n---\n"
SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")

EXTENSIONS = ["footnotes", "tables", "attr_list", "md_in_html", "pymdownx.superfences"]

Make = Callable[..., Path]


@pytest.fixture
def root(make: Make) -> Path:
    folder = make({"docs/about/x.md": f"{FRONT}\n# X\n"})
    bib = folder / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
    return folder


def a_site(root: Path, repo_url: str = "") -> Site:
    return Site(project.load_project(root, TODAY, repo_url))


def through_bibtex(current: Site, text: str, src: str = "index.md") -> str:
    """Markdown as it comes out behind the real plugin, set up the way the hooks do it."""
    plugin = add_references(current)
    return current.restore_at_signs(plugin.on_page_markdown(current.prepare_markdown(src, text), None, None, None))


def html(root: Path, text: str, src: str = "index.md") -> str:
    """The finished page."""
    current = a_site(root)
    page = markdown(through_bibtex(current, text, src), extensions=EXTENSIONS)
    return current.complete_page(src, f"<head></head>{current.process_content(src, page)}")


# --- citations ----------------------------------------------------------------------------------------


def test_a_citation_becomes_a_mark_and_a_reference(root: Path) -> None:
    found = html(root, "A fact [@known2024].")
    assert (
        '<p>A fact<sup id="fnref:known2024"><a class="footnote-ref" href="#fn:known2024" aria-label="Reference 1">1</a></sup>.</p>'
        in found
    )
    assert "Doe J, Roe R. A trial." in found
    assert "We read the abstract." in found


def test_two_keys_give_two_marks_with_a_comma(root: Path) -> None:
    found = html(root, "A fact [@known2024; @other2023].")
    assert re.search(r">1</a></sup><sup>,</sup><sup [^>]*><a [^>]*>2</a></sup>\.</p>", found)
    assert found.count('<li id="fn:') == 2


def test_a_source_cited_twice_has_one_reference_and_two_ways_back(root: Path) -> None:
    found = html(root, "One [@known2024].\n\nTwo [@known2024].")
    assert found.count('<li id="fn:known2024">') == 1
    assert 'href="#fnref:known2024"' in found
    assert 'href="#fnref2:known2024"' in found


def test_who_hears_the_page_is_told_what_a_mark_and_a_way_back_are(root: Path) -> None:
    found = html(root, "One [@other2023; @known2024].\n\nTwo [@known2024].")
    assert re.findall(r'aria-label="([^"]*)">(?:\d+|↩)</a>', found) == [
        "Reference 1",
        "Reference 2",
        "Reference 2",
        "Back to the text, reference 1",
        "Back to the text, reference 2",
        "Back to the text, reference 2, place 2",
    ]


def test_a_key_that_is_not_there_is_left_out_of_a_preview(root: Path) -> None:
    found = html(root, "A fact [@nobody2024; @known2024].")
    assert found.count("footnote-ref") == 1
    assert "nobody" not in found


def test_a_footnote_of_the_page_is_numbered_along_with_its_citations(root: Path) -> None:
    found = html(root, "One [@known2024], two[^a], three [@known2024; @other2023].\n\n[^a]: Our own note.\n")
    assert re.findall(r'footnote-ref" href="#fn:([^"]*)"[^>]*>(\d+)<', found) == [
        ("known2024", "1"),
        ("a", "2"),
        ("known2024", "1"),
        ("other2023", "3"),
    ]
    assert re.findall(r'<li id="fn:([^"]*)">', found) == ["known2024", "a", "other2023"]
    assert re.search(r'<li id="fn:a">\s*<p>Our own note. <a class="footnote-backref" href="#fnref:a"', found)


@pytest.mark.parametrize(
    "text",
    [
        "`[@known2024]` in code",
        "``a `[@known2024]` b``",
        "```\n[@known2024]\n```",
        "    [@known2024] in an indented block",
        "<!-- a comment with [@known2024] -->",
        "Write to [someone@example.org](mailto:someone@example.org).",
        "Write to <someone@example.org> or someone@example.org.",
        "[a@b.org; c@d.org]",
        "<pre>\n[@known2024]\n</pre>",
    ],
)
def test_an_at_sign_that_is_no_citation_survives(root: Path, text: str) -> None:
    assert through_bibtex(a_site(root), text).strip() == text.strip()


def test_code_and_a_citation_side_by_side(root: Path) -> None:
    found = through_bibtex(a_site(root), "Write `[@known2024]` to get [@known2024].")
    assert found.startswith("Write `[@known2024]` to get[^known2024].\n")


def test_the_mark_stands_close_to_its_word(root: Path) -> None:
    current = a_site(root)
    add_references(current)
    found = current.prepare_markdown("index.md", "A fact [@known2024], (b) [@known2024] and\n[@known2024].")
    assert found.startswith("A fact[@known2024], (b)[@known2024] and")


def test_a_footnote_may_cite(root: Path) -> None:
    text = "One[^a], two [@other2023].\n\n[^a]: Our note [@known2024; @other2023].\n\n    1. a list\n    2. in it\n\n    And more.\n"
    found = html(root, text)
    assert re.findall(r'<li id="fn:([^"]*)">', found) == ["a", "other2023", "known2024"]
    assert re.search(
        r'Our note<sup id="fnref:known2024">.*?>3</a></sup><sup>,</sup><sup id="fnref2:other2023">.*?>2<', found
    )
    assert re.search(r"<li>a list</li>\s*<li>in it</li>\s*</ol>\s*<p>And more\. <a class=", found)
    assert "Doe J, Roe R. A trial." in found


@pytest.mark.parametrize(
    "end", ["| a | b |\n|---|---|\n| x [@known2024] | y |", "* an item [@known2024]", "> a quote [@known2024]"]
)
def test_a_page_may_end_with_a_table_or_a_list(root: Path, end: str) -> None:
    found = html(root, f"Text.\n\n{end}\n")
    assert "[^" not in found
    assert found.count('<li id="fn:known2024">') == 1


def test_a_table_keeps_its_citations(root: Path) -> None:
    found = html(root, "| a | b |\n|---|---|\n| 10 of 12 [@known2024] | x [@known2024; @other2023] |\n")
    assert (found.count('<th scope="row">'), found.count("<td>")) == (1, 1)
    assert found.count("footnote-ref") == 3


def test_generated_tables_are_cited_like_the_text(make: Make) -> None:
    folder = make({"docs/trials/sample.md": SAMPLE})
    found = html(folder, SAMPLE.split("---\n", 2)[2], "trials/sample.md")
    assert found.count('<li id="fn:known2024">') == 1
    assert "10 of 12 (83%)" in found
    assert "<!--" not in found


def test_a_page_unknown_to_the_project_is_left_alone(root: Path) -> None:
    current = a_site(root)
    assert current.prepare_markdown("new.md", "x [@known2024]") == "x [@known2024]"
    assert current.process_content("new.md", "<p>x</p>") == "<p>x</p>"


# --- the foot of a page -------------------------------------------------------------------------------


def test_references_get_a_heading_and_stay_out_of_the_search(root: Path) -> None:
    current = a_site(root)
    searched = current.process_content(
        "index.md", markdown(through_bibtex(current, "A fact [@known2024]."), extensions=EXTENSIONS)
    )
    assert "footnote-ref" not in searched
    assert "Doe J" not in searched
    served = current.complete_page("index.md", searched)
    assert '<h2 id="sources-of-this-page">References</h2><div class="footnote">' in served
    assert "Doe J, Roe R. A trial." in served
    assert served.index("Doe J") < served.index('class="page-foot"')
    assert "sources-of-this-page" not in html(root, "x")


def test_generated_tables_stay_out_of_the_search_but_the_trials_number_does_not(make: Make) -> None:
    current = a_site(make({"docs/trials/sample.md": SAMPLE}))
    searched = current.process_content("trials/sample.md", "<h1>T</h1><!-- generated: trial-facts -->")
    assert "<table" not in searched
    assert "NCT01234567" in current.sections["trials/sample.md"][0][2]
    assert "<table" in current.complete_page("trials/sample.md", searched)


def test_the_foot_stands_behind_the_references_and_the_reading_time_below_the_way_here(make: Make) -> None:
    folder = make({"docs/about/x.md": f"{FRONT}\n# X\n"})
    found = html(folder, "word " * 201 + "[@known2024]", "about/x.md")
    assert found.index("Doe J") < found.index('class="page-foot"')
    assert '</nav><p class="reading-time">About 2 minutes to read</p>' in found
    assert "reading-time" not in html(folder, "word")


def test_the_index_of_the_search_holds_the_pages_that_were_made(make: Make, tmp_path: Path) -> None:
    current = a_site(make({"docs/trials/sample.md": SAMPLE}))
    current.process_content("index.md", "<h1>Home</h1><p>About islets</p>")
    current.write_search_index(tmp_path / "search")
    written = (tmp_path / "search" / "index.js").read_text(encoding="utf-8")
    assert "About islets" in written
    assert "NCT01234567" not in written


def test_a_page_unknown_to_the_project_is_served_as_it_is(root: Path) -> None:
    assert a_site(root).complete_page("new.md", "<p>x</p>") == "<p>x</p>"


@pytest.mark.parametrize(("src", "tag"), [("index.md", "en"), ("x.zh.md", "zh-CN"), ("x.de.md", "de")])
def test_a_page_says_in_which_language_it_is(make: Make, src: str, tag: str) -> None:
    root = make({"docs/index.md": "# X\n", f"docs/{src}": "# X\n"})
    current = a_site(root)
    content = current.process_content(src, "<h1>X</h1>")
    assert f'<html lang="{tag}">' in current.complete_page(
        src, f'<html lang="en"><head></head><body>{content}</body></html>'
    )


def test_every_page_but_the_first_says_where_it_stands(make: Make) -> None:
    folder = make({"docs/trials/sample.md": SAMPLE, "docs/trials/index.md": "# All trials\n"})
    assert re.findall(r"<li>(.*?)</li>", html(folder, "x", "trials/sample.md"))[:2] == [
        '<a href="../../">Home</a>',
        '<a href="../../trials/">All trials</a>',
    ]
    assert "crumbs" not in html(folder, "x")


def test_a_page_that_is_alone_in_its_section_has_no_list_of_it(make: Make) -> None:
    config = "nav:\n  - Home: index.md\n  - Basics:\n      - one.md\n      - two.md\n"
    folder = make(
        {"mkdocs.yml": config, "docs/one.md": "# One\n", "docs/two.md": "# Two\n", "docs/trials/sample.md": SAMPLE}
    )
    current = a_site(folder)
    assert current.build_template_meta("index.md")["hide"] == ["navigation"]
    assert current.build_template_meta("trials/sample.md")["hide"] == ["navigation"]
    assert current.build_template_meta("one.md")["hide"] == []


def test_the_pages_before_and_next_stand_below_the_foot(make: Make) -> None:
    config = "nav:\n  - Basics:\n      - one.md\n      - two.md\n"
    made = html(make({"mkdocs.yml": config, "docs/one.md": "# One\n", "docs/two.md": "# Two\n"}), "x", "one.md")
    assert made.index('class="page-foot"') < made.index('class="neighbours"') < made.index(">Next in Basics")


# --- downloads ----------------------------------------------------------------------------------------


def test_the_open_data_is_written_into_the_site(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site" / "data"
    a_site(root).write_data_files(folder)
    for name, text in data_files.build_data_files(project.load_project(root, TODAY)).items():
        assert (folder / name).read_bytes() == text.encode(), name


@pytest.mark.parametrize(
    "broken",
    [
        ("title = {A trial},", "title = {A trial"),
        ("title = {A trial},", "title = {A trial},\n  title = {Twice},"),
        ("Doe, Jane and Roe, Richard", "Doe, J., Roe, R., Poe, P."),
        ("{known2024,", "{known--2024,"),
        ("  pages", "  month = unknown,\n  pages"),
    ],
)
def test_a_broken_entry_does_not_stop_the_plugin(root: Path, broken: tuple[str, str]) -> None:
    bib = root / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8").replace(*broken), encoding="utf-8")
    current = a_site(root)
    add_references(current)
    assert "A page with 50% and CAPS [Internet]. 2023" in current.project.references["other2023"]


@pytest.mark.parametrize("text", [b"# A\n\x07\n", b"# A\n\xff\n"])
def test_a_page_that_cannot_be_read_is_replaced_by_a_word_about_it(root: Path, text: bytes) -> None:
    assert build.Site(project.load_project(root, TODAY)).get_source_override("index.md") is None
    (root / "docs" / "index.md").write_bytes(text)
    replaced = build.Site(project.load_project(root, TODAY)).get_source_override("index.md")
    assert replaced is not None
    assert "cannot be read" in replaced

"""Glossary terms: explained once, where a page first uses them, for mouse, keyboard and screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from markdown import markdown

from ledger.checks import glossary_entries
from ledger.model import glossary, project
from ledger.model.project import Page
from ledger.render.tooltips import TooltipsExtension

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)
GLOSSARY = """\
# Glossary

Words.

## Beta cell

A cell that makes **insulin**. It sits
in the [pancreas](basics/x.md).

Also: insulin cell, B-cell.

More about it.

## HbA1c

A blood test.

## Severe low

A low that needs help.

Also: severe hypo
"""
EXTENSIONS = ["tables", "footnotes", "attr_list", "def_list", "md_in_html", "admonition", "toc"]

Make = Callable[..., Path]


def tooltips(src: str = "basics/a.md", text: str = GLOSSARY) -> TooltipsExtension:
    found = TooltipsExtension()
    found.set_terms(glossary.read_glossary_terms(Page("glossary.md", text)))
    found.start_page(Page(src, ""))
    return found


def html(text: str, src: str = "basics/a.md") -> str:
    extension = tooltips(src)
    return extension.expand(markdown(text, extensions=[*EXTENSIONS, extension]))


def explained(text: str, src: str = "basics/a.md") -> list[str]:
    """The words that got an explanation, in order."""
    return re.findall(r"<button[^>]*>([^<]*)</button>", html(text, src))


def test_an_entry_is_a_heading_its_meaning_and_its_other_names() -> None:
    first, second, third = glossary.read_glossary_terms(Page("glossary.md", GLOSSARY))
    assert (first.name, first.anchor, first.line) == ("Beta cell", "beta-cell", 5)
    assert first.meaning == "A cell that makes insulin. It sits in the pancreas."
    assert first.aliases == ("insulin cell", "B-cell")
    assert second.aliases == ()
    assert third.aliases == ("severe hypo",)


def test_a_term_is_explained_at_its_first_use_only() -> None:
    assert explained("A beta cell and a beta cell.\n\nThe beta cell again.") == ["beta cell"]


@pytest.mark.parametrize(
    "word", ["beta cell", "Beta cells", "BETA CELL", "insulin cell", "insulin cells", "B-cell", "B-cells"]
)
def test_plural_capitals_and_other_names_mean_the_same_term(word: str) -> None:
    assert explained(f"One {word}, and one beta cell.") == [word]


@pytest.mark.parametrize(
    "text", ["alphabeta cell", "beta cellular", "beta-cell", "pre-HbA1c", "HbA1c-like", "non-B-cell"]
)
def test_a_part_of_a_word_is_no_term(text: str) -> None:
    assert explained(f"A {text} here.") == []


@pytest.mark.parametrize(
    "text",
    [
        "## The beta cell",
        "The beta cell\n---",
        "[a beta cell](x.md)",
        "`beta cell`",
        "    beta cell in code",
        "| beta cell |\n|---|\n| x |",
        "Beta cell\n:   what it is",
        "x[^1]\n\n[^1]: a beta cell",
    ],
)
def test_headings_links_code_and_heads_of_tables_are_left_alone(text: str) -> None:
    assert explained(text) == []
    assert explained(f"{text}\n\nA beta cell.") == ["beta cell"]  # the first place where it can stand


@pytest.mark.parametrize(
    "text",
    ["| a |\n|---|\n| beta cell |", "- a beta cell", "**beta cell**", "> beta cell", '!!! note "N"\n    beta cell'],
)
def test_cells_lists_quotes_and_boxes_explain(text: str) -> None:
    assert explained(text) == ["beta cell"]


def test_terms_stand_in_reading_order_with_the_text_around_them_unharmed() -> None:
    text = "An HbA1c, *a beta cell*, an HbA1c; a severe low & more."
    assert explained(text) == ["HbA1c", "beta cell", "severe low"]
    left = re.sub(r'<span class="tip".*?</span>', "", html(text))
    assert re.sub(r"<[^>]*>", "", left).strip() == "An HbA1c, a beta cell, an HbA1c; a severe low &amp; more."


def test_the_explanation_can_be_reached_by_keyboard_and_read_aloud() -> None:
    found = html("A beta cell and HbA1c.")
    for anchor, meaning in (("beta-cell", "A cell that makes insulin."), ("hba1c", "A blood test.")):
        assert f'<button type="button" aria-describedby="term-{anchor}">' in found or (
            f'<button aria-describedby="term-{anchor}" type="button">' in found
        )
        [tip] = re.findall(rf'<span [^>]*id="term-{anchor}"[^>]*>.*?</span>', found)
        assert 'role="tooltip"' in tip
        assert meaning in tip
        assert f'<a href="../../glossary/#{anchor}">Glossary</a>' in tip
    ids = re.findall(r'\sid="([^"]*)"', found)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("src", "up"), [("index.md", ""), ("questions.md", "../"), ("trials/x.md", "../../"), ("trials/index.md", "../")]
)
def test_the_link_to_the_entry_fits_the_page(src: str, up: str) -> None:
    assert f'href="{up}glossary/#hba1c"' in html("HbA1c", src)


@pytest.mark.parametrize("src", ["glossary.md", "glossary.zh.md", "questions.zh.md"])
def test_the_glossary_itself_and_translations_explain_nothing(src: str) -> None:
    assert explained("HbA1c", src) == []


def test_markup_in_a_meaning_is_plain_text() -> None:
    text = GLOSSARY.replace("A blood test.", "A <b>test</b> & a `code` of 7 < 8.")
    extension = tooltips(text=text)
    found = extension.expand(markdown("HbA1c", extensions=[extension]))
    assert "A test &amp; a code of 7 &lt; 8. <a" in found


def test_the_signs_that_touch_a_term_are_held_to_it() -> None:
    explained = TooltipsExtension()
    term = glossary.Term("Islet", "islet", "A group of cells.", 1)
    explained.set_terms([term])
    made = explained.expand('Cells (<span class="term" data-term="islet">islets</span>), and more.')
    assert made.startswith('Cells <span class="hold">(<span class="term">')
    assert made.endswith("</span></span>),</span> and more.")
    assert "hold" not in explained.expand('An <span class="term" data-term="islet">islet</span> lives.')


def test_without_entries_nothing_is_explained() -> None:
    assert markdown("A beta cell.", extensions=[tooltips(text="# Glossary\n")]) == "<p>A beta cell.</p>"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("## HbA1c", "## Beta cell", 14, "'Beta cell' is already used for 'Beta cell' (line 5); define each term once"),
        ("Also: severe hypo", "Also: insulin cell", 18, "'insulin cell' is already used for 'Beta cell' (line 5)"),
        ("## HbA1c", "## insulin CELL", 14, "'insulin CELL' is already used for 'Beta cell'"),
        ("A blood test.\n", "", 14, "'HbA1c' has no meaning; add a sentence below it"),
        ("A blood test.\n", f"{'word ' * 61}\n", 14, "the meaning of 'HbA1c' has 61 words, at most 60"),
    ],
)
def test_a_doubled_empty_or_long_entry_is_told(make: Make, old: str, new: str, line: int, said: str) -> None:
    loaded = project.load_project(make({"docs/glossary.md": GLOSSARY.replace(old, new)}), TODAY)
    [problem] = glossary_entries.check_glossary(loaded)
    assert (problem.path, problem.line, problem.rule) == ("docs/glossary.md", line, "glossary")
    assert said in problem.message


def test_a_good_glossary_and_a_missing_one_pass(make: Make) -> None:
    assert not list(glossary_entries.check_glossary(project.load_project(make(), TODAY)))
    assert not list(glossary_entries.check_glossary(project.load_project(make({"docs/glossary.md": GLOSSARY}), TODAY)))

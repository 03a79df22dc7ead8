"""The reader of Markdown source, held against what Python-Markdown really makes."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, TODAY, Make
from ledger.markdown.scanner import (
    MarkdownSource,
    find_attribute_ids,
    find_html_ids,
    strip_inline_markdown,
)
from ledger.model import project
from markdown_rendering import rendered

HEADING = re.compile(r"<h([1-6])\b[^>]*?\bid=\"([^\"]*)\"", re.DOTALL)


def ids_rendered(text: str) -> list[tuple[int, str]]:
    return [(int(level), identifier) for level, identifier in HEADING.findall(rendered(text))]


def ids_found(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.id) for heading in MarkdownSource(text).headings]


SAMPLES = (
    "# One\n\n## Two\n\n### Three\n",
    "# One #\n\n## Two ##\n",
    "One\n===\n\nTwo\n---\n",
    "## Same\n\n## Same\n\n## Same\n",
    "## Same_1\n\n## Same\n\n## Same\n",
    "## One {#own}\n\n## Two {: #own2 .c }\n\n## Three {.c}\n",
    "## own\n\n## One {#own}\n",
    "## *Italics* and **bold** and `code`\n",
    "## A [link](a.md) and [another][x]\n\n[x]: a.md\n",
    "## An ![image](a.png) here\n",
    "## Ünïcödé, 中文 & more: 1 < 2?\n",
    "## A &amp; B &mdash; C\n",
    "## <b>Bold</b> and <br> break\n",
    "## Escaped \\* and \\_ and \\#\n",
    "## C# and F#\n",
    "## Under_scored_words\n",
    "## 10⁹ × 2.5 %\n",
    "Text\n## Right after\nmore\n",
    "```\n# Not one\n```\n\n# One\n",
    "~~~~\n# Not one\n~~~\n~~~~\n\n# One\n",
    "    # Not one\n\n# One\n",
    "<!-- # Not one -->\n\n<!--\n# Not one\n-->\n\n# One\n",
    "`# Not one`\n\n# One\n",
    "> # Quoted\n\n# One\n",
    "- # In an item\n\n# One\n",
    "- item\n\n    ## In an item\n\n# One\n",
    "!!! note\n\n    ## In a note\n\n# One\n",
    '!!! note "# Not one"\n    text\n\n# One\n',
    "??? note\n    ## In details\n\n# One\n",
    "<div>\n# Not one\n</div>\n\n# One\n",
    "<div markdown>\n\n## Inside\n\n</div>\n\n# One\n",
    '<div markdown="1">\n## Inside\n</div>\n\n# One\n',
    '<div markdown="0">\n# Not one\n</div>\n\n# One\n',
    "<pre>\n# Not one\n</pre>\n\n# One\n",
    "<script>\n# Not one\n</script>\n\n# One\n",
    "<details><summary>x</summary>\n\n# Not one\n\n</details>\n\n# One\n",
    "Term\n:   Meaning\n\n    ## In a meaning\n\n# One\n",
    "| a | b |\n|---|---|\n| # no | x |\n\n# One\n",
    "Text\n\n---\n\n# One\n\n***\n\n## Two\n",
    "Two lines\nof text\n---\n",
    "- a\n- b\n---\n\n# One\n",
    "# One\n\n\n\n\n## Two\n\ntext\n### Three ### {#t}\n",
    "\\# Not one\n\n# One\n",
    "- ```\n  # Not one\n  ```\n\n# One\n",
    "```python\n# Not one\n\n# Not one\n```\n\n# One\n",
    "Text with ``` in it\n\n# One\n\n``` more\n",
    "## Also: `a` ``b ` c``\n",
    "## Footnote[^1]\n\n[^1]: x\n",
    "## “Quotes” – and 'more'…\n",
    "## https://example.org\n\n## <https://example.org>\n",
)


@pytest.mark.parametrize("text", SAMPLES)
def test_headings_get_the_ids_that_python_markdown_gives_them(text: str) -> None:
    assert ids_found(text) == ids_rendered(text)


def test_headings_of_every_published_page_get_the_ids_that_python_markdown_gives_them() -> None:
    pages = project.load_project(ROOT).pages
    wrong = {
        src: ids_found(page.text) for src, page in pages.items() if ids_found(page.text) != ids_rendered(page.text)
    }
    assert wrong == {}
    assert len(pages) > 10


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a `b` c", "a     c"),
        ("a ``b ` c`` d", "a           d"),
        ("a \\`b` c", "a \\`b` c"),
        ("a `b\n\nc` d", "a `b\n\nc` d"),
        ("a <!-- b --> c", "a            c"),
        ("a <!-- b", "a <!-- b"),
        ("```\nb\n```\nc", "   \n \n   \nc"),
        ("~~~ x\n```\n~~~\nc", "     \n   \n   \nc"),
        ("a\n\n    b\n\nc", "a\n\n     \n\nc"),
        ("a\n    b", "a\n    b"),
        ("- a\n\n    b", "- a\n\n    b"),
        ("- a\n\n        b", "- a\n\n         "),
        ("- a\n\n      b", "- a\n\n      b"),
        ("!!! note\n    a\n\n    b", "!!! note\n    a\n\n    b"),
        ("<pre>b</pre> c", "<pre> </pre> c"),
        ("<kbd>b</kbd> <code>b</code>", "<kbd> </kbd> <code> </code>"),
        ("> ```\n> b\n> ```\n> c", "     \n   \n     \n> c"),
    ],
)
def test_what_is_no_prose_is_blanked(text: str, kept: str) -> None:
    assert MarkdownSource(text).prose == kept


def test_comments_are_kept_beside() -> None:
    source = MarkdownSource("a <!-- b --> <script>c</script> `<!-- d -->`")
    assert [comment.text for comment in source.comments] == ["b"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\nb\n\nc", ["paragraph", "paragraph"]),
        ("- a\n- b\n  c\n1. d", ["item", "item", "item"]),
        ("| a |\n|---|\n| b |\n| c |", ["header", "row", "row"]),
        ("# a\nb", ["heading", "paragraph"]),
        ("a\n===", ["heading"]),
        ('!!! note "a"\n    b', ["title", "paragraph"]),
        ("a\n:   b\n:   c", ["paragraph", "item", "item"]),
        ("<div>\na\n\nb\n</div>\nc", ["html", "paragraph"]),
        ("[a]: b.md", ["definition"]),
        ("[a]: b c d", ["paragraph"]),
        ("a <!-- b\n\nc --> d", ["paragraph", "paragraph"]),
        ("<!-- a\n\nb -->\nc", ["html", "paragraph"]),
        ('!!! note "a"\n    b\n\n\n    c', ["title", "paragraph", "paragraph"]),
        ("<div markdown>\n\na\n\n</div>", ["paragraph", "paragraph", "html"]),
        ("- a\n\n    - b\n\n        c", ["item", "item", "paragraph"]),
    ],
)
def test_text_is_cut_into_the_pieces_that_share_a_source(text: str, kinds: list[str]) -> None:
    assert [block.kind for block in MarkdownSource(text).blocks] == kinds


def test_a_block_knows_its_line_and_its_place() -> None:
    text = "a\n\n- b\n- c\n"
    assert [(block.line, text[block.start : block.end]) for block in MarkdownSource(text).blocks] == [
        (1, "a"),
        (3, "- b"),
        (4, "- c"),
    ]


def test_links_of_every_form_are_found_with_their_lines() -> None:
    text = "[a](b.md)\n![c](d.png)\n[e][f] <https://g.org>\n<a href='h/'>i</a>\n\n[f]: j.md\n"
    assert sorted((link.line, link.target, link.form) for link in MarkdownSource(text).links) == [
        (1, "b.md", "inline"),
        (2, "d.png", "image"),
        (3, "https://g.org", "auto"),
        (3, "j.md", "reference"),
        (4, "h/", "html"),
    ]


def test_ids_written_by_hand_are_found_with_their_lines() -> None:
    source = MarkdownSource("a {#b}\n\n<p id='c'>d</p>\n\n## e {: #f .g }\n\n`{#h}`\n")
    assert list(find_attribute_ids(source)) == [(1, "b"), (5, "f")]
    assert list(find_html_ids(source)) == [(3, "c")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("*a* **b** `c`", "a b c"), ("[a](b) c [@d] e[^f]", "a c  e"), ("a &amp; \\* <b>c</b>", "a & * c")],
)
def test_plain_text_is_what_a_reader_sees(text: str, plain: str) -> None:
    assert strip_inline_markdown(text) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('*a* [b](c.md "d") `e` <https://f.org> https://g.org h', "a b d     h"),
        ('<b title="a">c</b> ![d](e.png) &amp; \\* [@f] {: .g }', "a c d & *"),
        ("a <code>b</code> <!-- c --> d", "a     d"),
        ("- a\n  b", "a\nb"),
        ("a_b_c\n[d\ne](f)", "a_b_c\nd\ne"),
        ("Note[^1] that\n\n[^1]: a", "Note that"),
    ],
)
def test_the_words_of_a_block_are_what_a_reader_sees(text: str, words: str) -> None:
    found = MarkdownSource(text).blocks[0].words
    assert [line.split() for line in found.split("\n")] == [line.split() for line in words.split("\n")]


def test_code_in_a_table_may_hold_a_bar() -> None:
    assert MarkdownSource("| a |\n|---|\n| `b|c` 12 |").prose.split("\n")[2] == "|       12 |"


LINES = st.lists(
    st.sampled_from(
        [
            "# a",
            "## a",
            "a",
            "",
            "",
            "- b",
            "    c",
            "> d",
            "```",
            "~~~",
            "| e |",
            "|---|",
            "<div>",
            "</div>",
            "`f`",
            "---",
            "<!--",
            "-->",
            "!!! g",
            ": h",
            "[i]: j",
            "[^k]: l",
            "``m",
            "<pre>",
            "</pre>",
            "\t n",
            "é\x00\u2028",
            "===",
            "{#o}",
        ]
    ),
    max_size=14,
).map("\n".join)


@given(LINES | st.text(max_size=120))
def test_the_mask_keeps_length_and_line_ends(text: str) -> None:
    masked = MarkdownSource(text).prose
    assert len(masked) == len(text)
    assert all(new == old or (new == " " and old != "\n") for old, new in zip(text, masked, strict=True))


@given(LINES | st.text(max_size=120))
def test_any_text_is_cut_into_blocks_that_do_not_overlap(text: str) -> None:
    source = MarkdownSource(text)
    blocks = source.blocks
    assert all(one.end < two.start for one, two in itertools.pairwise(blocks))
    assert all(source.line(block.start) == block.line for block in blocks)
    assert all(link.line <= text.count("\n") + 1 for link in source.links)
    assert len({heading.id for heading in source.headings}) <= len(source.headings)


def test_a_page_and_its_source_have_the_same_lines(make: Make) -> None:
    page = project.load_project(make({"docs/a.md": "---\ntitle: a\n---\n\n# A\n"}), TODAY).pages["a.md"]
    assert [heading.line for heading in page.source.headings] == [5]

"""Markdown that is printed as it was typed: each example is rendered, and shows what is wrong with it, or that nothing is."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from conftest import Make, check_links
from markdown_rendering import rendered

RULES = {"box", "code-fence", "heading", "image-alt", "list", "table"}
PNG = {"docs/a.png": b"\x89PNG"}


class Bad(NamedTuple):
    rule: str
    text: str
    line: int
    shows: str
    """What of the HTML proves that it is read wrongly."""


TITLE = "# Title\n\n"  # the examples begin in line 3

BAD = {
    # fences
    "a fence never closed": Bad("code-fence", "```\ncode\n\nWords.", 3, "<p>```"),
    "a fence with a language never closed": Bad("code-fence", "Words.\n\n```python\ncode", 5, "```python"),
    "a fence closed by the other mark": Bad("code-fence", "```\ncode\n~~~\nWords.", 3, "~~~"),
    "a fence closed by a shorter mark": Bad("code-fence", "````\ncode\n```\nWords.", 3, "<p><code>`"),
    "a fence closed by a longer mark": Bad("code-fence", "```\ncode\n````", 3, "<p>```"),
    "a fence closed with words behind": Bad("code-fence", "```\ncode\n``` x", 3, "<p><code>code"),
    "a fence closed further in": Bad("code-fence", "```\ncode\n  ```\nWords.", 3, "<p><code>code"),
    "words behind a fence": Bad("code-fence", "```python and more\ncode\n```", 3, "<p><code>python and"),
    "a fence in a box never closed": Bad("code-fence", '!!! key "T"\n    ```\n    code\n\nWords.', 4, "<p>```"),
    "a fence in a box closed outside": Bad("code-fence", '!!! key "T"\n    ```\n    code\n```', 4, "<p>```"),
    "a fence in a list never closed": Bad("code-fence", "- x\n\n    ~~~\n    code\n\nWords.", 5, "~~~"),
    "a fence in a quotation never closed": Bad("code-fence", "> ```\n> code\n\nWords.", 3, "<p>```"),
    "code that is less indented than its fence": Bad("code-fence", " ```\ncode\n ```", 3, "<p><code>code"),
    # boxes
    "curly quotes": Bad("box", "!!! key “Title”\n    Words.", 3, "<p>!!! key"),
    "single quotes": Bad("box", "!!! key 'Title'\n    Words.", 3, "<p>!!! key"),
    "quotes that do not pair": Bad("box", '!!! key "Title\n    Words.', 3, "<p>!!! key"),
    "words behind the title": Bad("box", '!!! key "Title" x\n    Words.', 3, "<p>!!! key"),
    "a colon behind the kind": Bad("box", '!!! key: "Title"\n    Words.', 3, "<p>!!! key"),
    "two spaces before the kind": Bad("box", '!!!  key "Title"\n    Words.', 3, "<p>!!!"),
    "four marks": Bad("box", '!!!! key "Title"\n    Words.', 3, "<p>!!!! key"),
    "two marks": Bad("box", '!! key "Title"\n    Words.', 3, "<p>!! key"),
    "an indented box": Bad("box", '  !!! key "Title"\n      Words.', 3, "!!! key"),
    "a title without quotes": Bad("box", "!!! key What we know\n    Words.", 3, ">Key</p>"),
    "an unknown kind": Bad("box", '!!! keys "Title"\n    Words.', 3, '"admonition keys"'),
    "a kind in capitals": Bad("box", '!!! Harm "Title"\n    Words.', 3, '"admonition harm"'),
    "no space": Bad("box", '!!!harm "Title"\n    Words.', 3, '"admonition harm"'),
    "an unfolding box with curly quotes": Bad("box", "??? key “Title”\n    Words.", 3, "<p>??? key"),
    "an unfolding box of an unknown kind": Bad("box", '???+ tip "Title"\n    Words.', 3, '<details class="tip"'),
    "a box of GitHub's": Bad("box", "> [!NOTE]\n> Words.", 3, "[!NOTE]"),
    "a box with colons": Bad("box", "::: key\nWords.\n:::", 3, "<p>::: key"),
    "a box with slashes": Bad("box", "/// key | Title\nWords.\n///", 3, "<p>/// key"),
    "a body that is not indented": Bad("box", '!!! key "T"\nWords.', 4, "</div>\n<p>Words"),
    "a body indented by two": Bad("box", '!!! key "T"\n  Words.', 4, "</div>\n<p>Words"),
    "a body that is not indented, after a blank line": Bad("box", '!!! key "T"\n\nWords.', 3, "</div>\n<p>Words"),
    "a body that is half indented": Bad("box", '!!! key "T"\n    Words.\nMore.', 5, "</div>\n<p>More"),
    "no body": Bad("box", '!!! key "T"\n\n## Next', 3, ">T</p>\n</div>"),
    "no body in a list": Bad("box", '- x\n\n    !!! key "T"\n    Words.', 6, "</div>\n<p>Words"),
    "no body in a quotation": Bad("box", '> !!! key "T"\n> Words.', 4, "</div>\n<p>Words"),
    # headings
    "a heading without a space": Bad("heading", "##Three", 3, "Three</h2>"),
    "a sentence that begins with a number sign": Bad("heading", "#1 of the list", 3, "1 of the list</h1>"),
    "a heading of seven": Bad("heading", "####### Seven", 3, "# Seven</h6>"),
    # tables
    "a table below a paragraph": Bad("table", "Words\n| a | b |\n|---|---|\n| 1 | 2 |", 4, "| a | b |"),
    "a table without outer bars below a paragraph": Bad("table", "Words\na | b\n---|---\n1 | 2", 4, "a | b"),
    "a table below a list item": Bad("table", "- item\n| a | b |\n|---|---|\n| 1 | 2 |", 4, "| a | b |"),
    "a table below a paragraph in a box": Bad("table", '!!! key "T"\n    Words\n    | a |\n    |---|\n    | 1 |', 5, "| a |"),
    "a table below a code block": Bad("table", "```\ncode\n```\n| a |\n|---|\n| 1 |", 6, "| a |"),
    "a table without the row of dashes": Bad("table", "| a | b |\n| 1 | 2 |", 3, "| a | b |"),
    "a header alone": Bad("table", "| a | b |", 3, "| a | b |"),
    "a table with a blank line inside": Bad("table", "| a |\n|---|\n| 1 |\n\n| 2 |", 7, "<p>| 2 |"),
    "a header parted from its dashes": Bad("table", "| a |\n\n|---|\n| 1 |", 5, "<p>| a |"),
    "long dashes": Bad("table", "| a | b |\n|–––|–––|\n| 1 | 2 |", 3, "| a | b |"),
    "too few dashes": Bad("table", "| a | b | c |\n|---|---|\n| 1 | 2 | 3 |", 4, "| a | b | c |"),
    "too many dashes": Bad("table", "| a | b |\n|---|---|---|\n| 1 | 2 |", 4, "| a | b |"),
    "more cells than the header": Bad("table", "| a | b |\n|---|---|\n| 1 | 2 | lost |", 5, "<td>2</td>\n</tr>"),
    "a bar that was meant as text": Bad("table", "| a | b |\n|---|---|\n| 1 | x|y |", 5, "<td>x</td>\n</tr>"),
    "words below a table": Bad("table", "| a | b |\n|---|---|\n| 1 | 2 |\nWords.", 6, "<td>Words.</td>"),
    "a table in a quotation": Bad("table", "> Words\n> | a |\n> |---|\n> | 1 |", 4, "| a |"),
    # lists
    "bullets": Bad("list", "• one\n• two", 3, "<p>• one"),
    "a bullet below a paragraph": Bad("list", "Words:\n• one", 4, "• one"),
    "squares": Bad("list", "▪ one", 3, "<p>▪ one"),
    "a bullet behind a hyphen": Bad("list", "- • one", 3, "<li>• one"),
    "bullets and tabs": Bad("list", "•\tone", 3, "<p>•"),
    "middle dots": Bad("list", "· one\n· two", 3, "<p>· one"),
    "a middle dot and a tab": Bad("list", "·\tone", 3, "<p>·"),
    "dashes": Bad("list", "– one\n– two", 3, "<p>– one"),
    "long dashes in paragraphs of their own": Bad("list", "— one\n\n— two\n\n— three", 3, "<p>— one"),
    "dashes behind a colon": Bad("list", "Words:\n– one", 4, "– one"),
    "hyphens without a space": Bad("list", "-one\n-two", 3, "<p>-one"),
    "numbers with brackets": Bad("list", "1) one\n2) two", 3, "<p>1) one"),
    "numbers with tabs": Bad("list", "1.1\tone", 3, "<p>1.1"),
    "letters with tabs": Bad("list", "a)\tone", 3, "<p>a)"),
    "a list below a paragraph": Bad("list", "Words:\n- one", 4, "Words:\n- one"),
    "a list below two lines": Bad("list", "More\nwords\n* one\n* two", 5, "\n* one"),
    "numbers below a paragraph": Bad("list", "Words\n1. one\n2. two", 4, "\n1. one"),
    "a list below a paragraph in a box": Bad("list", '!!! key "T"\n    Words:\n    - one', 5, "Words:\n- one"),
    "an inner list indented by two": Bad("list", "- a\n  - b", 4, "<li>a</li>\n<li>b</li>"),
    "an inner list indented by three": Bad("list", "1. a\n   - b\n   - c", 4, "<li>a</li>\n<li>b</li>"),
    "an inner list behind a blank line": Bad("list", "- a\n\n  - b", 5, "</li>\n<li>\n<p>b</p>"),
    # images and headings
    "an image without text": Bad("image-alt", "![](a.png)", 3, '<img alt="" '),
    "an image with a blank text": Bad("image-alt", '![ ](a.png "t")', 3, '<img alt=" " '),
    "an image by reference without text": Bad("image-alt", "![][a]\n\n[a]: a.png", 3, '<img alt="" '),
    "an image in a link without text": Bad("image-alt", "[![](a.png)](index.md)", 3, '<img alt="" '),
    "an image in HTML without text": Bad("image-alt", '<img src="a.png">', 3, '<img src="a.png">'),
    "a level skipped": Bad("heading", "## A\n\n#### B", 5, "<h4"),
    "a level skipped below the title": Bad("heading", "### A", 3, "<h3"),
    "a level skipped in HTML": Bad("heading", "## A\n\n<h4>B</h4>", 5, "<h4"),
    "two titles": Bad("heading", "Words.\n\n# B", 5, "<h1"),
    "a line that became a title": Bad("heading", "Words\n=====", 3, "<h1"),
    "an indented heading": Bad("heading", "  ## A", 3, "## A"),
}  # fmt: skip

GOOD = {
    "fences": "```\ncode\n```\n\n~~~ python\n```\n~~~\n\n````\n```\n````\n\n``` {.py}\nx\n```\n\n```py title=\"x y\"\nx\n```",
    "a fence in a box": '!!! key "T"\n    ```\n    code\n\n      more\n    ```',
    "a fence in a list": "- x\n\n    ```\n    code\n    ```",
    "a fence in a quotation": "> ```\n> code\n> ```",
    "a fence below words": "Words:\n```\ncode\n```",
    "a fence as code": "Words.\n\n    ```\n    code\n\nMore.",
    "code in three marks": "```code``` and ```more```",
    "a fence with faults inside": "```\n!!! keys\n| a |\n• one\n# A\n#### B\n```",
    "faults as code": "Words.\n\n    !!! keys\n    • one\n\n`!!! keys` and `• one`",
    "boxes": '!!! benefit "A"\n    Words.\n!!! harm "B"\n    Words.\n\n!!! key\n    Words.\n\n!!! key ""\n\n    Words.',
    "a box with a layout": '!!! key answer "A"\n    Words.',
    "a box with quotes in its title": '!!! question "What is "it"?"\n    Words.',
    "a box with a tab": '!!! key "A"\n\tWords.',
    "a box further in": '!!! key "A"\n      Words.\n\n    More.\n\nWords.',
    "unfolding boxes": '??? key "A"\n    Words.\n\n???+ harm "B"\n    Words.\n\n??? "C"\n    Words.',
    "a box in a list": '- x\n\n    !!! key "A"\n        Words.',
    "a box in a quotation": '> !!! key "A"\n>     Words.',
    "a box below words": 'Words.\n!!! key "A"\n    Words.\n## B',
    "a box of code": '!!! key "A"\n    <!-- words -->\n\n    Words.\n<!-- words -->',
    "marks in prose": "What!!! Really???\nYes! [No] note: it is so.",
    "tables": "| a | b |\n|:--|--:|\n| 1 | 2 |\n| 1 |\n| `x|y` | x\\|y |\n\na | b\n---|---\n1 | 2",
    "a table below a heading": "## A\n| a |\n|---|\n| 1 |",
    "a table below a comment": "<!-- words -->\n| a |\n|---|\n| 1 |",
    "a table in a box": '!!! key "T"\n    | a |\n    |---|\n    | 1 |',
    "a table in a list": "- x\n\n    | a | b |\n    |---|---|\n    | – | • 2 |",
    "a table in a quotation": "> | a |\n> |---|\n> | 1 |",
    "a bar in prose": "The chance P(A|B) is one\nthing, a | b another.",
    "a rule": "Words.\n\n---\n\nWords.\n\n* * *",
    "lists": "- a\n- b\n    - c\n        - d\n\n1. a\n2. b\n\n* a\n* b\n\n1.\ta",
    "a list below a heading": "## A\n- a\n- b",
    "a list with long items": "- a and\n  more\n- b:\n  more\n- c\n\n    Words.\n\n- d",
    "an inner list indented by one": "- a\n - b",
    "dashes in prose": "Words and words\n– so they say –\nand words.\n\n— A name\n\nWords",
    "two dashes in prose": "Words and words\n– so they say – and\n– again – so they said.",
    "a quotation with a name": "> Words.\n> — A name\n\n> More.\n> — A name",
    "a hyphen in prose": "The cells\n- all of them - died.\n\n-5 °C is cold.",
    "a number in prose": "It was in\n2024. Nobody knew.",
    "a number with a bracket in prose": "Two things: (1) one and\n2) two.",
    "a dot in prose": "A · B\n· C",
    "images": '![A cell](a.png) [![A cell](a.png)](index.md) ![A cell][a]\n\n<img src="../a.png" alt="">\n\n[a]: a.png',
    "headings": "## A\n\n### B\n\n#### C\n\n## D\n\nWords\n-----\n\n### E",
    "a heading in a list": "- x\n\n    ## A",
    "raw HTML": "<div>\n• one\n| a |\n</div>",
    "a definition": "Word\n:   What it means.\n\n    | a |\n    |---|\n    | 1 |",
}  # fmt: skip


def found(make: Make, text: str) -> list[tuple[str, int]]:
    root = make({**PNG, "docs/index.md": f"{TITLE}{text}\n"})
    return [(problem.rule, problem.line) for problem in check_links(root).problems if problem.rule in RULES]


@pytest.mark.parametrize("name", BAD)
def test_what_is_printed_as_typed_is_reported_once_at_its_line(name: str, make: Make) -> None:
    bad = BAD[name]
    assert bad.shows in rendered(TITLE + bad.text)
    assert found(make, bad.text) == [(bad.rule, bad.line)]


@pytest.mark.parametrize("name", GOOD)
def test_what_is_read_as_it_was_meant_is_left_alone(name: str, make: Make) -> None:
    html = rendered(TITLE + GOOD[name])
    assert not any(mark in html for mark in ("<p>!!!", "<p>|", "<p>???", "<p>```", "<p>~~~"))
    assert found(make, GOOD[name]) == []


def test_an_unclosed_fence_is_the_only_thing_said_of_its_page(make: Make) -> None:
    files = {
        "docs/page.md": "# A\n\n[x](nowhere.md)\n\n```\n83 % of 12 people [@nobody]\n",
        "docs/index.md": "# B\n\n[A](page.md#there)\n",
    }
    problems = check_links(make(files)).problems
    assert [(problem.path, problem.line, problem.rule) for problem in problems] == [("docs/page.md", 5, "code-fence")]

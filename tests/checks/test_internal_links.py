"""The link check, as a contributor meets it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import INDEX, Make, check_links
from ledger.checks import address_syntax, internal_links
from ledger.markdown.scanner import MarkdownSource
from ledger.model.project import Page

OTHER = """\
# Other

## Part one

## Part one

A paragraph. {#para}

A source [@known2024], again [@known2024], a [home](index.md) and a note[^n].

[^n]: The note.

<a id="raw"></a><a name="old"></a>

## Ünï & `code` <b>bold</b>

## Named {#own}

```
## In code {#never}
```
"""
FRONT = "---\ntitle: a\ndescription: b\nkind: about\nchecked: 2026-11-21\n---\n"
SITE = {"docs/index.md": FRONT + INDEX}
"""A page as it must be where a mkdocs.yml makes a site of the folder."""
FILES = {
    "docs/other.md": OTHER,
    "docs/sub/index.md": "# Sub\n\n[other](../other.md)\n",
    "docs/sub/deep.md": "# Deep\n",
    "docs/img/pic.png": "x",
    "docs/img/draw.svg": "<svg/>",
}
LINKED = f"{INDEX}\n[o](other.md) [s](sub/index.md) [d](sub/deep.md)\n\n"


def told(make: Make, text: str, **more: str) -> list[str]:
    """``line rule`` for each problem of a home page whose text starts in line 7."""
    root = make({**FILES, "docs/index.md": f"{LINKED}{text}\n", **more})
    return [f"{problem.line} {problem.rule}" for problem in check_links(root).problems]


@pytest.mark.parametrize(
    "text",
    [
        "[x](other.md)",
        "[x](./other.md)",
        "[x](sub/../other.md)",
        "[x](<other.md>)",
        '[x](other.md "Title")',
        "[x]( other.md )",
        "[x](other%2Emd)",
        "[x](img/pic.png)",
        "![x](img/pic.png)",
        "[![x](img/pic.png)](other.md)",
        "[x][y]\n\n[y]: other.md",
        "[x]\n\n[X]: other.md 'Title'",
        "![x][y]\n\n[y]: img/pic.png",
        "[x](https://example.org/a_(b)?q=[1]&c=%20#d)",
        "[x](https://münchen.de/ü)",
        "[x](https://localhost:8000) [y](http://127.0.0.1/) [z](https://[::1]/)",
        "<https://example.org>",
        "[x](mailto:a@example.org?subject=x)",
        "[x](tel:+49-30-1234)",
        '<a href="other/">x</a> <a href="other/#own">x</a> <a href="https://example.org">x</a>',
        '<img src="img/pic.png" alt="a &gt; b">',
        "[x](img/draw.svg#part)",
        "[x](other.md#:~:text=Other)",
        "[plain brackets] and [x] (so) and a[0] and f(x)",
    ],
)
def test_a_good_link_raises_nothing(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "`[x](nothing.md)`",
        "```\n[x](nothing.md)\n```",
        "    [x](nothing.md)",
        "<!-- [x](nothing.md) -->",
        "<pre>[x](nothing.md)</pre>",
        "- item\n\n    ```\n    [x](nothing.md)\n    ```",
        "\\[x](nothing.md)",
        "[x\\](nothing.md)",
    ],
)
def test_a_link_in_code_a_comment_or_behind_a_backslash_is_none(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[x](nothing.md)", 7),
        ("- a\n- [x](nothing.md)", 8),
        ("> [x](nothing.md)", 7),
        ("| a |\n|---|\n| [x](nothing.md) |", 9),
        ('!!! key "Title"\n    [x](nothing.md)', 8),
        ("## [x](nothing.md)", 7),
        ("*[x](nothing.md)*", 7),
        ("[several\nlines](nothing.md)", 7),
        ("[a [b] c](nothing.md)", 7),
        ("[`code]`](nothing.md)", 7),
        ("n[^1]\n\n[^1]: [x](nothing.md)", 9),
        ("[x][y]\n\n[y]: nothing.md", 7),
        ("[![x](img/pic.png)](nothing.md)", 7),
        ("[x](other.md)[y](nothing.md)", 7),
        ("[x](../outside.md)", 7),
        ("[x](../docs/other.md)", 7),
        ("[x](docs/other.md)", 7),
        ("[x](Other.md)", 7),
        ("[x](other)", 7),
        ("[x](other/)", 7),
        ("[x](other.md/)", 7),
        ("[x](other.html)", 7),
        ("[x](sub)", 7),
        ("[x](sub/)", 7),
        ("[x](example.org)", 7),
        ('<a href="nothing/">x</a>', 7),
        ('<A HREF="nothing/">x</A>', 7),
        ('<a href="other.md">x</a>', 7),
        ("<a\nhref=nothing/>x</a>", 7),
    ],
)
def test_a_file_that_is_not_there_is_told_at_its_line(text: str, line: int, make: Make) -> None:
    assert told(make, text) == [f"{line} missing-file"]


@pytest.mark.parametrize(
    "text",
    [
        "![x](nothing.png)",
        "![x](img/Pic.png)",
        "[![x](nothing.png)](other.md)",
        "![x][y]\n\n[y]: nothing.png",
        "![y]\n\n[y]: nothing.png",
        '<img src="nothing.png" alt="a">',
        '<img alt="a &gt; b" src="nothing.png">',
    ],
)
def test_an_image_that_is_not_there_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["7 missing-image"]


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("Other.md", "differ in capital letters"),
        ("other", "link to the source docs/other.md"),
        ("sub/", "link to the source docs/sub/index.md"),
        ("othr.md", "did you mean docs/other.md?"),
        ("../x.md", "leads out of docs/"),
    ],
)
def test_the_message_says_how_to_mend_the_address(address: str, hint: str, make: Make) -> None:
    root = make({**FILES, "docs/index.md": f"{LINKED}[x]({address})\n"})
    assert [hint in problem.message for problem in check_links(root).problems] == [True]


@pytest.mark.parametrize(
    "anchor",
    [
        "part-one",
        "part-one_1",
        "para",
        "own",
        "raw",
        "old",
        "uni-code-bold",
        "fn:n",
        "fnref:n",
        "fn:known2024",
        "fnref:known2024",
        "fnref2:known2024",
        "part%2Done",
        "",
    ],
)
def test_an_anchor_that_the_page_will_have_is_found(anchor: str, make: Make) -> None:
    assert told(make, f"[x](other.md#{anchor})") == []


@pytest.mark.parametrize(
    "address",
    [
        "other.md#nothing",
        "other.md#Part-One",
        "other.md#part-one_2",
        "other.md#named",
        "other.md#never",
        "#nothing",
        "other.md#fn:nobody",
        "other.md#fnref3:known2024",
        "img/pic.png#x",
    ],
)
def test_an_anchor_that_is_not_there_is_told(address: str, make: Make) -> None:
    assert told(make, f"[x]({address})") == ["7 missing-anchor"]


def test_raw_html_to_an_anchor_that_is_not_there_is_told(make: Make) -> None:
    assert told(make, '<a href="other/#nothing">x</a>') == ["7 missing-anchor"]


@pytest.mark.parametrize("text", ["[x]()", "[x](<>)", "[x](#)", '<a href="">x</a>', "[x]\n\n[x]:\n  other.md"])
def test_an_empty_address_is_told(text: str, make: Make) -> None:
    assert [found.split()[1] for found in told(make, text)] == ["empty-link"]


@pytest.mark.parametrize("text", ["[x](/other.md)", "![x](/img/pic.png)", '<a href="/other/">x</a>'])
def test_an_address_from_the_root_of_the_server_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["7 absolute-link"]


@pytest.mark.parametrize("text", ["[x][nothing]", "[x][]", "[x] [nothing]", "![x][nothing]", "A note[^nothing]."])
def test_a_reference_or_footnote_that_nobody_defines_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["7 undefined-reference"]


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "https:/example.org",
        "https//example.org",
        "https:example.org",
        "http:/example.org",
        "http;//example.org",
        "htps://example.org",
        "ttps://example.org",
        "www.example.org",
        "//example.org",
        "https://example",
        "https://example..org",
        "https://-example.org",
        "https://.org",
        "https://example.org:99999",
        "https://example.org:port/",
        "https://[::1/",
        "https://example.org/%zz",
        "https://example.org/a|b",
        "https://example.org/{id}",
        "https://example.org.",
        "https://example.org,",
        "https://name@example.org",
        "https://https://example.org",
        "ftp://example.org",
        "doi:10.1234/abc",
        "mailto:someone",
        "mailto:a@b@example.org",
        "tel:",
        "<other page.md>",
        "other page.md",
        "https://example.org/a b",
        "https://example.org/a(b",
    ],
)
def test_a_malformed_address_is_told(address: str, make: Make) -> None:
    assert told(make, f"[x]({address})") == ["7 malformed-url"]


@pytest.mark.parametrize("text", ["[x](other.md", "[x] (other.md)", "[x] (https://example.org)", "<https://example>"])
def test_what_was_meant_as_a_link_and_is_none_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["7 malformed-url"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("## A {#x}\n\n## B {#x}", 9),
        ('<p id="x">a</p>\n\n<p id="x">b</p>', 9),
        ("A. {#x}\n\n<b id='x'>b</b>", 9),
        ('<p id="home">x</p>', 7),
    ],
)
def test_an_id_that_stands_twice_is_told(text: str, line: int, make: Make) -> None:
    assert told(make, text) == [f"{line} duplicate-id"]


@pytest.mark.parametrize("text", ["## Home\n\n## Home", "## A {#home}", "```\n## A {#x}\n```\n\n## B {#x}"])
def test_headings_of_the_same_name_get_ids_of_their_own(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://example.org/x.png)",
        "![x](//example.org/x.png)",
        "![x][y]\n\n[y]: https://example.org/x.png",
        "![y]\n\n[y]: https://example.org/x.png",
        '<img src="https://example.org/x.png" alt="a">',
        "<img\n src=https://example.org/x.png alt=a>",
        '<img alt="a &gt; b" src="https://example.org/x.png">',
    ],
)
def test_a_page_that_would_ask_a_third_party_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["7 third-party"]


@pytest.mark.parametrize(
    "text",
    [
        '<img srcset="img/pic.png, https://example.org/x.png 2x" alt="a">',
        '<script src="https://example.org/x.js"></script>',
        "<script>fetch('https://example.org')</script>",
        "<script>import 'https://example.org/x.js'</script>",
        "<style>@import 'https://example.org/x.css';</style>",
        "<style>a{background:url(https://example.org/x.png)}</style>",
        '<p style="background:url(//example.org/x.png)">x</p>',
        '<iframe src="https://example.org"></iframe>',
        '<object data="https://example.org"></object>',
        '<video poster="https://example.org/x.png"></video>',
        '<form action="https://example.org"></form>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<a href="other/" ping="https://example.org">x</a>',
        '![x](img/pic.png){ style="background:url(https://example.org/x.png)" }',
        '![x](img/pic.png){ src="https://example.org/x.png" }',
        '<table background="https://example.org/x.png"></table>',
        '<svg><script href="https://example.org/x.js"></script></svg>',
        '<svg><feImage href="https://example.org/x.png"/></svg>',
        "<script>var u = 'https://example.org'; fetch(u)</script>",
        "<script>document.write('<img src=https://example.org/x.png>')</script>",
        '<img src="img/pic.png" alt="a" onerror="this.src=\'https://example.org/x.png\'">',
        '<meta http-equiv=refresh content="0;url=https://example.org">',
    ],
)
def test_what_could_load_in_other_ways_is_refused_as_raw_html_and_told_by_one_rule(text: str, make: Make) -> None:
    assert {found.split()[1] for found in told(make, text)} in ({"raw-html"}, {"raw-attribute"})


def test_links_of_a_deeper_page_start_at_its_folder_and_raw_html_at_its_address(make: Make) -> None:
    deep = "# Deep\n\n[x](../other.md) [y](index.md)\n\n<a href='../../other/'>x</a> <a href='../'>y</a>\n"
    assert told(make, "Text.", **{"docs/sub/deep.md": deep}) == []


def test_the_counts_are_of_what_was_seen(make: Make) -> None:
    counts = check_links(make({"docs/index.md": f"{INDEX}\n[a](#home) <a href='#home'>b</a> `[c](d.md)`\n"})).counts
    assert counts == {"pages": 1, "links": 2, "anchors": 3}


PIECES = st.sampled_from(
    [
        "[x](y.md)",
        "[",
        "]",
        "](",
        "(",
        ")",
        "<a href='",
        "'>",
        "<img src=",
        ">",
        "![",
        "[x]: y",
        "[^1]",
        "\\",
        "`",
        "\n",
        " ",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_no_text_makes_the_rules_of_a_page_raise(text: str) -> None:
    page = Page("a.md", text)
    problems = internal_links.check_page_syntax(page)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
    for link in MarkdownSource(text).links:
        address_syntax.describe_malformed_address(link.target)
        internal_links.resolve_link_path(page, link.target)


def test_pages_without_any_link_are_told_and_a_single_page_may_have_none(make: Make) -> None:
    two = check_links(make({"docs/404.md": "# Nothing here\n"})).problems
    assert [str(problem) for problem in two] == [
        "docs:1: error: no link to check; a check of nothing proves nothing [nothing-seen]"
    ]
    files = {**SITE, "docs/404.md": f"{FRONT}# Nothing here\n", "mkdocs.yml": "nav: [index.md]\n"}
    assert check_links(make(files)).problems == []

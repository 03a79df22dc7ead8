"""What HTML a page may hold, in its source and in what Markdown makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import attacks
from ledger.checks import raw_html
from ledger.markdown.scanner import MarkdownSource


def told(text: str) -> list[str]:
    return [f"{one.line} {one.rule}" for one in raw_html.check_source_html(MarkdownSource(text), "docs/a.md")]


@pytest.mark.parametrize(
    "text",
    [
        "H<sub>2</sub>O<br>x<br/> <kbd>Ctrl</kbd>",
        '<details open markdown="1"><summary>x</summary>\n\ny\n\n</details>',
        '<figure markdown="span"><figcaption>x</figcaption></figure>',
        '<a href="../other/" rel="noopener">x</a> <time datetime="2026-01-01">x</time>',
        '<table><tr><th scope="col" colspan=2>a</th></tr></table>',
        "`<script>` and ``<b onclick=x>``\n\n```\n<script>\n```\n\n    <iframe>\n",
        "<!-- <script> -->",
        "<https://example.org> <a@example.org> [x](<a b>) x < y > z",
        '# A {#a}\n\n*x*{: title="y" } ![x](y){ width=10 loading=lazy }',
    ],
)
def test_marks_for_words_may_stand(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n\n<script>x</script>", ["3 raw-html"] * 2),
        ("a\n<b\nonclick=x>", ["2 raw-attribute"]),
        ("a\n\nb {: style=x }", ["3 raw-attribute"]),
        ('<b class="md-overlay">', ["1 raw-attribute"]),
        ("<a href='java&#x0a;script:x'>", ["1 unsafe-address"]),
        ("<!--> x -->", ["1 raw-html"]),
        ("<?x ?>", ["1 raw-html"]),
    ],
)
def test_the_rest_is_told_with_its_line(text: str, found: list[str]) -> None:
    assert told(text) == found


@pytest.mark.parametrize(
    "address",
    [
        "javascript:x",
        " JAVASCRIPT:x",
        "java\tscript:x",
        "java&#115;cript:x",
        "&amp;#106;avascript:x",
        "data:text/html,x",
        "\x01vbscript:x",
        "java\u200bscript:x",
    ],
)
def test_an_address_that_runs_is_known_however_it_is_written(address: str) -> None:
    assert raw_html.runs_code(address)


@pytest.mark.parametrize(
    "address", ["https://example.org/javascript:x", "data/", "data.md#javascript", "mailto:a@example.org", ""]
)
def test_a_plain_address_does_not_run(address: str) -> None:
    assert not raw_html.runs_code(address)


def test_what_markdown_makes_of_plain_text_is_left_as_it_is() -> None:
    html = (
        '<h1 id="a">A<a class="headerlink" href="#a" title="Link">¶</a></h1><p>x <em>y</em><sup id="fnref:1">'
        '<a class="footnote-ref" href="#fn:1">1</a></sup><span class="term" data-term="x">z</span><!--cite a;b--></p>'
        '<table><tbody><tr><td style="text-align:right">1 &lt; 2</td></tr></tbody></table>'
    )
    assert raw_html.sanitise_html(html, "", "docs/a.md") == (html, [])


@given(
    st.lists(st.sampled_from([*attacks.ALL, "<!--", "-->", "<p>", "</p>", '"', "'", ">", "<", " "]), max_size=6).map(
        "".join
    )
)
def test_whatever_stands_there_only_allowed_tags_are_left(text: str) -> None:
    html, _ = raw_html.sanitise_html(text, text, "docs/a.md")
    again, problems = raw_html.sanitise_html(html, text, "docs/a.md")
    assert again == html
    assert problems == []

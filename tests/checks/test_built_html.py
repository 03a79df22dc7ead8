"""Rules that only the finished page can show."""

from __future__ import annotations

import pytest

from ledger.checks import built_html


def told(html: str) -> list[str]:
    return [problem.rule for problem in built_html.check_built_page(html, "docs/a.md")]


@pytest.mark.parametrize(
    "html",
    [
        '<p id="a">x</p><p id="b">y</p>',
        '<p id="a">x</p><!-- <p id="a"> -->',
        '<p id="a">x</p><script>var x = \'<p id="a">\';</script>',
        '<a href="https://example.org">x</a>',
        '<link rel="canonical" href="https://example.org/">',
        '<img src="../assets/x.png" alt="https://example.org/x.png">',
        '<p data-id="a"></p><p id="a"></p>',
        "",
    ],
)
def test_a_good_page_raises_nothing(html: str) -> None:
    assert told(html) == []


@pytest.mark.parametrize("second", ['<p id="a">', "<p class='x' id='a'>", "<p id=a>", '<p\nid = "a">'])
def test_an_id_that_stands_twice_is_told_once(second: str) -> None:
    assert told(f'<h2 id="a">x</h2>{second}') == ["duplicate-id"]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/x.png">',
        "<img src=//example.org/x.png>",
        '<img alt="a > b" src="https://example.org/x.png">',
        '<IMG SRC="HTTPS://example.org/x.png">',
        '<img srcset="x.png 1x, https://example.org/x.png 2x">',
        '<script src="https://example.org/x.js"></script>',
        '<script async src="https://example.org/x.js">//</script>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link href="https://example.org" rel="preconnect">',
        '<iframe src="https://example.org"></iframe>',
        '<form action="https://example.org"></form>',
        '<video poster="https://example.org/x.png"></video>',
        '<table background="https://example.org/x.png"></table>',
    ],
)
def test_a_request_to_another_host_is_told(html: str) -> None:
    assert told(html) == ["third-party"]


def test_the_problem_names_the_source_page() -> None:
    assert str(built_html.check_built_page('<p id="a"><p id="a">', "docs/a.md")[0]).startswith("docs/a.md:1: error: ")

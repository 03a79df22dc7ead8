"""The policy of a page allows the theme's own scripts by hash, and nothing that slipped in."""

from __future__ import annotations

import re

import pytest

from ledger.site import csp, html_fixes
from page_samples import SCRIPT, TEMPLATE

FILTER = 'body:has(#kind-a:checked) [data-kind]:not([data-kind="a"]){display:none}'


def sealed(body: str) -> csp.PageWithPolicy:
    html = f"<html><head>{csp.CHARSET_META}<title>x</title></head><body>{body}</body></html>"
    return csp.add_policy(html, csp.build_script_patterns([TEMPLATE]))


def test_a_script_of_the_theme_is_allowed_by_its_hash() -> None:
    found = sealed(SCRIPT)
    assert found.scripts == {csp.compute_csp_hash(SCRIPT.removeprefix("<script>").removesuffix("</script>"))}
    assert next(iter(found.scripts)) in found.html
    assert found.html.index("Content-Security-Policy") < found.html.index("<title>")


@pytest.mark.parametrize(
    "script",
    [
        "window.__pwned=1",
        '__md_scope=new URL("x",location),x=e=>e;window.__pwned=1',
        '__md_scope=new URL("");alert(1);("",location),x=e=>e',
        "y",
        "",
    ],
)
def test_any_other_script_is_not(script: str) -> None:
    assert sealed(f"<script>{script}</script>").scripts == frozenset()


def test_data_needs_no_hash() -> None:
    assert sealed('<script type="application/json">{"a":1}</script>').scripts == frozenset()


def test_the_style_of_a_filter_moves_to_the_head_and_no_other_is_allowed() -> None:
    found = sealed(f"<style>{FILTER}</style><style>body{{display:none}}</style>")
    assert found.styles == {csp.compute_csp_hash(FILTER)}
    assert found.html.index(FILTER) < found.html.index("</head>") < found.html.index("body{display:none}")


def test_the_policy_closes_what_is_not_needed() -> None:
    said = csp.build_policy([], [])
    assert "unsafe" not in said
    for closed in ("default-src 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'none'"):
        assert closed in said
    assert "frame-ancestors" not in said  # which only a header can say


def test_the_headers_are_the_same_for_all_pages_and_say_more() -> None:
    text = csp.build_headers_file(["'sha256-b'", "'sha256-a'"], [])
    assert text.startswith(
        "/*\n  Content-Security-Policy: default-src 'none'; script-src 'self' 'sha256-a' 'sha256-b';"
    )
    assert "frame-ancestors 'none'\n" in text
    assert all(re.fullmatch(r"  [\w-]+: [^\n]+", line) for line in text.splitlines()[1:])
    assert "nosniff" in text


@pytest.mark.parametrize(
    ("html", "mended"),
    [
        ('<input class="md-toggle" id="a" autocomplete="off">', '<input class="md-toggle" id="a">'),
        ('<input class="md-search__input" autocomplete="off">', '<input class="md-search__input" autocomplete="off">'),
        ('<label tabindex="">x</label>', "<label>x</label>"),
        ('<label class="md-nav__title" for="__toc">\n x</label>', '<span class="md-nav__title">\n x</span>'),
        (
            '<input id="__toc"><label class="md-nav__title" for="__toc">x</label>',
            '<input id="__toc"><label class="md-nav__title" for="__toc">x</label>',
        ),
        ('<td style="text-align: right;">x</td>', '<td data-align="right">x</td>'),
        (
            '<input class="md-toggle" data-md-toggle="drawer" type="checkbox" id="__drawer">',
            '<input class="md-toggle" data-md-toggle="drawer" aria-label="Menu" type="checkbox" id="__drawer">',
        ),
        (
            '<nav class="md-nav" data-md-level="1" aria-labelledby="n" aria-expanded="true">\n<label class="md-nav__title"'
            ' for="n">\n<span class="md-nav__icon md-icon"></span>\nCells &amp; "more"\n</label></nav>',
            '<nav class="md-nav" data-md-level="1" aria-label="Cells &amp; &quot;more&quot;">\n<label class="md-nav__title"'
            ' for="n">\n<span class="md-nav__icon md-icon"></span>\nCells &amp; "more"\n</label></nav>',
        ),
        ('<button aria-expanded="true">x</button>', '<button aria-expanded="true">x</button>'),
        (
            '<a href="./" class="md-nav__link md-nav__link--active">x</a><a href="a/" class="md-nav__link">y</a>',
            '<a href="./" class="md-nav__link md-nav__link--active" aria-current="page">x</a>'
            '<a href="a/" class="md-nav__link">y</a>',
        ),
        (
            '<li class="md-tabs__item md-tabs__item--active">\n<a href="a/" class="md-tabs__link">x</a></li>',
            '<li class="md-tabs__item md-tabs__item--active">\n<a href="a/" aria-current="true" class="md-tabs__link">x</a></li>',
        ),
        (
            "<h2>A</h2><table></table>",
            '<h2>A</h2><div class="scroll" role="region" tabindex="0" aria-label="A"><table><caption>A</caption></table></div>',
        ),
        (
            '<head>\n<link rel="prev" href="../a/">\n  <link rel="next" href="b/">\n<link rel="icon" href="c">\n</head>',
            '<head>\n  <link rel="icon" href="c">\n</head>',
        ),
        ('<td style="text-align: right;color:red">x</td>', '<td style="text-align: right;color:red">x</td>'),
    ],
)
def test_each_repair_mends_one_thing_and_leaves_the_rest(html: str, mended: str) -> None:
    assert html_fixes.fix_html(html) == mended


def test_every_repair_has_a_name_and_a_reason() -> None:
    assert len({repair.name for repair in html_fixes.HTML_FIXES}) == len(html_fixes.HTML_FIXES)
    assert all(repair.reason.endswith(".") for repair in html_fixes.HTML_FIXES)

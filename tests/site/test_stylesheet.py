"""A style sheet loses what nothing uses, and nothing else."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import SITE
from ledger.site import stylesheet
from ledger.site.stylesheet import UNUSED_SELECTORS

FOUND = find_spec("material")
assert FOUND
assert FOUND.origin
THEME = Path(FOUND.origin).parent / "templates" / "assets" / "stylesheets"


def test_what_is_read_is_written_again_as_it_was() -> None:
    for path in THEME.glob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8")).strip()
        assert stylesheet.serialize_css(stylesheet.parse_css(css)) == css, path.name


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".md-tooltip{color:red}p{color:red}", "p{color:red}"),
        ("p,.md-tooltip>p{color:red}", "p{color:red}"),
        ("@media print{.md-tooltip{color:red}}", ""),
        ("@media print{.md-tooltip{color:red}p{color:red}}", "@media print{p{color:red}}"),
        ("@supports (a:b){.md-tooltip{color:red}}", ""),
        ("p:not(.md-tooltip){color:red}", "p:not(.md-tooltip){color:red}"),
        ("p:is(.md-tooltip,.x:not(.y)){color:red}", "p:is(.md-tooltip,.x:not(.y)){color:red}"),
        ("[dir=rtl] p{color:red}[dir=ltr] p{color:red}", "[dir=ltr] p{color:red}"),
        ('p:after{content:"} .md-tooltip{"}', 'p:after{content:"} .md-tooltip{"}'),
        ("p{background:url(data:a;b{c})}", "p{background:url(data:a;b{c})}"),
        ("@keyframes x{from{top:0}}", "@keyframes x{from{top:0}}"),
        ("@import 'x';p{top:0}", "@import 'x';p{top:0}"),
        ("/* .md-tooltip{ */p{top:0}", "p{top:0}"),
    ],
)
def test_rules_go_where_every_selector_needs_what_is_not_there(css: str, left: str) -> None:
    assert stylesheet.prune_css(css) == left


def test_a_custom_property_stays_where_something_asks_for_it() -> None:
    css = ":root{--a:1;--b:var(--c);--c:2;--d:3}p{top:var(--a)}"
    assert stylesheet.prune_css(css) == ":root{--a:1}p{top:var(--a)}"
    assert stylesheet.prune_css(css, "q{top:var(--b)}") == ":root{--a:1;--b:var(--c);--c:2}p{top:var(--a)}"
    assert "--d:3" in stylesheet.prune_css(css, 'style.getPropertyValue("--d")')


def test_to_set_a_property_is_not_to_ask_for_it() -> None:
    assert stylesheet.prune_css(":root{--a:1}", "q{--a:2}") == ""


@pytest.mark.parametrize("css", ["", "p{", "}", "p{top:0", "}}p{top:0}", '"', "@media print{p{top:0}"])
def test_a_style_sheet_that_is_cut_off_does_no_harm(css: str) -> None:
    stylesheet.prune_css(css)


@pytest.mark.site
def test_no_page_holds_what_the_style_sheet_has_lost() -> None:
    found = {}
    for path in SITE.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        names = {name for held in re.findall(r'\sclass="([^"]*)"', html) for name in held.split()}
        names -= WITHOUT_STYLE
        if lost := sorted(name for name in names if UNUSED_SELECTORS.search(f".{name}")):
            found[str(path.relative_to(SITE))] = lost
    assert found == {}, "let it in by UNUSED in scripts/ledger/stylesheet.py"
    assert not [path for path in SITE.rglob("*.html") if 'dir="rtl"' in path.read_text(encoding="utf-8")]


WITHOUT_STYLE = {
    "md-dialog",  # for a message of the theme's script, which is not loaded
    "md-dialog__inner",
    "tip",  # the explanation of a term has a look of our own
}
"""What the theme and its extensions write into pages, and what needs no look."""

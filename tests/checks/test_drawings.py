"""What an SVG drawing may contain: nothing that runs, and nothing that is fetched from another host."""

from __future__ import annotations

import pytest

from conftest import Make, check_links
from ledger.checks.drawings import read_drawing

ROOT = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'
AFAR = "https://attack.example"


def told(text: str) -> list[str]:
    return [f"{line} {finding.rule}" for line, finding in read_drawing(text)]


@pytest.mark.parametrize(
    "inside",
    [
        "<title>A // B: (https://example.org)</title><desc>x</desc>",
        "<style>@namespace svg url(http://www.w3.org/2000/svg); /* http://x */ rect:hover { fill: url('#g') }</style>",
        "<style><![CDATA[@media (max-width:9px) { rect { fill: red } }]]></style>",
        '<a href="https://example.org"><text aria-label="see (https://example.org)">x</text></a>',
        '<defs><linearGradient id="g"><stop offset="1"/></linearGradient></defs><rect fill="url(#g)" style="fill:#fff"/>',
        '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter><g filter="url(#f)" transform="rotate(5)"/>',
        '<use href="#a"/><image href="pic.png"/><image href="data:image/png;base64,iVBO//8="/>',
        "<!-- <script> https://example.org -->",
    ],
)
def test_shapes_and_words_may_be_there(inside: str) -> None:
    assert told(f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {ROOT}>{inside}</svg>') == []


@pytest.mark.parametrize(
    "inside",
    [
        f'<image href="{AFAR}/x.png"/>',
        '<image href="&#104;ttps://attack.example/x.png"/>',
        '<image href="ht&#10;tps:attack.example/x.png"/>',
        '<image href="/&#9;/attack.example/x.png"/>',
        f'<s:image xmlns:s="http://www.w3.org/2000/svg" x:href="{AFAR}/x.png" xmlns:x="http://www.w3.org/1999/xlink"/>',
        f'<use href="{AFAR}/x.svg#a"/>',
        f'<filter><feImage href="{AFAR}/x.png"/></filter>',
        f'<rect fill="url({AFAR}/x.svg#a)"/>',
        '<rect fill="u\\72l(//attack.example/x)"/>',
        f"<rect style=\"fill:url('{AFAR}')\"/>",
        f'<style>@import"{AFAR}/x.css";</style>',
        f'<style>@import/**/"{AFAR}/x.css";</style>',
        '<style>@IMPORT url("x.css");</style>',
        '<style>@im\\port "x.css";</style>',
        '<style>@im&#112;ort "x.css";</style>',
        "<style><![CDATA[a{background:url(//attack.example)}]]></style>",
        '<style>a{background:image-set("https:attack.example" 1x)}</style>',
        f'<style>a{{}}<g/>@import "{AFAR}";</style>',
        f'<a ping="{AFAR}" href="#a">x</a>',
    ],
)
def test_what_would_be_fetched_from_elsewhere_is_told(inside: str) -> None:
    assert told(f"<svg {ROOT}>\n{inside}</svg>") == ["2 third-party"]


@pytest.mark.parametrize(
    "inside",
    [
        "<script>x</script>",
        "<s:script xmlns:s='http://www.w3.org/2000/svg'/>",
        "<foreignObject/>",
        "<set attributeName='href' to='javascript:x'/>",
        "<animate attributeName='href'/>",
        f"<h:img xmlns:h='http://www.w3.org/1999/xhtml' src='{AFAR}'/>",
        f"<h:meta xmlns:h='http://www.w3.org/1999/xhtml' http-equiv='refresh' content='0;url={AFAR}'/>",
        f"<h:link xmlns:h='http://www.w3.org/1999/xhtml' rel='stylesheet' href='{AFAR}'/>",
        "<rect onclick='x'/>",
        f"<g xml:base='{AFAR}'/>",
        "<?xml-stylesheet href='x'?>",
        "<b>",
    ],
)
def test_what_could_run_or_show_another_page_is_told(inside: str) -> None:
    assert "2 raw-html" in told(f"<svg {ROOT}>\n{inside}</svg>")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
        '<?xml version="1.0" encoding="UTF-7"?><svg/>',
        "no drawing",
        "",
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    ],
)
def test_what_is_no_plain_drawing_is_told_once(text: str) -> None:
    assert told(text) == ["1 raw-html"]


@pytest.mark.parametrize("address", ["javascript:x", "java&#10;script:x", "data:image/svg+xml,x", "data:text/html,x"])
def test_an_address_that_runs_is_told(address: str) -> None:
    assert told(f'<svg {ROOT}><a href="{address}"/></svg>') == ["1 unsafe-address"]


def test_every_drawing_in_docs_is_read_whatever_its_name_looks_like(make: Make) -> None:
    root = make({"docs/a.svg": "<svg>\n<script/></svg>", "docs/b.SVG": "<svg>\n<script/></svg>"})
    found = {f"{one.path}:{one.line}" for one in check_links(root).problems if one.rule == "raw-html"}
    assert found == {"docs/a.svg:2", "docs/b.SVG:2"}

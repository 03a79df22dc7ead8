"""Many style sheets and scripts become few, under names that say what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.errors import CannotRunError
from ledger.site import assets
from ledger.site.assets import Assets

FEW = next(iter(assets.PAGE_SCRIPTS))


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name, text in {
        "docs/assets/a.css": "p { color: var(--x) }",
        "docs/assets/b.css": "q { top: 0 }",
        "docs/assets/a.js": "one();",
        f"docs/{FEW}": "few();",
        "theme/assets/stylesheets/main.1234.min.css": ":root{--x:red}a{top:0}",
        "theme/assets/stylesheets/palette.1234.min.css": "i{top:0}",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "docs"


def gathered(docs: Path) -> Assets:
    return assets.bundle_assets([docs.parent / "theme"], docs, ["assets/a.css", "assets/b.css"], ["assets/a.js", FEW])


def test_the_theme_comes_first_in_a_layer_and_then_our_own_in_order(docs: Path) -> None:
    found = gathered(docs)
    theme, own = found.files[found.style].split("\n", 1)
    assert theme == "@layer theme{:root{--x:red}a{top:0}i{top:0}}"
    assert own == "p { color: var(--x) }\nq { top: 0 }"


def test_a_name_changes_with_what_is_in_the_file_and_only_then(docs: Path) -> None:
    before = gathered(docs)
    assert gathered(docs) == before
    (docs / "assets" / "b.css").write_text("q { top: 1px }", encoding="utf-8")
    after = gathered(docs)
    assert after.style != before.style
    assert after.script == before.script


def test_a_script_that_few_pages_need_is_asked_for_there_alone(docs: Path) -> None:
    found = gathered(docs)
    assert found.files[found.script] == "one();"
    [path] = found.page_scripts
    assert found.files[path] == "few();"
    page = '<div id="all-trials"></div></body>'
    assert (
        found.add_page_scripts(page, "trials/")
        == f'<div id="all-trials"></div><script src="../{path}" defer></script></body>'
    )
    assert f'src="{path}"' in found.add_page_scripts(page, "")
    assert found.add_page_scripts("<p></p></body>", "trials/") == "<p></p></body>"


def test_what_went_into_a_file_and_the_theme_s_own_files_are_not_there_any_more(docs: Path) -> None:
    found = gathered(docs)
    assert found.replaces("assets/a.css", from_theme=False)
    assert not found.replaces("assets/images/map.png", from_theme=False)
    assert found.replaces("assets/javascripts/bundle.js", from_theme=True)
    assert not found.replaces("404.html", from_theme=True)


def test_without_style_sheets_of_its_own_a_site_keeps_the_theme_s(docs: Path) -> None:
    found = assets.bundle_assets([docs.parent / "theme"], docs, [], [])
    assert not found.files
    assert not found.replaces("assets/javascripts/bundle.js", from_theme=True)


def test_a_file_that_is_not_there_is_told_in_one_line(docs: Path) -> None:
    with pytest.raises(CannotRunError, match=r"mkdocs\.yml: extra_css names assets/gone\.css"):
        assets.bundle_assets([], docs, ["assets/gone.css"], [])

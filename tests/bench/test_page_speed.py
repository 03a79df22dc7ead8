"""The table of ``make bench-site`` and what it says where a limit is broken; its measurements are not tested."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bench import build_time, page_speed
from bench.lighthouse import CATEGORY_LABELS
from bench.page_speed import KINDS, Measured
from conftest import ROOT
from ledger.model import project

GOOD = Measured(dict.fromkeys(CATEGORY_LABELS, 100), 5, 40_000, 0.0)
FOUND = {(path, name): GOOD for path in KINDS for name in ("ours", "stock")}


def test_a_page_of_every_kind_is_measured() -> None:
    pages = project.load_project(ROOT).pages.values()
    kinds = {page.url: page.meta.data["kind"] for page in pages}
    measured = {kinds[path.partition("?")[0]] for path in KINDS}
    assert measured == set(kinds.values())


def test_a_new_measurement_takes_the_place_of_the_old_one() -> None:
    page = (ROOT / page_speed.PAGE).read_text(encoding="utf-8")
    once = page_speed.written(page, "When.", "| a |")
    assert "\n\nWhen.\n\n| a |\n\n" in once
    assert page_speed.written(once, "When.", "| a |") == once
    assert once.split("<!-- measured -->")[0] == page.split("<!-- measured -->")[0]
    assert once.split("<!-- end of measured -->")[1] == page.split("<!-- end of measured -->")[1]


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (Measured({**GOOD.scores, "performance": 97}, 5, 1, 0), "performance 97"),
        (Measured({**GOOD.scores, "seo": 99}, 5, 1, 0), "seo 99"),
        (Measured(GOOD.scores, 11, 1, 0), "11 requests"),
        (Measured(GOOD.scores, 1, 120_001, 0), "120001 bytes"),
        (Measured(GOOD.scores, 1, 1, 0.01), "shift 0.010"),
    ],
)
def test_each_limit_that_is_broken_is_told(worse: Measured, said: str) -> None:
    assert page_speed.below(FOUND, "ours") == []
    [line] = page_speed.below({**FOUND, ("", "ours"): worse}, "ours")
    assert line.startswith("bench-site: Home: ")
    assert said in line


def test_stock_is_the_same_pages_with_the_theme_as_it_comes(tmp_path: Path) -> None:
    folder = page_speed.stock(build_time.copied(ROOT, tmp_path / "copy"))
    text = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    loader = type("Loose", (yaml.SafeLoader,), {})
    loader.add_constructor("!ENV", lambda loader, node: "")  # type: ignore[attr-defined]
    config = yaml.load(text, Loader=loader)
    assert config["theme"] == {"name": "material", "font": False}
    assert not {"extra_css", "extra_javascript", "extra"} & set(config)
    assert config["hooks"] == ["scripts/stock.py"]
    assert config["nav"]
    assert not (folder / "overrides").exists()

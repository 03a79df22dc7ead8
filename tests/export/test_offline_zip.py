"""The copy that opens from a folder: links, bytes, and the copy itself in a browser."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import Request

from conftest import SITE
from ledger.export import offline_zip

HTML = (
    '<article class="md-content__inner md-typeset"><a href="../">up</a> <a class="x" href="./">here</a>'
    '<a href="../data/">data</a> <a href="../data/a.csv">file</a> <a href="#top">top</a> <a href="?x=1">query</a>'
    '<a href="../data/?a=b#c">both</a> <a href="https://example.org/data/">out</a> <a href="../gone/">gone</a>'
    '<script type="application/json">{"x":{"page":"../data/"}}</script></article>'
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for name in ("index.html", "a/index.html", "data/index.html", "data/a.csv", "404.html", "sitemap.xml", "x.js.map"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(HTML if name.endswith("html") else "x", encoding="utf-8")
    return site


def test_links_to_a_folder_name_its_page_and_all_others_stay(small: Path) -> None:
    found = offline_zip.rewrite_page(HTML, small / "a", "2026-11-21")
    for link in ("../index.html", "./index.html", "../data/index.html", "../data/index.html?a=b#c"):
        assert f'href="{link}"' in found
    for link in ("../data/a.csv", "#top", "?x=1", "https://example.org/data/", "../gone/"):
        assert f'href="{link}"' in found
    assert '"page":"../data/index.html"' in found
    assert "Offline copy, version 2026-11-21." in found


def test_the_same_site_gives_the_same_bytes_without_what_only_a_host_needs(small: Path, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert offline_zip.write_zip(small, tmp_path / name, "1") == 4
        (small / "index.html").touch()
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == [
            f"islet-ledger/{name}" for name in ("a/index.html", "data/a.csv", "data/index.html", "index.html")
        ]


@pytest.mark.site
def test_the_copy_opens_from_a_folder_with_its_links_and_its_search(tmp_path: Path, page: BrowserPage) -> None:
    offline_zip.write_zip(SITE, tmp_path / "copy.zip", "2026-11-21")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        archive.extractall(tmp_path)
    home = (tmp_path / "islet-ledger" / "index.html").as_uri()
    root = home.removesuffix("index.html")
    asked: list[str] = []
    failed: list[str] = []

    def note_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # of an icon still on its way when the next page is opened
            failed.append(request.url)

    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", note_failure)
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(home)
    links = page.eval_on_selector_all(".md-tabs a, article a[href]", "all => all.map(one => one.href)")
    paths = list(dict.fromkeys(link.split("#")[0] for link in links if link.startswith(root) and ".html" in link))[:5]
    assert len(paths) == 5
    for path in paths:
        page.goto(path)
        assert "Offline copy, version 2026-11-21." in page.locator(".offline-note").inner_text()
        inside = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        for link in {one.split("#")[0].split("?")[0] for one in inside if one.startswith("file:")}:
            assert Path(link.removeprefix("file://")).is_file(), (path, link)
    page.locator(".md-search__input").fill("portal vein")
    first = page.locator(".md-search-result__item a").first
    first.click()
    page.wait_for_url("**/index.html*")
    assert page.locator("h1").is_visible()
    page.goto(f"{root}trials/compare/index.html?trials=forward,vc-02")
    page.locator(".compared thead a").first.click()
    assert page.url.endswith("trials/forward/index.html")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert failed == []

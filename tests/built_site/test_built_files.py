"""The built site as a folder of files: complete, linked, and free of anything from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from conftest import ROOT
from ledger.checks import internal_links
from ledger.export import data_files
from ledger.model import project

pytestmark = pytest.mark.site
SITE = ROOT / "site"


class Reader(HTMLParser):
    """Ids, links and loaded addresses of one page, and its text without code."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.headings: list[str] = []
        self.attributes: dict[str, dict[str, str]] = {}
        self.text: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes.setdefault(tag + found.get("name", ""), found)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("canonical", "edit"):
            self.loads.append(found.get("href", ""))
        elif "src" in found:
            self.loads.append(found["src"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag in ("code", "pre", "script", "style"):
            self.skip += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("code", "pre", "script", "style"):
            self.skip -= 1

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.text.append(data)


@cache
def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    found = sorted(path for path in SITE.rglob("*.html") if path.name != "404.html")
    assert len(found) > 50, "run make build first"
    return found


def targets(page: Path, reader: Reader) -> Iterator[tuple[str, Path, str]]:
    """Every internal address of a page: as written, the file it means, its fragment."""
    for address in [*reader.links, *reader.loads]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or address.startswith("data:"):
            continue
        file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        yield address, (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def test_every_source_page_is_built(pages: list[Path]) -> None:
    built = {path.parent.relative_to(SITE).as_posix() for path in pages}
    loaded = project.load_project(ROOT)
    assert built == {page.url.rstrip("/") or "." for page in loaded.pages.values()}


def test_no_internal_link_or_anchor_is_broken(pages: list[Path]) -> None:
    broken = []
    for page in pages:
        for address, file, fragment in targets(page, read(page)):
            if not file.is_file():
                broken.append(f"{page.relative_to(SITE)}: {address}")
            elif fragment and file.suffix == ".html" and fragment not in read(file).ids:
                broken.append(f"{page.relative_to(SITE)}: {address} (no such anchor)")
    assert not broken


def test_the_site_works_from_any_path(pages: list[Path]) -> None:
    for page in pages:
        assert not [a for a in [*read(page).links, *read(page).loads] if a.startswith("/")]


def test_nothing_is_loaded_from_another_origin(pages: list[Path]) -> None:
    for page in pages:
        assert not [address for address in read(page).loads if urlsplit(address).netloc]


def test_no_page_is_fetched_before_the_reader_asks_for_it(pages: list[Path]) -> None:
    for page in pages:
        own = [address for address in read(page).loads if "assets/" not in address and not address.startswith("data:")]
        assert own == [], page


def test_no_id_stands_twice_on_a_page(pages: list[Path]) -> None:
    for page in pages:
        ids = read(page).ids
        assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]


def test_no_link_is_named_by_a_bare_number_or_sign(pages: list[Path]) -> None:
    nameless = []
    marks = 0
    for page in pages:
        html = page.read_text(encoding="utf-8")
        for link in re.finditer(r"<a\b(?P<attributes>[^>]*)>(?P<words>.*?)</a>", html, re.DOTALL):
            marks += "footnote-ref" in link["attributes"]
            words = unescape(re.sub(r"<[^>]*>", "", link["words"])).strip()
            before = html[link.start() - 7 : link.start()]  # there a number may be told what it is
            # A heading's link is part of the heading's own name, which a longer name would spoil.
            told = re.search(r'aria-label=|class="headerlink"', link["attributes"]) or before.endswith(
                ("PMID: ", "PMCID: ", "doi:")
            )
            if not re.search(r"[^\W\d]{2}", words) and not told:
                nameless.append((page.relative_to(SITE).as_posix(), link[0][:120]))
    assert nameless == []
    assert marks > 1000


def test_every_page_has_a_language_a_title_a_description_and_one_main_heading(pages: list[Path]) -> None:
    for page in pages:
        reader = read(page)
        assert reader.attributes["html"]["lang"] == ("zh-CN" if page.parent.name.endswith(".zh") else "en")
        assert reader.attributes["metadescription"]["content"]
        assert reader.headings.count("h1") == 1, page


def test_no_citation_markup_is_left_over(pages: list[Path]) -> None:
    for page in pages:
        text = "".join(read(page).text)
        left = re.findall(r"\[@[\w-]+|\[\^[\w-]+|(?<!\w)@[a-z]+\d{4}\w*|\x1a", text)
        assert not left, page


def test_the_anchors_that_the_link_check_foresees_are_the_ones_that_are_built() -> None:
    loaded = project.load_project(ROOT)
    for page in loaded.pages.values():
        built = set(read(SITE / page.url / "index.html").ids)
        foreseen = internal_links.find_anchors(page, loaded).ids
        missing = {anchor for anchor in foreseen if anchor not in built and not anchor.startswith("fnref")}
        assert not missing, (page.src, missing)


def test_every_page_says_when_it_was_checked_and_by_whom_and_that_it_has_no_contact_address(pages: list[Path]) -> None:
    for page in pages:
        text = " ".join("".join(read(page).text).split())
        assert "Last checked against its sources: 2026-" in text, page
        assert "Not reviewed by a clinician." in text
        assert "This copy of the site has no contact address" in text


def test_trial_pages_are_reached_from_the_list_and_not_from_the_navigation(pages: list[Path]) -> None:
    home = read(SITE / "index.html").links
    assert not [address for address in home if address.startswith("trials/") and "nav" in address]
    listed = read(SITE / "trials/index.html").links
    for name in ("forward", "wang-2024", "vc-02", "izadi-2022", "nct04061746", "nct03920397", "han-2022-teratoma"):
        assert f"../trials/{name}/" in listed


def test_reference_lists_are_kept_out_of_the_search_index() -> None:
    index = (SITE / "search/index.js").read_text(encoding="utf-8")
    assert "PMID:" not in index
    assert "zimislecel" in index
    assert [path.name for path in (SITE / "search").iterdir()] == ["index.js"]


def test_the_open_data_is_there_and_every_download_leads_to_it() -> None:
    loaded = project.load_project(ROOT)
    for name, text in data_files.build_data_files(loaded).items():
        assert (SITE / "data" / name).read_bytes() == text.encode(), name
    anchors = [*read(SITE / "references/index.html").ids, *read(SITE / "references-web/index.html").ids]
    assert set(loaded.bibliography.entries) <= set(anchors)
    for src in ("data/index.html", "references/index.html", "trials/pictures/index.html"):
        page = SITE / src
        found = [link for link in read(page).links if re.search(r"\.(?:csv|json|bib)$", link)]
        assert found
        for link in found:
            assert (page.parent / link).resolve().is_file(), (src, link)


def test_what_a_page_tells_machines_is_what_it_shows_people(pages: list[Path]) -> None:
    for page in pages:
        html = page.read_text(encoding="utf-8")
        [carried] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
        said = re.sub(
            r"<(script|style|span class=\"tip\")\b.*?</\1>|<span class=\"tip\".*?</a></span>|<[^>]*>", "", html
        )
        shown = " ".join(unescape(said).split())
        for words in told(json.loads(carried)["@graph"]):
            assert straighten_quotes(" ".join(words.split())) in straighten_quotes(shown), (page, words)


def straighten_quotes(text: str) -> str:
    """The text with typewriter quotes: pandoc prints the others in references."""
    return text.translate(str.maketrans("‘’“”", "''\"\""))


def told(value: object) -> Iterator[str]:
    """The words in JSON-LD that a reader should find on the page: not addresses, types, or names of the site."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("@type", "@context", "inLanguage", "isPartOf", "sameAs", "license", "position"):
                yield from told(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told(inner)
    elif isinstance(value, str) and not value.startswith("https://"):
        yield value

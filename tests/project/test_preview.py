"""``make serve`` in a real browser: the open page follows every file that is saved, and shows what the checks found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from conftest import axe_faults
from preview_server import HOME, Preview, copy

slow = partial(pytest.param, marks=pytest.mark.slow)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of the small project for all tests: what one changes stays changed, what it breaks it repairs."""
    running = Preview(copy(tmp_path_factory.mktemp("preview") / "project"))
    try:
        running.wait(lambda: "A trial." in running.page())
        yield running
    finally:
        running.stop()


def open_page(site: Preview, page: Page, path: str) -> None:
    page.goto(f"http://127.0.0.1:{site.port}/{path}")


def follows(site: Preview, page: Page, text: str, there: bool = True) -> None:
    """Wait until the open page, which nobody reloads, holds a text or no longer holds it."""

    def as_wanted() -> bool:
        with suppress(PlaywrightError):  # the page may be leaving
            whole = page.evaluate("document.readyState") == "complete"
            return whole and (text in page.locator("html").inner_text(timeout=1000)) is there
        return False

    site.wait(as_wanted)


def edit(site: Preview, name: str, old: str, new: str) -> str:
    """Change a file, and return what it was."""
    before = (site.root / name).read_text(encoding="utf-8")
    assert old in before
    site.edit(name, before.replace(old, new, 1))
    return before


@pytest.mark.site
@pytest.mark.parametrize(
    ("path", "name", "old", "new", "shown"),
    [
        ("", "docs/index.md", "See ", "Look at ", "Look at"),
        (
            "trials/sample/",
            "docs/trials/sample.md",
            "value: A university",
            "value: A renamed university",
            "A renamed university",
        ),
        ("", "references.bib", "A trial", "A renamed trial", "A renamed trial"),
        ("articles/a/", "docs/articles/claims.yml", "The first wording", "The second wording", "The second wording"),
        slow("", "mkdocs.yml", "Islet Ledger", "Renamed Ledger", "Renamed Ledger"),
        slow("", "overrides/main.html", "{% block scripts %}", "{% block scripts %}In the template", "In the template"),
    ],
    ids=["page", "record", "bibliography", "claims", "configuration", "template"],
)
def test_the_open_page_follows_what_is_saved(
    site: Preview, page: Page, path: str, name: str, old: str, new: str, shown: str
) -> None:
    open_page(site, page, path)
    follows(site, page, shown, there=False)
    edit(site, name, old, new)
    follows(site, page, shown)


@pytest.mark.site
@pytest.mark.parametrize(
    ("name", "extra", "condition"),
    [
        (
            "docs/assets/components.css",
            "h1 { color: rgb(1, 2, 3) !important }",
            "getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'",
        ),
        slow("docs/assets/theme.js", "document.body.dataset.saved = 'yes';", "document.body.dataset.saved === 'yes'"),
    ],
    ids=["style sheet", "script"],
)
def test_the_open_page_follows_style_sheets_and_scripts(
    site: Preview, page: Page, name: str, extra: str, condition: str
) -> None:
    def true() -> bool:
        with suppress(PlaywrightError):
            return bool(page.evaluate(condition))
        return False

    open_page(site, page, "")
    assert not true()
    before = (site.root / name).read_text(encoding="utf-8")
    site.edit(name, f"{before}\n{extra}\n")
    site.wait(true)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["source-status.json", "link-policy.yml"])
def test_the_open_page_follows_data_files_that_come_and_go(site: Preview, page: Page, name: str) -> None:
    open_page(site, page, "")
    site.edit(name, "[")
    follows(site, page, f"{name}:1: error: ")
    (site.root / name).unlink()
    follows(site, page, name, there=False)


@pytest.mark.slow
@pytest.mark.site
def test_errors_are_shown_in_every_page_until_they_are_fixed(site: Preview, page: Page) -> None:
    box = page.locator("#preview-problems")
    open_page(site, page, "about/corrections/")
    assert box.count() == 0
    before = edit(site, "docs/index.md", "known2024", "unknown2024")
    follows(site, page, "docs/index.md:11: error: @unknown2024 is not in references.bib")
    assert page.get_by_role("region", name="The site cannot be published yet").is_visible()
    assert axe_faults(page) == []
    site.edit("docs/index.md", before)
    follows(site, page, "@unknown2024", there=False)
    assert box.count() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "broken", "told"),
    [
        ("references.bib", None, "references.bib:1: error: the file is missing"),
        ("docs/index.md", b"\xff", "docs/index.md:1: error: this is not UTF-8 text"),
        ("overrides/main.html", b'{% extends "base.html" %}\n{% block x %}', "overrides/main.html:2: error: "),
        (
            "overrides/main.html",
            b'{% extends "base.html" %}{% block scripts %}{{ 1 / 0 }}{% endblock %}',
            "ZeroDivision",
        ),
        ("mkdocs.yml", None, "mkdocs.yml"),
    ],
    ids=["bibliography", "page", "style sheet", "template", "configuration"],
)
def test_the_preview_recovers_from_a_broken_file(
    site: Preview, page: Page, name: str, broken: bytes | None, told: str
) -> None:
    open_page(site, page, "")
    path = site.root / name
    before = path.read_bytes()
    if broken is None:
        path.unlink()
    else:
        path.write_bytes(broken)
    follows(site, page, told)
    path.write_bytes(before)
    follows(site, page, told, there=False)
    follows(site, page, "Doe J.")


@pytest.mark.slow
def test_a_syntax_error_in_the_configuration_is_one_line_and_the_next_save_recovers(site: Preview, page: Page) -> None:
    line = "mkdocs.yml:12: error: not valid YAML: expected ',' or ']', but got ':'"
    open_page(site, page, "")
    said = len(site.said())
    before = edit(site, "mkdocs.yml", "\ntheme:\n", "\ntheme: [\n")
    follows(site, page, line)
    [news] = {one for one in site.said()[said:].splitlines() if not one.startswith("INFO ")}
    assert news.startswith(line)
    site.edit("mkdocs.yml", before.replace(" Ledger]", " Ledger recovered]"))
    follows(site, page, "Ledger recovered")
    follows(site, page, "This box is in the preview only", there=False)


@pytest.mark.site
def test_pages_that_name_the_saved_page_follow(site: Preview, page: Page) -> None:
    open_page(site, page, "trials/")
    follows(site, page, "Retitled", there=False)
    edit(site, "docs/trials/sample.md", "title: ", "title: Retitled ")
    follows(site, page, "Retitled")


@pytest.mark.slow
def test_a_page_that_is_not_there_yet_appears_when_it_is_saved(site: Preview, page: Page) -> None:
    open_page(site, page, "about/later/")
    follows(site, page, "404")
    site.edit("docs/about/later.md", HOME.replace("See", "Now see").replace("(articles", "(../articles"))
    follows(site, page, "Now see")
    (site.root / "docs/about/later.md").unlink()
    follows(site, page, "404")

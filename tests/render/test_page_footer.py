"""The foot of a page: dates, reviewer, citing, reporting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import TODAY, Make
from ledger.model import project
from ledger.render import page_footer
from ledger.site import generated_parts
from samples import SAMPLE

FRONT = "---\ntitle: 'A & B: \"page\"'\nkind: about\nchecked: 2026-11-21\nreviewed_by: none\n---\n\n# X\n"
LOOKED = """\

@online{looked2023,
  author = {{A Body}},
  title = {A page},
  url = {https://example.org/a},
  urldate = {2026-03-04},
  kind = {news},
  seen = {page},
}
"""


@pytest.fixture
def root(make: Make) -> Path:
    folder = make({"docs/about/x.md": FRONT, "docs/trials/sample.md": SAMPLE})
    bib = folder / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8") + LOOKED, encoding="utf-8")
    return folder


def foot(
    root: Path,
    src: str = "about/x.md",
    repo_url: str = "",
    site_url: str = "",
    cited: tuple[str, ...] = (),
    contact: str = "",
) -> str:
    loaded = project.load_project(root, TODAY, repo_url, contact)
    return page_footer.render_page_footer(loaded.pages[src], loaded, site_url, "Islet Ledger", cited)


def test_it_says_when_the_page_was_checked_and_by_whom(root: Path) -> None:
    found = foot(root)
    assert '<time datetime="2026-11-21">2026-11-21</time>' in found
    assert "Not reviewed by a clinician." in found
    assert "This is no medical advice" in found
    assert "oldest look" not in found


def test_without_a_repository_it_says_that_there_is_no_contact_address(root: Path) -> None:
    found = foot(root)
    assert page_footer.NO_CONTACT_MESSAGE in found
    assert 'class="report"' not in found
    assert "Report an error" not in found


def test_with_a_repository_the_report_link_opens_the_form_filled_in(root: Path) -> None:
    [address] = re.findall(r'class="report" href="([^"]*)"', foot(root, repo_url="https://example.org/repo/"))
    assert address == (
        "https://example.org/repo/issues/new?template=wrong-fact.yml"
        "&amp;title=Wrong%20fact%3A%20A%20%26%20B%3A%20%22page%22&amp;page=docs/about/x.md"
    )


def test_without_a_repository_the_report_link_opens_an_email_or_the_contact_form(root: Path) -> None:
    [address] = re.findall(r'class="report" href="([^"]*)"', foot(root, contact="mailto:editors@example.org"))
    assert address == (
        "mailto:editors@example.org?subject=Wrong%20fact%3A%20A%20%26%20B%3A%20%22page%22"
        "&amp;body=Page%3A%20docs/about/x.md"
    )
    [address] = re.findall(r'class="report" href="([^"]*)"', foot(root, contact="https://example.org/form"))
    assert address == "https://example.org/form"


@pytest.mark.parametrize("repo_url", ["", "https://example.org/repo"])
@pytest.mark.parametrize("contact", ["", "mailto:editors@example.org", "https://example.org/form"])
def test_a_page_that_speaks_of_it_has_every_way_to_reach_us(make: Make, repo_url: str, contact: str) -> None:
    folder = make({"docs/x.md": "# X\n\n<!-- generated: contact -->\n"})
    loaded = project.load_project(folder, TODAY, repo_url, contact)
    found = generated_parts.fill_html_placeholders(loaded.pages["x.md"], loaded, loaded.pages["x.md"].text)
    expected = [f"{repo_url}/issues/new?template=wrong-fact.yml"] * bool(repo_url) + [contact] * bool(contact)
    assert re.findall(r'href="([^"]*)"', found) == expected
    assert (page_footer.NO_CONTACT_MESSAGE in found) is not bool(expected)


PEOPLE = "people:\n- {name: A <B>, role: reviewer, affiliation: Clinic & Co, interests: none}\n"


@pytest.mark.parametrize(
    ("people", "shown"),
    [(PEOPLE, "<strong>A &lt;B&gt;</strong>, Clinic &amp; Co."), ("people: []", "Nobody has agreed")],
)
def test_the_people_are_listed(make: Make, people: str, shown: str) -> None:
    folder = make({"docs/x.md": "# X\n\n<!-- generated: people -->\n", "AUTHORS.yml": people})
    loaded = project.load_project(folder, TODAY)
    assert not loaded.problems
    assert shown in generated_parts.fill_html_placeholders(loaded.pages["x.md"], loaded, loaded.pages["x.md"].text)


def test_a_reviewer_is_named(make: Make) -> None:
    found = foot(make({"docs/a.md": FRONT.replace("reviewed_by: none", "reviewed_by: Dr <A> & B")}), "a.md")
    assert "Reviewed by Dr &lt;A&gt; &amp; B." in found
    assert "Not reviewed" not in found


def test_a_page_without_front_matter_has_a_foot_without_a_date(root: Path) -> None:
    assert "Last checked" not in foot(root, "index.md")


@pytest.mark.parametrize(
    ("cited", "day"),
    [
        ((), ""),
        (("known2024",), "2026-11-21"),
        (("known2024", "looked2023"), "2026-03-04"),
        (("nobody",), "2026-11-21"),
    ],
)
def test_the_oldest_look_is_that_at_a_cited_source_or_the_last_check(
    root: Path, cited: tuple[str, ...], day: str
) -> None:
    loaded = project.load_project(root, TODAY)
    assert page_footer.find_oldest_source_check(loaded.pages["about/x.md"], loaded, cited) == day


def test_a_trial_counts_the_look_at_its_registration_too(make: Make) -> None:
    folder = make({"docs/trials/sample.md": re.sub(r'checked: "?20\d\d-\d\d-\d\d"?', 'checked: "2025-02-03"', SAMPLE)})
    loaded = project.load_project(folder, TODAY)
    page = loaded.pages["trials/sample.md"]
    assert page.record
    assert page_footer.find_oldest_source_check(page, loaded, ("known2024",)) == "2025-02-03"


def test_it_tells_how_to_cite_with_the_address_where_there_is_one(root: Path) -> None:
    assert "https://example.org/kb/about/x/" in foot(root, site_url="https://example.org/kb")
    assert "UR  -" not in foot(root)


@pytest.mark.parametrize(
    ("kind", "leads"), [("therapy", True), ("requirement", True), ("about", False), ("home", False)]
)
def test_a_page_about_a_treatment_leads_to_the_sheet_of_questions(make: Make, kind: str, leads: bool) -> None:
    page = f"---\ntitle: X\nkind: {kind}\n---\n\n# X\n"
    folder = make({"docs/a/x.md": page, "docs/safety/questions-for-your-doctor.md": "# Questions\n"})
    found = foot(folder, "a/x.md")
    assert ('<a href="../../safety/questions-for-your-doctor/">these questions</a>' in found) is leads


def test_no_sheet_of_questions_is_promised_where_there_is_none(make: Make) -> None:
    assert "questions" not in foot(make({"docs/x.md": "---\ntitle: X\nkind: therapy\n---\n\n# X\n"}), "x.md")

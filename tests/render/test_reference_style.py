"""How a source is printed: NLM form, identifiers linked, nothing lost or run on the way through Markdown."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ledger.model import bib_reader, bibliography
from ledger.model.bibliography import Entry
from ledger.render import reference_style

SIX = "Aa, Ann and Bb, Ben and Cc, Cy and Dd, Di and Ee, Ed and Ff, Flo"
NASTY = (
    "50% of them",
    "snake_case and __init__",
    "a *star* and **two**",
    "[brackets] and [a](b)",
    "HLA-A*02:01 [Corrected]",
    "A <script>alert(1)</script> & B",
    "x < y > z",
    "2^3 ~ 8 `code`",
    "a | b",
    "6. Goals of care",
    "- a dash first",
    "# a hash first",
    "!!! a mark first",
    "mail someone@example.org",
)


def entry(kind: str = "article", **fields: str) -> Entry:
    """An entry as it comes out of a .bib file. Without other wishes: a short, complete article."""
    if kind == "article":
        known = {"author": "Doe, Jane", "title": "A trial", "journal": "J Test", "year": "2024", "seen": "abstract"}
        fields = {**known, "keywords": "trial report", **fields}
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return bib_reader.read_bibliography(f"@{kind}{{key,\n{lines}}}\n").entries["key"]


def words(html: str) -> str:
    """What a reader sees of a piece of HTML."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split())


def test_an_article_has_the_form_of_citing_medicine() -> None:
    source = entry(author="Doe, Jane Q. and Roe, R.", volume="12", number="3", pages="45--52")
    assert reference_style.format_reference(source) == "Doe JQ, Roe R. A trial. J Test. 2024;12(3):45-52."


def test_what_is_not_known_leaves_no_empty_marks() -> None:
    assert reference_style.format_reference(entry()) == "Doe J. A trial. J Test. 2024."
    assert reference_style.format_reference(entry(pages="e7")) == "Doe J. A trial. J Test. 2024:e7."


def test_a_title_that_ends_with_a_mark_gets_no_full_stop() -> None:
    assert "Does it work? J Test." in reference_style.format_reference(entry(title="Does it work?"))


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        (SIX, "Aa A, Bb B, Cc C, Dd D, Ee E, Ff F"),
        (f"{SIX} and Gg, Gus", "Aa A, Bb B, Cc C, Dd D, Ee E, Ff F, et al"),
        ("Doe, Jane and others", "Doe J, et al"),
        ("{World Health Organization}", "World Health Organization"),
        ("{Food and Drug Administration}", "Food and Drug Administration"),
        ("Jane Doe", "Doe J"),
        ("Doe, Jean-Paul M", "Doe JP"),
        ("Doe, JQ", "Doe JQ"),
        ("van der Berg, Kees", "van der Berg K"),
        ("Öhman, Åsa", "Öhman Å"),
        ("{王小明}", "王小明"),
        ("王, 小明", "王 小明"),
        ("", ""),
    ],
)
def test_authors(author: str, shown: str) -> None:
    assert reference_style.format_authors(entry(author=author)) == shown


def test_a_page_on_the_web_says_internet_when_it_was_read_and_where_from() -> None:
    source = entry(
        "online",
        organization="{A Body}",
        title="A page",
        year="2025",
        url="https://www.example.org/a?b=1&c=2",
        urldate="2026-11-21",
        keywords="news",
        seen="page",
    )
    html = reference_style.format_reference(source)
    assert words(html) == "A Body. A page [Internet]. 2025 [cited 2026 Nov 21]. Available from: example.org."
    assert 'href="https://www.example.org/a?b=1&amp;c=2"' in html


def test_identifiers_are_linked_to_where_they_resolve() -> None:
    html = reference_style.format_reference(
        entry(doi="10.1/a<b>c", pmid="123", pmcid="PMC45", url="https://elsewhere.org/")
    )
    assert '<a href="https://doi.org/10.1/a&lt;b&gt;c" rel="noopener nofollow">doi:10.1/a&lt;b&gt;c</a>.' in html
    assert 'PMID: <a href="https://pubmed.ncbi.nlm.nih.gov/123/"' in html
    assert 'PMCID: <a href="https://pmc.ncbi.nlm.nih.gov/articles/PMC45/"' in html
    assert "elsewhere.org" not in html  # the DOI is the address that lasts


@pytest.mark.parametrize("title", NASTY)
def test_a_title_is_printed_as_it_is(title: str) -> None:
    source = entry(title=title)
    assert source.text("title") in words(reference_style.format_reference(source))


def test_a_title_loses_its_braces_and_its_latex_signs() -> None:
    assert "The FDA & 50% of A_b." in reference_style.format_reference(
        entry(title="The {FDA} \\& 50\\% of A\\_b")
    ).replace("&amp;", "&")


@pytest.mark.parametrize("title", NASTY)
def test_a_title_is_no_markup_at_the_foot_of_a_page(title: str) -> None:
    for source in (entry(title=title), entry(author="", title=title)):
        html = reference_style.format_footnote(source)
        assert source.text("title").rstrip(".") in words(html)
        assert not re.search(r"<(?:script|em|strong|code|h1|ol|ul|table)\b", html)


@pytest.mark.parametrize("seen", bibliography.SEEN_LEVELS)
def test_every_reference_says_what_it_is_and_how_far_it_was_read(seen: str) -> None:
    html = reference_style.format_footnote(entry(seen=seen))
    assert html.endswith(f'<span class="source-note">Trial report. {reference_style.READ_LABELS[seen]}</span>')


ARCHIVE = "https://web.archive.org/web/20251103000000/https://example.org/gone"


def test_a_copy_in_an_archive_is_shown_beside_a_source_without_a_doi() -> None:
    source = entry(url="https://example.org/gone", archiveurl=ARCHIVE)
    assert words(reference_style.format_reference(source)).endswith(
        "Available from: example.org. Archived: web.archive.org."
    )
    assert f'href="{ARCHIVE}"' in reference_style.format_reference(source)
    assert "Archived" not in reference_style.format_reference(entry(doi="10.1234/x", archiveurl=ARCHIVE))

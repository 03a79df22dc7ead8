"""How pandoc prints a source: NLM form, identifiers linked, nothing lost or run on the way."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bibtex_plugin import format_references
from ledger.model import bibliography
from ledger.model.bibliography import Entry
from ledger.render import references

SIX = "Aa, Ann and Bb, Ben and Cc, Cy and Dd, Di and Ee, Ed and Ff, Flo"
LINKED = '<a href="{}" rel="noopener nofollow">{}</a>'
ARCHIVE = "https://web.archive.org/web/20251103000000/https://example.org/gone"


def article(**fields: str) -> tuple[str, dict[str, str]]:
    """A short, complete article, with other fields where they are given."""
    return "article", {"author": "Doe, Jane", "title": "A trial", "journal": "J Test", "year": "2024", **fields}


def online(**fields: str) -> tuple[str, dict[str, str]]:
    known = {"author": "{A Body}", "title": "A page", "url": "https://example.org/a", "urldate": "2026-11-21"}
    return "online", {**known, **fields}


def book(kind: str, **fields: str) -> tuple[str, dict[str, str]]:
    return kind, {"title": "Islets", "year": "2024", **fields}


SAMPLES = (
    (article(author="Doe, Jane Q. and Roe, R.", volume="12", number="3", pages="45--52"), "Doe JQ, Roe R. A trial. J Test. 2024;12(3):45–52."),
    (article(), "Doe J. A trial. J Test. 2024."),
    (article(title="Does it work?"), "Doe J. Does it work? J Test. 2024."),
    (article(title="Islets: a trial in Canada"), "Doe J. Islets: a trial in Canada. J Test. 2024."),
    (article(title="Islets", subtitle="a trial"), "Doe J. Islets: a trial. J Test. 2024."),
    (article(title="Does it work?", subtitle="A trial."), "Doe J. Does it work? A trial. J Test. 2024."),
    (article(title="Does it work?."), "Doe J. Does it work? J Test. 2024."),
    (article(title="And then…"), "Doe J. And then... J Test. 2024."),
    (article(volume="67", number="Suppl 1", pages="140-OR"), "Doe J. A trial. J Test. 2024;67(Suppl 1):140‑OR."),
    (article(volume="1", eid="e0123456"), "Doe J. A trial. J Test. 2024;1:e0123456."),
    (article(volume="1", issue="4", pages="7"), "Doe J. A trial. J Test. 2024;1(4):7."),
    (("article", {"author": "Doe, Jane", "title": "A trial", "journaltitle": "J Test", "date": "2024-05-03"}), "Doe J. A trial. J Test. 2024 May 3."),
    (article(pubstate="inpress"), "Doe J. A trial. J Test. In press 2024."),
    (article(month="June"), "Doe J. A trial. J Test. 2024 Jun."),
    (article(author=SIX), "Aa A, Bb B, Cc C, Dd D, Ee E, Ff F. A trial. J Test. 2024."),
    (article(author=f"{SIX} and Gg, Gus"), "Aa A, Bb B, Cc C, Dd D, Ee E, Ff F, et al. A trial. J Test. 2024."),
    (article(author="Doe, Jane and others"), "Doe J, et al. A trial. J Test. 2024."),
    (article(author="{The {ABCD} and {EFGH} Group} and Doe, J"), "The ABCD and EFGH Group, Doe J. A trial. J Test. 2024."),
    (article(author="{Johnson & Johnson} and Doe, J"), "Johnson & Johnson, Doe J. A trial. J Test. 2024."),
    (article(author="Doe, Per-Ola M"), "Doe POM. A trial. J Test. 2024."),
    (article(author="Doe, AMJ and de Roe, MI and {FDA, WHO and EMA}"), "Doe AMJ, de Roe MI, FDA, WHO and EMA. A trial. J Test. 2024."),
    (article(author="Jan de Vaart and van der Moor, Lea"), "de Vaart J, van der Moor L. A trial. J Test. 2024."),
    (article(author="Lea {van der Moor}"), "van der Moor L. A trial. J Test. 2024."),
    (article(author="Roy, Jr., Maya L. and Roy, III, Maya"), "Roy ML Jr, Roy M III. A trial. J Test. 2024."),
    (article(author="{王小明} and 王, 伟 and Öhman, Åsa"), "王小明, 王伟, Öhman Å. A trial. J Test. 2024."),
    (online(year="2025"), "A Body. A page [Internet]. 2025 [cited 2026 Nov 21]. Available from: https://example.org/a"),
    (online(url=r"https://example.org/a\_b?x=1\&y=%20"), "A Body. A page [Internet]. [cited 2026 Nov 21]. Available from: https://example.org/a_b?x=1&y=%20"),
    (online(url=r"\url{https://example.org/{\textasciitilde}doe}"), "A Body. A page [Internet]. [cited 2026 Nov 21]. Available from: https://example.org/~doe"),
    (book("book", author="Doe, J", publisher="Press", edition="2", address="Oslo"), "Doe J. Islets. 2nd ed. Oslo: Press; 2024."),
    (book("book", editor="Doe, J and Roe, R", publisher="Press"), "Doe J, Roe R, editors. Islets. Press; 2024."),
    (book("incollection", author="Doe, J", booktitle="A Handbook", editor="Roe, R", publisher="Press", pages="12--20"), "Doe J. Islets. In: Roe R, editor. A Handbook. Press; 2024. p. 12–20."),
    (book("phdthesis", author="Doe, J", school="University of Test"), "Doe J. Islets [PhD thesis]. University of Test; 2024."),
    (book("techreport", author="Doe, J", institution="Board of Tests", number="17"), "Doe J. Islets. Board of Tests; 2024. Report no.: 17."),
    (book("patent", author="Doe, J", number="XX 12"), "Doe J. Islets. XX 12, 2024."),
)  # fmt: skip
TITLES = (
    "50% of them",
    "snake_case and __init__",
    "a *star* and **two**",
    "[brackets] and [a](b)",
    "HLA-A*02:01 [Corrected]",
    "A <script>alert(1)</script> & B",
    "x < y > z",
    "2 ~ 8 “code”",
    "a | b # c",
    "6. Goals of care",
    "- a dash first",
    "# a hash first",
    "!!! a mark first",
    "mail someone@example.org [@k0]",
    "{FDA} \\& 50\\% of A\\_b \\$5",
    "::: a fence",
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The references of all samples, as HTML: ``k0`` and so on, and ``t0`` and so on for the titles without an author."""
    entries = {f"k{place}": sample for place, (sample, _) in enumerate(SAMPLES)}
    entries |= {f"t{place}": book("misc", title=title, howpublished="X") for place, title in enumerate(TITLES)}
    entries["identifiers"] = article(doi="10.1234/a_(b)c", pmid="123", pmcid="PMC45", url="https://elsewhere.org/")
    entries["old"] = article(doi="10.1002/(SICI)1-0(98)17:15<1::AID-T1>3.0.CO;2-2")
    entries["script"] = online(url="javascript:alert(1)")
    lines = (
        f"@{kind}{{{key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"
        for key, (kind, fields) in entries.items()
    )
    _, formatted = format_references("\n".join(lines), tmp_path_factory.mktemp("references"))
    return formatted


def words(html: str) -> str:
    """What a reader sees of a piece of HTML."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split())


@pytest.mark.parametrize("place", range(len(SAMPLES)))
def test_a_source_has_the_form_of_citing_medicine(printed: dict[str, str], place: int) -> None:
    assert words(printed[f"k{place}"]) == SAMPLES[place][1]


@pytest.mark.parametrize("place", range(len(TITLES)))
def test_a_title_is_printed_as_it_is_and_is_no_markup(printed: dict[str, str], place: int) -> None:
    html = printed[f"t{place}"]
    assert words(html) == f"{bibliography.strip_latex(TITLES[place])}. X; 2024."
    assert "<" not in html


def test_identifiers_are_linked_to_where_they_resolve(printed: dict[str, str]) -> None:
    html = printed["identifiers"]
    assert LINKED.format("https://doi.org/10.1234/a_(b)c", "10.1234/a_(b)c") in html
    assert LINKED.format("https://www.ncbi.nlm.nih.gov/pubmed/123", "123") in html
    assert LINKED.format("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC45", "PMC45") in html
    assert "elsewhere.org" not in html  # the DOI is the address that lasts


def test_the_link_to_an_old_doi_is_encoded(printed: dict[str, str]) -> None:
    doi = "10.1002/(SICI)1-0(98)17:15{}1::AID-T1{}3.0.CO;2-2"
    assert LINKED.format("https://doi.org/" + doi.format("%3C", "%3E"), doi.format("&lt;", "&gt;")) in printed["old"]


def test_only_web_addresses_are_links(printed: dict[str, str]) -> None:
    assert "href" not in printed["script"]


@pytest.mark.parametrize("seen", bibliography.SEEN_LEVELS)
def test_every_reference_says_what_it_is_and_how_far_it_was_read(seen: str) -> None:
    html = references.render_source_note(Entry("k", "article", {"kind": "trial report", "seen": seen}, 1))
    assert html == f'<span class="source-note">Trial report. {references.READ_LABELS[seen]}</span>'


def test_a_copy_in_an_archive_is_shown_beside_a_source_without_a_doi() -> None:
    fields = {"seen": "page", "note": "a <remark>", "archiveurl": ARCHIVE}
    shown = references.render_reading_note(Entry("k", "online", fields, 1))
    assert words(shown) == f"We read the page. A <remark>. Archived: {ARCHIVE}"
    assert f'href="{ARCHIVE}"' in shown
    assert "Archived" not in references.render_reading_note(Entry("k", "online", {**fields, "doi": "10.1234/x"}, 1))

"""Hype, certainty and named speakers: what is told, and what is left alone."""

from __future__ import annotations

import pytest

from conftest import BIB, INDEX, Make, check_citations
from samples import SAMPLE

RULES = ("hype", "certainty-words", "unnamed-speaker", "uncited-quotation", "typed-source")
COMPANY = BIB.replace("known2024", "maker2024").replace("10.1234/abc", "10.1234/x").replace("A trial", "News of it")
COMPANY = COMPANY.replace("{trial report}", "{company statement}")


def told(make: Make, text: str, front: str = "") -> list[str]:
    """``line rule`` for each problem with words, of a page whose text starts in line 5."""
    page = f"{front}{INDEX}\n{text}\n"
    root = make({"docs/index.md": page, "references.bib": BIB + COMPANY})
    return [f"{p.line} {p.rule}" for p in check_citations(root).problems if p.rule in RULES]


@pytest.mark.parametrize(
    "text",
    [
        "It is a breakthrough.",
        "It is a *miracle*.",
        "The cells **cure** diabetes.",
        "This game-changing idea.",
        "First it was nothing. A cure is near.",
        "No harm was seen; it is a cure.",
        "The cells reversed type 1 diabetes.",
        "| a |\n|---|\n| the reversal |".replace("| a |\n|---|\n", ""),
        "- revolutionary cells",
        '!!! note "A cure"\n    Words.',
        "## A cure",
    ],
)
def test_hype_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["5 hype"]


@pytest.mark.parametrize(
    "text",
    [
        "It is not a cure.",
        "There's no miracle, and it isn't a breakthrough.",
        "Nobody can promise a cure.",
        "Is it a cure?",
        "A cure is not in sight.",
        'A "cure" is a promise, and “reversal” too.',
        "The word cure hides that.",
        "The order was reversed, and the effect is reversible.",
        "A secure procedure, an obscure cause, the ground, a game, cured meat is not sold.",
        "`cure` <!-- a cure -->",
        "[there](cure.md)".replace("cure.md", "index.md"),
    ],
)
def test_what_denies_asks_or_quotes_is_no_hype(text: str, make: Make) -> None:
    assert told(make, text) == []


def test_an_article_page_may_repeat_what_it_checks(make: Make) -> None:
    assert told(make, "It says that it is a cure.", "---\nkind: article\n---\n") == []


@pytest.mark.parametrize("name", ["title", "description"])
def test_hype_in_the_front_matter_is_told(name: str, make: Make) -> None:
    assert told(make, "Words.", f"---\n{name}: A miracle\n---\n") == ["2 hype"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The cells do well and it works. Certainty: low.", 5),
        ("Low-certainty evidence proves it.", 5),
        ("Certainty of the evidence: very low.\nIt does lower glucose.", 6),
        ('!!! key "K"\n    It works.\n\n    Certainty: very low.', 6),
        ('!!! key "K"\n    It stops insulin.\n\n    **How sure:** very low.', 6),
        ("GRADE: low. It lowers HbA1c.", 5),
    ],
)
def test_sure_words_under_low_certainty_are_told(text: str, line: int, make: Make) -> None:
    assert told(make, text) == [f"{line} certainty-words"]


@pytest.mark.parametrize(
    "text",
    [
        "It works.\n\nCertainty: low.",
        "It works. Certainty: high. How sure: one small trial, so it ends there.",
        "It may work. Certainty: low. It does not prove anything.",
        "Certainty: very low. We do not know whether it works.",
        "Certainty: low. The company writes that it “works”.",
        '!!! key "K"\n    It may help.\n\n    Certainty: low.\n\nIt works in mice.',
    ],
)
def test_words_that_follow_certainty_are_left_alone(text: str, make: Make) -> None:
    assert told(make, text) == []


def test_sure_words_in_a_result_of_low_certainty_are_told(make: Make) -> None:
    row = "group: full dose, cite"
    changed = SAMPLE.replace(row, "group: those in whom it works, cite")
    problems = check_citations(make({"docs/trials/sample.md": changed})).problems
    line = SAMPLE[: SAMPLE.index(row)].count("\n") + 1
    assert [f"{p.line} {p.rule}" for p in problems if p.rule in RULES] == [f"{line} certainty-words"]


def test_a_number_from_the_company_alone_names_it(make: Make) -> None:
    assert told(make, "Of 9 people, all came off insulin [@maker2024].") == ["5 unnamed-speaker"]
    assert told(make, "Of 9 people, all came off insulin, the company says [@maker2024].") == []
    assert told(make, "Of 9 people, all came off insulin [@maker2024; @known2024].") == []
    assert told(make, "It is sold in some countries [@maker2024].") == ["5 unnamed-speaker"]
    assert told(make, "By its own account it is sold in some countries [@maker2024].") == []
    assert told(make, "Is it sold? Side effects: not mentioned [@maker2024].") == []


def test_a_long_quotation_has_its_source(make: Make) -> None:
    words = "one two three four five six seven"
    assert told(make, f'They say "{words}".') == ["5 uncited-quotation"]
    assert told(make, f"Words.\nThey say “{words}”.") == ["6 uncited-quotation"]
    assert told(make, f'They say "{words}" [@known2024].') == []
    assert told(make, f'A thing called "{words}".') == []
    assert told(make, f'They say "{words}". <!-- no-cite until 2027-01-31: a saying -->') == []
    assert told(make, "他说「一二三四五六七八九十一二三四」。") == ["5 uncited-quotation"]
    assert told(make, f'<div title="{words}">Words</div>') == []


@pytest.mark.parametrize(
    "text",
    [
        "See 10.1234/abc.",
        "doi:10.1234/abc",
        "PMID 123",
        "PMID: 12345678",
        "PMC1234567",
        "[x](https://doi.org/10.1234/abc)",
    ],
)
def test_an_identifier_in_place_of_a_key_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["5 typed-source"]


@pytest.mark.parametrize(
    "text", ["`10.1234/abc`", "NCT01234567", "It was 10.5 or 10.1234.", "https://example.org/10.1/a"]
)
def test_other_figures_are_no_identifiers(text: str, make: Make) -> None:
    assert told(make, text) == []


def test_hype_in_a_record_is_told_and_a_title_that_others_gave_is_not(make: Make) -> None:
    plain = next(line for line in SAMPLE.splitlines() if line.startswith("  plain_title:"))
    ours = "  plain_title: A miracle for some"
    sample = SAMPLE.replace(plain, f"{ours}\n  official_title: Reversal of type 1 diabetes")
    problems = check_citations(make({"docs/trials/sample.md": sample})).problems
    line = sample.splitlines().index(ours) + 1
    assert [p.line for p in problems if p.rule == "hype"] == [line]


@pytest.mark.parametrize(
    ("finding", "sources", "rules"),
    [
        ("It was 10 of 12 people.", "maker2024", ["unnamed-speaker"]),
        ("It was 10 of 12 people [@maker2024].", "maker2024", ["unnamed-speaker"]),
        ("It was 10 of 12 people, the company says.", "maker2024", []),
        ("It was 10 of 12 people.", "maker2024, known2024", []),
        ("It was a breakthrough.", "known2024", ["hype"]),
        ('It was no "breakthrough".', "known2024", []),
    ],
)
def test_what_we_write_about_a_claim_is_held_to_the_same_words(
    finding: str, sources: str, rules: list[str], make: Make
) -> None:
    claims = f"""\
checked: "2026-11-21"
claims:
  - id: C-1
    article: A
    topic: insulin
    says: It is a miracle for 12 of 12.
    verdict: contradicted
    finding: {finding!r}
    sources: [{sources}]
    seen: abstract
    checked: "2026-11-21"
"""
    root = make({"docs/articles/claims.yml": claims, "references.bib": BIB + COMPANY})
    problems = [p for p in check_citations(root).problems if p.rule in RULES]
    assert [(p.path, p.line, p.rule) for p in problems] == [("docs/articles/claims.yml", 3, rule) for rule in rules]

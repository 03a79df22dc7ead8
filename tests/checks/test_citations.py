"""The citation check, as a contributor meets it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import BIB, INDEX, TODAY, Make, check_citations
from ledger.checks import citations, claims_of_effect, numbers, suppressions, uncited_statements
from ledger.checks.citation_check import MAX_NO_CITE
from ledger.markdown.scanner import MarkdownSource
from ledger.model import bib_reader, claims
from ledger.model.project import Page

C = "[@known2024]"


def told(make: Make, text: str) -> list[str]:
    """``line rule`` for each problem of a page whose text starts in line 5."""
    problems = check_citations(make({"docs/index.md": f"{INDEX}\n{text}\n"})).problems
    return [f"{problem.line} {problem.rule}" for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        C,
        "One thing [@known2024]. Another [@known2024], and more [@known2024].",
        f"Number {C}: the rest.",
        f"- item {C}\n- item {C}",
        f"| a | b |\n|---|---|\n| x | {C} |",
        f"> quoted {C}",
        f'!!! note "Title"\n    Text {C}.',
        f"Term\n:   Meaning {C}.",
        f"x[^1]\n\n[^1]: A note {C}.",
        f"<div markdown>\nText {C}.\n</div>",
        f"In **bold {C}** and *italics {C}*.",
    ],
)
def test_a_good_citation_raises_nothing(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Write to a.b@example.org or <a@example.org>.",
        "`[@nobody]` and ``@nobody ` [@a, @b]``",
        "```\n[@nobody] 83 %\n```",
        "~~~ text\n@nobody\n~~~",
        "- item\n\n    ```\n    [@nobody]\n    ```",
        "> ```\n> [@nobody]\n> ```",
        "    [@nobody] 83 % of 12 people",
        "<!-- [@nobody] @nobody 83 % -->",
        "<!--\n[@nobody]\n\n83 %\n-->",
        "<pre>[@nobody] 83 %</pre>",
        "<script>\nlet a = '@nobody 83 %';\n</script>",
        "See https://example.org/@someone/post and [there](https://example.org/@someone).",
    ],
)
def test_code_comments_scripts_and_addresses_cite_nothing(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize(
    "text", ["[@nobody]", "[@known2024; @nobody]", "- a\n- [@nobody]", "| a |\n|---|\n| [@nobody] |"]
)
def test_a_key_that_is_not_in_the_bibliography_is_told_at_its_line(text: str, make: Make) -> None:
    line = 5 + text[: text.index("nobody")].count("\n")
    assert told(make, text) == [f"{line} undefined-key"]


@pytest.mark.parametrize(("wrong", "right"), [("KNOWN2024", "known2024"), ("knwon2024", "known2024")])
def test_a_key_that_is_nearly_right_gets_a_hint(wrong: str, right: str, make: Make) -> None:
    problems = check_citations(make({"docs/index.md": f"{INDEX}\n[@{wrong}]\n"})).problems
    assert [problem.message.split("; ")[1] for problem in problems] == [f"did you mean @{right}?"]


@pytest.mark.parametrize(
    "text",
    [
        "[@known2024, @known2024]",
        "[@known2024;@known2024]",
        "[@known2024;  @known2024]",
        "[ @known2024]",
        "[@known2024 ]",
        "[@ known2024]",
        "[@known2024",
        "[@known2024;]",
        "[@known2024.]",
        "[@]",
        "[@@known2024]",
        "[@known2024@known2024]",
        "[@known2024 and @known2024]",
        "[@known2024, p. 3]",
        "[see @known2024]",
        "[@known2024; see @known2024]",
        "[-@known2024]",
        "(@known2024)",
        "[@knöwn2024]",
    ],
)
def test_a_malformed_bracket_is_told(text: str, make: Make) -> None:
    assert set(told(make, f"So it is {text} here.")) == {"5 malformed-citation"}


@pytest.mark.parametrize(
    "text",
    ["\\[@known2024]", "[[@known2024]]", "[@known2024][]", "[@known2024][1]", "[@known2024][@known2024]", f"{C}: x"],
)
def test_a_citation_that_markdown_would_read_as_something_else_is_told(text: str, make: Make) -> None:
    assert "5 malformed-citation" in told(make, text)


@pytest.mark.parametrize("text", ["[@known2024]()", "[@known2024](index.md)", "![@known2024](x.png)"])
def test_a_citation_as_a_link_or_an_image_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["5 malformed-citation", "5 misplaced-citation"]


@pytest.mark.parametrize(
    "text",
    [
        "As @known2024 says.",
        "@known2024",
        "**@known2024**",
        '"@known2024"',
        "{@known2024}",
        "<@known2024>",
        "【@known2024】",
        "@2known",
        "@_known",
    ],
)
def test_a_bare_key_is_told(text: str, make: Make) -> None:
    assert told(make, text) == ["5 bare-citation"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"## Heading {C}", 5),
        (f"Heading {C}\n=======", 5),
        (f"Heading {C}\n---", 5),
        (f'!!! note "Title {C}"\n    Text.', 5),
        (f'??? note "Title {C}"\n    Text.', 5),
        (f"<div>Text {C}.</div>", 5),
        (f"<div>\n\nText {C}.\n\n</div>", 7),
        (f'<div markdown="0">\nText {C}.\n</div>', 6),
        (f"<details><summary>x {C}</summary></details>", 5),
        ('[text](index.md "as [@known2024] says")', 5),
        ('[x]\n\n[x]: index.md "as [@known2024] says"', 7),
    ],
)
def test_a_citation_where_no_number_can_stand_is_told(text: str, line: int, make: Make) -> None:
    assert told(make, text) == [f"{line} misplaced-citation"]


@pytest.mark.parametrize("name", ["title", "description"])
@pytest.mark.parametrize("value", ["x [@known2024]", "x @known2024"])
def test_a_citation_in_the_front_matter_is_told(name: str, value: str, make: Make) -> None:
    root = make({"docs/index.md": f'---\nkind: home\n{name}: "{value}"\n---\n{INDEX}'})
    assert [f"{p.line} {p.rule}" for p in check_citations(root).problems] == ["3 misplaced-citation"]


def test_a_key_twice_in_one_bracket_is_told(make: Make) -> None:
    assert told(make, "[@known2024; @known2024]") == ["5 repeated-key"]


def test_an_entry_that_nobody_cites_is_told_at_its_line(make: Make) -> None:
    root = make({"docs/index.md": "# Home\n\nNothing, but `[@known2024]`.\n"})
    problems = [str(p).split(": ")[0] for p in check_citations(root).problems if p.rule != "nothing-seen"]
    assert problems == ["references.bib:1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("It was 83 %.", 5),
        (f"Cited {C}.\n\nIt was 83 %.", 7),
        (f"It was\n83 %.\n\nCited {C}.", 6),
        (f"- It was 83 %.\n- Cited {C}.", 5),
        (f"- Cited {C}.\n- It was 83 %.", 6),
        (f"1. Cited {C}.\n2. It was 83 %.", 6),
        (f"- Cited {C}.\n    - Nested: 83 %.", 6),
        (f"- One\n\n    It was 83 %.\n\n    Cited {C}.", 7),
        (f"| a | b |\n|---|---|\n| x | {C} |\n| 83 % | y |", 8),
        (f"a | b\n--|--\nx | {C}\n83 % | y", 8),
        (f"| 83 % | b |\n|---|---|\n| x | {C} |", 5),
        (f"Cited {C}\n| a |\n|---|\n| 83 % |", 8),
        (f"!!! note\n    It was 83 %.\n\nCited {C}.", 6),
        (f'!!! note "Title"\n\n    It was 83 %.\n\n    Cited {C}.', 7),
        (f'!!! note "It was 83 %"\n    Cited {C}.', 5),
        ("??? note\n    It was 83 %.", 6),
        (f"Term\n:   It was 83 %.\n:   Cited {C}.", 6),
        (f"> It was 83 %.\n\nCited {C}.", 5),
        ("x[^1]\n\n[^1]: It was 83 %.", 7),
        ("<div markdown>\nIt was 83 %.\n</div>", 6),
        ("<div>It was 83 %.</div>", 5),
        ("## It was 83 %", 5),
        (f"Cited {C}\n## Heading\nIt was 83 %.", 7),
        ("[It was 83 %](index.md)", 5),
        ("![It was 83 %](x.png)", 5),
        ("It was **83** %.", 5),
        ("It was <b>83</b> %.", 5),
        ("It was 83&nbsp;% or 83&#37;.", 5),
        ("It was 83\\%.", 5),
        ("It was **10** of **12**.", 5),
        ("Some words, then 10 of\n12.", 5),
        ("> Some words, then 10 of\n> 12.", 5),
        ("[Note]: 12 people took part.", 5),
        ("In type 1 diabetes\nit was 1.5 %.", 6),
    ],
)
def test_a_number_needs_its_source_in_its_own_paragraph_item_or_row(text: str, line: int, make: Make) -> None:
    assert told(make, text) == [f"{line} uncited-number"]


@pytest.mark.parametrize(
    "text",
    [
        f"It was 83 %\nin all {C}.",
        f"- It was 83 % {C}.\n- Words.",
        f"- It was 83 %\n  in all {C}.",
        f"| a | b |\n|---|---|\n| 83 % | {C} |",
        f"!!! note\n    It was 83 % {C}.",
        f"Term\n:   It was 83 % {C}.",
        f"x[^1]\n\n[^1]: It was 83 % {C}.",
        f"> It was 83 %\n> in all {C}.",
        "It is in type 1 diabetes, in 2024, at step 3.",
        "1. First\n2. Second",
        "[there](https://example.org/83%25/12/14)",
        'A paragraph.\n{: .class data-days="12 days" }',
        'A paragraph.\n{: style="width:45%" }',
        "![x](img/pic.png){ width=45% }",
    ],
)
def test_a_number_with_its_source_or_none_to_give_raises_nothing(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize("name", ["title", "description"])
def test_a_number_in_the_front_matter_is_told(name: str, make: Make) -> None:
    root = make({"docs/index.md": f"---\nkind: home\n{name}: It was 83 %\n---\n{INDEX}"})
    assert [f"{p.line} {p.rule}" for p in check_citations(root).problems] == ["3 uncited-number"]


@pytest.mark.parametrize(
    "text",
    [
        "It was 83 %. <!-- no-cite until 2027-01-31: an example -->",
        "<!-- no-cite until 2027-01-31: an example -->\nIt was 83 %.",
        "- 83 % <!-- no-cite until 2027-01-31: so -->",
    ],
)
def test_an_excuse_with_a_reason_excuses_the_number_beside_it(text: str, make: Make) -> None:
    assert told(make, text) == []


@pytest.mark.parametrize("excuse", ["no-cite", "no-cite:", "no-cite:   ", "no-cite because I say so"])
def test_an_excuse_without_a_reason_excuses_nothing(excuse: str, make: Make) -> None:
    assert told(make, f"It was 83 %. <!-- {excuse} -->") == ["5 excuse", "5 uncited-number"]


@pytest.mark.parametrize("text", ["Words.", f"It was 83 % {C}."])
def test_an_excuse_that_excuses_nothing_is_told(text: str, make: Make) -> None:
    assert told(make, f"{text} <!-- no-cite until 2027-01-31: an example -->") == ["5 excuse"]


def test_an_excuse_reaches_no_further_than_its_paragraph(make: Make) -> None:
    assert told(make, "<!-- no-cite until 2027-01-31: an example -->\n\nIt was 83 %.") == [
        "5 excuse",
        "7 uncited-number",
    ]


def test_an_excuse_in_code_is_none(make: Make) -> None:
    assert told(make, "It was 83 %. `<!-- no-cite until 2027-01-31: an example -->`") == ["5 uncited-number"]


def test_more_excuses_than_allowed_are_told_each(make: Make) -> None:
    text = "It was 83 %. <!-- no-cite until 2027-01-31: an example -->\n\n"
    assert told(make, text * MAX_NO_CITE) == []
    assert told(make, text * (MAX_NO_CITE + 2)) == ["25 too-many-excuses", "27 too-many-excuses"]


@pytest.mark.parametrize(
    "number",
    [
        "NCT123",
        "NCT-01234567",
        "NCT 01234567",
        "NCT012345678",
        "NCT0123456x",
        "nct01234567",
        "NCT:01234567",
        "NCTO1234567",
    ],
)
def test_a_trial_number_of_the_wrong_form_is_told(number: str, make: Make) -> None:
    assert told(make, f"See {number}.") == ["5 nct"]


def test_the_counts_are_of_what_was_seen(make: Make) -> None:
    counts = check_citations(make({"docs/index.md": f"{INDEX}\n{C} {C} `{C}`\n"})).counts
    assert counts == {"pages": 1, "citations": 3, "entries": 1, "excuses": 0}


def test_a_citation_knows_its_line() -> None:
    page = Page("a.md", "One.\n\nTwo [@a; @b].\nThree [@c].\n")
    assert [(citation.key, citation.line) for citation in citations.find_citations(page)] == [
        ("a", 3),
        ("b", 3),
        ("c", 4),
    ]


PIECES = st.sampled_from(
    [
        "[@known2024]",
        "[@",
        "]",
        "(",
        ")",
        "@a",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "| ",
        "|---|\n",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "no-cite:",
        "83 %",
        "10 of 12",
        "# ",
        "!!! note\n",
        "> ",
        "[^1]",
        "[x]: y",
        "\\",
        "{#a}",
        "x",
        "é\x00",
        "&amp;",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_no_text_makes_the_rules_of_a_page_raise(text: str) -> None:
    page = Page("a.md", text)
    valid, faults = suppressions.read_suppressions(page.path, page.source, TODAY)
    problems = [
        *faults,
        *citations.check_citation_syntax(page),
        *citations.check_citation_places(page),
        *uncited_statements.check_uncited_numbers(page, valid),
        *uncited_statements.check_quotations(page, valid),
        *claims_of_effect.check_wording(page, {}, (), valid),
        *suppressions.check_suppressions(page.path, valid, TODAY),
    ]
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
    assert all(numbers.find_numbers(text))


def test_every_key_of_the_sample_can_be_read() -> None:
    assert list(bib_reader.read_bibliography(BIB).entries) == ["known2024"]
    assert claims.find_cited_keys(C) == ["known2024"]
    assert MarkdownSource(C).prose == C

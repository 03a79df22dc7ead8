"""The claims file: what it may hold, and what is said when it holds something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ledger.model import claims, project, yaml_source
from ledger.site import check_site

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)
PATH = "docs/articles/claims.yml"
GOOD = """\
claims:
  - id: C-1
    article: A
    topic: insulin
    says: Most came off insulin.
    verdict: misleading
    finding: It was 10 of 12 [@known2024].
    sources: [known2024]
    seen: abstract
    checked: "2026-11-21"
citations:
  - id: R-1
    article: A
    place: paragraph 2
    claim: It works.
    verdict: partly
    reason: See [@known2024; @other2023].
    better_source: [third2022]
    checked: "2026-11-21"
references:
  - {key: known2024, number: A1, kind: trial report, audit: fits}
"""

Make = Callable[..., Path]


def problems(text: str) -> list[str]:
    return [str(problem) for problem in claims.read_claims(yaml_source.load_yaml(text), PATH)[1]]


def test_a_good_file_is_read() -> None:
    found, told = claims.read_claims(yaml_source.load_yaml(GOOD), PATH)
    assert told == []
    assert [claim.id for claim in found.claims] == ["C-1"]
    assert found.claims[0].verdict == "misleading"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "verdict: misleading",
            "verdict: bad",
            f"{PATH}:6: error: claims[C-1].verdict: 'bad' is not allowed here; write one of: 'contradicted'",
        ),
        (
            "verdict: partly",
            "verdict: maybe",
            f"{PATH}:16: error: citations[R-1].verdict: 'maybe' is not allowed here; write one of: 'supports'",
        ),
        ("    topic: insulin\n", "", f"{PATH}:2: error: claims[C-1].topic: this key is missing; add it"),
        ("topic: insulin", "tpoic: insulin", f"{PATH}:4: error: claims[C-1].tpoic: unknown key; did you mean 'topic'?"),
        (
            "article: A\n    topic",
            "article: C\n    topic",
            f"{PATH}:3: error: claims[C-1].article: 'C' is not allowed here; write one of: 'A' or",
        ),
        (
            "seen: abstract",
            "seen: maybe",
            f"{PATH}:9: error: claims[C-1].seen: 'maybe' is not allowed here; write one of: 'full text'",
        ),
        (
            "sources: [known2024]",
            "sources: [a b]",
            f"{PATH}:8: error: claims[C-1].sources[a b]: 'a b' has a character that is not allowed here",
        ),
        (
            '"2026-11-21"\ncitations',
            "2026-02-30\ncitations",
            f"{PATH}:10: error: claims[C-1].checked: '2026-02-30' is not",
        ),
        ("id: R-1", "id: C-1", f"{PATH}:12: error: the id C-1 is already used in line 2; give this row another"),
        ("audit: fits", "audit: ''", f"{PATH}:21: error: references[known2024].audit: there is no text; write it"),
        ("claims:\n", "claimz:\n", f"{PATH}:1: error: claimz: unknown key; did you mean 'claims'?"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    assert any(problem.startswith(said) for problem in problems(GOOD.replace(old, new))), problems(
        GOOD.replace(old, new)
    )


def test_every_key_of_the_file_is_known() -> None:
    found, _ = claims.read_claims(yaml_source.load_yaml(GOOD), PATH)
    assert set(found.keys()) == {"known2024", "other2023", "third2022"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [("a [@x] b [@y; @z].", ["x", "y", "z"]), ("mail a@b.org, [@x ; @y], @z", []), ("[@a-b_1]", ["a-b_1"])],
)
def test_keys_in_a_text(text: str, keys: list[str]) -> None:
    assert claims.find_cited_keys(text) == keys


def test_an_unknown_key_in_the_file_is_told_at_its_line(make: Make) -> None:
    root = make({PATH: GOOD, "docs/articles/a.md": "# A\n\n<!-- generated: claims -->\n"})
    told = [p for p in check_site.check_citations(project.load_project(root, TODAY)).problems if p.path == PATH]
    assert [(p.line, p.rule) for p in told] == [(17, "undefined-key"), (18, "undefined-key")]


def test_a_number_without_a_source_in_its_row_is_told(make: Make) -> None:
    text = GOOD[: GOOD.index("citations:")].replace(" [@known2024]", "").replace("sources: [known2024]", "sources: []")
    told = [
        p
        for p in check_site.check_citations(project.load_project(make({PATH: text}), TODAY)).problems
        if p.path == PATH
    ]
    assert [p.rule for p in told] == ["uncited-number"]
    assert "C-1: '10 of 12' has no source in its row" in told[0].message


def test_broken_yaml_is_told_and_no_claim_is_shown(make: Make) -> None:
    loaded = project.load_project(make({PATH: "claims:\n  - id: [\n"}), TODAY)
    [problem] = loaded.problems
    assert problem.path == PATH
    assert "cannot be read; check its quotes, brackets and indentation" in problem.message
    assert loaded.claims == claims.ClaimsFile()

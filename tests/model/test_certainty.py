"""GRADE ratings follow from the evidence and the steps."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ledger.model.certainty import Certainty, OutcomeCertainty

DOWN = {"domain": "imprecision", "why": "few people"}
UP = {"domain": "large effect", "why": "all from none"}


@pytest.mark.parametrize(
    ("evidence", "steps", "rating"),
    [
        ("randomised", [], "high"),
        ("randomised", [DOWN], "moderate"),
        ("randomised", [DOWN, {**DOWN, "domain": "risk of bias"}], "low"),
        ("randomised", [{**DOWN, "levels": 2}, {**DOWN, "domain": "inconsistency", "levels": 2}], "very low"),
        ("not randomised", [], "low"),
        ("not randomised", [DOWN], "very low"),
        ("not randomised", [UP], "moderate"),
        ("not randomised", [{**UP, "levels": 2}], "high"),
        ("not randomised", [DOWN, {**UP, "levels": 2}], "moderate"),
        ("not randomised", [UP, {**UP, "domain": "dose response", "levels": 2}], "high"),
    ],
)
def test_a_rating_is_computed_from_its_steps(evidence: str, steps: list[dict[str, Any]], rating: str) -> None:
    certainty = Certainty.model_validate({"evidence": evidence, "steps": steps})
    assert certainty.rating == rating
    assert len(certainty.reasons) == 1 + len(steps)


def test_without_evidence_there_are_no_data() -> None:
    certainty = Certainty(no_data="Nobody has reported it.")
    assert certainty.rating == "no data"
    assert certainty.reasons == ["Nobody has reported it."]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "write either evidence"),
        ({"evidence": "randomised", "no_data": "x"}, "write either evidence"),
        ({"no_data": "x", "steps": [DOWN]}, "no_data has no steps"),
        ({"evidence": "randomised", "steps": [UP]}, "cannot be raised"),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Certainty.model_validate(given)


def test_what_was_found_needs_its_source() -> None:
    with pytest.raises(ValidationError, match="add found and cite"):
        OutcomeCertainty.model_validate({"outcome": "Off insulin", "evidence": "randomised", "found": "1 of 2"})

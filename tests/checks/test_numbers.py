"""Which numbers need a source."""

from __future__ import annotations

import pytest

from ledger.checks import numbers

CLAIMS = (
    "83 % of them",
    "83% of them",
    "eighty per cent",
    "10 of 12 people",
    "10 of the 12",
    "10 out of 12",
    "two of 14",
    "ten of the twelve",
    "(p 0.23)",
    "1 in 5 people",
    "12/14 met it",
    "p = 0.03",
    "P<0.001",
    "a p value of 0.04",
    "n = 14",
    "0.8 × 10⁹ cells",
    "2x10^6",
    "1.5 million cells",
    "5 mg/kg",
    "5g",
    "0.23 U/kg/day",
    "-28.3 mL/min/1.73 m2",
    "42 mmol/mol",
    "12 months",
    "25-year-old",
    "at day 75",
    "14 people",
    "2 deaths",
    "1,234 cells",
    "$10,000",
    "30,000 yuan",
    "I² 93",
    "10 of 12 may benefit",
    "may 10 mg be enough",
    "an HbA1c level 7.2 %",
    "glucose levels 5.6 mmol/L",
    "dose level 5 mg",
    "a volume 150 ml",
    "cohort 10 of 12",
    "phase 3 and 12 of 14",
    "type 1 and 14 patients",
    "a total of 2000 patients",
    "10 of 2000",
    "up to 2000 IU",
    "10\u00a0of\u00a012",
    "10\u2011mg",
    "p=1e-5",
    "p = 3 × 10-4",
    "1e6 cells",
    "USD5000",
    "98.6 °F",
    "2 tablets",
    "5 µM",
    "2 liters",
    "21 subjects",
    "twelve participants",
    "twenty-one people died",
    "3 out of every 10",
)
NO_CLAIMS = (
    "type 1 diabetes",
    "a phase 1/2 trial",
    "phase 1 participants",
    "in 2024 people said",
    "the 21 references",
    "VX-880 cells",
    "COVID-19 patients",
    "Table 3 people",
    "21 November 2026",
    "2026-11-21",
    "eight requirements",
    "articles A1–A18",
    "24/7",
    "Python 3.11 or newer",
    "NCT04786262",
    "one of the eight",
    "one of two ways",
    "WCAG 2.2 AA",
    "HbA1c",
    "IL-4 and IL-10",
    "20 questions",
    "the season 2024/2025",
    "05/2024",
    "Regulation (EU) 2017/745",
    "Regulation 1394/2007",
    "42 U.S.C. 262",
    "on 10 May 2026",
    "May 10, 2026",
    "phases 1 and 2",
    "stages 2 and 3",
    "from 2020 to 2024",
)


@pytest.mark.parametrize("text", CLAIMS)
def test_a_number_that_makes_a_claim_is_found(text: str) -> None:
    assert numbers.find_number(text)


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_a_figure_in_a_name_or_a_date_is_none(text: str) -> None:
    assert numbers.find_number(text) is None


def test_the_first_number_is_named_as_written() -> None:
    assert numbers.find_number("In type 1 diabetes, 10 of the 12 had 7 % or less.") == "10 of the 12"

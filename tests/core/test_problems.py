"""How a problem and a report are told."""

from __future__ import annotations

import pytest

from ledger.core.problems import Problem, Report, build_report, format_reports, join_causes
from ledger.core.text import pluralize

ERROR = Problem("docs/a.md", 3, "some-rule", "this is wrong; mend it")
WARNING = Problem("docs/a.md", 2, "other-rule", "this is odd; look at it", "warning")


def test_a_problem_is_one_line_with_place_level_message_and_rule() -> None:
    assert str(ERROR) == "docs/a.md:3: error: this is wrong; mend it [some-rule]"
    assert str(WARNING) == "docs/a.md:2: warning: this is odd; look at it [other-rule]"


def test_a_message_with_line_ends_and_tabs_still_prints_as_one_line() -> None:
    assert str(Problem("a", 1, "r", "one\n\ttwo\r\nthree")) == "a:1: error: one two three [r]"


def test_a_report_is_in_order_of_place_and_says_each_thing_once() -> None:
    found = build_report("check", {"pages": 2}, [ERROR, WARNING, ERROR, Problem("docs/a.md", 10, "r", "m")])
    assert [problem.line for problem in found.problems] == [2, 3, 10]


def test_problems_with_one_cause_are_one_with_a_count() -> None:
    many = [Problem("docs/a.md", line, "undefined-key", "@x is not there", cause="x") for line in (1, 5)]
    many += [Problem("docs/b.md", line, "undefined-key", "@x is not there", cause="x") for line in range(1, 9)]
    report = join_causes(build_report("check", {}, [*many, Problem("docs/b.md", 2, "heading", "no words")]))
    assert [str(problem) for problem in report.problems] == [
        "docs/a.md:1: error: @x is not there (in 10 places; also line 5, docs/b.md:1, docs/b.md:2 and 6 more)"
        " [undefined-key]",
        "docs/b.md:2: error: no words [heading]",
    ]


def test_the_last_line_counts() -> None:
    found = build_report("check", {"pages": 2, "entries": 1}, [ERROR, WARNING])
    assert found.lines()[-1] == "check: 2 pages, 1 entry: 1 error, 1 warning"


def test_an_empty_report_is_its_last_line() -> None:
    assert build_report("check", {"pages": 0}, []).lines() == ["check: 0 pages: 0 errors, 0 warnings"]


@pytest.mark.parametrize(("problems", "status"), [([], 0), ([WARNING], 0), ([ERROR], 1), ([ERROR, WARNING], 1)])
def test_only_errors_make_the_status_1(problems: list[Problem], status: int) -> None:
    assert Report("check", {}, problems).exit_code == status


@pytest.mark.parametrize(
    ("noun", "number", "expected"),
    [("pages", 1, "page"), ("pages", 0, "pages"), ("entries", 1, "entry"), ("entries", 2, "entries")],
)
def test_one_thing_takes_the_singular(noun: str, number: int, expected: str) -> None:
    assert pluralize(noun, number) == expected


def test_two_reports_print_a_shared_problem_once_and_both_counts() -> None:
    one, two = build_report("one", {"pages": 1}, [ERROR]), build_report("two", {"links": 2}, [ERROR, WARNING])
    assert format_reports([one, two]) == [
        str(WARNING),
        str(ERROR),
        "one: 1 page: 1 error, 0 warnings",
        "two: 2 links: 1 error, 1 warning",
    ]

"""Problems that a check reports, and how a report is printed.

Each problem is one line, ``path:line: level: what is wrong; how to fix it [rule-id]``. The last line counts what was
checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ledger.core.text import pluralize

Level = Literal["error", "warning"]

MAX_OTHER_PLACES = 3
"""Places that a problem names beside its own where many share its cause; the rest are counted."""
EXIT_CLEAN, EXIT_ERRORS_FOUND, EXIT_COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to fix. ``line`` counts from 1; ``path`` is relative to the project root."""

    path: str
    line: int
    rule: str
    message: str
    level: Level = "error"
    reported_by: str = field(default="", compare=False, repr=False)
    """The function that reported it, once its ``@rule`` has seen it."""
    cause: str = field(default="", compare=False, repr=False)
    """What many places may share, such as a key that does not exist: problems of one rule and cause are shown as one."""

    def __str__(self) -> str:
        message = " ".join(self.message.split())
        return f"{self.path}:{self.line}: {self.level}: {message} [{self.rule}]"


@dataclass
class Report:
    """All problems of one check, and how many things it checked."""

    name: str
    counts: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(problem.level == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return sum(problem.level == "warning" for problem in self.problems)

    @property
    def exit_code(self) -> int:
        return EXIT_ERRORS_FOUND if self.errors else EXIT_CLEAN

    def lines(self) -> list[str]:
        """The report as printed: problems in order of place, each once, then the count."""
        counts = ", ".join(f"{number} {pluralize(noun, number)}" for noun, number in self.counts.items())
        errors, warnings = pluralize("errors", self.errors), pluralize("warnings", self.warnings)
        total = f"{self.name}: {counts}: {self.errors} {errors}, {self.warnings} {warnings}"
        return [str(problem) for problem in self.problems] + [total]


def build_report(name: str, counts: Mapping[str, int], problems: Iterable[Problem]) -> Report:
    """A report with its problems sorted by place and without repeats."""
    return Report(name, counts, sorted(set(problems), key=_sort_key))


def join_causes(report: Report) -> Report:
    """The report with one problem for each cause: at the first place, with the number of the others."""
    by_cause: dict[tuple[str, ...], list[Problem]] = {}
    for number, problem in enumerate(report.problems):
        cause = problem.cause or f"{number}"
        by_cause.setdefault((problem.rule, problem.level, bool(problem.cause) * "shared", cause), []).append(problem)
    return replace(report, problems=[_join_places(problems) for problems in by_cause.values()])


def _join_places(problems: Sequence[Problem]) -> Problem:
    first, *others = problems
    if not others:
        return first
    places = [
        f"line {other.line}" if other.path == first.path else f"{other.path}:{other.line}"
        for other in others[:MAX_OTHER_PLACES]
    ]
    more = len(others) - len(places)
    listed = ", ".join(places) + (f" and {more} more" if more else "")
    return replace(first, message=f"{first.message} (in {len(problems)} places; also {listed})")


def _sort_key(problem: Problem) -> tuple[str, int, str, str, str]:
    """The order of problems. Comparing these tuples is faster than comparing the dataclasses."""
    return problem.path, problem.line, problem.rule, problem.message, problem.level


def format_reports(reports: Iterable[Report]) -> list[str]:
    """The lines of several reports: each problem once, then every count."""
    all_reports = [join_causes(report) for report in reports]
    return [str(problem) for problem in merge_problems(all_reports)] + [report.lines()[-1] for report in all_reports]


def merge_problems(reports: Iterable[Report]) -> list[Problem]:
    """The problems of several reports in order of place, each once."""
    return sorted({problem for report in reports for problem in report.problems}, key=_sort_key)

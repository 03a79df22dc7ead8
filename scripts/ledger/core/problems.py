"""What a check found, and how it is told.

The contract of both checks: one problem a line, ``path:line: level: what and how to mend it [rule-id]``,
and a last line that counts what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ledger.core.text import pluralize

Level = Literal["error", "warning"]

EXIT_CLEAN, EXIT_ERRORS_FOUND, EXIT_COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend. ``line`` counts from 1; ``path`` is relative to the project root."""

    path: str
    line: int
    rule: str
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        message = " ".join(self.message.split())
        return f"{self.path}:{self.line}: {self.level}: {message} [{self.rule}]"


@dataclass
class Report:
    """All problems of one check, with the counts that show it looked at something."""

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
        seen = ", ".join(f"{number} {pluralize(what, number)}" for what, number in self.counts.items())
        errors, warnings = pluralize("errors", self.errors), pluralize("warnings", self.warnings)
        total = f"{self.name}: {seen}: {self.errors} {errors}, {self.warnings} {warnings}"
        return [str(problem) for problem in self.problems] + [total]


def build_report(name: str, counts: Mapping[str, int], problems: Iterable[Problem]) -> Report:
    """A report with its problems sorted by place and without repeats."""
    return Report(name, counts, sorted(set(problems), key=_sort_key))


def check_counts_not_zero(counts: Mapping[str, int], path: str) -> list[Problem]:
    """A problem for each thing of which none was seen, told at ``path``: a check that saw nothing proves nothing."""
    return [
        Problem(path, 1, "nothing-seen", f"no {pluralize(what, 1)} was seen; a check that saw nothing proves nothing")
        for what, number in counts.items()
        if not number
    ]


def _sort_key(problem: Problem) -> tuple[str, int, str, str, str]:
    """What problems are sorted by; as a key it is made once for each, and comparing them is quick."""
    return problem.path, problem.line, problem.rule, problem.message, problem.level


def format_reports(reports: Iterable[Report]) -> list[str]:
    """Several reports as one print: each problem once, then every count."""
    all_reports = list(reports)
    return [str(problem) for problem in merge_problems(all_reports)] + [one.lines()[-1] for one in all_reports]


def merge_problems(reports: Iterable[Report]) -> list[Problem]:
    """The problems of several reports in order of place, each once."""
    return sorted({problem for one in reports for problem in one.problems}, key=_sort_key)

"""A report as text for people, as JSON for programs, as annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from ledger.core.problems import Problem, Report
from ledger.model.rules import format_help_address, get_rules


def as_text(report: Report) -> str:
    """One problem a line, then the count."""
    return "\n".join(report.lines())


def as_json(report: Report) -> str:
    """The whole report as one JSON object; ``help`` is the address of the rule's section below the site."""
    return json.dumps(
        {
            "name": report.name,
            "counts": dict(report.counts),
            "errors": report.errors,
            "warnings": report.warnings,
            "problems": [_problem_as_dict(problem) for problem in report.problems],
        },
        ensure_ascii=False,
        indent=1,
    )


def _problem_as_dict(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "level": problem.level,
        "rule": problem.rule,
        "message": " ".join(problem.message.split()),
        "help": format_help_address(problem.rule),
    }


def as_github(report: Report) -> str:
    """Workflow commands that GitHub shows beside the line of a pull request; the count is a plain last line."""
    return "\n".join([*(_format_annotation(problem) for problem in report.problems), report.lines()[-1]])


def _format_annotation(problem: Problem) -> str:
    rule = get_rules().get(problem.rule)
    why = f" Why: {rule.wording.why}" if rule else ""
    message = _escape_annotation(" ".join(problem.message.split()) + why)
    place = f"file={_escape_property(problem.path)},line={problem.line},title={_escape_property(problem.rule)}"
    return f"::{problem.level} {place}::{message}"


def _escape_annotation(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_annotation(text).replace(":", "%3A").replace(",", "%2C")


REPORT_FORMATS: Mapping[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "github": as_github}


def explain_broken_rules(report: Report) -> list[str]:
    """One line for each broken rule: what it requires, and where it is explained."""
    rules, broken = get_rules(), dict.fromkeys(problem.rule for problem in report.problems)
    return [
        f"{name}: {rules[name].wording.demands} See {format_help_address(name)} on the site."
        for name in broken
        if name in rules
    ]

"""The rules: each id belongs to the function that reports it, and its wording to ``rules/rules.yml``.

``@rule("uncited-number")`` names the ids that a function may report. A rule needs both: ``list_rules`` raises where the
function or the wording is missing, and so does a function that reports an id which it does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator

from ledger.core.errors import CannotRunError
from ledger.core.problems import Level, Problem
from ledger.model.field_types import Key, NonEmptyText, StrictModel
from ledger.model.rules_folder import ENGINE_ROOT, load_rules_file, report_at

RULES_FILE = "rules.yml"
RULES_PAGE = "about/rules/"
"""Address of the page that explains the rules, relative to the root of the site."""

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def _validate_sentence(text: str) -> str:
    if not text.endswith("."):
        raise ValueError("write whole sentences; the last one ends with a full stop")
    return text


Sentence = Annotated[NonEmptyText, AfterValidator(_validate_sentence)]


class Wording(StrictModel):
    """What readers learn about a rule. A problem of level ``error`` stops the build, a ``warning`` is advice."""

    demands: Sentence
    why: Sentence
    fix: Sentence
    level: Level = "error"
    outside_build: bool = False
    """Whether only a command that is not part of the build reports the rule, such as the live link check."""


@dataclass(frozen=True)
class Rule:
    """One rule. ``group`` is its heading on the page Rules, ``line`` its line in the file."""

    id: str
    group: str
    wording: Wording
    line: int


_functions_by_id: dict[str, list[str]] = {}
"""The functions that report a rule, each as ``path:line: name``."""


def rule(*ids: str) -> Callable[[AnyFunction], AnyFunction]:
    """Declare the rules whose problems a function reports, alone or in a list, a tuple or an iterator.

    Each problem gets the level of its rule. A function may report a milder level than its rule has, never a stricter one.
    """

    def register(function: AnyFunction) -> AnyFunction:
        code = function.__code__
        path = code.co_filename.removeprefix(f"{ENGINE_ROOT}/")
        place = f"{path}:{code.co_firstlineno}: {function.__name__}"
        for one in ids:
            _functions_by_id.setdefault(one, []).append(place)

        def receive(result: Any) -> Any:
            """The result of the function, with its problems marked as its own."""
            if isinstance(result, Problem):
                return result if result.reported_by else _complete_problem(result, ids, place)
            if isinstance(result, Iterator):
                return map(receive, result)
            return type(result)(map(receive, result)) if type(result) in (list, tuple) else result

        @wraps(function)
        def report(*args: Any, **kwargs: Any) -> Any:
            return receive(function(*args, **kwargs))

        return cast("AnyFunction", report)

    return register


def _complete_problem(problem: Problem, ids: Iterable[str], place: str) -> Problem:
    if problem.rule not in ids:
        raise CannotRunError(f"{place} reports the rule '{problem.rule}'; name it in its @rule")
    known = get_rules().get(problem.rule)
    level = known.wording.level if known and problem.level == "error" else problem.level
    return replace(problem, level=level, reported_by=place)


@cache
def get_rules() -> Mapping[str, Rule]:
    """The rules of the file by id, in its order. Raises CannotRunError."""
    groups, document = load_rules_file(RULES_FILE, dict[NonEmptyText, dict[Key, Wording]])
    rules: dict[str, Rule] = {}
    for group, wordings in groups.items():
        for identifier, wording in wordings.items():
            line = document.line((group, identifier))
            if identifier in rules:
                message = f"the rule '{identifier}' is already in line {rules[identifier].line}; keep one"
                raise report_at(RULES_FILE, line, message)
            rules[identifier] = Rule(identifier, group, wording, line)
    return rules


def list_rules(*, outside_build: bool = False) -> list[Rule]:
    """Every rule, once each is known to have a function and a wording. Raises CannotRunError.

    The functions of rules ``outside_build`` are known only to the commands that run them.
    """
    rules = get_rules()
    for identifier, places in _functions_by_id.items():
        if identifier not in rules:
            raise CannotRunError(f"{places[0]} reports the rule '{identifier}'; describe it in rules/{RULES_FILE}")
    for one in rules.values():
        if one.id not in _functions_by_id and (outside_build or not one.wording.outside_build):
            message = (
                f"no function reports '{one.id}'; add @rule(\"{one.id}\") to the one that should, or remove it here"
            )
            raise report_at(RULES_FILE, one.line, message)
    return list(rules.values())


def check_declared(problems: Iterable[Problem]) -> None:
    """Raise CannotRunError where a problem comes from a function without ``@rule``."""
    for problem in problems:
        if not problem.reported_by:
            raise CannotRunError(f"no @rule names the function that reports: {problem}; add it to the function")


def format_help_address(identifier: str) -> str:
    """The address of a rule's explanation, relative to the root of the site."""
    return f"{RULES_PAGE}#{identifier}"

"""A file of excuses for what is no paragraph of a page, each with a reason and an end: what it excuses, until when.

excuses:
  - host: example.org
    reason: keeps programs out; opened by a person on 2026-11-20
    until: 2027-05-20
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.checks.suppressions import MAX_SUPPRESSION_TIME
from ledger.core.problems import Problem
from ledger.model.project import Project
from ledger.model.text_files import read_text
from ledger.model.yaml_source import BadYamlError, YamlDocument, load_yaml


@dataclass(frozen=True)
class FileSuppression:
    """One entry of such a file: ``what`` it excuses, which is a ``kind`` of thing, and its line."""

    kind: str
    what: str
    line: int


@dataclass(frozen=True)
class SuppressionFile:
    """A file of excuses: its path below the root, the rule that tells its faults, each kind of thing with an example."""

    path: str
    rule: str
    kinds: Mapping[str, str]

    def read(self, project: Project) -> tuple[list[FileSuppression], list[Problem]]:
        """The excuses that still hold, and what is wrong with the file: faults of form, and excuses past their end."""
        path = project.root / self.path
        if not path.exists():
            return [], []
        text, problem = read_text(path, self.path)
        if problem:
            return [], [problem]
        try:
            data = load_yaml(text)
        except BadYamlError as error:
            return [], [self._problem(error.line, str(error))]
        listed = data.data.get("excuses", []) if isinstance(data.data, dict) else None
        if not isinstance(listed, list) or set(data.data) - {"excuses"}:
            return [], [self._problem(1, "write one list, 'excuses:', and nothing else")]
        found: list[FileSuppression] = []
        problems: list[Problem] = []
        for number, raw in enumerate(listed):
            one = self._excuse(raw, data, number, project.today)
            if isinstance(one, FileSuppression):
                found.append(one)
            else:
                problems.append(one)
        return found, problems

    def unused(self, excuse: FileSuppression, who: str) -> Problem:
        """The problem of an excuse that excuses nothing; ``who`` does not need it."""
        return self._problem(excuse.line, f"{who} needs this excuse for '{excuse.what}'; take it out")

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self.path, line, self.rule, message)

    def _excuse(self, raw: Any, data: YamlDocument, number: int, today: date) -> FileSuppression | Problem:
        line = data.line(("excuses", number))

        def at(name: str) -> int:
            return data.line(("excuses", number, name))

        kind = next(
            (kind for kind in self.kinds if isinstance(raw, dict) and set(raw) == {kind, "reason", "until"}), ""
        )
        if not kind:
            return self._problem(line, f"an excuse has three lines: {' (or '.join(self._named())}, reason and until")
        what = raw[kind]
        if not isinstance(what, str) or not what.strip() or ("/" in what) != ("/" in self.kinds[kind]):
            return self._problem(line, "write " + ", or ".join(f"{name}: {form}" for name, form in self.kinds.items()))
        if not isinstance(raw["reason"], str) or not raw["reason"].strip():
            return self._problem(at("reason"), "say the reason in words")
        try:
            until = date.fromisoformat(str(raw["until"]))
        except ValueError:
            return self._problem(at("until"), f"'{raw['until']}' is no day; write until: YYYY-MM-DD")
        if until < today:
            message = f"this excuse ended on {until}; look at '{what}' again, then renew it or take it out"
            return self._problem(at("until"), message)
        if until > today + MAX_SUPPRESSION_TIME:
            return self._problem(at("until"), f"until {until} is more than a year away; choose a nearer day")
        return FileSuppression(kind, what, line)

    def _named(self) -> Iterator[str]:
        names = list(self.kinds)
        yield names[0]
        yield from (f"{name})" for name in names[1:])

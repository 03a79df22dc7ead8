"""A file of suppressions for what is not in a paragraph of a page: each says what it is for, why, and until when.

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
from ledger.model import rules
from ledger.model.project import Project
from ledger.model.text_files import read_text
from ledger.model.yaml_source import BadYamlError, YamlDocument, load_yaml


@dataclass(frozen=True)
class FileSuppression:
    """One entry of such a file: ``what`` it is for, which ``kind`` of thing that is, and its line."""

    kind: str
    what: str
    line: int


@dataclass(frozen=True)
class SuppressionFile:
    """Its path below the root, the rule that reports its errors, and each kind of thing with an example."""

    path: str
    rule: str
    kinds: Mapping[str, str]

    def read(self, project: Project) -> tuple[list[FileSuppression], list[Problem]]:
        """The suppressions in force, and what is wrong with the file: malformed and expired entries."""
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
        valid: list[FileSuppression] = []
        problems: list[Problem] = []
        for number, raw in enumerate(listed):
            result = self._read_entry(raw, data, number, project.today)
            if isinstance(result, FileSuppression):
                valid.append(result)
            else:
                problems.append(result)
        return valid, problems

    def unused(self, suppression: FileSuppression, who: str) -> Problem:
        """The problem with a suppression that suppresses nothing; ``who`` does not need it."""
        return self._problem(suppression.line, f"{who} needs this excuse for '{suppression.what}'; remove it")

    @rules.rule("link-excuse", "source-excuse")
    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self.path, line, self.rule, message)

    def _read_entry(self, raw: Any, data: YamlDocument, number: int, today: date) -> FileSuppression | Problem:
        line = data.line(("excuses", number))

        def at(name: str) -> int:
            return data.line(("excuses", number, name))

        kind = next(
            (kind for kind in self.kinds if isinstance(raw, dict) and set(raw) == {kind, "reason", "until"}), ""
        )
        if not kind:
            return self._problem(
                line, f"an excuse has three lines: {' (or '.join(self._list_kinds())}, reason and until"
            )
        what = raw[kind]
        if not isinstance(what, str) or not what.strip() or ("/" in what) != ("/" in self.kinds[kind]):
            return self._problem(line, "write " + ", or ".join(f"{name}: {form}" for name, form in self.kinds.items()))
        if not isinstance(raw["reason"], str) or not raw["reason"].strip():
            return self._problem(at("reason"), "give the reason in words")
        try:
            until = date.fromisoformat(str(raw["until"]))
        except ValueError:
            return self._problem(at("until"), f"'{raw['until']}' is not a date; write until: YYYY-MM-DD")
        if until < today:
            message = f"this excuse ended on {until}; check '{what}' again, then renew or remove the excuse"
            return self._problem(at("until"), message)
        if until > today + MAX_SUPPRESSION_TIME:
            return self._problem(at("until"), f"until {until} is more than a year away; choose a nearer day")
        return FileSuppression(kind, what, line)

    def _list_kinds(self) -> Iterator[str]:
        names = list(self.kinds)
        yield names[0]
        yield from (f"{name})" for name in names[1:])

"""Links that need not be asked, each with a reason and an end: ``link-policy.yml``.

excuses:
  - host: example.org                 # or address: https://example.org/page
    reason: keeps programs out; opened by a person on 2026-11-20
    until: 2027-05-20
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ledger.addresses import Address
from ledger.frontmatter import BadYamlError, Yaml, load
from ledger.linkstate import POLICY
from ledger.problems import Problem
from ledger.project import Project, read_text

LONGEST = timedelta(days=366)
"""An excuse is looked at again after a year at the latest."""


@dataclass(frozen=True)
class Excuse:
    """A host or an address that need not be asked until a day."""

    line: int
    what: str
    whole_host: bool
    until: date

    def covers(self, address: Address) -> bool:
        return address.host == self.what.lower() if self.whole_host else address.text == self.what


def read(project: Project) -> tuple[list[Excuse], list[Problem]]:
    """The excuses that still hold, and what is wrong with the file: faults of form, and excuses past their end."""
    path = project.root / POLICY
    if not path.exists():
        return [], []
    text, problem = read_text(path, POLICY)
    if problem:
        return [], [problem]
    try:
        data = load(text)
    except BadYamlError as error:
        return [], [Problem(POLICY, error.line, "link-excuse", str(error))]
    listed = data.data.get("excuses", []) if isinstance(data.data, dict) else None
    known = isinstance(data.data, dict) and not set(data.data) - {"excuses"}
    if not isinstance(listed, list) or not known:
        return [], [Problem(POLICY, 1, "link-excuse", "write one list, 'excuses:', and nothing else")]
    found: list[Excuse] = []
    problems: list[Problem] = []
    for number, raw in enumerate(listed):
        one = _excuse(raw, data, number, project.today)
        if isinstance(one, Excuse):
            found.append(one)
        else:
            problems.append(one)
    return found, problems


def unused(excuses: Sequence[Excuse], addresses: Sequence[Address]) -> list[Problem]:
    """Excuses that excuse nothing on the site."""
    message = "no link of the site needs this excuse for '{}'; take it out"
    return [
        Problem(POLICY, one.line, "link-excuse", message.format(one.what))
        for one in excuses
        if not any(one.covers(address) for address in addresses)
    ]


def _excuse(raw: Any, data: Yaml, number: int, today: date) -> Excuse | Problem:
    line = data.line(("excuses", number))

    def problem(message: str, name: str = "") -> Problem:
        at = data.line(("excuses", number, name)) if name else line
        return Problem(POLICY, at, "link-excuse", message)

    if not isinstance(raw, dict) or set(raw) not in ({"host", "reason", "until"}, {"address", "reason", "until"}):
        return problem("an excuse has three lines: host (or address), reason and until")
    whole_host = "host" in raw
    what = raw["host" if whole_host else "address"]
    if not isinstance(what, str) or ("/" in what) == whole_host or not what.strip():
        return problem("write host: example.org, or address: https://example.org/page")
    if not isinstance(raw["reason"], str) or not raw["reason"].strip():
        return problem("say the reason in words", "reason")
    try:
        until = date.fromisoformat(str(raw["until"]))
    except ValueError:
        return problem(f"'{raw['until']}' is no day; write until: YYYY-MM-DD", "until")
    if until < today:
        return problem(f"this excuse ended on {until}; look at '{what}' again, then renew it or take it out", "until")
    if until > today + LONGEST:
        return problem(f"until {until} is more than a year away; choose a nearer day", "until")
    return Excuse(line, what, whole_host, until)

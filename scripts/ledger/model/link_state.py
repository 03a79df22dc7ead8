"""Results of earlier live link checks, in a file, so that one bad day of a server never counts as a broken link.

Times are UTC, to the second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from ledger.core.errors import CannotRunError
from ledger.core.files import write_atomically
from ledger.model.field_types import StrictModel
from ledger.model.text_files import read_text
from ledger.model.validation import parse_json

FailureKind = Literal[
    "tls-expired",
    "tls-self-signed",
    "tls-wrong-name",
    "tls-untrusted",
    "dns",
    "refused",
    "time-out",
    "reset",
    "redirect-loop",
    "refused-unsafe",
]


LinkClass = Literal[
    "ok",
    "moved",
    "broken",
    "gone",
    "server-error",
    "blocked",
    "deferred",
    "suspect",
    "missing-fragment",
    "wrong-type",
    "not-checked",
    "excused",
    FailureKind,
]

GOOD_CLASSES: frozenset[LinkClass] = frozenset({"ok", "moved", "suspect", "missing-fragment", "wrong-type"})
"""The address leads to a page; earlier failures no longer count."""
BAD_CLASSES: frozenset[LinkClass] = frozenset({"broken", "gone"})
"""The host answered that there is no page: an error once this happened twice, a day apart."""


@dataclass(frozen=True)
class LinkResult:
    """A link's class and why. ``target`` is the new address where there is one."""

    kind: LinkClass
    evidence: str
    target: str = ""


LINK_STATE_FILE = "link-state.json"
LINK_POLICY_FILE = "link-policy.yml"
MIN_TIME_APART = timedelta(hours=24)
"""A link is broken after two bad results at least this far apart, with no good one between."""
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class NotCheckedError(CannotRunError):
    """The links were not checked; the message says why and what to do."""

    outcome = "not checked"


class BadStateError(NotCheckedError):
    """The state file cannot be used: the line, and what is wrong there."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
        self.line, self.reason = line, reason


def _validate_time(text: str) -> str:
    try:
        parse_time(text)
    except ValueError:
        raise ValueError(
            f"'{text}' is not a time; write it as {format_time(datetime(2026, 1, 2, tzinfo=UTC))}"
        ) from None
    return text


Time = Annotated[str, AfterValidator(_validate_time)]
OptionalTime = Annotated[str, AfterValidator(lambda text: text and _validate_time(text))]


@dataclass(frozen=True)
class LinkHistory:
    """The results of one address over time. Times are texts such as 2026-11-22T03:28:48Z, empty for never."""

    kind: LinkClass
    evidence: str
    checked: Time
    since: Time
    """Since when every check gave the present class."""
    last_good: OptionalTime = ""
    first_bad: OptionalTime = ""
    last_bad: OptionalTime = ""
    runs_bad: int = 0
    bad_evidence: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether two bad results are far enough apart. Timeouts between them do not count either way."""
        return (
            self.runs_bad >= 2
            and bool(self.first_bad)
            and parse_time(self.last_bad) - parse_time(self.first_bad) >= MIN_TIME_APART
        )


LinkState = dict[str, LinkHistory]
"""History by address as written on the site, fragment included."""


def format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def parse_time(text: str) -> datetime:
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)


def update_history(old: LinkHistory | None, result: LinkResult, now: datetime) -> LinkHistory:
    """The history with one more result."""
    at = format_time(now)
    since = old.since if old and old.kind == result.kind else at
    good = at if result.kind in GOOD_CLASSES else old.last_good if old else ""
    if result.kind in BAD_CLASSES:
        first = old.first_bad if old and old.first_bad else at
        runs = (old.runs_bad if old else 0) + 1
        return LinkHistory(result.kind, result.evidence, at, since, good, first, at, runs, result.evidence)
    reclassified = old is not None and old.bad_evidence == result.evidence  # an earlier version called this broken
    if result.kind in GOOD_CLASSES or old is None or reclassified:
        return LinkHistory(result.kind, result.evidence, at, since, good)
    return LinkHistory(
        result.kind,
        result.evidence,
        at,
        since,
        good,
        old.first_bad,
        old.last_bad,
        old.runs_bad,
        old.bad_evidence,
    )


class LinkStateFile(StrictModel):
    format: Literal["islet-ledger link state 1"] = "islet-ledger link state 1"
    written: Time = ""
    addresses: dict[str, LinkHistory]


def read_link_state(path: Path) -> LinkState:
    """The state; empty if there is no file yet. Raises BadStateError for a file that cannot be used."""
    if not path.exists():
        return {}
    text, problem = read_text(path, path.name)
    file, line, message = (None, problem.line, problem.message) if problem else parse_json(LinkStateFile, text)
    if file is None:
        raise BadStateError(path.name, line, f"{message}; move it away, or name another file with --state")
    return file.addresses


def write_link_state(path: Path, state: Mapping[str, LinkHistory], now: datetime) -> None:
    """Replace the state atomically, so that a run can be killed at any moment."""
    file = LinkStateFile(written=format_time(now), addresses=dict(sorted(state.items())))
    write_atomically(path, json.dumps(file.model_dump(), indent=1) + "\n")

"""Results of earlier live link checks, in a file, so that one bad day of a server never counts as a broken link.

JSON, replaced atomically, so that a run can be killed at any moment. Times are UTC, to the second.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

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
BAD_CLASSES: frozenset[LinkClass] = frozenset({"broken", "gone", "server-error"})
"""The host answered that there is no page: an error once this happened twice, a day apart."""


@dataclass(frozen=True)
class LinkResult:
    """A link's class and why. ``target`` is the new address where there is one."""

    kind: LinkClass
    evidence: str
    target: str = ""


LINK_STATE_FILE = "link-state.json"
LINK_POLICY_FILE = "link-policy.yml"
STATE_FORMAT = "islet-ledger link state 1"
MIN_TIME_APART = timedelta(hours=24)
"""A link is broken after two bad results at least this far apart, with no good one between."""
LINK_CLASSES = frozenset(name for kind in get_args(LinkClass) for name in (get_args(kind) or (kind,)))
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
MAX_FILE_BYTES = 50_000_000


class BadStateError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class BusyError(Exception):
    """Another run uses the same state file."""


@dataclass(frozen=True)
class LinkHistory:
    """The results of one address over time. Times are texts such as 2026-11-22T03:28:48Z, empty for never."""

    kind: str
    evidence: str
    checked: str
    since: str
    """Since when every check gave the present class."""
    last_good: str = ""
    first_bad: str = ""
    last_bad: str = ""
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
    if result.kind in GOOD_CLASSES or old is None:
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


def read_link_state(path: Path) -> LinkState:
    """The state; empty if there is no file yet. Raises BadStateError for any other kind of file."""
    advice = "move it away, or name another file with --state"
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
            raise BadStateError(f"{path.name} is too large for a state of the link check; {advice}")
        data = json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadStateError(f"{path.name} cannot be read: {error.strerror}; {advice}") from error
    except (ValueError, RecursionError) as error:
        raise BadStateError(f"{path.name} is not complete JSON; {advice}") from error
    if not isinstance(data, dict) or data.get("format") != STATE_FORMAT or not isinstance(data.get("addresses"), dict):
        raise BadStateError(f"{path.name} is not a state of the link check ('{STATE_FORMAT}'); {advice}")
    state: LinkState = {}
    for address, raw in data["addresses"].items():
        try:
            state[address] = _parse_history(raw)
        except (TypeError, ValueError, KeyError) as error:
            shown = address.encode("ascii", "backslashreplace").decode()[:100]
            raise BadStateError(f"{path.name}: the entry of {shown!r} cannot be read; {advice}") from error
    return state


def _parse_history(raw: Any) -> LinkHistory:
    """One entry, each field of the right type. Raises ValueError, TypeError, KeyError."""
    values: dict[str, Any] = {}
    for item in fields(LinkHistory):
        value = (
            raw[item.name]
            if item.name in ("kind", "evidence", "checked", "since")
            else raw.get(item.name, item.default)
        )
        expected = int if item.name == "runs_bad" else str
        if type(value) is not expected:
            raise TypeError(item.name)
        if item.name in ("checked", "since", "last_good", "first_bad", "last_bad") and value:
            parse_time(str(value))
        values[item.name] = value
    if values["kind"] not in LINK_CLASSES or not values["checked"] or (values["first_bad"] and not values["last_bad"]):
        raise ValueError("kind")
    return LinkHistory(**values)


def write_link_state(path: Path, state: Mapping[str, LinkHistory], now: datetime) -> None:
    """Replace the state atomically: a reader sees the old file or the new one, never a part."""
    addresses = {address: asdict(history) for address, history in sorted(state.items())}
    text = json.dumps({"format": STATE_FORMAT, "written": format_time(now), "addresses": addresses}, indent=1)
    atomic_write(path, text + "\n")


def atomic_write(path: Path, text: str) -> None:
    """Write a new file and move it over the old one. Raises OSError, and then leaves no file behind."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def lock_state_file(path: Path) -> Iterator[None]:
    """Lock the state file for one run. Raises BusyError at once if another run has it.

    The system releases the lock when the process ends, however it ends.
    """
    lock = path.with_name(f".{path.name}.lock")
    with lock.open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise BusyError(f"another run uses {path.name}; wait until it has finished") from error
        _remove_leftovers(path)
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_leftovers(path: Path) -> None:
    """Remove the files that a killed run was writing."""
    for left in path.parent.glob(f".{path.name}.*.new"):
        left.unlink(missing_ok=True)

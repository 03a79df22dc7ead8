"""What earlier live checks saw, in a file: so that one bad day of a server never counts as a broken link.

Plain JSON, written in one step, so that a run may be killed at any moment. Times are UTC, to the second.
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
"""The address leads to a page; what was bad before is over."""
BAD_CLASSES: frozenset[LinkClass] = frozenset({"broken", "gone", "server-error"})
"""The host itself said that there is nothing: an error once it said so twice, a day apart."""


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
"""A link is broken once it was bad in two runs at least this far apart, with no good one between."""
LINK_CLASSES = frozenset(name for one in get_args(LinkClass) for name in (get_args(one) or (one,)))
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
MAX_FILE_BYTES = 50_000_000


class BadStateError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class BusyError(Exception):
    """Another run is at work on the same state file."""


@dataclass(frozen=True)
class LinkHistory:
    """What is known of one address. Times are texts such as 2026-11-22T03:28:48Z, empty for never."""

    kind: str
    evidence: str
    checked: str
    since: str
    """When the present class was first seen without another in between."""
    last_good: str = ""
    first_bad: str = ""
    last_bad: str = ""
    runs_bad: int = 0
    bad_evidence: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether it was bad in two runs far enough apart. Silence in between neither adds nor takes away."""
        return (
            self.runs_bad >= 2
            and bool(self.first_bad)
            and parse_time(self.last_bad) - parse_time(self.first_bad) >= MIN_TIME_APART
        )


LinkState = dict[str, LinkHistory]
"""By address, as it stands on the site, fragment included."""


def format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def parse_time(text: str) -> datetime:
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)


def update_history(old: LinkHistory | None, verdict: LinkResult, now: datetime) -> LinkHistory:
    """What is known after one more look."""
    at = format_time(now)
    since = old.since if old and old.kind == verdict.kind else at
    good = at if verdict.kind in GOOD_CLASSES else old.last_good if old else ""
    if verdict.kind in BAD_CLASSES:
        first = old.first_bad if old and old.first_bad else at
        runs = (old.runs_bad if old else 0) + 1
        return LinkHistory(verdict.kind, verdict.evidence, at, since, good, first, at, runs, verdict.evidence)
    if verdict.kind in GOOD_CLASSES or old is None:
        return LinkHistory(verdict.kind, verdict.evidence, at, since, good)
    return LinkHistory(
        verdict.kind,
        verdict.evidence,
        at,
        since,
        good,
        old.first_bad,
        old.last_bad,
        old.runs_bad,
        old.bad_evidence,
    )


def read_link_state(path: Path) -> LinkState:
    """The state, empty where there is no file yet. Raises BadStateError for any other file than ours."""
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
        raise BadStateError(f"{path.name} is no JSON, or only a part of it; {advice}") from error
    if not isinstance(data, dict) or data.get("format") != STATE_FORMAT or not isinstance(data.get("addresses"), dict):
        raise BadStateError(f"{path.name} is not a state of the link check ('{STATE_FORMAT}'); {advice}")
    state: LinkState = {}
    for address, raw in data["addresses"].items():
        try:
            state[address] = _parse_history(raw)
        except (TypeError, ValueError, KeyError) as error:
            shown = address.encode("ascii", "backslashreplace").decode()[:100]
            raise BadStateError(f"{path.name}: what it says of {shown!r} cannot be read; {advice}") from error
    return state


def _parse_history(raw: Any) -> LinkHistory:
    """One entry, each field of the right type. Raises ValueError, TypeError, KeyError."""
    found: dict[str, Any] = {}
    for one in fields(LinkHistory):
        value = (
            raw[one.name] if one.name in ("kind", "evidence", "checked", "since") else raw.get(one.name, one.default)
        )
        wanted = int if one.name == "runs_bad" else str
        if type(value) is not wanted:
            raise TypeError(one.name)
        if one.name in ("checked", "since", "last_good", "first_bad", "last_bad") and value:
            parse_time(str(value))
        found[one.name] = value
    if found["kind"] not in LINK_CLASSES or not found["checked"] or (found["first_bad"] and not found["last_bad"]):
        raise ValueError("kind")
    return LinkHistory(**found)


def write_link_state(path: Path, state: Mapping[str, LinkHistory], now: datetime) -> None:
    """Put the state in place in one step: whoever reads sees the old or the new, never a part."""
    addresses = {address: asdict(seen) for address, seen in sorted(state.items())}
    text = json.dumps({"format": STATE_FORMAT, "written": format_time(now), "addresses": addresses}, indent=1)
    atomic_write(path, text + "\n")


def atomic_write(path: Path, text: str) -> None:
    """Write a file beside and move it over the old one. Raises OSError; leaves nothing behind then."""
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
    """Hold the state file for one run. Raises BusyError at once where another run has it.

    The system lets go of the lock when the process ends, however it ends, so no lock is ever left over.
    """
    lock = path.with_name(f".{path.name}.lock")
    with lock.open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise BusyError(f"another run is at work on {path.name}; wait until it is done") from error
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
    """Take away what a killed run was just writing."""
    for left in path.parent.glob(f".{path.name}.*.new"):
        left.unlink(missing_ok=True)

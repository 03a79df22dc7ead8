"""The live link check as a command: ask every address, remember, and tell what a person should do."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ledger import addresses, cli, guard, linkexcuses, links, linkstate, live, project
from ledger.addresses import Address, Bases, Place
from ledger.guard import Network, Resolve
from ledger.linkstate import Seen, State
from ledger.live import Manners, Run
from ledger.problems import COULD_NOT_RUN, Level, Problem, Report, plural, report
from ledger.project import DOCS, Project
from ledger.verdict import BAD, SILENT, Class, Verdict

NAME = "check_links"
SAVE_EVERY = 1.0
"""Seconds between two writes of the state: a killed run loses no more than this."""
LOOK_WITHIN = timedelta(days=30)
"""How soon a person should open a link that a program cannot judge."""
LONGEST_SHOWN = 300
PASSWORD = re.compile(r"://[^/\s@]{0,200}@")

ADVICE: Mapping[Class, str] = {
    "blocked": "no fault of the link: open it by hand by {by}, and if it is there, excuse it in link-policy.yml",
    "deferred": "nothing to do: the next run asks again",
    "suspect": "open it by hand by {by}, and mend the link or excuse it in link-policy.yml",
    "missing-fragment": "link to a place that is there, or take the part from # on out",
    "wrong-type": "open it by hand by {by}, and link to the document itself or to the page about it",
    "tls-expired": "readers see a warning: tell the host, or look for another address",
    "tls-self-signed": "readers see a warning: tell the host, or look for another address",
    "tls-wrong-name": "readers see a warning: tell the host, or look for another address",
    "tls-untrusted": "open it by hand by {by}, and mend the link or excuse it in link-policy.yml",
    "redirect-loop": "open it by hand by {by}, and mend the link or excuse it in link-policy.yml",
}


@dataclass(frozen=True)
class Result:
    """One address with what this run says and what is remembered of it."""

    address: Address
    verdict: Verdict
    seen: Seen | None


def main(
    arguments: Sequence[str],
    root: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    resolve: Resolve = guard.resolve,
) -> int:
    """Run the live check. Exit status as ``cli.run``: 0, 1 or 2."""
    asked = _parser().parse_args(arguments)
    folder = root or Path.cwd()
    return cli.guarded(NAME, lambda: _external(asked, folder, clock, resolve))


def _parser() -> argparse.ArgumentParser:
    usual = Manners()
    parser = argparse.ArgumentParser(
        prog="check_links.py",
        description="Ask every address outside the site whether it still leads somewhere.",
        epilog="Exit status: 0 no error, 1 errors (a link that was broken in two runs a day apart, an address that "
        "must not be asked, a bad excuse), 2 not checked (no network, another run at work, a strange state file). No "
        "proxy is used: it would look names up where the address check cannot see it.",
        allow_abbrev=False,
    )
    parser.add_argument("--external", action="store_true", required=True, help="the live check")
    parser.add_argument("--state", type=Path, metavar="FILE", help=f"what earlier runs saw ({linkstate.STATE})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was found, too")
    parser.add_argument("--contact", type=_contact, default=_contact(os.environ.get("REPO_URL", "")), metavar="TEXT")
    parser.add_argument(
        "--allow-private",
        nargs="?",
        const=guard.EVERYTHING,
        default=(),
        type=_networks,
        metavar="NETWORK",
        help="ask private and loopback addresses as well: all, or those of the networks named",
    )
    parser.add_argument("--base", action="append", default=[], type=_base, metavar="NAME=ADDRESS", help=_BASES)
    for option, name, text in (
        ("--budget", "budget", "seconds for the whole run"),
        ("--timeout", "silence", "longest silence of a server, in seconds"),
        ("--delay", "delay", "seconds between two requests to a host"),
        ("--pause", "pause", "seconds before the second try; then twice as long"),
        ("--longest-wait", "longest_wait", "seconds that a host may make us wait"),
    ):
        default = getattr(usual, name)
        parser.add_argument(
            option, dest=name, type=_seconds, default=default, metavar="S", help=f"{text} ({default:g})"
        )
    for option, name, text in (
        ("--jobs", "jobs", "requests at the same time"),
        ("--per-host", "per_host", "requests at the same time to one host"),
        ("--tries", "tries", "tries for what passes by itself"),
    ):
        default = getattr(usual, name)
        parser.add_argument(option, dest=name, type=_count, default=default, metavar="N", help=f"{text} ({default})")
    return parser


_BASES = f"ask identifiers elsewhere: {', '.join(one.name for one in fields(Bases))}"


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or not 0 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError("seconds are a number from 0 on")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return value


def _contact(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]{0,200}", text):
        raise argparse.ArgumentTypeError("a mail address or the address of a page, in plain letters")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return guard.networks(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _base(text: str) -> tuple[str, str]:
    name, _, address = text.partition("=")
    if name not in {one.name for one in fields(Bases)} or urlsplit(address).scheme not in guard.SCHEMES:
        raise argparse.ArgumentTypeError(f"write NAME=https://…; {_BASES}")
    return name, address.rstrip("/")


def _manners(asked: argparse.Namespace) -> Manners:
    return Manners(
        jobs=asked.jobs,
        per_host=asked.per_host,
        delay=asked.delay,
        silence=asked.silence,
        whole=2 * asked.silence,
        tries=asked.tries,
        pause=asked.pause,
        longest_wait=asked.longest_wait,
        budget=asked.budget,
        contact=asked.contact,
        networks=asked.allow_private,
    )


def _external(asked: argparse.Namespace, root: Path, clock: Callable[[], datetime], resolve: Resolve) -> int:
    path = asked.state or root / linkstate.STATE
    loaded = project.load(root, clock().date())
    try:
        with linkstate.alone(path):
            state = linkstate.read(path)
            results, run, problems = check(
                loaded, state, path, _manners(asked), Bases(**dict(asked.base)), clock, resolve
            )
    except (linkstate.BadStateError, linkstate.BusyError) as error:
        print(f"{NAME}: not checked: {clean(str(error))}", file=sys.stderr)
        return COULD_NOT_RUN
    found = report(NAME, {}, problems)
    total = total_line(found, results, run, len(loaded.pages))
    print("\n".join([*(clean(str(problem)) for problem in found.problems), *_unchecked(results), total]))
    if asked.json:
        linkstate.replace(asked.json, as_json(found, results, run, total))
    if run.offline:
        print(f"{NAME}: not checked: no host gave an answer; mend the network and run this again", file=sys.stderr)
        return COULD_NOT_RUN
    if run.ended == "stopped":
        print(f"{NAME}: stopped; what is known was kept", file=sys.stderr)
        return COULD_NOT_RUN
    return found.exit_code


def check(
    loaded: Project,
    state: State,
    path: Path,
    manners: Manners,
    bases: Bases,
    clock: Callable[[], datetime],
    resolve: Resolve,
) -> tuple[list[Result], Run, list[Problem]]:
    """Ask everything, keeping ``state`` and its file at ``path`` up to date on the way."""
    every = addresses.collect(loaded, bases)
    excused, problems = linkexcuses.read(loaded)
    problems = [*loaded.problems, *problems, *linkexcuses.unused(excused, every)]
    if not every:
        message = "no address outside the site was seen; a check that saw nothing proves nothing"
        problems.append(Problem(DOCS, 1, "nothing-seen", message))
    left_out = {one.text for one in every if any(linkexcuses.covers(excuse, one) for excuse in excused)}
    to_ask = [one for one in every if one.text not in left_out]
    to_ask.sort(key=lambda one: state[one.text].checked if one.text in state else "")
    saved = time.monotonic()

    def told(address: Address, verdict: Verdict) -> None:
        nonlocal saved
        now = clock()
        state[address.text] = linkstate.updated(state.get(address.text), verdict, now)
        if time.monotonic() - saved >= SAVE_EVERY:
            linkstate.write(path, state, now)
            saved = time.monotonic()

    progress = sys.stderr if sys.stderr.isatty() else None
    run = live.run(to_ask, manners, told, resolve, progress)
    if run.ended == "done" and not run.offline and not (loaded.problems or loaded.record_problems):
        known = {one.text for one in every}
        for text in [text for text in state if text not in known]:
            del state[text]
    if not run.offline:
        linkstate.write(path, state, clock())
    results = []
    for one in every:
        excuse = Verdict("excused", "see link-policy.yml")
        verdict = excuse if one.text in left_out else run.found[one.text]
        results.append(Result(one, verdict, state.get(one.text)))
        problems += tell(results[-1], manners.networks, clock())
    return results, run, problems


def tell(result: Result, networks: Sequence[Network], now: datetime) -> Iterator[Problem]:
    """What to do about one address, at each place where it stands."""
    address, verdict, seen = result.address, result.verdict, result.seen
    shown = short(address.text)
    said = f"{verdict.kind} ({verdict.evidence})"
    if verdict.kind in ("ok", "excused") or (verdict.kind == "not-checked" and not (seen and seen.confirmed)):
        return
    for place in address.places:
        if seen and seen.confirmed:
            yield Problem(place.path, place.line, "broken-link", links.broken_message(address.text, seen))
        elif verdict.kind in BAD:
            first = linkstate.when(seen.first_bad) if seen else now
            after = (first + linkstate.APART).strftime("%Y-%m-%d %H:%M UTC")
            message = (
                f"{shown}: {said}; look at it, a copy may be listed at {links.ARCHIVE}{shown}; "
                f"it becomes an error if a run after {after} sees the same"
            )
            yield Problem(place.path, place.line, "broken-link", message, "warning")
        elif verdict.kind == "moved":
            message = f"{shown} has moved for good ({verdict.evidence}); {edit(address, place, verdict)}"
            yield Problem(place.path, place.line, "moved-link", message, "warning")
        elif verdict.kind == "refused-unsafe":
            own = _own_fault(address, networks)
            level: Level = "error" if own else "warning"
            mend = "take it out or write a public address" if own else "open it by hand before you trust it"
            yield Problem(place.path, place.line, "unsafe-link", f"{shown}: {said}; {mend}", level)
        else:
            since = linkstate.when(seen.since) if seen else now
            message = f"{shown}: {said}; {_advice(verdict.kind, since, now)}"
            yield Problem(place.path, place.line, "doubtful-link", message, "warning")


def _advice(kind: Class, since: datetime, now: datetime) -> str:
    if kind not in SILENT:
        return ADVICE[kind].format(by=(since + LOOK_WITHIN).date().isoformat())
    if now - since > LOOK_WITHIN:
        return f"so since {since.date()}, which is long: look for another address or an archived copy"
    return f"so since {since.date()}; the fault may be theirs or ours: the next run asks again"


def _own_fault(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address is unsafe as it is written, and not by what a name or a redirect led to."""
    number = guard.literal(address.text)
    return bool(guard.fault(address.text)) or bool(number and not guard.allowed(number, networks))


def edit(address: Address, place: Place, verdict: Verdict) -> str:
    """The proposed edit: what stands in the line, and what should."""
    target = new_address(address, verdict)
    if not place.written.startswith(("http:", "https:")):
        return f"look it up and change {place.written}; it leads to {short(target)} now"
    return f"write {short(target)} in place of {short(place.written)}"


def new_address(address: Address, verdict: Verdict) -> str:
    """Where an address has moved to, with its place in the page."""
    place = address.text.partition("#")[2]
    return verdict.target if not place or "#" in verdict.target else f"{verdict.target}#{place}"


def short(address: str) -> str:
    return address if len(address) <= LONGEST_SHOWN else f"{address[: LONGEST_SHOWN - 40]}…{address[-39:]}"


def clean(text: str) -> str:
    """Text from elsewhere without passwords, and without signs that would act on a terminal or hide what is read."""
    text = PASSWORD.sub("://…@", text)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _unchecked(results: Sequence[Result]) -> list[str]:
    why = Counter(result.verdict.evidence for result in results if result.verdict.kind == "not-checked")
    return [
        f"{NAME}: {number} {'address' if number == 1 else 'addresses'} not checked: {reason}; that is no proof of anything"
        for reason, number in why.items()
    ]


def total_line(found: Report, results: Sequence[Result], run: Run, pages: int) -> str:
    """The last line: what was looked at, by class, and how bad it is."""
    number = len(results)
    addresses_ = "address" if number == 1 else "addresses"
    classes = Counter(result.verdict.kind for result in results)
    by_class = ", ".join(f"{count} {kind}" for kind, count in sorted(classes.items(), key=_ok_first)) or "nothing"
    return (
        f"{NAME}: {pages} {plural('pages', pages)}, {number} {addresses_}, {run.requests} "
        f"{plural('requests', run.requests)}: {by_class}: {found.errors} {plural('errors', found.errors)}, "
        f"{found.warnings} {plural('warnings', found.warnings)}"
    )


def _ok_first(item: tuple[Class, int]) -> tuple[bool, str]:
    return item[0] != "ok", item[0]


def as_json(found: Report, results: Sequence[Result], run: Run, total: str) -> str:
    """Everything that a run knows, for programs."""
    listed: list[dict[str, Any]] = []
    for one in results:
        bad = one.verdict.kind in BAD or bool(one.seen and one.seen.confirmed)
        moved = one.verdict.kind == "moved"
        listed.append(
            {
                "address": one.address.text,
                "asked": one.address.ask.url,
                "class": one.verdict.kind,
                "evidence": one.verdict.evidence,
                "places": [{"path": place.path, "line": place.line} for place in one.address.places],
                "edits": [
                    {
                        "path": place.path,
                        "line": place.line,
                        "old": place.written,
                        "new": new_address(one.address, one.verdict),
                    }
                    for place in one.address.places
                    if moved and place.written.startswith(("http:", "https:"))
                ],
                "archive": links.ARCHIVE + one.address.text if bad else "",
                "confirmed": bool(one.seen and one.seen.confirmed),
                "first_bad": one.seen.first_bad if one.seen else "",
                "last_good": one.seen.last_good if one.seen else "",
                "runs_bad": one.seen.runs_bad if one.seen else 0,
                "last_checked": one.seen.checked if one.seen else "",
            }
        )
    whole = {
        "summary": total,
        "ended": run.ended,
        "network": not run.offline,
        "errors": found.errors,
        "warnings": found.warnings,
        "classes": dict(sorted(Counter(result.verdict.kind for result in results).items())),
        "problems": [
            {"path": one.path, "line": one.line, "level": one.level, "rule": one.rule, "message": one.message}
            for one in found.problems
        ],
        "links": listed,
    }
    return json.dumps(whole, indent=1) + "\n"

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

from ledger.checks import confirmed_broken_links, link_suppressions
from ledger.core import run_command
from ledger.core.problems import EXIT_COULD_NOT_RUN, Level, Problem, Report, build_report
from ledger.core.text import pluralize
from ledger.linkcheck import scheduler, ssrf_guard
from ledger.linkcheck.classify import UNREACHABLE_CLASSES
from ledger.linkcheck.scheduler import LinkCheckRun, RequestPolicy
from ledger.linkcheck.ssrf_guard import IPNetwork, Resolver
from ledger.model import external_links, link_state, project
from ledger.model.external_links import BaseUrls, ExternalLink, LinkLocation
from ledger.model.link_state import BAD_CLASSES, LinkClass, LinkHistory, LinkResult, LinkState
from ledger.model.project import DOCS_FOLDER, Project

COMMAND_NAME = "check_links"
SAVE_INTERVAL_SECONDS = 1.0
"""Seconds between two writes of the state: a killed run loses no more than this."""
MANUAL_CHECK_PERIOD = timedelta(days=30)
"""How soon a person should open a link that a program cannot judge."""
MAX_SHOWN_LENGTH = 300
URL_CREDENTIALS = re.compile(r"://[^/\s@]{0,200}@")

ADVICE_BY_CLASS: Mapping[LinkClass, str] = {
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
class CheckedLink:
    """One address with what this run says and what is remembered of it."""

    address: ExternalLink
    verdict: LinkResult
    seen: LinkHistory | None


def main(
    arguments: Sequence[str],
    root: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    resolve: Resolver = ssrf_guard.resolve_host,
) -> int:
    """Run the live check. Exit status as ``cli.run``: 0, 1 or 2."""
    asked = _build_parser().parse_args(arguments)
    folder = root or Path.cwd()
    return run_command.run_guarded(COMMAND_NAME, lambda: _run_link_check(asked, folder, clock, resolve))


def _build_parser() -> argparse.ArgumentParser:
    usual = RequestPolicy()
    parser = argparse.ArgumentParser(
        prog="check_links.py",
        description="Ask every address outside the site whether it still leads somewhere.",
        epilog="Exit status: 0 no error, 1 errors (a link that was broken in two runs a day apart, an address that "
        "must not be asked, a bad excuse), 2 not checked (no network, another run at work, a strange state file). No "
        "proxy is used: it would look names up where the address check cannot see it.",
        allow_abbrev=False,
    )
    parser.add_argument("--external", action="store_true", required=True, help="the live check")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help=f"what earlier runs saw ({link_state.LINK_STATE_FILE})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was found, too")
    parser.add_argument(
        "--contact", type=_parse_contact, default=_parse_contact(os.environ.get("REPO_URL", "")), metavar="TEXT"
    )
    parser.add_argument(
        "--allow-private",
        nargs="?",
        const=ssrf_guard.ALL_NETWORKS,
        default=(),
        type=_parse_network_option,
        metavar="NETWORK",
        help="ask private and loopback addresses as well: all, or those of the networks named",
    )
    parser.add_argument(
        "--base", action="append", default=[], type=_parse_base, metavar="NAME=ADDRESS", help=_BASE_HELP
    )
    for option, name, text in (
        ("--budget", "budget", "seconds for the whole run"),
        ("--timeout", "silence", "longest silence of a server, in seconds"),
        ("--delay", "delay", "seconds between two requests to a host"),
        ("--pause", "pause", "seconds before the second try; then twice as long"),
        ("--longest-wait", "longest_wait", "seconds that a host may make us wait"),
    ):
        default = getattr(usual, name)
        parser.add_argument(
            option, dest=name, type=_parse_seconds, default=default, metavar="S", help=f"{text} ({default:g})"
        )
    for option, name, text in (
        ("--jobs", "jobs", "requests at the same time"),
        ("--per-host", "per_host", "requests at the same time to one host"),
        ("--tries", "tries", "tries for what passes by itself"),
    ):
        default = getattr(usual, name)
        parser.add_argument(
            option, dest=name, type=_parse_count, default=default, metavar="N", help=f"{text} ({default})"
        )
    return parser


_BASE_HELP = f"ask identifiers elsewhere: {', '.join(one.name for one in fields(BaseUrls))}"


def _parse_seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or not 0 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError("seconds are a number from 0 on")
    return value


def _parse_count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return value


def _parse_contact(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]{0,200}", text):
        raise argparse.ArgumentTypeError("a mail address or the address of a page, in plain letters")
    return text


def _parse_network_option(text: str) -> tuple[IPNetwork, ...]:
    try:
        return ssrf_guard.parse_networks(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _parse_base(text: str) -> tuple[str, str]:
    name, _, address = text.partition("=")
    if name not in {one.name for one in fields(BaseUrls)} or urlsplit(address).scheme not in ssrf_guard.SCHEMES:
        raise argparse.ArgumentTypeError(f"write NAME=https://…; {_BASE_HELP}")
    return name, address.rstrip("/")


def _build_request_policy(asked: argparse.Namespace) -> RequestPolicy:
    return RequestPolicy(
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


def _run_link_check(asked: argparse.Namespace, root: Path, clock: Callable[[], datetime], resolve: Resolver) -> int:
    path = asked.state or root / link_state.LINK_STATE_FILE
    loaded = project.load_project(root, clock().date())
    try:
        with link_state.lock_state_file(path):
            state = link_state.read_link_state(path)
            results, run, problems = check_external_links(
                loaded, state, path, _build_request_policy(asked), BaseUrls(**dict(asked.base)), clock, resolve
            )
    except (link_state.BadStateError, link_state.BusyError) as error:
        print(f"{COMMAND_NAME}: not checked: {clean_for_terminal(str(error))}", file=sys.stderr)
        return EXIT_COULD_NOT_RUN
    found = build_report(COMMAND_NAME, {}, problems)
    total = format_summary_line(found, results, run, len(loaded.pages))
    print(
        "\n".join(
            [*(clean_for_terminal(str(problem)) for problem in found.problems), *_describe_unchecked(results), total]
        )
    )
    if asked.json:
        link_state.atomic_write(asked.json, run_to_json(found, results, run, total))
    if run.offline:
        print(
            f"{COMMAND_NAME}: not checked: no host gave an answer; mend the network and run this again", file=sys.stderr
        )
        return EXIT_COULD_NOT_RUN
    if run.ended == "stopped":
        print(f"{COMMAND_NAME}: stopped; what is known was kept", file=sys.stderr)
        return EXIT_COULD_NOT_RUN
    return found.exit_code


def check_external_links(
    loaded: Project,
    state: LinkState,
    path: Path,
    manners: RequestPolicy,
    bases: BaseUrls,
    clock: Callable[[], datetime],
    resolve: Resolver,
) -> tuple[list[CheckedLink], LinkCheckRun, list[Problem]]:
    """Ask everything, keeping ``state`` and its file at ``path`` up to date on the way."""
    every = external_links.collect_external_links(loaded, bases)
    excused, problems = link_suppressions.read_link_suppressions(loaded)
    problems = [*loaded.problems, *problems, *link_suppressions.find_unused_suppressions(excused, every)]
    if not every:
        message = "no address outside the site was seen; a check that saw nothing proves nothing"
        problems.append(Problem(DOCS_FOLDER, 1, "nothing-seen", message))
    left_out = {one.text for one in every if any(link_suppressions.covers_address(excuse, one) for excuse in excused)}
    to_ask = [one for one in every if one.text not in left_out]
    to_ask.sort(key=lambda one: state[one.text].checked if one.text in state else "")
    saved = time.monotonic()

    def told(address: ExternalLink, verdict: LinkResult) -> None:
        nonlocal saved
        now = clock()
        state[address.text] = link_state.update_history(state.get(address.text), verdict, now)
        if time.monotonic() - saved >= SAVE_INTERVAL_SECONDS:
            link_state.write_link_state(path, state, now)
            saved = time.monotonic()

    progress = sys.stderr if sys.stderr.isatty() else None
    run = scheduler.request_external_links(to_ask, manners, told, resolve, progress)
    if run.ended == "done" and not run.offline and not (loaded.problems or loaded.record_problems):
        known = {one.text for one in every}
        for text in [text for text in state if text not in known]:
            del state[text]
    if not run.offline:
        link_state.write_link_state(path, state, clock())
    results = []
    for one in every:
        excuse = LinkResult("excused", "see link-policy.yml")
        verdict = excuse if one.text in left_out else run.found[one.text]
        results.append(CheckedLink(one, verdict, state.get(one.text)))
        problems += report_checked_link(results[-1], manners.networks, clock())
    return results, run, problems


def report_checked_link(result: CheckedLink, networks: Sequence[IPNetwork], now: datetime) -> Iterator[Problem]:
    """What to do about one address, at each place where it stands."""
    address, verdict, seen = result.address, result.verdict, result.seen
    shown = shorten_address(address.text)
    said = f"{verdict.kind} ({verdict.evidence})"
    if verdict.kind in ("ok", "excused") or (verdict.kind == "not-checked" and not (seen and seen.confirmed)):
        return
    for place in address.places:
        if seen and seen.confirmed:
            yield Problem(
                place.path, place.line, "broken-link", confirmed_broken_links.describe_broken_link(address.text, seen)
            )
        elif verdict.kind in BAD_CLASSES:
            first = link_state.parse_time(seen.first_bad) if seen else now
            after = (first + link_state.MIN_TIME_APART).strftime("%Y-%m-%d %H:%M UTC")
            message = (
                f"{shown}: {said}; look at it, a copy may be listed at {confirmed_broken_links.ARCHIVE_PREFIX}{shown}; "
                f"it becomes an error if a run after {after} sees the same"
            )
            yield Problem(place.path, place.line, "broken-link", message, "warning")
        elif verdict.kind == "moved":
            message = f"{shown} has moved for good ({verdict.evidence}); {describe_edit(address, place, verdict)}"
            yield Problem(place.path, place.line, "moved-link", message, "warning")
        elif verdict.kind == "refused-unsafe":
            own = _is_unsafe_as_written(address, networks)
            level: Level = "error" if own else "warning"
            mend = "take it out or write a public address" if own else "open it by hand before you trust it"
            yield Problem(place.path, place.line, "unsafe-link", f"{shown}: {said}; {mend}", level)
        else:
            since = link_state.parse_time(seen.since) if seen else now
            message = f"{shown}: {said}; {_format_advice(verdict.kind, since, now)}"
            yield Problem(place.path, place.line, "doubtful-link", message, "warning")


def _format_advice(kind: LinkClass, since: datetime, now: datetime) -> str:
    if kind not in UNREACHABLE_CLASSES:
        return ADVICE_BY_CLASS[kind].format(by=(since + MANUAL_CHECK_PERIOD).date().isoformat())
    if now - since > MANUAL_CHECK_PERIOD:
        return f"so since {since.date()}, which is long: look for another address or an archived copy"
    return f"so since {since.date()}; the fault may be theirs or ours: the next run asks again"


def _is_unsafe_as_written(address: ExternalLink, networks: Sequence[IPNetwork]) -> bool:
    """Whether the address is unsafe as it is written, and not by what a name or a redirect led to."""
    number = ssrf_guard.parse_ip_literal(address.text)
    return bool(ssrf_guard.explain_unsafe_url(address.text)) or bool(
        number and not ssrf_guard.is_allowed_ip(number, networks)
    )


def describe_edit(address: ExternalLink, place: LinkLocation, verdict: LinkResult) -> str:
    """The proposed edit: what stands in the line, and what should."""
    target = build_new_address(address, verdict)
    if not place.written.startswith(("http:", "https:")):
        return f"look it up and change {place.written}; it leads to {shorten_address(target)} now"
    return f"write {shorten_address(target)} in place of {shorten_address(place.written)}"


def build_new_address(address: ExternalLink, verdict: LinkResult) -> str:
    """Where an address has moved to, with its place in the page."""
    place = address.text.partition("#")[2]
    return verdict.target if not place or "#" in verdict.target else f"{verdict.target}#{place}"


def shorten_address(address: str) -> str:
    return address if len(address) <= MAX_SHOWN_LENGTH else f"{address[: MAX_SHOWN_LENGTH - 40]}…{address[-39:]}"


def clean_for_terminal(text: str) -> str:
    """Text from elsewhere without passwords, and without signs that would act on a terminal or hide what is read."""
    text = URL_CREDENTIALS.sub("://…@", text)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _describe_unchecked(results: Sequence[CheckedLink]) -> list[str]:
    why = Counter(result.verdict.evidence for result in results if result.verdict.kind == "not-checked")
    return [
        f"{COMMAND_NAME}: {number} {'address' if number == 1 else 'addresses'} not checked: {reason}; that is no proof of anything"
        for reason, number in why.items()
    ]


def format_summary_line(found: Report, results: Sequence[CheckedLink], run: LinkCheckRun, pages: int) -> str:
    """The last line: what was looked at, by class, and how bad it is."""
    number = len(results)
    addresses_ = "address" if number == 1 else "addresses"
    classes = Counter(result.verdict.kind for result in results)
    by_class = (
        ", ".join(f"{count} {kind}" for kind, count in sorted(classes.items(), key=_get_class_sort_key)) or "nothing"
    )
    return (
        f"{COMMAND_NAME}: {pages} {pluralize('pages', pages)}, {number} {addresses_}, {run.requests} "
        f"{pluralize('requests', run.requests)}: {by_class}: {found.errors} {pluralize('errors', found.errors)}, "
        f"{found.warnings} {pluralize('warnings', found.warnings)}"
    )


def _get_class_sort_key(item: tuple[LinkClass, int]) -> tuple[bool, str]:
    return item[0] != "ok", item[0]


def run_to_json(found: Report, results: Sequence[CheckedLink], run: LinkCheckRun, total: str) -> str:
    """Everything that a run knows, for programs."""
    listed: list[dict[str, Any]] = []
    for one in results:
        bad = one.verdict.kind in BAD_CLASSES or bool(one.seen and one.seen.confirmed)
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
                        "new": build_new_address(one.address, one.verdict),
                    }
                    for place in one.address.places
                    if moved and place.written.startswith(("http:", "https:"))
                ],
                "archive": confirmed_broken_links.ARCHIVE_PREFIX + one.address.text if bad else "",
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

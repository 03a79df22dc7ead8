"""The command ``check_links.py --external``: request every external link, remember the results, report what to do."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from ledger.checks.suppressions import LINK_POLICY, find_suppressed_links
from ledger.core import run_command
from ledger.core.files import write_atomically
from ledger.core.problems import EXIT_COULD_NOT_RUN, Problem, build_report
from ledger.http import ssrf_guard
from ledger.http.client import HttpSettings
from ledger.http.ssrf_guard import IPNetwork, Resolver
from ledger.linkcheck import report, scheduler
from ledger.linkcheck.report import CheckedLink
from ledger.linkcheck.scheduler import LinkCheckRun
from ledger.model import external_links, link_state, project
from ledger.model.external_links import BaseUrls, ExternalLink
from ledger.model.link_state import LinkResult, LinkState
from ledger.model.project import DOCS_FOLDER, Project
from ledger.model.rules import rule

COMMAND_NAME = "check_links"
SAVE_INTERVAL_SECONDS = 1.0
"""Seconds between two writes of the state: a killed run loses no more than this."""


def main(
    arguments: Sequence[str],
    root: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    resolve: Resolver = ssrf_guard.resolve_host,
) -> int:
    """Run the live check. Exit status: 0 no errors, 1 errors, 2 not checked."""
    options = _build_parser().parse_args(arguments)
    folder = root or Path.cwd()
    return run_command.run_guarded(COMMAND_NAME, lambda: _run_link_check(options, folder, clock, resolve))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="check_links.py",
        description="Check that every link to another site still works.",
        epilog="Exit status: 0 no errors, 1 errors (a link that was broken in two runs a day apart, an address that "
        "must not be requested, a bad excuse), 2 not checked (no network, an unreadable state file). No proxy is used: "
        "it would resolve names where the address check cannot see it.",
        allow_abbrev=False,
    )
    parser.add_argument("--external", action="store_true", required=True, help="the live check")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help=f"results of earlier runs ({link_state.LINK_STATE_FILE})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all results as JSON")
    parser.add_argument(
        "--contact",
        type=_parse_contact,
        default=_parse_contact(os.environ.get("CONTACT", "") or os.environ.get("REPO_URL", "")),
        metavar="TEXT",
        help="mail address or page of yours, sent to every host",
    )
    parser.add_argument(
        "--allow-private",
        nargs="?",
        const=ssrf_guard.ALL_NETWORKS,
        default=(),
        type=_parse_network_option,
        metavar="NETWORK",
        help="also request private and loopback addresses: all, or those of the given networks",
    )
    parser.add_argument(
        "--base", action="append", default=[], type=_parse_base, metavar="NAME=ADDRESS", help=_BASE_HELP
    )
    for option, (name, text) in LIMITS.items():
        default = getattr(HttpSettings(), name)
        is_count = isinstance(default, int)
        parser.add_argument(
            option,
            dest=name,
            type=_parse_count if is_count else _parse_seconds,
            default=default,
            metavar="N" if is_count else "S",
            help=f"{text} ({default:g})",
        )
    return parser


LIMITS: Mapping[str, tuple[str, str]] = {
    "--budget": ("budget", "seconds for the whole run"),
    "--timeout": ("timeout", "maximum seconds without any data from a server"),
    "--delay": ("delay", "seconds between two requests to a host"),
    "--pause": ("pause", "seconds before the second try; doubled before each further one"),
    "--longest-wait": ("max_wait", "maximum Retry-After that is obeyed, in seconds"),
    "--jobs": ("jobs", "concurrent requests"),
    "--per-host": ("per_host", "concurrent requests to one host"),
    "--tries": ("tries", "tries for transient failures"),
}
"""Options that change one of the HTTP settings, with their meaning."""
_BASE_HELP = f"another service for identifiers: {', '.join(base.name for base in fields(BaseUrls))}"


def _parse_seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or not 0 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError("seconds are a number from 0 to 1000000")
    return value


def _parse_count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return value


def _parse_contact(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]{0,200}", text):
        raise argparse.ArgumentTypeError("a mail address or the address of a page, in ASCII characters")
    return text


def _parse_network_option(text: str) -> tuple[IPNetwork, ...]:
    try:
        return ssrf_guard.parse_networks(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _parse_base(text: str) -> tuple[str, str]:
    name, _, address = text.partition("=")
    if name not in {base.name for base in fields(BaseUrls)} or urlsplit(address).scheme not in ssrf_guard.SCHEMES:
        raise argparse.ArgumentTypeError(f"write NAME=https://…; {_BASE_HELP}")
    return name, address.rstrip("/")


def _run_link_check(options: argparse.Namespace, root: Path, clock: Callable[[], datetime], resolve: Resolver) -> int:
    path = options.state or root / link_state.LINK_STATE_FILE
    loaded = project.load_project(root, clock().date())
    state = link_state.read_link_state(path)
    limits = {name: getattr(options, name) for name, _ in LIMITS.values()}
    settings = HttpSettings(contact=options.contact, **limits)
    links = external_links.collect_external_links(loaded, BaseUrls(**dict(options.base)))
    results, run, problems = check_external_links(
        loaded, links, state, path, settings, options.allow_private, clock, resolve
    )
    outcome = build_report(COMMAND_NAME, {}, problems)
    summary = f"{COMMAND_NAME}: {report.format_summary(outcome, results, run, len(loaded.pages))}"
    for problem in outcome.problems:
        print(report.clean_for_terminal(str(problem)))
    for line in report.describe_unchecked(results):
        print(f"{COMMAND_NAME}: {line}")
    print(summary)
    if options.json:
        write_atomically(options.json, report.format_json(outcome, results, run, summary))
    if run.offline:
        raise link_state.NotCheckedError("no host responded; check the network and run this again")
    if run.ended == "stopped":
        print(f"{COMMAND_NAME}: stopped; the results so far are saved", file=sys.stderr)
        return EXIT_COULD_NOT_RUN
    return outcome.exit_code


@rule("nothing-seen")
def check_external_links(
    loaded: Project,
    links: Sequence[ExternalLink],
    state: LinkState,
    path: Path,
    settings: HttpSettings,
    networks: Sequence[IPNetwork],
    clock: Callable[[], datetime],
    resolve: Resolver,
) -> tuple[list[CheckedLink], LinkCheckRun, list[Problem]]:
    """Request all links without a suppression, and save ``state`` at ``path`` as the results come in."""
    valid, problems = LINK_POLICY.read(loaded)
    suppressed = find_suppressed_links(valid, links)
    problems = [*loaded.problems, *problems, *LINK_POLICY.check_unused(valid)]
    if not links:
        message = "no link to another site was found; a check that finds no links proves nothing"
        problems.append(Problem(DOCS_FOLDER, 1, "nothing-seen", message))
    pending = [link for link in links if link.text not in suppressed]
    pending.sort(key=lambda link: state[link.text].checked if link.text in state else "")
    saved, known = time.monotonic(), 0

    def record_result(link: ExternalLink, result: LinkResult) -> None:
        nonlocal saved, known
        now = clock()
        state[link.text] = link_state.update_history(state.get(link.text), result, now)
        known += 1
        if sys.stderr.isatty():
            end = "\n" if known == len(pending) else ""
            print(f"\r{known} of {len(pending)} links checked", end=end, file=sys.stderr, flush=True)
        if time.monotonic() - saved >= SAVE_INTERVAL_SECONDS:
            link_state.write_link_state(path, state, now)
            saved = time.monotonic()

    run = scheduler.request_external_links(pending, settings, networks, record_result, resolve)
    if run.ended == "done" and not run.offline and not (loaded.problems or loaded.record_problems):
        for address in state.keys() - {link.text for link in links}:
            del state[address]
    if not run.offline:
        link_state.write_link_state(path, state, clock())
    results = []
    for link in links:
        suppression = LinkResult("excused", "see link-policy.yml")
        result = suppression if link.text in suppressed else run.results[link.text]
        results.append(CheckedLink(link, result, state.get(link.text)))
        problems += report.report_checked_link(results[-1], networks, clock())
    return results, run, problems

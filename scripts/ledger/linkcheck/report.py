"""The report of a live link check: problems with advice for each link, the summary line, and the JSON file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledger.checks import confirmed_broken_links
from ledger.core.problems import Level, Problem, Report
from ledger.core.text import make_printable, pluralize, shorten
from ledger.http import ssrf_guard
from ledger.http.ssrf_guard import IPNetwork
from ledger.linkcheck.classify import UNREACHABLE_CLASSES
from ledger.linkcheck.scheduler import LinkCheckRun
from ledger.model import link_state
from ledger.model.external_links import ExternalLink, LinkLocation
from ledger.model.link_state import BAD_CLASSES, LinkClass, LinkHistory, LinkResult
from ledger.model.rules import rule

MANUAL_CHECK_PERIOD = timedelta(days=30)
"""Time within which a person should open a link that a program cannot check."""
URL_CREDENTIALS = re.compile(r"://[^/\s@]{0,200}@")
WEB_PREFIXES = ("http:", "https:")

ADVICE_BY_CLASS: Mapping[LinkClass, str] = {
    "blocked": "the site blocks programs: open it by hand by {by}; if the page is there, excuse it in link-policy.yml",
    "deferred": "nothing to do: the next run tries again",
    "server-error": "open it by hand by {by}, and fix the link or excuse it in link-policy.yml",
    "suspect": "open it by hand by {by}, and fix the link or excuse it in link-policy.yml",
    "missing-fragment": "link to an id that the page has, or remove the part from # on",
    "wrong-type": "open it by hand by {by}, and link to the document itself or to the page about it",
    "tls-expired": "readers see a warning: write to the host, or find another address",
    "tls-self-signed": "readers see a warning: write to the host, or find another address",
    "tls-wrong-name": "readers see a warning: write to the host, or find another address",
    "tls-untrusted": "open it by hand by {by}, and fix the link or excuse it in link-policy.yml",
    "redirect-loop": "open it by hand by {by}, and fix the link or excuse it in link-policy.yml",
}


@dataclass(frozen=True)
class CheckedLink:
    """One link with the result of this run and the history of all runs."""

    link: ExternalLink
    result: LinkResult
    history: LinkHistory | None

    @property
    def confirmed(self) -> bool:
        """Whether the link is broken for certain: in two runs a day apart."""
        return bool(self.history and self.history.confirmed)


@rule("broken-link", "moved-link", "unsafe-link", "doubtful-link")
def report_checked_link(checked: CheckedLink, networks: Sequence[IPNetwork], now: datetime) -> Iterator[Problem]:
    """A problem with advice for each place where the link appears; none for a good link."""
    if checked.result.kind in ("ok", "excused") or (checked.result.kind == "not-checked" and not checked.confirmed):
        return
    for place in checked.link.places:
        rule, message, level = _describe_problem(checked, place, networks, now)
        yield Problem(place.path, place.line, rule, message, level)


def _describe_problem(
    checked: CheckedLink, place: LinkLocation, networks: Sequence[IPNetwork], now: datetime
) -> tuple[str, str, Level]:
    """The rule, message and level for a link that is not good."""
    link, result, history = checked.link, checked.result, checked.history
    shown = shorten(link.text, 300)
    evidence = f"{result.kind} ({result.evidence})"
    if history and history.confirmed:
        return "broken-link", confirmed_broken_links.describe_broken_link(link.text, history), "error"
    if result.kind in BAD_CLASSES:
        first = link_state.parse_time(history.first_bad) if history else now
        after = (first + link_state.MIN_TIME_APART).strftime("%Y-%m-%d %H:%M UTC")
        message = (
            f"{shown}: {evidence}; open it, a copy may be listed at {confirmed_broken_links.ARCHIVE_PREFIX}{shown}; "
            f"it becomes an error if a run after {after} gets the same result"
        )
        return "broken-link", message, "warning"
    if result.kind == "moved":
        message = f"{shown} has moved permanently ({result.evidence}); {describe_edit(link, place, result)}"
        return "moved-link", message, "error"
    if result.kind == "refused-unsafe":
        if _is_unsafe_as_written(link, networks):
            return "unsafe-link", f"{shown}: {evidence}; remove it or write a public address", "error"
        return "unsafe-link", f"{shown}: {evidence}; open it by hand before you trust it", "warning"
    since = link_state.parse_time(history.since) if history else now
    return "doubtful-link", f"{shown}: {evidence}; {_format_advice(result.kind, since, now)}", "error"


def _format_advice(kind: LinkClass, since: datetime, now: datetime) -> str:
    if kind not in UNREACHABLE_CLASSES:
        return ADVICE_BY_CLASS[kind].format(by=(since + MANUAL_CHECK_PERIOD).date().isoformat())
    if now - since > MANUAL_CHECK_PERIOD:
        return f"so since {since.date()}, a long time: find another address or an archived copy"
    return f"so since {since.date()}; the host or our network may be down: the next run tries again"


def _is_unsafe_as_written(link: ExternalLink, networks: Sequence[IPNetwork]) -> bool:
    """Whether the address itself is unsafe, and not what its name or a redirect leads to."""
    ip = ssrf_guard.parse_ip_literal(link.text)
    return bool(ssrf_guard.explain_unsafe_url(link.text)) or bool(ip and not ssrf_guard.is_allowed_ip(ip, networks))


def describe_edit(link: ExternalLink, place: LinkLocation, result: LinkResult) -> str:
    """The proposed edit: the text in the line and its replacement."""
    target = build_new_address(link, result)
    if not place.written.startswith(WEB_PREFIXES):
        return f"look it up and change {place.written}; it leads to {shorten(target, 300)} now"
    return f"write {shorten(target, 300)} in place of {shorten(place.written, 300)}"


def build_new_address(link: ExternalLink, result: LinkResult) -> str:
    """The address to which a link has moved, with the fragment of the link."""
    fragment = link.text.partition("#")[2]
    return result.target if not fragment or "#" in result.target else f"{result.target}#{fragment}"


def clean_for_terminal(text: str) -> str:
    """External text without passwords, and with control and invisible characters escaped."""
    return make_printable(URL_CREDENTIALS.sub("://…@", text))


def describe_unchecked(results: Sequence[CheckedLink]) -> list[str]:
    """One line for each reason for which links were not checked."""
    reasons = Counter(checked.result.evidence for checked in results if checked.result.kind == "not-checked")
    return [
        f"{count} {'address' if count == 1 else 'addresses'} not checked: {reason}; nothing is known about"
        f" {'it' if count == 1 else 'them'}"
        for reason, count in reasons.items()
    ]


def format_summary(report: Report, results: Sequence[CheckedLink], run: LinkCheckRun, pages: int) -> str:
    """The counts of the run: pages, addresses, requests, links by class, errors and warnings."""
    addresses = f"{len(results)} {'address' if len(results) == 1 else 'addresses'}"
    classes = Counter(checked.result.kind for checked in results)
    by_class = ", ".join(f"{count} {kind}" for kind, count in sorted(classes.items(), key=_get_class_sort_key))
    return (
        f"{pages} {pluralize('pages', pages)}, {addresses}, {run.requests} {pluralize('requests', run.requests)}: "
        f"{by_class or 'nothing'}: {report.errors} {pluralize('errors', report.errors)}, "
        f"{report.warnings} {pluralize('warnings', report.warnings)}"
    )


def _get_class_sort_key(item: tuple[LinkClass, int]) -> tuple[bool, str]:
    return item[0] != "ok", item[0]


def format_json(report: Report, results: Sequence[CheckedLink], run: LinkCheckRun, summary: str) -> str:
    """Everything that a run knows, as JSON."""
    content = {
        "summary": summary,
        "ended": run.ended,
        "network": not run.offline,
        "errors": report.errors,
        "warnings": report.warnings,
        "classes": dict(sorted(Counter(checked.result.kind for checked in results).items())),
        "problems": [
            {name: getattr(problem, name) for name in ("path", "line", "level", "rule", "message")}
            for problem in report.problems
        ],
        "links": [_export_link(checked) for checked in results],
    }
    return json.dumps(content, indent=1) + "\n"


def _export_link(checked: CheckedLink) -> dict[str, Any]:
    link, result, history = checked.link, checked.result, checked.history
    bad = result.kind in BAD_CLASSES or checked.confirmed
    return {
        "address": link.text,
        "asked": link.ask.url,
        "class": result.kind,
        "evidence": result.evidence,
        "places": [{"path": place.path, "line": place.line} for place in link.places],
        "edits": [
            {
                "path": place.path,
                "line": place.line,
                "old": place.written,
                "new": build_new_address(link, result),
            }
            for place in link.places
            if result.kind == "moved" and place.written.startswith(WEB_PREFIXES)
        ],
        "archive": confirmed_broken_links.ARCHIVE_PREFIX + link.text if bad else "",
        "confirmed": checked.confirmed,
        "first_bad": history.first_bad if history else "",
        "last_good": history.last_good if history else "",
        "runs_bad": history.runs_bad if history else 0,
        "last_checked": history.checked if history else "",
    }

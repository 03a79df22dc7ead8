"""The commands ``check_citations.py --online`` and ``--enter``: update ``source-status.json``.

The file is written in one step at the end, also where Ctrl-C stops the run.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ledger.core.errors import CannotRunError
from ledger.core.files import write_atomically
from ledger.core.problems import EXIT_CLEAN
from ledger.core.run_command import run_guarded
from ledger.core.text import pluralize
from ledger.http.client import HttpSettings
from ledger.model import bibliography, project, source_status
from ledger.model.source_status import DATABASES, SOURCE_STATUS_FILE, SourceStatusFile
from ledger.model.text_files import UNREADABLE_RULES
from ledger.source_status.query import SERVICES, query_databases
from ledger.source_status.responses import clean_external_text

COMMAND_NAME = "check_citations"
SERVICE_NAMES: Mapping[str, str] = {**DATABASES, **{name: service.name for name, service in SERVICES.items()}}
CONTACT_PATTERN = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|https://[\x21-\x7e]{4,200}", re.ASCII)


def main(arguments: Sequence[str], root: Path | None = None, settings: HttpSettings | None = None) -> int:
    """Run the command. Exit status: 0 done (some sources may be not checked), 2 no service responded or no file written."""
    parser = _build_parser()
    options = parser.parse_args(arguments)
    if not (options.online or options.enter):
        parser.error("add --online; without it these options have no effect")

    def work() -> int:
        loaded = _load_project(root or Path.cwd())
        if options.online:
            return _update_status(loaded, options, settings or HttpSettings())
        return _enter_new_numbers(loaded)

    return run_guarded(COMMAND_NAME, work)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{COMMAND_NAME}.py",
        allow_abbrev=False,
        description="Without options: check every citation and number, without a network. With --online: look up every "
        f"DOI and PMID of {project.BIB_FILE} at Crossref, PubMed and doi.org, and write {SOURCE_STATUS_FILE}.",
    )
    parser.add_argument("--online", action="store_true", help=f"query the databases and write {SOURCE_STATUS_FILE}")
    parser.add_argument(
        "--enter", action="store_true", help=f"enter new DOIs and PMIDs into {SOURCE_STATUS_FILE} as not checked"
    )
    parser.add_argument("--contact", default="", help="your mail address or https page, sent to the databases")
    parser.add_argument(
        "--retraction-watch",
        type=Path,
        metavar="FILE",
        help="the Retraction Watch data (CSV), as Crossref publishes it",
    )
    parser.add_argument("--budget", type=float, default=0.0, metavar="SECONDS", help="maximum time for the whole run")
    for name in SERVICES:
        parser.add_argument(
            f"--{name}", default="", metavar="ADDRESS", help=f"another address for {SERVICE_NAMES[name]}"
        )
    return parser


def _add_options(settings: HttpSettings, options: argparse.Namespace) -> HttpSettings:
    contact = options.contact or os.environ.get("CONTACT", "")
    if not CONTACT_PATTERN.fullmatch(contact):
        raise CannotRunError(
            "add a contact, so that the databases can write to you: --contact you@example.org (or an https address)"
        )
    budget = options.budget or settings.budget
    if not 1 <= budget <= 86_400:
        raise CannotRunError("--budget is the number of seconds for the whole run, 1 to 86400")
    return replace(settings, contact=contact, budget=budget)


def _load_project(root: Path) -> project.Project:
    loaded = project.load_project(root)
    unreadable = ("bib-syntax", *UNREADABLE_RULES)
    problems = [problem for problem in loaded.bibliography.problems if problem.rule in unreadable]
    problems += [problem for problem in loaded.problems if problem.path == SOURCE_STATUS_FILE]
    if problems:
        raise CannotRunError(f"fix this first: {problems[0]}")
    if not any(source_status.collect_identifiers(loaded.bibliography).values()):
        raise CannotRunError(f"{project.BIB_FILE} has no DOI and no PMID to look up")
    return loaded


def _enter_new_numbers(loaded: project.Project) -> int:
    """Make the file list exactly the identifiers of the bibliography, new ones as not checked. Uses no network."""
    wanted = source_status.collect_identifiers(loaded.bibliography)
    identifiers = {(kind, number) for kind, entries in wanted.items() for number in entries}
    known = {(kind, number) for kind, table in loaded.status.numbers.items() for number in table}
    _write_status(loaded, loaded.status)
    new, removed = len(identifiers - known), len(known - identifiers)
    numbers = f"{len(identifiers)} {pluralize('numbers', len(identifiers))}"
    print(f"{COMMAND_NAME}: {SOURCE_STATUS_FILE}: {numbers}, {new} new as not checked, {removed} removed")
    return EXIT_CLEAN


def _update_status(loaded: project.Project, options: argparse.Namespace, settings: HttpSettings) -> int:
    base_urls = {
        name: getattr(options, name) or os.environ.get(f"{name.upper()}_API", "") or service.url
        for name, service in SERVICES.items()
    }
    update = query_databases(loaded, _add_options(settings, options), base_urls, options.retraction_watch)
    for name, tally in update.tallies.items():
        if tally.reason:
            failures = f"{tally.unanswered} not checked; {clean_external_text(tally.reason)}"
            print(f"{COMMAND_NAME}: {SERVICE_NAMES[name]}: {failures}", file=sys.stderr)
    if not any(tally.answered for tally in update.tallies.values()):
        raise CannotRunError(f"no service gave a result; {SOURCE_STATUS_FILE} is unchanged")
    _write_status(loaded, update.status)
    for line in _describe_changes(loaded.bibliography, loaded.status, update.status):
        print(f"{COMMAND_NAME}: {line}")
    counts = {kind: len(entries) for kind, entries in source_status.collect_identifiers(loaded.bibliography).items()}
    numbers = (
        f"{counts['doi']} {pluralize('DOIs', counts['doi'])} and {counts['pmid']} {pluralize('PMIDs', counts['pmid'])}"
    )
    by_service = ", ".join(
        f"{SERVICE_NAMES[name]} {tally.answered} answered and {tally.unanswered} not checked"
        for name, tally in update.tallies.items()
    )
    print(f"{COMMAND_NAME}: {'stopped; ' if update.stopped else ''}{numbers}: {by_service}")
    return EXIT_CLEAN


def _describe_changes(
    entries: bibliography.Bibliography, old: SourceStatusFile, new: SourceStatusFile
) -> Iterator[str]:
    """One line for each source with a new state, and a last one with the number of sources by state."""
    counts: dict[str, int] = {}
    for key, entry in entries.entries.items():
        before, after = source_status.get_source_status(entry, old), source_status.get_source_status(entry, new)
        if not after.askable:
            continue
        counts[after.state] = counts.get(after.state, 0) + 1
        if after.state != before.state and after.state != source_status.NOTHING_FOUND:
            yield f"{key}: {after.state} (was: {before.state})"
    by_state = ", ".join(f"{counts[state]} {state}" for state in source_status.SOURCE_STATES if state in counts)
    total = sum(counts.values())
    yield f"{total} {pluralize('sources', total)}: {by_state}"


def _write_status(loaded: project.Project, status: SourceStatusFile) -> None:
    text = source_status.dump_source_status(status, loaded.bibliography)
    write_atomically(loaded.root / SOURCE_STATUS_FILE, text)

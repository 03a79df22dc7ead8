"""``check_citations.py --online``: ask the databases about every DOI and PMID, and keep what they say.

A service that does not answer leaves "not checked", or its older answer with its older date; never "nothing found".
The file is written in one step at the end, also where the run is stopped half-way.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

from ledger.core.errors import CannotRunError
from ledger.core.problems import EXIT_CLEAN, EXIT_COULD_NOT_RUN
from ledger.core.text import pluralize
from ledger.model import bibliography, project, source_status
from ledger.model.project import UNREADABLE_RULES
from ledger.model.source_status import (
    DATABASES,
    EXISTS,
    NOT_CHECKED,
    SOURCE_STATUS_FILE,
    DatabaseResult,
    IdentifierStatus,
    SourceStatusFile,
)
from ledger.source_status import databases
from ledger.source_status.client import PoliteClient, RequestFailedError, RetryPolicy
from ledger.source_status.databases import BadResponseError, LookupResult

COMMAND_NAME = "check_citations"
SERVICE_URLS: Mapping[str, str] = {
    "crossref": "https://api.crossref.org",
    "pubmed": "https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
    "handles": "https://doi.org/api/handles",
}
SERVICE_NAMES: Mapping[str, str] = {"crossref": "Crossref", "pubmed": "PubMed", "handles": "doi.org"}
MAX_PMIDS_PER_REQUEST = 50
"""PMIDs in one question."""
JSON_CONTENT_TYPES = ("application/json",)
XML_CONTENT_TYPES = ("text/xml", "application/xml")
CONTACT_PATTERN = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|https://[\x21-\x7e]{4,200}", re.ASCII)


@dataclass
class UpdateSettings:
    """Who asks, whom, how."""

    contact: str
    bases: Mapping[str, str] = field(default_factory=lambda: dict(SERVICE_URLS))
    retraction_watch: Path | None = None
    manners: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass
class ServiceTally:
    """Answers of one service, and the questions that have none, with the first reason."""

    answered: int = 0
    unanswered: int = 0
    why: str = ""

    def fail(self, number: int, why: str) -> None:
        self.unanswered += number
        self.why = self.why or why


@dataclass(frozen=True)
class _ServiceReply:
    """One step of a service: what it said of some numbers, or why it did not."""

    service: str
    kind: str
    numbers: tuple[str, ...]
    found: Mapping[str, LookupResult] | str


@dataclass
class UpdateResult:
    """What a run has found: the new status, and per service how many answered."""

    status: SourceStatusFile
    counts: dict[str, ServiceTally]
    stopped: bool = False


# --- asking -------------------------------------------------------------------------------------------


def query_databases(loaded: project.Project, settings: UpdateSettings) -> UpdateResult:
    """Ask everybody; Ctrl-C ends it and keeps what is known."""
    wanted = {kind: sorted(entries) for kind, entries in source_status.collect_identifiers(loaded.bibliography).items()}
    numbers: dict[str, dict[str, IdentifierStatus]] = {
        kind: {one: loaded.status.of(kind, one) for one in listed} for kind, listed in wanted.items()
    }
    counts = {name: ServiceTally() for name in SERVICE_NAMES}
    replies: queue.Queue[_ServiceReply | None] = queue.Queue()
    stop = threading.Event()
    work = _plan_queries(wanted, settings, loaded.today)
    until = time.monotonic() + settings.manners.budget
    stopped = False
    threads = [
        threading.Thread(target=_run_queries, args=(name, settings, stop, until, steps, replies), daemon=True)
        for name, steps in work.items()
    ]
    try:
        for thread in threads:
            thread.start()
        running = len(threads)
        while running:
            try:
                reply = replies.get(timeout=0.2)  # without a limit Ctrl-C would have to wait
            except queue.Empty:
                continue
            if reply is None:
                running -= 1
            else:
                _record_reply(reply, numbers, counts, loaded.today)
    except KeyboardInterrupt:
        stopped = True
        stop.set()
        with contextlib.suppress(queue.Empty):
            while True:
                last = replies.get_nowait()
                if last is not None:
                    _record_reply(last, numbers, counts, loaded.today)
    for name, kind in (("crossref", "doi"), ("pubmed", "pmid"), ("handles", "doi")):
        left = len(wanted[kind]) - counts[name].answered - counts[name].unanswered
        if left > 0:
            counts[name].fail(left, "stopped")
    counts["retraction-watch"] = _apply_retraction_watch(wanted, numbers, settings, loaded.today)
    return UpdateResult(SourceStatusFile(numbers, True), counts, stopped)


ServiceQuery = tuple[str, tuple[str, ...], Callable[[PoliteClient], Mapping[str, LookupResult]]]


def _plan_queries(
    wanted: Mapping[str, Sequence[str]], settings: UpdateSettings, today: date
) -> dict[str, list[ServiceQuery]]:
    """The questions for each service, one a step."""
    mail = {} if settings.contact.startswith("https:") else {"mailto": settings.contact}

    def crossref(doi: str) -> ServiceQuery:
        def answer(service: PoliteClient) -> Mapping[str, LookupResult]:
            code, raw = service.get(f"/works/{quote(doi, safe='')}", mail, JSON_CONTENT_TYPES)
            return {doi: databases.parse_crossref_work(code, raw, doi, today)}

        return "doi", (doi,), answer

    def handle(doi: str) -> ServiceQuery:
        def answer(service: PoliteClient) -> Mapping[str, LookupResult]:
            _, raw = service.get(f"/{quote(doi, safe='/')}", {}, JSON_CONTENT_TYPES)
            return {doi: databases.parse_doi_handle(raw, doi, today)}

        return "doi", (doi,), answer

    def pubmed(pmids: tuple[str, ...]) -> ServiceQuery:
        def answer(service: PoliteClient) -> Mapping[str, LookupResult]:
            query = {"db": "pubmed", "retmode": "xml", "id": ",".join(pmids), "tool": "islet-ledger"}
            query |= {"email": settings.contact} if mail else {}
            code, raw = service.get("/efetch.fcgi", query, XML_CONTENT_TYPES)
            if code != 200:
                raise BadResponseError(f"answers {code}")
            return databases.parse_pubmed_articles(raw, pmids, today)

        return "pmid", pmids, answer

    pmids = wanted["pmid"]
    return {
        "crossref": [crossref(doi) for doi in wanted["doi"]],
        "handles": [handle(doi) for doi in wanted["doi"]],
        "pubmed": [
            pubmed(tuple(pmids[at : at + MAX_PMIDS_PER_REQUEST])) for at in range(0, len(pmids), MAX_PMIDS_PER_REQUEST)
        ],
    }


def _run_queries(
    name: str,
    settings: UpdateSettings,
    stop: threading.Event,
    until: float,
    steps: Sequence[ServiceQuery],
    replies: queue.Queue[_ServiceReply | None],
) -> None:
    """Ask one service step after step; a service that fails several times in a row is given up."""
    over, row = "", 0
    try:
        with PoliteClient(
            settings.bases[name], build_user_agent(settings.contact), settings.manners, stop, until
        ) as service:
            for kind, numbers, answer in steps:
                if over:
                    replies.put(_ServiceReply(name, kind, numbers, over))
                    continue
                try:
                    replies.put(_ServiceReply(name, kind, numbers, answer(service)))
                    row = 0
                except (RequestFailedError, BadResponseError) as error:
                    row += 1
                    why = f"{numbers[0]}: {error}"
                    if getattr(error, "over", False) or row >= settings.manners.most_failures:
                        over = why if row < settings.manners.most_failures else f"{why} ({row} in a row: given up)"
                    replies.put(_ServiceReply(name, kind, numbers, over or why))
    except RequestFailedError as error:  # the address itself is no good
        for kind, numbers, _ in steps:
            replies.put(_ServiceReply(name, kind, numbers, str(error)))
    except Exception as error:  # a fault of ours in a thread must not end in a traceback, nor in silence
        replies.put(_ServiceReply(name, "doi", (), f"stopped by a fault of this program: {type(error).__name__}"))
    finally:
        replies.put(None)


def build_user_agent(contact: str) -> str:
    """How we name ourselves: who asks, and whom to write to."""
    shown = contact if contact.startswith("https:") else f"mailto:{contact}"
    return f"islet-ledger check_citations.py/1.0 ({shown}; asks about cited sources, seldom)"


def _record_reply(
    reply: _ServiceReply, numbers: dict[str, dict[str, IdentifierStatus]], counts: dict[str, ServiceTally], today: date
) -> None:
    count = counts[reply.service]
    if isinstance(reply.found, str):
        count.fail(len(reply.numbers), reply.found)
        return
    for number, found in reply.found.items():
        numbers[reply.kind][number] = merge_lookup_result(numbers[reply.kind][number], reply.service, found, today)
        said = found.said
        if said is not None and said.state == NOT_CHECKED and found.exists == NOT_CHECKED:
            count.fail(1, f"{number}: {said.why}")
        else:
            count.answered += 1


def merge_lookup_result(old: IdentifierStatus, who: str, found: LookupResult, today: date) -> IdentifierStatus:
    """The answers with one more. A real answer is not given up for one that says nothing."""
    said = dict(old.said)
    if found.said is not None and (found.said.state != NOT_CHECKED or old.by(who).state == NOT_CHECKED):
        said[who] = found.said
    if found.exists != NOT_CHECKED:
        said[EXISTS] = DatabaseResult(found.exists, today.isoformat())
    return IdentifierStatus(said, found.seen or old.seen)


def _apply_retraction_watch(
    wanted: Mapping[str, Sequence[str]],
    numbers: dict[str, dict[str, IdentifierStatus]],
    settings: UpdateSettings,
    today: date,
) -> ServiceTally:
    count = ServiceTally()
    asked = sum(len(listed) for listed in wanted.values())
    if settings.retraction_watch is None:
        count.fail(asked, "no file given; add --retraction-watch FILE")
        return count
    try:
        read = databases.read_retraction_watch(
            settings.retraction_watch, {kind: frozenset(listed) for kind, listed in wanted.items()}, today
        )
    except BadResponseError as error:
        count.fail(asked, str(error))
        return count
    for (kind, number), said in read.found.items():
        old = numbers[kind][number]
        if said.checked >= old.by("retraction-watch").checked:  # an older copy of the data says nothing new
            numbers[kind][number] = replace(old, said={**old.said, "retraction-watch": said})
        count.answered += 1
    if not read.whole:
        count.fail(asked - count.answered, f"only {read.rows} rows; what is not in them was not looked for")
    return count


# --- writing ------------------------------------------------------------------------------------------


def write_atomically(path: Path, text: str) -> None:
    """Put a new text in place of the old one in one step; whatever happens, the file is the old or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=".tmp")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~mask)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


# --- the command --------------------------------------------------------------------------------------


def main(arguments: Sequence[str], root: Path | None = None, manners: RetryPolicy | None = None) -> int:
    """Exit status: 0 done (some may be not checked), 2 nothing could be asked or written. Never 1, never a traceback."""
    options = _build_parser()
    given = options.parse_args(arguments)
    if not (given.online or given.enter):
        options.error("these options go with --online; the check itself takes none")
    try:
        loaded = _load_project(root or Path.cwd())
        if given.enter and not given.online:
            return _enter_new_numbers(loaded)
        return _run_update(loaded, _build_settings(given, manners))
    except CannotRunError as error:
        print(f"{COMMAND_NAME}: could not run: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{COMMAND_NAME}: could not run: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    except RecursionError:
        print(f"{COMMAND_NAME}: could not run: a file is nested too deeply to read", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{COMMAND_NAME}: stopped; nothing was written", file=sys.stderr)
    return EXIT_COULD_NOT_RUN


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{COMMAND_NAME}.py",
        allow_abbrev=False,
        description="Without options: check every citation and number, without a network. With --online: ask Crossref, "
        f"PubMed and doi.org about every DOI and PMID of {project.BIB_FILE}, and write {SOURCE_STATUS_FILE}.",
    )
    parser.add_argument("--online", action="store_true", help=f"ask the databases and write {SOURCE_STATUS_FILE}")
    parser.add_argument(
        "--enter", action="store_true", help=f"enter new DOIs and PMIDs into {SOURCE_STATUS_FILE} as not checked"
    )
    parser.add_argument("--contact", default="", help="your mail address or https page, which the databases are told")
    parser.add_argument(
        "--retraction-watch",
        type=Path,
        metavar="FILE",
        help="the Retraction Watch data (CSV), as Crossref publishes it",
    )
    parser.add_argument("--budget", type=float, default=0.0, metavar="SECONDS", help="longest time for the whole run")
    for name, service in SERVICE_NAMES.items():
        parser.add_argument(f"--{name}", default="", metavar="ADDRESS", help=f"another address for {service}")
    return parser


def _build_settings(given: argparse.Namespace, manners: RetryPolicy | None) -> UpdateSettings:
    contact = given.contact or os.environ.get("CONTACT", "")
    if not CONTACT_PATTERN.fullmatch(contact):
        raise CannotRunError(
            "say who asks, so that the databases can write to you: --contact you@example.org (or an https address)"
        )
    manners = manners or RetryPolicy()
    if given.budget:
        if not 1 <= given.budget <= 86_400:
            raise CannotRunError("--budget is the number of seconds for the whole run, 1 to 86400")
        manners = replace(manners, budget=given.budget)
    bases = {
        name: getattr(given, name) or os.environ.get(f"{name.upper()}_API", "") or SERVICE_URLS[name]
        for name in SERVICE_URLS
    }
    return UpdateSettings(contact, bases, given.retraction_watch, manners)


def _load_project(root: Path) -> project.Project:
    loaded = project.load_project(root)
    faults = [one for one in loaded.bibliography.problems if one.rule in ("bib-syntax", *UNREADABLE_RULES)]
    faults += [one for one in loaded.problems if one.path == SOURCE_STATUS_FILE]
    if faults:
        raise CannotRunError(f"mend this first: {faults[0]}")
    if not any(source_status.collect_identifiers(loaded.bibliography).values()):
        raise CannotRunError(f"{project.BIB_FILE} has no DOI and no PMID to ask about")
    return loaded


def _enter_new_numbers(loaded: project.Project) -> int:
    wanted = source_status.collect_identifiers(loaded.bibliography)
    pairs = {(kind, number) for kind, entries in wanted.items() for number in entries}
    known = {(kind, number) for kind, table in loaded.status.numbers.items() for number in table}
    write_atomically(
        loaded.root / SOURCE_STATUS_FILE, source_status.dump_source_status(loaded.status, loaded.bibliography)
    )
    new, gone = len(pairs - known), len(known - pairs)
    print(
        f"{COMMAND_NAME}: {SOURCE_STATUS_FILE}: {len(pairs)} {pluralize('numbers', len(pairs))}, {new} new as not checked, {gone} taken out"
    )
    return EXIT_CLEAN


def _run_update(loaded: project.Project, settings: UpdateSettings) -> int:
    outcome = query_databases(loaded, settings)
    asked = {kind: len(entries) for kind, entries in source_status.collect_identifiers(loaded.bibliography).items()}
    for name, count in outcome.counts.items():
        if count.why:
            service = SERVICE_NAMES.get(name) or DATABASES[name]
            print(
                f"{COMMAND_NAME}: {service}: {count.unanswered} not checked; {databases.clean_external_text(count.why)}",
                file=sys.stderr,
            )
    if not any(count.answered for count in outcome.counts.values()):
        raise CannotRunError(f"nobody answered; {SOURCE_STATUS_FILE} is left as it was")
    write_atomically(
        loaded.root / SOURCE_STATUS_FILE, source_status.dump_source_status(outcome.status, loaded.bibliography)
    )
    for line in _describe_changes(loaded.bibliography, loaded.status, outcome.status):
        print(line)
    counted = ", ".join(
        f"{SERVICE_NAMES.get(name) or DATABASES[name]} {count.answered} answered and {count.unanswered} not checked"
        for name, count in outcome.counts.items()
    )
    questions = (
        f"{asked['doi']} {pluralize('DOIs', asked['doi'])} and {asked['pmid']} {pluralize('PMIDs', asked['pmid'])}"
    )
    print(f"{COMMAND_NAME}: {'stopped; ' if outcome.stopped else ''}{questions}: {counted}")
    return EXIT_CLEAN


def _describe_changes(
    entries: bibliography.Bibliography, old: SourceStatusFile, new: SourceStatusFile
) -> Iterator[str]:
    """One line for each source whose state is another one now, and how many are in which."""
    counts: dict[str, int] = {}
    for key, entry in entries.entries.items():
        before, after = source_status.get_source_status(entry, old), source_status.get_source_status(entry, new)
        if not after.askable:
            continue
        counts[after.state] = counts.get(after.state, 0) + 1
        if after.state != before.state and after.state != source_status.NOTHING_FOUND:
            yield f"{COMMAND_NAME}: {key}: {after.state} (was: {before.state})"
    told = ", ".join(f"{counts[state]} {state}" for state in source_status.SOURCE_STATES if state in counts)
    yield f"{COMMAND_NAME}: {sum(counts.values())} {pluralize('sources', sum(counts.values()))}: {told}"

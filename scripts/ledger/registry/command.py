"""The command ``new_trial.py``: write the first draft of a trial page, or hold the records against the registry.

Exit status: 0 done, 1 refused or not done for some (the message says what and why), 2 could not run. A page and its
source are written both or not at all, and no page is ever overwritten.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from ledger.checks import trial_consistency, trial_text
from ledger.core.errors import CannotRunError
from ledger.core.http import RegistryError
from ledger.core.problems import EXIT_CLEAN, EXIT_COULD_NOT_RUN, EXIT_ERRORS_FOUND, Problem
from ledger.core.text import pluralize
from ledger.model import bibliography, project, registries, trial_record, yaml_source
from ledger.model.project import BIB_FILE, DOCS_FOLDER, Page, Project
from ledger.model.registries import RegistryNumber
from ledger.model.yaml_source import BadYamlError, YamlDocument
from ledger.registry import client, mapping, page_draft
from ledger.registry import diff as refreshing
from ledger.registry.client import RegistryRetryPolicy, UnknownTrialError
from ledger.registry.study_model import HostileTextError, ImportNotes
from ledger.site import check_site

COMMAND_NAME = "new_trial"
TRIALS_FOLDER = "trials"
PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
RESERVED_NAMES = ("index", "readme", "con", "prn", "aux", "nul")
API_VARIABLE = "CLINICALTRIALS_API"
REQUEST_INTERVAL_SECONDS = 0.5
"""Seconds between two trials asked for: the registry is for everybody."""


class RefusedError(Exception):
    """What was asked for is not done (exit status 1); the message says why."""


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{COMMAND_NAME}: {message}; see --help", file=sys.stderr)
        raise SystemExit(EXIT_COULD_NOT_RUN)


def _parse_arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = _OneLineParser(
        prog="new_trial.py",
        description="Write docs/trials/ID.md from the record of a trial registry, or hold the records against it.",
        epilog="Exit status: 0 done, 1 refused or not done for some, 2 could not run.",
    )
    forms = ", ".join(one.example for one in registries.REGISTRIES)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help=f"a registry number: {forms}")
    parser.add_argument("--from", dest="saved", metavar="FILE", type=Path, help="read a saved study; no network")
    parser.add_argument("--id", dest="name", metavar="NAME", help="name of the page's file, without .md")
    parser.add_argument("--refresh", action="store_true", help="compare the records with the registry; show a diff")
    parser.add_argument("--write", action="store_true", help="with --refresh: write the changes into the pages")
    api = os.environ.get(API_VARIABLE) or registries.API_URL
    parser.add_argument("--api", metavar="URL", default=api, help=f"address of the API (or set {API_VARIABLE})")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=20.0, help="longest silence of the registry"
    )
    asked = parser.parse_args(given)
    if not 0 < asked.timeout <= 600:
        parser.error("--timeout takes 1 to 600 seconds")
    if asked.write and not asked.refresh:
        parser.error("--write goes with --refresh alone")
    if asked.refresh and asked.name:
        parser.error("--id names a new page; it does not go with --refresh")
    if not asked.refresh and len(asked.numbers) != 1 and not (asked.saved and not asked.numbers):
        parser.error("give one registry number, such as NCT04786262")
    return asked


def main(
    given: Sequence[str],
    root: Path | None = None,
    today: date | None = None,
    manners: RegistryRetryPolicy | None = None,
) -> int:
    """Run the command; the exit status. Whatever happens, no traceback and nothing half written."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    root, today = root or Path.cwd(), today or date.today()
    try:
        asked = _parse_arguments(given)
        manners = manners or RegistryRetryPolicy(timeout=asked.timeout)
        work = refresh_records if asked.refresh else create_trial_page
        return work(asked, project.load_project(root, today), manners)
    except SystemExit as stop:
        return int(stop.code or 0)
    except (RefusedError, HostileTextError, UnknownTrialError, page_draft.CannotDraftError) as error:
        status, said = EXIT_ERRORS_FOUND, f"refused: {error}"
    except (CannotRunError, RegistryError) as error:
        status, said = EXIT_COULD_NOT_RUN, f"could not run: {error}"
    except RecursionError:
        status, said = EXIT_COULD_NOT_RUN, "could not run: a file is nested too deeply to read"
    except OSError as error:
        status, said = (
            EXIT_COULD_NOT_RUN,
            f"could not run: {error.strerror or error}: {error.filename or ''}".rstrip(": "),
        )
    except KeyboardInterrupt:
        status, said = EXIT_COULD_NOT_RUN, "stopped"
    print(f"{COMMAND_NAME}: {' '.join(said.split())}", file=sys.stderr)
    return status


# --- a new page ---------------------------------------------------------------------------------------


def create_trial_page(asked: argparse.Namespace, loaded: Project, manners: RegistryRetryPolicy) -> int:
    """Write the page of a trial that has none, and the entry of its source."""
    saved = _read_saved_study(asked.saved) if asked.saved else None
    number = _choose_number(asked.numbers, saved)
    name = _validate_page_name(asked.name or number.key, loaded)
    _refuse_known_trial([number.id], loaded)
    sources = loaded.bibliography
    key = page_draft.find_source_key(sources, number) or number.key
    notes = ImportNotes()
    if number.registry.name == "ClinicalTrials.gov":
        found = saved if saved is not None else client.fetch_study(number.id, asked.api, manners)
        _refuse_other_trial(found, number, asked.saved is not None)
        _refuse_known_trial(client.get_old_nct_ids(found), loaded)
        record, notes = mapping.build_trial_record(found, number.id, name, key, loaded.today)
        _refuse_known_trial([one["id"] for one in record["registry"][1:]], loaded)
        if saved is not None:
            record["registry"][0]["note"] = "read in a saved copy of the record"
        called, words, seen, source = (
            get_short_title(record),
            describe_trial(record),
            "registry record",
            "the registry's record",
        )
    else:
        record = mapping.build_empty_record(number, name, key, loaded.today)
        called, words, seen, source = "", "", "not seen", "the trial's number alone"
    taken = [page.title for page, _ in loaded.records.values()]
    text = page_draft.render_draft_page(
        record, page_draft.choose_title(number, called, name, taken), key, source, loaded.today
    )
    entry = None if key in sources.entries else page_draft.format_bib_entry(number, words, seen, loaded.today)
    _refuse_faulty_draft(text, name, loaded)
    write_page_and_source(loaded.root, name, text, key, entry)
    return _report_new_page(loaded, name, key if entry else "", notes)


def _read_saved_study(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CannotRunError(f"there is no file {path}")
    if path.stat().st_size > RegistryRetryPolicy.largest:
        raise RegistryError(f"{path.name} is longer than {RegistryRetryPolicy.largest} bytes; nothing was read")
    return client.parse_study(path.read_bytes(), path.name)


def _choose_number(given: Sequence[str], saved: Mapping[str, Any] | None) -> RegistryNumber:
    own = client.get_nct_id(saved) if saved is not None else ""
    text = given[0] if given else own
    if not text:
        raise RefusedError("the file does not say which trial it is; give its number, such as NCT04786262")
    number = registries.parse_registry_number(text)
    if number is None:
        forms = ", ".join(one.example for one in registries.REGISTRIES)
        raise RefusedError(f"'{text[:60]}' is no number of a registry that is known here; its forms are {forms}")
    if saved is not None and number.registry.name != "ClinicalTrials.gov":
        raise RefusedError(f"--from reads a study of ClinicalTrials.gov, and {number.id} is not its number")
    return number


def _validate_page_name(name: str, loaded: Project) -> str:
    if not PAGE_NAME.fullmatch(name) or name.lower() in RESERVED_NAMES:
        raise RefusedError(f"'{name[:60]}' is no name for a page; use letters, figures, _ and -")
    folder = loaded.root / DOCS_FOLDER / TRIALS_FOLDER
    if not folder.is_dir():
        raise CannotRunError(
            f"there is no folder {DOCS_FOLDER}/{TRIALS_FOLDER} here; run this from the root of the project"
        )
    there = next((path.name for path in folder.iterdir() if path.name.lower() == f"{name}.md".lower()), None)
    if there:
        raise RefusedError(f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{there} is there already, and is not overwritten")
    return name


def _refuse_known_trial(numbers: Sequence[str], loaded: Project) -> None:
    """Refuse a trial that has a page, whatever that page's name."""
    wanted = {number.lower() for number in numbers}
    for page in loaded.pages.values():
        if page.src.startswith(f"{TRIALS_FOLDER}/"):
            for number in _list_page_numbers(page, loaded):
                if number.lower() in wanted:
                    raise RefusedError(f"{number} has a page already, {page.path}; one trial, one page")


def _list_page_numbers(page: Page, loaded: Project) -> Iterator[str]:
    """The registry numbers of a page's own trial, even where its record has an error."""
    data = page.meta.data
    trial = data.get("trial") if isinstance(data, dict) else None
    listed = trial.get("registry") if isinstance(trial, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            found = registries.parse_registry_number(one["id"])
            yield found.id if found else one["id"]
    if page.broken:
        text, _ = project.read_text(loaded.root / page.path, page.path)
        yield from re.findall(r"\bid:\s*[\"']?(NCT[0-9]{8}|[A-Za-z]{4,6}-?[A-Z0-9-]{6,20}|20[0-9-]{10,16})", text)


def _refuse_other_trial(found: Mapping[str, Any], number: RegistryNumber, saved: bool) -> None:
    own = client.get_nct_id(found)
    if own == number.id or (saved and not own):
        return
    if number.id in client.get_old_nct_ids(found):
        raise RefusedError(f"{number.id} is an old number of {own}; ask for {own}")
    raise RefusedError(f"asked for {number.id}, and the answer is about {own or 'no trial that it names'}")


def get_short_title(record: Mapping[str, Any]) -> str:
    """What the registry calls the trial; empty where it has no title."""
    short = next((one["value"] for one in record.get("details", []) if one["what"] == mapping.SHORT_TITLE), "")
    return str(short or record.get("official_title", ""))


def describe_trial(record: Mapping[str, Any]) -> str:
    """The trial in a few words, for the title of its source."""
    words = get_short_title(record) or "a registered trial"
    return f"{words} ({record['sponsor']['value']})" if record["sponsor"].get("cite") else words


def check_unwritten_page(text: str, name: str, loaded: Project) -> tuple[Page, list[Problem]]:
    """A page that is not written yet, and what is wrong with its record."""
    src = f"{TRIALS_FOLDER}/{name}.md"
    header, start = yaml_source.split_front_matter(text)
    meta: YamlDocument = yaml_source.load_yaml(header or "", first_line=2)
    record, problems = trial_record.read_record(meta, f"{DOCS_FOLDER}/{src}")
    page = Page(src, "\n" * text.count("\n", 0, start) + text[start:], meta, record)
    return page, [
        *problems,
        *trial_consistency.check_trial_record(page, loaded),
        *trial_text.check_text_against_record(page),
    ]


def _refuse_faulty_draft(text: str, name: str, loaded: Project) -> None:
    if any(len(line) > project.MAX_LINE_LENGTH for line in text.split("\n")):
        raise page_draft.CannotDraftError("a line of the page would be too long to review")
    _, problems = check_unwritten_page(text, name, loaded)
    error = next((one for one in problems if one.level == "error"), None)
    if error:
        raise page_draft.CannotDraftError(
            f"the page would not keep the rules: {error.message}; report this with the study"
        )


def _report_new_page(before: Project, name: str, key: str, notes: ImportNotes) -> int:
    """What was written, and every gap with its place; errors that the checks find in it count."""
    loaded = project.load_project(before.root, before.today)
    path = f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{name}.md"
    found = {*check_site.check_citations(loaded).problems, *check_site.check_links(loaded).problems}
    mine = sorted(
        one for one in found if one.path == path or (one.path == BIB_FILE and key and f"{key}:" in one.message)
    )
    print("".join(f"{one}\n" for one in mine), end="")
    for what, count in notes.left.items():
        print(f"{COMMAND_NAME}: not copied: {what} ({count} {pluralize('values', count)})")
    for field, value in notes.unmapped:
        print(f"{COMMAND_NAME}: no word for {field}: {value[:200]}")
    gaps = sum(one.rule == "record-gap" for one in mine)
    errors = sum(one.level == "error" for one in mine)
    added = f", {key} added to {BIB_FILE}" if key else ""
    told = f"{gaps} {pluralize('gaps', gaps)} for a person to fill, {len(notes.unmapped)} kept without a word"
    print(f"{COMMAND_NAME}: {path} written{added}: {told}, {errors} {pluralize('errors', errors)}")
    print(
        f"{COMMAND_NAME}: the page is a draft: only a preview (make serve) shows it; once it is complete, remove draft: true"
    )
    return EXIT_ERRORS_FOUND if errors else EXIT_CLEAN


# --- writing ------------------------------------------------------------------------------------------


def write_page_and_source(root: Path, name: str, text: str, key: str, entry: str | None) -> None:
    """Write the page, and its source into references.bib: both or neither. Never overwrites a page.

    Raises RefusedError where the page is there already, OSError where a file cannot be written.
    """
    page = root / DOCS_FOLDER / TRIALS_FOLDER / f"{name}.md"
    bib = (root / BIB_FILE).resolve()
    with contextlib.ExitStack() as waiting:
        page_file = _write_temporary_file(page, text.encode(), waiting)
        bib_file = None
        if entry is not None:
            before = bib.read_bytes()
            bib_file = _write_temporary_file(bib, _insert_entry_bytes(before, key, entry), waiting)
            bib_file.chmod(bib.stat().st_mode & 0o7777)
        _move_into_place(page_file, page)
        try:
            if bib_file is not None:
                if bib.read_bytes() != before:
                    raise RefusedError(f"{BIB_FILE} was changed meanwhile; nothing was written, run this again")
                bib_file.replace(bib)
        except BaseException:
            page.unlink(missing_ok=True)
            raise


def _move_into_place(written: Path, page: Path) -> None:
    """Give a file that is written to its end the name of a page that is not there yet."""
    shown = f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{page.name}"
    try:
        page.hardlink_to(written)
    except FileExistsError:
        raise RefusedError(f"{shown} is there already, and is not overwritten") from None
    except OSError:  # a file system without links: the name is taken first, then the file is moved there
        try:
            page.touch(exist_ok=False)
        except FileExistsError:
            raise RefusedError(f"{shown} is there already, and is not overwritten") from None
        written.replace(page)


def _write_temporary_file(target: Path, content: bytes, stack: contextlib.ExitStack) -> Path:
    """A temporary file beside ``target`` that goes away with ``stack``. Its name begins with a dot: no page."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=".tmp")
    path = Path(name)
    stack.callback(path.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
    return path


def _insert_entry_bytes(before: bytes, key: str, entry: str) -> bytes:
    """The bytes of references.bib with one more entry; every other byte stays. Raises RefusedError."""
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotRunError(f"{BIB_FILE} is not UTF-8 text; save it as UTF-8") from None
    windows = "\r\n" in text
    after = page_draft.insert_bib_entry(text, key, entry.replace("\n", "\r\n") if windows else entry)
    if windows:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    old, new = (bibliography.read_bibliography(one.replace("\r\n", "\n"), BIB_FILE) for one in (text, after))
    if old.problems:
        raise RefusedError(
            f"{BIB_FILE} has an error in line {old.problems[0].line}; mend it first, then run this again"
        )
    lost = [one for one, had in old.entries.items() if one not in new.entries or new.entries[one].fields != had.fields]
    if key not in new.entries or lost or new.problems:
        raise RefusedError(f"no safe place for the source {key} was found in {BIB_FILE}; add it by hand")
    return after.encode()


# --- refresh ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefreshTarget:
    """A record to hold against the registry: its page, its number there, the key of that source."""

    page: Page
    record: trial_record.Record
    nct: str
    key: str


def refresh_records(asked: argparse.Namespace, loaded: Project, manners: RegistryRetryPolicy) -> int:
    """Show as a diff what the registry says otherwise; write it only where asked to."""
    saved = _read_saved_study(asked.saved) if asked.saved else None
    numbers = list(asked.numbers) or ([client.get_nct_id(saved)] if saved is not None else [])
    wanted, undone = _select_targets(numbers, loaded)
    for message in undone:
        print(f"{COMMAND_NAME}: {message}", file=sys.stderr)
    counts = {"same": 0, "changed": 0, "not done": len(undone)}
    for place, one in enumerate(wanted):
        try:
            if saved is None and place:
                time.sleep(min(REQUEST_INTERVAL_SECONDS, manners.pause))
            found = saved if saved is not None else client.fetch_study(one.nct, asked.api, manners)
            _refuse_other_trial(found, RegistryNumber(one.nct, registries.REGISTRIES[0]), saved is not None)
            counts[_refresh_record(one, found, loaded, asked.write)] += 1
        except (RegistryError, RefusedError, HostileTextError, BadYamlError) as error:
            print(f"{COMMAND_NAME}: {one.page.path}: {' '.join(str(error).split())}", file=sys.stderr)
            counts["not done"] += 1
    did = "written" if asked.write else "with changes (nothing written; add --write)"
    total = f"{len(wanted)} {pluralize('records', len(wanted))} looked at"
    print(
        f"{COMMAND_NAME}: {total}, {counts['same']} the same, {counts['changed']} {did}, {counts['not done']} not done"
    )
    return EXIT_ERRORS_FOUND if counts["not done"] else EXIT_CLEAN


def _select_targets(numbers: Sequence[str], loaded: Project) -> tuple[list[RefreshTarget], list[str]]:
    """The records asked for, or all that have a number of ClinicalTrials.gov; and what cannot be looked at."""
    found: dict[str, RefreshTarget] = {}
    for page, record in loaded.records.values():
        own = [one for one in record.registry if registries.NCT.fullmatch(one.id)]
        for one in own[:1]:
            key = one.cite or page_draft.find_source_key(
                loaded.bibliography, RegistryNumber(one.id, registries.REGISTRIES[0])
            )
            found[record.id] = RefreshTarget(page, record, one.id, key or one.id.lower())
    undone = [
        f"{one.path}: its record has an error; mend it first"
        for one in loaded.pages.values()
        if _has_unreadable_record(one)
    ]
    if not numbers:
        return list(found.values()), undone
    chosen: dict[str, RefreshTarget] = {}
    undone = []
    for text in numbers:
        number = registries.parse_registry_number(text)
        names = [name for name, one in found.items() if name == text or (number and one.nct == number.id)]
        if not names:
            undone.append(f"'{text[:60]}' is no record with a number of ClinicalTrials.gov")
        chosen |= {name: found[name] for name in names}
    return list(chosen.values()), undone


def _has_unreadable_record(page: Page) -> bool:
    return (
        page.src.startswith(f"{TRIALS_FOLDER}/") and page.record is None and (page.broken or "trial" in page.meta.data)
    )


def _refresh_record(one: RefreshTarget, found: Mapping[str, Any], loaded: Project, write: bool) -> str:
    """Show what is different in one record, and write it where asked to; what to count it as."""
    path = loaded.root / one.page.path
    raw = path.read_bytes()
    text, problem = project.read_text(path, one.page.path)
    if problem:
        raise RefusedError(problem.message)
    fresh, _ = mapping.build_trial_record(found, one.nct, one.record.id, one.key, loaded.today)
    proposal = refreshing.propose_changes(text, fresh, one.nct, one.key, loaded.today)
    for remark in proposal.remarks:
        print(f"{one.page.path}: {remark}")
    if not proposal.changed:
        return "same"
    source = loaded.bibliography.entries.get(one.key)
    if source is None:
        raise RefusedError(f"{BIB_FILE} has no entry {one.key} for {one.nct}; add it first")
    if source.get("seen") in ("not seen", "second-hand"):
        print(f"{one.page.path}: {BIB_FILE} says '{source.get('seen')}' of {one.key}; the record was read today")
    before, after = text.splitlines(keepends=True), proposal.text.splitlines(keepends=True)
    print("".join(difflib.unified_diff(before, after, one.page.path, one.page.path)), end="")
    _, old = check_unwritten_page(text, one.record.id, loaded)
    page, new = check_unwritten_page(proposal.text, one.record.id, loaded)
    known = {(problem.rule, problem.message) for problem in old}
    added = [problem for problem in new if problem.level == "error" and (problem.rule, problem.message) not in known]
    for problem in added:
        print(problem)
    if page.record is None or any(problem.rule.startswith("record") for problem in added):
        raise RefusedError("with these changes the record would break the rules above; not written, left to a person")
    if write:
        _overwrite_page(path, raw, proposal.text)
    return "changed"


def _overwrite_page(path: Path, raw: bytes, text: str) -> None:
    """Put a new text in place of the old one, in one step; its line ends and its byte order mark stay."""
    content = text.encode()
    if b"\r" in raw:
        if raw.count(b"\r\n") != raw.count(b"\n") or raw.count(b"\r") != raw.count(b"\n"):
            raise RefusedError("its lines end in different ways; save it with one kind of line end first")
        content = content.replace(b"\n", b"\r\n")
    if raw.startswith(b"\xef\xbb\xbf"):
        content = b"\xef\xbb\xbf" + content
    path = path.resolve()
    with contextlib.ExitStack() as waiting:
        new = _write_temporary_file(path, content, waiting)
        new.chmod(path.stat().st_mode & 0o7777)
        if path.read_bytes() != raw:
            raise RefusedError("the file was changed meanwhile; not written, run this again")
        new.replace(path)

"""The command ``new_trial.py``: draft the page of a trial from its registry record, or compare records with the registry.

Exit status: 0 done, 1 refused or some records not updated (the message says what and why), 2 could not run. A page and
its source are written both or not at all, and no page is ever overwritten.
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
from pathlib import Path
from typing import Any, NoReturn

from ledger.checks import trial_consistency, trial_text
from ledger.core.errors import CannotRunError, RefusedError
from ledger.core.problems import EXIT_CLEAN, EXIT_COULD_NOT_RUN, EXIT_ERRORS_FOUND, Problem
from ledger.core.run_command import run_guarded
from ledger.core.text import pluralize
from ledger.http.client import HttpSettings
from ledger.model import bib_reader, project, record_reader, registries, text_files, trial_record, yaml_source
from ledger.model.project import BIB_FILE, DOCS_FOLDER, Page, Project
from ledger.model.registries import RegistryNumber
from ledger.model.yaml_source import BadYamlError, YamlDocument
from ledger.registry import client, mapping, page_draft
from ledger.registry import diff as refreshing
from ledger.registry.client import RegistryError
from ledger.registry.study_model import ImportNotes
from ledger.site import check_site

COMMAND_NAME = "new_trial"
TRIALS_FOLDER = "trials"
PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
RESERVED_NAMES = ("index", "readme", "con", "prn", "aux", "nul")
API_VARIABLE = "CLINICALTRIALS_API"


class _OneLineParser(argparse.ArgumentParser):
    """Reports a wrong option in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        print(f"{COMMAND_NAME}: {message}; see --help", file=sys.stderr)
        raise SystemExit(EXIT_COULD_NOT_RUN)


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _OneLineParser(
        prog="new_trial.py",
        description="Write docs/trials/ID.md from the record of a trial registry, or compare the records with it.",
        epilog="Exit status: 0 done, 1 refused or some records not updated, 2 could not run.",
    )
    forms = ", ".join(registry.example for registry in registries.REGISTRIES)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help=f"a registry number: {forms}")
    parser.add_argument("--from", dest="saved", metavar="FILE", type=Path, help="read a saved study; no network")
    parser.add_argument("--id", dest="name", metavar="NAME", help="name of the page's file, without .md")
    parser.add_argument("--refresh", action="store_true", help="compare the records with the registry; show a diff")
    parser.add_argument("--write", action="store_true", help="with --refresh: write the changes into the pages")
    api = os.environ.get(API_VARIABLE) or registries.API_URL
    parser.add_argument("--api", metavar="URL", default=api, help=f"address of the API (or set {API_VARIABLE})")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=20.0, help="maximum time without data from the registry"
    )
    options = parser.parse_args(arguments)
    if not 0 < options.timeout <= 600:
        parser.error("--timeout takes 1 to 600 seconds")
    if options.write and not options.refresh:
        parser.error("--write goes with --refresh alone")
    if options.refresh and options.name:
        parser.error("--id names a new page; it does not go with --refresh")
    if not options.refresh and len(options.numbers) != 1 and not (options.saved and not options.numbers):
        parser.error("give one registry number, such as NCT04786262")
    return options


def main(
    arguments: Sequence[str],
    root: Path | None = None,
    today: date | None = None,
    policy: HttpSettings | None = None,
) -> int:
    """Run the command and return its exit status. Prints no traceback and leaves no file half written."""
    folder, day = root or Path.cwd(), today or date.today()

    def work() -> int:
        options = _parse_arguments(arguments)
        settings = policy or HttpSettings(contact=os.environ.get("CONTACT", ""), timeout=options.timeout)
        run = refresh_records if options.refresh else create_trial_page
        return run(options, project.load_project(folder, day), settings)

    try:
        return run_guarded(COMMAND_NAME, work)
    except SystemExit as stop:  # a wrong option, or --help
        return int(stop.code or 0)


# --- a new page ---------------------------------------------------------------------------------------


def create_trial_page(options: argparse.Namespace, loaded: Project, policy: HttpSettings) -> int:
    """Write a draft page for a trial that has none, and the entry of its source."""
    saved = _read_saved_study(options.saved) if options.saved else None
    number = _choose_number(options.numbers, saved)
    name = _validate_page_name(options.name or number.key, loaded)
    _refuse_known_trial([number.id], loaded)
    sources = loaded.bibliography
    key = page_draft.find_source_key(sources, number) or number.key
    notes = ImportNotes()
    if number.registry.name == "ClinicalTrials.gov":
        study = saved if saved is not None else client.fetch_study(number.id, options.api, policy)
        _refuse_other_trial(study, number, options.saved is not None)
        _refuse_known_trial(client.get_old_nct_ids(study), loaded)
        record, notes = mapping.build_trial_record(study, number.id, name, key, loaded.today)
        _refuse_known_trial([registration["id"] for registration in record["registry"][1:]], loaded)
        if saved is not None:
            record["registry"][0]["note"] = "read in a saved copy of the record"
        title, description = get_short_title(record), describe_trial(record)
        seen, source = "registry record", "the registry's record"
    else:
        record = mapping.build_empty_record(number, name, key, loaded.today)
        title, description, seen, source = "", "", "not seen", "the trial's number alone"
    taken = [page.title for page, _ in loaded.records.values()]
    heading = page_draft.choose_title(number, title, name, taken)
    text = page_draft.render_draft_page(record, heading, key, source, loaded.today)
    others = [registration["id"] for registration in record["registry"][1:]]
    known = key in sources.entries
    entry = None if known else page_draft.format_bib_entry(number, description, seen, loaded.today, others)
    _refuse_faulty_draft(text, name, loaded)
    write_page_and_source(loaded.root, name, text, key, entry)
    return _report_new_page(loaded, name, key if entry else "", notes)


def _read_saved_study(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CannotRunError(f"there is no file {path}")
    if path.stat().st_size > HttpSettings.max_bytes:
        raise RegistryError(f"{path.name} is longer than {HttpSettings.max_bytes} bytes; nothing was read")
    return client.parse_study(path.read_bytes(), path.name)


def _choose_number(arguments: Sequence[str], saved: Mapping[str, Any] | None) -> RegistryNumber:
    own = client.get_nct_id(saved) if saved is not None else ""
    text = arguments[0] if arguments else own
    if not text:
        raise RefusedError("the file does not say which trial it is; give its number, such as NCT04786262")
    number = registries.parse_registry_number(text)
    if number is None:
        forms = ", ".join(registry.example for registry in registries.REGISTRIES)
        raise RefusedError(f"'{text[:60]}' is not a number of a known registry; write one such as {forms}")
    if saved is not None and number.registry.name != "ClinicalTrials.gov":
        raise RefusedError(f"--from reads a study of ClinicalTrials.gov, and {number.id} is not its number")
    return number


def _validate_page_name(name: str, loaded: Project) -> str:
    if not PAGE_NAME.fullmatch(name) or name.lower() in RESERVED_NAMES:
        raise RefusedError(f"'{name[:60]}' is not a name for a page; use letters, digits, _ and -")
    folder = loaded.root / DOCS_FOLDER / TRIALS_FOLDER
    if not folder.is_dir():
        raise CannotRunError(
            f"there is no folder {DOCS_FOLDER}/{TRIALS_FOLDER} here; run this from the root of the project"
        )
    existing = next((path.name for path in folder.iterdir() if path.name.lower() == f"{name}.md".lower()), None)
    if existing:
        raise RefusedError(f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{existing} already exists; choose another name with --id")
    return name


def _refuse_known_trial(numbers: Sequence[str], loaded: Project) -> None:
    """Refuse a trial that has a page, whatever that page's name."""
    wanted = {number.lower() for number in numbers}
    for page in loaded.pages.values():
        if page.src.startswith(f"{TRIALS_FOLDER}/"):
            for number in _list_page_numbers(page, loaded):
                if number.lower() in wanted:
                    raise RefusedError(f"{number} already has a page, {page.path}; change that page")


def _list_page_numbers(page: Page, loaded: Project) -> Iterator[str]:
    """The registry numbers of a page's own trial, even where its record has an error."""
    data = page.meta.data
    trial = data.get("trial") if isinstance(data, dict) else None
    listed = trial.get("registry") if isinstance(trial, dict) else None
    for registration in listed if isinstance(listed, list) else ():
        if isinstance(registration, dict) and isinstance(registration.get("id"), str):
            number = registries.parse_registry_number(registration["id"])
            yield number.id if number else registration["id"]
    if page.broken:
        text, _ = text_files.read_text(loaded.root / page.path, page.path)
        yield from re.findall(r"\bid:\s*[\"']?(NCT[0-9]{8}|[A-Za-z]{4,6}-?[A-Z0-9-]{6,20}|20[0-9-]{10,16})", text)


def _refuse_other_trial(study: Mapping[str, Any], number: RegistryNumber, saved: bool) -> None:
    own = client.get_nct_id(study)
    if own == number.id or (saved and not own):
        return
    if number.id in client.get_old_nct_ids(study):
        raise RefusedError(f"{number.id} is an old number of {own}; use {own}")
    raise RefusedError(f"the study is not {number.id}: it is about {own or 'no trial that it names'}")


def get_short_title(record: Mapping[str, Any]) -> str:
    """The short title in the registry; empty where the trial has no title."""
    details = record.get("details", [])
    short = next((detail["value"] for detail in details if detail["what"] == mapping.SHORT_TITLE), "")
    return str(short or record.get("official_title", ""))


def describe_trial(record: Mapping[str, Any]) -> str:
    """The title of the trial and its sponsor, for the title of its source."""
    title = get_short_title(record) or "a registered trial"
    return f"{title} ({record['sponsor']['value']})" if record["sponsor"].get("cite") else title


def check_unwritten_page(text: str, name: str, loaded: Project) -> tuple[Page, list[Problem]]:
    """A page from a text that is not in a file yet, and the problems of its record."""
    src = f"{TRIALS_FOLDER}/{name}.md"
    header, start = yaml_source.split_front_matter(text)
    meta: YamlDocument = yaml_source.load_yaml(header or "", first_line=2)
    record, problems = record_reader.read_record(meta, f"{DOCS_FOLDER}/{src}")
    page = Page(src, "\n" * text.count("\n", 0, start) + text[start:], meta, record)
    return page, [
        *problems,
        *trial_consistency.check_trial_record(page, loaded),
        *trial_text.check_text_against_record(page),
    ]


def _refuse_faulty_draft(text: str, name: str, loaded: Project) -> None:
    if len(text) > project.MAX_PAGE_LENGTH:
        raise page_draft.CannotDraftError("the page would be too long to review")
    _, problems = check_unwritten_page(text, name, loaded)
    error = next((problem for problem in problems if problem.level == "error"), None)
    if error:
        raise page_draft.CannotDraftError(f"the draft would break a rule: {error.message}; report this with the study")


def _report_new_page(before: Project, name: str, key: str, notes: ImportNotes) -> int:
    """Print the new files and the problems that the checks find in them; the exit status."""
    loaded = project.load_project(before.root, before.today)
    path = f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{name}.md"
    problems = sorted(
        problem
        for problem in {*check_site.check_citations(loaded).problems, *check_site.check_links(loaded).problems}
        if problem.path == path or (problem.path == BIB_FILE and key and f"{key}:" in problem.message)
    )
    print("".join(f"{problem}\n" for problem in problems), end="")
    for what, count in notes.left.items():
        print(f"{COMMAND_NAME}: not copied: {what} ({count} {pluralize('values', count)})")
    for field, value in notes.unmapped:
        print(f"{COMMAND_NAME}: not mapped: {field}: {value[:200]}")
    gaps = sum(problem.rule == "record-gap" for problem in problems)
    errors = sum(problem.level == "error" for problem in problems)
    added = f", {key} added to {BIB_FILE}" if key else ""
    counts = f"{gaps} {pluralize('gaps', gaps)} for a person to fill, {len(notes.unmapped)} not mapped"
    print(f"{COMMAND_NAME}: {path} written{added}: {counts}, {errors} {pluralize('errors', errors)}")
    print(
        f"{COMMAND_NAME}: the page is a draft: only a preview (make serve) shows it; once it is complete, remove draft: true"
    )
    return EXIT_ERRORS_FOUND if errors else EXIT_CLEAN


# --- writing ------------------------------------------------------------------------------------------


def write_page_and_source(root: Path, name: str, text: str, key: str, entry: str | None) -> None:
    """Write the page, and its source into references.bib: both or neither. Never overwrites a page.

    Raises RefusedError where the page already exists, OSError where a file cannot be written.
    """
    page = root / DOCS_FOLDER / TRIALS_FOLDER / f"{name}.md"
    bib = (root / BIB_FILE).resolve()
    with contextlib.ExitStack() as stack:
        page_file = _write_temporary_file(page, text.encode(), stack)
        bib_file = None
        if entry is not None:
            before = bib.read_bytes()
            bib_file = _write_temporary_file(bib, _insert_entry_bytes(before, key, entry), stack)
            bib_file.chmod(bib.stat().st_mode & 0o7777)
        _move_into_place(page_file, page)
        try:
            if bib_file is not None:
                if bib.read_bytes() != before:
                    raise RefusedError(f"{BIB_FILE} changed in the meantime; nothing was written, run this again")
                bib_file.replace(bib)
        except BaseException:
            page.unlink(missing_ok=True)
            raise


def _move_into_place(written: Path, page: Path) -> None:
    """Give a complete file the name of a page that does not exist yet. Raises RefusedError where it does."""
    shown = f"{DOCS_FOLDER}/{TRIALS_FOLDER}/{page.name}"
    try:
        page.hardlink_to(written)
    except FileExistsError:
        raise RefusedError(f"{shown} already exists and is not overwritten") from None
    except OSError:  # a file system without hard links: reserve the name, then move the file there
        try:
            page.touch(exist_ok=False)
        except FileExistsError:
            raise RefusedError(f"{shown} already exists and is not overwritten") from None
        written.replace(page)


def _write_temporary_file(target: Path, content: bytes, stack: contextlib.ExitStack) -> Path:
    """A temporary file beside ``target``, removed with ``stack``. Its name begins with a dot, so it is not a page."""
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
    crlf = "\r\n" in text
    after = page_draft.insert_bib_entry(text, key, entry.replace("\n", "\r\n") if crlf else entry)
    if crlf:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    old, new = (bib_reader.read_bibliography(content.replace("\r\n", "\n"), BIB_FILE) for content in (text, after))
    if old.problems:
        raise RefusedError(f"{BIB_FILE} has an error in line {old.problems[0].line}; fix it first, then run this again")
    changed = [
        name
        for name, entry in old.entries.items()
        if name not in new.entries or new.entries[name].fields != entry.fields
    ]
    if key not in new.entries or changed or new.problems:
        raise RefusedError(f"the source {key} cannot be added to {BIB_FILE} safely; add it by hand")
    return after.encode()


# --- refresh ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefreshTarget:
    """A record to compare with the registry: its page, its number there, the key of that source."""

    page: Page
    record: trial_record.Record
    nct: str
    key: str


def refresh_records(options: argparse.Namespace, loaded: Project, policy: HttpSettings) -> int:
    """Print the differences from the registry as a diff; write them with --write."""
    saved = _read_saved_study(options.saved) if options.saved else None
    numbers = list(options.numbers) or ([client.get_nct_id(saved)] if saved is not None else [])
    targets, failures = _select_targets(numbers, loaded)
    for message in failures:
        print(f"{COMMAND_NAME}: {message}", file=sys.stderr)
    counts = {"same": 0, "changed": 0, "not done": len(failures)}
    for index, target in enumerate(targets):
        try:
            if saved is None and index:
                time.sleep(policy.delay)
            study = saved if saved is not None else client.fetch_study(target.nct, options.api, policy)
            _refuse_other_trial(study, RegistryNumber(target.nct, registries.REGISTRIES[0]), saved is not None)
            counts[_refresh_record(target, study, loaded, options.write)] += 1
        except (CannotRunError, BadYamlError) as error:
            print(f"{COMMAND_NAME}: {target.page.path}: {' '.join(str(error).split())}", file=sys.stderr)
            counts["not done"] += 1
    changed = "written" if options.write else "with changes (nothing written; add --write)"
    total = f"{len(targets)} {pluralize('records', len(targets))} compared"
    summary = f"{total}, {counts['same']} the same, {counts['changed']} {changed}, {counts['not done']} not done"
    print(f"{COMMAND_NAME}: {summary}")
    return EXIT_ERRORS_FOUND if counts["not done"] else EXIT_CLEAN


def _select_targets(numbers: Sequence[str], loaded: Project) -> tuple[list[RefreshTarget], list[str]]:
    """The records with these numbers or names, or all of ClinicalTrials.gov; and a message for each that cannot be used."""
    targets: dict[str, RefreshTarget] = {}
    for page, record in loaded.records.values():
        registration = next((one for one in record.registry if registries.NCT.fullmatch(one.id)), None)
        if registration:
            number = RegistryNumber(registration.id, registries.REGISTRIES[0])
            key = registration.cite or page_draft.find_source_key(loaded.bibliography, number)
            targets[record.id] = RefreshTarget(page, record, number.id, key or number.id.lower())
    if not numbers:
        unreadable = [page for page in loaded.pages.values() if _has_unreadable_record(page)]
        return list(targets.values()), [f"{page.path}: its record has an error; fix it first" for page in unreadable]
    chosen: dict[str, RefreshTarget] = {}
    failures: list[str] = []
    for text in numbers:
        parsed = registries.parse_registry_number(text)
        names = [name for name, target in targets.items() if name == text or (parsed and target.nct == parsed.id)]
        if not names:
            failures.append(f"'{text[:60]}' is not a record with a number of ClinicalTrials.gov")
        chosen |= {name: targets[name] for name in names}
    return list(chosen.values()), failures


def _has_unreadable_record(page: Page) -> bool:
    return (
        page.src.startswith(f"{TRIALS_FOLDER}/") and page.record is None and (page.broken or "trial" in page.meta.data)
    )


def _refresh_record(target: RefreshTarget, study: Mapping[str, Any], loaded: Project, write: bool) -> str:
    """Print the differences of one record, and write them with --write; "same" or "changed"."""
    path = loaded.root / target.page.path
    raw = path.read_bytes()
    text, problem = text_files.read_text(path, target.page.path)
    if problem:
        raise RefusedError(problem.message)
    fresh, _ = mapping.build_trial_record(study, target.nct, target.record.id, target.key, loaded.today)
    proposal = refreshing.propose_changes(text, fresh, target.nct, target.key, loaded.today)
    for remark in proposal.remarks:
        print(f"{target.page.path}: {remark}")
    if not proposal.changed:
        return "same"
    source = loaded.bibliography.entries.get(target.key)
    if source is None:
        raise RefusedError(f"{BIB_FILE} has no entry {target.key} for {target.nct}; add it first")
    if source.get("seen") in ("not seen", "second-hand"):
        print(f"{target.page.path}: {BIB_FILE} says '{source.get('seen')}' for {target.key}; the record was read today")
    before, after = text.splitlines(keepends=True), proposal.text.splitlines(keepends=True)
    print("".join(difflib.unified_diff(before, after, target.page.path, target.page.path)), end="")
    _, old = check_unwritten_page(text, target.record.id, loaded)
    page, new = check_unwritten_page(proposal.text, target.record.id, loaded)
    known = {(problem.rule, problem.message) for problem in old}
    added = [problem for problem in new if problem.level == "error" and (problem.rule, problem.message) not in known]
    for problem in added:
        print(problem)
    if page.record is None or any(problem.rule.startswith("record") for problem in added):
        raise RefusedError("with these changes the record would break the rules above; not written, change it by hand")
    if write:
        _overwrite_page(path, raw, proposal.text)
    return "changed"


def _overwrite_page(path: Path, raw: bytes, text: str) -> None:
    """Replace the text of a page in one step, with its line endings and byte order mark."""
    content = text.encode()
    if b"\r" in raw:
        if raw.count(b"\r\n") != raw.count(b"\n") or raw.count(b"\r") != raw.count(b"\n"):
            raise RefusedError("its lines have different endings; save it with one kind of line ending first")
        content = content.replace(b"\n", b"\r\n")
    if raw.startswith(b"\xef\xbb\xbf"):
        content = b"\xef\xbb\xbf" + content
    path = path.resolve()
    with contextlib.ExitStack() as stack:
        new = _write_temporary_file(path, content, stack)
        new.chmod(path.stat().st_mode & 0o7777)
        if path.read_bytes() != raw:
            raise RefusedError("the file changed in the meantime; not written, run this again")
        new.replace(path)

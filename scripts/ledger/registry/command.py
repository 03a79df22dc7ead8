"""The command ``new_trial.py``: draft the page of a trial from its registry record, or compare records with the registry.

Exit status: 0 done, 1 refused or some records not compared (the message says what and why), 2 could not run. A page and
its source are written both or not at all, and no page is ever overwritten.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from ledger.core.errors import CannotRunError, RefusedError
from ledger.core.files import write_atomically
from ledger.core.problems import EXIT_CLEAN, EXIT_ERRORS_FOUND, Problem, merge_problems
from ledger.core.run_command import run_guarded
from ledger.core.text import pluralize, shorten
from ledger.http.client import HttpSettings
from ledger.model import bib_reader, project, registries, text_files
from ledger.model.project import BIB_FILE, DOCS_FOLDER, Page, Project
from ledger.model.registries import RegistryNumber
from ledger.model.trial_facts import VALUES_WITHOUT_SOURCE
from ledger.model.trial_record import Record
from ledger.model.vocabulary import GAP
from ledger.registry import client, diff, mapping, page_draft, study_model
from ledger.registry.study_model import Study
from ledger.site import check_site

COMMAND_NAME = "new_trial"
TRIALS_FOLDER = "trials"
PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
RESERVED_NAMES = ("index", "readme", "con", "prn", "aux", "nul")
API_VARIABLE = "CLINICALTRIALS_API"
CLINICALTRIALS_GOV = registries.REGISTRIES[0]
NUMBER_FORMS = ", ".join(registry.example for registry in registries.REGISTRIES)


class _OneLineParser(argparse.ArgumentParser):
    """Reports a wrong option in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise CannotRunError(f"{message}; see --help")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _OneLineParser(
        prog="new_trial.py",
        description="Write docs/trials/ID.md from the record of a trial registry, or compare the records with it.",
        epilog="Exit status: 0 done, 1 refused or some records not compared, 2 could not run.",
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help=f"a registry number: {NUMBER_FORMS}")
    parser.add_argument("--from", dest="saved", metavar="FILE", type=Path, help="read a saved study; no network")
    parser.add_argument("--id", dest="name", metavar="NAME", help="name of the page's file, without .md")
    parser.add_argument("--refresh", action="store_true", help="print what the registry says and the records do not")
    api = os.environ.get(API_VARIABLE) or registries.API_URL
    parser.add_argument("--api", metavar="URL", default=api, help=f"address of the API (or set {API_VARIABLE})")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=20.0, help="maximum time without data from the registry"
    )
    options = parser.parse_args(arguments)
    if not 0 < options.timeout <= 600:
        parser.error("--timeout takes 1 to 600 seconds")
    if options.refresh and options.name:
        parser.error("--id names a new page; it does not go with --refresh")
    if not options.refresh and len(options.numbers) != 1 and not (options.saved and not options.numbers):
        parser.error("give one registry number, such as NCT04786262")
    return options


def main(
    arguments: Sequence[str],
    root: Path | None = None,
    today: date | None = None,
    settings: HttpSettings | None = None,
) -> int:
    """Run the command and return its exit status."""
    return run_guarded(COMMAND_NAME, lambda: _run(arguments, root or Path.cwd(), today or date.today(), settings))


def _run(arguments: Sequence[str], root: Path, today: date, settings: HttpSettings | None) -> int:
    try:
        options = _parse_arguments(arguments)
    except SystemExit:  # --help
        return EXIT_CLEAN
    run = refresh_records if options.refresh else create_trial_page
    settings = settings or HttpSettings(contact=os.environ.get("CONTACT", ""), timeout=options.timeout)
    return run(options, project.load_project(root, today), settings)


# --- a new page ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """A page and its source, not written yet."""

    src: str
    text: str
    key: str
    bib: str
    """The whole text of references.bib, with the source."""
    problems: Sequence[Problem]
    """What the checks would report about the two."""

    @property
    def errors(self) -> Sequence[Problem]:
        return [problem for problem in self.problems if problem.level == "error"]


def create_trial_page(options: argparse.Namespace, loaded: Project, settings: HttpSettings) -> int:
    """Write a draft page for a trial that has none, and the entry of its source."""
    saved = _read_saved_study(options.saved) if options.saved else None
    number = _choose_number(options.numbers, saved)
    name = _validate_page_name(options.name or number.key, loaded)
    _refuse_known_trial([number.id], loaded)
    if loaded.bibliography.problems:
        line = loaded.bibliography.problems[0].line
        raise RefusedError(f"{BIB_FILE} has an error in line {line}; fix it first, then run this again")
    key = page_draft.find_source_key(loaded.bibliography, number) or number.key
    title, unmapped, doubts = "", list[str](), list[str]()
    if number.registry is not CLINICALTRIALS_GOV:
        record = mapping.build_empty_record(number, name, key, loaded.today)
    else:
        study = saved or _fetch_study(number, options, settings)
        _refuse_other_trial(study, number, saved is not None)
        record, unmapped = mapping.build_trial_record(study, number.id, name, key, loaded.today)
        _refuse_known_trial([*study.old_nct_ids, *(other["id"] for other in record["registry"][1:])], loaded)
        title = study.brief_title or study.official_title
        doubts = study_model.describe_doubts(study)
        if saved:
            record["registry"][0]["note"] = "read in a saved copy of the record"
    draft = _draft_page(number, record, title, key, loaded)
    if draft.errors:  # the words of the title or of a group can break a rule: a number without a source, praise
        draft = _draft_page(number, record | {"control": {"value": GAP}}, "", key, loaded)
    if draft.errors:
        raise RefusedError(f"the draft would break a rule: {draft.errors[0].message}; report this with the study")
    _write_draft(draft, loaded.root)
    for doubt in doubts:
        print(f"{COMMAND_NAME}: {number.id}: {doubt}")
    _print_report(draft, unmapped, new_source=key not in loaded.bibliography.entries)
    return EXIT_CLEAN


def _read_saved_study(path: Path) -> Study:
    if not path.is_file():
        raise CannotRunError(f"there is no file {path}")
    return study_model.parse_study(path.read_bytes(), path.name)


def _fetch_study(number: RegistryNumber, options: argparse.Namespace, settings: HttpSettings) -> Study:
    return study_model.parse_study(client.fetch_study(number.id, options.api, settings), number.id)


def _choose_number(arguments: Sequence[str], saved: Study | None) -> RegistryNumber:
    text = arguments[0] if arguments else saved.nct_id if saved else ""
    if not text:
        raise RefusedError("the file does not say which trial it is; give its number, such as NCT04786262")
    number = registries.parse_registry_number(text)
    if number is None:
        raise RefusedError(f"'{shorten(text)}' is not a number of a known registry; write one such as {NUMBER_FORMS}")
    if saved and number.registry is not CLINICALTRIALS_GOV:
        raise RefusedError(f"--from reads a study of ClinicalTrials.gov, and {number.id} is not its number")
    return number


def _validate_page_name(name: str, loaded: Project) -> str:
    if not PAGE_NAME.fullmatch(name) or name.lower() in RESERVED_NAMES:
        raise RefusedError(f"'{shorten(name)}' is not a name for a page; use letters, digits, _ and -")
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
    if page.record:
        yield from (registration.id for registration in page.record.registry)
    else:
        text = text_files.read_decodable_text(loaded.root / page.path)
        yield from re.findall(r"\bid:\s*[\"']?(NCT[0-9]{8}|[A-Za-z]{4,6}-?[A-Z0-9-]{6,20}|20[0-9-]{10,16})", text)


def _refuse_other_trial(study: Study, number: RegistryNumber, saved: bool) -> None:
    if study.nct_id == number.id or (saved and not study.nct_id):
        return
    if number.id in study.old_nct_ids:
        raise RefusedError(f"{number.id} is an old number of {study.nct_id}; use {study.nct_id}")
    raise RefusedError(f"the study is not {number.id}: it is about {study.nct_id or 'no trial that it names'}")


def _draft_page(number: RegistryNumber, record: dict[str, Any], title: str, key: str, loaded: Project) -> Draft:
    """A page, its source, and what the checks say about them."""
    heading = page_draft.format_heading(number, title)
    text = page_draft.render_draft_page(record, heading, key, loaded.today)
    bib, _ = text_files.read_text(loaded.root / BIB_FILE, BIB_FILE)
    if key not in loaded.bibliography.entries:
        seen = "registry record" if number.registry is CLINICALTRIALS_GOV else "not seen"
        others = [other["id"] for other in record["registry"][1:]]
        sponsor = record["sponsor"]["value"]
        about = f"{title} ({sponsor})" if title and sponsor not in VALUES_WITHOUT_SOURCE else title
        bib = page_draft.insert_bib_entry(
            bib, key, page_draft.format_bib_entry(number, about, seen, loaded.today, others)
        )
    src = f"{TRIALS_FOLDER}/{record['id']}.md"
    page, problems, record_problems = project.parse_page(text, src)
    drafted = replace(
        loaded,
        pages={**loaded.pages, src: page},
        files=loaded.files | {src},
        bibliography=bib_reader.read_bibliography(bib, BIB_FILE),
        problems=[*loaded.problems, *problems],
        record_problems=[*loaded.record_problems, *record_problems],
    )
    found = merge_problems([check_site.check_citations(drafted), check_site.check_links(drafted)])
    mine = [one for one in found if one.path == page.path or (one.path == BIB_FILE and f"{key}:" in one.message)]
    return Draft(src, text, key, bib, mine)


def _write_draft(draft: Draft, root: Path) -> None:
    """Write the page, and its source into references.bib: both or neither."""
    page = root / DOCS_FOLDER / draft.src
    with page.open("x", encoding="utf-8") as file:
        file.write(draft.text)
    try:
        write_atomically(root / BIB_FILE, draft.bib)
    except BaseException:
        page.unlink()
        raise


def _print_report(draft: Draft, unmapped: Sequence[str], new_source: bool) -> None:
    """Print the gaps of the new page, and what the registry says that has no place in its record."""
    for problem in draft.problems:
        print(problem)
    for value in unmapped:
        print(f"{COMMAND_NAME}: not mapped: {value}")
    added = f", {draft.key} added to {BIB_FILE}" if new_source else ""
    gaps = len(draft.problems)
    print(
        f"{COMMAND_NAME}: {DOCS_FOLDER}/{draft.src} written{added}: {gaps} {pluralize('gaps', gaps)} for a person to fill"
    )
    print(
        f"{COMMAND_NAME}: the page is a draft: only a preview (make serve) shows it; once it is complete, remove draft: true"
    )


# --- refresh ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefreshTarget:
    """A record to compare with the registry, and its number there."""

    page: Page
    record: Record
    number: RegistryNumber


def refresh_records(options: argparse.Namespace, loaded: Project, settings: HttpSettings) -> int:
    """Print what the registry says today and the records do not. Changes nothing."""
    saved = _read_saved_study(options.saved) if options.saved else None
    targets, failures = _select_targets(options.numbers or ([saved.nct_id] if saved else []), loaded)
    different = 0
    for index, target in enumerate(targets):
        try:
            if index and not saved:
                time.sleep(settings.delay)
            study = saved or _fetch_study(target.number, options, settings)
            _refuse_other_trial(study, target.number, saved is not None)
        except CannotRunError as error:
            failures.append(f"{target.page.path}: {error}")
            continue
        lines = diff.compare_records(target.record, _build_fresh_record(study, target, loaded.today))
        if lines:
            different += 1
            print("\n".join([f"--- {target.page.path}", f"+++ {target.number.address}", *lines]))
    for failure in failures:
        print(f"{COMMAND_NAME}: {failure}", file=sys.stderr)
    total = f"{len(targets)} {pluralize('records', len(targets))}"
    print(f"{COMMAND_NAME}: {total}, {different} different, {len(failures)} not compared")
    return EXIT_ERRORS_FOUND if failures else EXIT_CLEAN


def _build_fresh_record(study: Study, target: RefreshTarget, today: date) -> Record:
    """The record that a draft made today would have."""
    data, _ = mapping.build_trial_record(study, target.number.id, target.record.id, target.number.key, today)
    page, _, _ = project.parse_page(
        page_draft.render_draft_page(data, target.page.title, target.number.key, today), target.page.src
    )
    assert page.record
    return page.record


def _select_targets(numbers: Sequence[str], loaded: Project) -> tuple[list[RefreshTarget], list[str]]:
    """The records with these numbers or names, or all of ClinicalTrials.gov; and a message for each that cannot be used."""
    targets: dict[str, RefreshTarget] = {}
    for page, record in loaded.records.values():
        nct = next((one.id for one in record.registry if registries.NCT.fullmatch(one.id)), None)
        if nct:
            targets[record.id] = RefreshTarget(page, record, RegistryNumber(nct, CLINICALTRIALS_GOV))
    if not numbers:
        unreadable = [page for page in loaded.pages.values() if _has_unreadable_record(page)]
        return list(targets.values()), [f"{page.path}: its record has an error; fix it first" for page in unreadable]
    chosen: dict[str, RefreshTarget] = {}
    failures: list[str] = []
    for text in numbers:
        parsed = registries.parse_registry_number(text)
        names = [name for name, target in targets.items() if name == text or target.number == parsed]
        if not names:
            failures.append(f"'{shorten(text)}' is not a record with a number of ClinicalTrials.gov")
        chosen |= {name: targets[name] for name in names}
    return list(chosen.values()), failures


def _has_unreadable_record(page: Page) -> bool:
    in_folder = page.src.startswith(f"{TRIALS_FOLDER}/")
    return in_folder and page.record is None and (page.broken or "trial" in page.meta.data)

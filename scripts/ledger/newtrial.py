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

from ledger import (
    agreement,
    bibliography,
    citations,
    consistency,
    draft,
    frontmatter,
    links,
    project,
    records,
    registry,
    study,
)
from ledger import refresh as refreshing
from ledger.frontmatter import BadYamlError, Yaml
from ledger.problems import CLEAN, COULD_NOT_RUN, FOUND_ERRORS, Problem, plural
from ledger.project import BIB, DOCS, CannotRunError, Page, Project
from ledger.registry import Manners, Number, RegistryError, UnknownTrialError
from ledger.sift import HostileTextError, Notes

NAME = "new_trial"
FOLDER = "trials"
FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
RESERVED = ("index", "readme", "con", "prn", "aux", "nul")
API_VARIABLE = "CLINICALTRIALS_API"
BETWEEN = 0.5
"""Seconds between two trials asked for: the registry is for everybody."""


class RefusedError(Exception):
    """What was asked for is not done (exit status 1); the message says why."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{NAME}: {message}; see --help", file=sys.stderr)
        raise SystemExit(COULD_NOT_RUN)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="new_trial.py",
        description="Write docs/trials/ID.md from the record of a trial registry, or hold the records against it.",
        epilog="Exit status: 0 done, 1 refused or not done for some, 2 could not run.",
    )
    forms = ", ".join(one.example for one in registry.REGISTRIES)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help=f"a registry number: {forms}")
    parser.add_argument("--from", dest="saved", metavar="FILE", type=Path, help="read a saved study; no network")
    parser.add_argument("--id", dest="name", metavar="NAME", help="name of the page's file, without .md")
    parser.add_argument("--refresh", action="store_true", help="compare the records with the registry; show a diff")
    parser.add_argument("--write", action="store_true", help="with --refresh: write the changes into the pages")
    api = os.environ.get(API_VARIABLE) or registry.API
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
    given: Sequence[str], root: Path | None = None, today: date | None = None, manners: Manners | None = None
) -> int:
    """Run the command; the exit status. Whatever happens, no traceback and nothing half written."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    root, today = root or Path.cwd(), today or date.today()
    try:
        asked = _arguments(given)
        manners = manners or Manners(timeout=asked.timeout)
        work = refresh if asked.refresh else create
        return work(asked, project.load(root, today), manners)
    except SystemExit as stop:
        return int(stop.code or 0)
    except (RefusedError, HostileTextError, UnknownTrialError, draft.CannotDraftError) as error:
        status, said = FOUND_ERRORS, f"refused: {error}"
    except (CannotRunError, RegistryError) as error:
        status, said = COULD_NOT_RUN, f"could not run: {error}"
    except RecursionError:
        status, said = COULD_NOT_RUN, "could not run: a file is nested too deeply to read"
    except OSError as error:
        status, said = COULD_NOT_RUN, f"could not run: {error.strerror or error}: {error.filename or ''}".rstrip(": ")
    except KeyboardInterrupt:
        status, said = COULD_NOT_RUN, "stopped"
    print(f"{NAME}: {' '.join(said.split())}", file=sys.stderr)
    return status


# --- a new page ---------------------------------------------------------------------------------------


def create(asked: argparse.Namespace, loaded: Project, manners: Manners) -> int:
    """Write the page of a trial that has none, and the entry of its source."""
    saved = _saved(asked.saved) if asked.saved else None
    number = _number(asked.numbers, saved)
    name = _name(asked.name or number.key, loaded)
    _unknown_here([number.id], loaded)
    sources = loaded.bibliography
    key = draft.known_source(sources, number) or number.key
    notes = Notes()
    if number.registry.name == "ClinicalTrials.gov":
        found = saved if saved is not None else registry.fetch(number.id, asked.api, manners)
        _same_trial(found, number, asked.saved is not None)
        _unknown_here(registry.old_numbers(found), loaded)
        record, notes = study.record(found, number.id, name, key, loaded.today)
        _unknown_here([one["id"] for one in record["registry"][1:]], loaded)
        if saved is not None:
            record["registry"][0]["note"] = "read in a saved copy of the record"
        called, words, seen, source = short_title(record), about(record), "registry record", "the registry's record"
    else:
        record = study.skeleton(number, name, key, loaded.today)
        called, words, seen, source = "", "", "not seen", "the trial's number alone"
    taken = [page.title for page, _ in loaded.records.values()]
    text = draft.page(record, draft.title(number, called, name, taken), key, source, loaded.today)
    entry = None if key in sources.entries else draft.entry(number, words, seen, loaded.today)
    _must_hold(text, name, loaded)
    write_both(loaded.root, name, text, key, entry)
    return _report(loaded, name, key if entry else "", notes)


def _saved(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CannotRunError(f"there is no file {path}")
    if path.stat().st_size > Manners.largest:
        raise RegistryError(f"{path.name} is longer than {Manners.largest} bytes; nothing was read")
    return registry.parse(path.read_bytes(), path.name)


def _number(given: Sequence[str], saved: Mapping[str, Any] | None) -> Number:
    own = registry.nct_of(saved) if saved is not None else ""
    text = given[0] if given else own
    if not text:
        raise RefusedError("the file does not say which trial it is; give its number, such as NCT04786262")
    number = registry.number(text)
    if number is None:
        forms = ", ".join(one.example for one in registry.REGISTRIES)
        raise RefusedError(f"'{text[:60]}' is no number of a registry that is known here; its forms are {forms}")
    if saved is not None and number.registry.name != "ClinicalTrials.gov":
        raise RefusedError(f"--from reads a study of ClinicalTrials.gov, and {number.id} is not its number")
    return number


def _name(name: str, loaded: Project) -> str:
    if not FILE_NAME.fullmatch(name) or name.lower() in RESERVED:
        raise RefusedError(f"'{name[:60]}' is no name for a page; use letters, figures, _ and -")
    folder = loaded.root / DOCS / FOLDER
    if not folder.is_dir():
        raise CannotRunError(f"there is no folder {DOCS}/{FOLDER} here; run this from the root of the project")
    there = next((path.name for path in folder.iterdir() if path.name.lower() == f"{name}.md".lower()), None)
    if there:
        raise RefusedError(f"{DOCS}/{FOLDER}/{there} is there already, and is not overwritten")
    return name


def _unknown_here(numbers: Sequence[str], loaded: Project) -> None:
    """Refuse a trial that has a page, whatever that page's name."""
    wanted = {number.lower() for number in numbers}
    for page in loaded.pages.values():
        if page.src.startswith(f"{FOLDER}/"):
            for number in _numbers_of(page, loaded):
                if number.lower() in wanted:
                    raise RefusedError(f"{number} has a page already, {page.path}; one trial, one page")


def _numbers_of(page: Page, loaded: Project) -> Iterator[str]:
    """The registry numbers of a page's own trial, even where its record has an error."""
    data = page.meta.data
    trial = data.get("trial") if isinstance(data, dict) else None
    listed = trial.get("registry") if isinstance(trial, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            found = registry.number(one["id"])
            yield found.id if found else one["id"]
    if page.broken:
        text, _ = project.read_text(loaded.root / page.path, page.path)
        yield from re.findall(r"\bid:\s*[\"']?(NCT[0-9]{8}|[A-Za-z]{4,6}-?[A-Z0-9-]{6,20}|20[0-9-]{10,16})", text)


def _same_trial(found: Mapping[str, Any], number: Number, saved: bool) -> None:
    own = registry.nct_of(found)
    if own == number.id or (saved and not own):
        return
    if number.id in registry.old_numbers(found):
        raise RefusedError(f"{number.id} is an old number of {own}; ask for {own}")
    raise RefusedError(f"asked for {number.id}, and the answer is about {own or 'no trial that it names'}")


def short_title(record: Mapping[str, Any]) -> str:
    """What the registry calls the trial; empty where it has no title."""
    short = next((one["value"] for one in record.get("details", []) if one["what"] == study.SHORT_TITLE), "")
    return str(short or record.get("official_title", ""))


def about(record: Mapping[str, Any]) -> str:
    """The trial in a few words, for the title of its source."""
    words = short_title(record) or "a registered trial"
    return f"{words} ({record['sponsor']['value']})" if record["sponsor"].get("cite") else words


def in_memory(text: str, name: str, loaded: Project) -> tuple[Page, list[Problem]]:
    """A page that is not written yet, and what is wrong with its record."""
    src = f"{FOLDER}/{name}.md"
    header, start = frontmatter.split(text)
    meta: Yaml = frontmatter.load(header or "", first_line=2)
    record, problems = records.read(meta, f"{DOCS}/{src}")
    page = Page(src, "\n" * text.count("\n", 0, start) + text[start:], meta, record)
    return page, [*problems, *consistency.check(page, loaded), *agreement.check(page)]


def _must_hold(text: str, name: str, loaded: Project) -> None:
    if any(len(line) > project.LONGEST_LINE for line in text.split("\n")):
        raise draft.CannotDraftError("a line of the page would be too long to review")
    _, problems = in_memory(text, name, loaded)
    error = next((one for one in problems if one.level == "error"), None)
    if error:
        raise draft.CannotDraftError(f"the page would not keep the rules: {error.message}; report this with the study")


def _report(before: Project, name: str, key: str, notes: Notes) -> int:
    """What was written, and every gap with its place; errors that the checks find in it count."""
    loaded = project.load(before.root, before.today)
    path = f"{DOCS}/{FOLDER}/{name}.md"
    found = {*citations.check(loaded).problems, *links.check(loaded).problems}
    mine = sorted(one for one in found if one.path == path or (one.path == BIB and key and f"{key}:" in one.message))
    print("".join(f"{one}\n" for one in mine), end="")
    for what, count in notes.left.items():
        print(f"{NAME}: not copied: {what} ({count} {plural('values', count)})")
    for field, value in notes.unmapped:
        print(f"{NAME}: no word for {field}: {value[:200]}")
    gaps = sum(one.rule == "record-gap" for one in mine)
    errors = sum(one.level == "error" for one in mine)
    added = f", {key} added to {BIB}" if key else ""
    told = f"{gaps} {plural('gaps', gaps)} for a person to fill, {len(notes.unmapped)} kept without a word"
    print(f"{NAME}: {path} written{added}: {told}, {errors} {plural('errors', errors)}")
    print(f"{NAME}: the page is a draft: only a preview (make serve) shows it; once it is complete, remove draft: true")
    return FOUND_ERRORS if errors else CLEAN


# --- writing ------------------------------------------------------------------------------------------


def write_both(root: Path, name: str, text: str, key: str, entry: str | None) -> None:
    """Write the page, and its source into references.bib: both or neither. Never overwrites a page.

    Raises RefusedError where the page is there already, OSError where a file cannot be written.
    """
    page = root / DOCS / FOLDER / f"{name}.md"
    bib = (root / BIB).resolve()
    with contextlib.ExitStack() as waiting:
        page_file = _waiting(page, text.encode(), waiting)
        bib_file = None
        if entry is not None:
            before = bib.read_bytes()
            bib_file = _waiting(bib, _with_entry(before, key, entry), waiting)
            bib_file.chmod(bib.stat().st_mode & 0o7777)
        _place(page_file, page)
        try:
            if bib_file is not None:
                if bib.read_bytes() != before:
                    raise RefusedError(f"{BIB} was changed meanwhile; nothing was written, run this again")
                bib_file.replace(bib)
        except BaseException:
            page.unlink(missing_ok=True)
            raise


def _place(written: Path, page: Path) -> None:
    """Give a file that is written to its end the name of a page that is not there yet."""
    shown = f"{DOCS}/{FOLDER}/{page.name}"
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


def _waiting(target: Path, content: bytes, stack: contextlib.ExitStack) -> Path:
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


def _with_entry(before: bytes, key: str, entry: str) -> bytes:
    """The bytes of references.bib with one more entry; every other byte stays. Raises RefusedError."""
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotRunError(f"{BIB} is not UTF-8 text; save it as UTF-8") from None
    windows = "\r\n" in text
    after = draft.with_entry(text, key, entry.replace("\n", "\r\n") if windows else entry)
    if windows:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    old, new = (bibliography.read(one.replace("\r\n", "\n"), BIB) for one in (text, after))
    if old.problems:
        raise RefusedError(f"{BIB} has an error in line {old.problems[0].line}; mend it first, then run this again")
    lost = [one for one, had in old.entries.items() if one not in new.entries or new.entries[one].fields != had.fields]
    if key not in new.entries or lost or new.problems:
        raise RefusedError(f"no safe place for the source {key} was found in {BIB}; add it by hand")
    return after.encode()


# --- refresh ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A record to hold against the registry: its page, its number there, the key of that source."""

    page: Page
    record: records.Record
    nct: str
    key: str


def refresh(asked: argparse.Namespace, loaded: Project, manners: Manners) -> int:
    """Show as a diff what the registry says otherwise; write it only where asked to."""
    saved = _saved(asked.saved) if asked.saved else None
    numbers = list(asked.numbers) or ([registry.nct_of(saved)] if saved is not None else [])
    wanted, undone = _wanted(numbers, loaded)
    for message in undone:
        print(f"{NAME}: {message}", file=sys.stderr)
    counts = {"same": 0, "changed": 0, "not done": len(undone)}
    for place, one in enumerate(wanted):
        try:
            if saved is None and place:
                time.sleep(min(BETWEEN, manners.pause))
            found = saved if saved is not None else registry.fetch(one.nct, asked.api, manners)
            _same_trial(found, Number(one.nct, registry.REGISTRIES[0]), saved is not None)
            counts[_refresh_one(one, found, loaded, asked.write)] += 1
        except (RegistryError, RefusedError, HostileTextError, BadYamlError) as error:
            print(f"{NAME}: {one.page.path}: {' '.join(str(error).split())}", file=sys.stderr)
            counts["not done"] += 1
    did = "written" if asked.write else "with changes (nothing written; add --write)"
    total = f"{len(wanted)} {plural('records', len(wanted))} looked at"
    print(f"{NAME}: {total}, {counts['same']} the same, {counts['changed']} {did}, {counts['not done']} not done")
    return FOUND_ERRORS if counts["not done"] else CLEAN


def _wanted(numbers: Sequence[str], loaded: Project) -> tuple[list[Wanted], list[str]]:
    """The records asked for, or all that have a number of ClinicalTrials.gov; and what cannot be looked at."""
    found: dict[str, Wanted] = {}
    for page, record in loaded.records.values():
        own = [one for one in record.registry if registry.NCT.fullmatch(one.id)]
        for one in own[:1]:
            key = one.cite or draft.known_source(loaded.bibliography, Number(one.id, registry.REGISTRIES[0]))
            found[record.id] = Wanted(page, record, one.id, key or one.id.lower())
    undone = [f"{one.path}: its record has an error; mend it first" for one in loaded.pages.values() if _unread(one)]
    if not numbers:
        return list(found.values()), undone
    chosen: dict[str, Wanted] = {}
    undone = []
    for text in numbers:
        number = registry.number(text)
        names = [name for name, one in found.items() if name == text or (number and one.nct == number.id)]
        if not names:
            undone.append(f"'{text[:60]}' is no record with a number of ClinicalTrials.gov")
        chosen |= {name: found[name] for name in names}
    return list(chosen.values()), undone


def _unread(page: Page) -> bool:
    return page.src.startswith(f"{FOLDER}/") and page.record is None and (page.broken or "trial" in page.meta.data)


def _refresh_one(one: Wanted, found: Mapping[str, Any], loaded: Project, write: bool) -> str:
    """Show what is different in one record, and write it where asked to; what to count it as."""
    path = loaded.root / one.page.path
    raw = path.read_bytes()
    text, problem = project.read_text(path, one.page.path)
    if problem:
        raise RefusedError(problem.message)
    fresh, _ = study.record(found, one.nct, one.record.id, one.key, loaded.today)
    proposal = refreshing.propose(text, fresh, one.nct, one.key, loaded.today)
    for remark in proposal.remarks:
        print(f"{one.page.path}: {remark}")
    if not proposal.changed:
        return "same"
    source = loaded.bibliography.entries.get(one.key)
    if source is None:
        raise RefusedError(f"{BIB} has no entry {one.key} for {one.nct}; add it first")
    if source.get("seen") in ("not seen", "second-hand"):
        print(f"{one.page.path}: {BIB} says '{source.get('seen')}' of {one.key}; the record was read today")
    before, after = text.splitlines(keepends=True), proposal.text.splitlines(keepends=True)
    print("".join(difflib.unified_diff(before, after, one.page.path, one.page.path)), end="")
    _, old = in_memory(text, one.record.id, loaded)
    page, new = in_memory(proposal.text, one.record.id, loaded)
    known = {(problem.rule, problem.message) for problem in old}
    added = [problem for problem in new if problem.level == "error" and (problem.rule, problem.message) not in known]
    for problem in added:
        print(problem)
    if page.record is None or any(problem.rule.startswith("record") for problem in added):
        raise RefusedError("with these changes the record would break the rules above; not written, left to a person")
    if write:
        _overwrite(path, raw, proposal.text)
    return "changed"


def _overwrite(path: Path, raw: bytes, text: str) -> None:
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
        new = _waiting(path, content, waiting)
        new.chmod(path.stat().st_mode & 0o7777)
        if path.read_bytes() != raw:
            raise RefusedError("the file was changed meanwhile; not written, run this again")
        new.replace(path)

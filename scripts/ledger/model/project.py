"""Read the whole project once: pages, records, claims, bibliography. Everything else works on this."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path, PurePosixPath

import yaml

from ledger.core.errors import CannotRunError
from ledger.core.problems import Problem
from ledger.markdown import fences
from ledger.markdown.scanner import MarkdownSource
from ledger.model import bib_reader, claims, record_reader, source_status, yaml_source
from ledger.model.bibliography import Bibliography
from ledger.model.claims import ClaimsFile
from ledger.model.source_status import SourceStatus, SourceStatusFile
from ledger.model.trial_record import Record
from ledger.model.vocabulary import GAP
from ledger.model.yaml_source import BadYamlError, YamlDocument

DOCS_FOLDER = "docs"
BIB_FILE = "references.bib"
CLAIMS_FILE = "docs/articles/claims.yml"
CONFIG_FILE = "mkdocs.yml"


MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""What MkDocs takes for a page."""


TRANSLATED_PAGE = re.compile(r"(?P<original>.+)\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?\.md")
"""The source of a translated page: ``name.zh.md`` stands beside ``name.md``."""
MAX_PAGE_LINES = 20_000
"""Lines of a page; more is no page that a person reads, and would only slow every check down."""
MAX_LINE_LENGTH = 20_000
"""Characters in one line of a page; more is no prose, and would only slow every check down."""


CONFLICT_MARKER = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: .*)?$|(?<=\n\n)={7}$", re.MULTILINE)
"""A line that Git leaves in a file where two changes meet. A row of = below a line of text is a heading."""
INVISIBLE_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Signs that nobody sees: controls, turns of the direction of writing, and those that the build uses for itself."""


UNREADABLE_RULES = ("unreadable", "conflict-marker")
"""Rules of ``read_text``: a file with such a fault counts as empty, and what it holds is not known."""


@dataclass(frozen=True)
class Page:
    """One Markdown file. ``src`` is its path below ``docs``; the body keeps the file's line numbers."""

    src: str
    text: str
    meta: YamlDocument = field(default_factory=lambda: YamlDocument({}))
    record: Record | None = None
    broken: bool = False
    """Whether the front matter could not be read, so that nothing is known of what it holds."""
    unreadable: bool = False
    """Whether the whole file could not be read; its text is empty."""

    @property
    def path(self) -> str:
        """The path from the project root, as problems print it."""
        return f"{DOCS_FOLDER}/{self.src}"

    @property
    def draft(self) -> bool:
        """Whether the page says of itself that it is not complete."""
        return isinstance(self.meta.data, dict) and self.meta.data.get("draft") is True

    @cached_property
    def title(self) -> str:
        title = self.meta.data.get("title") if isinstance(self.meta.data, dict) else None
        if isinstance(title, str):
            return title
        return next((h.text for h in self.source.headings if h.level == 1), self.src)

    @cached_property
    def url(self) -> str:
        """The page's address below the site, in MkDocs' directory form."""
        path = PurePosixPath(self.src)
        if path.stem in ("index", "README"):
            return "" if str(path.parent) == "." else f"{path.parent}/"
        return f"{path.with_suffix('')}/"

    @cached_property
    def cited(self) -> frozenset[str]:
        """Keys that the record cites."""
        return frozenset(self.record.citations()) if self.record else frozenset()

    @cached_property
    def source(self) -> MarkdownSource:
        return MarkdownSource(self.text)


@dataclass(frozen=True)
class Project:
    """All that the checks and the generated parts of the site are made from."""

    root: Path
    pages: Mapping[str, Page]
    files: frozenset[str]
    bibliography: Bibliography
    claims: ClaimsFile
    nav: frozenset[str]
    today: date
    sections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The pages of each section of the navigation, in its order."""
    excluded: Sequence[str] | None = None
    """Patterns of the files in docs/ that mkdocs.yml keeps off the site; None where there is no mkdocs.yml to read."""
    problems: Sequence[Problem] = ()
    record_problems: Sequence[Problem] = ()
    unread: str = ""
    """The text of pages and of the file of claims, where they have an error: what they cite is not known."""
    status: SourceStatusFile = field(default_factory=SourceStatusFile)
    """What databases said of the sources."""
    repo_url: str = ""
    """Where the source of the site lives; empty where nobody set it, so that there is nowhere to report an error."""

    @cached_property
    def standings(self) -> Mapping[str, SourceStatus]:
        """What databases said of each source, by key."""
        return {
            key: source_status.get_source_status(entry, self.status) for key, entry in self.bibliography.entries.items()
        }

    @cached_property
    def marked(self) -> Mapping[str, SourceStatus]:
        """The sources with a notice: corrected, retracted, reinstated, or an expression of concern."""
        return {key: one for key, one in self.standings.items() if one.state in source_status.NOTICE_STATES}

    def original(self, src: str) -> Page | None:
        """The page of which ``src`` is a translation, if it is one."""
        match = TRANSLATED_PAGE.fullmatch(src)
        return self.pages.get(f"{match['original']}.md") if match else None

    @cached_property
    def drafts(self) -> frozenset[str]:
        """The pages that are not published: drafts, and translations of drafts."""
        own = {src for src, page in self.pages.items() if page.draft}
        return frozenset(
            src for src in self.pages if own and (src in own or ((o := self.original(src)) and o.src in own))
        )

    def claim_line(self, name: str) -> int:
        """The line of a row of the claims file, by its id."""
        text, _ = read_text(self.root / CLAIMS_FILE, CLAIMS_FILE)
        before, found, _ = text.partition(f"id: {name}\n")
        return before.count("\n") + 1 if found else 1

    @cached_property
    def records(self) -> Mapping[str, tuple[Page, Record]]:
        """Trial records by id, in the order of their pages' titles."""
        found = [(page, page.record) for page in self.pages.values() if page.record and not self.original(page.src)]
        return {record.id: (page, record) for page, record in sorted(found, key=lambda pair: pair[0].title.lower())}

    @cached_property
    def approaches(self) -> Mapping[str, Sequence[Page]]:
        """The pages of trials by the approach of their record, in the order of their titles."""
        grouped: dict[str, list[Page]] = {}
        for page, record in self.records.values():
            grouped.setdefault(record.approach, []).append(page)
        return grouped


def load_project(root: Path, today: date | None = None, repo_url: str = "") -> Project:
    """Read everything below ``root``. Faults in single files become problems; CannotRunError where nothing is there."""
    today = today or date.today()
    docs = root / DOCS_FOLDER
    if not docs.is_dir():
        raise CannotRunError(f"there is no folder {DOCS_FOLDER} here; run this from the root of the project")
    problems: list[Problem] = []
    record_problems: list[Problem] = []
    pages: dict[str, Page] = {}
    files: set[str] = set()
    unread: list[str] = []
    for path in sorted(docs.rglob("*")):
        src = path.relative_to(docs).as_posix()
        if any(part.startswith(".") for part in PurePosixPath(src).parts):
            continue
        if path.is_symlink():
            message = (
                "a symbolic link would publish what it leads to, which nobody reviews here; put the file itself here"
            )
            problems.append(Problem(f"{DOCS_FOLDER}/{src}", 1, "file-type", message))
            files.add(src)
            if path.suffix in MARKDOWN_SUFFIXES:
                pages[src] = Page(src, "", broken=True, unreadable=True)
                unread.append(_read_decodable_text(path))
        elif path.suffix in MARKDOWN_SUFFIXES:
            faults = len(problems) + len(record_problems)
            pages[src] = _load_page(path, src, problems, record_problems)
            files.add(src)
            if len(problems) + len(record_problems) > faults:
                unread.append(_read_decodable_text(path))
        elif path.is_file():
            files.add(src)
    placed, excluded = _load_config(root, problems)
    claimed = _load_claims(root, problems)
    if any(problem.path == CLAIMS_FILE for problem in problems):
        unread.append(_read_decodable_text(root / CLAIMS_FILE))
    found = Project(
        root=root,
        pages=pages,
        files=frozenset(files),
        bibliography=_load_bibliography(root),
        claims=claimed,
        nav=frozenset(src for _, src in placed),
        sections=_group_by_section(placed),
        excluded=excluded,
        today=today,
        problems=problems,
        record_problems=record_problems,
        unread="\n".join(unread),
        status=_load_source_status(root, problems),
        repo_url=repo_url,
    )
    for src, page in pages.items():
        original = found.original(src)
        if original and original.record:  # a translation shows the record of its original
            pages[src] = replace(page, record=original.record)
    record_problems.extend(_cross_check_records(found))
    return found


def _cross_check_records(project: Project) -> list[Problem]:
    """What one record cannot know: pages that are not there, numbers and titles taken twice."""
    problems = []
    ids: dict[str, str] = {}
    titles: dict[str, str] = {}
    therapies = {src for src in project.pages if src.startswith("therapies/")}
    cohorts = {record.cohort for _, record in project.records.values()}

    def problem(page: Page, place: tuple[str | int, ...], message: str) -> None:
        problems.append(Problem(page.path, page.meta.line(("trial", *place)), "record", message))

    for page, record in project.records.values():
        for number, stem in enumerate(record.therapies):
            if stem != GAP and therapies and f"therapies/{stem}.md" not in therapies:
                near = get_close_matches(stem, [PurePosixPath(src).stem for src in therapies], 1)
                hint = f"; did you mean {near[0]}?" if near else "; name a page in docs/therapies without .md"
                problem(page, ("therapies", number), f"there is no page therapies/{stem}.md{hint}")
        for number, registration in enumerate(record.registry):
            first = ids.setdefault(registration.id, page.path)
            if first != page.path:
                problem(
                    page, ("registry", number), f"{registration.id} has a page already, {first}; one trial, one page"
                )
        for number, relation in enumerate(record.relations):
            if relation.record and relation.record not in project.records:
                near = get_close_matches(relation.record, project.records, 1)
                hint = f"; did you mean {near[0]}?" if near else "; leave record out if the trial has no page"
                problem(page, ("relations", number, "record"), f"there is no record '{relation.record}'{hint}")
        for number, cohort in enumerate(record.overlaps):
            if cohort not in cohorts:
                near = get_close_matches(cohort, cohorts, 1)
                hint = f"; did you mean {near[0]}?" if near else "; name the cohort of another record"
                problem(page, ("overlaps", number), f"no record has the cohort '{cohort}'{hint}")
        first = titles.setdefault(page.title.lower(), page.path)
        if first != page.path:
            line = page.meta.line(("title",))
            message = f"the title '{page.title}' is that of {first}; give each trial its own"
            problems.append(Problem(page.path, line, "record", message))
    return problems


def _read_decodable_text(path: Path) -> str:
    """What can be read of a file with an error, signs that are no UTF-8 left out."""
    return path.read_bytes().decode("utf-8", "ignore") if path.is_file() and os.access(path, os.R_OK) else ""


def read_text(path: Path, shown: str) -> tuple[str, Problem | None]:
    """A file's text with plain line ends, or an empty text and the problem that stopped it."""
    if path.exists() and not path.is_file() and not path.is_dir():
        return "", Problem(shown, 1, "unreadable", "this is no file that holds text; remove it")
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return "", Problem(shown, line, "unreadable", "this is not UTF-8 text; save the file as UTF-8")
    except IsADirectoryError:
        return "", Problem(shown, 1, "unreadable", "a folder stands where a file should be; rename or remove it")
    except FileNotFoundError:
        return "", Problem(shown, 1, "unreadable", "the file is missing; restore it")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return "", Problem(shown, 1, "unreadable", f"cannot be read: {reason}; check its permissions")
    conflict = CONFLICT_MARKER.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        message = (
            f"'{conflict[0][:40]}' is left of a Git conflict; keep one of the two versions and delete every line that "
            "begins with <<<<<<<, |||||||, ======= or >>>>>>>"
        )
        return "", Problem(shown, line, "conflict-marker", message)
    hidden = INVISIBLE_CHARACTER.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        message = f"this line holds a sign that nobody can see (U+{ord(hidden[0]):04X}); take it out"
        return "", Problem(shown, line, "unreadable", message)
    return text, None


def _load_page(path: Path, src: str, problems: list[Problem], record_problems: list[Problem]) -> Page:
    shown = f"{DOCS_FOLDER}/{src}"
    text, problem = read_text(path, shown)
    if not problem and len(text) > MAX_LINE_LENGTH:
        long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > MAX_LINE_LENGTH), None)
        if text.count("\n") > MAX_PAGE_LINES:
            message = f"this page has more than {MAX_PAGE_LINES} lines, which nobody can review; take it apart"
            problem = Problem(shown, MAX_PAGE_LINES + 1, "unreadable", message)
        elif long:
            message = f"this line has more than {MAX_LINE_LENGTH} characters, which nobody can review; break it"
            problem = Problem(shown, long, "unreadable", message)
    fence = None if problem else fences.find_broken_fence(text)
    if fence:  # what is code below it and what is text is not known, so nothing else is said of the page
        problem = Problem(shown, fence.line, "code-fence", fence.message)
    if problem:
        problems.append(problem)
        return Page(src, "", broken=True, unreadable=True)
    meta = YamlDocument({})
    body = text
    try:
        header, start = yaml_source.split_front_matter(text)
        if header is not None:
            body = "\n" * text.count("\n", 0, start) + text[start:]
            meta = yaml_source.load_yaml(header, first_line=2)
            if not isinstance(meta.data, dict):
                raise BadYamlError(2, "front matter must be a list of `key: value` lines")
    except BadYamlError as error:
        problems.append(Problem(shown, error.line, "front-matter", f"{error}; MkDocs would not read it"))
        return Page(src, body, broken=True)
    record = None
    if "trial" in meta.data or (meta.data.get("kind") == "trial" and not TRANSLATED_PAGE.fullmatch(src)):
        record, found = record_reader.read_record(meta, shown)
        record_problems.extend(found)
        stem = PurePosixPath(src).name.split(".")[0]
        if record and record.id != stem:
            line = meta.line(("trial", "id"))
            record_problems.append(Problem(shown, line, "record", f"id '{record.id}' must be the file's name '{stem}'"))
    return Page(src, body, meta, record)


def _load_bibliography(root: Path) -> Bibliography:
    text, problem = read_text(root / BIB_FILE, BIB_FILE)
    if problem:
        return Bibliography(BIB_FILE, {}, [problem])
    return bib_reader.read_bibliography(text, BIB_FILE)


def _load_source_status(root: Path, problems: list[Problem]) -> SourceStatusFile:
    if not (root / source_status.SOURCE_STATUS_FILE).exists():
        return SourceStatusFile()
    text, problem = read_text(root / source_status.SOURCE_STATUS_FILE, source_status.SOURCE_STATUS_FILE)
    if problem:
        problems.append(problem)
        return SourceStatusFile()
    found, faults = source_status.read_source_status(text)
    problems.extend(faults)
    return found


def _load_claims(root: Path, problems: list[Problem]) -> ClaimsFile:
    if not (root / CLAIMS_FILE).exists():
        return ClaimsFile()
    text, problem = read_text(root / CLAIMS_FILE, CLAIMS_FILE)
    if problem:
        problems.append(problem)
        return ClaimsFile()
    try:
        data = yaml_source.load_yaml(text)
    except BadYamlError as error:
        problems.append(Problem(CLAIMS_FILE, error.line, "front-matter", str(error)))
        return ClaimsFile()
    found, faults = claims.read_claims(data, CLAIMS_FILE)
    problems.extend(faults)
    return found


class _ConfigLoader(yaml.SafeLoader):
    """Reads mkdocs.yml for its navigation and file patterns alone; tags such as !ENV and !!python/name become nothing."""


def _ignore_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> None:
    return None


_ConfigLoader.add_multi_constructor("", _ignore_tag)


def check_config(root: Path) -> list[Problem]:
    """Why mkdocs.yml cannot be read."""
    problems: list[Problem] = []
    _load_config(root, problems)
    return problems


def _load_config(root: Path, problems: list[Problem]) -> tuple[list[tuple[str, str]], list[str] | None]:
    """The pages that mkdocs.yml names, in order, each behind its section, and the patterns of files it leaves out.

    No page and None where there is no mkdocs.yml, or where it cannot be read.
    """
    if not (root / CONFIG_FILE).exists():
        return [], None
    text, problem = read_text(root / CONFIG_FILE, CONFIG_FILE)
    if problem:
        problems.append(problem)
        return [], None
    try:
        config = yaml.load(text.translate(yaml_source.UNICODE_LINE_BREAKS), _ConfigLoader)
        data = config if isinstance(config, dict) else {}
        return list(_walk_nav(data.get("nav"))), str(data.get("exclude_docs") or "").splitlines()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        since = f" (in what begins at line {start.line + 1})" if start and start.line + 1 < line else ""
        message = f"not valid YAML: {getattr(error, 'problem', error)}{since}; fix this line or the one before it"
        problems.append(Problem(CONFIG_FILE, line, "config", message))
        return [], None


def _walk_nav(item: object, section: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(item, str):
        if "://" not in item:
            yield section, str(PurePosixPath(item))
    elif isinstance(item, dict):
        for name, value in item.items():
            yield from _walk_nav(value, section or (str(name) if isinstance(value, list) else ""))
    elif isinstance(item, list):
        for value in item:
            yield from _walk_nav(value, section)


def _group_by_section(placed: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for section, src in placed:
        if section:
            found.setdefault(section, []).append(src)
    return found

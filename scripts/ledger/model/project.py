"""The whole project, read once: pages, records, claims, bibliography. Everything else works on this."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from ledger.core.errors import CannotRunError
from ledger.core.languages import LANGUAGE_TAGS
from ledger.core.problems import Problem
from ledger.markdown import fences
from ledger.markdown.scanner import MarkdownSource
from ledger.model import bib_reader, claims, data_files, record_reader, site_config, source_status, yaml_source
from ledger.model.bibliography import Bibliography
from ledger.model.certainty import CertaintyFile
from ledger.model.claims import ClaimsFile
from ledger.model.people import PEOPLE_FILE, PeopleFile
from ledger.model.rules import rule
from ledger.model.source_status import SourceStatus, SourceStatusFile
from ledger.model.text_files import read_decodable_text, read_text
from ledger.model.trial_record import Record
from ledger.model.yaml_source import BadYamlError, YamlDocument

DOCS_FOLDER = "docs"
TEMPLATES_FOLDER = "overrides"
BIB_FILE = "references.bib"
CLAIMS_FILE = "docs/articles/claims.yml"
CERTAINTY_FILE = "docs/therapies/certainty.yml"

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""Files that MkDocs publishes as a page."""
TRANSLATED_PAGE = re.compile(r"(?P<original>.+)\.(?P<language>[a-z]{2,3}(?:-[A-Za-z]{2,4})?)\.md")
"""The source of a translated page: ``name.zh.md`` beside ``name.md``."""
MAX_PAGE_LENGTH = 200_000
"""Maximum characters of a page. The largest has 30,000, and the time markdown-it-py takes grows with the square of odd input."""


@dataclass(frozen=True)
class Page:
    """One Markdown file. ``src`` is its path below ``docs``; the body keeps the file's line numbers."""

    src: str
    text: str
    meta: YamlDocument = field(default_factory=lambda: YamlDocument({}))
    record: Record | None = None
    broken: bool = False
    """Whether the front matter could not be read."""
    unreadable: bool = False
    """Whether the whole file could not be read; its text is empty."""

    @property
    def path(self) -> str:
        """The path from the project root, as problems print it."""
        return f"{DOCS_FOLDER}/{self.src}"

    @property
    def draft(self) -> bool:
        """Whether the page has ``draft: true``."""
        return isinstance(self.meta.data, dict) and self.meta.data.get("draft") is True

    @cached_property
    def title(self) -> str:
        title = self.meta.data.get("title") if isinstance(self.meta.data, dict) else None
        if isinstance(title, str):
            return title
        return next((h.text for h in self.source.headings if h.level == 1), self.src)

    @property
    def language(self) -> str:
        """The language of the text as a tag of HTML: that of the suffix in ``name.zh.md``, or English."""
        match = TRANSLATED_PAGE.fullmatch(self.src)
        return LANGUAGE_TAGS.get(match["language"], match["language"]) if match else "en"

    @cached_property
    def digest(self) -> str:
        """A digest of the file: the same text and front matter have the same digest."""
        return sha256(f"{self.src}\0{self.text}\0{self.meta.data!r}".encode(errors="surrogateescape")).hexdigest()

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
    """All data that the checks and the generated parts of the site use."""

    root: Path
    pages: Mapping[str, Page]
    files: frozenset[str]
    bibliography: Bibliography
    claims: ClaimsFile
    nav: frozenset[str]
    today: date
    certainty: CertaintyFile = field(default_factory=CertaintyFile)
    """How sure we are of each outcome of a therapy."""
    sections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The pages of each section of the navigation, in its order."""
    excluded: Sequence[str] | None = None
    """Patterns of the files in docs/ that mkdocs.yml keeps off the site; None where there is no mkdocs.yml to read."""
    problems: Sequence[Problem] = ()
    record_problems: Sequence[Problem] = ()
    unread: str = ""
    """The raw text of pages and of the claims file that have an error: what they cite is not known."""
    status: SourceStatusFile = field(default_factory=SourceStatusFile)
    """What databases report about the sources."""
    repo_url: str = ""
    """Address of the repository, to which readers report errors; empty if it is not set."""
    contact: str = ""
    """Another way to reach the makers, as the target of a link; empty if it is not set."""
    people: PeopleFile = field(default_factory=PeopleFile)
    """Who agreed to be named as maintainer, editor or reviewer."""
    generated_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Rendered parts of pages, by source path and by the comment that requests the part."""
    references: dict[str, str] = field(default_factory=dict)
    """The formatted references as HTML, by key. The build adds them before it renders pages."""

    @cached_property
    def standings(self) -> Mapping[str, SourceStatus]:
        """What databases report about each source, by key."""
        return {
            key: source_status.get_source_status(entry, self.status) for key, entry in self.bibliography.entries.items()
        }

    @cached_property
    def marked(self) -> Mapping[str, SourceStatus]:
        """The sources with a notice: corrected, retracted, reinstated, or an expression of concern."""
        return {key: status for key, status in self.standings.items() if status.state in source_status.NOTICE_STATES}

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
        before, match, _ = text.partition(f"id: {name}\n")
        return before.count("\n") + 1 if match else 1

    def certainty_line(self, words: str) -> int:
        """The line of the file of certainty ratings that holds some words."""
        text, _ = read_text(self.root / CERTAINTY_FILE, CERTAINTY_FILE)
        return text[: max(text.find(words), 0)].count("\n") + 1

    @cached_property
    def records(self) -> Mapping[str, tuple[Page, Record]]:
        """Trial records by id, in the order of their pages' titles."""
        pairs = [(page, page.record) for page in self.pages.values() if page.record and not self.original(page.src)]
        return {record.id: (page, record) for page, record in sorted(pairs, key=lambda pair: pair[0].title.lower())}

    @cached_property
    def unread_trials(self) -> Mapping[str, str]:
        """Trials' pages whose record cannot be read, by name. That is reported there, and not where they are named."""
        return {
            PurePosixPath(page.src).stem: page.src
            for page in self.pages.values()
            if page.src.startswith("trials/")
            and page.record is None
            and ("trial" in page.meta.data or page.meta.data.get("kind", "trial") == "trial")
            and not self.original(page.src)
        }

    @cached_property
    def trial_names(self) -> Sequence[str]:
        """Every name that a page may call a trial by: the ids of the records, and the pages whose record cannot be read."""
        return [*self.records, *self.unread_trials]

    @cached_property
    def approaches(self) -> Mapping[str, Sequence[Page]]:
        """The pages of trials by the approach of their record, in the order of their titles."""
        grouped: dict[str, list[Page]] = {}
        for page, record in self.records.values():
            grouped.setdefault(record.approach, []).append(page)
        return grouped


_LoadedPage = tuple[Page, list[Problem], list[Problem]]
"""A page, the problems of its text, and the problems of its record."""


@dataclass
class ProjectCache:
    """What a preview keeps from one load to the next, so that it reads only files that changed.

    Pages by path, each with the time and size of its file; and the text of the bibliography with its entries.
    """

    pages: dict[Path, tuple[tuple[int, int], _LoadedPage]] = field(default_factory=dict)
    bibliography: tuple[str, Bibliography] = ("", Bibliography(BIB_FILE, {}, []))


def load_project(
    root: Path, today: date | None = None, repo_url: str = "", contact: str = "", cache: ProjectCache | None = None
) -> Project:
    """Everything below ``root``. Errors in single files become problems; CannotRunError where there is no ``docs``."""
    cache = cache or ProjectCache()
    if not (root / DOCS_FOLDER).is_dir():
        raise CannotRunError(f"there is no folder {DOCS_FOLDER} here; run this from the root of the project")
    loaded = _load_docs(root / DOCS_FOLDER, cache)
    config, config_problems = site_config.read_config(root)
    claims_file, claims_problems = _load_claims(root)
    ratings, certainty_problems = _load_certainty(root)
    status, status_problems = _load_source_status(root)
    people, people_problems = _load_people(root)
    unread = [*loaded.unread, *(problem.path for problem in (*claims_problems, *certainty_problems))]
    pages = {page.src: page for page in loaded.pages}
    project = Project(
        root=root,
        pages=pages,
        files=frozenset(loaded.files),
        bibliography=_load_bibliography(root, cache),
        claims=claims_file,
        certainty=ratings,
        nav=config.pages,
        sections=config.sections,
        excluded=config.excluded,
        today=today or date.today(),
        problems=[
            *loaded.problems,
            *config_problems,
            *claims_problems,
            *certainty_problems,
            *status_problems,
            *people_problems,
        ],
        record_problems=loaded.record_problems,
        unread="\n".join(read_decodable_text(root / path) for path in unread),
        status=status,
        repo_url=repo_url,
        contact=contact,
        people=people,
    )
    for src, page in pages.items():
        original = project.original(src)
        if original and original.record:  # a translation shows the record of its original
            pages[src] = replace(page, record=original.record)
    return project


@dataclass
class _LoadedDocs:
    """What the folder ``docs`` holds. ``unread`` are the paths of pages with an error."""

    pages: list[Page] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    record_problems: list[Problem] = field(default_factory=list)


def _load_docs(docs: Path, cache: ProjectCache) -> _LoadedDocs:
    loaded = _LoadedDocs()
    templates = docs.parent / TEMPLATES_FOLDER
    for path in (docs, templates, *sorted(templates.rglob("*"))):
        if path.is_symlink():
            loaded.problems.append(_report_symbolic_link(path.relative_to(docs.parent).as_posix()))
    for path in sorted(docs.rglob("*")):
        src = path.relative_to(docs).as_posix()
        is_page, is_link = path.suffix in MARKDOWN_SUFFIXES, path.is_symlink()
        if any(part.startswith(".") for part in PurePosixPath(src).parts) or not (is_page or is_link or path.is_file()):
            continue
        loaded.files.append(src)
        if is_link:
            loaded.problems.append(_report_symbolic_link(f"{DOCS_FOLDER}/{src}"))
        if not is_page:
            continue
        page, problems, record_problems = (
            (Page(src, "", broken=True, unreadable=True), [], []) if is_link else _load_page(path, src, cache)
        )
        loaded.pages.append(page)
        loaded.problems += problems
        loaded.record_problems += record_problems
        if is_link or problems or record_problems:
            loaded.unread.append(page.path)
    return loaded


@rule("file-type")
def _report_symbolic_link(shown: str) -> Problem:
    message = "a symbolic link publishes a file that nobody reviews here; replace it with the file itself"
    return Problem(shown, 1, "file-type", message)


def _load_page(path: Path, src: str, cache: ProjectCache) -> _LoadedPage:
    status = path.stat()
    version = status.st_mtime_ns, status.st_size
    if path not in cache.pages or cache.pages[path][0] != version:
        cache.pages[path] = version, _read_page(path, src)
    page, problems, record_problems = cache.pages[path][1]
    return page, list(problems), list(record_problems)


def _read_page(path: Path, src: str) -> _LoadedPage:
    text, problem = read_text(path, f"{DOCS_FOLDER}/{src}")
    if problem and not text:
        return Page(src, "", broken=True, unreadable=True), [problem], []
    page, problems, record_problems = parse_page(text, src)
    return page, [problem, *problems] if problem else problems, record_problems


@rule("front-matter", "record", "unreadable", "code-fence")
def parse_page(text: str, src: str) -> _LoadedPage:
    """A page made from its text, the problems of its text, and the problems of its record."""
    shown = f"{DOCS_FOLDER}/{src}"
    if len(text) > MAX_PAGE_LENGTH:
        message = f"this page has more than {MAX_PAGE_LENGTH:,} characters, which nobody can review; split it"
        problem = Problem(shown, 1, "unreadable", message)
        return Page(src, "", broken=True, unreadable=True), [problem], []
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
        problem = Problem(shown, error.line, "front-matter", f"{error}; MkDocs would not read it")
        unclosed = body is text and bool(yaml_source.FRONT_MATTER_START.match(text))
        return Page(src, "" if unclosed else body, broken=True, unreadable=unclosed), [problem], []
    record: Record | None = None
    record_problems: list[Problem] = []
    if "trial" in meta.data or (meta.data.get("kind") == "trial" and not TRANSLATED_PAGE.fullmatch(src)):
        record, record_problems = record_reader.read_record(meta, shown)
    stem = PurePosixPath(src).name.split(".")[0]
    if record and record.id != stem:
        message = f"id '{record.id}' must be the file's name '{stem}'"
        record_problems.append(Problem(shown, meta.line(("trial", "id")), "record", message))
        record = record.model_copy(update={"id": stem})  # the name by which other pages know it
    page = Page(src, body, meta, record)
    fence = fences.find_broken_fence(page.source)
    if fence:  # what is code below it is not known, so nothing else is checked on the page
        problem = Problem(shown, fence.line, "code-fence", fence.message)
        return Page(src, "", broken=True, unreadable=True), [problem], []
    return page, [], record_problems


def _load_bibliography(root: Path, cache: ProjectCache) -> Bibliography:
    text, problem = read_text(root / BIB_FILE, BIB_FILE, keep_harmless=True)
    if problem:
        read = bib_reader.read_bibliography(text, BIB_FILE)
        return Bibliography(BIB_FILE, read.entries, [problem, *read.problems])
    if cache.bibliography[0] != text:
        cache.bibliography = text, bib_reader.read_bibliography(text, BIB_FILE)
    return cache.bibliography[1]


def _load_source_status(root: Path) -> tuple[SourceStatusFile, list[Problem]]:
    path = root / source_status.SOURCE_STATUS_FILE
    if not path.exists():
        return SourceStatusFile(), []
    text, problem = read_text(path, source_status.SOURCE_STATUS_FILE)
    return (SourceStatusFile(), [problem]) if problem else source_status.read_source_status(text)


@rule("front-matter")
def _load_claims(root: Path) -> tuple[ClaimsFile, list[Problem]]:
    if not (root / CLAIMS_FILE).exists():
        return ClaimsFile(), []
    text, problem = read_text(root / CLAIMS_FILE, CLAIMS_FILE)
    if problem:
        return ClaimsFile(), [problem]
    try:
        data = yaml_source.load_yaml(text)
    except BadYamlError as error:
        return ClaimsFile(), [Problem(CLAIMS_FILE, error.line, "front-matter", str(error))]
    return claims.read_claims(data, CLAIMS_FILE)


@rule("reviewer")
def _load_people(root: Path) -> tuple[PeopleFile, list[Problem]]:
    if not (root / PEOPLE_FILE).exists():
        return PeopleFile(), []
    content, _, problems = data_files.read_yaml(PeopleFile, root / PEOPLE_FILE, PEOPLE_FILE, "reviewer")
    return content or PeopleFile(), problems


@rule("certainty-rating")
def _load_certainty(root: Path) -> tuple[CertaintyFile, list[Problem]]:
    if not (root / CERTAINTY_FILE).exists():
        return CertaintyFile(), []
    content, _, problems = data_files.read_yaml(
        CertaintyFile, root / CERTAINTY_FILE, CERTAINTY_FILE, "certainty-rating"
    )
    return content or CertaintyFile(), problems

"""The one bibliography: read ``references.bib``, tell every fault with its line, export CSL-JSON.

bibtexparser goes on after a fault and knows lines; pybtex is what mkdocs-bibtex will use. Both must
accept an entry before it counts as read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote

from bibtexparser import model
from bibtexparser.entrypoint import parse_string
from pybtex.bibtex.utils import split_name_list
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.scanner import PybtexSyntaxError

from ledger.core.problems import Problem

PUBLICATION_KINDS = (
    "trial report",
    "case report",
    "cohort study",
    "registry report",
    "laboratory study",
    "letter",
    "commentary",
    "narrative review",
    "systematic review",
    "conference abstract",
    "preprint",
    "guideline",
    "regulator",
    "trial registry",
    "drug monograph",
    "government statistics",
    "health economics",
    "patient organisation",
    "professional society",
    "public health body",
    "company statement",
    "seller's page",
    "news",
    "forum or blog",
    "patent",
    "court document",
    "institution page",
)
"""Kinds of publication. An entry's ``keywords`` holds exactly one of them."""

SEEN_LEVELS = (
    "full text",
    "abstract",
    "registry record",
    "page",
    "part of the text",
    "title only",
    "second-hand",
    "not seen",
)
"""How far a source, or one fact in it, was read by us."""

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "article": ("author", "title", "journal", "year"),
    "book": ("author|editor", "title", "publisher", "year"),
    "inbook": ("author", "title", "booktitle", "publisher", "year"),
    "incollection": ("author", "title", "booktitle", "publisher", "year"),
    "inproceedings": ("author", "title", "booktitle", "year"),
    "manual": ("title",),
    "misc": ("title", "doi|url|howpublished"),
    "online": ("title", "url", "urldate"),
    "patent": ("author", "title", "number", "year"),
    "phdthesis": ("author", "title", "school", "year"),
    "report": ("author|institution", "title", "year"),
    "techreport": ("author", "title", "institution", "year"),
    "unpublished": ("author", "title", "note"),
}
"""Fields an entry cannot do without, by type: BibTeX's own, with biblatex's for ``online`` and ``report``.
``a|b`` means one of the two."""

CITATION_KEY = re.compile(r"[A-Za-z0-9_-]+")
DOI = re.compile(r"10\.\d{4,9}/[^\s{}\"<>\\]*[^\s{}\"<>\\.,;]")
PMID = re.compile(r"[1-9]\d{0,8}")
PMCID = re.compile(r"PMC[1-9]\d{0,9}")
NCT = re.compile(r"NCT\d{8}")
NCT_LIKE = re.compile(r"\bNCT[ _:#-]{0,2}[\dO]\w{0,40}", re.IGNORECASE)
PLAIN_ENTRY = re.compile(r"@\w+\{[\w-]+,\n(?:[ \t]*[A-Za-z]+[ \t]*=[ \t]*\{(?:[^{}]|\{[^{}]*+\})*+\},\n)++\}\s*")
"""An entry written the way this file is kept, in which pybtex cannot find a fault; so it is not asked."""
BIB_ENTRY_START = re.compile(r"@\w*\s*[{(]")
MIN_ENTRY_LENGTH = 40
"""Characters that the shortest entry could have; a large file with more entries than that is none, and slow to read."""
MAX_SMALL_FILE_LENGTH = 100_000
YEAR = re.compile(r"(?:1[89]|20)\d\d")


@dataclass(frozen=True)
class Entry:
    """One source. ``fields`` has lower-case names and values without their outer braces."""

    key: str
    type: str
    fields: Mapping[str, str]
    line: int
    field_lines: Mapping[str, int] = field(default_factory=dict)
    raw: str = ""

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def text(self, name: str) -> str:
        """The field as a reader should see it: no braces, no LaTeX escapes."""
        return strip_latex(self.get(name))

    @property
    def kind(self) -> str:
        return self.get("keywords")

    @property
    def year(self) -> str:
        return self.get("year") or self.get("date")[:4]

    @property
    def address(self) -> str:
        """Where a reader finds the source: DOI first, then PubMed, PMC, then its own address."""
        if self.get("doi"):
            return f"https://doi.org/{self.get('doi')}"
        if self.get("pmid"):
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.get('pmid')}/"
        if self.get("pmcid"):
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.get('pmcid')}/"
        return self.get("url")


@dataclass(frozen=True)
class Name:
    """A person (family, given) or an organisation (``body``, its whole name in ``family``)."""

    family: str
    given: str = ""
    body: bool = False

    @property
    def initials(self) -> str:
        """Vancouver initials, at most two: "Jean-Paul M" and "J-P M" give "JP"."""
        if not re.search(r"[A-Za-zÀ-ɏ]", self.given):
            return self.given
        parts = re.split(r"[\s.\-]+", self.given)
        letters = "".join(p if p.isupper() and len(p) <= 3 else p[:1] for p in parts if p)
        return letters[:2].upper()


AND_OTHERS = Name("others")
"""BibTeX's "and others": a list of authors that was not seen to its end."""


def strip_latex(value: str) -> str:
    """Take braces and the few LaTeX escapes BibTeX needs out of a value."""
    value = re.sub(r"\\([&%$#_{}])", r"\1", value)
    value = value.replace("\\textendash", "–").replace("~", " ").replace("---", "—").replace("--", "–")
    return " ".join(re.sub(r"[{}]", "", value).split())


def split_names(value: str) -> list[Name]:
    """The names of an ``author`` or ``editor`` field; ``others`` is kept as a name of its own."""
    found = []
    for raw in split_name_list(value):
        if raw.startswith("{") and raw.endswith("}"):
            found.append(Name(strip_latex(raw), body=True))
        elif "," in raw:
            family, _, given = raw.partition(",")
            found.append(Name(strip_latex(family), strip_latex(given)))
        elif raw:
            *given_parts, family = strip_latex(raw).split() or [""]
            found.append(Name(family, " ".join(given_parts)))
    return found


def get_creators(entry: Entry) -> list[Name]:
    """Who made a source: its authors, or else the organisation that published it, whose name is never taken apart."""
    organisation = entry.text("institution") or entry.text("organization")
    return split_names(entry.get("author")) or ([Name(organisation, body=True)] if organisation else [])


@dataclass(frozen=True)
class Bibliography:
    """The entries that could be read, by key, and what was wrong with the file."""

    path: str
    entries: Mapping[str, Entry]
    problems: Sequence[Problem] = ()


def read_bibliography(text: str, path: str = "references.bib") -> Bibliography:
    """Read a .bib text. Never raises: every fault becomes a problem with its line."""
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}
    folded: dict[str, str] = {}

    def fault(line: int, message: str, rule: str = "bib-syntax") -> None:
        problems.append(Problem(path, line, rule, message))

    openings = len(BIB_ENTRY_START.findall(text)) if len(text) > MAX_SMALL_FILE_LENGTH else 0
    if openings * MIN_ENTRY_LENGTH > len(text):
        fault(1, "entries begin every few characters; this is no bibliography, restore the file")
        return Bibliography(path, {}, problems)
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)
    library = parse_string(text, parse_stack=[])
    macros = dict(month_names)
    macros.update((block.key.lower(), remove_enclosing(block.value)) for block in library.strings)
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        inner = block.ignore_error_block if isinstance(block, model.ParsingFailedBlock) else block
        if isinstance(block, model.DuplicateFieldKeyBlock | model.DuplicateBlockKeyBlock):
            pass  # told below, where names that differ only in case are found too
        elif isinstance(block, model.ParsingFailedBlock):
            fault(
                line, f"this entry cannot be read: {_describe_syntax_error(block)}; check its braces, quotes and commas"
            )
            continue
        if isinstance(inner, model.ImplicitComment):
            _report_stray_text(inner, fault)
            continue
        if not isinstance(inner, model.Entry):
            continue
        entry = _convert_entry(inner, line, macros)
        refused = _find_pybtex_error(entry, macros)
        if refused:
            fault(line + refused[0], refused[1])
            continue
        for item in inner.fields:
            at = (item.start_line or 0) + 1
            if at != entry.field_lines[item.key.lower()]:
                fault(at, f"{entry.key}: the field {item.key.lower()} stands twice in this entry; keep one")
        if not CITATION_KEY.fullmatch(entry.key):
            fault(
                line,
                f"the key '{entry.key}' has characters that citations cannot carry; use only A-Z a-z 0-9 _ -",
                "bib-key",
            )
        if entry.key.lower() in folded:
            first = folded[entry.key.lower()]
            at = entries[first].line
            fault(
                line, f"the key '{entry.key}' is taken by '{first}' in line {at}; rename or merge", "bib-duplicate-key"
            )
            continue
        folded[entry.key.lower()] = entry.key
        entries[entry.key] = entry
    return Bibliography(path, entries, problems)


def _describe_syntax_error(block: model.ParsingFailedBlock) -> str:
    said = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(said.split()).rstrip(" .") or "syntax error"


def _report_stray_text(block: model.Block, fault: Any) -> None:
    for offset, text in enumerate((block.raw or "").split("\n")):
        if text.strip() and not text.lstrip().startswith("%"):
            shown = text.strip()[:40]
            fault((block.start_line or 0) + 1 + offset, f"text outside any entry: '{shown}'; begin a comment with %")
            return


def _convert_entry(block: model.Entry, line: int, macros: Mapping[str, str]) -> Entry:
    fields: dict[str, str] = {}
    lines: dict[str, int] = {}
    for item in block.fields:
        name = item.key.lower()
        if name not in fields:
            value = remove_enclosing(str(item.value))
            fields[name] = macros.get(value.lower(), value) if value == str(item.value).strip() else value
            lines[name] = (item.start_line or 0) + 1
    return Entry(block.key, block.entry_type.lower(), fields, line, lines, block.raw or "")


def remove_enclosing(value: str) -> str:
    """A value without its outer braces or quotes, on one line."""
    value = value.strip()
    if len(value) > 1 and (value[0], value[-1]) in (("{", "}"), ('"', '"')):
        value = value[1:-1]
    return " ".join(value.split())


def _find_pybtex_error(entry: Entry, macros: Mapping[str, str]) -> tuple[int, str] | None:
    """What a strict parser says against an entry: (lines below its first, message)."""
    if PLAIN_ENTRY.fullmatch(entry.raw):
        return None
    found: list[PybtexSyntaxError] = []
    try:
        for _ in LowLevelParser(entry.raw, handle_error=found.append, macros=macros):
            pass
    except PybtexSyntaxError as error:
        found.append(error)
    if not found:
        return None
    said = str(found[0]).split(": ", 1)[-1].split("\n")[0]
    return (found[0].lineno or 1) - 1, f"syntax error: {said}; check the commas and braces before it"


def check_bibliography(bibliography: Bibliography, today: date) -> list[Problem]:
    """Rules for entries that could be read: fields, identifiers, dates, duplicates."""
    problems = list(bibliography.problems)
    seen_ids: dict[tuple[str, str], Entry] = {}
    for entry in bibliography.entries.values():

        def fault(rule: str, message: str, name: str = "", level: Any = "error", at: Entry = entry) -> None:
            line = at.field_lines.get(name, at.line)
            problems.append(Problem(bibliography.path, line, rule, f"{at.key}: {message}", level))

        _check_fields(entry, fault)
        _check_identifiers(entry, fault)
        _check_dates(entry, today, fault)
        for name in ("doi", "pmid", "pmcid"):
            value = _normalize_identifier(
                name, entry.get(name) or (_extract_doi_url(entry.get("url")) if name == "doi" else "")
            )
            if not value:
                continue
            first = seen_ids.setdefault((name, value), entry)
            if first is not entry:
                fault(
                    f"bib-duplicate-{name}",
                    f"{name.upper()} {value} is also in '{first.key}' (line {first.line}); merge the two entries",
                    name,
                )
    return problems


def _check_fields(entry: Entry, fault: Any) -> None:
    if entry.type not in REQUIRED_FIELDS:
        near = get_close_matches(entry.type, REQUIRED_FIELDS, 1)
        fault("bib-type", f"unknown type @{entry.type}" + (f"; did you mean @{near[0]}?" if near else ""))
    for names_ in REQUIRED_FIELDS.get(entry.type, ()):
        if any(strip_latex(entry.get(name)) for name in names_.split("|")):
            continue
        if names_ == "author" and "not seen" in entry.get("note"):
            continue  # said openly in the entry: the list of authors could not be read
        fault("bib-required", f"@{entry.type} needs the field {names_.replace('|', ' or ')}; add it")
    if entry.type == "article" and not entry.address and not (entry.get("volume") and entry.get("pages")):
        fault("bib-required", "a reader cannot find this article; add a doi, pmid, pmcid, url, or volume and pages")
    if entry.kind not in PUBLICATION_KINDS:
        near = get_close_matches(entry.kind, PUBLICATION_KINDS, 1, 0.5)
        hint = f"; did you mean '{near[0]}'?" if entry.kind and near else f"; one of: {', '.join(PUBLICATION_KINDS)}"
        said = (
            f"'{entry.kind}' is not a kind of publication"
            if entry.kind
            else "keywords must name the kind of publication"
        )
        fault("bib-kind", said + hint, "keywords")
    if entry.get("seen") not in SEEN_LEVELS:
        said = (
            f"seen = '{entry.get('seen')}' is not known"
            if entry.get("seen")
            else "how far was it read? add the field seen"
        )
        fault("bib-seen", f"{said}; one of: {', '.join(SEEN_LEVELS)}", "seen", "warning")


def _check_identifiers(entry: Entry, fault: Any) -> None:
    doi = entry.get("doi")
    if doi and not DOI.fullmatch(doi):
        bare = _normalize_doi(doi)
        hint = f"write {bare}" if DOI.fullmatch(bare) else "a DOI looks like 10.1234/abc, without address or full stop"
        fault("bib-doi", f"'{doi}' is not a DOI; {hint}", "doi")
    if entry.get("pmid") and not PMID.fullmatch(entry.get("pmid")):
        fault("bib-pmid", f"'{entry.get('pmid')}' is not a PubMed number; digits only", "pmid")
    if entry.get("pmcid") and not PMCID.fullmatch(entry.get("pmcid")):
        fault("bib-pmcid", f"'{entry.get('pmcid')}' is not a PMC number; write PMC and digits", "pmcid")
    url = entry.get("url")
    if url and not re.fullmatch(r"https?://[^\s/?#.]+\.[^\s{}<>\"]+", url):
        fault("bib-url", f"'{url}' is not a web address; write https://…", "url")
    archive = entry.get("archiveurl")
    if archive and not re.fullmatch(r"https://[^\s/?#.]+\.[^\s/?#]+/[^\s{}<>\"]+", archive):
        fault("bib-url", f"archiveurl: '{archive}' is not the address of a copy; write https://…", "archiveurl")
    elif archive and doi:
        fault("bib-url", "archiveurl is for sources without a DOI, which outlives addresses; take it out", "archiveurl")
    for name, value in entry.fields.items():
        for match in NCT_LIKE.finditer(value):
            if not NCT.fullmatch(match[0]):
                fault("bib-nct", f"'{match[0]}' is not a ClinicalTrials.gov number; NCT and eight digits", name)


def _check_dates(entry: Entry, today: date, fault: Any) -> None:
    year = entry.get("year")
    if year and not YEAR.fullmatch(year):
        fault("bib-year", f"'{year}' is not a year; four digits", "year")
    elif year and int(year) > today.year + 1:
        fault("bib-year", f"the year {year} lies in the future", "year")
    urldate = entry.get("urldate")
    if urldate:
        try:
            if date.fromisoformat(urldate) > today:
                fault("bib-urldate", f"urldate {urldate} lies in the future", "urldate")
        except ValueError:
            fault("bib-urldate", f"'{urldate}' is not a date; write YYYY-MM-DD", "urldate")


def _normalize_identifier(name: str, value: str) -> str:
    value = value.strip().lower()
    return _normalize_doi(value) if name == "doi" else value


def _extract_doi_url(url: str) -> str:
    """The DOI to which an address leads; empty for any other address."""
    return url if re.match(r"https?://(?:dx\.|www\.)?doi\.org/", url, re.IGNORECASE) else ""


def _normalize_doi(value: str) -> str:
    """A DOI without what people write around it: an address, ``doi:``, braces, escapes, a full stop."""
    value = strip_latex(unquote(value))
    value = re.sub(r"^(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|^doi[:\s]\s*", "", value, flags=re.IGNORECASE)
    return value.rstrip(".,;")


CSL_TYPES = {
    "article": "article-journal",
    "online": "webpage",
    "patent": "patent",
    "book": "book",
    "report": "report",
    "techreport": "report",
    "inproceedings": "paper-conference",
    "phdthesis": "thesis",
}


def to_csl_json(entry: Entry) -> dict[str, Any]:
    """One entry as a CSL-JSON item (Citation Style Language 1.0.2 data schema)."""
    item: dict[str, Any] = {"id": entry.key, "type": CSL_TYPES.get(entry.type, "document")}
    people: list[dict[str, str]] = []
    for name in get_creators(entry):
        if name == AND_OTHERS:
            continue  # CSL has no way to say "and others"
        person = {"family": name.family} | ({"given": name.given} if name.given else {})
        people.append({"literal": name.family} if name.body else person)
    if people:
        item["author"] = people
    for ours, theirs in (
        ("title", "title"),
        ("journal", "container-title"),
        ("volume", "volume"),
        ("number", "issue"),
        ("pages", "page"),
        ("publisher", "publisher"),
        ("doi", "DOI"),
        ("pmid", "PMID"),
        ("pmcid", "PMCID"),
        ("url", "URL"),
        ("keywords", "genre"),
    ):
        if entry.get(ours):
            item[theirs] = entry.text(ours) if ours not in ("doi", "url") else entry.get(ours)
    if entry.year.isdigit():
        item["issued"] = {"date-parts": [[int(entry.year)]]}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", entry.get("urldate")):
        item["accessed"] = {"date-parts": [[int(part) for part in entry.get("urldate").split("-")]]}
    return item

"""The bibliography as data: its entries, their identifiers, and the names of those who made a source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args
from urllib.parse import quote

from pybtex.bibtex.utils import split_name_list
from pybtex.database import InvalidNameString, Person

from ledger.core.problems import Problem
from ledger.model.vocabulary import SeenLevel

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
"""Kinds of publication. An entry's ``kind`` is one of them."""
SEEN_LEVELS: tuple[str, ...] = get_args(SeenLevel)
"""How far we read a source, or one fact in it."""
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
"""Required fields by type of entry: BibTeX's own, with biblatex's for ``online`` and ``report``.
``a|b`` means one of the two."""
DOI = re.compile(r"10\.\d{4,9}/(?:[^\s{}\"<>\\]|<[^\s{}\"<>\\]*>)*(?:[^\s{}\"<>\\.,;]|<[^\s{}\"<>\\]*>)")
"""A DOI; old ones contain "<1661::AID-TEST968>"."""
CITATION_KEY = re.compile(r"\w+(?:-\w+)*", re.ASCII)
"""A key that mkdocs-bibtex and pandoc both read to its end."""
PMID = re.compile(r"[1-9]\d{0,8}")
PMCID = re.compile(r"PMC[1-9]\d{0,9}")
JOINED_INITIALS = re.compile(r"(?<=\b[A-Z])(?=[A-Z]{1,2}\b)|(?<=\b[A-Z]{2})(?=[A-Z]\b)")
"""The places between the initials of "AMJ", of which pandoc would print only the first."""
ADDRESS_FIELDS = ("url", "archiveurl", "doi")
"""Fields that LaTeX does not read, so that nothing in them is escaped."""


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
        """The kind of source; ``keywords`` was its field formerly, and still counts where it holds nothing else."""
        keywords = self.get("keywords")
        return self.get("kind") or (keywords if keywords in PUBLICATION_KINDS else "")

    @property
    def year(self) -> str:
        return self.get("year") or self.get("date")[:4]

    @property
    def address(self) -> str:
        """Where a reader finds the source: DOI first, then PubMed, PMC, then its own address."""
        if self.get("doi"):
            return build_doi_url(self.get("doi"))
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
        """First letters of the given names, as the NLM prints them: "M de FC" for "Maria de Fátima C."."""
        parts = [part for part in re.split(r"[\s.-]+", JOINED_INITIALS.sub(" ", self.given)) if part]
        return "".join(f" {part} " if part.islower() else part[0] for part in parts).strip()


AND_OTHERS = Name("others")
"""BibTeX's "and others": a list of authors that is not complete."""


def build_doi_url(doi: str) -> str:
    """The address of a DOI, in which "<", "#" and whatever else would end or change it is encoded."""
    return "https://doi.org/" + quote(doi, safe="/:;()!$&'*+,=@~")


def strip_latex(value: str) -> str:
    """A value as plain text: without braces and the few LaTeX escapes that BibTeX needs."""
    value = re.sub(r"\\([&%$#_{}])", r"\1", value)
    value = value.replace("\\textendash", "–").replace("~", " ").replace("---", "—").replace("--", "–")
    return " ".join(re.sub(r"[{}]", "", value).split())


def split_names(value: str) -> list[Name]:
    """The names of an ``author`` or ``editor`` field; ``others`` is kept as a name of its own."""
    names = []
    for raw in split_name_list(value):
        try:
            person = Person(raw)
        except InvalidNameString:  # too many commas, which a rule reports
            person = Person(last=raw)
        family = strip_latex(" ".join((*person.prelast_names, *person.last_names)))
        given = strip_latex(" ".join((*person.first_names, *person.middle_names)))
        names.append(Name(family, given, body=raw.startswith("{") and raw.endswith("}")))
    return names


def get_creators(entry: Entry) -> list[Name]:
    """Who made a source: its authors, or else the organisation that published it, whose name is never split."""
    organisation = entry.text("institution") or entry.text("organization")
    return split_names(entry.get("author")) or ([Name(organisation, body=True)] if organisation else [])


@dataclass(frozen=True)
class Bibliography:
    """The entries that could be read, by key, and the problems of the file."""

    path: str
    entries: Mapping[str, Entry]
    problems: Sequence[Problem] = ()

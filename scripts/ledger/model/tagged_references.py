"""References as lines with tags, as PubMed (.nbib) and reference managers (RIS) write them, and as BibTeX entries.

pandoc reads RIS, but writes groups as people and titles in capitals, and it does not read .nbib.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

TAGGED_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9]{1,3}) {0,2}- ?(?P<value>.*)")
FIRST_LINE = re.compile(r"(?P<pubmed>PMID ?- ?\d)|TY  ?- ?[A-Z]{2,6}\s*$")
FIELD_TAGS = {
    "title": ("TI", "T1", "BTI"),
    "volume": ("VI", "VL"),
    "number": ("IP", "IS"),
    "publisher": ("PB",),
    "edition": ("ET", "EN"),
    "doi": ("DO",),
    "pmid": ("PMID",),
    "pmcid": ("PMC",),
    "url": ("UR",),
    "urldate": ("Y2",),
    "eid": ("C7",),
}
"""Fields with the tags that they come from, the best first."""
CONTAINER_TAGS = ("TA", "J2", "JA", "JO", "JF", "JT", "T2", "BT")
"""The journal or book, its abbreviation first."""
RIS_TYPES = {
    "BOOK": "book",
    "EBOOK": "book",
    "CHAP": "incollection",
    "ECHAP": "incollection",
    "CONF": "inproceedings",
    "CPAPER": "inproceedings",
    "THES": "phdthesis",
    "RPRT": "techreport",
    "PAT": "patent",
    "ELEC": "online",
    "WEB": "online",
    "BLOG": "online",
    "GEN": "misc",
    "NEWS": "misc",
    "PCOMM": "misc",
    "UNPB": "misc",
    "UNPD": "misc",
}
"""BibTeX types of RIS types; all others are articles."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "what",
        "with",
    ]
)


class Reference(NamedTuple):
    """One reference: its lines ``start`` to ``end`` (exclusive, from 0) of the text, and its tags with their values."""

    start: int
    end: int
    tags: Sequence[tuple[str, str]]

    def get(self, *names: str) -> str:
        """The value of the first of these tags that the reference has."""
        return next((value for name in names for tag, value in self.tags if tag == name and value), "")

    def list(self, *names: str) -> list[str]:
        return [value for tag, value in self.tags if tag in names and value]


def name_format(line: str) -> str:
    """The format of which this is the first line of a reference; nothing if it is none."""
    match = FIRST_LINE.match(line)
    return ("PubMed (.nbib)" if match["pubmed"] else "RIS") if match else ""


def read_references(text: str) -> Iterator[Reference]:
    """The references in a text of which other lines may be anything."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not name_format(lines[at]):
            at += 1
            continue
        start, at = at, _find_end(lines, at)
        tags: list[tuple[str, str]] = []
        for line in lines[start:at]:
            if match := TAGGED_LINE.match(line):
                tags.append((match["tag"], match["value"].strip()))
            else:
                tags[-1] = (tags[-1][0], f"{tags[-1][1]} {line.strip()}".strip())
        yield Reference(start, at, tags)


def _find_end(lines: Sequence[str], start: int) -> int:
    """The line after the last of a reference: ``ER`` in RIS; without it an empty line, or where the next one begins."""
    empty = None
    for at in range(start + 1, len(lines)):
        if lines[at].startswith("ER  -") and name_format(lines[start]) == "RIS":
            return at + 1
        if name_format(lines[at]):
            return empty or at
        if not lines[at].strip():
            empty = empty or at
    return empty or len(lines)


def format_as_bibtex(reference: Reference, key: str) -> str:
    """The reference as a BibTeX entry."""
    fields = {name: _clean(reference.get(*tags)) for name, tags in FIELD_TAGS.items()}
    kind = "book" if reference.get("BTI") else RIS_TYPES.get(reference.get("TY"), "article")
    fields["title"] = re.sub(r"(?<!\.)\.$", "", fields["title"])
    container = _clean(reference.get(*CONTAINER_TAGS))
    if kind in ("article", "incollection", "inproceedings"):
        fields["journal" if kind == "article" else "booktitle"] = container
    elif kind in ("phdthesis", "techreport"):
        fields["school" if kind == "phdthesis" else "institution"] = fields.pop("publisher")
    if not fields["doi"]:
        fields["doi"] = next((v.split()[0] for v in reference.list("LID", "AID") if v.endswith("[doi]")), "")
    groups = [f"{{{name}}}" for name in map(_clean, reference.list("CN")) if name]
    people = reference.list("FAU") or reference.list("AU", "A1")
    fields["author"] = " and ".join([*map(_format_name, people), *groups])
    fields["editor"] = " and ".join(
        map(_format_name, reference.list("FED", "ED", *(("A2",) if kind != "article" else ())))
    )
    fields["year"], fields["month"] = _read_date(reference)
    pages = (reference.get("PG") or reference.get("SP"), reference.get("EP"))
    fields["pages"] = "--".join(page for page in map(_clean, pages) if page)
    fields["urldate"] = fields["urldate"].replace("/", "-").rstrip("-")
    order = ("author", "editor", "title", "journal", "booktitle", "year", "month", *fields)
    lines = "".join(f"  {name} = {{{fields[name]}}},\n" for name in dict.fromkeys(order) if fields.get(name))
    return f"@{kind}{{{key},\n{lines}}}\n"


def _clean(value: str) -> str:
    """A value as the text of a BibTeX field."""
    return re.sub(r"(?<!\\)[&%#$]", r"\\\g<0>", " ".join(re.sub(r"[{}]", "", value).split()))


def _format_name(name: str) -> str:
    """A name as BibTeX writes it: "Roy MJ" is a person, a name without a comma a group."""
    name = _clean(name).rstrip(",")
    parts = [part.strip() for part in re.sub(r"^([^,]+) ([A-Z]{1,3})$", r"\1, \2", name).split(",")]
    if len(parts) == 1:
        return f"{{{name}}}"
    return ", ".join((parts[0], parts[2], parts[1]) if len(parts) == 3 else parts)


def _read_date(reference: Reference) -> tuple[str, str]:
    """Year and month."""
    date = reference.get("DP", "DA", "PY", "Y1")
    year = re.search(r"\d{4}", reference.get("PY", "Y1", "DP", "DA"))
    number = re.match(r"\d{4}[/-](0?[1-9]|1[0-2])\b", date)
    word = re.match(r"\d{4} ([A-Za-z]{3})", date)
    month = str(int(number[1])) if number else word[1].lower() if word and word[1].lower() in MONTHS else ""
    return year[0] if year else "", month


def make_key(reference: Reference) -> str:
    """A key such as roy2024islets."""
    family = re.split(r",| [A-Z]{1,3}$", reference.get("FAU", "AU", "A1", "CN"))[0]
    words = re.findall(r"\w+", _to_ascii(reference.get(*FIELD_TAGS["title"])).lower())
    word = next((word for word in words if word not in SMALL_WORDS and not word.isdigit()), "")
    return re.sub(r"\W", "", _to_ascii(family).lower())[:30] + _read_date(reference)[0] + word or "reference"


def _to_ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

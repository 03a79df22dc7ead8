"""Every address outside the site that a reader can be led to, each once, with the places where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote, urldefrag, urlsplit

from ledger import registry
from ledger.bibliography import DOI, PMCID, PMID
from ledger.project import BIB, Project
from ledger.verdict import Ask

ASIDE = ("mailto", "tel")
"""Schemes that lead to no page."""
PUBMED = "https://pubmed.ncbi.nlm.nih.gov"
PMC = "https://pmc.ncbi.nlm.nih.gov/articles"
HANDLES = "https://doi.org/api/handles"
DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
STUDY = re.compile(r"https?://(?:www\.)?clinicaltrials\.gov/(?:ct2/show|study|show)/(?P<nct>NCT[0-9]{8})/?(?:[?#].*)?")
ENTITY = re.compile(r"&(?:\w+|#\d+|#x[0-9a-fA-F]+);")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")


@dataclass(frozen=True)
class Bases:
    """Where identifiers are asked. Tests put their own server here."""

    doi: str = HANDLES
    trials: str = registry.API
    pubmed: str = PUBMED
    pmc: str = PMC


@dataclass(frozen=True, order=True)
class Place:
    """Where an address stands: the file from the project root, the line from 1, and how it is written there."""

    path: str
    line: int
    written: str


@dataclass(frozen=True)
class Address:
    """One address with all its places. ``fragment`` is what a page must have as an id; empty for none."""

    text: str
    ask: Ask
    places: tuple[Place, ...]
    fragment: str = ""

    @property
    def host(self) -> str:
        return host(self.text)


def host(address: str) -> str:
    """The host of an address in small letters; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def collect(project: Project, bases: Bases | None = None) -> list[Address]:
    """All addresses of pages, sources and records, in the order of their first place."""
    places: dict[str, list[Place]] = {}
    for address, place in (*_in_pages(project), *_in_bibliography(project), *_in_records(project)):
        places.setdefault(address, []).append(place)
    bases = bases or Bases()
    found = [
        Address(text, ask(text, bases), tuple(sorted(set(where))), fragment(text)) for text, where in places.items()
    ]
    return sorted(found, key=lambda one: (one.places, one.text))


def ask(address: str, bases: Bases) -> Ask:
    """How an address is asked: a DOI at doi.org's own register and never at the publisher, a trial at the API."""
    plain = urldefrag(address).url if "#" in address else address
    study = STUDY.fullmatch(address)
    if study:
        return Ask(f"{bases.trials}/studies/{study['nct']}?fields=NCTId", "trial")
    if host(plain) in DOI_HOSTS:
        doi = unquote(plain.split("/", 3)[-1])
        if DOI.fullmatch(doi):
            return Ask(f"{bases.doi}/{quote(doi, safe='/')}", "doi")
    for public, base in ((PUBMED, bases.pubmed), (PMC, bases.pmc)):
        if plain.startswith(f"{public}/"):
            return Ask(base + plain.removeprefix(public))
    return Ask(plain)


def fragment(address: str) -> str:
    """The id that a page must have for an address to lead to its place.

    Empty where there is none to look for: no fragment, a place in a text (``#:~:text=``), a route of a program in the
    page (``#/`` or ``#!``), or the top.
    """
    found = unquote(address.partition("#")[2].partition(":~:")[0])
    return "" if found.startswith(("/", "!")) or found.lower() == "top" or "=" in found else found


def _in_pages(project: Project) -> Iterator[tuple[str, Place]]:
    for page in project.pages.values():
        for link in page.source.links:
            targets = [link.target]
            if link.attribute.endswith("srcset"):
                targets = [part.split()[0] for part in link.target.split(",") if part.split()]
            for target in targets:
                address = target if link.form == "html" else _meant(target)
                if _leads_out(address):
                    yield address, Place(page.path, link.line, target)


def _meant(target: str) -> str:
    """The address that Markdown makes of a target: escapes and entities as a browser will read them."""
    return ENTITY.sub(lambda match: unescape(match[0]), ESCAPED.sub(r"\1", target))


def _leads_out(address: str) -> bool:
    """Whether an address has a scheme that leads to a page, or tries to."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
    return bool(scheme and scheme[1].lower() not in ASIDE)


def _in_bibliography(project: Project) -> Iterator[tuple[str, Place]]:
    for entry in project.bibliography.entries.values():
        for name, form, pattern in (
            ("doi", "https://doi.org/{}", DOI),
            ("pmid", PUBMED + "/{}/", PMID),
            ("pmcid", PMC + "/{}/", PMCID),
            ("url", "{}", None),
            ("archiveurl", "{}", None),
        ):
            value = entry.get(name).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&").replace("\\#", "#")
            if value and (pattern.fullmatch(value) if pattern else _leads_out(value)):
                yield form.format(value), Place(BIB, entry.field_lines.get(name, entry.line), value)


def _in_records(project: Project) -> Iterator[tuple[str, Place]]:
    for page, record in project.records.values():
        for number, one in enumerate(record.registry):
            known = registry.number(one.id)
            if known:
                line = page.meta.line(("trial", "registry", number, "id"))
                yield known.address, Place(page.path, line, one.id)

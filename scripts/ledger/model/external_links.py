"""External links of the site: every address once, with the places where it appears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Literal
from urllib.parse import quote, unquote, urldefrag, urlsplit

from ledger.model import registries
from ledger.model.bibliography import DOI, PMCID, PMID, build_doi_url
from ledger.model.project import BIB_FILE, Project


@dataclass(frozen=True)
class LinkRequest:
    """The request that checks an address, and the kind of answer to expect."""

    url: str
    kind: Literal["page", "doi", "trial"] = "page"


NON_PAGE_SCHEMES = ("mailto", "tel")
"""Schemes of addresses that are not pages."""
PUBMED_URL = "https://pubmed.ncbi.nlm.nih.gov"
PMC_URL = "https://pmc.ncbi.nlm.nih.gov/articles"
DOI_HANDLE_API = "https://doi.org/api/handles"
DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
STUDY_PAGE_URL = re.compile(
    r"https?://(?:www\.)?clinicaltrials\.gov/(?:ct2/show|study|show)/(?P<nct>NCT[0-9]{8})/?(?:[?#].*)?"
)
HTML_ENTITY = re.compile(r"&(?:\w+|#\d+|#x[0-9a-fA-F]+);")
MARKDOWN_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")


@dataclass(frozen=True)
class BaseUrls:
    """Where identifiers are looked up. Tests use their own server."""

    doi: str = DOI_HANDLE_API
    trials: str = registries.API_URL
    pubmed: str = PUBMED_URL
    pmc: str = PMC_URL


@dataclass(frozen=True, order=True)
class LinkLocation:
    """Where an address appears: the file from the project root, the line from 1, and how it is written there."""

    path: str
    line: int
    written: str


@dataclass(frozen=True)
class ExternalLink:
    """One address with all its places. ``fragment`` is what a page must have as an id; empty for none."""

    text: str
    ask: LinkRequest
    places: tuple[LinkLocation, ...]
    fragment: str = ""

    @property
    def host(self) -> str:
        return get_host(self.text)


def get_host(address: str) -> str:
    """The host of an address in lower case; empty if there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def collect_external_links(project: Project, bases: BaseUrls | None = None) -> list[ExternalLink]:
    """All external links of pages, sources and records, in the order of their first place."""
    places: dict[str, list[LinkLocation]] = {}
    for address, place in (
        *_find_page_links(project),
        *_find_bibliography_links(project),
        *_find_record_links(project),
    ):
        places.setdefault(address, []).append(place)
    bases = bases or BaseUrls()
    links = [
        ExternalLink(text, build_link_request(text, bases), tuple(sorted(set(locations))), get_required_fragment(text))
        for text, locations in places.items()
    ]
    return sorted(links, key=lambda link: (link.places, link.text))


def build_link_request(address: str, bases: BaseUrls) -> LinkRequest:
    """The request for an address: a DOI goes to doi.org's handle API and never to the publisher, a trial to its API."""
    plain = urldefrag(address).url if "#" in address else address
    study = STUDY_PAGE_URL.fullmatch(address)
    if study:
        return LinkRequest(f"{bases.trials}/studies/{study['nct']}?fields=NCTId", "trial")
    if get_host(plain) in DOI_HOSTS:
        doi = unquote(plain.split("/", 3)[-1])
        if DOI.fullmatch(doi):
            return LinkRequest(f"{bases.doi}/{quote(doi, safe='/')}", "doi")
    for public, base in ((PUBMED_URL, bases.pubmed), (PMC_URL, bases.pmc)):
        if plain.startswith(f"{public}/"):
            return LinkRequest(base + plain.removeprefix(public))
    return LinkRequest(plain)


def get_required_fragment(address: str) -> str:
    """The id that a page must have for an address to lead to its place.

    Empty where there is no id to find: no fragment, a place in a text (``#:~:text=``), a route of a program in the
    page (``#/`` or ``#!``), or the top.
    """
    fragment = unquote(address.partition("#")[2].partition(":~:")[0])
    is_route = fragment.startswith(("/", "!")) or "=" in fragment
    return "" if is_route or fragment.lower() == "top" else fragment


def _find_page_links(project: Project) -> Iterator[tuple[str, LinkLocation]]:
    for page in project.pages.values():
        for link in page.source.links:
            address = link.target if link.form == "html" else _unescape_target(link.target)
            if _is_external(address):
                yield address, LinkLocation(page.path, link.line, link.target)


def _unescape_target(target: str) -> str:
    """The address that Markdown makes of a target: escapes and entities as a browser will read them."""
    return HTML_ENTITY.sub(lambda match: unescape(match[0]), MARKDOWN_ESCAPE.sub(r"\1", target))


def _is_external(address: str) -> bool:
    """Whether an address has a scheme that leads to a page, or tries to."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
    return bool(scheme and scheme[1].lower() not in NON_PAGE_SCHEMES)


def _find_bibliography_links(project: Project) -> Iterator[tuple[str, LinkLocation]]:
    for entry in project.bibliography.entries.values():
        for name, form, pattern in (
            ("doi", build_doi_url, DOI),
            ("pmid", (PUBMED_URL + "/{}/").format, PMID),
            ("pmcid", (PMC_URL + "/{}/").format, PMCID),
            ("url", str, None),
            ("archiveurl", str, None),
        ):
            value = entry.get(name)
            if value and (pattern.fullmatch(value) if pattern else _is_external(value)):
                yield form(value), LinkLocation(BIB_FILE, entry.field_lines.get(name, entry.line), value)


def _find_record_links(project: Project) -> Iterator[tuple[str, LinkLocation]]:
    for page, record in project.records.values():
        for number, registration in enumerate(record.registry):
            known = registries.parse_registry_number(registration.id)
            if known:
                line = page.meta.line(("trial", "registry", number, "id"))
                yield known.address, LinkLocation(page.path, line, registration.id)

"""What each entry of the bibliography needs: its required fields, valid identifiers and dates, and no second entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote

from ledger.core.problems import Problem
from ledger.model.bibliography import DOI, PMCID, PMID, PUBLICATION_KINDS, SEEN_LEVELS, Bibliography, Entry, strip_latex
from ledger.model.registries import NCT, NCT_LIKE

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
YEAR = re.compile(r"(?:1[89]|20)\d\d")


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

"""What every entry of the bibliography needs: its required fields, valid identifiers and dates, and no double."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from html import unescape
from urllib.parse import unquote

from ledger.checks.bib_fields import UNSEARCHABLE, FieldFinding, describe_character
from ledger.core.problems import Problem
from ledger.model.bibliography import (
    DOI,
    PMCID,
    PMID,
    PUBLICATION_KINDS,
    REQUIRED_FIELDS,
    SEEN_LEVELS,
    Bibliography,
    Entry,
    strip_latex,
)
from ledger.model.registries import NCT, NCT_LIKE
from ledger.model.rules import rule

YEAR = re.compile(r"(?:1[89]|20)\d\d")
DOI_URL = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)
DOI_PREFIX = re.compile(
    r"^(?:https?:\s*//)?\s*(?:(?:(?:dx|www)\.)?doi\.org/)?(?:(?:urn:|info:)?doi[:/\s]\s*)?(?=10\.)|^https?://[^\s?#]*/doi/(?:\w+/)?(?=10\.)",
    re.IGNORECASE,
)
URL = re.compile(r"https?://[^\s/?#.]+\.[^\s{}<>\"\\]+")
ARCHIVE_URL = re.compile(r"https://[^\s/?#.]+\.[^\s/?#]+/[^\s{}<>\"\\]+")


@rule(
    "bib-type",
    "bib-required",
    "bib-kind",
    "bib-seen",
    "bib-doi",
    "bib-pmid",
    "bib-pmcid",
    "bib-url",
    "bib-nct",
    "bib-year",
    "bib-urldate",
    "bib-duplicate-doi",
    "bib-duplicate-pmid",
    "bib-duplicate-pmcid",
)
def check_bibliography(bibliography: Bibliography, today: date) -> list[Problem]:
    """The problems of the file and of each entry that could be read: fields, identifiers, dates, doubles."""
    problems = list(bibliography.problems)
    owners: dict[tuple[str, str], Entry] = {}
    for entry in bibliography.entries.values():
        findings = (
            *_check_required_fields(entry),
            *_check_classification(entry),
            *_check_identifiers(entry),
            *_check_addresses(entry),
            *_check_trial_numbers(entry),
            *_check_dates(entry, today),
            *_check_duplicate_identifiers(entry, owners),
        )
        for identifier, field, message in findings:
            line = entry.field_lines.get(field, entry.line)
            problems.append(Problem(bibliography.path, line, identifier, f"{entry.key}: {message}"))
    return problems


def _check_required_fields(entry: Entry) -> Iterator[FieldFinding]:
    if entry.type not in REQUIRED_FIELDS:
        near = get_close_matches(entry.type, REQUIRED_FIELDS, 1)
        hint = f"; did you mean @{near[0]}?" if near else f"; one of: @{', @'.join(REQUIRED_FIELDS)}"
        yield FieldFinding("bib-type", "", f"unknown type @{entry.type}{hint}")
    for names in REQUIRED_FIELDS.get(entry.type, ()):
        if any(strip_latex(entry.get(name)) for name in names.split("|")):
            continue
        if names == "author" and "not seen" in entry.get("note"):
            continue  # the entry says that the list of authors could not be read
        message = f"@{entry.type} needs the field {names.replace('|', ' or ')}; add it"
        yield FieldFinding("bib-required", "", message)
    if entry.type == "article" and not entry.address and not (entry.get("volume") and entry.get("pages")):
        message = "a reader cannot find this article; add a doi, pmid, pmcid, url, or volume and pages"
        yield FieldFinding("bib-required", "", message)


def _check_classification(entry: Entry) -> Iterator[FieldFinding]:
    """The kind of publication, and how far it was read."""
    if entry.kind not in PUBLICATION_KINDS:
        yield FieldFinding("bib-kind", "kind", _describe_kind_error(entry))
    seen = entry.get("seen")
    if seen not in SEEN_LEVELS:
        fault = f"seen = '{seen}' is not known" if seen else "how far was it read? add the field seen"
        yield FieldFinding("bib-seen", "seen", f"{fault}; one of: {', '.join(SEEN_LEVELS)}")


def _describe_kind_error(entry: Entry) -> str:
    near = get_close_matches(entry.kind, PUBLICATION_KINDS, 1, 0.5) if entry.kind else []
    hint = f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(PUBLICATION_KINDS)}"
    fault = f"'{entry.kind}' is not a kind of source" if entry.kind else "what kind of source is it? add the field kind"
    return f"{fault}; {hint}"


def _check_identifiers(entry: Entry) -> Iterator[FieldFinding]:
    doi, pmid, pmcid = entry.get("doi"), entry.get("pmid"), entry.get("pmcid")
    bare = normalize_doi(doi)
    if doi and (bare != doi or not DOI.fullmatch(doi)):
        hint = f"write {bare}" if DOI.fullmatch(bare) else "a DOI looks like 10.1234/abc, without address or full stop"
        yield FieldFinding("bib-doi", "doi", f"'{doi}' is not a DOI; {hint}")
    if pmid and not PMID.fullmatch(pmid):
        yield FieldFinding("bib-pmid", "pmid", f"'{pmid}' is not a PubMed number; write digits only")
    if pmcid and not PMCID.fullmatch(pmcid):
        yield FieldFinding("bib-pmcid", "pmcid", f"'{pmcid}' is not a PMC number; write PMC and digits")


def _check_addresses(entry: Entry) -> Iterator[FieldFinding]:
    url, archive = entry.get("url"), entry.get("archiveurl")
    for name, match in ((name, UNSEARCHABLE.search(entry.get(name))) for name in ("url", "archiveurl")):
        if match:
            yield FieldFinding("bib-url", name, f"the address has {describe_character(match)}")
    if url and not URL.fullmatch(url):
        yield FieldFinding("bib-url", "url", f"'{url}' is not a web address; write https://…")
    if archive and not ARCHIVE_URL.fullmatch(archive):
        message = f"archiveurl: '{archive}' is not the address of a copy; write https://…"
        yield FieldFinding("bib-url", "archiveurl", message)
    elif archive and entry.get("doi"):
        message = "archiveurl is for sources without a DOI, which outlives addresses; take it out"
        yield FieldFinding("bib-url", "archiveurl", message)


def _check_trial_numbers(entry: Entry) -> Iterator[FieldFinding]:
    for name, value in entry.fields.items():
        for match in NCT_LIKE.finditer(value):
            if not NCT.fullmatch(match[0]):
                message = f"'{match[0]}' is not a ClinicalTrials.gov number; write NCT and eight digits"
                yield FieldFinding("bib-nct", name, message)


def _check_dates(entry: Entry, today: date) -> Iterator[FieldFinding]:
    year, urldate = entry.get("year"), entry.get("urldate")
    if year and not YEAR.fullmatch(year):
        yield FieldFinding("bib-year", "year", f"'{year}' is not a year; write four digits")
    elif year and int(year) > today.year + 1:
        yield FieldFinding("bib-year", "year", f"the year {year} is in the future; correct it")
    if urldate:
        try:
            if date.fromisoformat(urldate) > today:
                message = f"urldate {urldate} is in the future; write the day on which you read the page"
                yield FieldFinding("bib-urldate", "urldate", message)
        except ValueError:
            yield FieldFinding("bib-urldate", "urldate", f"'{urldate}' is not a date; write YYYY-MM-DD")


def _check_duplicate_identifiers(entry: Entry, owners: dict[tuple[str, str], Entry]) -> Iterator[FieldFinding]:
    """Identifiers of an earlier entry; those of this entry are added to ``owners``."""
    for name in ("doi", "pmid", "pmcid"):
        value = _get_comparable_identifier(entry, name)
        first = owners.setdefault((name, value), entry) if value else entry
        if first is not entry:
            message = f"{name.upper()} {value} is also in '{first.key}' (line {first.line}); merge the two entries"
            yield FieldFinding(f"bib-duplicate-{name}", name, message)


def _get_comparable_identifier(entry: Entry, name: str) -> str:
    """An identifier in the one spelling in which two are compared; an address at doi.org counts as a DOI."""
    value = entry.get(name)
    if name != "doi":
        return value.strip().lower()
    url = entry.get("url")
    return normalize_doi(value or (url if DOI_URL.match(url) else "")).lower()


def normalize_doi(value: str) -> str:
    """A DOI without what people write around it or inside: an address, ``doi:``, braces, escapes, a full stop."""
    doi = DOI_PREFIX.sub("", strip_latex(unescape(unquote(UNSEARCHABLE.sub("", value)))))
    doi = re.sub(r"\$([<>])\$|\\text(less|greater) ?", lambda match: match[1] or "<>"[match[2] == "greater"], doi)
    doi = doi.rstrip(".,;")
    for opening, closing in ("()", "[]", "<>"):
        if doi.count(closing) > doi.count(opening):
            doi = doi.rstrip(f"{closing}.,;")
    return doi

"""PubMed: corrections and retractions of an article, whether its PMID exists, and its metadata."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from xml.etree import ElementTree

from ledger.core.partial_date import MONTHS, trim_to_partial_date
from ledger.http.api import request_api
from ledger.http.client import HttpClient
from ledger.model.bibliography import PMID
from ledger.model.source_status import (
    CORRECTED,
    EXPRESSION_OF_CONCERN,
    NO,
    RETRACTED,
    YES,
    DatabaseResult,
    Notice,
    derive_state,
)
from ledger.source_status.responses import (
    BadResponseError,
    LookupResult,
    build_metadata,
    clean_external_text,
    deduplicate_notices,
    format_author,
    parse_doi,
)

XML_CONTENT_TYPES = ("text/xml", "application/xml")
API_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
MAX_PMIDS_PER_REQUEST = 50
PUBMED_LINK_STATES: Mapping[str, str] = {
    "CorrectedandRepublishedIn": CORRECTED,
    "ErratumIn": CORRECTED,
    "ExpressionOfConcernIn": EXPRESSION_OF_CONCERN,
    "PartialRetractionIn": RETRACTED,
    "RetractedandRepublishedIn": RETRACTED,
    "RetractionIn": RETRACTED,
}
"""Links from a work to a notice about it; the links from a notice to its work end in For or Of."""
REFERENCE_DATE = re.compile(rf"\b((?:19|20)\d\d)(?:\s+({'|'.join(MONTHS)})[a-z]*(?:\s+(\d{{1,2}})\b)?)?")
DOI_IN_TEXT = re.compile(r"\b10\.\d{4,9}/[^\s{}\"<>\\]+")


async def look_up_pmids(
    client: HttpClient, base_url: str, pmids: Sequence[str], today: date
) -> dict[str, LookupResult]:
    """The notices and metadata of articles, by PMID. Raises RequestFailedError, BadResponseError."""
    query = {"db": "pubmed", "retmode": "xml", "id": ",".join(pmids), "tool": "islet-ledger"}
    email = client.settings.contact_email
    query |= {"email": email} if email else {}
    status, raw = await request_api(client, f"{base_url}/efetch.fcgi", query, XML_CONTENT_TYPES)
    if status != 200:
        raise BadResponseError(f"status {status}")
    return parse_pubmed_articles(raw, pmids, today)


def parse_pubmed_articles(raw: bytes, pmids: Collection[str], today: date) -> dict[str, LookupResult]:
    """The results in a response of efetch, by PMID. A PMID that is missing in a complete response does not exist."""
    records = {
        pmid: record for record in _read_records(raw) if (pmid := clean_external_text(record.findtext("PMID"))) in pmids
    }
    if not records and len(pmids) > 1:
        raise BadResponseError("the response has none of the requested records")
    missing = LookupResult(DatabaseResult(checked=today.isoformat(), why="PubMed has no such number"), NO)
    return {pmid: _build_result(records[pmid], today) if pmid in records else missing for pmid in pmids}


def _read_records(raw: bytes) -> Iterator[ElementTree.Element]:
    """The records of articles and of book chapters. Raises BadResponseError."""
    if b"<!ENTITY" in raw:  # PubMed never defines entities, and expanding them can use up all memory
        raise BadResponseError("the response defines XML entities")
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise BadResponseError("the response is not XML, or only a part of it") from None
    if root.tag != "PubmedArticleSet":
        raise BadResponseError("the response has an unknown structure")
    for article in root:
        record = article.find("MedlineCitation")
        if record is None:
            record = article.find("BookDocument")
        if record is not None:
            yield record


def _build_result(record: ElementTree.Element, today: date) -> LookupResult:
    notices = deduplicate_notices(_extract_notices(record))
    result = DatabaseResult(derive_state(notices), today.isoformat(), notices)
    return LookupResult(result, YES, _extract_metadata(record))


def _extract_notices(record: ElementTree.Element) -> Iterator[Notice]:
    has_retraction_link = False
    for link in record.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = link.get("RefType", "")
        if kind in PUBMED_LINK_STATES:
            has_retraction_link = has_retraction_link or PUBMED_LINK_STATES[kind] == RETRACTED
            yield _parse_notice_link(link, kind)
    types = [clean_external_text(element.text) for element in record.iterfind(".//PublicationTypeList/PublicationType")]
    if "Retracted Publication" in types and not has_retraction_link:
        yield Notice(RETRACTED, by="PubMed", word="Retracted Publication")


def _parse_notice_link(link: ElementTree.Element, kind: str) -> Notice:
    reference = clean_external_text(link.findtext("RefSource"))
    doi, pmid = DOI_IN_TEXT.search(reference), clean_external_text(link.findtext("PMID"))
    return Notice(
        PUBMED_LINK_STATES[kind],
        _extract_reference_date(reference),
        parse_doi(doi[0]) if doi else "",
        pmid if PMID.fullmatch(pmid) else "",
        "PubMed",
        "partial_retraction" if kind == "PartialRetractionIn" else kind,
    )


def _extract_reference_date(reference: str) -> str:
    """The day, month or year in a reference such as "Lancet. 2010 Feb 6;375(9713):445"."""
    match = REFERENCE_DATE.search(reference)
    if not match:
        return ""
    year, month, day = match.groups()
    text = year + (f"-{MONTHS.index(month) + 1:02}" if month else "") + (f"-{int(day):02}" if day else "")
    return trim_to_partial_date(text)


def _extract_metadata(record: ElementTree.Element) -> dict[str, str]:
    def get_text(path: str) -> str:
        element = record.find(path)
        return clean_external_text("".join(element.itertext())) if element is not None else ""

    title = get_text(".//ArticleTitle") or get_text(".//BookTitle")
    dates = [get_text(path) for path in (".//PubDate/Year", ".//PubDate/MedlineDate", ".//ArticleDate/Year")]
    author = record.find(".//AuthorList/Author")
    first_author = ""
    if author is not None:
        given = clean_external_text(author.findtext("ForeName")) or author.findtext("Initials")
        first_author = format_author(author.findtext("LastName"), given, author.findtext("CollectiveName"))
    return build_metadata(
        titles=[title, get_text(".//VernacularTitle")],
        first_author=first_author,
        years=[match[0] for text in dates if (match := re.search(r"(?:1[89]|20)\d\d", text))],
        journals=[get_text(path) for path in (".//Journal/Title", ".//Journal/ISOAbbreviation", ".//MedlineTA")],
    )

"""Understand what Crossref, PubMed, doi.org and the Retraction Watch data answer about a DOI or PMID.

Pure functions: bytes in, plain data out. Whatever cannot be understood is a BadAnswerError, never "nothing found".
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ledger.model.bib_matching import FORM_SEPARATOR
from ledger.model.bibliography import DOI, PMID
from ledger.model.source_status import (
    CORRECTED,
    EXPRESSION_OF_CONCERN,
    MAX_NOTICES,
    MAX_TEXT_LENGTH,
    NO,
    NOT_CHECKED,
    REINSTATED,
    RETRACTED,
    YES,
    DatabaseResult,
    Notice,
    derive_state,
    normalize_partial_date,
)

UPDATE_STATES: Mapping[str, str] = {
    "addendum": CORRECTED,
    "clarification": CORRECTED,
    "correction": CORRECTED,
    "corrigendum": CORRECTED,
    "erratum": CORRECTED,
    "concern": EXPRESSION_OF_CONCERN,
    "expression_of_concern": EXPRESSION_OF_CONCERN,
    "partial_retraction": RETRACTED,
    "reinstatement": REINSTATED,
    "removal": RETRACTED,
    "retraction": RETRACTED,
    "withdrawal": RETRACTED,
}
"""Kinds of update at Crossref and in the Retraction Watch data, and what they make of the work."""
IGNORED_UPDATES = ("new_edition", "new_version")
"""Kinds of update that say nothing against a work."""
PUBMED_LINK_STATES: Mapping[str, str] = {
    "CorrectedandRepublishedIn": CORRECTED,
    "ErratumIn": CORRECTED,
    "ExpressionOfConcernIn": EXPRESSION_OF_CONCERN,
    "PartialRetractionIn": RETRACTED,
    "RetractedandRepublishedIn": RETRACTED,
    "RetractionIn": RETRACTED,
}
"""Links of a PubMed record that lead from the work to a notice; the links from a notice (…For, …Of) are others."""
RETRACTED_TITLE = re.compile(r"\W*(?:RETRACTED|WITHDRAWN)(?:\s+(?:ARTICLE|PAPER))?\s*:", re.IGNORECASE)
MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}  # noqa: SIM905
REFERENCE_DATE = re.compile(rf"\b((?:19|20)\d\d)(?:\s+({'|'.join(MONTHS)})[a-z]*(?:\s+(\d{{1,2}})\b)?)?")
DOI_IN_TEXT = re.compile(r"\b10\.\d{4,9}/[^\s{}\"<>\\]+")
RETRACTION_WATCH_COLUMNS = ("RetractionDOI", "OriginalPaperDOI", "RetractionNature", "RetractionDate")
MIN_RETRACTION_WATCH_ROWS = 40_000
"""The published Retraction Watch data has more rows; in fewer, what is not found proves nothing."""


class BadResponseError(Exception):
    """The answer cannot be used; the message says why."""


@dataclass(frozen=True)
class LookupResult:
    """What one answer says of one number: notices, whether it exists, and what the work is called."""

    said: DatabaseResult | None = None
    exists: str = NOT_CHECKED
    seen: Mapping[str, str] = field(default_factory=dict)


def _parse_json_object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadResponseError("the answer is not JSON, or only a part of it") from None
    if not isinstance(data, dict):
        raise BadResponseError("the answer has a form that is not known")
    return data


def clean_external_text(value: object) -> str:
    """Somebody else's words as one line of bounded length; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", value[: 4 * MAX_TEXT_LENGTH])
    return " ".join(text.split())[: MAX_TEXT_LENGTH // 2].replace(FORM_SEPARATOR, " / ").strip()


def _join_forms(*values: str) -> str:
    """Several forms of one thing as one text, within the length that the file allows."""
    text = FORM_SEPARATOR.join(dict.fromkeys(value for value in values if value))
    return text if len(text) <= MAX_TEXT_LENGTH else next((value for value in values if value), "")


def _drop_empty_fields(**seen: str) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in seen.items() if value}


def _parse_doi(value: object) -> str:
    doi = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", clean_external_text(value).lower()).rstrip(".,;")
    return doi if DOI.fullmatch(doi) else ""


# --- Crossref -----------------------------------------------------------------------------------------


def parse_crossref_work(status: int, raw: bytes, doi: str, today: date) -> LookupResult:
    """What ``GET /works/{doi}`` says. The notices stand in ``updated-by``; ``update-to`` stands on a notice itself."""
    if status == 404:
        if b"<html" in raw[:2000].lower():
            raise BadResponseError("answers 404 with a web page")
        why = "Crossref does not know this DOI; another agency may have registered it"
        return LookupResult(DatabaseResult(checked=today.isoformat(), why=why))
    data = _parse_json_object(raw)
    work = data.get("message")
    if data.get("status", "ok") != "ok" or not isinstance(work, dict):
        raise BadResponseError("the answer has no work in it")
    names = [work.get("DOI"), *_as_list(work.get("aliases"))]
    if doi not in [_parse_doi(name) for name in names]:
        raise BadResponseError("the answer is about another DOI")
    notices, unknown = [], ""
    for update in _as_list(work.get("updated-by")):
        if not isinstance(update, dict):
            raise BadResponseError("its notices have a form that is not known")
        word = clean_external_text(update.get("type")).lower().replace("-", "_").replace(" ", "_")
        if word in UPDATE_STATES:
            notices.append(_parse_crossref_update(update, word))
        elif word not in IGNORED_UPDATES:
            unknown = word or "without a name"
    titles = [clean_external_text(title) for title in _as_list(work.get("title"))]
    if titles and RETRACTED_TITLE.match(titles[0]) and not work.get("update-to") and not notices:
        notices.append(Notice(RETRACTED, by="the title, by Crossref", word="title"))
    if unknown and not notices:
        said = DatabaseResult(
            checked=today.isoformat(), why=f"Crossref has a notice of a kind that is not known: {unknown[:60]}"
        )
    else:
        notices = _deduplicate_notices(notices)
        said = DatabaseResult(derive_state(notices), today.isoformat(), tuple(notices))
    return LookupResult(said, seen=_extract_crossref_metadata(work, titles))


def _parse_crossref_update(update: Mapping[str, Any], word: str) -> Notice:
    source = clean_external_text(update.get("source"))
    record = clean_external_text(str(update.get("record-id") or ""))
    if source == "retraction-watch":
        by = f"Retraction Watch{f' (record {record[:20]})' if record else ''}, by Crossref"
    else:
        by = f"the {source[:40] or 'publisher'}, by Crossref"
    when = update.get("updated")
    return Notice(UPDATE_STATES[word], _parse_date_parts(when), _parse_doi(update.get("DOI")), by=by, word=word)


def _parse_date_parts(when: object) -> str:
    """A date in Crossref's form, as far as it goes."""
    if not isinstance(when, dict):
        return ""
    first = (_as_list(when.get("date-parts")) or [[]])[0]
    text = ""
    for part, width in zip(_as_list(first), (4, 2, 2), strict=False):
        if not isinstance(part, int) or isinstance(part, bool) or not 0 < part < 10_000:
            break
        text += ("-" if text else "") + str(part).zfill(width)
    return normalize_partial_date(text)


def _extract_crossref_metadata(work: Mapping[str, Any], titles: list[str]) -> dict[str, str]:
    subtitle = next(
        (clean_external_text(one) for one in _as_list(work.get("subtitle")) if clean_external_text(one)), ""
    )
    title = titles[0] if titles else ""
    whole = f"{title}: {subtitle}" if title and subtitle else title
    people = [one for one in _as_list(work.get("author")) if isinstance(one, dict)]
    first = next((one for one in people if one.get("sequence") == "first"), people[0] if people else {})
    family, given = clean_external_text(first.get("family")), clean_external_text(first.get("given"))
    author = (f"{family}, {given}" if given else family) or clean_external_text(first.get("name"))
    named = [work.get(name) for name in ("issued", "published-print", "published-online", "published")]
    issue = work.get("journal-issue")
    named += [issue.get(name) for name in ("published-print", "published-online")] if isinstance(issue, dict) else []
    years = sorted({_parse_date_parts(one)[:4] for one in named})
    journals = [
        clean_external_text(one)
        for name in ("container-title", "short-container-title")
        for one in _as_list(work.get(name))
    ]
    return _drop_empty_fields(
        title=_join_forms(whole, *titles), first_author=author, year=_join_forms(*years), journal=_join_forms(*journals)
    )


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _deduplicate_notices(notices: list[Notice]) -> list[Notice]:
    """Two sources often tell of one notice; it is kept once, with the date and the words of the first."""
    found: dict[tuple[str, str], Notice] = {}
    for notice in sorted(notices, key=lambda one: (not one.date, one.date, one.by)):
        found.setdefault((notice.state, notice.doi or notice.pmid or notice.date), notice)
    return list(found.values())[:MAX_NOTICES]


# --- doi.org ------------------------------------------------------------------------------------------


def parse_doi_handle(raw: bytes, doi: str, today: date) -> LookupResult:
    """What the handle API says: 1 and 200 are a DOI that exists, 100 is one that does not."""
    data = _parse_json_object(raw)
    code, named = data.get("responseCode"), clean_external_text(data.get("handle")).lower()
    if named and named != doi:
        raise BadResponseError("the answer is about another DOI")
    known = {1: YES, 200: YES, 100: NO}
    if not isinstance(code, int) or isinstance(code, bool) or code not in known:
        raise BadResponseError("the answer does not say whether the DOI exists")
    return LookupResult(exists=known[code])


# --- PubMed -------------------------------------------------------------------------------------------


def parse_pubmed_articles(raw: bytes, pmids: Collection[str], today: date) -> dict[str, LookupResult]:
    """What efetch says of the PMIDs asked for. One that is missing in a whole answer does not exist."""
    if b"<!ENTITY" in raw:
        raise BadResponseError("the answer defines entities, which no answer of PubMed does")
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise BadResponseError("the answer is not XML, or only a part of it") from None
    if root.tag != "PubmedArticleSet":
        raise BadResponseError("the answer has a form that is not known")
    found: dict[str, LookupResult] = {}
    for article in root:
        record = article.find("MedlineCitation")
        if record is None:
            record = article.find("BookDocument")
        pmid = clean_external_text(record.findtext("PMID")) if record is not None else ""
        if record is not None and pmid in pmids:
            notices = _deduplicate_notices(list(_extract_pubmed_notices(record)))
            said = DatabaseResult(derive_state(notices), today.isoformat(), tuple(notices))
            found[pmid] = LookupResult(said, YES, _extract_pubmed_metadata(record))
    if not found and len(pmids) > 1:
        raise BadResponseError("the answer has none of the records asked for")
    for pmid in pmids:
        found.setdefault(
            pmid, LookupResult(DatabaseResult(checked=today.isoformat(), why="PubMed has no such number"), NO)
        )
    return found


def _extract_pubmed_notices(record: ElementTree.Element) -> Iterator[Notice]:
    linked = False
    for link in record.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = link.get("RefType", "")
        if kind in PUBMED_LINK_STATES:
            linked = linked or PUBMED_LINK_STATES[kind] == RETRACTED
            source = clean_external_text(link.findtext("RefSource"))
            doi, pmid = DOI_IN_TEXT.search(source), clean_external_text(link.findtext("PMID"))
            word = "partial_retraction" if kind == "PartialRetractionIn" else kind
            number = pmid if PMID.fullmatch(pmid) else ""
            yield Notice(
                PUBMED_LINK_STATES[kind],
                _extract_reference_date(source),
                _parse_doi(doi[0]) if doi else "",
                number,
                "PubMed",
                word,
            )
    types = [clean_external_text(one.text) for one in record.iterfind(".//PublicationTypeList/PublicationType")]
    if "Retracted Publication" in types and not linked:
        yield Notice(RETRACTED, by="PubMed", word="Retracted Publication")


def _extract_reference_date(source: str) -> str:
    """The date in a reference such as "Lancet. 2010 Feb 6;375(9713):445", as far as it goes."""
    found = REFERENCE_DATE.search(source)
    if not found:
        return ""
    year, month, number = found.groups()
    text = year + (f"-{MONTHS[month]:02}" if month else "") + (f"-{int(number):02}" if number else "")
    return normalize_partial_date(text) or year


def _extract_pubmed_metadata(record: ElementTree.Element) -> dict[str, str]:
    def words(path: str) -> str:
        one = record.find(path)
        return clean_external_text("".join(one.itertext())) if one is not None else ""

    title = words(".//ArticleTitle") or words(".//BookTitle")
    journals = [words(path) for path in (".//Journal/Title", ".//Journal/ISOAbbreviation", ".//MedlineTA")]
    dates = [words(path) for path in (".//PubDate/Year", ".//PubDate/MedlineDate", ".//ArticleDate/Year")]
    years = [found[0] for text in dates if (found := re.search(r"(?:1[89]|20)\d\d", text))]
    person = record.find(".//AuthorList/Author")
    author = ""
    if person is not None:
        family = clean_external_text(person.findtext("LastName"))
        given = clean_external_text(person.findtext("ForeName")) or clean_external_text(person.findtext("Initials"))
        author = (f"{family}, {given}" if given else family) or clean_external_text(person.findtext("CollectiveName"))
    return _drop_empty_fields(
        title=_join_forms(title, words(".//VernacularTitle")),
        first_author=author,
        year=_join_forms(*years),
        journal=_join_forms(*journals),
    )


# --- Retraction Watch ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RetractionWatchData:
    """What the data says of the numbers asked about. ``rows`` in all; ``until`` is the newest day in it."""

    rows: int
    until: str
    whole: bool
    found: Mapping[tuple[str, str], DatabaseResult]


def read_retraction_watch(
    path: Path, wanted: Mapping[str, Collection[str]], today: date, fewest: int = MIN_RETRACTION_WATCH_ROWS
) -> RetractionWatchData:
    """Read the CSV that Crossref publishes, row by row. Raises BadAnswerError where it is none.

    The day of the check is the newest day in the data, so that an old copy does not look fresh. From a copy with fewer
    than ``fewest`` rows only what is found counts.
    """
    notices: dict[tuple[str, str], list[Notice]] = {}
    newest, rows = "", 0
    csv.field_size_limit(2_000_000)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            head = {name.strip(): place for place, name in enumerate(next(reader, []))}
            missing = [name for name in RETRACTION_WATCH_COLUMNS if name not in head]
            if missing:
                raise BadResponseError(f"{path.name} has no column {missing[0]}; is it the Retraction Watch data?")
            notice_doi, work_doi, nature, when = (head[name] for name in RETRACTION_WATCH_COLUMNS)
            work_pmid, record = head.get("OriginalPaperPubMedID"), head.get("Record ID")
            for row in reader:
                if len(row) < len(head):
                    continue
                rows += 1
                day = _parse_us_date(row[when])
                if newest < day <= today.isoformat():
                    newest = day
                numbers = [("doi", _parse_doi(row[work_doi])), ("pmid", row[work_pmid].strip() if work_pmid else "")]
                for kind, number in numbers:
                    word = clean_external_text(row[nature]).lower().replace(" ", "_")
                    if number and number in wanted[kind] and word in UPDATE_STATES:
                        by = (
                            f"Retraction Watch (record {clean_external_text(row[record])[:20]})"
                            if record is not None
                            else ""
                        )
                        doi = _parse_doi(row[notice_doi])
                        notice = Notice(UPDATE_STATES[word], day, doi, by=by or "Retraction Watch", word=word)
                        notices.setdefault((kind, number), []).append(notice)
    except (csv.Error, OSError) as error:
        raise BadResponseError(f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not newest:
        raise BadResponseError(f"{path.name} has no row with a date")
    whole = rows >= fewest
    found = {}
    for kind, numbers_ in wanted.items():
        for number in numbers_:
            listed = _deduplicate_notices(notices.get((kind, number), []))
            if listed or whole:
                found[kind, number] = DatabaseResult(derive_state(listed), newest, tuple(listed))
    return RetractionWatchData(rows, newest, whole, found)


def _parse_us_date(text: str) -> str:
    """A day written as "3/1/2024 0:00" or 2024-03-01; empty for anything else."""
    first = text.strip().split(" ")[0]
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(first, form).date().isoformat()
        except ValueError:
            continue
    return ""

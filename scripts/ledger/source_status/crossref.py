"""Crossref: corrections and retractions of a work, and its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from ledger.core.partial_date import trim_to_partial_date
from ledger.http.api import request_api
from ledger.http.client import HttpClient
from ledger.model.source_status import RETRACTED, DatabaseResult, Notice, derive_state
from ledger.source_status.responses import (
    UPDATE_STATES,
    BadResponseError,
    LookupResult,
    build_metadata,
    clean_external_text,
    deduplicate_notices,
    format_author,
    parse_doi,
    parse_json_object,
)

API_URL = "https://api.crossref.org"
IGNORED_UPDATES = ("new_edition", "new_version")
"""Kinds of update that are not a notice against the work."""
RETRACTED_TITLE = re.compile(r"\W*(?:RETRACTED|WITHDRAWN)(?:\s+(?:ARTICLE|PAPER))?\s*:", re.IGNORECASE)


async def look_up_dois(client: HttpClient, base_url: str, dois: Sequence[str], today: date) -> dict[str, LookupResult]:
    """The notices and metadata of one work, by DOI. Raises RequestFailedError, BadResponseError."""
    (doi,) = dois
    email = client.settings.contact_email
    query = {"mailto": email} if email else {}
    status, raw = await request_api(client, f"{base_url}/works/{quote(doi, safe='')}", query)
    return {doi: parse_crossref_work(status, raw, doi, today)}


def parse_crossref_work(status: int, raw: bytes, doi: str, today: date) -> LookupResult:
    """The result in a response to ``GET /works/{doi}``."""
    if status == 404:
        why = "Crossref does not know this DOI; another agency may have registered it"
        return LookupResult(DatabaseResult(checked=today.isoformat(), why=why))
    data = parse_json_object(raw)
    work = data.get("message")
    if data.get("status", "ok") != "ok" or not isinstance(work, dict):
        raise BadResponseError("the response contains no work")
    names = [work.get("DOI"), *_as_list(work.get("aliases"))]
    if doi not in [parse_doi(name) for name in names]:
        raise BadResponseError("the response is about another DOI")
    titles = [clean_external_text(title) for title in _as_list(work.get("title"))]
    return LookupResult(_build_result(work, titles, today), metadata=_extract_metadata(work, titles))


def _build_result(work: Mapping[str, Any], titles: list[str], today: date) -> DatabaseResult:
    updates = list(_extract_updates(work))
    notices = [_parse_update(update, kind) for update, kind in updates if kind in UPDATE_STATES]
    # A notice of retraction itself has ``update-to`` and may begin its title with the same word.
    if titles and RETRACTED_TITLE.match(titles[0]) and not work.get("update-to") and not notices:
        notices.append(Notice(RETRACTED, by="the title, by Crossref", word="title"))
    unknown = [kind for _, kind in updates if kind not in UPDATE_STATES and kind not in IGNORED_UPDATES]
    if unknown and not notices:
        why = f"Crossref has a notice of a kind that is not known: {unknown[-1][:60] or 'without a name'}"
        return DatabaseResult(checked=today.isoformat(), why=why)
    distinct = deduplicate_notices(notices)
    return DatabaseResult(derive_state(distinct), today.isoformat(), distinct)


def _extract_updates(work: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The notices about the work, each with its kind. They are in ``updated-by``; a notice has ``update-to``."""
    for update in _as_list(work.get("updated-by")):
        if not isinstance(update, dict):
            raise BadResponseError("the notices have an unknown structure")
        yield update, clean_external_text(update.get("type")).lower().replace("-", "_").replace(" ", "_")


def _parse_update(update: Mapping[str, Any], kind: str) -> Notice:
    source = clean_external_text(update.get("source"))
    record = clean_external_text(str(update.get("record-id") or ""))
    if source == "retraction-watch":
        by = f"Retraction Watch{f' (record {record[:20]})' if record else ''}, by Crossref"
    else:
        by = f"the {source[:40] or 'publisher'}, by Crossref"
    day = _parse_date_parts(update.get("updated"))
    return Notice(UPDATE_STATES[kind], day, parse_doi(update.get("DOI")), by=by, word=kind)


def _parse_date_parts(value: object) -> str:
    """A date in Crossref's form, such as [[2026, 1, 2]], as ISO text: a day, a month or a year."""
    first = (_as_list(value.get("date-parts")) if isinstance(value, dict) else []) or [[]]
    return trim_to_partial_date("-".join(str(part).zfill(2) for part in _as_list(first[0])))


def _extract_metadata(work: Mapping[str, Any], titles: list[str]) -> dict[str, str]:
    subtitles = [clean_external_text(subtitle) for subtitle in _as_list(work.get("subtitle"))]
    subtitle = next((text for text in subtitles if text), "")
    title = titles[0] if titles else ""
    full_title = f"{title}: {subtitle}" if title and subtitle else title
    authors = [author for author in _as_list(work.get("author")) if isinstance(author, dict)]
    first = next((author for author in authors if author.get("sequence") == "first"), authors[0] if authors else {})
    dates = [work.get(name) for name in ("issued", "published-print", "published-online", "published")]
    issue = work.get("journal-issue")
    dates += [issue.get(name) for name in ("published-print", "published-online")] if isinstance(issue, dict) else []
    journals = [
        clean_external_text(journal)
        for name in ("container-title", "short-container-title")
        for journal in _as_list(work.get(name))
    ]
    return build_metadata(
        titles=[full_title, *titles],
        first_author=format_author(first.get("family"), first.get("given"), first.get("name")),
        years=sorted({_parse_date_parts(value)[:4] for value in dates}),
        journals=journals,
    )


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

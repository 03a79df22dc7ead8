"""The handle API of doi.org: whether a DOI exists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from ledger.http.api import request_api
from ledger.http.client import HttpClient
from ledger.model.source_status import NO, YES
from ledger.source_status.responses import BadResponseError, LookupResult, clean_external_text, parse_json_object

API_URL = "https://doi.org/api/handles"
EXISTENCE_BY_RESPONSE_CODE = {1: YES, 200: YES, 100: NO}


async def look_up_dois(client: HttpClient, base_url: str, dois: Sequence[str], today: date) -> dict[str, LookupResult]:
    """Whether one DOI exists, by DOI. Raises RequestFailedError, BadResponseError."""
    (doi,) = dois
    _, raw = await request_api(client, f"{base_url}/{quote(doi, safe='/')}", {})
    return {doi: parse_doi_handle(raw, doi)}


def parse_doi_handle(raw: bytes, doi: str) -> LookupResult:
    """The result in a response of the handle API."""
    data = parse_json_object(raw)
    code, handle = data.get("responseCode"), clean_external_text(data.get("handle")).lower()
    if handle and handle != doi:
        raise BadResponseError("the response is about another DOI")
    if not isinstance(code, int) or isinstance(code, bool) or code not in EXISTENCE_BY_RESPONSE_CODE:
        raise BadResponseError("the response does not say whether the DOI exists")
    return LookupResult(exists=EXISTENCE_BY_RESPONSE_CODE[code])

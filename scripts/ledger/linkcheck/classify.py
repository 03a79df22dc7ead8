"""The class of a link from the response that its address gave, with the evidence. No network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ledger.http.fetch import FetchFailure, FetchOutcome, FetchResponse, Hop
from ledger.linkcheck.notices import find_address_kinds, find_notice
from ledger.linkcheck.page_content import PageContent, decode_page, read_page
from ledger.model.external_links import LinkRequest, get_required_fragment
from ledger.model.link_state import BAD_CLASSES, LinkClass, LinkResult

UNREACHABLE_CLASSES: frozenset[LinkClass] = frozenset({"dns", "refused", "time-out", "reset"})
"""No response at all: the host or our own network may be down."""

CLASS_BY_STATUS: Mapping[int, LinkClass] = {
    400: "broken",
    404: "broken",
    410: "gone",
    500: "server-error",
    501: "server-error",
    999: "blocked",
}
"""Any other status from 400 on does not speak about the page: the host keeps programs out, or it is in trouble."""
REFRESH_STATUS = 200
"""Of a hop that is no redirect of HTTP: a page that sends its readers on."""
PERMANENT_REDIRECT_STATUSES = (301, 308, REFRESH_STATUS)
DOCUMENT_EXTENSIONS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip")
FRONT_PAGE_PATH = re.compile(
    r"(?:/[a-z]{2}(?:[-_][A-Za-z]{2})?)?(?:/(?:index|home|default)(?:\.\w{2,5})?)?/?", re.IGNORECASE
)
HANDLE_RESPONSE_CODE = re.compile(rb'"responseCode"\s*:\s*(\d+)')
NCT_ID_FIELD = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')


def classify_response(request: LinkRequest, response: FetchOutcome, fragment: str = "") -> LinkResult:
    """The class of one address from its response or failure."""
    if isinstance(response, FetchFailure):
        behind_redirect = bool(response.hops) and response.kind != "redirect-loop"
        suffix = f", behind a redirect to {response.hops[-1].to}" if behind_redirect else ""
        return LinkResult(response.kind, response.evidence + suffix)
    result = (_classify_doi_response(response) if request.kind == "doi" else None) or _classify_status(response)
    if result:
        return result
    if request.kind == "trial":
        return _classify_trial_response(request, response)
    return _classify_page(request, response, fragment)


def _classify_doi_response(response: FetchResponse) -> LinkResult | None:
    """The result of doi.org's handle API: 1 is found, 100 is not. None leaves the decision to the status."""
    code = HANDLE_RESPONSE_CODE.search(response.body)
    if code and code[1] in (b"1", b"200"):
        return LinkResult("ok", "doi.org has this DOI")
    if code and code[1] == b"100":
        return LinkResult("broken", "doi.org does not have this DOI (response code 100)")
    if response.status >= 400 and _classify_error_status(response.status) not in BAD_CLASSES:
        return None
    return LinkResult("deferred", f"the response of doi.org cannot be read (status {response.status})")


def _classify_trial_response(request: LinkRequest, response: FetchResponse) -> LinkResult:
    """The result of ClinicalTrials.gov's API, which returns the current study for an old number."""
    requested = re.search(r"NCT\d{8}", request.url)
    returned = NCT_ID_FIELD.search(response.body)
    if not returned or not requested:
        return LinkResult("deferred", "the response of the registry cannot be read")
    nct = returned[1].decode()
    if nct != requested[0]:
        return LinkResult("moved", f"the registry now lists it as {nct}", f"https://clinicaltrials.gov/study/{nct}")
    return LinkResult("ok", "the registry has this trial")


def _classify_status(response: FetchResponse) -> LinkResult | None:
    """The result where the status decides; None where the body has to be read."""
    status = response.status
    evidence = f"status {status}" + (f" behind a redirect to {response.url}" if response.hops else "")
    if response.is_bot_challenge:
        return LinkResult("blocked", f"{evidence}, with a challenge that programs cannot pass")
    if status >= 400:
        return LinkResult(_classify_error_status(status), evidence)
    if status == 202 and not response.body.strip():
        return LinkResult("blocked", f"{evidence} and an empty response")
    if status in (204, 205):
        return LinkResult("suspect", f"{evidence}: a response without content")
    if status < 200 or status >= 300:
        return LinkResult("suspect", f"{evidence}: a redirect without a target")
    return None


def _classify_error_status(status: int) -> LinkClass:
    return CLASS_BY_STATUS.get(status, "blocked" if status < 500 else "deferred")


def _classify_page(request: LinkRequest, response: FetchResponse, fragment: str) -> LinkResult:
    """The result for a page with a status of success."""
    page = read_response_page(response)
    notice = find_notice(page, response.complete) if page else None
    if notice and notice.kind == "blocked":
        return LinkResult("blocked", f"status {response.status}, yet the page says '{notice.text}'")
    redirect = _explain_bad_redirect(request.url, response)
    if redirect:
        return redirect
    content_type, opening = _read_content_type(response)
    if _is_wrong_type(request.url, content_type, opening):
        shown = content_type or "a web page"
        return LinkResult("wrong-type", f"the address is of a document, the response is {shown}")
    if notice:
        return LinkResult(notice.kind, f"status {response.status}, yet the page says '{notice.text}'")
    if response.complete and (not response.body.strip() if page is None else not page.text and not page.has_media):
        return LinkResult("suspect", f"status {response.status}, yet the page is empty")
    return _classify_good_page(response, page, fragment)


def _classify_good_page(response: FetchResponse, page: PageContent | None, fragment: str) -> LinkResult:
    """The result for the page that was linked to: whether its place is there, and whether it has moved."""
    for hop in response.hops:  # a redirect may name another place, which counts then
        fragment = get_required_fragment(hop.to) if "#" in hop.to else fragment
    remark = ""
    if fragment and page and fragment not in page.ids:
        if response.complete and not page.is_made_by_scripts:
            return LinkResult("missing-fragment", f"the page has no id '{fragment}'")
        reason = "scripts make this page" if response.complete else "the page is too large"
        remark = f"; nobody can tell whether it has the id '{fragment}': {reason}"
    target = find_permanent_target(response.hops)
    if target:
        first = response.hops[0].status
        return LinkResult(
            "moved", "the page sends its readers on" if first == REFRESH_STATUS else f"status {first}", target
        )
    return LinkResult("ok", f"status {response.status}{remark}")


def _read_content_type(response: FetchResponse) -> tuple[str, bytes]:
    """The content type that the host names, and how the body begins."""
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return content_type, response.body[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()


def read_response_page(response: FetchResponse) -> PageContent | None:
    """The content of a web page; None where the response is something else."""
    content_type, opening = _read_content_type(response)
    if "html" not in content_type and not (content_type in ("", "text/xml", "application/xml") and b"<html" in opening):
        return None
    text = decode_page(response.body, response.headers.get("content-type", ""))
    return read_page(text, response.url, response.headers.get("refresh", ""))


def find_refresh_target(response: FetchOutcome) -> str:
    """The address to which a page sends its readers by itself; empty for none."""
    if isinstance(response, FetchFailure) or not 200 <= response.status < 300 or response.is_bot_challenge:
        return ""
    page = read_response_page(response)
    return page.refresh if page else ""


def _explain_bad_redirect(requested: str, response: FetchResponse) -> LinkResult | None:
    """Why a redirect does not lead to the requested page but to a front page, a login page and so on."""
    if not response.hops:
        return None
    for kind, found in find_address_kinds(response.url):
        if kind not in dict(find_address_kinds(requested)):
            return LinkResult(found, f"it redirects to a page of the kind '{kind}', {response.url}", response.url)
    old, new = urlsplit(requested), urlsplit(response.url)
    if (
        FRONT_PAGE_PATH.fullmatch(new.path)
        and not new.query
        and not (FRONT_PAGE_PATH.fullmatch(old.path) and not old.query)
    ):
        return LinkResult("suspect", f"it redirects to a front page, {response.url}", response.url)
    return None


def _is_wrong_type(requested: str, content_type: str, opening: bytes) -> bool:
    path = urlsplit(requested).path.lower()
    if not path.endswith(DOCUMENT_EXTENSIONS) or "/blob/" in path:
        return False
    return "html" in content_type or opening.startswith((b"<!doctype html", b"<html"))


def find_permanent_target(hops: tuple[Hop, ...]) -> str:
    """The target of the permanent redirects at the start of a chain; empty where the first one is temporary."""
    target = ""
    for hop in hops:
        if hop.status not in PERMANENT_REDIRECT_STATUSES:
            break
        target = hop.to
    return target if ";jsessionid=" not in target.lower() else ""

"""The class of a link from the response that its address gave, with the evidence. No network."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from ledger.http.fetch import FetchFailure, FetchOutcome, FetchResponse, Hop
from ledger.model.external_links import LinkRequest
from ledger.model.link_state import LinkClass, LinkResult

UNREACHABLE_CLASSES: frozenset[LinkClass] = frozenset({"dns", "refused", "time-out", "reset"})
"""No response at all: the host or our own network may be down."""

BLOCKED_STATUSES = (401, 402, 403, 405, 406, 407, 451, 999)
PERMANENT_REDIRECT_STATUSES = (301, 308)
DOCUMENT_EXTENSIONS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip")
FRONT_PAGE_PATH = re.compile(
    r"(?:/[a-z]{2}(?:[-_][A-Za-z]{2})?)?(?:/(?:index|home|default)(?:\.\w{2,5})?)?/?", re.IGNORECASE
)
LOGIN_PATH = re.compile(
    r"/(?:log[-_]?[io]n|sign[-_]?in|sso|saml2?|wp-login\.php|cas/login|auth(?:enticate|orize)?|account/login"
    r"|action/(?:showLogin|cookieAbsent))(?:[/.?]|$)",
    re.IGNORECASE,
)
LOGIN_HOST = re.compile(r"(?:login|signin|sso|accounts?|auth|idp)\.")
TITLE_OR_HEADING = re.compile(
    rb"<(?P<tag>title|h1)\b[^<>]{0,300}>(?P<text>.{0,600}?)</(?P=tag)", re.IGNORECASE | re.DOTALL
)
NOT_FOUND_TITLE = re.compile(
    r"(?:(?:http |error |fehler )*404\b.{0,40}|.{0,25}\b404 (?:error|not found)"
    r"|(?:oops|sorry)?\W*(?:(?:the|this|that) )?(?:requested )?"
    r"(?:page|file|article|document|content|resource|url|site)?(?: (?:you|that|which)(?: \w+){1,6}?)? ?"
    r"(?:(?:was|is|could|can|has|does|cannot|could not|can not|can['’]t|couldn['’]t|doesn['’]t|isn['’]t|wasn['’]t)(?: be| been)? ?)?"
    r"(?:not (?:be )?found|be found|not exist|exist|no longer (?:available|exists?|here)|unavailable|missing)"
    r"|nothing (?:was )?found|seite nicht gefunden|页面不存在|找不到(?:页面|网页)|无法找到.{0,10})\W*",
    re.IGNORECASE,
)
NOT_FOUND_SENTENCE = re.compile(
    r"\b(?:404 not found|page not found|(?:page|article|document) (?:you (?:are looking for|requested|were looking for) )?"
    r"(?:could not be found|cannot be found|can['’]t be found|was not found|does not exist|doesn['’]t exist|no longer exists))",
    re.IGNORECASE,
)
HIDDEN_ELEMENT_START = re.compile(rb"<(script|style|svg)\b")
MAX_NOTICE_BYTES = 60_000
"""Bytes of a page that are searched for a 'not found' notice."""
MAX_NOTICE_CHARACTERS = 1_500
"""A page with more characters of text is not a mere 'not found' notice."""
ID_ATTRIBUTE = re.compile(
    rb"\s(?:id|name)\s*=\s*(?:\"([^\"]{1,300})\"|'([^']{1,300})'|([^\s\"'>]{1,300}))", re.IGNORECASE
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
    if response.status >= 500 or response.status in BLOCKED_STATUSES:
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
    if status in BLOCKED_STATUSES:
        return LinkResult("blocked", evidence)
    if status == 410:
        return LinkResult("gone", evidence)
    if 400 <= status < 500:
        return LinkResult("broken", evidence)
    if status >= 500:
        return LinkResult("server-error", evidence)
    if status == 202 and not response.body.strip():
        return LinkResult("blocked", f"{evidence} and an empty response")
    if status in (204, 205):
        return LinkResult("suspect", f"{evidence}: a response without content")
    if status < 200 or status >= 300:
        return LinkResult("suspect", f"{evidence}: a redirect without a target")
    return None


def _classify_page(request: LinkRequest, response: FetchResponse, fragment: str) -> LinkResult:
    """The result for a page with a status of success."""
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    opening = response.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    html = "html" in content_type or (not content_type and opening.startswith((b"<!doctype html", b"<html")))
    reason = _explain_bad_redirect(request.url, response)
    if reason:
        return LinkResult("suspect", reason, response.url)
    if _is_wrong_type(request.url, content_type, opening):
        shown = content_type or "a web page"
        return LinkResult("wrong-type", f"the address is of a document, the response is {shown}")
    if html:
        notice = _find_not_found_notice(response)
        if notice:
            return LinkResult("suspect", f"status {response.status}, yet the page says '{notice}'")
        if fragment and response.complete and fragment not in extract_anchor_ids(response.body):
            return LinkResult("missing-fragment", f"the page has no id '{fragment}'")
    target = find_permanent_target(response.hops)
    if target:
        return LinkResult("moved", f"status {response.hops[0].status}", target)
    unknown = fragment and html and not response.complete and fragment not in extract_anchor_ids(response.body)
    remark = f"; the page is too large to look for the id '{fragment}'" if unknown else ""
    return LinkResult("ok", f"status {response.status}{remark}")


def _explain_bad_redirect(requested: str, response: FetchResponse) -> str | None:
    """Why a redirect does not lead to the requested page: it leads to a front page or a login page."""
    if not response.hops:
        return None
    old, new = urlsplit(requested), urlsplit(response.url)
    if LOGIN_PATH.search(new.path) and not LOGIN_PATH.search(old.path):
        return f"it redirects to a login page, {response.url}"
    if LOGIN_HOST.match(new.netloc) and not LOGIN_HOST.match(old.netloc):
        return f"it redirects to a login page, {response.url}"
    if (
        FRONT_PAGE_PATH.fullmatch(new.path)
        and not new.query
        and not (FRONT_PAGE_PATH.fullmatch(old.path) and not old.query)
    ):
        return f"it redirects to a front page, {response.url}"
    return None


def _is_wrong_type(requested: str, content_type: str, opening: bytes) -> bool:
    path = urlsplit(requested).path.lower()
    if not path.endswith(DOCUMENT_EXTENSIONS) or "/blob/" in path:
        return False
    return "html" in content_type or opening.startswith((b"<!doctype html", b"<html"))


def _find_not_found_notice(response: FetchResponse) -> str | None:
    """The words by which a page says that it was not found; None where it does not."""
    head = _remove_hidden_elements(response.body[:MAX_NOTICE_BYTES])
    for match in TITLE_OR_HEADING.finditer(head):
        heading = _decode_page_text(match["text"], response)
        for part in re.split(r"\s+[|–—·:-]\s+|\s*[|–—]\s*", heading):
            if part and len(part) < 120 and NOT_FOUND_TITLE.fullmatch(part.strip()):
                return heading[:80]
    if response.complete and len(response.body) <= MAX_NOTICE_BYTES:
        text = _decode_page_text(re.sub(rb"<[^<>]*>", b" ", head), response)
        sentence = NOT_FOUND_SENTENCE.search(text)
        if sentence and len(text) < MAX_NOTICE_CHARACTERS:
            return sentence[0]
    return None


def _remove_hidden_elements(body: bytes) -> bytes:
    """A page without scripts, style sheets and SVG, whose words no reader sees."""
    lower = body.lower()
    parts: list[bytes] = []
    unclosed: set[bytes] = set()
    position = 0
    for match in HIDDEN_ELEMENT_START.finditer(lower):
        closing = b"</" + match[1]
        if match.start() < position or closing in unclosed:
            continue
        end = lower.find(closing, match.end())
        if end < 0:
            unclosed.add(closing)
            continue
        parts.append(body[position : match.start()])
        position = end
    return b" ".join([*parts, body[position:]])


def _decode_page_text(raw: bytes, response: FetchResponse) -> str:
    """Bytes of a page as text. A wrong or unknown charset costs a few letters and nothing else."""
    charset = re.search(r"charset=[\"']?([\w.:-]+)", response.headers.get("content-type", ""), re.IGNORECASE)
    try:
        text = raw.decode(charset[1] if charset else "utf-8", errors="replace")
    except LookupError:
        text = raw.decode("utf-8", errors="replace")
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def extract_anchor_ids(body: bytes) -> frozenset[str]:
    """All ids and names in a page, also without the prefix that GitHub gives them."""
    ids = {
        unescape((double or single or bare).decode("utf-8", errors="replace"))
        for double, single, bare in (match.groups() for match in ID_ATTRIBUTE.finditer(body))
    }
    return frozenset(ids | {name.removeprefix("user-content-") for name in ids})


def find_permanent_target(hops: tuple[Hop, ...]) -> str:
    """The target of the permanent redirects at the start of a chain; empty where the first one is temporary."""
    target = ""
    for hop in hops:
        if hop.status not in PERMANENT_REDIRECT_STATUSES:
            break
        target = hop.to
    return target if ";jsessionid=" not in target.lower() else ""

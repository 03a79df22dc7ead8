"""What an answer says about a link: its class, with the evidence. Plain functions on plain data, no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from ledger.model.external_links import LinkRequest
from ledger.model.link_state import FailureKind, LinkClass, LinkResult


@dataclass(frozen=True)
class Hop:
    """A redirect on the way: where it stood, its status, where it led."""

    url: str
    status: int
    to: str


@dataclass(frozen=True)
class FetchResponse:
    """What a server said at last. ``whole`` where the body was read to its end."""

    url: str
    status: int
    hops: tuple[Hop, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = True


@dataclass(frozen=True)
class FetchFailure:
    """Why there was no answer, in words. ``passing`` where asking again may help."""

    kind: FailureKind
    evidence: str
    hops: tuple[Hop, ...] = ()
    passing: bool = False


CLASS_MEANINGS: Mapping[LinkClass, str] = {
    "ok": "it answers, and nothing speaks against it",
    "moved": "it has a new address for good; the proposed edit is printed",
    "broken": "nothing is there (404 and most other 4xx, at once or behind a redirect; an identifier that its register does not know)",
    "gone": "taken away for good (410)",
    "server-error": "the server fails (500)",
    "blocked": "programs are kept out (401, 403, 405, 406, 999, an empty 202); a person has to look",
    "deferred": "the host asks to come back later, or is busy (429, 503)",
    "suspect": "it answers, but with its front page, a login page or a page that says 'not found'",
    "missing-fragment": "the page is there, the place in it is not",
    "wrong-type": "a document was promised and a web page came",
    "tls-expired": "the certificate is out of its time",
    "tls-self-signed": "nobody but the host vouches for its certificate",
    "tls-wrong-name": "the certificate is for another host",
    "tls-untrusted": "the secure connection cannot be proved or made",
    "dns": "the name of the host is not known",
    "refused": "the host refuses the connection",
    "time-out": "no answer in time",
    "reset": "the connection is cut, or the answer breaks off",
    "redirect-loop": "it leads in circles",
    "refused-unsafe": "not asked: a private address, another scheme, or a password in the address",
    "not-checked": "nothing is known: no network, or no time left",
    "excused": "not asked: it has an excuse in link-policy.yml",
}
UNREACHABLE_CLASSES: frozenset[LinkClass] = frozenset({"dns", "refused", "time-out", "reset"})
"""No answer at all: may be the other side's fault, may be ours."""

BLOCKED_STATUSES = (401, 402, 403, 405, 406, 407, 451, 999)
TRANSIENT_STATUSES = (408, 425, 429, 502, 503, 504, 511, *range(520, 531))
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
"""Bytes of a page in which it would say that something was not found."""
MAX_NOTICE_CHARACTERS = 1_500
"""Characters of text; a page with more is no mere notice that nothing was found."""
ID_ATTRIBUTE = re.compile(
    rb"\s(?:id|name)\s*=\s*(?:\"([^\"]{1,300})\"|'([^']{1,300})'|([^\s\"'>]{1,300}))", re.IGNORECASE
)
HANDLE_RESPONSE_CODE = re.compile(rb'"responseCode"\s*:\s*(\d+)')
NCT_ID_FIELD = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')


def classify_response(ask: LinkRequest, answer: FetchResponse | FetchFailure, fragment: str = "") -> LinkResult:
    """The class of one address from what was seen there."""
    if isinstance(answer, FetchFailure):
        behind = (
            f", behind a redirect to {answer.hops[-1].to}" if answer.hops and answer.kind != "redirect-loop" else ""
        )
        return LinkResult(answer.kind, answer.evidence + behind)
    if ask.kind == "doi" and (found := _classify_doi_response(answer)):
        return found
    by_status = _classify_status(answer)
    if by_status:
        return by_status
    if ask.kind == "trial":
        return _classify_trial_response(ask, answer)
    return _classify_page(ask, answer, fragment)


def is_transient(answer: FetchResponse | FetchFailure) -> bool:
    """Whether what was seen may be over when one asks again: a busy host, a cut connection, silence."""
    if isinstance(answer, FetchFailure):
        return answer.passing
    return answer.status in TRANSIENT_STATUSES and not _is_bot_challenge(answer)


def _is_bot_challenge(answer: FetchResponse) -> bool:
    """Whether a guard before the site asks for proof that we are no program."""
    return "challenge" in (answer.headers.get("cf-mitigated", ""), answer.headers.get("x-amzn-waf-action", ""))


def _classify_doi_response(answer: FetchResponse) -> LinkResult | None:
    """The answer of doi.org's register of handles: 1 is found, 100 is not."""
    code = HANDLE_RESPONSE_CODE.search(answer.body)
    if code and code[1] in (b"1", b"200"):
        return LinkResult("ok", "doi.org knows this DOI")
    if code and code[1] == b"100":
        return LinkResult("broken", "doi.org does not know this DOI (response code 100)")
    if answer.status in TRANSIENT_STATUSES or answer.status >= 500 or answer.status in BLOCKED_STATUSES:
        return None
    return LinkResult("deferred", f"doi.org's register gave an answer that cannot be read (status {answer.status})")


def _classify_trial_response(ask: LinkRequest, answer: FetchResponse) -> LinkResult:
    """The study at ClinicalTrials.gov; an old number is answered with the trial's present one."""
    asked = re.search(r"NCT\d{8}", ask.url)
    given = NCT_ID_FIELD.search(answer.body)
    if not given or not asked:
        return LinkResult("deferred", "the registry gave an answer that cannot be read")
    number = given[1].decode()
    if number != asked[0]:
        return LinkResult(
            "moved", f"the registry now lists it as {number}", f"https://clinicaltrials.gov/study/{number}"
        )
    return LinkResult("ok", "the registry has this trial")


def _classify_status(answer: FetchResponse) -> LinkResult | None:
    """What the status alone decides; None for a page that has to be looked at."""
    status = answer.status
    said = f"status {status}" + (f" behind a redirect to {answer.url}" if answer.hops else "")
    if _is_bot_challenge(answer):
        return LinkResult("blocked", f"{said}, with a test that programs cannot pass")
    if status in BLOCKED_STATUSES:
        return LinkResult("blocked", said)
    if status in TRANSIENT_STATUSES:
        return LinkResult("deferred", said)
    if status == 410:
        return LinkResult("gone", said)
    if 400 <= status < 500:
        return LinkResult("broken", said)
    if status >= 500:
        return LinkResult("server-error", said)
    if status == 202 and not answer.body.strip():
        return LinkResult("blocked", f"{said} and an empty answer")
    if status in (204, 205):
        return LinkResult("suspect", f"{said}: an answer without any content")
    if status < 200 or status >= 300:
        return LinkResult("suspect", f"{said}: a redirect that leads nowhere")
    return None


def _classify_page(ask: LinkRequest, answer: FetchResponse, fragment: str) -> LinkResult:
    """A page that came with a good status."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    opening = answer.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    html = "html" in kind or (not kind and opening.startswith((b"<!doctype html", b"<html")))
    turned = _explain_bad_redirect(ask.url, answer)
    if turned:
        return LinkResult("suspect", turned, answer.url)
    if _is_wrong_type(ask.url, kind, opening):
        return LinkResult("wrong-type", f"the address promises a document; the answer is {kind or 'a web page'}")
    if html:
        notice = _find_not_found_notice(answer)
        if notice:
            return LinkResult("suspect", f"status {answer.status}, yet the page says '{notice}'")
        if fragment and answer.whole and fragment not in extract_anchor_ids(answer.body):
            return LinkResult("missing-fragment", f"the page has no place '{fragment}'")
    target = find_permanent_target(answer.hops)
    if target:
        return LinkResult("moved", f"status {answer.hops[0].status}", target)
    unsure = fragment and html and not answer.whole and fragment not in extract_anchor_ids(answer.body)
    far = f"; the page is too large to look for '{fragment}'" if unsure else ""
    return LinkResult("ok", f"status {answer.status}{far}")


def _explain_bad_redirect(asked: str, answer: FetchResponse) -> str | None:
    """Whether a redirect leads to a front page or a login page instead of what was asked."""
    if not answer.hops:
        return None
    old, new = urlsplit(asked), urlsplit(answer.url)
    if LOGIN_PATH.search(new.path) and not LOGIN_PATH.search(old.path):
        return f"it redirects to a login page, {answer.url}"
    if LOGIN_HOST.match(new.netloc) and not LOGIN_HOST.match(old.netloc):
        return f"it redirects to a login page, {answer.url}"
    if (
        FRONT_PAGE_PATH.fullmatch(new.path)
        and not new.query
        and not (FRONT_PAGE_PATH.fullmatch(old.path) and not old.query)
    ):
        return f"it redirects to a front page, {answer.url}"
    return None


def _is_wrong_type(asked: str, kind: str, opening: bytes) -> bool:
    path = urlsplit(asked).path.lower()
    if not path.endswith(DOCUMENT_EXTENSIONS) or "/blob/" in path:
        return False
    return "html" in kind or opening.startswith((b"<!doctype html", b"<html"))


def _find_not_found_notice(answer: FetchResponse) -> str | None:
    """The words in which a page says that it was not found."""
    head = _remove_hidden_elements(answer.body[:MAX_NOTICE_BYTES])
    for match in TITLE_OR_HEADING.finditer(head):
        heading = _decode_page_text(match["text"], answer)
        for part in re.split(r"\s+[|–—·:-]\s+|\s*[|–—]\s*", heading):
            if part and len(part) < 120 and NOT_FOUND_TITLE.fullmatch(part.strip()):
                return heading[:80]
    if answer.whole and len(answer.body) <= MAX_NOTICE_BYTES:
        text = _decode_page_text(re.sub(rb"<[^<>]*>", b" ", head), answer)
        found = NOT_FOUND_SENTENCE.search(text)
        if found and len(text) < MAX_NOTICE_CHARACTERS:
            return found[0]
    return None


def _remove_hidden_elements(body: bytes) -> bytes:
    """A page without scripts, style sheets and drawings, whose words no reader sees."""
    lower = body.lower()
    parts: list[bytes] = []
    never: set[bytes] = set()
    done = 0
    for match in HIDDEN_ELEMENT_START.finditer(lower):
        closing = b"</" + match[1]
        if match.start() < done or closing in never:
            continue
        end = lower.find(closing, match.end())
        if end < 0:
            never.add(closing)
            continue
        parts.append(body[done : match.start()])
        done = end
    return b" ".join([*parts, body[done:]])


def _decode_page_text(raw: bytes, answer: FetchResponse) -> str:
    """Bytes of a page as words. A charset that is wrong or unknown only costs a few letters."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", answer.headers.get("content-type", ""), re.IGNORECASE)
    try:
        text = raw.decode(named[1] if named else "utf-8", errors="replace")
    except LookupError:
        text = raw.decode("utf-8", errors="replace")
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def extract_anchor_ids(body: bytes) -> frozenset[str]:
    """All ids and names in a page, also in the forms that GitHub and others give them."""
    found = {
        unescape((a or b or c).decode("utf-8", errors="replace"))
        for a, b, c in (m.groups() for m in ID_ATTRIBUTE.finditer(body))
    }
    return frozenset(found | {one.removeprefix("user-content-") for one in found})


def find_permanent_target(hops: tuple[Hop, ...]) -> str:
    """The address at the end of the permanent redirects with which a chain begins; empty where it begins otherwise."""
    target = ""
    for hop in hops:
        if hop.status not in PERMANENT_REDIRECT_STATUSES:
            break
        target = hop.to
    return target if ";jsessionid=" not in target.lower() else ""

"""Trial registries: what their numbers look like, where a reader finds the record, and asking ClinicalTrials.gov.

One polite request a trial: GET, with a time limit and a limit on size, tried again only where the registry asks for
it or does not answer in time. Whatever goes wrong becomes one RegistryError whose message says what to do.
"""

from __future__ import annotations

import ipaddress
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

API = "https://clinicaltrials.gov/api/v2"
USER_AGENT = "islet-ledger new_trial.py/1.0 (a static knowledge base; one request for each trial page)"
NCT = re.compile(r"NCT[0-9]{8}")


@dataclass(frozen=True)
class Registry:
    """A trial registry: its name, the form of its numbers, and the address of a record."""

    name: str
    pattern: re.Pattern[str]
    example: str
    address: str


REGISTRIES: tuple[Registry, ...] = (
    Registry("ClinicalTrials.gov", NCT, "NCT04786262", "https://clinicaltrials.gov/study/{}"),
    Registry(
        "Chinese Clinical Trial Registry",
        re.compile(r"ChiCTR(?:[0-9]{10}|-[A-Z]{2,5}-[0-9]{8})"),
        "ChiCTR2300072200",
        # A record has an address of its own number, which does not follow from the trial's; the search leads there.
        "https://www.chictr.org.cn/searchprojEN.html?regno={}",
    ),
    Registry("ISRCTN registry", re.compile(r"ISRCTN[0-9]{8}"), "ISRCTN12345678", "https://www.isrctn.com/{}"),
    Registry(
        "EU Clinical Trials Register",
        re.compile(r"EudraCT (20[0-9]{2}-[0-4][0-9]{5}-[0-9]{2})"),
        "EudraCT 2014-001234-12",
        "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:{}",
    ),
    Registry(
        "EU Clinical Trials Information System",
        re.compile(r"20[0-9]{2}-(?:[5-9][0-9]{5}-[0-9]{2}(?:-[0-9]{2})?|[0-9]{6}-[0-9]{2}-[0-9]{2})"),
        "2023-507988-19-00",
        "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={}",
    ),
    Registry(
        "Japan Registry of Clinical Trials",
        re.compile(r"jRCT[a-z]?[0-9]{6,12}"),
        "jRCTs031190123",
        "https://jrct.mhlw.go.jp/en-latest-detail/{}",
    ),
    Registry(
        "Iranian Registry of Clinical Trials",
        re.compile(r"IRCT[0-9]{6,20}N[0-9]{1,4}"),
        "IRCT20160911029778N2",
        "https://irct.behdasht.gov.ir/search/result?query={}",
    ),
    Registry(
        "Australian New Zealand Clinical Trials Registry",
        re.compile(r"ACTRN[0-9]{14}"),
        "ACTRN12612000658875",
        "https://www.anzctr.org.au/{}.aspx",
    ),
)
"""The registries whose numbers a page can begin with. The two of the EU share a form: EU CTIS counts from 500000 and
has a fourth part."""
PREFIXES = ("NCT", "ChiCTR", "ISRCTN", "jRCT", "IRCT", "ACTRN")


@dataclass(frozen=True)
class Number:
    """A trial's number in a registry, in the registry's own spelling."""

    id: str
    registry: Registry

    @property
    def address(self) -> str:
        """Where a reader finds the record, or the search that leads to it."""
        match = self.registry.pattern.fullmatch(self.id)
        assert match
        return self.registry.address.format(quote(match[1] if match.groups() else self.id, safe=""))

    @property
    def key(self) -> str:
        """The number as name of a file and key of a source."""
        return self.id.lower().replace(" ", "-")


def number(text: str) -> Number | None:
    """The registry number that ``text`` is, whatever its capitals; None where it is none."""
    text = text.strip()
    bare = re.fullmatch(r"(?:(?:EudraCT|EU[ -]?CT|CTIS|EU CTIS)[ :-]*)?(20[0-9-]{10,16})", text, re.IGNORECASE)
    if bare:
        old = re.fullmatch(r"20[0-9]{2}-[0-4][0-9]{5}-[0-9]{2}", bare[1])
        text = f"EudraCT {bare[1]}" if old else bare[1]
    elif len(text) < 40:
        text = _spelled(text)
    return next((Number(text, one) for one in REGISTRIES if one.pattern.fullmatch(text)), None)


def _spelled(text: str) -> str:
    """``text`` with its prefix as the registry writes it, and the rest in the capitals that go with it."""
    known = next((one for one in PREFIXES if text.lower().startswith(one.lower())), "")
    rest = text[len(known) :]
    return known + (rest.lower() if known == "jRCT" else rest.upper() if known else rest)


class RegistryError(Exception):
    """The registry could not be asked, or its answer cannot be used; the message says which and what to do."""


class UnknownTrialError(RegistryError):
    """The registry answers that it has no such trial."""


@dataclass(frozen=True)
class Manners:
    """How the registry is asked. Times in seconds, ``largest`` in bytes."""

    timeout: float = 20.0
    """Longest silence of the registry; an answer may take three times as long in all."""
    tries: int = 3
    pause: float = 1.0
    """Pause before the second try; each further one is twice as long."""
    longest_wait: float = 60.0
    """The registry may ask us to wait so long; for more we stop and say so."""
    largest: int = 5_000_000


def check_address(api: str) -> str:
    """The address of an API without its last slash. Raises RegistryError where it is none, or not safe."""
    try:
        parts = urlsplit(api)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise RegistryError(f"'{readable(api)}' is not the address of an API; write https://host/path")
    if parts.scheme == "http" and not this_machine(host):
        raise RegistryError(f"'{readable(api)}' is not safe; write https://…")
    return api.rstrip("/")


def this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def fetch(
    nct: str, api: str = API, manners: Manners | None = None, wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The study ``nct`` as ClinicalTrials.gov gives it. Raises RegistryError, UnknownTrialError."""
    manners = manners or Manners()
    address = f"{check_address(api)}/studies/{nct}"
    local = this_machine(urlsplit(address).hostname or "")
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        with httpx.Client(
            timeout=httpx.Timeout(manners.timeout, connect=min(manners.timeout, 10.0)),
            headers=headers,
            follow_redirects=False,
            trust_env=not local,
        ) as client:
            return parse(_patiently(client, address, nct, manners, wait), nct)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
        raise RegistryError(f"{nct}: {_reason(error)}") from error


def _patiently(client: httpx.Client, address: str, nct: str, manners: Manners, wait: Callable[[float], None]) -> bytes:
    """The answer's body. Tried again after 429, 5xx and silence; nothing else gets better by itself."""
    pause, said = manners.pause, ""
    for attempt in range(manners.tries):
        if attempt:
            wait(pause)
            pause = manners.pause * 2**attempt
        try:
            answer = _ask(client, address, nct, manners)
        except httpx.TimeoutException:
            said = f"no answer within {manners.timeout:g} seconds"
            continue
        if isinstance(answer, bytes):
            return answer
        said = f"the registry answers {answer.status}"
        if answer.wait is not None:
            if answer.wait > manners.longest_wait:
                raise RegistryError(f"{nct}: {said} and asks us to wait {answer.wait:.0f} seconds; try again then")
            pause = max(answer.wait, pause)
    raise RegistryError(f"{nct}: {said}, {manners.tries} times; try again later")


@dataclass(frozen=True)
class Later:
    """The registry asks us to come back: its status, and after how many seconds if it says so."""

    status: int
    wait: float | None


def _ask(client: httpx.Client, address: str, nct: str, manners: Manners) -> bytes | Later:
    asked = address
    for _ in range(3):
        with client.stream("GET", address) as response:
            if response.is_redirect:
                address = _same_host(address, response, nct)
                continue
            if response.status_code == 429 or response.status_code >= 500:
                return Later(response.status_code, retry_after(response.headers.get("Retry-After", "")))
            if response.status_code in (404, 410):
                raise UnknownTrialError(f"{nct}: ClinicalTrials.gov has no such trial; check the number")
            if response.status_code != 200:
                raise RegistryError(f"{nct}: the registry answers {response.status_code}; nothing was read")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise RegistryError(
                    f"{nct}: the answer is '{readable(kind)}' and not application/json; nothing was read"
                )
            return _body(response, nct, manners)
    raise RegistryError(f"{nct}: {readable(asked)} leads in circles; nothing was read")


def _same_host(address: str, response: httpx.Response, nct: str) -> str:
    """Where a redirect leads, as long as it stays with the registry."""
    target = str(httpx.URL(address).join(response.headers.get("Location", "")))
    old, new = urlsplit(address), urlsplit(target)
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise RegistryError(f"{nct}: the registry sends us to another host, '{readable(new.netloc)}'; not followed")
    return target


def _body(response: httpx.Response, nct: str, manners: Manners) -> bytes:
    too_much = RegistryError(f"{nct}: the answer is longer than {manners.largest} bytes; nothing was read")
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:15]) > manners.largest:
        raise too_much
    until = time.monotonic() + 3 * manners.timeout
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > manners.largest:
            raise too_much
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer comes too slowly")
        parts.append(part)
    return b"".join(parts)


def retry_after(header: str) -> float | None:
    """Seconds to wait, from a number or a date; None where the header says nothing we understand."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.RemoteProtocolError):
        return "the answer broke off; try again"
    if isinstance(error, httpx.ConnectError | OSError):
        return "the registry cannot be reached; check the network, or use --from with a saved study"
    return f"the registry could not be asked ({type(error).__name__}); try again"


def parse(raw: bytes, shown: str) -> dict[str, Any]:
    """The study in the bytes of a JSON text. Raises RegistryError; ``shown`` names it in the message."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        study = json.loads(raw.decode("utf-8-sig"), parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise RegistryError(f"{shown}: this is not UTF-8 text; nothing was read") from error
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{shown}: this is not JSON, or only a part of it; nothing was read") from error
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        raise RegistryError(f"{shown}: this is not the study of one trial in the form of the API v2")
    return study


def nct_of(study: Mapping[str, Any]) -> str:
    """The number that a study gives as its own; empty where it gives none."""
    module = study["protocolSection"].get("identificationModule")
    given = module.get("nctId") if isinstance(module, dict) else None
    return given if isinstance(given, str) and NCT.fullmatch(given) else ""


def old_numbers(study: Mapping[str, Any]) -> list[str]:
    """Numbers that the trial had before, in the same registry."""
    module = study["protocolSection"].get("identificationModule")
    given = module.get("nctIdAliases") if isinstance(module, dict) else None
    return [one for one in given if isinstance(one, str) and NCT.fullmatch(one)] if isinstance(given, list) else []


def readable(text: str) -> str:
    """A piece of somebody else's text, fit for one line of a message."""
    text = re.sub(r"[^\x20-\x7e\u00a1-\ud7ff]", "?", text)
    return text if len(text) <= 80 else text[:77] + "…"

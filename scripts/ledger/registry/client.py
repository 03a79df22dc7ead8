"""Trial registries: what their numbers look like, where a reader finds the record, and asking ClinicalTrials.gov.

One polite request a trial: GET, with a time limit and a limit on size, tried again only where the registry asks for
it or does not answer in time. Whatever goes wrong becomes one RegistryError whose message says what to do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from ledger.core.http import RegistryError, is_loopback_host, make_printable, parse_retry_after, validate_api_url
from ledger.model.registries import API_URL, NCT

USER_AGENT = "islet-ledger new_trial.py/1.0 (a static knowledge base; one request for each trial page)"


class UnknownTrialError(RegistryError):
    """The registry answers that it has no such trial."""


@dataclass(frozen=True)
class RegistryRetryPolicy:
    """How the registry is asked. Times in seconds, ``largest`` in bytes."""

    timeout: float = 20.0
    """Longest silence of the registry; an answer may take three times as long in all."""
    tries: int = 3
    pause: float = 1.0
    """Pause before the second try; each further one is twice as long."""
    longest_wait: float = 60.0
    """The registry may ask us to wait so long; for more we stop and say so."""
    largest: int = 5_000_000


def fetch_study(
    nct: str, api: str = API_URL, manners: RegistryRetryPolicy | None = None, wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The study ``nct`` as ClinicalTrials.gov gives it. Raises RegistryError, UnknownTrialError."""
    manners = manners or RegistryRetryPolicy()
    address = f"{validate_api_url(api)}/studies/{nct}"
    local = is_loopback_host(urlsplit(address).hostname or "")
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        with httpx.Client(
            timeout=httpx.Timeout(manners.timeout, connect=min(manners.timeout, 10.0)),
            headers=headers,
            follow_redirects=False,
            trust_env=not local,
        ) as client:
            return parse_study(_fetch_with_retries(client, address, nct, manners, wait), nct)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
        raise RegistryError(f"{nct}: {_explain_network_error(error)}") from error


def _fetch_with_retries(
    client: httpx.Client, address: str, nct: str, manners: RegistryRetryPolicy, wait: Callable[[float], None]
) -> bytes:
    """The answer's body. Tried again after 429, 5xx and silence; nothing else gets better by itself."""
    pause, said = manners.pause, ""
    for attempt in range(manners.tries):
        if attempt:
            wait(pause)
            pause = manners.pause * 2**attempt
        try:
            answer = _request_study(client, address, nct, manners)
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
class RetryLater:
    """The registry asks us to come back: its status, and after how many seconds if it says so."""

    status: int
    wait: float | None


def _request_study(client: httpx.Client, address: str, nct: str, manners: RegistryRetryPolicy) -> bytes | RetryLater:
    asked = address
    for _ in range(3):
        with client.stream("GET", address) as response:
            if response.is_redirect:
                address = _resolve_redirect(address, response, nct)
                continue
            if response.status_code == 429 or response.status_code >= 500:
                return RetryLater(response.status_code, parse_retry_after(response.headers.get("Retry-After", "")))
            if response.status_code in (404, 410):
                raise UnknownTrialError(f"{nct}: ClinicalTrials.gov has no such trial; check the number")
            if response.status_code != 200:
                raise RegistryError(f"{nct}: the registry answers {response.status_code}; nothing was read")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise RegistryError(
                    f"{nct}: the answer is '{make_printable(kind)}' and not application/json; nothing was read"
                )
            return _read_body(response, nct, manners)
    raise RegistryError(f"{nct}: {make_printable(asked)} leads in circles; nothing was read")


def _resolve_redirect(address: str, response: httpx.Response, nct: str) -> str:
    """Where a redirect leads, as long as it stays with the registry."""
    target = str(httpx.URL(address).join(response.headers.get("Location", "")))
    old, new = urlsplit(address), urlsplit(target)
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise RegistryError(
            f"{nct}: the registry sends us to another host, '{make_printable(new.netloc)}'; not followed"
        )
    return target


def _read_body(response: httpx.Response, nct: str, manners: RegistryRetryPolicy) -> bytes:
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


def _explain_network_error(error: Exception) -> str:
    if isinstance(error, httpx.RemoteProtocolError):
        return "the answer broke off; try again"
    if isinstance(error, httpx.ConnectError | OSError):
        return "the registry cannot be reached; check the network, or use --from with a saved study"
    return f"the registry could not be asked ({type(error).__name__}); try again"


def parse_study(raw: bytes, shown: str) -> dict[str, Any]:
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


def get_nct_id(study: Mapping[str, Any]) -> str:
    """The number that a study gives as its own; empty where it gives none."""
    module = study["protocolSection"].get("identificationModule")
    given = module.get("nctId") if isinstance(module, dict) else None
    return given if isinstance(given, str) and NCT.fullmatch(given) else ""


def get_old_nct_ids(study: Mapping[str, Any]) -> list[str]:
    """Numbers that the trial had before, in the same registry."""
    module = study["protocolSection"].get("identificationModule")
    given = module.get("nctIdAliases") if isinstance(module, dict) else None
    return [one for one in given if isinstance(one, str) and NCT.fullmatch(one)] if isinstance(given, list) else []

"""A client for the ClinicalTrials.gov API: fetch the study of one trial.

One GET for each trial, with limits on time and size. Only 429, 5xx and timeouts are tried again. Every failure becomes
one RegistryError whose message says what to do.
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
    """The registry has no such trial."""


@dataclass(frozen=True)
class RegistryRetryPolicy:
    """Limits on the requests. Times in seconds, sizes in bytes."""

    timeout: float = 20.0
    """Maximum time without any data; a whole response may take three times as long."""
    tries: int = 3
    pause: float = 1.0
    """Before the second try; doubled before each further one."""
    max_wait: float = 60.0
    """Maximum Retry-After that is obeyed; beyond it the request fails."""
    max_bytes: int = 5_000_000


def fetch_study(
    nct: str, api: str = API_URL, policy: RegistryRetryPolicy | None = None, wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The study ``nct`` as ClinicalTrials.gov publishes it. Raises RegistryError, UnknownTrialError."""
    policy = policy or RegistryRetryPolicy()
    address = f"{validate_api_url(api)}/studies/{nct}"
    local = is_loopback_host(urlsplit(address).hostname or "")
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        with httpx.Client(
            timeout=httpx.Timeout(policy.timeout, connect=min(policy.timeout, 10.0)),
            headers=headers,
            follow_redirects=False,
            trust_env=not local,
        ) as client:
            return parse_study(_fetch_with_retries(client, address, nct, policy, wait), nct)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
        raise RegistryError(f"{nct}: {_explain_network_error(error)}") from error


def _fetch_with_retries(
    client: httpx.Client, address: str, nct: str, policy: RegistryRetryPolicy, wait: Callable[[float], None]
) -> bytes:
    """The body of the response. Tried again after 429, 5xx and timeouts."""
    pause, reason = policy.pause, ""
    for attempt in range(policy.tries):
        if attempt:
            wait(pause)
            pause = policy.pause * 2**attempt
        try:
            response = _request_study(client, address, nct, policy)
        except httpx.TimeoutException:
            reason = f"no response within {policy.timeout:g} seconds"
            continue
        if isinstance(response, bytes):
            return response
        reason = f"the registry returns status {response.status}"
        if response.wait is not None:
            if response.wait > policy.max_wait:
                seconds = f"{response.wait:.0f} seconds"
                raise RegistryError(f"{nct}: {reason} and wants us to wait {seconds}; try again then")
            pause = max(response.wait, pause)
    raise RegistryError(f"{nct}: {reason}, {policy.tries} times; try again later")


@dataclass(frozen=True)
class RetryLater:
    """A status that asks for a later request, and the seconds to wait if the registry gives them."""

    status: int
    wait: float | None


def _request_study(client: httpx.Client, address: str, nct: str, policy: RegistryRetryPolicy) -> bytes | RetryLater:
    start = address
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
                raise RegistryError(f"{nct}: the registry returns status {response.status_code}; nothing was read")
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if content_type != "application/json":
                shown = make_printable(content_type)
                raise RegistryError(f"{nct}: the response is '{shown}' and not application/json; nothing was read")
            return _read_body(response, nct, policy)
    raise RegistryError(f"{nct}: too many redirects from {make_printable(start)}; nothing was read")


def _resolve_redirect(address: str, response: httpx.Response, nct: str) -> str:
    """The target of a redirect. Raises RegistryError where it is on another host."""
    target = str(httpx.URL(address).join(response.headers.get("Location", "")))
    old, new = urlsplit(address), urlsplit(target)
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise RegistryError(
            f"{nct}: the registry redirects to another host, '{make_printable(new.netloc)}'; not followed"
        )
    return target


def _read_body(response: httpx.Response, nct: str, policy: RegistryRetryPolicy) -> bytes:
    too_long = RegistryError(f"{nct}: the response is longer than {policy.max_bytes} bytes; nothing was read")
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:15]) > policy.max_bytes:
        raise too_long
    deadline = time.monotonic() + 3 * policy.timeout
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > policy.max_bytes:
            raise too_long
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the response is too slow")
        parts.append(part)
    return b"".join(parts)


def _explain_network_error(error: Exception) -> str:
    if isinstance(error, httpx.RemoteProtocolError):
        return "the response ended too early; try again"
    if isinstance(error, httpx.ConnectError | OSError):
        return "the registry cannot be reached; check the network, or use --from with a saved study"
    return f"the request to the registry failed ({type(error).__name__}); try again"


def parse_study(raw: bytes, shown: str) -> dict[str, Any]:
    """The study in a JSON text. Raises RegistryError, whose message calls the text ``shown``."""

    def reject_constant(name: str) -> None:  # NaN and Infinity are not JSON
        raise ValueError(name)

    try:
        study = json.loads(raw.decode("utf-8-sig"), parse_constant=reject_constant)
    except UnicodeDecodeError as error:
        raise RegistryError(f"{shown}: this is not UTF-8 text; nothing was read") from error
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{shown}: this is not JSON, or only a part of it; nothing was read") from error
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        raise RegistryError(f"{shown}: this is not the study of one trial in the form of the API v2")
    return study


def get_nct_id(study: Mapping[str, Any]) -> str:
    """The NCT number of a study; empty where it has none."""
    module = study["protocolSection"].get("identificationModule")
    number = module.get("nctId") if isinstance(module, dict) else None
    return number if isinstance(number, str) and NCT.fullmatch(number) else ""


def get_old_nct_ids(study: Mapping[str, Any]) -> list[str]:
    """Former NCT numbers of the same trial."""
    module = study["protocolSection"].get("identificationModule")
    aliases = module.get("nctIdAliases") if isinstance(module, dict) else None
    if not isinstance(aliases, list):
        return []
    return [alias for alias in aliases if isinstance(alias, str) and NCT.fullmatch(alias)]

"""A client for the ClinicalTrials.gov API: fetch the study of one trial.

Every failure becomes one RegistryError whose message says what to do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from ledger.core.errors import CannotRunError, RefusedError
from ledger.http.api import RequestFailedError, create_api_client, request_api, validate_api_url
from ledger.http.client import HttpSettings, Timer
from ledger.model.registries import API_URL, NCT


class RegistryError(CannotRunError):
    """A registry cannot be reached, or its response cannot be used."""


class UnknownTrialError(RefusedError):
    """The registry has no such trial."""


def fetch_study(
    nct: str, api: str = API_URL, settings: HttpSettings | None = None, timer: Timer | None = None
) -> dict[str, Any]:
    """The study ``nct`` as ClinicalTrials.gov publishes it. Raises RegistryError, UnknownTrialError."""
    try:
        address = f"{validate_api_url(api)}/studies/{nct}"
        status, body = asyncio.run(_request_study(address, settings or HttpSettings(), timer))
    except RequestFailedError as error:
        raise RegistryError(f"{nct}: {error}; try again later, or use --from with a saved study") from error
    if status == 404:
        raise UnknownTrialError(f"{nct}: ClinicalTrials.gov has no such trial; check the number")
    return parse_study(body, nct)


async def _request_study(address: str, settings: HttpSettings, timer: Timer | None) -> tuple[int, bytes]:
    async with create_api_client(settings, timer) as client:
        return await request_api(client, address, {})


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

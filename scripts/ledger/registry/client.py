"""A client for the ClinicalTrials.gov API: fetch the study of one trial.

Every failure becomes one RegistryError whose message says what to do.
"""

from __future__ import annotations

import asyncio

from ledger.core.errors import CannotRunError, RefusedError
from ledger.http.api import RequestFailedError, create_api_client, request_api, validate_api_url
from ledger.http.client import HttpSettings, Timer
from ledger.model.registries import API_URL


class RegistryError(CannotRunError):
    """A registry cannot be reached, or its response cannot be used."""


class UnknownTrialError(RefusedError):
    """The registry has no such trial."""


def fetch_study(
    nct: str, api: str = API_URL, settings: HttpSettings | None = None, timer: Timer | None = None
) -> bytes:
    """The study ``nct`` as ClinicalTrials.gov publishes it, as JSON. Raises RegistryError, UnknownTrialError."""
    try:
        address = f"{validate_api_url(api)}/studies/{nct}"
        status, body = asyncio.run(_request_study(address, settings or HttpSettings(), timer))
    except RequestFailedError as error:
        raise RegistryError(f"{nct}: {error}; try again later, or use --from with a saved study") from error
    if status == 404:
        raise UnknownTrialError(f"{nct}: ClinicalTrials.gov has no such trial; check the number")
    return body


async def _request_study(address: str, settings: HttpSettings, timer: Timer | None) -> tuple[int, bytes]:
    async with create_api_client(settings, timer) as client:
        return await request_api(client, address, {})

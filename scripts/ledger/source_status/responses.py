"""Results and helpers that the modules of all services share.

Every service's parser takes bytes and returns plain data. A response that cannot be understood is a BadResponseError,
never "nothing found".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.model.bib_matching import FORM_SEPARATOR
from ledger.model.bibliography import DOI
from ledger.model.source_status import (
    CORRECTED,
    EXPRESSION_OF_CONCERN,
    MAX_NOTICES,
    MAX_TEXT_LENGTH,
    NOT_CHECKED,
    REINSTATED,
    RETRACTED,
    DatabaseResult,
    Notice,
)

UPDATE_STATES: Mapping[str, str] = {
    "addendum": CORRECTED,
    "clarification": CORRECTED,
    "correction": CORRECTED,
    "corrigendum": CORRECTED,
    "erratum": CORRECTED,
    "concern": EXPRESSION_OF_CONCERN,
    "expression_of_concern": EXPRESSION_OF_CONCERN,
    "partial_retraction": RETRACTED,
    "reinstatement": REINSTATED,
    "removal": RETRACTED,
    "retraction": RETRACTED,
    "withdrawal": RETRACTED,
}
"""Kinds of update at Crossref and in the Retraction Watch data, and the state that they give the work."""


class BadResponseError(Exception):
    """The response cannot be used; the message says why."""


@dataclass(frozen=True)
class LookupResult:
    """The result of one lookup: notices, whether the identifier exists, and the metadata of the work."""

    result: DatabaseResult | None = None
    exists: str = NOT_CHECKED
    metadata: Mapping[str, str] = field(default_factory=dict)


def parse_json_object(raw: bytes) -> dict[str, Any]:
    """The object in a JSON response. Raises BadResponseError."""
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadResponseError("the response is not JSON, or only a part of it") from None
    if not isinstance(data, dict):
        raise BadResponseError("the response has an unknown structure")
    return data


def clean_external_text(value: object) -> str:
    """External text as one line of limited length; empty for anything but text."""
    if not isinstance(value, str):
        return ""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", value[: 4 * MAX_TEXT_LENGTH])
    return " ".join(text.split())[: MAX_TEXT_LENGTH // 2].replace(FORM_SEPARATOR, " / ").strip()


def parse_doi(value: object) -> str:
    """The DOI in a value, with or without doi.org in front; empty where there is none."""
    doi = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", clean_external_text(value).lower()).rstrip(".,;")
    return doi if DOI.fullmatch(doi) else ""


def format_author(family: object, given: object, name: object) -> str:
    """The author as "Family, Given"; ``name``, such as a group's, where there is no family name."""
    family, given = clean_external_text(family), clean_external_text(given)
    return (f"{family}, {given}" if given else family) or clean_external_text(name)


def build_metadata(
    titles: Iterable[str], first_author: str, years: Iterable[str], journals: Iterable[str]
) -> dict[str, str]:
    """The metadata of a work by field, without empty fields; several forms of one value are joined."""
    metadata = {
        "title": _join_forms(titles),
        "first author": first_author,
        "year": _join_forms(years),
        "journal": _join_forms(journals),
    }
    return {name: value for name, value in metadata.items() if value}


def _join_forms(forms: Iterable[str]) -> str:
    """Several forms of one value as one text; the first alone where all together are too long."""
    distinct = list(dict.fromkeys(form for form in forms if form))
    text = FORM_SEPARATOR.join(distinct)
    return text if len(text) <= MAX_TEXT_LENGTH else distinct[0]


def deduplicate_notices(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Each notice once, though two sources often list it; the one with the earliest date is kept."""
    distinct: dict[tuple[str, str], Notice] = {}
    for notice in sorted(notices, key=lambda notice: (not notice.date, notice.date, notice.by)):
        distinct.setdefault((notice.state, notice.doi or notice.pmid or notice.date), notice)
    return tuple(distinct.values())[:MAX_NOTICES]

"""The status of a source as data."""

from __future__ import annotations

from typing import Any

from ledger.model import bib_matching
from ledger.model.bibliography import Entry
from ledger.model.project import Project
from ledger.model.source_status import EXISTS, get_identifiers


def export_source_status(entry: Entry, project: Project) -> dict[str, Any]:
    """The status of a source as data: state, databases checked and when, notices, and the record of each database."""
    standing = project.standings[entry.key]
    data: dict[str, Any] = {"state": standing.state}
    if not standing.askable:
        data["why"] = "no DOI or PMID"
    if standing.checked:
        data["checked"] = dict(sorted(standing.checked.items()))
    if standing.missing:
        data["not_checked"] = list(standing.missing)
    if standing.notices:
        data["notices"] = [{k: v for k, v in vars(notice).items() if v} for notice in standing.notices]
    for kind, number in get_identifiers(entry):
        answers = project.status.of(kind, number)
        data[kind] = {"exists": answers.by(EXISTS).state, **bib_matching.compare_fields(entry, answers.seen)}
    return data

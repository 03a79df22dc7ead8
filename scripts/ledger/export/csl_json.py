"""Entries of the bibliography as CSL-JSON."""

from __future__ import annotations

import re
from typing import Any

from ledger.model.bibliography import AND_OTHERS, Entry, get_creators

CSL_TYPES = {
    "article": "article-journal",
    "online": "webpage",
    "patent": "patent",
    "book": "book",
    "report": "report",
    "techreport": "report",
    "inproceedings": "paper-conference",
    "phdthesis": "thesis",
}


def to_csl_json(entry: Entry) -> dict[str, Any]:
    """One entry as a CSL-JSON item (Citation Style Language 1.0.2 data schema)."""
    item: dict[str, Any] = {"id": entry.key, "type": CSL_TYPES.get(entry.type, "document")}
    people: list[dict[str, str]] = []
    for name in get_creators(entry):
        if name == AND_OTHERS:
            continue  # CSL has no way to say "and others"
        person = {"family": name.family} | ({"given": name.given} if name.given else {})
        people.append({"literal": name.family} if name.body else person)
    if people:
        item["author"] = people
    for ours, theirs in (
        ("title", "title"),
        ("journal", "container-title"),
        ("volume", "volume"),
        ("number", "issue"),
        ("pages", "page"),
        ("publisher", "publisher"),
        ("doi", "DOI"),
        ("pmid", "PMID"),
        ("pmcid", "PMCID"),
        ("url", "URL"),
        ("keywords", "genre"),
    ):
        if entry.get(ours):
            item[theirs] = entry.text(ours) if ours not in ("doi", "url") else entry.get(ours)
    if entry.year.isdigit():
        item["issued"] = {"date-parts": [[int(entry.year)]]}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", entry.get("urldate")):
        item["accessed"] = {"date-parts": [[int(part) for part in entry.get("urldate").split("-")]]}
    return item

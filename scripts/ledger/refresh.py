"""Hold a record against its registry today, and propose what has changed as edits of single lines.

A fact is replaced only where it was read in that registry, or where nothing was known; what another source says is
left to a person. Every edit is made in its place, read back, and compared with what was meant; an edit that would
touch anything else is not made.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ledger import frontmatter, yamltext
from ledger.frontmatter import Path
from ledger.records import GAP, Dates, People, Record

Fields = Mapping[str, Any]
FACTS: Sequence[tuple[str, ...]] = (
    ("why_stopped",),
    ("phase",),
    ("allocation",),
    ("model",),
    ("masking",),
    ("purpose",),
    ("conditions",),
    ("sponsor",),
    ("collaborators",),
    ("countries",),
    ("sites",),
    ("dates", "start"),
    ("dates", "primary_completion"),
    ("dates", "completion"),
    ("dates", "first_posted"),
    ("dates", "results_posted"),
    ("people", "planned"),
    ("people", "enrolled"),
    ("people", "age"),
    ("people", "sex"),
)
LISTS = ("arms", "interventions", "primary_outcomes", "secondary_outcomes")
NAMED = ("label", "name", "measure")
NOTHING = (GAP, "not found", "not stated", "not registered")
ORDER: Mapping[str, Sequence[str]] = {
    "": list(Record.model_fields),
    "dates": list(Dates.model_fields),
    "people": list(People.model_fields),
    "registry": ["id", "checked", "cite", "note"],
}


@dataclass(frozen=True)
class Change:
    """One edit of the front matter: another value, a new key, or one more item of a list."""

    kind: Literal["replace", "add", "append"]
    path: Path
    value: Any


@dataclass
class Proposal:
    """The text of a page with its changes, and what a person has to see to."""

    text: str
    changed: bool = False
    remarks: list[str] = field(default_factory=list)


def propose(text: str, fresh: Fields, nct: str, key: str, today: date) -> Proposal:
    """``text`` of a page with what the registry says today. ``fresh`` is a record made from the registry's data.

    Raises BadYamlError where the front matter cannot be read.
    """
    original, _ = frontmatter.split(text)
    assert original is not None
    header, opening = original, text.index("\n") + 1
    proposal = Proposal(text)
    data = frontmatter.load(header).data
    changes, proposal.remarks = compare(data["trial"], fresh, nct, key, today)
    for change in changes:
        expected = _expected(data, change)
        try:
            edited = _edited(header, change)
            if frontmatter.load(edited).data != expected:
                raise yamltext.CannotEditError("no safe edit was found")
        except (yamltext.CannotEditError, frontmatter.BadYamlError) as error:
            written = yamltext.flow(change.value)
            proposal.remarks.append(f"{_shown(change.path)}: {error}; write {written[:200]} by hand")
            continue
        header, data, proposal.changed = edited, expected, True
    proposal.text = text[:opening] + header + text[opening + len(original) :]
    return proposal


def _edited(header: str, change: Change) -> str:
    path: Path = ("trial", *change.path)
    if change.kind == "append":
        return yamltext.append(header, path, change.value)
    if change.kind == "replace":
        return yamltext.replace(header, path, change.value)
    parent = change.path[0] if len(change.path) > 1 else ""
    return yamltext.add(header, path, change.value, ORDER.get(str(parent), ()))


def _expected(data: Any, change: Change) -> Any:
    """The data as the change means them."""
    data = copy.deepcopy(data)
    inner = data["trial"]
    for step in change.path[:-1]:
        inner = inner[step]
    if change.kind == "append":
        inner[change.path[-1]].append(change.value)
    else:
        inner[change.path[-1]] = change.value
    return data


def compare(old: Fields, fresh: Fields, nct: str, key: str, today: date) -> tuple[list[Change], list[str]]:
    """What has to change in a record to say what the registry says, and what only a person can judge."""
    changes = [*_status(old, fresh), *_looked(old, nct, today)]
    remarks: list[str] = []
    if any(change.path[0] == "status" for change in changes):
        remarks.append("the status has changed; see what the text of the page says of it")
    for number, registration in enumerate(old.get("registry") or []):
        if registration.get("id") == nct and registration.get("note"):
            remarks.append(f"trial.registry.{number}: its note stays; see if it still holds: {registration['note']}")
    official = fresh.get("official_title")
    if official and old.get("official_title") != official:
        kind: Literal["replace", "add"] = "replace" if "official_title" in old else "add"
        changes.append(Change(kind, ("official_title",), official))
    for path in FACTS:
        new, present = _at(fresh, path), _at(old, path)
        if new is None or new["value"] in NOTHING or _same(present, new):
            continue
        if present is None:
            changes.append(_added(old, path, new))
        elif present.get("value") in NOTHING or not present.get("cite"):
            changes.append(Change("replace", path, new))
        elif present["cite"] == key:
            changes += _replaced(path, present, new)
            if present.get("note"):
                remarks.append(f"{_shown(path)}: its note stays; see if it still holds: {present['note']}")
        else:
            remarks.append(
                f"{_shown(path)}: the record says {_words(present)} after [{present['cite']}], the registry"
                f" {_words(new)}; left to a person"
            )
    for name in LISTS:
        if fresh.get(name) and not old.get(name):
            changes.append(Change("replace" if name in old else "add", (name,), fresh[name]))
        elif fresh.get(name) and _names(old[name]) != _names(fresh[name]):
            remarks.append(f"trial.{name}: differs from the registry; compare by hand")
    results = [one for one in ("results", "harms") if fresh.get(one) and not old.get(one)]
    if results:
        remarks.append(f"the registry has posted results and the record has no {' and no '.join(results)}; copy them")
    return _joined(changes), remarks


def _status(old: Fields, fresh: Fields) -> Iterator[Change]:
    new = fresh["status"][-1]
    history = old.get("status") or []
    if new["value"] in NOTHING or (history and history[-1]["value"] == new["value"]):
        return
    if history and history[-1]["value"] == GAP:
        yield Change("replace", ("status", len(history) - 1), new)
    else:
        yield Change("append", ("status",), new)


def _looked(old: Fields, nct: str, today: date) -> Iterator[Change]:
    """The day on which the registry's record was last looked at."""
    for number, registration in enumerate(old.get("registry") or []):
        if registration.get("id") == nct and registration.get("checked") != today.isoformat():
            kind: Literal["replace", "add"] = "replace" if "checked" in registration else "add"
            yield Change(kind, ("registry", number, "checked"), today.isoformat())


def _at(record: Fields, path: Sequence[str]) -> dict[str, Any] | None:
    inner: Any = record
    for step in path:
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) and "value" in inner else None


def _same(present: Fields | None, new: Fields) -> bool:
    if present is None:
        return False
    one, other = present["value"], new["value"]
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return bool(one == other) and present.get("type") == new.get("type")


def _added(old: Fields, path: tuple[str, ...], new: Fields) -> Change:
    if len(path) > 1 and path[0] not in old:
        return Change("add", path[:1], {path[1]: new})
    return Change("add", path, new)


def _replaced(path: tuple[str, ...], present: Fields, new: Fields) -> Iterator[Change]:
    for name in ("value", "type"):
        if name in new and present.get(name) != new[name]:
            yield Change("replace", (*path, name), new[name])


def _joined(changes: Sequence[Change]) -> list[Change]:
    """New keys of a mapping that is itself new are added with it."""
    joined: list[Change] = []
    for change in changes:
        first = next(
            (one for one in joined if one.kind == "add" and change.kind == "add" and one.path == change.path), None
        )
        if first and isinstance(first.value, dict):
            first.value.update(change.value)
        else:
            joined.append(change)
    return joined


def _names(items: Sequence[Fields]) -> list[str]:
    return [str(next((item[name] for name in NAMED if name in item), "")) for item in items]


def _words(fact: Fields) -> str:
    value = fact["value"]
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{shown[:120]}'" + (f" ({fact['type']})" if "type" in fact else "")


def _shown(path: Path) -> str:
    return ".".join(("trial", *(str(step) for step in path)))

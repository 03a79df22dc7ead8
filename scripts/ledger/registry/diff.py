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

from ledger.model import yaml_source
from ledger.model.trial_record import GAP, Dates, People, Record
from ledger.model.yaml_source import YamlPath
from ledger.registry import yaml_edit

Fields = Mapping[str, Any]
FACT_PATHS: Sequence[tuple[str, ...]] = (
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
LIST_KEYS = ("arms", "interventions", "primary_outcomes", "secondary_outcomes")
NAME_KEYS = ("label", "name", "measure")
UNKNOWN_VALUES = (GAP, "not found", "not stated", "not registered")
KEY_ORDER: Mapping[str, Sequence[str]] = {
    "": list(Record.model_fields),
    "dates": list(Dates.model_fields),
    "people": list(People.model_fields),
    "registry": ["id", "checked", "cite", "note"],
}


@dataclass(frozen=True)
class RecordChange:
    """One edit of the front matter: another value, a new key, or one more item of a list."""

    kind: Literal["replace", "add", "append"]
    path: YamlPath
    value: Any


@dataclass
class PageProposal:
    """The text of a page with its changes, and what a person has to see to."""

    text: str
    changed: bool = False
    remarks: list[str] = field(default_factory=list)


def propose_changes(text: str, fresh: Fields, nct: str, key: str, today: date) -> PageProposal:
    """``text`` of a page with what the registry says today. ``fresh`` is a record made from the registry's data.

    Raises BadYamlError where the front matter cannot be read.
    """
    original, _ = yaml_source.split_front_matter(text)
    assert original is not None
    header, opening = original, text.index("\n") + 1
    proposal = PageProposal(text)
    data = yaml_source.load_yaml(header).data
    changes, proposal.remarks = compare_records(data["trial"], fresh, nct, key, today)
    for change in changes:
        expected = _apply_to_data(data, change)
        try:
            edited = _apply_to_yaml(header, change)
            if yaml_source.load_yaml(edited).data != expected:
                raise yaml_edit.CannotEditError("no safe edit was found")
        except (yaml_edit.CannotEditError, yaml_source.BadYamlError) as error:
            written = yaml_edit.format_flow(change.value)
            proposal.remarks.append(f"{_format_record_path(change.path)}: {error}; write {written[:200]} by hand")
            continue
        header, data, proposal.changed = edited, expected, True
    proposal.text = text[:opening] + header + text[opening + len(original) :]
    return proposal


def _apply_to_yaml(header: str, change: RecordChange) -> str:
    path: YamlPath = ("trial", *change.path)
    if change.kind == "append":
        return yaml_edit.append_item(header, path, change.value)
    if change.kind == "replace":
        return yaml_edit.replace_value(header, path, change.value)
    parent = change.path[0] if len(change.path) > 1 else ""
    return yaml_edit.add_key(header, path, change.value, KEY_ORDER.get(str(parent), ()))


def _apply_to_data(data: Any, change: RecordChange) -> Any:
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


def compare_records(
    old: Fields, fresh: Fields, nct: str, key: str, today: date
) -> tuple[list[RecordChange], list[str]]:
    """What has to change in a record to say what the registry says, and what only a person can judge."""
    changes = [*_find_status_change(old, fresh), *_find_checked_changes(old, nct, today)]
    remarks: list[str] = []
    if any(change.path[0] == "status" for change in changes):
        remarks.append("the status has changed; see what the text of the page says of it")
    for number, registration in enumerate(old.get("registry") or []):
        if registration.get("id") == nct and registration.get("note"):
            remarks.append(f"trial.registry.{number}: its note stays; see if it still holds: {registration['note']}")
    official = fresh.get("official_title")
    if official and old.get("official_title") != official:
        kind: Literal["replace", "add"] = "replace" if "official_title" in old else "add"
        changes.append(RecordChange(kind, ("official_title",), official))
    for path in FACT_PATHS:
        new, present = _get_fact(fresh, path), _get_fact(old, path)
        if new is None or new["value"] in UNKNOWN_VALUES or _is_same_fact(present, new):
            continue
        if present is None:
            changes.append(_build_addition(old, path, new))
        elif present.get("value") in UNKNOWN_VALUES or not present.get("cite"):
            changes.append(RecordChange("replace", path, new))
        elif present["cite"] == key:
            changes += _find_value_changes(path, present, new)
            if present.get("note"):
                remarks.append(f"{_format_record_path(path)}: its note stays; see if it still holds: {present['note']}")
        else:
            remarks.append(
                f"{_format_record_path(path)}: the record says {_describe_fact(present)} after [{present['cite']}], the registry"
                f" {_describe_fact(new)}; left to a person"
            )
    for name in LIST_KEYS:
        if fresh.get(name) and not old.get(name):
            changes.append(RecordChange("replace" if name in old else "add", (name,), fresh[name]))
        elif fresh.get(name) and _list_item_names(old[name]) != _list_item_names(fresh[name]):
            remarks.append(f"trial.{name}: differs from the registry; compare by hand")
    results = [one for one in ("results", "harms") if fresh.get(one) and not old.get(one)]
    if results:
        remarks.append(f"the registry has posted results and the record has no {' and no '.join(results)}; copy them")
    return _merge_additions(changes), remarks


def _find_status_change(old: Fields, fresh: Fields) -> Iterator[RecordChange]:
    new = fresh["status"][-1]
    history = old.get("status") or []
    if new["value"] in UNKNOWN_VALUES or (history and history[-1]["value"] == new["value"]):
        return
    if history and history[-1]["value"] == GAP:
        yield RecordChange("replace", ("status", len(history) - 1), new)
    else:
        yield RecordChange("append", ("status",), new)


def _find_checked_changes(old: Fields, nct: str, today: date) -> Iterator[RecordChange]:
    """The day on which the registry's record was last looked at."""
    for number, registration in enumerate(old.get("registry") or []):
        if registration.get("id") == nct and registration.get("checked") != today.isoformat():
            kind: Literal["replace", "add"] = "replace" if "checked" in registration else "add"
            yield RecordChange(kind, ("registry", number, "checked"), today.isoformat())


def _get_fact(record: Fields, path: Sequence[str]) -> dict[str, Any] | None:
    inner: Any = record
    for step in path:
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) and "value" in inner else None


def _is_same_fact(present: Fields | None, new: Fields) -> bool:
    if present is None:
        return False
    one, other = present["value"], new["value"]
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return bool(one == other) and present.get("type") == new.get("type")


def _build_addition(old: Fields, path: tuple[str, ...], new: Fields) -> RecordChange:
    if len(path) > 1 and path[0] not in old:
        return RecordChange("add", path[:1], {path[1]: new})
    return RecordChange("add", path, new)


def _find_value_changes(path: tuple[str, ...], present: Fields, new: Fields) -> Iterator[RecordChange]:
    for name in ("value", "type"):
        if name in new and present.get(name) != new[name]:
            yield RecordChange("replace", (*path, name), new[name])


def _merge_additions(changes: Sequence[RecordChange]) -> list[RecordChange]:
    """New keys of a mapping that is itself new are added with it."""
    joined: list[RecordChange] = []
    for change in changes:
        first = next(
            (one for one in joined if one.kind == "add" and change.kind == "add" and one.path == change.path), None
        )
        if first and isinstance(first.value, dict):
            first.value.update(change.value)
        else:
            joined.append(change)
    return joined


def _list_item_names(items: Sequence[Fields]) -> list[str]:
    return [str(next((item[name] for name in NAME_KEYS if name in item), "")) for item in items]


def _describe_fact(fact: Fields) -> str:
    value = fact["value"]
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{shown[:120]}'" + (f" ({fact['type']})" if "type" in fact else "")


def _format_record_path(path: YamlPath) -> str:
    return ".".join(("trial", *(str(step) for step in path)))

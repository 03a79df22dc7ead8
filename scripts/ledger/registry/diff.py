"""Compare a record with its registry today, and propose the differences as edits of single lines.

A fact is replaced only where it was read in that registry or has no value; what another source says is left to a
person. Every edit is made in place, read back and compared with its intent; an edit that changes anything else is
dropped.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ledger.model import yaml_source
from ledger.model.trial_record import Dates, People, Record
from ledger.model.vocabulary import GAP
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
    """The text of a page with its changes, and remarks for a person."""

    text: str
    changed: bool = False
    remarks: list[str] = field(default_factory=list)


def propose_changes(text: str, fresh: Fields, nct: str, key: str, today: date) -> PageProposal:
    """The ``text`` of a page updated from ``fresh``, a record made from the registry's data today.

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
    """A copy of the data with the change."""
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
    """The changes that make a record agree with the registry, and remarks on what only a person can decide."""
    findings: list[RecordChange | str] = [
        *_compare_status(old, fresh),
        *_compare_registration(old, nct, today),
        *_compare_official_title(old, fresh),
        *(finding for path in FACT_PATHS for finding in _compare_fact(old, fresh, path, key)),
        *(finding for name in LIST_KEYS for finding in _compare_list(old, fresh, name)),
        *_compare_results(old, fresh),
    ]
    changes = [finding for finding in findings if isinstance(finding, RecordChange)]
    remarks = [finding for finding in findings if isinstance(finding, str)]
    return _merge_additions(changes), remarks


def _compare_status(old: Fields, fresh: Fields) -> Iterator[RecordChange | str]:
    new = fresh["status"][-1]
    history = old.get("status") or []
    if new["value"] in UNKNOWN_VALUES or (history and history[-1]["value"] == new["value"]):
        return
    if history and history[-1]["value"] == GAP:
        yield RecordChange("replace", ("status", len(history) - 1), new)
    else:
        yield RecordChange("append", ("status",), new)
    yield "the status has changed; check what the text of the page says about it"


def _compare_registration(old: Fields, nct: str, today: date) -> Iterator[RecordChange | str]:
    """The day on which the registry's record was last read, and a remark on the note beside it."""
    for number, registration in enumerate(old.get("registry") or []):
        if registration.get("id") != nct:
            continue
        if registration.get("checked") != today.isoformat():
            yield _build_change(registration, ("registry", number, "checked"), today.isoformat())
        if registration.get("note"):
            yield f"trial.registry.{number}: its note stays; check that it still holds: {registration['note']}"


def _compare_official_title(old: Fields, fresh: Fields) -> Iterator[RecordChange]:
    official = fresh.get("official_title")
    if official and old.get("official_title") != official:
        yield _build_change(old, ("official_title",), official)


def _compare_fact(old: Fields, fresh: Fields, path: tuple[str, ...], key: str) -> Iterator[RecordChange | str]:
    """A fact is replaced where it was read in this registry or has no value; another source's is left to a person."""
    present, new = _get_fact(old, path), _get_fact(fresh, path)
    if new is None or new["value"] in UNKNOWN_VALUES or _is_same_fact(present, new):
        return
    if present is None:
        yield _build_addition(old, path, new)
    elif present.get("value") in UNKNOWN_VALUES or not present.get("cite"):
        yield RecordChange("replace", path, new)
    elif present["cite"] == key:
        yield from _find_value_changes(path, present, new)
        if present.get("note"):
            yield f"{_format_record_path(path)}: its note stays; check that it still holds: {present['note']}"
    else:
        yield (
            f"{_format_record_path(path)}: the record says {_describe_fact(present)} after [{present['cite']}], the"
            f" registry {_describe_fact(new)}; left to a person"
        )


def _compare_list(old: Fields, fresh: Fields, name: str) -> Iterator[RecordChange | str]:
    if not fresh.get(name):
        return
    if not old.get(name):
        yield _build_change(old, (name,), fresh[name])
    elif _list_item_names(old[name]) != _list_item_names(fresh[name]):
        yield f"trial.{name}: differs from the registry; compare by hand"


def _compare_results(old: Fields, fresh: Fields) -> Iterator[str]:
    missing = [name for name in ("results", "harms") if fresh.get(name) and not old.get(name)]
    if missing:
        yield f"the registry has posted results and the record has no {' and no '.join(missing)}; copy them"


def _build_change(mapping: Fields, path: YamlPath, value: Any) -> RecordChange:
    """Replace the last key of ``path`` where ``mapping`` has it, add it where not."""
    return RecordChange("replace" if path[-1] in mapping else "add", path, value)


def _get_fact(record: Fields, path: Sequence[str]) -> dict[str, Any] | None:
    inner: Any = record
    for step in path:
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) and "value" in inner else None


def _is_same_fact(present: Fields | None, new: Fields) -> bool:
    if present is None:
        return False
    old_value, new_value = present["value"], new["value"]
    if isinstance(old_value, list) and isinstance(new_value, list):
        return sorted(old_value) == sorted(new_value)
    return bool(old_value == new_value) and present.get("type") == new.get("type")


def _build_addition(old: Fields, path: tuple[str, ...], new: Fields) -> RecordChange:
    if len(path) > 1 and path[0] not in old:
        return RecordChange("add", path[:1], {path[1]: new})
    return RecordChange("add", path, new)


def _find_value_changes(path: tuple[str, ...], present: Fields, new: Fields) -> Iterator[RecordChange]:
    for name in ("value", "type"):
        if name in new and present.get(name) != new[name]:
            yield RecordChange("replace", (*path, name), new[name])


def _merge_additions(changes: Sequence[RecordChange]) -> list[RecordChange]:
    """The changes with the new keys of one new mapping joined into one addition."""
    merged: list[RecordChange] = []
    for change in changes:
        additions = (earlier for earlier in merged if earlier.kind == change.kind == "add")
        same_path = next((earlier for earlier in additions if earlier.path == change.path), None)
        if same_path and isinstance(same_path.value, dict):
            same_path.value.update(change.value)
        else:
            merged.append(change)
    return merged


def _list_item_names(items: Sequence[Fields]) -> list[str]:
    return [str(next((item[name] for name in NAME_KEYS if name in item), "")) for item in items]


def _describe_fact(fact: Fields) -> str:
    value = fact["value"]
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{shown[:120]}'" + (f" ({fact['type']})" if "type" in fact else "")


def _format_record_path(path: YamlPath) -> str:
    return ".".join(("trial", *(str(step) for step in path)))

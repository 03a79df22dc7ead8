"""YAML output that reads back the same, and edits of one value that leave the rest of a file unchanged.

No text can break out of its place: whatever is not plainly a word stands in double quotes, and long texts go on over
several lines. A change is made at the exact place of the value; the caller reads the result back and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from ledger.model import yaml_source
from ledger.model.yaml_source import YamlPath

WIDTH = 200
"""Characters up to which a mapping or list stands in one line."""
CHUNK = 1_000
"""Characters of a long text in one line of the file."""
PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.()/+-]| (?=[A-Za-z0-9(]))*")
RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""Words that one YAML reader or another takes for something else than text."""
ESCAPED = re.compile(
    r'[\x00-\x1f"\\\x7f-\x9f\u00ad\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]'
)
SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


class CannotEditError(ValueError):
    """The value stands in a form that cannot be changed safely; a person has to do it."""


def format_scalar(value: str | int | bool, indent: int = 0) -> str:
    """One value. A text longer than CHUNK goes on in further lines, ``indent`` spaces in."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if len(value) <= WIDTH and PLAIN.fullmatch(value) and value.lower() not in RESERVED:
        return value
    parts = [_escape(part) for part in _cut(value)]
    # What comes after the break begins with a backslash, so that no line looks like a key or an end of the YAML.
    return '"' + f"\\\n{' ' * max(indent, 2)}".join([parts[0], *(_first(part) for part in parts[1:])]) + '"'


def _cut(text: str) -> list[str]:
    """A long text in pieces that begin with a space wherever there is one."""
    parts = []
    while len(text) > CHUNK:
        place = text.rfind(" ", 1, CHUNK)
        place = place if place > 0 else CHUNK
        parts.append(text[:place])
        text = text[place:]
    return [*parts, text]


def _escape(text: str) -> str:
    return ESCAPED.sub(lambda match: SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}", text)


def _first(part: str) -> str:
    """A piece of an escaped text with its first sign as an escape."""
    if part[0] == "\\":
        return part
    return f"\\{part}" if part[0] == " " else f"\\U{ord(part[0]):08X}{part[1:]}"


def format_flow(value: Any) -> str:
    """A value in one line: ``{value: phase 1, cite: one}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {format_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(format_flow(inner) for inner in value) + "]"
    return format_scalar(value)


def format_block(value: Mapping[str, Any], indent: int = 0) -> str:
    """A mapping as lines; what is flat and short stands in one line each."""
    return "".join(f"{' ' * indent}{line}\n" for line in _lines(value, indent))


def _lines(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    pad = "  "
    for key, inner in value.items():
        if not isinstance(inner, Mapping | list):
            yield f"{key}: {format_scalar(inner, indent + 4)}"
        elif _fits(inner):
            yield f"{key}: {format_flow(inner)}"
        elif isinstance(inner, Mapping):
            yield f"{key}:"
            yield from (f"{pad}{line}" for line in _lines(inner, indent + 2))
        else:
            yield f"{key}:"
            yield from (f"{pad}{line}" for line in _items(inner, indent + 2))


def _items(items: Sequence[Any], indent: int) -> Iterator[str]:
    for item in items:
        if not isinstance(item, Mapping) or _fits(item):
            text = format_flow(item) if isinstance(item, Mapping | list) else format_scalar(item, indent + 4)
            yield f"- {text}"
            continue
        for number, line in enumerate(_lines(item, indent + 2)):
            yield f"{'  ' if number else '- '}{line}"


def _fits(value: Mapping[str, Any] | list[Any]) -> bool:
    """Whether a collection is flat and short enough for one line."""
    inner = list(value.values()) if isinstance(value, Mapping) else value
    if any(isinstance(one, Mapping) or (isinstance(one, list) and not _flat(one)) for one in inner):
        return False
    return sum(len(str(one)) + 12 for one in inner) <= WIDTH * 2 and len(format_flow(value)) <= WIDTH


def _flat(items: list[Any]) -> bool:
    return not any(isinstance(one, Mapping | list) for one in items)


# --- changing a value in its place ------------------------------------------------------------------


def replace_value(text: str, path: YamlPath, value: Any) -> str:
    """``text`` with another value at ``path``. Raises CannotEditError."""
    node = _node(text, path)
    start, end = node.start_mark.index, _end(node)
    if isinstance(node, yaml.ScalarNode) or (isinstance(node, yaml.CollectionNode) and node.flow_style):
        return text[:start] + _inline(value) + text[end:]
    raise CannotEditError(f"{_shown(path)} stands over several lines")


def add_key(text: str, path: YamlPath, value: Any, order: Sequence[str]) -> str:
    """``text`` with a new key at ``path``, after the nearest key that comes before it in ``order``."""
    parent, key = _node(text, path[:-1]), str(path[-1])
    if not isinstance(parent, yaml.MappingNode):
        raise CannotEditError(f"{_shown(path[:-1])} is no list of keys")
    if parent.flow_style:
        place = _end(parent) - 1
        comma = ", " if parent.value else ""
        return f"{text[:place]}{comma}{key}: {format_flow(value)}{text[place:]}"
    keys = {str(one.value): (one, inner) for one, inner in parent.value}
    before = [name for name in order[: order.index(key)] if name in keys] if key in order else list(keys)
    column = parent.value[0][0].start_mark.column
    new = format_block({key: value}, column)
    if not before:
        first = parent.value[0][0].start_mark
        if text[first.index - first.column : first.index].strip():
            raise CannotEditError(f"{_shown(path[:-1])} begins in the line of its list")
        place = first.index - first.column
        return text[:place] + new + text[place:]
    place = _line_end(text, _end(keys[before[-1]][1]))
    return text[:place] + new + text[place:]


def append_item(text: str, path: YamlPath, value: Any) -> str:
    """``text`` with one more item at the end of the list at ``path``."""
    node = _node(text, path)
    if not isinstance(node, yaml.SequenceNode):
        raise CannotEditError(f"{_shown(path)} is no list")
    if node.flow_style:
        place = _end(node) - 1
        return f"{text[:place]}{', ' if node.value else ''}{format_flow(value)}{text[place:]}"
    column = node.start_mark.column
    place = _line_end(text, _end(node.value[-1]))
    return f"{text[:place]}{' ' * column}- {format_flow(value)}\n{text[place:]}"


def _inline(value: Any) -> str:
    return format_flow(value) if isinstance(value, Mapping | list) else format_scalar(value, 4)


def _node(text: str, path: YamlPath) -> yaml.Node:
    """The node at ``path``. Raises CannotEditError where there is none, or where an alias or a tag stands."""
    try:
        node = yaml.compose(text, Loader=yaml_source._Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise CannotEditError("the YAML cannot be read") from error
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((inner for key, inner in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            node = None
    if node is None:
        raise CannotEditError(f"{_shown(path)} is not there")
    return node


def _end(node: yaml.Node) -> int:
    """Where the text of a node ends; the marks of a block go on to the next key."""
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            raise CannotEditError("a text in | or > stands here")
        return int(node.end_mark.index)
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, place: int) -> int:
    found = text.find("\n", place)
    return found + 1 if found >= 0 else len(text)


def _shown(path: YamlPath) -> str:
    return ".".join(str(step) for step in path)

"""Read the YAML of a page or a data file without YAML 1.1's surprises, and know each value's line.

MkDocs swallows broken front matter and prints it as text; reading the raw file here is the only
way to notice. Scalars stay strings except plain integers and true/false: ``NO`` is Norway, ``012`` is
not ten, ``12:30`` is not 750, ``2024-13-01`` does not raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from ledger.core.text import shorten

FRONT_MATTER_START = re.compile(r"---[ \t]*\n")
LATE_FRONT_MATTER_START = re.compile(r"\s+---[ \t]*\n(?=[ \t]*[\w-]+:)")
MULTIMARKDOWN_METADATA = re.compile(r" {0,3}[A-Za-z0-9_-]+:")
"""What MkDocs takes for old-style metadata where a page has no front matter."""
FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
UNICODE_LINE_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""Characters that only YAML treats as line breaks; they would shift the numbers of all lines below."""
CUT_BY_COMMENT = re.compile(r"[ \t]+(#\S[^\n]*)")
"""What follows a plain value that continues with ``#`` and a letter: YAML drops it as a comment."""
INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,17})")
TAG = "tag:yaml.org,2002:"
YAML_ERRORS = {
    "mapping values are not allowed": "a value that holds ': ' must be in quotes",
    "found unexpected end of stream": "a quote or bracket is never closed; close it",
    "could not find expected ':'": "write `key: value`, with a space after the colon",
    "found a tab": "there is a tab; indent with spaces",
    "found undefined alias": "a value that begins with * must be in quotes",
    "undefined alias": "a value that begins with * must be in quotes",
    "found unknown escape character": "a backslash in double quotes must be doubled; or use single quotes",
    "did not find expected ',' or '}'": "a text with a comma, a colon, a bracket or % inside { } must be in quotes; then check the closing }",
    "did not find expected ',' or ']'": "a list in [ ] is not closed, or a text with a colon or bracket in it has no quotes; add what is missing",
    "did not find expected key": "this line is indented differently from its neighbours, or a quote ends too early; align it",
    "did not find expected '-' indicator": "this line is indented differently from the list above it; align it",
    "block sequence entries are not allowed": "a list begins in a line of its own, below its key",
    "control characters are not allowed": "there is a control character; take it out",
    "exceeded maximum nesting depth": "this is nested too deeply; take brackets out",
}
"""What is wrong and what to type, by the beginning of the parser's own words, which nobody needs to see."""
START_NEEDS_QUOTES = re.compile(r"(?:[:\[{,]|^|-)\s*([%@`&*!|>])")
CURLY_QUOTE_START = re.compile(r"[:\[{,-]\s*[“„‘]")

NAMING_KEYS = ("id", "event", "measure", "label", "name", "what", "as_of", "to", "field", "page", "key")
"""Keys that say what an item of a list is about, best first."""

YamlPath = tuple[str | int, ...]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """SafeLoader that resolves only null, true/false and plain integers."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """The tag of a node. Faster than PyYAML's own method, which searches its tables for each node."""
        if kind is not yaml.ScalarNode:
            return f"{TAG}seq" if kind is yaml.SequenceNode else f"{TAG}map"
        if implicit[0]:
            if value in ("true", "false"):
                return f"{TAG}bool"
            if value in ("", "~", "null"):
                return f"{TAG}null"
            if INTEGER.fullmatch(value):
                return f"{TAG}int"
        return f"{TAG}str"


class BadYamlError(ValueError):
    """YAML that cannot be read; ``line`` counts from 1 in the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class YamlDocument:
    """Parsed data and the line on which each value starts."""

    data: Any
    lines: dict[YamlPath, int] = field(default_factory=dict)

    def line(self, path: YamlPath) -> int:
        """The line of the value at ``path``, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def get(self, path: YamlPath) -> Any:
        """The value at ``path``; None where there is none."""
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def name(self, path: YamlPath) -> str:
        """``path`` for a message, with what an item is about in place of its number: ``trial.harms[death].n``."""
        words = ""
        for depth, step in enumerate(path, 1):
            if isinstance(step, int):
                words += f"[{_describe_item(self.get(path[:depth])) or step + 1}]"
            else:
                words += f".{step}" if words else step
        return words


def _describe_item(item: Any) -> str:
    """What an item of a list is about, in a few words; empty where it does not say."""
    if isinstance(item, dict):
        item = next((item[key] for key in NAMING_KEYS if item.get(key)), "")
    return shorten(str(item), 40) if isinstance(item, str | int) else ""


def split_front_matter(text: str) -> tuple[str | None, int]:
    """The YAML text of a page's front matter (None where there is none) and where the body starts.

    Raises BadYamlError if the front matter is never closed.
    """
    opening = FRONT_MATTER_START.match(text)
    if opening is None:
        late = LATE_FRONT_MATTER_START.match(text)
        if late:
            line = text.count("\n", 0, late.end())
            raise BadYamlError(line, "front matter must begin in the first line; take out what is before ---")
        if MULTIMARKDOWN_METADATA.match(text):
            raise BadYamlError(1, "a page that begins with 'word:' loses these lines; begin it with --- or a heading")
        return None, 0
    closing = FRONT_MATTER_END.search(text, opening.end())
    if closing is None:
        raise BadYamlError(1, "front matter begins with --- and is never closed; add a line --- after it")
    return text[opening.end() : closing.start()], closing.end()


def load_yaml(text: str, first_line: int = 1) -> YamlDocument:
    """Parse YAML. ``first_line`` is the file's line on which ``text`` starts. Raises BadYamlError."""
    text = text.translate(UNICODE_LINE_BREAKS)
    try:
        node = yaml.compose(text, _Loader)
        reader = _NodeReader(text, first_line)
        return YamlDocument({} if node is None else reader.read(node, ()), reader.lines)
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, error.position)
        raise BadYamlError(line, "there is a control character; take it out") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = text.rstrip("\n").count("\n")  # the end of the text is a line of its own to PyYAML
        line = first_line + (min(mark.line, last) if mark else 0)
        row = text.split("\n")[mark.line] if mark and mark.line <= text.count("\n") else ""
        raise BadYamlError(line, _describe_yaml_error(str(error.problem or error.context), row)) from error


def _describe_yaml_error(reason: str, row: str) -> str:
    """An error of the parser in plain words; ``row`` is the line in which it stopped."""
    if CURLY_QUOTE_START.search(row):
        return f"'{shorten(row)}' has curly quotes; write straight ones, \""
    if reason.startswith("found character that cannot start"):
        start = START_NEEDS_QUOTES.search(row)
        return f"a value that begins with {start[1]} must be in quotes" if start else YAML_ERRORS["found a tab"]
    known = next((text for start, text in YAML_ERRORS.items() if reason.startswith(start)), "")
    what = f"'{shorten(row)}'" if row.strip() else "what is above this line"
    return known or f"{what} cannot be read; check its quotes, brackets and indentation"


class _NodeReader:
    """Turns nodes into values and notes the line of each. Refuses what YAML would drop or change silently."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self.lines: dict[YamlPath, int] = {(): first_line}
        self.collections: set[int] = set()

    def read(self, node: yaml.Node, path: YamlPath) -> Any:
        line = self.lines[path] = self.first_line + node.start_mark.line
        if isinstance(node, yaml.ScalarNode):
            return self._read_scalar(node)
        if id(node) in self.collections:
            raise BadYamlError(line, "YAML aliases (*name) are not supported; write the value out")
        self.collections.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, number)) for number, item in enumerate(node.value)]
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            line = self.first_line + key.start_mark.line
            if not isinstance(key, yaml.ScalarNode):
                raise BadYamlError(line, "a key must be a word; check brackets")
            if key.value in mapping:
                raise BadYamlError(line, f"the key '{key.value}' appears twice; keep one")
            mapping[key.value] = self.read(value, (*path, key.value))
            self.lines[(*path, key.value)] = line
        return mapping

    def _read_scalar(self, node: yaml.ScalarNode) -> str | int | bool | None:
        line = self.first_line + node.end_mark.line
        cut = None if node.style else CUT_BY_COMMENT.match(self.text, node.end_mark.index)
        if cut:
            raise BadYamlError(line, f"YAML drops '{cut[1][:40]}' as a comment; put the whole value in quotes")
        value = str(node.value)
        match node.tag.removeprefix(TAG):
            case "str":
                return value
            case "int":
                return int(value)
            case "bool":
                return value == "true"
            case "null":
                return None
        raise BadYamlError(line, f"YAML tags (!) are not supported: {node.tag}; write the value as text")

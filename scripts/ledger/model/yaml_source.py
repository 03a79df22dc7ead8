"""Read the YAML of a page or a data file without YAML 1.1's surprises, and know each value's line.

MkDocs swallows broken front matter and prints it as text; reading the raw file here is the only
way to notice. Scalars stay strings except plain integers and true/false: ``NO`` is Norway, ``012`` is
not ten, ``12:30`` is not 750, ``2024-13-01`` does not raise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

FRONT_MATTER_START = re.compile(r"---[ \t]*\n")
LATE_FRONT_MATTER_START = re.compile(r"\s+---[ \t]*\n(?=[ \t]*[\w-]+:)")
MULTIMARKDOWN_METADATA = re.compile(r" {0,3}[A-Za-z0-9_-]+:")
"""What MkDocs takes for old-style metadata where a page has no front matter."""
FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
NESTING_MARK = re.compile(r"[\[{]|(?<=[-?:] )[-?] ")
MAX_NESTING_MARKS = 3_000
"""Above this, the depth of a text is checked before it is loaded."""
MAX_DEPTH = 20
"""Maximum depth of nesting. Thousands would crash the loader in C; our data has fewer than ten."""
MAX_COLLECTIONS = 100_000
"""Maximum number of lists and mappings in one text."""
MAX_SLOW_LOAD_LENGTH = 50_000
"""A text with an error, up to this length, is read again by the slower loader, which reports the place more exactly."""


UNICODE_LINE_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""Characters that only YAML treats as line breaks; they would shift the numbers of all lines below."""


class _Loader(yaml.SafeLoader):
    """SafeLoader that resolves only null, true/false and plain integers (see ``_resolve``)."""


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same in C, five times as fast. It crashes on very deep nesting, where the other raises."""


INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,17})")


def _resolve_tag(self: Any, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
    """The tag of a node. Faster than PyYAML's own method, which searches its tables for each node."""
    if kind is not yaml.ScalarNode:
        return "tag:yaml.org,2002:seq" if kind is yaml.SequenceNode else "tag:yaml.org,2002:map"
    if implicit[0]:
        if value in ("true", "false"):
            return "tag:yaml.org,2002:bool"
        if value in ("", "~", "null"):
            return "tag:yaml.org,2002:null"
        if INTEGER.fullmatch(value):
            return "tag:yaml.org,2002:int"
    return "tag:yaml.org,2002:str"


for _loader in (_Loader, _FastLoader):
    _loader.resolve = _resolve_tag  # type: ignore[method-assign]

YAML_ERROR_HINTS = {
    "mapping values are not allowed here": "put a value that holds ': ' in quotes",
    "found unexpected end of stream": "close the quotes or brackets",
    "could not find expected ':'": "write `key: value`, with a space after the colon",
    "while scanning": "put the value in quotes",
}
SCALAR_CONSTRUCTORS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:null": lambda text: None,
}
"""Functions that turn a scalar into a value, by tag."""
VALUE_CUT_BY_COMMENT = re.compile(
    r"^[ \t]*[\w-]+:[ \t]+[^\s\"'#&*|>{\[][^\"'\n]*?[ \t](?P<lost>#\S[^\n]*)", re.MULTILINE
)
"""A value that continues with ``#`` and a letter: YAML drops the rest as a comment."""
MAX_VALUES = 200_000

YamlPath = tuple[str | int, ...]


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
    header = text[opening.end() : closing.start()]
    lost = VALUE_CUT_BY_COMMENT.search(header)
    if lost:
        line = 2 + header.count("\n", 0, lost.start("lost"))
        raise BadYamlError(line, f"YAML drops '{lost['lost'][:40]}' as a comment; put the whole value in quotes")
    return header, closing.end()


def load_yaml(text: str, first_line: int = 1) -> YamlDocument:
    """Parse YAML. ``first_line`` is the file's line on which ``text`` starts. Raises BadYamlError."""
    text = text.translate(UNICODE_LINE_BREAKS)
    if sum(1 for _ in NESTING_MARK.finditer(text)) > MAX_NESTING_MARKS:
        _check_nesting_depth(text, first_line)
    try:
        return _load_with(_FastLoader, text, first_line)
    except BadYamlError:
        if len(text) > MAX_SLOW_LOAD_LENGTH:
            raise
    return _load_with(_Loader, text, first_line)


def _check_nesting_depth(text: str, first_line: int) -> None:
    """Raise BadYamlError if values are nested deeper than ``MAX_DEPTH``; the loader reports other errors."""
    depth = count = 0
    try:
        for event in yaml.parse(text, _FastLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth, count = depth + 1, count + 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or count > MAX_COLLECTIONS:
                line = first_line + (event.start_mark.line if event.start_mark else 0)
                raise BadYamlError(line, "values are nested too deeply, or there are too many; split the data")
    except BadYamlError:
        raise
    except (yaml.YAMLError, ValueError):
        return


def _load_with(kind: Any, text: str, first_line: int) -> YamlDocument:
    try:
        loader = kind(text)
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, error.position)
        raise BadYamlError(line, f"not valid YAML: {error.reason}; take the character out") from error
    try:
        node = loader.get_single_node()
        if node is None:
            return YamlDocument({}, {(): first_line})
        lines: dict[YamlPath, int] = {}
        odd: list[yaml.Node] = []
        data = _construct_value(node, (), lines, first_line, frozenset(), odd)
        return YamlDocument(loader.construct_document(node) if odd else data, lines)
    except BadYamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = str(error.problem or error.context)
        hint = next(
            (text for start, text in YAML_ERROR_HINTS.items() if reason.startswith(start)), "check quotes and brackets"
        )
        raise BadYamlError(line, f"not valid YAML: {reason}; {hint}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadYamlError(first_line, f"not valid YAML: {reason}") from error
    finally:
        loader.dispose()


def _construct_value(
    node: yaml.Node, path: YamlPath, lines: dict[YamlPath, int], first: int, above: frozenset[int], odd: list[yaml.Node]
) -> Any:
    """The value of a node. Adds the line of each value to ``lines``, and nodes with an unknown tag to ``odd``.

    Rejects repeated keys, which YAML would drop silently. PyYAML's own constructor takes twice as long.
    """
    lines[path] = first + node.start_mark.line
    if len(lines) > MAX_VALUES:
        raise BadYamlError(first, f"more than {MAX_VALUES} values; YAML aliases that multiply are refused")
    if isinstance(node, yaml.ScalarNode):
        make = SCALAR_CONSTRUCTORS.get(node.tag)
        if make is None:
            odd.append(node)
            return None
        return make(node.value)
    if id(node) in above:
        raise BadYamlError(lines[path], "a YAML alias refers to itself; write the value out")
    inside = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        if node.tag != "tag:yaml.org,2002:seq":
            odd.append(node)
        return [
            _construct_value(item, (*path, number), lines, first, inside, odd) for number, item in enumerate(node.value)
        ]
    if node.tag != "tag:yaml.org,2002:map":
        odd.append(node)
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            odd.append(key)
        name = str(key.value)
        line = first + key.start_mark.line
        if name in mapping:
            raise BadYamlError(line, f"the key '{name}' appears twice; keep one")
        mapping[name] = _construct_value(value, (*path, name), lines, first, inside, odd)
        lines[(*path, name)] = line
    return mapping

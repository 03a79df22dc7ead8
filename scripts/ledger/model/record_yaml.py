"""Write the front matter of a page in our form: block style, double quotes only where YAML needs them, short lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

WIDTH = 100
"""Column after which a text continues in the next line; its last word may reach past it."""
FLOW_LIST_WIDTH = 60
"""Characters up to which a list of words is written in one line: ``[zimislecel, vx-264]``."""


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes with ``"`` instead of ``'``, folds what is long with ``>-``, and indents lists."""

    def choose_scalar_style(self) -> str:
        style = super().choose_scalar_style()
        event, analysis = self.event, self.analysis
        if style != "'" or not isinstance(event, yaml.ScalarEvent) or analysis is None:
            return style
        foldable = analysis.allow_block and not (self.flow_level or self.simple_key_context)
        return ">" if foldable and self.column + len(event.value) > WIDTH else '"'

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_list(dumper: _Dumper, items: list[Any]) -> yaml.Node:
    short = (
        not any(isinstance(item, dict | list) for item in items) and len(", ".join(map(str, items))) <= FLOW_LIST_WIDTH
    )
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(list, _represent_list)
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
"""A date needs no quotes, as in the front matter of every other page."""


def format_record(data: Mapping[str, Any]) -> str:
    """Front matter as YAML, without the lines ``---`` around it."""
    return yaml.dump(
        dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False
    )

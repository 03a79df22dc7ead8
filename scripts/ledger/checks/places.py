"""Where a problem is reported: the line of a page's title, and values of the front matter by their place."""

from __future__ import annotations

from typing import Any

from ledger.model.project import Page
from ledger.model.yaml_source import YamlPath


def find_title_line(page: Page) -> int:
    """The line of the page's title; 1 where it has none."""
    return next((heading.line for heading in page.source.headings if heading.level == 1), 1)


def get_value_at(data: Any, place: YamlPath) -> Any:
    """The value at a place in parsed YAML, which must exist."""
    for step in place:
        data = data[step]
    return data

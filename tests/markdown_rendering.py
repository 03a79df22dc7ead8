"""Markdown as the site renders it."""

from __future__ import annotations

from functools import cache

import markdown

EXTENSIONS = [
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.details",
    "pymdownx.superfences",
]  # as in mkdocs.yml


@cache
def converter() -> markdown.Markdown:
    return markdown.Markdown(extensions=EXTENSIONS)


def rendered(text: str) -> str:
    return converter().reset().convert(text)

"""The pages of the built site."""

from __future__ import annotations

from conftest import SITE


def all_pages() -> list[str]:
    found = (path.parent.relative_to(SITE).as_posix() for path in SITE.rglob("index.html"))
    return sorted("" if path == "." else f"{path}/" for path in found)

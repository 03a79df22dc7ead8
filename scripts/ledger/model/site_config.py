"""What the checks need of ``mkdocs.yml``: the navigation, and the files that are not published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from ledger.core.problems import Problem
from ledger.model import yaml_source
from ledger.model.rules import rule
from ledger.model.text_files import read_text

CONFIG_FILE = "mkdocs.yml"


@dataclass(frozen=True)
class SiteConfig:
    """The navigation as pairs of section and page, in order, and the patterns of ``exclude_docs``.

    Without a file that can be read, the navigation is empty and ``excluded`` is None.
    """

    nav: Sequence[tuple[str, str]] = ()
    excluded: Sequence[str] | None = None

    @property
    def pages(self) -> frozenset[str]:
        return frozenset(src for _, src in self.nav)

    @property
    def sections(self) -> Mapping[str, Sequence[str]]:
        """The pages of each section of the navigation, in its order."""
        sections: dict[str, list[str]] = {}
        for section, src in self.nav:
            if section:
                sections.setdefault(section, []).append(src)
        return sections


class _ConfigLoader(yaml.SafeLoader):
    """Reads every tag that only MkDocs knows, such as !ENV or !!python/name, as nothing."""


def _ignore_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> None:
    return None


_ConfigLoader.add_multi_constructor("", _ignore_tag)


def check_config(root: Path) -> list[Problem]:
    """Why ``mkdocs.yml`` cannot be read."""
    return read_config(root)[1]


@rule("config")
def read_config(root: Path) -> tuple[SiteConfig, list[Problem]]:
    """The configuration of the site; empty where there is no file or where it cannot be read."""
    if not (root / CONFIG_FILE).exists():
        return SiteConfig(), []
    text, problem = read_text(root / CONFIG_FILE, CONFIG_FILE)
    if problem:
        return SiteConfig(), [problem]
    try:
        config = yaml.load(text.translate(yaml_source.UNICODE_LINE_BREAKS), _ConfigLoader)
        data = config if isinstance(config, dict) else {}
        return SiteConfig(list(_walk_nav(data.get("nav"))), str(data.get("exclude_docs") or "").splitlines()), []
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        since = f" (in what begins at line {start.line + 1})" if start and start.line + 1 < line else ""
        message = f"not valid YAML: {getattr(error, 'problem', error)}{since}; fix this line or the one before it"
        return SiteConfig(), [Problem(CONFIG_FILE, line, "config", message)]


def _walk_nav(item: object, section: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(item, str):
        if "://" not in item:
            yield section, str(PurePosixPath(item))
    elif isinstance(item, dict):
        for name, value in item.items():
            yield from _walk_nav(value, section or (str(name) if isinstance(value, list) else ""))
    elif isinstance(item, list):
        for value in item:
            yield from _walk_nav(value, section)

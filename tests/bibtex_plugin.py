"""mkdocs-bibtex set up as the hooks set it up, for tests that look at citations and references."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs_bibtex.plugin import BibTexPlugin

import hooks
from ledger.model import bib_reader, project
from ledger.model.bibliography import Bibliography
from ledger.site.build import Site


def add_references(site: Site) -> Any:
    """The real plugin, which has formatted the site's references."""
    plugin = _read_bibliography(site.project.root, (site.project.root / "references.bib").read_text(encoding="utf-8"))
    hooks.state.site = site
    hooks.on_pre_build(_get_config(plugin))
    return plugin


@lru_cache(maxsize=50)
def _read_bibliography(root: Path, text: str) -> Any:
    plugin: Any = BibTexPlugin()
    plugin.load_config({"bib_file": str(root / "references.bib"), "enable_inline_citations": False})
    hooks.state.site = Site(project.load_project(root))
    hooks._set_up_bibtex(_get_config(plugin))
    plugin.on_config(MkDocsConfig(str(root / "mkdocs.yml")))
    return plugin


def _get_config(plugin: Any) -> Any:
    return SimpleNamespace(plugins={"bibtex": plugin})


def format_references(text: str, folder: Path) -> tuple[Bibliography, dict[str, str]]:
    """The entries of a .bib text, and their references as HTML."""
    (folder / "docs").mkdir()
    (folder / "references.bib").write_text(text, encoding="utf-8")
    site = Site(project.load_project(folder))
    add_references(site)
    return bib_reader.read_bibliography(text), site.project.references

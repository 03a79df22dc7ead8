"""Load everything a build needs: the checked project, the bundled assets and the scripts that may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.core.problems import Report
from ledger.model import drafts, project
from ledger.site import assets, check_site, csp
from ledger.site.build import Site


@dataclass(frozen=True)
class SiteConfig:
    """What the generator's configuration says of the site."""

    root: Path
    docs: Path
    name: str
    site_url: str = ""
    repo_url: str = ""
    theme_folders: Sequence[str] = ()
    stylesheets: Sequence[str] = ()
    scripts: Sequence[str] = ()
    """Style sheets and scripts are named by their paths below ``docs``."""
    preview: bool = False
    """Whether the site is a preview, which shows drafts."""


def load_site(config: SiteConfig) -> tuple[Site, list[Report]]:
    """The site, ready to build, and the reports of the checks. Raises ``CannotRunError`` if a file cannot be used."""
    loaded = project.load_project(config.root, repo_url=config.repo_url)
    reports = [check_site.check_citations(loaded), check_site.check_links(loaded)]
    site = Site(
        loaded if config.preview else drafts.exclude_drafts(loaded),
        config.site_url,
        config.name,
        csp.build_script_patterns(csp.read_templates(config.theme_folders)),
        assets.bundle_assets(config.theme_folders, config.docs, config.stylesheets, config.scripts),
        config.preview,
    )
    return site, reports

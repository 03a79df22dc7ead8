"""Put together everything a build needs: the project, the bundled assets and the scripts that may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.model import drafts
from ledger.model.project import Project
from ledger.site import assets, csp
from ledger.site.build import Site


@dataclass(frozen=True)
class SiteConfig:
    """What the generator's configuration says of the site."""

    docs: Path
    name: str
    site_url: str = ""
    theme_folders: Sequence[str] = ()
    stylesheets: Sequence[str] = ()
    scripts: Sequence[str] = ()
    """Style sheets and scripts are named by their paths below ``docs``."""
    preview: bool = False
    """Whether the site is a preview, which shows drafts."""


def create_site(project: Project, config: SiteConfig) -> Site:
    """The site, ready to build. Raises ``CannotRunError`` if a style sheet or script is missing."""
    return Site(
        project if config.preview else drafts.exclude_drafts(project),
        config.site_url,
        config.name,
        csp.build_script_patterns(csp.read_templates(config.theme_folders)),
        assets.bundle_assets(
            config.theme_folders, config.docs, config.stylesheets, config.scripts, preview=config.preview
        ),
        config.preview,
    )

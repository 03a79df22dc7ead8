"""The bundled assets: one style sheet, one script, and the scripts that only some pages load.

Each request costs a reader on a phone more than the bytes that it brings. So the theme's style sheets and those of
``docs/assets`` become one file when the site is built. The name holds a digest of what is in it, so a host may let
browsers cache it for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ledger.core.errors import CannotRunError

THEME_STYLESHEETS = ("assets/stylesheets/main.*.css", "assets/stylesheets/palette.*.css")
"""The theme's style sheets. Its script is left out: ``docs/assets/frame.js`` does what this site needs of it."""
PAGE_SCRIPTS: Mapping[str, Sequence[str]] = {
    "assets/trials.js": ('id="all-trials"', '<form class="compare'),
}
"""Scripts that only some pages load, and what such a page contains (one of these)."""


@dataclass(frozen=True)
class Assets:
    """The bundled files of the built site, text by path, and which of them each page loads."""

    files: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    script: str = ""
    page_scripts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Scripts that only some pages load, and what such a page contains (one of these)."""

    sources: frozenset[str] = frozenset()
    """Paths below ``docs`` of the files that the bundle is made from."""

    def replaces(self, path: str, from_theme: bool) -> bool:
        """Whether the bundle replaces a file, given by its path below ``docs`` or the theme."""
        return bool(self.files) and path.startswith("assets/") if from_theme else path in self.sources

    def add_page_scripts(self, html: str, url: str) -> str:
        """A page, at ``url`` below the site's root, with the scripts that only some pages need."""
        root = "../" * url.count("/")
        tags = "".join(
            f'<script src="{root}{path}" defer></script>'
            for path, signs in self.page_scripts.items()
            if any(sign in html for sign in signs)
        )
        return html.replace("</body>", f"{tags}</body>", 1) if tags else html


def bundle_assets(
    theme: Iterable[str | Path], docs: Path, styles: Sequence[str], scripts: Sequence[str], *, preview: bool = False
) -> Assets:
    """Bundle the theme's style sheets with the given style sheets and scripts, named by their paths below ``docs``.

    In a preview the names stay the same whatever the files hold, so that no page has to be built again for them. A site without style sheets of its own keeps the theme's files. Raises ``CannotRunError`` if a file is missing.
    """
    if not styles:
        return Assets()
    own = "\n".join(_read_asset(docs, name, "extra_css") for name in styles)
    code = {name: _read_asset(docs, name, "extra_javascript") for name in scripts}
    themes = "".join(
        path.read_text(encoding="utf-8")
        for pattern in THEME_STYLESHEETS
        for folder in theme
        for path in Path(folder).glob(pattern)
    )
    files: dict[str, str] = {}

    def add(name: str, ending: str, text: str) -> str:
        digest = "preview" if preview else sha256(text.encode()).hexdigest()[:8]
        path = f"assets/{name}.{digest}.{ending}"
        files[path] = text
        return path

    # In a layer, the theme's rules give way to ours, however specific their selectors are.
    style = add("site", "css", f"@layer theme{{{themes}}}\n{own}")
    script = add("site", "js", "\n".join(text for name, text in code.items() if name not in PAGE_SCRIPTS))
    page_scripts = {
        add(Path(name).stem, "js", code[name]): signs for name, signs in PAGE_SCRIPTS.items() if name in code
    }
    return Assets(files, style, script, page_scripts, frozenset([*styles, *scripts]))


def _read_asset(docs: Path, name: str, key: str) -> str:
    try:
        return (docs / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CannotRunError(
            f"mkdocs.yml: {key} names {name}, which cannot be read below docs/; fix the name"
        ) from None

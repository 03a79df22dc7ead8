"""The site's style sheets and scripts as few files: one style sheet, one script, and those that few pages need.

Each request costs a reader on a phone more than the bytes that it brings. So the theme's style sheets, as far as the
site uses them, and those of ``docs/assets`` become one file when the site is built. The name holds a digest of what is
in it: a host may let browsers keep it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ledger.core.errors import CannotRunError
from ledger.site import stylesheet

THEME_STYLESHEETS = ("assets/stylesheets/main.*.css", "assets/stylesheets/palette.*.css")
"""The theme's style sheets. Its script is left out: ``docs/assets/frame.js`` does what this site needs of it."""
FOCUS_REPLACEMENT = (".focus-visible", ":focus-visible")
"""The theme's script puts a class where every browser of today has a word of its own."""
PAGE_SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "assets/trials.js": re.compile(r'id="all-trials"|<form class="compare'),
}
"""Scripts that few pages need, and what such a page holds."""


@dataclass(frozen=True)
class Assets:
    """The files that the built site gets, text by path, and where they are asked for."""

    files: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    script: str = ""
    some: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Paths of the scripts that few pages need, and what such a page holds."""

    sources: frozenset[str] = frozenset()
    """What the files are made of, by path below ``docs``."""

    def replaces(self, path: str, from_theme: bool) -> bool:
        """Whether a file, by its path below the site, need not be there any more."""
        return bool(self.files) and path.startswith("assets/") if from_theme else path in self.sources

    def complete(self, html: str, url: str) -> str:
        """A page, at ``url`` below the site, with the scripts that only pages like it need."""
        root = "../" * url.count("/")
        tags = "".join(
            f'<script src="{root}{path}" defer></script>' for path, sign in self.some.items() if sign.search(html)
        )
        return html.replace("</body>", f"{tags}</body>", 1) if tags else html


def bundle_assets(theme: Iterable[str | Path], docs: Path, styles: Sequence[str], scripts: Sequence[str]) -> Assets:
    """Read style sheets and scripts, which are named as below ``docs``, and make few files of them.

    Without style sheets of its own a site keeps the theme's files. Raises ``CannotRunError`` where a file is not there.
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
    ).replace(*FOCUS_REPLACEMENT)
    files: dict[str, str] = {}

    def add(name: str, ending: str, text: str) -> str:
        path = f"assets/{name}.{sha256(text.encode()).hexdigest()[:8]}.{ending}"
        files[path] = text
        return path

    style = add("site", "css", f"{stylesheet.prune_css(themes, own + ''.join(code.values()))}\n{own}")
    script = add("site", "js", "\n".join(text for name, text in code.items() if name not in PAGE_SCRIPTS))
    some = {add(Path(name).stem, "js", code[name]): pattern for name, pattern in PAGE_SCRIPTS.items() if name in code}
    return Assets(files, style, script, some, frozenset([*styles, *scripts]))


def _read_asset(docs: Path, name: str, key: str) -> str:
    try:
        return (docs / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CannotRunError(
            f"mkdocs.yml: {key} names {name}, which cannot be read below docs/; mend the name"
        ) from None

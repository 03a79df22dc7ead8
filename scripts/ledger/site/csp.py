"""What a reader's browser may load and run: the content security policy of each page and of the whole site.

The theme has short scripts in its pages. Each is allowed by its hash, and only if its text is that of a template:
anything else in a page, such as a script that the checks missed, does not run.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import NamedTuple

from ledger.core.errors import CannotRunError

ScriptPatterns = Sequence[re.Pattern[str]]
"""Patterns of the templates' inline scripts once they are filled in."""

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
INLINE_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
FILTER_STYLE = re.compile(
    r'(?:body:has\(#[\w-]+:checked\) \[data-[\w-]+\]:not\(\[data-[\w-]+="[\w-]*"\]\)\{display:none\})+'
)
"""The one kind of style sheet that our pages carry: what hides the entries that a filter leaves out."""
CHARSET_META = '<meta charset="utf-8">'
TEMPLATE_VALUE = r"[\w./~%-]*"
"""What a template may fill in: a path. No quote, so the value cannot end the string that it is in."""

DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "form-action": "'none'",
}
"""Everything is closed but for the site's own files. Icons in the theme's style sheet are ``data:`` images; the search
fetches its index and works in a worker. No style attribute and no form that is sent is needed anywhere."""

HOST_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Headers that only a host can set; a page's own ``meta`` cannot."""


class PageWithPolicy(NamedTuple):
    """A page with its policy, and the hashes that the policy allows."""

    html: str
    scripts: frozenset[str]
    styles: frozenset[str]


def read_templates(folders: Iterable[str | Path]) -> list[str]:
    """The texts of the templates in which a theme may keep scripts: its pages and their parts.

    Raises ``CannotRunError`` where one cannot be read.
    """
    return [
        _read_template(path)
        for folder in map(Path, folders)
        for pattern in ("*.html", "partials/**/*.html")
        for path in sorted(folder.glob(pattern))
    ]


def _read_template(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CannotRunError(f"{path}: this template cannot be read; save it as UTF-8 text") from None


def build_script_patterns(texts: Iterable[str]) -> ScriptPatterns:
    """A pattern for each inline script of the templates. One that a template puts together by logic is left out."""
    scripts = {
        script for text in texts for script in INLINE_SCRIPT.findall(text) if "{%" not in script and "{#" not in script
    }
    return [
        re.compile(TEMPLATE_VALUE.join(map(re.escape, re.split(r"\{\{.*?\}\}", script)))) for script in sorted(scripts)
    ]


@lru_cache(maxsize=4096)
def compute_csp_hash(text: str) -> str:
    """A script or style sheet as a policy names it; the same few are on every page."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def build_policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The policy that allows these hashes, as one line."""
    extra = {"script-src": sorted(scripts), "style-src": sorted(styles)}
    return "; ".join(" ".join([name, value, *extra.get(name, [])]) for name, value in DIRECTIVES.items())


def add_policy(html: str, known: ScriptPatterns) -> PageWithPolicy:
    """A finished page with its policy in the head, before anything that could load or run.

    The style sheets of our filters move to the head, where HTML allows them.
    """
    if "<style>" in html:
        ours = [style for style in INLINE_STYLE.findall(html) if FILTER_STYLE.fullmatch(style)]
        for style in ours:
            html = html.replace(f"<style>{style}</style>", "", 1)
        html = html.replace("</head>", "".join(f"<style>{style}</style>" for style in ours) + "</head>", 1)
    else:
        ours = []
    scripts = {script for script in INLINE_SCRIPT.findall(html) if any(shape.fullmatch(script) for shape in known)}
    allowed, styled = frozenset(map(compute_csp_hash, scripts)), frozenset(map(compute_csp_hash, ours))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(build_policy(allowed, styled), quote=False)}">'
    return PageWithPolicy(html.replace(CHARSET_META, CHARSET_META + meta, 1), allowed, styled)


def build_headers_file(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The file ``_headers`` for hosts that read one: the policy of all pages together, and the headers that a page cannot set."""
    lines = {"Content-Security-Policy": f"{build_policy(scripts, styles)}; frame-ancestors 'none'", **HOST_HEADERS}
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in lines.items())

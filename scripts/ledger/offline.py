"""The whole site as one zip that opens from a folder, without a server.

A server turns the address of a folder into that of the page in it; from a folder nobody does, so each link says
``index.html`` in the copy. The same site gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from html import escape
from pathlib import Path

FOLDER = "islet-ledger"
ONLY_FOR_HOSTS = ("404.html", "sitemap.xml", "sitemap.xml.gz", "robots.txt", "_headers", "CNAME", ".nojekyll")
LINK = re.compile(r'(?P<before><a\b[^>]*?\shref=")(?P<path>[^":?#]*)(?P<rest>[?#][^"]*)?"')
NOT_READ = (".map",)
IN_DATA = re.compile(r'(?P<before>"page": ?")(?P<path>[^":?#]*/)"')
"""The pages in the comparison's data."""
ARTICLE = '<article class="md-content__inner md-typeset">'
WHEN = (1980, 1, 1, 0, 0, 0)


def page(html: str, folder: Path, version: str) -> str:
    """A page of the copy: links name files, and the page says that it is a copy and of which day."""

    def named(match: re.Match[str]) -> str:
        return f'{match["before"]}{_file(match["path"], folder)}{match["rest"] or ""}"'

    html = LINK.sub(named, html)
    html = IN_DATA.sub(lambda match: f'{match["before"]}{match["path"]}index.html"', html)
    note = f'<p class="offline-note">Offline copy, version {escape(version)}. The site may know more by now.</p>'
    return html.replace(ARTICLE, ARTICLE + note, 1)


def _file(path: str, folder: Path) -> str:
    """A link's path with the file's name, where it leads to a folder with a page."""
    if not path or path.startswith("/"):
        return path
    if not (folder / path / "index.html").is_file():
        return path
    return f"{path.rstrip('/')}/index.html"


def write(site: Path, target: Path, version: str) -> int:
    """Zip the built ``site`` into ``target``; returns the number of files."""
    files = sorted(
        path
        for path in site.rglob("*")
        if path.is_file() and path.name not in ONLY_FOR_HOSTS and path.suffix not in NOT_READ
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in files:
            name = f"{FOLDER}/{path.relative_to(site).as_posix()}"
            data = path.read_bytes()
            if path.suffix == ".html":
                data = page(data.decode("utf-8"), path.parent, version).encode()
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            out.writestr(info, data)
    return len(files)

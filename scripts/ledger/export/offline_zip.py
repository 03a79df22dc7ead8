"""The whole site as one zip that opens from a folder, without a server.

A server answers the address of a folder with the page in it; a file system does not, so each link in the copy names
``index.html``. The same site gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from html import escape
from pathlib import Path

ZIP_FOLDER = "islet-ledger"
HOST_ONLY_FILES = ("404.html", "sitemap.xml", "sitemap.xml.gz", "robots.txt", "_headers", "CNAME", ".nojekyll")
PAGE_LINK = re.compile(r'(?P<before><a\b[^>]*?\shref=")(?P<path>[^":?#]*)(?P<rest>[?#][^"]*)?"')
SKIPPED_SUFFIXES = (".map",)
PAGE_PATH_IN_DATA = re.compile(r'(?P<before>"page": ?")(?P<path>[^":?#]*/)"')
"""The pages in the comparison's data."""
ARTICLE_START = '<article class="md-content__inner md-typeset">'
ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def rewrite_page(html: str, folder: Path, version: str) -> str:
    """A page of the copy: its links name files, and a note says that it is a copy, with its version."""

    def name_file(match: re.Match[str]) -> str:
        return f'{match["before"]}{_resolve_folder_link(match["path"], folder)}{match["rest"] or ""}"'

    html = PAGE_LINK.sub(name_file, html)
    html = PAGE_PATH_IN_DATA.sub(lambda match: f'{match["before"]}{match["path"]}index.html"', html)
    note = f'<p class="offline-note">Offline copy, version {escape(version)}. The site may know more by now.</p>'
    return html.replace(ARTICLE_START, ARTICLE_START + note, 1)


def _resolve_folder_link(path: str, folder: Path) -> str:
    """A link's path with the file's name, where it leads to a folder with a page."""
    if not path or path.startswith("/"):
        return path
    if not (folder / path / "index.html").is_file():
        return path
    return f"{path.rstrip('/')}/index.html"


def write_zip(site: Path, target: Path, version: str) -> int:
    """Zip the built ``site`` into ``target``; returns the number of files."""
    files = sorted(
        path
        for path in site.rglob("*")
        if path.is_file() and path.name not in HOST_ONLY_FILES and path.suffix not in SKIPPED_SUFFIXES
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in files:
            name = f"{ZIP_FOLDER}/{path.relative_to(site).as_posix()}"
            data = path.read_bytes()
            if path.suffix == ".html":
                data = rewrite_page(data.decode("utf-8"), path.parent, version).encode()
            info = zipfile.ZipInfo(name, ZIP_TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            out.writestr(info, data)
    return len(files)

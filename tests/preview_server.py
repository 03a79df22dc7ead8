"""A copy of the project, and a real preview of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")


RUN = str(ROOT / "scripts" / "run_mkdocs.py")  # what make build and make serve call


LIMIT = 120  # seconds that a build, or a preview's answer to an edit, may take at the very most


FRONT = "---\ntitle: {0}\ndescription: A page.\nkind: about\nchecked: 2026-11-21\nreviewed_by: none\n---\n\n# {0}\n\n"


BIB = """\
@article{known2024,
  author = {Doe, Jane},
  title = {A trial},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/abc},
  kind = {trial report},
  note = {registered as NCT01234567},
  seen = {abstract},
}
"""


CLAIMS = """\
claims:
  - id: C-1
    article: A
    topic: insulin
    says: All came off insulin.
    verdict: misleading
    finding: The first wording [@known2024].
    seen: abstract
    checked: "2026-11-21"
"""


HOME = FRONT.format("Home") + "See [the claims](articles/a.md) [@known2024].\n"


ABOUT = FRONT.format("Corrections") + "None so far.\n"


REQUIREMENTS = (
    "cell-source",
    "differentiation",
    "immune-regulation",
    "long-term-function",
    "safety",
    "delivery",
    "regulation-and-ethics",
    "cost-and-access",
)


FILES: Mapping[str, str] = {
    "references.bib": BIB,
    "docs/index.md": HOME,
    "docs/about/corrections.md": ABOUT,
    "docs/articles/a.md": FRONT.format("Article A") + "<!-- generated: claims article=A -->\n",
    "docs/articles/claims.yml": CLAIMS,
    "docs/trials/index.md": FRONT.format("Trials") + "<!-- generated: all-trials -->\n",
    "docs/trials/sample.md": SAMPLE,
    **{f"docs/requirements/{key}.md": FRONT.format(key) + "Words.\n" for key in REQUIREMENTS},
}


PAGES = sorted(name.removeprefix("docs/") for name in FILES if name.endswith(".md") and "sample" not in name)


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def copy(root: Path) -> Path:
    """A small project with the real configuration, scripts and theme."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "scripts").symlink_to(ROOT / "scripts")  # a link, so that they are compiled once for all
    for folder in ("overrides", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "rules" / "must-say.yml").unlink()  # it is about the real pages
    shutil.copytree(ROOT / "docs" / "assets", root / "docs" / "assets")
    config, found, _ = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")
    assert found
    (root / "mkdocs.yml").write_text(f"{config}\nnav:\n" + "".join(f"  - {page}\n" for page in PAGES), encoding="utf-8")
    write(root, FILES)
    return root


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("REPO_URL", "SITE_URL", "SITE_NAME")}
    return {**kept, "NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"}


class Preview:
    """``make serve`` in the background."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "serve.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, RUN, "serve", "--livereload", "--dev-addr", f"127.0.0.1:{self.port}"],
                cwd=root,
                env=environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def page(self, path: str = "") -> str:
        """The page as it is served now; empty while nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=LIMIT) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not condition():
            assert self.process.poll() is None, f"the preview ended:\n{self.said()}"
            assert time.monotonic() < end, f"waited in vain:\n{self.said()}"
            time.sleep(0.1)

    def edit(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

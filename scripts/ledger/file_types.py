"""Which files in docs/ may be published: everything there is copied to the site as it is, unless it is a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pathspec.gitignore import GitIgnoreSpec

from ledger import rawhtml
from ledger.problems import Problem
from ledger.project import DOCS, MARKDOWN, Project, read_text

PUBLISHED = (".css", ".jpeg", ".jpg", ".js", ".md", ".png", ".svg", ".webp")


def check(project: Project) -> Iterator[Problem]:
    """Files that nobody meant to publish. A folder without a mkdocs.yml that can be read publishes nothing."""
    if project.excluded is None:
        return
    excluded = GitIgnoreSpec.from_lines(project.excluded)
    for src in sorted(project.files):
        shown, suffix = f"{DOCS}/{src}", PurePosixPath(src).suffix
        if suffix in (".yml", ".yaml") and excluded.match_file(src):
            _, problem = read_text(project.root / DOCS / src, shown)
            if problem:
                yield problem
        elif (
            suffix not in PUBLISHED
            and not (project.root / DOCS / src).is_symlink()
            and suffix.lower().lstrip(".") not in rawhtml.IN_HTML
        ):
            yield Problem(shown, 1, "file-type", _advice(suffix))


def _advice(suffix: str) -> str:
    if suffix.lower() in MARKDOWN:
        return f"a page's name ends with .md, not {suffix}; rename it, or it is not read and checked as a page"
    named = f"a {suffix} file" if suffix else "a file without an ending"
    return f"{named} would be published as it is; take it out of {DOCS}/, where only {', '.join(PUBLISHED)} may be"

"""Which files in docs/ may be published: everything there is copied to the site as it is, unless it is a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pathspec.gitignore import GitIgnoreSpec

from ledger.checks import raw_html
from ledger.core.problems import Problem
from ledger.model.project import DOCS_FOLDER, MARKDOWN_SUFFIXES, Project
from ledger.model.rules import rule
from ledger.model.text_files import read_text

PUBLISHED_SUFFIXES = (".css", ".jpeg", ".jpg", ".js", ".md", ".png", ".svg", ".webp")


@rule("file-type")
def check_file_types(project: Project) -> Iterator[Problem]:
    """Files that nobody meant to publish. A folder without a mkdocs.yml that can be read publishes nothing."""
    if project.excluded is None:
        return
    excluded = GitIgnoreSpec.from_lines(project.excluded)
    for src in sorted(project.files):
        shown, suffix = f"{DOCS_FOLDER}/{src}", PurePosixPath(src).suffix
        if suffix in (".yml", ".yaml") and excluded.match_file(src):
            _, problem = read_text(project.root / DOCS_FOLDER / src, shown)
            if problem:
                yield problem
        elif (
            suffix not in PUBLISHED_SUFFIXES
            and not (project.root / DOCS_FOLDER / src).is_symlink()
            and suffix.lower().lstrip(".") not in raw_html.HTML_SUFFIXES
        ):
            yield Problem(shown, 1, "file-type", _describe_file_type(suffix))


def _describe_file_type(suffix: str) -> str:
    if suffix.lower() in MARKDOWN_SUFFIXES:
        return f"a page's name ends with .md, not {suffix}; rename it, or it is not read and checked as a page"
    named = f"a {suffix} file" if suffix else "a file without an ending"
    return f"{named} would be published as it is; move it out of {DOCS_FOLDER}/, where only {', '.join(PUBLISHED_SUFFIXES)} are allowed"

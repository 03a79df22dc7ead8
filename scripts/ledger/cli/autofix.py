"""Fix what has only one right answer: in the bibliography unpublished fields, braces around organisations and the
capitals of titles, order, layout and the form of DOIs; in pages http addresses of hosts that have https, and the form of trial
records.

Nothing is lost: an entry that cannot be read, or a file with anything but entries, is left as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from ledger.checks import bib_fields
from ledger.checks.bib_entries import has_kind_in_keywords
from ledger.cli import bib_edit
from ledger.core.files import write_atomically
from ledger.markdown.scanner import MarkdownSource
from ledger.model import bib_reader, yaml_source
from ledger.model.bibliography import Entry
from ledger.model.project import BIB_FILE, Project
from ledger.model.record_yaml import format_record
from ledger.model.text_files import read_text

HTTPS_HOSTS = (
    "clinicaltrials.gov",
    "doi.org",
    "dx.doi.org",
    "en.wikipedia.org",
    "pmc.ncbi.nlm.nih.gov",
    "pubmed.ncbi.nlm.nih.gov",
    "www.cell.com",
    "www.ema.europa.eu",
    "www.fda.gov",
    "www.isrctn.com",
    "www.nature.com",
    "www.nejm.org",
    "www.ncbi.nlm.nih.gov",
    "www.thelancet.com",
    "www.who.int",
)
"""Hosts that are known to answer over https."""
PLAIN_HTTP = re.compile(rf"http://(?=(?:{'|'.join(re.escape(host) for host in HTTPS_HOSTS)})(?![\w.-]))")
DX_DOI_URL = re.compile(r"https?://dx\.doi\.org/")
DOI_FIELD = re.compile(
    r"^(\s*doi\s*=\s*[{\"])(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?([^}\"\n]*?)[.,;]*([}\"])", re.I | re.M
)
FIELD_FIXES: Mapping[str, Callable[[str], str]] = {
    "author": bib_fields.brace_organisations,
    "editor": bib_fields.brace_organisations,
    "title": bib_fields.brace_capitals,
}
JOINED_VALUE = re.compile(r"[\"}\w]\s*#\s*[\"{\w]")
"""BibTeX's ``#`` between the pieces of one value."""

YAML_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)


def fix_bibliography_fields(text: str) -> str:
    """The bibliography without fields that are not published, with braces around organisations and capitals of titles."""
    return bib_edit.edit_fields(text, _fix_field)


def _fix_field(entry: Entry, name: str, value: str) -> tuple[str, str] | None:
    if name == "keywords" and has_kind_in_keywords(entry):
        return "kind", value
    if bib_fields.is_unlisted(name):
        return None
    fix = FIELD_FIXES.get(name)
    return name, f"{value[0]}{fix(value[1:-1])}{value[-1]}" if fix and bib_edit.is_one_piece(value) else value


def format_bibliography(text: str) -> str:
    """The bibliography in its standard layout: entries by key, fields one a line, DOIs bare."""
    text = DOI_FIELD.sub(r"\1\2\3", _use_https(text))
    read = bib_reader.read_bibliography(text)
    if read.problems or not read.entries:
        return text
    entries = list(read.entries.values())
    rest = text
    for entry in entries:
        if rest.count(entry.raw) != 1:
            return text
        rest = rest.replace(entry.raw, "")
    if rest.strip():
        return text  # there are comments or strings between the entries; where they belong is unknown
    return "\n".join(_format_entry(entry) for entry in sorted(entries, key=lambda entry: entry.key.lower()))


def _format_entry(entry: Entry) -> str:
    """An entry in the standard layout, its values unchanged."""
    raw = entry.raw.strip() + "\n"
    if JOINED_VALUE.search(raw):
        return raw
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in entry.fields.items())
    laid_out = f"@{entry.type}{{{entry.key},\n{lines}}}\n"
    again = bib_reader.read_bibliography(laid_out).entries.get(entry.key)
    return laid_out if again and again.fields == entry.fields else raw


def fix_page_links(text: str) -> str:
    """A page whose links use https where it is known to work; code and comments stay as they are."""
    prose = MarkdownSource(text).prose
    if len(prose) != len(text):
        return text
    parts, done = [], 0
    for match in re.finditer(rf"{DX_DOI_URL.pattern}|{PLAIN_HTTP.pattern}", prose):
        parts += [text[done : match.start()], "https://doi.org/" if "doi" in match[0] else "https://"]
        done = match.end()
    return "".join(parts) + text[done:]


def format_trial_page(text: str) -> str:
    """A trial's page with its front matter in the standard form. With comments it is left as it is, to lose none."""
    header, _ = yaml_source.split_front_matter(text)
    if header is None or YAML_COMMENT.search(header):
        return text
    return text.replace(header, format_record(yaml_source.load_yaml(header).data), 1)


def _use_https(text: str) -> str:
    return PLAIN_HTTP.sub("https://", DX_DOI_URL.sub("https://doi.org/", text))


def find_fixes(project: Project) -> Iterator[tuple[str, str, str]]:
    """Path, old text and new text of every file that would be fixed."""
    _, problem = read_text(project.root / BIB_FILE, BIB_FILE)
    if not problem:
        old = (project.root / BIB_FILE).read_bytes().decode("utf-8")
        new = fix_bibliography_fields(old)
        plain = new.replace("\r\n", "\n")
        if (formatted := format_bibliography(plain)) != plain:
            new = formatted.replace("\n", "\r\n") if "\r\n" in new else formatted
        if new != old:
            yield BIB_FILE, old, new
    for page in project.pages.values():
        if page.unreadable:
            continue
        old, problem = read_text(project.root / page.path, page.path)
        if problem:
            continue
        new = fix_page_links(format_trial_page(old) if page.record else old)
        if new != old:
            yield page.path, old, new


def apply_fixes(project: Project) -> list[str]:
    """Fix the files and return the differences as lines of a unified diff. Each file is replaced at once."""
    diff: list[str] = []
    for path, old, new in list(find_fixes(project)):
        write_atomically(project.root / path, new)
        diff += difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
    return diff

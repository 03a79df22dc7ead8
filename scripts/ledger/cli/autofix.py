"""Fix what has only one right answer: in the bibliography what exports bring along, order and layout; in pages http
addresses of hosts that have https, and the form of trial records.

Nothing is lost: an entry that cannot be read, or a file with anything but entries, is left as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import NamedTuple

from ledger.cli import bib_edit
from ledger.cli.bib_repairs import repair_entry, repair_key
from ledger.core.files import write_atomically
from ledger.markdown.scanner import MarkdownSource
from ledger.model import bib_reader, yaml_source
from ledger.model.bibliography import Entry
from ledger.model.project import BIB_FILE, Project
from ledger.model.record_yaml import format_record
from ledger.model.tagged_references import format_as_bibtex, make_key, name_format, read_references
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
YAML_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)


def fix_bibliography(text: str) -> tuple[str, list[str]]:
    """The bibliography with its entries repaired, in the standard layout and in the order of their keys, and what was moved."""
    text, remarks = convert_tagged_references(text)
    before = bib_reader.read_bibliography(text).entries
    keys = _choose_keys(before)
    text = bib_edit.rewrite_entries(text, lambda entry: _repair_entry(entry, keys[entry.key]))
    after = bib_reader.read_bibliography(text).entries
    remarks += [f"renamed {old} to {new}" for old, new in keys.items() if old != new and new in after]
    ordered = sort_entries(text)
    if ordered != text:
        remarks += _describe_moves(after, bib_reader.read_bibliography(ordered).entries)
    return ordered, remarks


def _repair_entry(entry: Entry, key: str) -> Entry:
    fields = {name: use_https(value) if name == "url" else value for name, value in entry.fields.items()}
    return replace(repair_entry(replace(entry, fields=fields)), key=key)


def use_https(address: str) -> str:
    """An address with https, where the host is known to have it."""
    return PLAIN_HTTP.sub("https://", address)


def convert_tagged_references(text: str) -> tuple[str, list[str]]:
    """The text with references that were pasted as PubMed or RIS text made into entries, and a remark on each."""
    lines, remarks = text.split("\n"), list[str]()
    keys = {key.lower() for key in bib_reader.read_bibliography(text).entries}
    for first, last in reversed(list(bib_reader.find_stray_blocks(text))):
        for reference in reversed(list(read_references("\n".join(lines[first:last])))):
            start, end = first + reference.start, first + reference.end
            key = _make_unique(make_key(reference), keys)
            keys.add(key.lower())
            name = name_format(lines[start])
            remarks.insert(0, f"converted the {name} reference in line {start + 1} to the entry {key}")
            while end < last and not lines[end].strip():
                end += 1
            lines[start:end] = [*format_as_bibtex(reference, key).split("\n")]
    return "\n".join(lines), remarks


def _make_unique(key: str, taken: Container[str]) -> str:
    return next(name for name in chain((key,), (f"{key}-{number}" for number in count(2))) if name.lower() not in taken)


def _choose_keys(entries: Mapping[str, Entry]) -> dict[str, str]:
    """The key that each entry gets: its own, or one without characters that a citation cannot have."""
    taken = {key.lower() for key in entries}
    keys = {}
    for key in entries:
        new = repair_key(key)
        keys[key] = key if new == key else _make_unique(new, taken)
        taken.add(keys[key].lower())
    return keys


def sort_entries(text: str) -> str:
    """The bibliography in the order of its keys, an empty line between entries."""
    read = bib_reader.read_bibliography(text)
    if read.problems or not read.entries:
        return text
    rest = text
    for entry in read.entries.values():
        if rest.count(entry.raw) != 1:
            return text
        rest = rest.replace(entry.raw, "")
    if rest.strip():
        return text  # there are comments or strings between the entries; where they belong is unknown
    return "\n".join(f"{read.entries[key].raw.strip()}\n" for key in sorted(read.entries, key=str.lower))


def _describe_moves(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    matcher = difflib.SequenceMatcher(None, list(before), list(after), autojunk=False)
    kept = {key for block in matcher.get_matching_blocks() for key in list(before)[block.a : block.a + block.size]}
    return [
        f"moved {key} from line {entry.line} to line {after[key].line}, its place in the alphabet"
        for key, entry in before.items()
        if key not in kept
    ]


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


class Fix(NamedTuple):
    """A file that would be fixed: its path, its old and new text, and what a person would not see in the difference."""

    path: str
    old: str
    new: str
    remarks: Sequence[str] = ()


def find_fixes(project: Project) -> Iterator[Fix]:
    """Every file that would be fixed."""
    _, problem = read_text(project.root / BIB_FILE, BIB_FILE)
    if not problem:
        old = (project.root / BIB_FILE).read_bytes().decode("utf-8")
        new, remarks = fix_bibliography(old.replace("\r\n", "\n"))
        if new != old.replace("\r\n", "\n"):
            yield Fix(BIB_FILE, old, new.replace("\n", "\r\n") if "\r\n" in old else new, remarks)
    for page in project.pages.values():
        if page.unreadable:
            continue
        old, problem = read_text(project.root / page.path, page.path)
        if problem:
            continue
        new = fix_page_links(format_trial_page(old) if page.record else old)
        if new != old:
            yield Fix(page.path, old, new)


def apply_fixes(project: Project) -> list[str]:
    """Fix the files and return the differences as lines of a unified diff. Each file is replaced at once."""
    diff: list[str] = []
    for path, old, new, remarks in list(find_fixes(project)):
        write_atomically(project.root / path, new)
        diff += difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
        diff += [f"{path}: {remark}" for remark in remarks]
    return diff

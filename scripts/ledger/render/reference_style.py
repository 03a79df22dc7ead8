"""One source in Vancouver / NLM form (Citing Medicine, 2nd edition), as HTML with its identifiers linked."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

from ledger.model.bibliography import AND_OTHERS, Entry, get_creators

MAX_AUTHORS = 6
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

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


def format_authors(entry: Entry) -> str:
    """Six authors, then "et al."; family name and initials, bodies in full."""
    people = get_creators(entry)
    others = AND_OTHERS in people
    people = [person for person in people if person != AND_OTHERS]
    shown = [f"{person.family} {person.initials}".strip() for person in people[:MAX_AUTHORS]]
    if others or len(people) > MAX_AUTHORS:
        shown.append("et al")
    return ", ".join(shown)


def format_reference(entry: Entry) -> str:
    """The reference as one line of HTML, without a final remark on how far it was read."""
    online = entry.type == "online" or not entry.get("journal")
    people = format_authors(entry)
    parts = [_stop(escape(people))] if people else []
    title = escape(entry.text("title"))
    if online:
        when = entry.year
        cited = _cited(entry.get("urldate"))
        source = " ".join(part for part in (entry.text("howpublished"), when, cited) if part)
        parts.append(f"{title.rstrip('.')} [Internet].")
        if source:
            parts.append(_stop(escape(source)))
    else:
        parts.append(_stop(title))
        parts.append(_stop(f"{escape(entry.text('journal'))}. {escape(_place(entry))}"))
    parts += _identifiers(entry)
    return " ".join(parts)


def format_source_note(entry: Entry) -> str:
    """What kind of source it is, how far we read it, and our remark: part of every reference we print."""
    remark = entry.text("note").rstrip(".")
    parts = (
        _capital(entry.kind) + ".",
        READ_LABELS.get(entry.get("seen"), ""),
        _capital(remark) + "." if remark else "",
    )
    return " ".join(part for part in parts if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def format_footnote(entry: Entry) -> str:
    """The reference as HTML for the list at the end of a page."""
    return f'{format_reference(entry)} <span class="source-note">{escape(format_source_note(entry))}</span>'


def _place(entry: Entry) -> str:
    """year;volume(issue):pages"""
    text = entry.year
    volume, issue, pages = entry.text("volume"), entry.text("number"), entry.text("pages").replace("–", "-")
    if volume or issue:
        text += ";"
    text += volume + (f"({issue})" if issue else "")
    return text + (f":{pages}" if pages else "")


def _cited(day: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return ""
    year, month, date = day.split("-")
    return f"[cited {year} {MONTHS[int(month) - 1]} {int(date)}]"


def _identifiers(entry: Entry) -> list[str]:
    doi, pmid, pmcid, url = (entry.get(name) for name in ("doi", "pmid", "pmcid", "url"))
    identifiers = []
    if doi:
        identifiers.append(_link(f"https://doi.org/{doi}", f"doi:{doi}"))
    if pmid:
        identifiers.append("PMID: " + _link(f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/", pmid))
    if pmcid:
        identifiers.append("PMCID: " + _link(f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/", pmcid))
    if url and not (doi or (pmid and f"/{pmid}" in url) or (pmcid and pmcid in url)):
        identifiers.append("Available from: " + _link(url, urlsplit(url).netloc.removeprefix("www.") or url))
    archive = entry.get("archiveurl")
    if archive and not doi:
        identifiers.append("Archived: " + _link(archive, urlsplit(archive).netloc.removeprefix("www.") or archive))
    return [_stop(identifier) for identifier in identifiers]


def _link(address: str, text: str) -> str:
    if not address.lower().startswith(("https://", "http://")):
        return escape(address)  # in a preview only: other addresses are never links
    return f'<a href="{escape(address)}" rel="noopener nofollow">{escape(text)}</a>'


def _stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."

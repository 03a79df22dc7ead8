"""Repair an entry that a reference manager, a publisher or a database has exported, where only one answer is right."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import replace

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

from ledger.checks.bib_entries import DOI_URL, normalize_doi
from ledger.checks.bib_fields import (
    KNOWN_FIELDS,
    brace_capitals,
    brace_organisations,
    is_page_number,
    is_unlisted,
    repair_pages,
)
from ledger.model.bibliography import ADDRESS_FIELDS, CITATION_KEY, DOI, PMCID, PMID, Entry

RENAMED_FIELDS = {
    "journaltitle": "journal",
    "elocation-id": "eid",
    "article-number": "articlenumber",
    "articleno": "articlenumber",
    "art_number": "articlenumber",
    "pubmed_id": "pmid",
}
ARTICLE_FIELDS = {"issue": "number"}
"""Fields with another name in articles."""
EXPORT_FIELDS = ("langid", "keywords")
"""What no reader needs."""
ARTICLE_EXPORT_FIELDS = ("issn", "isbn")
"""What no reader of an article needs; its ISBN is the ISSN in a wrong field."""
PUBMED_URL = re.compile(
    r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed)/(\d{1,9})/?$"
)
PMC_URL = re.compile(
    r"https?://(?:(?:www\.)?ncbi\.nlm\.nih\.gov/pmc|pmc\.ncbi\.nlm\.nih\.gov)/articles/(PMC\d{1,10})/?$"
)
NOTE_LABEL = re.compile(
    r"(?:PMID|PMCID|Publisher|Company|Distributor|Institution|Label|Section|Pages|ISSN|Type|Number|number|publisher"
    r"|\\?_eprint|arXiv): ?"
)
"""What Zotero and publishers write into notes, each with a value."""
ENDNOTE_NOTE = re.compile(r"\d{4}-\d{3}[\dXx]\b|Journal Article\b")
"""How a note begins that EndNote has made of a record in PubMed."""
TEXMED_LINK = re.compile(r"\[(?P<name>DOI|PubMed):\s?\\href\s?\{[^{}]*\}\s?\{(?P<value>[^{}]*)\}\]")
"""A link that TeXMed writes into the note."""
LABELLED_NAME = re.compile(r"family=(?:(?! and )[^{}]){1,200}")
DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-\d\d)?)?(?:T[\d:.]+Z?)?(?:/.*)?")
ARXIV_ID = re.compile(r"(?:arXiv:)?(\d{4}\.\d{4,5}(?:v\d{1,2})?|[a-z.-]+/\d{7})", re.IGNORECASE)
ARTICLE_NUMBER = re.compile(r"[\w.()-]{1,60}", re.ASCII)

ESCAPED_IN_BRACES = re.compile(r"\{(\\[&%#$_])\}")
ENTITY = re.compile(r"\\?&(?:#[xX]?[\dA-Fa-f]{1,6}|[A-Za-z]\w{1,30});")
STYLE_TAG = re.compile(r"</?(?:jats:)?(?:i|b|u|em|strong|italic|bold|sc|scp|span|p|title)(?:\s[^<>]{0,80})?>", re.I)
SCRIPT = re.compile(
    r"\$\s?(?P<math>[_^])\s?\{?(?P<a>[\d+-]{1,6})\}?\s?\$|\\text(?P<tex>su[bp])(?:er)?script\{(?P<b>[\d+-]{1,6})\}"
    r"|<(?:jats:)?(?P<tag>su[bp])>(?P<c>[\d+-]{1,6})</(?:jats:)?su[bp]>"
)
SUBSCRIPTS = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
LATEX_TEXT = re.compile(
    r"\{\\[^{}]{1,80}(?:\{[^{}]{0,80}\}[^{}]{0,80})?\}"
    r"|\\(?:[cvuHrkbdt]\s+\w|[A-Za-z]{1,30}(?:\{[^{}]{0,200}\})?|[\"'`^~=.]\s?(?:\{[^{}]{0,20}\}|\\[ij](?![A-Za-z])|\w))"
    r"|\$[^$]{1,80}\$|``|''"
)
LATEX_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
LATEX_ACCENTS_AND_STYLES = frozenset(
    (
        *"\"'`^~=.cvuHrkbdt",
        *["textit", "emph", "textbf", "textrm", "textsc", "textup", "mathrm", "mathit", "it", "em", "bf"],
    )
)
LATEX_NAMES = {"textless": "<", "textgreater": ">", "textbar": "|", "textasciitilde": "~", "textbeta": "β"}
LATEX_NAME = re.compile(rf"\{{?\\(?P<name>{'|'.join(LATEX_NAMES)})(?![A-Za-z])(?:\{{\}})?\s?\}}?")
LATEX_COMMANDS = get_default_latex_context_db()
LATEX_DECODER = LatexNodes2Text(strict_latex_spaces=True)


def repair_entry(entry: Entry) -> Entry:
    """The entry with everything repaired that has one right answer, and without what is not published."""
    fields = _drop_fields(_rename_fields(entry), entry.type)
    for name in fields.keys() & KNOWN_FIELDS - frozenset(ADDRESS_FIELDS):
        fields[name] = decode_markup(fields[name])
    _collect_identifiers(fields, entry.type)
    _repair_dates(fields, entry.type)
    _repair_pages(fields, entry.type)
    for name in ("author", "editor"):
        if name in fields:
            fields[name] = brace_organisations(LABELLED_NAME.sub(_join_name_parts, fields[name]))
    if "title" in fields and not fields["title"].isupper():
        fields["title"] = brace_capitals(fields["title"])
    return replace(entry, fields=fields)


def _join_name_parts(match: re.Match[str]) -> str:
    """A name that biblatex writes as "family=Vries, given=Anna, prefix=de" in the usual way: "de Vries, Anna"."""
    parts = dict(part.strip().split("=", 1) for part in match[0].split(",") if "=" in part)
    family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"))))
    return ", ".join(filter(None, (family, parts.get("suffix"), parts.get("given"))))


def _rename_fields(entry: Entry) -> dict[str, str]:
    """The fields with the names that they have here, unless the entry has both."""
    names = RENAMED_FIELDS | (ARTICLE_FIELDS if entry.type == "article" else {})
    if entry.kind and not entry.get("kind"):
        names["keywords"] = "kind"
    fields: dict[str, str] = {}
    for name, value in entry.fields.items():
        new = names.get(name, name)
        fields[name if new in entry.fields or new in fields else new] = value
    return fields


def _drop_fields(fields: dict[str, str], entry_type: str) -> dict[str, str]:
    dropped = EXPORT_FIELDS + (ARTICLE_EXPORT_FIELDS if entry_type == "article" else ())
    if fields.get("type", "").lower() in ("article", "journal article"):
        dropped += ("type",)
    return {name: value for name, value in fields.items() if name not in dropped and not is_unlisted(name)}


def decode_markup(text: str) -> str:
    """A text with the characters that LaTeX commands, entities and tags stand for; what is unclear stays as it is."""
    if text.isascii() and text.replace(" ", "").isalnum():
        return text
    text = LATEX_NAME.sub(lambda match: LATEX_NAMES[match["name"]], ESCAPED_IN_BRACES.sub(r"\1", text))
    text = SCRIPT.sub(_decode_script, ENTITY.sub(_decode_entity, text))
    return STYLE_TAG.sub("", LATEX_TEXT.sub(_decode_latex, text))


def _decode_entity(match: re.Match[str]) -> str:
    character = html.unescape(match[0].removeprefix("\\"))
    if character.startswith("&") and character != "&":
        return match[0]
    return "" if character in "\xad\u200b\u200c\u200d\ufeff" else re.sub(r"[&%#$_{}]", r"\\\g<0>", character)


def _decode_script(match: re.Match[str]) -> str:
    kind = match["math"] or match["tex"] or match["tag"]
    value = match["a"] or match["b"] or match["c"]
    return value.translate(SUBSCRIPTS if kind in ("_", "sub") else SUPERSCRIPTS)


def _decode_latex(match: re.Match[str]) -> str:
    if not all(name in LATEX_ACCENTS_AND_STYLES or _is_symbol(name) for name in LATEX_COMMAND.findall(match[0])):
        return match[0]
    text = str(LATEX_DECODER.latex_to_text(match[0]))
    if not text.strip() or re.search(r"[\\_^{}]|[^\w\s][\u0300-\u036f]", text):
        return match[0]
    return re.sub(r"[&%#$]", r"\\\g<0>", unicodedata.normalize("NFC", text))


def _is_symbol(name: str) -> bool:
    return isinstance(getattr(LATEX_COMMANDS.get_macro_spec(name), "simplify_repl", None), str)


def _collect_identifiers(fields: dict[str, str], entry_type: str) -> None:
    """DOI, PubMed and PMC numbers in their own fields and bare, wherever the export has put them."""
    _read_note(fields)
    _read_eprint(fields)
    url = fields.get("url", "")
    if "doi" in fields or DOI_URL.match(url):
        doi = normalize_doi(fields.get("doi") or url)
        if DOI.fullmatch(doi):
            fields["doi"] = doi
    for name, pattern in (("pmid", PUBMED_URL), ("pmcid", PMC_URL)):
        if match := pattern.match(url):
            fields.setdefault(name, match[1])
    pmid = re.sub(r"^(?:PMID|PubMed)[:\s]*", "", fields.get("pmid", ""), flags=re.IGNORECASE)
    if PMID.fullmatch(pmid):
        fields["pmid"] = pmid
    pmcid = fields.get("pmcid", "").removeprefix("PMCID:").strip().rstrip(".")
    if PMCID.fullmatch(pmcid) or PMCID.fullmatch(f"PMC{pmcid}"):
        fields["pmcid"] = f"PMC{pmcid.removeprefix('PMC')}"
    if fields.get("doi") and entry_type != "online" and _repeats_identifier(url, fields):
        del fields["url"]


def _repeats_identifier(url: str, fields: dict[str, str]) -> bool:
    """Whether an address says no more than the identifiers of the entry."""
    for name, pattern in (("pmid", PUBMED_URL), ("pmcid", PMC_URL)):
        if match := pattern.match(url):
            return fields.get(name) == match[1]
    return bool(DOI_URL.match(url)) and normalize_doi(url).lower() == fields.get("doi", "").lower()


def _read_note(fields: dict[str, str]) -> None:
    """Take the identifiers out of a note that a program wrote, and remove the note; a person's note stays."""
    note = fields.get("note", "").strip()
    labels = list(NOTE_LABEL.finditer(note))
    if "retract" in note.lower() or "not seen" in note:
        return
    if note and not TEXMED_LINK.sub("", note).strip():
        for link in TEXMED_LINK.finditer(note):
            fields.setdefault("doi" if link["name"] == "DOI" else "pmid", link["value"])
        del fields["note"]
    elif ENDNOTE_NOTE.match(note) and "Journal Article" in note:
        del fields["note"]
    elif labels and labels[0].start() == 0:
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            value = note[label.end() : following.start() if following else None].strip(" .;,")
            name = label[0].strip(" :").lower()
            if name in ("pmid", "pmcid"):
                fields.setdefault(name, value)
        del fields["note"]


def _read_eprint(fields: dict[str, str]) -> None:
    """The number in another archive: in PubMed its own field, in arXiv an address, at a publisher nothing."""
    eprint = fields.get("eprint", "")
    archive = (fields.get("eprinttype") or fields.get("archiveprefix", "")).lower()
    if archive in ("pubmed", "pmid", "pmcid"):
        fields.setdefault("pmcid" if archive == "pmcid" else "pmid", eprint)
    elif archive == "arxiv" and (match := ARXIV_ID.fullmatch(eprint)):
        if not (fields.get("doi") or fields.get("url")):
            fields["url"] = f"https://arxiv.org/abs/{match[1]}"
        return
    elif not re.match(r"https?://", eprint):
        return
    for name in ("eprint", "eprinttype", "archiveprefix"):
        fields.pop(name, None)


def _repair_dates(fields: dict[str, str], entry_type: str) -> None:
    date = DATE.fullmatch(fields.get("date", ""))
    if date and fields.get("year", date["year"]) == date["year"]:
        repaired = {}
        for name, value in fields.items():
            if name != "date":
                repaired[name] = value
            elif "year" not in fields:
                repaired["year"] = date["year"]
        if date["month"]:
            repaired.setdefault("month", str(int(date["month"])))
        fields.clear()
        fields.update(repaired)
    if read := re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ][\d:.]+Z?", fields.get("urldate", "")):
        fields["urldate"] = read[1]
    if "urldate" in fields and entry_type != "online" and (fields.get("doi") or not fields.get("url")):
        del fields["urldate"]


def _repair_pages(fields: dict[str, str], entry_type: str) -> None:
    """Pages in the form that BibTeX knows; the number of an article without pages gets its own field."""
    pages = repair_pages(fields.get("pages", ""))
    if not pages:
        fields.pop("pages", None)
    elif is_page_number(pages) or not ARTICLE_NUMBER.fullmatch(pages) or not re.search(r"\d", pages):
        fields["pages"] = pages
    elif entry_type in ("article", "misc", "online") and "--" not in pages:
        fields.setdefault("eid", fields.pop("pages"))


def repair_key(key: str) -> str:
    """A key without the characters that a citation cannot have; no page can have cited it."""
    if CITATION_KEY.fullmatch(key):
        return key
    plain = unicodedata.normalize("NFKD", re.sub(r"^https?://", "", key)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-") or key

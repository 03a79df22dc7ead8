"""The fields of a bibliography entry: known names, and the form of people, pages, volumes, book numbers and plain text.

The syntax of such an entry is correct, but it would print or export something false.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from html import unescape
from typing import NamedTuple

from pybtex.bibtex.utils import split_name_list

from ledger.core.problems import Problem
from ledger.model.bibliography import ADDRESS_FIELDS, REQUIRED_FIELDS, Bibliography, Entry, strip_latex
from ledger.model.rules import rule

OWN_FIELDS = ("kind", "seen", "pmid", "pmcid", "urldate", "articlenumber", "archiveurl")
STANDARD_FIELDS = (
    "address archiveprefix booksubtitle booktitle chapter"
    " crossref date day edition editor eid eprint eprintclass eprinttype eventdate eventtitle howpublished"
    " institution isbn issn issue key langid language location month note number"
    " numpages organization origdate pagetotal part primaryclass pubstate related relatedtype school series"
    " shortjournal shorttitle subtitle titleaddon type venue version"
)
KNOWN_FIELDS = frozenset(
    (
        *OWN_FIELDS,
        *STANDARD_FIELDS.split(),
        "author",
        "title",
        "journal",
        "journaltitle",
        "year",
        "volume",
        "pages",
        "doi",
        "url",
        "publisher",
    )
) | frozenset(name for needed in REQUIRED_FIELDS.values() for one in needed for name in one.split("|"))
"""The fields that an entry may have and that are published: those of BibTeX and biblatex that describe a source, and ours."""
PRIVATE_FIELDS = frozenset(
    (
        "abstract",
        "accessdate",
        "adsnote",
        "annotation",
        "annote",
        "comment",
        "copyright",
        "da",
        "eissn",
        "essn",
        "file",
        "issue_date",
        "journal-iso",
        "library",
        "localfile",
        "owner",
        "printed",
        "publisher-place",
        "read",
        "refid",
        "rights",
        "timestamp",
        "url_date",
    )
)
"""What reference managers add for their owner. Never taken for a misspelt known field."""
UNPRINTED_FIELDS = frozenset(
    ("addendum", "collaborator", "holder", "issuetitle", "jurisdiction", "translator", "volumes")
)
"""What describes a source, though the NLM's style prints none of it."""
IGNORED_FIELDS = frozenset(("keywords",))
"""What every export contains and nobody needs here: neither published nor reported."""
PAGE_NUMBER = r"(?:[A-Za-z]{0,5}\d{1,8}(?:\.?[A-Za-z]{1,2}\d{0,4})?|[ivxlc]{1,8}|\d{1,6}-[A-Z]{1,4}(?:-\d{1,4})?)"
PAGE_NUMBERS = re.compile(rf"{PAGE_NUMBER}(?:--{PAGE_NUMBER}|\+)?(?:, ?{PAGE_NUMBER}(?:--{PAGE_NUMBER}|\+)?)*")
PAGE_RANGE = re.compile(r"(?P<letters>[A-Za-z]*)(?P<first>\d{1,8})--(?P=letters)(?P<last>\d{1,8})")
SHORT_PAGE_RANGE = re.compile(r"(?P<letters>[A-Za-z]+)(?P<first>\d{1,8})--(?P<last>\d{1,8})")
SUPPLEMENT = r"(?:Suppl|Supplement|Pt|Part|Spec No|Special Issue|Special|S)\.?"
VOLUME = re.compile(
    rf"(?:{SUPPLEMENT} ?)?[A-Za-z]{{0,4}}-?\d{{1,6}}[A-Za-z]{{0,3}}(?:(?:--|/)[A-Za-z]{{0,3}}\d{{1,6}}[A-Za-z]?)?(?:[ -]?{SUPPLEMENT}(?: ?[A-Za-z]?\d{{0,4}}))?"
    rf"|{SUPPLEMENT}|[IVXLCM]{{1,9}}|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[a-z]*"
)
RAW_MARKUP = re.compile(
    r"\\(?![&%$#_{}]|textendash\b)(?:[A-Za-z]+|.)?|(?<!\\)\$|``|''|\^|(?<!\\)_\{|<!(?:--|\[CDATA\[)|</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>"
    r"|&(?:[A-Za-z]\w{1,30}|#x?[\dA-Fa-f]{2,6});"
)
MOJIBAKE = re.compile(r"\ufffd|Ã[\x80-\xbf©¨¶¼¤±]|â€[™œ\x9d“”]|Â[ \u00a0°±]")
UNSEARCHABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff\U000e0000-\U000e0fff]|[\ufb00-\ufb06]"
)
"""Characters that cannot be seen, and ligatures: a search does not find the words that contain them."""
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
BRACED_TEXT = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")
TITLE_PART = re.compile(rf"{BRACED_TEXT.pattern}|\\(?:[A-Za-z]+|.)|[^\W_](?:[\w'’./+-]*\w)?")
"""Text in braces, a LaTeX command or a word."""
ORGANISATION = re.compile(
    r"\b(?:Universit\w+|Univ|Organi[sz]ations?|Associations?|Assoc|Societ(?:y|ies)|Soci[ée]t[ée]|Sociedad|Gesellschaft|Verein"
    r"|Stiftung|Committee|Cmte|Consortium|Foundation|Fdn|Agency|Authority|Ministry|Minist[eè]rio|Corp|Inc|Ltd|Limited|LLC|GmbH"
    r"|Networks?|Inst|Institut\w*|Istituto|Hospitals?|Klinik\w*|Krankenhaus|Administration|Departments?|Dept|Academy"
    r"|Collaborat(?:ion|ive|ors)|Commission|Coalition|Federation|Partnership|Secretariat|(?:Working|Study|Research|Test) Group"
    r"|Working Party|Grp|Investigators|Trialists|Initiative|Corporation|Program(?:me)?|Registr(?:y|ies)|Task ?Force"
    r"|\w*therapeutics|\w*therapies|Pharma(?:ceuticals?)?|Biotech(?:nolog(?:y|ies))?|Biolog\w+|Biomedic\w+|Diagnostics|Genomics"
    r"|Bio(?:sciences?|systems|pharma\w*)|(?:Life|Cell|Health|Medical) Sciences?|Technologies|Laborator(?:y|ies)|Arbeitsg\w+)\b",
    re.IGNORECASE,
)
"""Words in the names of organisations that are not family names."""
GROUP_WORDS = (
    "Alliance|Board|Bureau|Cent(?:er|re)s?|Clinics?|Company|Congress|Council|Group|Journal|Magazine|Medicine|Office|Panel"
    "|Project|Service|Team|Union"
)
ORGANISATION_OR_FAMILY = re.compile(
    rf"\b(?:{GROUP_WORDS}|College|Court|Health|Holdings|News|Press|Review|School|Sciences?|Therapy|Times|Trust|of|for|the)\b",
    re.IGNORECASE,
)
"""Words in the names of organisations that are family names, too: only the comma of "Center, D. M." shows which."""
GROUP_TURNED_ROUND = re.compile(rf"(?:{GROUP_WORDS}), *[^\W\d_a-z]\w+(?: [\w-]{{2,}})+")
"""An organisation whose last word was taken for a family name: "Group, Islet Study", not "Group, I. S."."""
LEGAL_FORM = re.compile(r"(?:, ?(?:Co|Corp|GmbH|Inc|LLC|Ltd)\.?)+$")
ORGANISATION_AUTHOR_KINDS = (
    "regulator",
    "trial registry",
    "drug monograph",
    "government statistics",
    "patient organisation",
    "professional society",
    "public health body",
    "company statement",
    "seller's page",
    "news",
    "forum or blog",
    "court document",
    "institution page",
)
"""Kinds of source whose author is mostly an organisation, often with a name such as Medscape that shows nothing."""
NON_NAME_CHARACTER = re.compile(r"[\d@*†‡§()\[\]/:|]|\w{2}\.[a-z]{2}")
"""What a person's name does not contain: digits, brackets, the dot of an address."""
ESCAPED_BRACE = re.compile(r"\\[{}]")
NAME_SUFFIX = re.compile(r"(?:Jr|Sr|Jnr|Snr|II|III|IV|2nd|3rd|4th)\.?")
CAPITAL_PARTICLES = (
    "Van",
    "Von",
    "De",
    "Den",
    "Der",
    "Del",
    "Della",
    "Di",
    "Da",
    "Dos",
    "Du",
    "La",
    "Le",
    "Ter",
    "Ten",
    "St",
    "St.",
)
INITIALS_AT_END = re.compile(r"\s[A-Z](?:\.?[A-Z]){0,2}\.?$")
MORE_THAN_FAMILY = re.compile(rf"{INITIALS_AT_END.pattern}|(?:^|\s)[A-Z]\.\s?[A-Z]\w|\w\s[A-Z]\s[A-Z]\w")
"""What a family name does not contain: initials after it, or between names."""
TWO_FULL_NAMES = re.compile(r"[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)+")


class FieldFinding(NamedTuple):
    """What is wrong in a field of an entry."""

    rule: str
    field: str
    message: str


@rule("bib-field", "bib-author", "bib-pages", "bib-volume", "bib-isbn", "bib-raw", "bib-capitals")
def check_bib_fields(bibliography: Bibliography) -> Iterator[Problem]:
    """Every rule on the fields of every entry."""
    for entry in bibliography.entries.values():
        for check in (
            _check_known_fields,
            _check_names,
            _check_numbering,
            _check_book_numbers,
            _check_plain_text,
            _check_capitals,
        ):
            for finding in check(entry):
                line = entry.field_lines.get(finding.field, entry.line)
                yield Problem(bibliography.path, line, finding.rule, f"{entry.key}: {finding.message}")


def _check_known_fields(entry: Entry) -> Iterator[FieldFinding]:
    if entry.fields.keys() <= KNOWN_FIELDS:
        return
    unlisted = [name for name in entry.fields if is_unlisted(name) and name not in IGNORED_FIELDS]
    for name in entry.fields:
        if name in UNPRINTED_FIELDS:
            yield FieldFinding("bib-field", name, f"the field {name} is not printed; put what readers need into note")
        elif name not in KNOWN_FIELDS and not is_unlisted(name):
            yield FieldFinding(
                "bib-field", name, f"there is no field '{name[:40]}'; did you mean {_suggest_field(name)}?"
            )
    if unlisted:
        shown = ", ".join(f"{name[:40]} (line {entry.field_lines[name]})" for name in unlisted)
        message = (
            f"these fields are private, copyrighted or unknown and are not published: {shown}; remove them, or run"
            " check_citations.py --fix (put what readers need into note)"
        )
        yield FieldFinding("bib-field", unlisted[0], message)


def is_unlisted(name: str) -> bool:
    """Whether a field does not belong in the bibliography. One that may be a misspelt known field is left to a person."""
    return name not in KNOWN_FIELDS | UNPRINTED_FIELDS and (
        name in PRIVATE_FIELDS | IGNORED_FIELDS or not _suggest_field(name)
    )


def _suggest_field(name: str) -> str:
    return next(iter(get_close_matches(name[:40], KNOWN_FIELDS, 1, 0.7)), "")


def _check_names(entry: Entry) -> Iterator[FieldFinding]:
    for field in ("author", "editor"):
        value = entry.get(field)
        if value:
            for message in _find_name_errors(value, entry.kind in ORGANISATION_AUTHOR_KINDS):
                yield FieldFinding("bib-author", field, message)


def _find_name_errors(value: str, is_organisation_kind: bool) -> Iterator[str]:
    """What is wrong with a list of people, one message for each kind of error."""
    bare = BRACED_TEXT.sub("{}", value)
    if re.search(r"\bet\.? al\b", bare, re.IGNORECASE):
        yield "'et al' is not a person; write 'and others'"
        return
    if ";" in bare or "&" in bare:
        yield "separate people with ' and ': Family, Given and Family, Given; put an organisation in braces"
        return
    if re.match(r"and\b", bare) or re.search(r"(?:\band|,)\s*$|\band\s+and\b", bare):
        yield "a name is missing in the list of people; remove the extra 'and' or comma"
        return
    people = split_name_list(value)
    if "others" in people[:-1]:
        yield "'and others' is not the last of the list; move it to the end"
    for person in people:
        alone = not any("," in other for other in people if other != person)
        message = _describe_name_error(person, is_organisation_kind, alone)
        if message:
            yield message
            return


def _describe_name_error(person: str, is_organisation_kind: bool, alone: bool) -> str | None:
    """What is wrong with one name; ``alone``: no other in the list is written Family, Given."""
    bare, shown = BRACED_TEXT.sub("{}", person), person[:50]
    if ESCAPED_BRACE.search(person):
        return f"'{shown}' has a backslash before its braces; put an organisation in plain braces, {{{{…}}}}"
    if bare in ("others", "{}"):
        return None
    if _is_organisation(strip_latex(person), bare, is_organisation_kind):
        return (
            f"'{shown}' looks like an organisation; put its whole name in braces, {{{{…}}}} (a person is Family, Given)"
        )
    parts = [part.strip() for part in bare.split(",")]
    if not all(parts):
        return f"'{shown}' has an extra comma; write Family, Given"
    suggestion = _move_suffix(strip_latex(person)) or _move_particles(parts)
    if suggestion:
        return f"'{shown}' would be read wrongly; write {suggestion}"
    return _describe_parts_error(shown, parts, alone)


def _describe_parts_error(shown: str, parts: list[str], alone: bool) -> str | None:
    """What is wrong with a person's name, given what is between its commas."""
    if len(parts) == 3 and NAME_SUFFIX.fullmatch(parts[1]):
        del parts[1]
    if len(parts) > 2 or (len(parts) == 2 and MORE_THAN_FAMILY.search(parts[0])):
        return f"'{shown}': separate people with ' and '; write Family, Given and Family, Given"
    if len(parts) == 1 and CJK.search(parts[0]):
        return f"'{shown}': which part is the family name is unclear; write Family, Given, or an organisation in braces"
    if any(map(NON_NAME_CHARACTER.search, parts)):
        return f"'{shown}' contains a character that names do not have; remove it, or put an organisation in braces"
    if _is_in_capitals(parts):
        return f"'{shown}' is in capitals; write it the usual way, initials as A. B., or an organisation in braces"
    if len(parts) == 1 and INITIALS_AT_END.search(parts[0]):
        family, _, given = parts[0].rpartition(" ")
        return (
            f"'{shown}' would be read as a family name {given}; write {family}, {given}, or an organisation in braces"
        )
    if alone and len(parts) == 2 and all(map(TWO_FULL_NAMES.fullmatch, parts)):
        return f"'{shown}' may be two people; join them with ' and ', or put the family name of one in braces: {{{parts[0]}}}, {parts[1]}"
    return None


def _move_suffix(name: str) -> str:
    """The name with its Jr. or III where BibTeX expects it, if it is elsewhere; otherwise nothing."""
    parts = [part.split() for part in name.split(",")]
    at = next((at for at, part in enumerate(parts) if part and NAME_SUFFIX.fullmatch(part[-1])), -1)
    if at < 0 or (at == 1 and len(parts) == 3 and len(parts[1]) == 1):
        return ""
    suffix = parts[at].pop()
    people = [part for part in parts if part]
    if len(people) == 1 and len(people[0]) > 1:
        people = [people[0][-1:], people[0][:-1]]
    return ", ".join((" ".join(people[0]), suffix, " ".join(people[1]))) if len(people) == 2 else ""


def _move_particles(parts: list[str]) -> str:
    """The name with its particles before the family name, if BibTeX would not read them there; otherwise nothing."""
    words = parts[-1].split()
    if len(parts) == 1:
        at = next((at for at, word in enumerate(words) if at and word in CAPITAL_PARTICLES), len(words) - 1)
        return f"{' '.join(words[at:])}, {' '.join(words[:at])}" if at < len(words) - 1 else ""
    at = len(words)
    while at > 1 and words[at - 1].islower():
        at -= 1
    return f"{' '.join(words[at:])} {parts[0]}, {' '.join(words[:at])}" if at < len(words) else ""


def _is_in_capitals(parts: list[str]) -> bool:
    """Whether a family name is in capitals, or a given name longer than initials."""
    family, given = (re.findall(r"[^\W\d_]+", part) for part in (parts[0], parts[-1]))
    if len(parts) == 1:
        return parts[0].isupper() and len(max(family, key=len)) > 2
    return any((len(word) > 1 and word.isupper()) or (len(word) > 3 and word[-3:].isupper()) for word in family) or any(
        len(word) > 3 and word.isupper() for word in given
    )


def _is_organisation(name: str, bare: str, is_organisation_kind: bool) -> bool:
    """Whether an organisation is written as a person; ``is_organisation_kind``: the source is of a kind whose author mostly is one."""
    if ORGANISATION.search(name) and " " in name:
        return True
    if "," in bare:
        return bool(GROUP_TURNED_ROUND.fullmatch(bare))
    return is_organisation_kind or (" " in name and bool(ORGANISATION_OR_FAMILY.search(name)))


def brace_organisations(value: str) -> str:
    """The value of ``author`` or ``editor`` with braces around organisations, where the list can be read in one way only.

    "Food and Drug Administration" without braces is two names, so beside a body there may be nothing but people written
    Family, Given and names in braces.
    """
    parts = re.split(r"(\s+and\s+)", value)
    bodies = [place for place in range(0, len(parts), 2) if _is_unbraced_organisation(" ".join(parts[place].split()))]
    sure = all(
        place in bodies or "," in part or part == "others" or BRACED_TEXT.fullmatch(part)
        for place, part in enumerate(parts)
        if place % 2 == 0
    )
    if not sure:
        return value
    return "".join(f"{{{part}}}" if place in bodies else part for place, part in enumerate(parts))


def _is_unbraced_organisation(person: str) -> bool:
    return (
        "," not in LEGAL_FORM.sub("", person)
        and bool(ORGANISATION.search(person))
        and not re.search(r"[{}\\\"#]", person)
    )


def _check_numbering(entry: Entry) -> Iterator[FieldFinding]:
    """Pages, and volume and issue of an article."""
    pages = entry.get("pages")
    if pages and not PAGE_NUMBERS.fullmatch(pages):
        yield FieldFinding("bib-pages", "pages", f"'{pages[:40]}' are not page numbers; {_suggest_pages(pages)}")
    else:
        for match in PAGE_RANGE.finditer(pages) if "--" in pages else ():
            if int(match["last"]) < int(match["first"]):
                message = f"'{match[0]}' ends before it begins; write the last page in full"
                yield FieldFinding("bib-pages", "pages", message)
    if entry.type == "article":
        for name in ("volume", "number"):
            value = entry.text(name).replace("–", "--")
            if value and not VOLUME.fullmatch(value):
                message = f"'{value[:40]}' is not {'a volume' if name == 'volume' else 'an issue'}; write the bare number, for example 12 or Suppl 1"
                yield FieldFinding("bib-volume", name, message)


def _suggest_pages(pages: str) -> str:
    repaired = repair_pages(pages)
    return f"write {repaired[:40]}" if repaired != pages else "write 12--34, e123 or S1--S9"


def is_page_number(pages: str) -> bool:
    return bool(PAGE_NUMBERS.fullmatch(pages))


def repair_pages(pages: str) -> str:
    """Page numbers with ``--`` and without words around them, the last one in full; anything else as it is."""
    bare = pages
    if not is_page_number(pages):
        bare = re.sub(r"^(?:pp?\.?|pages?)\s*|[.,;:\s-]+$", "", pages, flags=re.IGNORECASE)
        bare = re.sub(r"\s*[\u2010-\u2015\u2212-]+\s*", "--", bare)
    match = PAGE_RANGE.fullmatch(bare) or SHORT_PAGE_RANGE.fullmatch(bare)
    if match and len(match["last"]) < len(match["first"]):
        last = match["first"][: -len(match["last"])] + match["last"]
        if int(last) > int(match["first"]):
            bare = f"{match['letters']}{match['first']}--{match['letters']}{last}"
    return bare if is_page_number(bare) else pages


def _check_book_numbers(entry: Entry) -> Iterator[FieldFinding]:
    for name, right in (("isbn", _is_isbn), ("issn", _is_issn)):
        value = entry.get(name)
        for one in re.split(r"[,;]\s*", value) if value else ():
            if not right(re.sub(r"[\s-]", "", one)):
                message = f"'{one[:40]}' is not a valid {name.upper()}: its check digit is wrong; copy it again from the source"
                yield FieldFinding("bib-isbn", name, message)


def _is_isbn(value: str) -> bool:
    if re.fullmatch(r"\d{9}[\dXx]", value):
        return sum((10 - place) * _get_digit_value(character) for place, character in enumerate(value)) % 11 == 0
    if re.fullmatch(r"97[89]\d{10}", value):
        return sum((3 if place % 2 else 1) * int(character) for place, character in enumerate(value)) % 10 == 0
    return False


def _is_issn(value: str) -> bool:
    return bool(re.fullmatch(r"\d{7}[\dXx]", value)) and (
        sum((8 - place) * _get_digit_value(character) for place, character in enumerate(value)) % 11 == 0
    )


def _get_digit_value(character: str) -> int:
    return 10 if character in "Xx" else int(character)


def _check_plain_text(entry: Entry) -> Iterator[FieldFinding]:
    """What a reader would see raw: LaTeX beyond the escapes that ``strip_latex`` removes, HTML, broken characters."""
    for name in entry.fields.keys() & KNOWN_FIELDS - frozenset(ADDRESS_FIELDS):
        value = entry.get(name)
        if not value or (value.isascii() and value.isalnum()):
            continue
        raw = dict.fromkeys(match[0] for match in RAW_MARKUP.finditer(value))
        if raw:
            yield FieldFinding("bib-raw", name, _describe_markup(raw, name))
        elif not value.isascii() and MOJIBAKE.search(value):
            message = f"the {name} contains broken characters; copy it again from the source"
            yield FieldFinding("bib-raw", name, message)
        elif not value.isascii() and (match := UNSEARCHABLE.search(value)):
            yield FieldFinding("bib-raw", name, f"the {name} has {describe_character(match)}")


def _describe_markup(raw: Iterable[str], name: str) -> str:
    """Markup as it is written, and what to write instead."""
    message = f"readers would see {', '.join(map(repr, raw))[:120]} in the {name}".replace("\\\\", "\\")
    characters = ", ".join(unescape(one) for one in raw)
    if all(one.startswith("<") for one in raw):
        return f"{message}; remove the tags (raised or lowered characters are written ² or ₂)"
    if all(one.startswith("&") for one in raw) and characters.isprintable():
        return f"{message}; write {characters}"
    return f"{message}; write the character itself (é, β, ², “ ”)"


def describe_character(match: re.Match[str]) -> str:
    """A character that cannot be seen, or a ligature, with what is before it and what to do."""
    before = match.string[: match.start()][-12:]
    plain = unicodedata.normalize("NFKC", match[0])
    if "\ufb00" <= match[0] <= "\ufb06":
        return f"the ligature '{match[0]}' after '{before}'; write {plain}"
    return f"an invisible character (U+{ord(match[0]):04X}) after '{before}'; delete it and type the words again"


def _check_capitals(entry: Entry) -> Iterator[FieldFinding]:
    """Words that citation styles, which print titles in lower case, would print without their capitals."""
    title = entry.get("title")
    if RAW_MARKUP.search(title):
        return  # reported, and its letters are not the title's
    if title.isupper() and len(title) > 12:
        yield FieldFinding("bib-capitals", "title", "the title is in capitals; write it as a sentence")
        return
    words = dict.fromkeys(f"{{{match[0]}}}" for match in _find_unprotected_words(title))
    if words:
        message = (
            "other citation styles would print these in lower case; put braces around them, or run"
            f" check_citations.py --fix: {', '.join(words)[:120]}"
        )
        yield FieldFinding("bib-capitals", "title", message)


def _find_unprotected_words(title: str) -> Iterator[re.Match[str]]:
    """Words outside braces with a capital; the first letter of a title remains a capital anyway."""
    for place, match in enumerate(TITLE_PART.finditer(title)):
        letters = match[0] if place else match[0][1:]
        is_after_backslash = title[: match.start()].endswith("\\")
        if match[0][0] not in "{\\" and letters != letters.lower() and not is_after_backslash:
            yield match


def brace_capitals(title: str) -> str:
    """A title with braces around the words that would lose their capitals."""
    parts, done = [], 0
    for match in _find_unprotected_words(title):
        parts += [title[done : match.start()], f"{{{match[0]}}}"]
        done = match.end()
    return "".join(parts) + title[done:]

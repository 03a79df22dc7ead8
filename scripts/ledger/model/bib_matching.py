"""Compare an entry with what a database calls the work: title, first author, year and journal.

Databases differ in the names of one journal, accents, Greek letters, dashes, markup and subtitles. Only other
differences count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from html import unescape

from ledger.model.bibliography import AND_OTHERS, Entry, split_names

COMPARED_FIELDS = ("title", "first author", "year", "journal")
AGREE, DISAGREE, NOT_CHECKED = "agree", "disagree", "not checked"
FORM_SEPARATOR = " | "
"""Separates the forms that a database gives of one value: a journal's name and abbreviation, print and online year."""
SAME_TITLE_THRESHOLD = 0.9
"""Titles at least this similar (0 to 1) are the same title with a typing error."""
OTHER_TITLE_THRESHOLD = 0.6
"""Titles less similar than this belong to different works."""
MAX_COMPARED_LENGTH = 400
AUTHOR_SEPARATOR = re.compile(r"\s+and\s+(?![^{}]*\})")
"""Between the authors of a field."""
WORD_CHARACTERS = re.compile(r"[^\W_]+")
MARKUP_TAG = re.compile(r"<[^<>]{0,200}>")
STOP_WORDS = frozenset(("the", "of", "and", "in", "on", "for", "to", "de", "la", "le", "et", "der", "die", "und"))
"""Words that the short name of a journal leaves out."""
STROKE_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode does not decompose, though databases write them without the stroke."""
PUBLISHER_PREFIX = re.compile(
    r"^\W*(?:retracted|withdrawn|reprint|reprint of|republished|corrigendum|retracted article)\s*:\s*", re.I
)
"""What a publisher puts before the title of a work that was retracted."""


def normalize_text(text: str) -> str:
    """The words of a text in lower case, without markup, accents and punctuation; Greek letters by name."""
    text = unescape(MARKUP_TAG.sub("", text[: 2 * MAX_COMPARED_LENGTH]))
    letters = []
    for character in unicodedata.normalize("NFKD", text.translate(STROKE_LETTERS)):
        if unicodedata.combining(character):
            continue
        if "\u0370" <= character <= "\u03ff":
            name = unicodedata.name(character, "").rpartition("LETTER ")[2].partition(" ")[0].lower()
            letters.append(f" {'lambda' if name == 'lamda' else name} ")
        else:
            letters.append(character)
    return " ".join(WORD_CHARACTERS.findall("".join(letters).casefold()))


def measure_title_similarity(ours: str, theirs: str) -> float:
    """How similar two titles are, from 0 to 1; a title without its subtitle is the same title."""
    first, second = _normalize_title(ours), _normalize_title(theirs)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    if len(short) >= 20 and long.startswith(short):
        return 1.0
    matcher = SequenceMatcher(None, first[:MAX_COMPARED_LENGTH], second[:MAX_COMPARED_LENGTH], autojunk=False)
    if matcher.quick_ratio() < OTHER_TITLE_THRESHOLD:
        return matcher.quick_ratio()
    return matcher.ratio()


def _normalize_title(text: str) -> str:
    return normalize_text(PUBLISHER_PREFIX.sub("", unescape(text))).replace(" ", "")


def compare_fields(entry: Entry, seen: Mapping[str, str]) -> dict[str, str]:
    """For each field: agree, disagree or not checked."""
    return {
        name: _compare_field(entry, name, seen[name]) if seen.get(name) else NOT_CHECKED for name in COMPARED_FIELDS
    }


def _compare_field(entry: Entry, name: str, seen: str) -> str:
    ours = _get_entry_value(entry, name)
    if not ours:
        return NOT_CHECKED  # nothing to compare; another rule reports required fields
    forms = seen.split(FORM_SEPARATOR)
    if ours in forms or (
        len(ours) < MAX_COMPARED_LENGTH
        and WORD_CHARACTERS.findall(ours.casefold()) == WORD_CHARACTERS.findall(seen.casefold())
    ):
        return AGREE
    return AGREE if any(_is_same_value(name, ours, form) for form in (*forms, seen)) else DISAGREE


def _is_same_value(name: str, ours: str, theirs: str) -> bool:
    if name == "title":
        return measure_title_similarity(ours, theirs) >= SAME_TITLE_THRESHOLD
    if name == "first author":
        return is_same_person(ours, theirs)
    if name == "journal":
        return is_same_journal(ours, theirs)
    return ours == theirs.strip()


def _get_entry_value(entry: Entry, name: str) -> str:
    """The entry's value of a field, in the form of the database values."""
    if name == "title":
        return entry.text("title")
    if name == "year":
        return entry.year
    if name == "journal":
        return entry.text("journal")
    first = AUTHOR_SEPARATOR.split(entry.get("author").strip(), 1)[0]
    people = [person for person in split_names(first) if person != AND_OTHERS]
    if not people:
        return ""
    return f"{people[0].family}, {people[0].given}" if people[0].given else people[0].family


def is_other_work(entry: Entry, seen: Mapping[str, str]) -> bool:
    """Whether an identifier leads to another work: the title differs, and so does the author or the year."""
    title = seen.get("title", "")
    if not title or not entry.text("title"):
        return False
    if any(
        measure_title_similarity(entry.text("title"), form) >= OTHER_TITLE_THRESHOLD
        for form in (*title.split(FORM_SEPARATOR), title)
    ):
        return False
    results = compare_fields(entry, seen)
    return DISAGREE in (results["first author"], results["year"])


def is_same_person(ours: str, theirs: str) -> bool:
    """Whether two first authors can be one: "de Koning, E" and "Koning, Eelco de"; a group by half of its words."""
    family, given = (normalize_text(part) for part in ours.partition(",")[::2])
    their_family, their_given = (normalize_text(part) for part in theirs.partition(",")[::2])
    if not family or not their_family:
        return False
    if family.replace(" ", "") == their_family.replace(" ", "") or _split_words(ours) == _split_words(theirs):
        return True
    if given and their_given:
        one, two = family.split(), their_family.split()
        without = one[-1] == two[-1] and len(one) != len(two)  # without "de", "van der"
        swapped = family == their_given and their_family.startswith(given[0])  # family and given name swapped
        return without or swapped
    if given or their_given:
        return False
    group, other = _split_words(ours) - STOP_WORDS, _split_words(theirs) - STOP_WORDS
    return 2 * len(group & other) >= max(min(len(group), len(other)), 1)


def _split_words(text: str) -> set[str]:
    return set(normalize_text(text).split())


def is_same_journal(ours: str, theirs: str) -> bool:
    """Whether two names are of one journal: equal, or one an abbreviation of the other, word by word."""
    one, two = (
        [word for word in normalize_text(re.sub(r"\([^()]*\)", " ", name)).split() if word not in STOP_WORDS]
        for name in (ours, theirs)
    )
    if not one or not two:
        return False
    return one == two or _is_abbreviation(one, two) or _is_abbreviation(two, one)


def _is_abbreviation(short: list[str], long: list[str]) -> bool:
    """Whether each word is a beginning of the word in its place, or leaves out some of its letters."""
    return len(short) == len(long) and all(
        full.startswith(part) or (part[0] == full[0] and _has_letters_in_order(part, full))
        for part, full in zip(short, long, strict=True)
    )


def _has_letters_in_order(part: str, full: str) -> bool:
    """Whether a word has the letters of an abbreviation in this order: "natl" in "national"."""
    rest = iter(full)
    return len(part) >= 3 and all(letter in rest for letter in part)

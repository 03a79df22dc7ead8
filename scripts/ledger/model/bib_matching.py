"""Is this the work that the entry describes? Title, first author, year and journal, held against a database's words.

Names of one journal, accents, Greek letters, dashes, markup and subtitles differ between databases; only what is left
after that is a disagreement.
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
"""Between the forms that a database gives of one thing: a journal's name and its abbreviation, print and online year."""
SAME_TITLE_THRESHOLD = 0.9
"""Titles at least this similar (0 to 1) are one title with a slip."""
OTHER_TITLE_THRESHOLD = 0.6
"""Titles less similar than this belong to two works."""
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
"""Letters that are no letter with an accent, though databases write them without."""
PUBLISHER_PREFIX = re.compile(
    r"^\W*(?:retracted|withdrawn|reprint|reprint of|republished|corrigendum|retracted article)\s*:\s*", re.I
)
"""What a publisher puts before the title of a work that was retracted."""


def normalize_text(text: str) -> str:
    """Words alone, in small letters: no markup, accents, punctuation; Greek letters by name."""
    text = unescape(MARKUP_TAG.sub("", text[: 2 * MAX_COMPARED_LENGTH]))
    letters = []
    for sign in unicodedata.normalize("NFKD", text.translate(STROKE_LETTERS)):
        if unicodedata.combining(sign):
            continue
        if "\u0370" <= sign <= "\u03ff":
            name = unicodedata.name(sign, "").rpartition("LETTER ")[2].partition(" ")[0].lower()
            letters.append(f" {'lambda' if name == 'lamda' else name} ")
        else:
            letters.append(sign)
    return " ".join(WORD_CHARACTERS.findall("".join(letters).casefold()))


def measure_title_similarity(ours: str, theirs: str) -> float:
    """How similar two titles are, from 0 to 1; a title without its subtitle is the same title."""
    one, two = _normalize_title(ours), _normalize_title(theirs)
    if not one or not two:
        return 0.0
    if one == two:
        return 1.0
    short, long = sorted((one, two), key=len)
    if len(short) >= 20 and long.startswith(short):
        return 1.0
    matcher = SequenceMatcher(None, one[:MAX_COMPARED_LENGTH], two[:MAX_COMPARED_LENGTH], autojunk=False)
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
        return NOT_CHECKED  # nothing to compare with; another rule asks for what must be there
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
    """The entry's own value of a field, in the form in which a database's is kept."""
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
    """Whether the number leads to another work: the title is another one, and so is the author or the year."""
    title = seen.get("title", "")
    if not title or not entry.text("title"):
        return False
    if any(
        measure_title_similarity(entry.text("title"), form) >= OTHER_TITLE_THRESHOLD
        for form in (*title.split(FORM_SEPARATOR), title)
    ):
        return False
    found = compare_fields(entry, seen)
    return DISAGREE in (found["first author"], found["year"])


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
        turned = family == their_given and their_family.startswith(given[0])  # the family's name taken for the given
        return without or turned
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
    """Whether each word is the beginning of the word at its place, or leaves letters of it out."""
    return len(short) == len(long) and all(
        full.startswith(part) or (part[0] == full[0] and _has_letters_in_order(part, full))
        for part, full in zip(short, long, strict=True)
    )


def _has_letters_in_order(part: str, full: str) -> bool:
    """Whether the letters of an abbreviation stand in a word in their order: "natl" in "national"."""
    rest = iter(full)
    return len(part) >= 3 and all(letter in rest for letter in part)

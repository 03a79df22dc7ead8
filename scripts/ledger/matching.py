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

from ledger.bibliography import OTHERS, Entry, names

FIELDS = ("title", "first author", "year", "journal")
AGREE, DISAGREE, NOT_CHECKED = "agree", "disagree", "not checked"
OR = " | "
"""Between the forms that a database gives of one thing: a journal's name and its abbreviation, print and online year."""
SAME_TITLE = 0.9
"""Titles at least this similar (0 to 1) are one title with a slip."""
OTHER_TITLE = 0.6
"""Titles less similar than this belong to two works."""
LONGEST = 400
FIRST = re.compile(r"\s+and\s+(?![^{}]*\})")
"""Between the authors of a field."""
WORDS = re.compile(r"[^\W_]+")
TAG = re.compile(r"<[^<>]{0,200}>")
SMALL = frozenset(("the", "of", "and", "in", "on", "for", "to", "de", "la", "le", "et", "der", "die", "und"))
"""Words that the short name of a journal leaves out."""
STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that are no letter with an accent, though databases write them without."""
FLAGS = re.compile(
    r"^\W*(?:retracted|withdrawn|reprint|reprint of|republished|corrigendum|retracted article)\s*:\s*", re.I
)
"""What a publisher puts before the title of a work that was retracted."""


def normal(text: str) -> str:
    """Words alone, in small letters: no markup, accents, punctuation; Greek letters by name."""
    text = unescape(TAG.sub("", text[: 2 * LONGEST]))
    letters = []
    for sign in unicodedata.normalize("NFKD", text.translate(STROKES)):
        if unicodedata.combining(sign):
            continue
        if "\u0370" <= sign <= "\u03ff":
            name = unicodedata.name(sign, "").rpartition("LETTER ")[2].partition(" ")[0].lower()
            letters.append(f" {'lambda' if name == 'lamda' else name} ")
        else:
            letters.append(sign)
    return " ".join(WORDS.findall("".join(letters).casefold()))


def likeness(ours: str, theirs: str) -> float:
    """How similar two titles are, from 0 to 1; a title without its subtitle is the same title."""
    one, two = _title(ours), _title(theirs)
    if not one or not two:
        return 0.0
    if one == two:
        return 1.0
    short, long = sorted((one, two), key=len)
    if len(short) >= 20 and long.startswith(short):
        return 1.0
    matcher = SequenceMatcher(None, one[:LONGEST], two[:LONGEST], autojunk=False)
    if matcher.quick_ratio() < OTHER_TITLE:
        return matcher.quick_ratio()
    return matcher.ratio()


def _title(text: str) -> str:
    return normal(FLAGS.sub("", unescape(text))).replace(" ", "")


def verdicts(entry: Entry, seen: Mapping[str, str]) -> dict[str, str]:
    """For each field: agree, disagree or not checked."""
    return {name: _verdict(entry, name, seen[name]) if seen.get(name) else NOT_CHECKED for name in FIELDS}


def _verdict(entry: Entry, name: str, seen: str) -> str:
    ours = _ours(entry, name)
    if not ours:
        return NOT_CHECKED  # nothing to compare with; another rule asks for what must be there
    forms = seen.split(OR)
    if ours in forms or (len(ours) < LONGEST and WORDS.findall(ours.casefold()) == WORDS.findall(seen.casefold())):
        return AGREE
    return AGREE if any(_same(name, ours, form) for form in (*forms, seen)) else DISAGREE


def _same(name: str, ours: str, theirs: str) -> bool:
    if name == "title":
        return likeness(ours, theirs) >= SAME_TITLE
    if name == "first author":
        return same_person(ours, theirs)
    if name == "journal":
        return same_journal(ours, theirs)
    return ours == theirs.strip()


def _ours(entry: Entry, name: str) -> str:
    """The entry's own value of a field, in the form in which a database's is kept."""
    if name == "title":
        return entry.text("title")
    if name == "year":
        return entry.year
    if name == "journal":
        return entry.text("journal")
    first = FIRST.split(entry.get("author").strip(), 1)[0]
    people = [person for person in names(first) if person != OTHERS]
    if not people:
        return ""
    return f"{people[0].family}, {people[0].given}" if people[0].given else people[0].family


def other_work(entry: Entry, seen: Mapping[str, str]) -> bool:
    """Whether the number leads to another work: the title is another one, and so is the author or the year."""
    title = seen.get("title", "")
    if not title or not entry.text("title"):
        return False
    if any(likeness(entry.text("title"), form) >= OTHER_TITLE for form in (*title.split(OR), title)):
        return False
    found = verdicts(entry, seen)
    return DISAGREE in (found["first author"], found["year"])


def same_person(ours: str, theirs: str) -> bool:
    """Whether two first authors can be one: "de Koning, E" and "Koning, Eelco de"; a group by half of its words."""
    family, given = (normal(part) for part in ours.partition(",")[::2])
    their_family, their_given = (normal(part) for part in theirs.partition(",")[::2])
    if not family or not their_family:
        return False
    if family.replace(" ", "") == their_family.replace(" ", "") or _words(ours) == _words(theirs):
        return True
    if given and their_given:
        one, two = family.split(), their_family.split()
        without = one[-1] == two[-1] and len(one) != len(two)  # without "de", "van der"
        turned = family == their_given and their_family.startswith(given[0])  # the family's name taken for the given
        return without or turned
    if given or their_given:
        return False
    group, other = _words(ours) - SMALL, _words(theirs) - SMALL
    return 2 * len(group & other) >= max(min(len(group), len(other)), 1)


def _words(text: str) -> set[str]:
    return set(normal(text).split())


def same_journal(ours: str, theirs: str) -> bool:
    """Whether two names are of one journal: equal, or one an abbreviation of the other, word by word."""
    one, two = (
        [word for word in normal(re.sub(r"\([^()]*\)", " ", name)).split() if word not in SMALL]
        for name in (ours, theirs)
    )
    if not one or not two:
        return False
    return one == two or _short_for(one, two) or _short_for(two, one)


def _short_for(short: list[str], long: list[str]) -> bool:
    """Whether each word is the beginning of the word at its place, or leaves letters of it out."""
    return len(short) == len(long) and all(
        full.startswith(part) or (part[0] == full[0] and _letters_in(part, full))
        for part, full in zip(short, long, strict=True)
    )


def _letters_in(part: str, full: str) -> bool:
    """Whether the letters of an abbreviation stand in a word in their order: "natl" in "national"."""
    rest = iter(full)
    return len(part) >= 3 and all(letter in rest for letter in part)

"""Find the numbers that need a source: with a unit, per cents, counts n of N, p values, doses, money.

A year, a date, a name with a figure in it ("type 1", "phase 1/2", "VX-880", "Table 3") and a bare figure
without a unit ("the 21 references") are not claims and pass.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ledger.checks.words import join_words, read_words

MONTH_PATTERN = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)

NUMERAL = r"(?<![\w.,/#])\d{1,15}(?:[.,\u00a0\u2009\u202f]\d{1,15})*"
POWER_OF_TEN = r"(?:\s?[×x*]\s?10(?:\s?\^\s?[-\u2212]?\d{1,3}|[-\u2212]\d{1,2}|[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}))"
WORD_NUMERAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
)
LARGE_WORD_NUMERAL = (
    r"(?:eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred)"
)
"""In words only larger groups count: "one of two ways" does not count people."""
NUMERAL_OF_ANY_KIND = re.compile(rf"[\d\u2070\u00b9\u00b2\u00b3\u2074-\u2079]|\b{WORD_NUMERAL}\b", re.IGNORECASE)
"""What every rule on numbers needs."""
METRIC_UNIT = r"(?:(?:k|m|µ|μ|n|p|mc)?(?:g|mol|l|L|IU|U|m)|[mµμnp]M)"
MEASURE_SUFFIX = (
    rf"(?:[%％‰]|per\s?cent|(?-i:{METRIC_UNIT}(?:/|\b(?!\.\w)))|(?:out )?of (?:the |these |those |all )?\d)"
)
"""What shows that the figure before it is measured or counted, whatever word is before the figure."""

DETERMINER = r"(?:every |each |the |these |those |its |their |all |about )?"


class NumberPatterns(NamedTuple):
    """The patterns of this module that contain words from the lists."""

    name_or_date: re.Pattern[str]
    """Figures that belong to a name or a date."""
    numbers: tuple[re.Pattern[str], ...]


@cache
def _compile_patterns() -> NumberPatterns:
    words = read_words()
    people = f"(?:{join_words(words.people)}|deaths?)"
    unit = (
        rf"(?:{METRIC_UNIT}(?:/(?:k?g|mL|ml|dL|dl|L|l|mol|mmol|min|h|d|day|m2|m²)){{0,3}}"
        r"|IEQ|IE|GBq|MBq|Gy|mmHg|mm\sHg|°[CF]|kcal|kDa|cm|km|mm|µm|nm|GB|MB|kB"
        r"|(?:second|minute|hour|day|week|month|year|decade)s?(?:-old)?|h|min|yrs?|mo"
        rf"|{people}|{join_words(words.counted)}|RMB|USD|EUR|CNY|GBP|million|billion|thousand)"
    )
    name_or_date = re.compile(
        rf"\b{join_words(words.numbered)}s?\.?"
        rf"(?>[ \u00a0-]\d+[a-z]?(?:[/.\u2013-]\d+)*)(?!,?\d|\s?-?{MEASURE_SUFFIX})"
        rf"(?:,? (?:and|or|to) \d++(?!-?\s?(?:{MEASURE_SUFFIX}|{unit}\b)|[.,]?\d))?"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[\u2013-]\s?\d{{1,2}})? (?-i:{MONTH_PATTERN})\b(?: \d{{4}})?"
        rf"|\b(?-i:{MONTH_PATTERN})\.? \d{{1,2}}(?:, \d{{4}})?\b"
        r"|\b(?:in|since|by|until|till|from|during|after|before) (?:19|20)\d\d\b"
        rf"|(?<!\d )\b(?:of|to|and) (?:19|20)\d\d\b(?!-?\s?(?:{MEASURE_SUFFIX}|{unit}\b))"
        r"|\b\d{4}-\d\d(?:-\d\d)?\b|\b\d{1,2}:\d\d\b|\b24/7\b"
        rf"|(?<![\w/])(?:(?:19|20)\d\d/\d{{1,4}}|\d{{1,4}}/(?:19|20)\d\d)\b(?!/|\s?{unit}\b)"
        r"|\b[A-Za-z][A-Za-z0-9]*[-\u2011]\d+\w*|\b(?!(?:USD|EUR|CNY|RMB|GBP)\d)[A-Za-z]+\d\w*",
        re.IGNORECASE,
    )
    numbers = tuple(
        re.compile(rule)
        for rule in (
            rf"{NUMERAL}\s?-?(?:[%％‰]|[Pp]er\s?cents?\b)",
            rf"(?i:\b{WORD_NUMERAL}[\s-](?:(?:and a half|point {WORD_NUMERAL})\s)?per\s?cents?\b)",
            r"(?<![\w.,/#-])\d{1,6}(?:\.\d{1,6})?[eE][-+\u2212]?\d{1,3}(?!\w)",
            rf"{NUMERAL}{POWER_OF_TEN}|(?<![\w.,])10[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{{1,3}}|(?<![\w.,])10\^\d",
            rf"(?<![\w.,/])\d{{1,9}} (?:out )?of {DETERMINER}\d{{1,9}}(?![\w/])",
            rf"(?<![\w.,/])\d{{1,9}} (?:out )?of {DETERMINER}(?i:{WORD_NUMERAL})\b",
            rf"(?i:\b{WORD_NUMERAL}) (?:out )?of {DETERMINER}\d{{1,9}}(?![\w/.]\d|\w)",
            rf"(?i:\b{WORD_NUMERAL} (?:out )?of {DETERMINER}{LARGE_WORD_NUMERAL}\b)",
            rf"(?i:\b(?:one|two|three) in (?:every )?{WORD_NUMERAL}\b)(?! ways?\b)",
            r"(?<![\w.,/])\d{1,6} in (?:every )?\d{1,3}(?![\w/]|[.,]\d)",
            r"(?<![\w.,/-])\d{1,5}/\d{1,5}(?![\w/]|[.,]\d)",
            r"\b[nN]\s?=\s?\d",
            r"\b[pP](?:[\s-]?values?)?\s?(?:[=<>≤≥]|of|was|is|below|under)\s?(?:[=<>≤≥]\s?)?(?:[01]?[.,]\d|\d(?:\.\d)?\s?(?:[eE][-\u2212]|[×x*]))|\b[pP] 0[.,]\d",
            r"\b(?:HR|RR|SMD|I²|I2)\s?(?:=|of|was)?\s?[-\u2212]?\d",
            r"[$€£¥]\s?\d[\d.,]*(?<=\d)|\b(?:USD|EUR|CNY|RMB|GBP)\s?\d",
            rf"{NUMERAL}[\s-]?{unit}(?!\w|\.[A-Z])",
            rf"(?i:\b{LARGE_WORD_NUMERAL}(?:-{WORD_NUMERAL})? {people}\b)",
            r"\b(?:[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s? \d{1,3}(?![\w:/-]|[.,]\d)",
        )
    )
    return NumberPatterns(name_or_date, numbers)


def find_number(text: str) -> str | None:
    """The first number in ``text`` that needs a source, as written; None where there is none.

    ``text`` is prose whose code, comments, citations and link addresses are already taken out.
    """
    if not NUMERAL_OF_ANY_KIND.search(text):
        return None
    ready = _prepare_prose(text)
    matches = [match for rule in _compile_patterns().numbers if (match := rule.search(ready))]
    first = min(matches, key=lambda match: match.start(), default=None)
    return " ".join(first[0].split()) if first else None


def find_all_numbers(text: str) -> list[str]:
    """Every number in ``text`` that needs a source, as written, in the order of the rules."""
    ready = _prepare_prose(text)
    return [
        " ".join((match[0] + _find_number_tail(ready, match.end())).split())
        for rule in _compile_patterns().numbers
        for match in rule.finditer(ready)
    ]


def _find_number_tail(text: str, end: int) -> str:
    """The figures behind a match that ended inside a number: a rule needs only its beginning."""
    more = re.compile(r"(?<=\d)[.,]?\d+(?:[.,]\d+)*").match(text, end)
    return more[0] if more else ""


def _prepare_prose(text: str) -> str:
    """``text`` with plain spaces and without names that hold figures."""
    text = re.sub(r"(?<!\d)[\u00a0\u2009\u202f]|[\u00a0\u2009\u202f](?!\d)|[ \t\n]+", " ", text)
    text = text.replace("\u2011", "-")
    return _compile_patterns().name_or_date.sub(" ; ", text)


WORD_NUMERAL_VALUES = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
TENS_WORDS = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
DIGIT_GROUPS = re.compile(r"\d+(?:[.,\u00a0\u2009\u202f]\d+)*")
COMPOUND_WORD_NUMERAL = re.compile(
    rf"\b(?:(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-)?({'|'.join(WORD_NUMERAL_VALUES)})\b", re.I
)


def extract_figures(text: str) -> set[str]:
    """The figures in ``text``, in one form: no thousands marks, no zeros at the end of a decimal, words as figures."""
    figures = {_normalise_figure(figure) for figure in DIGIT_GROUPS.findall(text)}
    words = set(re.findall(r"[a-z]+", text.lower()))
    if words & TENS_WORDS:
        for tens, word in COMPOUND_WORD_NUMERAL.findall(text):
            figures.add(str(WORD_NUMERAL_VALUES[word.lower()] + (WORD_NUMERAL_VALUES[tens.lower()] if tens else 0)))
    else:
        figures.update(str(WORD_NUMERAL_VALUES[word]) for word in words & WORD_NUMERAL_VALUES.keys())
    return figures


def _normalise_figure(figure: str) -> str:
    if figure.isdigit():
        return figure
    figure = re.sub(r"[,\u00a0\u2009\u202f](?=\d{3}(?!\d))", "", figure).replace(",", ".")
    return figure.rstrip("0").rstrip(".") if figure.count(".") == 1 else figure

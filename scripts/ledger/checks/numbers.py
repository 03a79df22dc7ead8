"""Find the numbers that need a source: with a unit, per cents, counts of people, p values, doses, money, in figures or words.

A year, a date, a name with a figure in it ("type 1", "phase 1/2", "VX-880", "Table 3") and a bare whole figure
without a unit ("the 21 references") are not claims and pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ledger.checks.words import join_words, read_words

MONTH_PATTERN = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)

NUMERAL = r"(?<![\w.,/#])\d{1,15}(?:[.,\u00a0\u2009\u202f]\d{1,15})*(?: \d{3}(?!\d))*"
POWER_OF_TEN = r"(?:\s?[×x*]\s?10(?:\s?\^\s?[-\u2212]?\d{1,3}|[-\u2212]\d{1,2}|[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}))"
WORD_NUMERAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen)"
)
LARGE_WORD_NUMERAL = (
    r"(?:eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred)"
)
"""Of such groups a share is a result, whatever is counted: "one of two ways" does not count people."""
IN_WORDS = rf"\b(?:{WORD_NUMERAL}[\s-](?:and )?){{0,3}}{WORD_NUMERAL}"
SEVERAL_IN_WORDS = rf"(?!one\b(?![\s-](?:hundred|thousand|million|dozen)))(?<!-){IN_WORDS}"
FRACTION_NOUN = r"(?:third|quarter|fifth|sixth|tenth)"
CJK = r"\u3400-\u9fff"
CJK_NUMERAL = "[〇零一二两兩三四五六七八九十百千万]"
METRIC_UNIT = r"(?:(?:k|m|µ|μ|n|p|mc)?(?:g|mol|l|L|IU|U|m)|[mµμnp]M)"
PER_CENT = r"(?:[%％‰]|(?i:per[\s-]?cents?|pct)\b)"
CURRENCY = (
    r"(?:USD|EUR|CNY|RMB|GBP|CHF|JPY|CAD|AUD|NZD|HKD|SGD|INR|KRW|SEK|NOK|DKK|PLN|CZK|BRL|MXN|ZAR|ILS|TRY|AED|SAR|THB)"
)
MEASURE_SUFFIX = (
    rf"(?:[%％‰]|per\s?cent|(?-i:{METRIC_UNIT}(?:/|\b(?!\.\w)))|(?:out )?of (?:the |these |those |all )?\d)"
)
"""What shows that the figure before it is measured or counted, whatever word is before the figure."""

DETERMINER = r"(?:every |each |the |these |those |its |their |all |about )?"
ADJECTIVES = (
    r"(?:(?!(?:and|or|of|in|on|at|to|for|from|by|with|without|per|as|than|that|which|who|whose|when|where|if|is|are|was|were"
    r"|be|has|have|had|do|does|did|may|might|can|could|will|would|should|must|the|a|an|this|these|those|other|more|not|no"
    r"|it|its|their|we|they|you|what|how|but|ways?|times)\b)[a-z][a-z-]{1,24} ){0,3}"
)
"""What may be between a number and the people or events that it counts: "12 severe hypoglycaemic events"."""
MAX_LISTED = 12
"""More numbers than this would make a message too long to read."""
FIGURES = re.compile(r"\d")
NUMBER_WORDS = re.compile(
    rf"\b(?:{WORD_NUMERAL}(?:[\s-]?fold)?|half|both|twice|thrice|a {FRACTION_NOUN}|(?:doubl|tripl|trebl|quadrupl|halv)ed)\b"
)
"""The words with which numbers in words begin, in lower case."""
CJK_NUMBERS = re.compile(rf"{CJK_NUMERAL}|\d.?[{CJK}]|半")


class NumberPatterns(NamedTuple):
    """The patterns of this module that contain words from the lists."""

    name_or_date: re.Pattern[str]
    """Figures that belong to a name or a date."""
    in_figures: tuple[re.Pattern[str], ...]
    in_words: tuple[re.Pattern[str], ...]
    """Each matches where one of ``NUMBER_WORDS`` does."""
    in_chinese: tuple[re.Pattern[str], ...]


@cache
def _compile_patterns() -> NumberPatterns:
    words = read_words()
    people = join_words([*words.people, *words.events])
    outcomes = join_words(words.outcomes)
    measures = join_words(words.measures)
    unit = (
        rf"(?:{METRIC_UNIT}(?:/(?:k?g|mL|ml|dL|dl|L|l|mol|mmol|min|h|d|day|m2|m²)){{0,3}}"
        r"|IEQ|IE|GBq|MBq|Gy|mmHg|mm\sHg|°[CF]|kcal|kDa|cm|km|mm|µm|nm|GB|MB|kB"
        r"|(?:second|minute|hour|day|week|month|year|decade)s?(?:-old)?|h|min|yrs?|mo"
        rf"|{join_words(words.people)}|deaths?|{join_words(words.counted)}|{CURRENCY}|million|billion|thousand)"
    )
    name_or_date = re.compile(
        r"\b(?:step|page|part|question|item|chapter|section|volume|slide|figure|table) \d{1,3} of \d{1,3}\b"
        rf"(?!\s?-?(?:[%％‰.,/]\d|{unit}\b))"
        rf"|\b{join_words(words.numbered)}s?\.?"
        rf"(?>[ \u00a0-]\d+[a-z]?(?:[/.\u2013-]\d+)*)(?!,?\d|\s?-?{MEASURE_SUFFIX})"
        rf"(?:,? (?:and|or|to) \d++(?!-?\s?(?:{MEASURE_SUFFIX}|{unit}\b)|[.,]?\d))?"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[\u2013-]\s?\d{{1,2}})? (?-i:{MONTH_PATTERN})\b(?: \d{{4}})?"
        rf"|\b(?-i:{MONTH_PATTERN})\.? (?:\d{{1,2}}(?:, \d{{4}})?|(?:19|20)\d\d)\b"
        r"|\b(?:early|late|mid|spring|summer|autumn|winter)[ -](?:19|20)\d\d\b"
        r"|\b(?:in|since|by|until|till|from|during|after|before) (?:19|20)\d\d\b"
        rf"|(?<!\d )\b(?:of|to|and) (?:19|20)\d\d\b(?!-?\s?(?:{MEASURE_SUFFIX}|{unit}\b))"
        r"|\b\d{4}-\d\d(?:-\d\d)?\b|\b\d{1,2}:\d\d\b|\b24/7\b"
        rf"|(?<![\w/])(?:(?:19|20)\d\d/\d{{1,4}}|\d{{1,4}}/(?:19|20)\d\d)\b(?!/|\s?{unit}\b)"
        rf"|\b[A-Za-z][A-Za-z0-9]*[-\u2011]\d+\w*|\b(?!{CURRENCY}\d|HbA1c)[A-Za-z]+\d\w*",
        re.IGNORECASE,
    )
    figures = (
        rf"{NUMERAL}\s?-?{PER_CENT}",
        r"(?<![\w.,/#-])\d{1,6}(?:\.\d{1,6})?[eE][-+\u2212]?\d{1,3}(?!\w)",
        rf"{NUMERAL}{POWER_OF_TEN}|(?<![\w.,])10[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{{1,3}}|(?<![\w.,])10\^\d",
        rf"(?<![\w.,/])\d{{1,9}} (?:out )?of {DETERMINER}(?:\d{{1,9}}(?![\w/])|(?i:{WORD_NUMERAL})\b)",
        rf"(?i:\b{WORD_NUMERAL}) (?:out )?of {DETERMINER}\d{{1,9}}(?![\w/.]\d|\w)",
        r"(?<![\w.,/])\d{1,6} in (?:every )?\d{1,3}(?![\w/]|[.,]\d)",
        r"(?<![\w.,/-])\d{1,5}/\d{1,5}(?![\w/]|[.,]\d)",
        r"\b[nN]\s?=\s?\d+",
        r"\b[pP](?:[\s-]?values?)?\s?(?:[=<>≤≥]|of|was|is|below|under)\s?(?:[=<>≤≥]\s?)?(?:[01]?[.,]\d+|\d(?:\.\d)?\s?(?:[eE][-\u2212]|[×x*]))|\b[pP] 0[.,]\d+",
        r"(?:(?i:\b(?:hazard|odds|risk|rate) ratios?|\b(?:relative risks?|mean differences?|effect sizes?))|\ba?(?:HR|OR|RR)|\b(?:SMD|AUC|NNT|I²|I2))"
        r"(?: \([A-Za-z]{2,4}\))?[\s:,(]{0,2}(?:=|of|was|is)?\s?[-\u2212]?\d+(?:[.,]\d+)?",
        rf"(?:[$€£¥₹₩₽￥＄]|\b{CURRENCY}|\b(?:SFr|Fr|Rs|kr)\.?)\s?\d[\d.,\u00a0\u2009\u202f]*(?<=\d)(?: \d{{3}}(?!\d))*(?:\s?(?:million|billion|bn|[kKmM])\b)?",
        rf"{NUMERAL}\s?[€£¥₹₩₽]",
        rf"{NUMERAL}[\s-]?{unit}(?!\w|\.[A-Z])",
        rf"{NUMERAL} {ADJECTIVES}{people}(?!\w)",
        rf"{NUMERAL} (?:of (?:them|whom)|died|survived|(?:were|became|came|went|stayed|remained) {outcomes})\b",
        r"(?<![\w.,/#])\d{1,6}(?:[.,]\d{1,3})?\s?[x×](?=[\s.,;:)]|$)(?!\s?\d)",
        rf"(?i:\b{measures})(?: \(\w{{1,12}}\))?(?: (?!(?:and|or)\b)[a-z]{{2,10}}){{0,3}}[:,=<>≤≥~]? ?{NUMERAL}(?![\w/-])(?:(?: to |\s?[-\u2013]\s?){NUMERAL})?",
        rf"\b(?:[Ff]ell|[Rr]ose|[Dd]ropped|[Ww]ent|[Ii]ncreased|[Dd]ecreased|[Cc]hanged|[Ii]mproved|[Rr]educed|[Dd]eclined|[Gg]rew|[Ll]owered|[Rr]aised|[Ss]ank)"
        rf"(?: \w{{1,12}}){{0,2}} (?:from|to|by|of) {NUMERAL}(?: to {NUMERAL})?",
        r"(?<![\w-])(?!(?:and|or|below|versions?|releases?|licen[cs]e|sections?|criteri(?:on|a)|rules?|chapters?) )[a-z][a-z-]{0,20} [-\u2212]?\d{1,6}\.\d{1,6}(?![\w/-]|\.\d)",
        rf"{NUMERAL}\s?±\s?\d+(?:\.\d+)?",
        rf"{NUMERAL} (?:per|in|for every) (?:{NUMERAL}|hundred|thousand|million)\b",
        r"\b(?:[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s? \d{1,3}(?![\w:/-]|[.,]\d)",
    )
    in_words = (
        rf"(?<!-){IN_WORDS}[\s-](?:(?:and a half|point {WORD_NUMERAL})\s)?(?:per[\s-]?cents?|pct)\b",
        rf"\b{WORD_NUMERAL} (?:out )?of {DETERMINER}{LARGE_WORD_NUMERAL}\b",
        rf"\b{WORD_NUMERAL} out of {DETERMINER}{WORD_NUMERAL}(?: {ADJECTIVES}{people})?\b",
        rf"\b{WORD_NUMERAL} of {DETERMINER}{WORD_NUMERAL} (?:{ADJECTIVES}{people}|died|survived|slept|had|needed|became|\w{{2,12}}ed)\b",
        rf"\b(?!one\b){WORD_NUMERAL} of {WORD_NUMERAL} (?:were|was)\b",
        rf"\b{WORD_NUMERAL} in (?:every )?(?!one\b){WORD_NUMERAL}\b(?! ways?\b)",
        rf"{SEVERAL_IN_WORDS} {ADJECTIVES}{people}\b",
        rf"\bone {ADJECTIVES}{people} (?:had|was|were|became|\w{{2,12}}ed)\b",
        rf"\b{WORD_NUMERAL} (?:of (?:the|these|those|all|our) {ADJECTIVES}{people}\b|(?:of (?:them|whom) )?(?:died|survived|(?:were|became|came|went|stayed|remained) {outcomes})\b|of (?:them|whom) (?:had|became|needed|stopped|lost|came)\b)",
        rf"\bboth (?:the |these |those |of the |of these )?{ADJECTIVES}{people}\b(?! and\b)|\bboth died\b",
        rf"\b(?:one|two|three|four|five|six|seven|eight|nine)[\s-]{FRACTION_NOUN}s?\b",
        rf"\ba {FRACTION_NOUN} of\b|\bhalf (?:of (?:(?:the|these|those|all|them|our|its|their|whom)\b|{ADJECTIVES}{people}\b)|(?:the|these|those|all) {ADJECTIVES}{people}\b)",
        rf"{IN_WORDS}[\s-]?fold\b",
        rf"\b(?:twice|thrice|{WORD_NUMERAL} times) (?:as (?:many|much|high|low|often|likely|large|long|big|great|good|fast)|more|higher|lower|larger|greater|longer|that of|the (?:dose|risk|rate|number|level|odds|chance|amount|price|cost))\b",
        r"\b(?:doubled|tripled|trebled|quadrupled|halved)\b",
    )
    in_chinese = (
        rf"百分之(?:{CJK_NUMERAL}|[\d.点])+",
        rf"(?:{CJK_NUMERAL}|\d)+\u2060?分之(?:{CJK_NUMERAL}|\u2060?\d)+",
        r"(?<![第一二两三四五六七八九十])[一二两兩三四五六七八九十\d]\u2060?成(?![为功立人果分员本长熟年就都型像效不])(?:[一二三四五六七八九半](?![^\W\d]?[个名位例]))?",
        rf"(?<![第{CJK_NUMERAL[1:-1]}\d])(?!一(?:名|位|例|个|人|只|倍))(?:{CJK_NUMERAL}+|\d[\d.,]*)\s?\u2060?(?:多|余)?(?:名|位|例|人(?![们类工体民口造员才])|个(?:人|患者|病人|孩子|成人|受试者)|只|倍|岁)(?:患者|病人|受试者|参与者|成人|儿童|孩子|人|小鼠)?",
        r"(?<!\d)\d[\d.,]*\s?\u2060?(?:个月|周|天|小时|分钟|次|万|亿|元|美元|欧元|毫克|微克|克|毫升|单位)|(?<!\d)\d{1,2}\s?\u2060?年",
        r"(?:一半|半数)(?:以上)?的?(?:患者|病人|受试者|参与者|人|成人|儿童)",
    )
    return NumberPatterns(
        name_or_date,
        tuple(map(re.compile, figures)),
        tuple(re.compile(rule, re.IGNORECASE) for rule in in_words),
        tuple(map(re.compile, in_chinese)),
    )


def find_numbers(text: str) -> list[str]:
    """The numbers in ``text`` that need a source, in full and as written, in order.

    ``text`` is prose whose code, comments, citations and link addresses are already taken out.
    """
    has_figures, has_chinese = FIGURES.search(text), CJK_NUMBERS.search(text)
    if not (has_figures or has_chinese or NUMBER_WORDS.search(text.lower())):
        return []
    ready = _prepare_prose(text)
    patterns = _compile_patterns()
    search = (*(patterns.in_figures if has_figures else ()), *(patterns.in_chinese if has_chinese else ()))
    spans = [match.span() for pattern in search for match in pattern.finditer(ready)]
    for word in NUMBER_WORDS.finditer(ready.lower()):
        spans += [match.span() for pattern in patterns.in_words if (match := pattern.match(ready, word.start()))]
    return [" ".join(ready[start:end].replace("\u2060", "").split()) for start, end in _merge_spans(sorted(spans))]


def list_numbers(numbers: Sequence[str]) -> str:
    """Numbers as a message names them: in quotes, the first twelve."""
    shown = [f"'{number}'" for number in numbers[:MAX_LISTED]]
    if len(numbers) > MAX_LISTED:
        shown.append(f"{len(numbers) - MAX_LISTED} more")
    return ", ".join(shown[:-1]) + (" and " if shown[1:] else "") + "".join(shown[-1:])


def _merge_spans(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that overlap as one: each rule needs to see only a part of a number."""
    first = last = 0
    for start, end in spans:
        if start >= last and last:
            yield first, last
            first = start
        elif not last:
            first = start
        last = max(last, end)
    if last:
        yield first, last


def _prepare_prose(text: str) -> str:
    """``text`` with plain spaces, without names that hold figures, and with a word's end between figures and Chinese."""
    text = re.sub(r"(?<!\d)[\u00a0\u2009\u202f]|[\u00a0\u2009\u202f](?!\d)|[ \t\n]+", " ", text)
    text = text.replace("\u2011", "-")
    text = re.sub(rf"(?<=[{CJK}])(?<!第)(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[{CJK}])", "\u2060", text)
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

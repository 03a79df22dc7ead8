"""Studies as ClinicalTrials.gov would answer them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from play_api import sample


def with_results() -> dict[str, Any]:
    """The sample as a finished trial with posted results."""
    found = sample()
    found["hasResults"] = True
    found["resultsSection"] = {"adverseEventsModule": {"eventGroups": [{"title": "EX-101", "deathsNumAffected": 1}]}}
    protocol = found["protocolSection"]
    protocol["designModule"]["enrollmentInfo"] = {"count": 24, "type": "ACTUAL"}
    protocol["statusModule"]["overallStatus"] = "COMPLETED"
    protocol["statusModule"]["resultsFirstPostDateStruct"] = {"date": "2026-10-05", "type": "ACTUAL"}
    return found


def put(path: str, value: Any, base: Callable[[], dict[str, Any]] = sample) -> dict[str, Any]:
    """The sample with another value at ``path`` below the protocol section."""
    found = base()
    inner: Any = found["protocolSection"]
    *steps, last = path.split(".")
    for step in steps:
        inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
    inner[int(last) if last.isdigit() else last] = value
    return found


HARD_TEXTS = (
    "HbA1c <7% and >5%",
    "[Trial of device that is not approved or cleared by the U.S. FDA]",
    "R&D of *Cells* & _More_ `x` | y ~ z ^ 2 &lt;ULN &amp; C\\D",
    "Type 1 Diabetes: a 'Test' of \"Islets\" #2 {part B}",
    "CSP #705D - Screening",
    "NO",
    "012",
    "12:30",
    "true",
    "2024-13-01",
    "- a list",
    "# 1 trial",
    "1. First",
    "key: value # no comment",
    "%YAML",
    "A -- B --> C",
    "p < 0.05 | q <= 1",
    "زراعة الجزر لمرضى السكري",
    "自体干细胞移植治疗1型糖尿病",
    "😀 emoji, soft\u00adhyphen, zero\u200bwidth, \ufffd",
    "T1D@Home and @Work",
    "Trial after NCT123, 5 mg in 20 patients: 10 of 12 people cured",
    "Curative breakthrough",
    "  a\r\n---\n\ttable\u2028 \x07\x85\u202e\ue001",
    "a\ud800b",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<!-- generated: bibliography -->",
    "[x](javascript:alert(1)) ![x](y.png) {: onclick=x} {{ config.x }}",
    "!!python/object/apply:os.system [x]",
    "}, title = {x}, $\\alpha$ ``x''",
    "Inclusion: " + "a word, another: #3 and \"one\" 'more' " * 20,
    "word " * 6_000,
)
"""Titles, names and outcomes that are hard for YAML, Markdown, BibTeX or the rules."""

WRONG = st.sampled_from([None, "", 0, -1, 1.5, True, [], {}, [None], 10**30, [[["x"]]], {"a": {"b": [1]}}])
TEXT = st.one_of(st.sampled_from(HARD_TEXTS), st.text(max_size=30))
DATE = st.sampled_from(["2005", "2019-03", "2024-02-29", "2026-11-20", "2031-01", "2024-13-01", "soon"])


def _field(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What a field holds: nearly always what it should."""
    return st.one_of(*[values] * 9, WRONG)


def _words(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*words, "SOMETHING_NEW"])


def _module(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A part of a study in which any field may be missing."""
    return _field(st.fixed_dictionaries({}, optional={name: _field(value) for name, value in fields.items()}))


def _many(items: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(_field(items), max_size=most)


_WHEN = _module(date=DATE, type=_words("ACTUAL", "ESTIMATED"))
_NAMED = _module(name=TEXT)
_SECONDARY_ID = _module(
    id=st.sampled_from(["2014-001234-12", "2023-507988-19-00", "U01DK000000", "NCT00000009", "ChiCTR2300072200"])
)
_MASKING = _module(
    masking=_words("NONE", "SINGLE", "QUADRUPLE"), whoMasked=_many(_words("PARTICIPANT", "CARE_PROVIDER"))
)
_DESIGN = _module(
    allocation=_words("RANDOMIZED", "NON_RANDOMIZED", "NA"),
    interventionModel=_words("SINGLE_GROUP", "PARALLEL"),
    primaryPurpose=_words("TREATMENT", "ECT", "DEVICE_FEASIBILITY"),
    maskingInfo=_MASKING,
)
STUDIES = st.fixed_dictionaries(
    {
        "protocolSection": st.fixed_dictionaries(
            {},
            optional={
                "identificationModule": st.fixed_dictionaries(
                    {},
                    optional={
                        "nctIdAliases": _field(_many(st.just("NCT00000008"))),
                        "secondaryIdInfos": _field(_many(_SECONDARY_ID)),
                        "briefTitle": _field(TEXT),
                        "officialTitle": _field(TEXT),
                    },
                ),
                "statusModule": _module(
                    overallStatus=_words("RECRUITING", "UNKNOWN", "WITHHELD", "AVAILABLE"),
                    whyStopped=TEXT,
                    startDateStruct=_WHEN,
                    primaryCompletionDateStruct=_WHEN,
                    completionDateStruct=_WHEN,
                    studyFirstPostDateStruct=_WHEN,
                    resultsFirstPostDateStruct=_WHEN,
                ),
                "sponsorCollaboratorsModule": _module(leadSponsor=_NAMED, collaborators=_many(_NAMED)),
                "conditionsModule": _module(conditions=_many(TEXT)),
                "designModule": _module(
                    studyType=_words("INTERVENTIONAL", "OBSERVATIONAL", "EXPANDED_ACCESS"),
                    phases=_many(_words("NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE4")),
                    designInfo=_DESIGN,
                    enrollmentInfo=_module(count=st.integers(0, 10**8), type=_words("ACTUAL", "ESTIMATED")),
                ),
                "armsInterventionsModule": _module(
                    armGroups=_many(_module(label=TEXT, type=_words("EXPERIMENTAL", "NO_INTERVENTION")), most=40)
                ),
                "outcomesModule": _module(primaryOutcomes=_many(_module(measure=TEXT, timeFrame=TEXT), most=8)),
                "eligibilityModule": _module(
                    sex=_words("ALL", "FEMALE"),
                    minimumAge=st.sampled_from(["18 Years", "6 Months", "N/A", "1 Year"]),
                    maximumAge=st.sampled_from(["65 Years", "12 Hours"]),
                ),
                "contactsLocationsModule": _module(
                    locations=st.one_of(
                        _many(_module(country=TEXT)), st.just([{"country": "Norway"}, {"city": "Oslo"}] * 300)
                    )
                ),
                "newModule": WRONG,
            },
        )
    },
    optional={"hasResults": _field(st.booleans()), "resultsSection": WRONG, "derivedSection": WRONG},
)
"""Studies of every shape, without a number."""

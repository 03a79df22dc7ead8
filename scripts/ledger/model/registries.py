"""Trial registries: the form of their numbers, and the address of a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

API_URL = "https://clinicaltrials.gov/api/v2"
NCT = re.compile(r"NCT[0-9]{8}")
NCT_LIKE = re.compile(r"\bNCT[ _:#-]{0,2}[\dO]\w{0,40}", re.IGNORECASE)
"""Anything meant as such a number, correct or not."""


@dataclass(frozen=True)
class Registry:
    """A trial registry: its name, the form of its numbers, and the address of a record."""

    name: str
    pattern: re.Pattern[str]
    example: str
    address: str


REGISTRIES: tuple[Registry, ...] = (
    Registry("ClinicalTrials.gov", NCT, "NCT04786262", "https://clinicaltrials.gov/study/{}"),
    Registry(
        "Chinese Clinical Trial Registry",
        re.compile(r"ChiCTR(?:[0-9]{10}|-[A-Z]{2,5}-[0-9]{8})"),
        "ChiCTR2300072200",
        # A record has an address of its own number, which does not follow from the trial's; the search leads there.
        "https://www.chictr.org.cn/searchprojEN.html?regno={}",
    ),
    Registry("ISRCTN registry", re.compile(r"ISRCTN[0-9]{8}"), "ISRCTN12345678", "https://www.isrctn.com/{}"),
    Registry(
        "EU Clinical Trials Register",
        re.compile(r"EudraCT (20[0-9]{2}-[0-4][0-9]{5}-[0-9]{2})"),
        "EudraCT 2014-001234-12",
        "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:{}",
    ),
    Registry(
        "EU Clinical Trials Information System",
        re.compile(r"20[0-9]{2}-(?:[5-9][0-9]{5}-[0-9]{2}(?:-[0-9]{2})?|[0-9]{6}-[0-9]{2}-[0-9]{2})"),
        "2023-507988-19-00",
        "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={}",
    ),
    Registry(
        "Japan Registry of Clinical Trials",
        re.compile(r"jRCT[a-z]?[0-9]{6,12}"),
        "jRCTs031190123",
        "https://jrct.mhlw.go.jp/en-latest-detail/{}",
    ),
    Registry(
        "Iranian Registry of Clinical Trials",
        re.compile(r"IRCT[0-9]{6,20}N[0-9]{1,4}"),
        "IRCT20160911029778N2",
        "https://irct.behdasht.gov.ir/search/result?query={}",
    ),
    Registry(
        "Australian New Zealand Clinical Trials Registry",
        re.compile(r"ACTRN[0-9]{14}"),
        "ACTRN12612000658875",
        "https://www.anzctr.org.au/{}.aspx",
    ),
)
"""The registries whose numbers a page can begin with. The two of the EU share a form: EU CTIS counts from 500000 and
has a fourth part."""
REGISTRY_PREFIXES = ("NCT", "ChiCTR", "ISRCTN", "jRCT", "IRCT", "ACTRN")


@dataclass(frozen=True)
class RegistryNumber:
    """A trial's number in a registry, in the registry's own spelling."""

    id: str
    registry: Registry

    @property
    def address(self) -> str:
        """Where a reader finds the record, or the search that leads to it."""
        match = self.registry.pattern.fullmatch(self.id)
        assert match
        return self.registry.address.format(quote(match[1] if match.groups() else self.id, safe=""))

    @property
    def key(self) -> str:
        """The number as name of a file and key of a source."""
        return self.id.lower().replace(" ", "-")


NUMBER_IN_ADDRESS = re.compile(
    r"(?:NCT[0-9]{8}|ChiCTR[0-9]{10}|ISRCTN[0-9]{8}|jRCT[a-z]?[0-9]{6,12}|IRCT[0-9]{6,20}N[0-9]{1,4}|ACTRN[0-9]{14}"
    r"|20[0-9]{2}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?)(?![0-9])",
    re.IGNORECASE,
)


def parse_registry_number(text: str) -> RegistryNumber | None:
    """``text`` as a registry number, in any case, or the address of a record there; None if it is neither."""
    text = text.strip()
    if "://" in text or text.startswith("www."):
        found = NUMBER_IN_ADDRESS.search(text)
        text = found[0] if found else ""
    bare = re.fullmatch(r"(?:(?:EudraCT|EU[ -]?CT|CTIS|EU CTIS)[ :-]*)?(20[0-9-]{10,16})", text, re.IGNORECASE)
    if bare:
        old = re.fullmatch(r"20[0-9]{2}-[0-4][0-9]{5}-[0-9]{2}", bare[1])
        text = f"EudraCT {bare[1]}" if old else bare[1]
    elif len(text) < 40:
        text = _fix_capitals(text)
    return next((RegistryNumber(text, registry) for registry in REGISTRIES if registry.pattern.fullmatch(text)), None)


def _fix_capitals(text: str) -> str:
    """``text`` with its prefix as the registry writes it, and the rest in the capitals that go with it."""
    prefix = next((prefix for prefix in REGISTRY_PREFIXES if text.lower().startswith(prefix.lower())), "")
    rest = text[len(prefix) :]
    return prefix + (rest.lower() if prefix == "jRCT" else rest.upper() if prefix else rest)

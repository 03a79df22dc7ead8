"""Comments in a page that ask for a generated part: ``<!-- generated: trial-results -->``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ledger.model.project import Page

HANDOUT_END = "<!-- handout ends -->"
"""End of the part of a page that is printed as a handout."""

PLACEHOLDER = re.compile(r"<!--\s*generated:\s*(?P<what>[\w-]+)(?P<options>(?:\s+[\w-]+=[\w-]+)*)\s*-->")

Options = Mapping[str, str]

MARKDOWN_PARTS = ("claims", "citations", "verdict-counts")
"""Parts made before a page is Markdown, because they hold citations."""
HTML_PARTS = (
    "stage",
    "trial-facts",
    "trial-results",
    "trial-harms",
    "trial-requirements",
    "all-trials",
    "trials",
    "requirements-matrix",
    "picture",
    "drawing",
    "person-marks",
    "compare",
    "downloads",
    "dictionary",
    "rules",
    "instruments",
    "readability",
    "bibliography",
    "contact",
    "people",
    "source-status",
    "sources-to-read",
    "claims-filter",
    "citations-filter",
    "certainty",
)
"""Parts put into the finished page."""
PARTS = (*MARKDOWN_PARTS, *HTML_PARTS)
PICTURES = ("people", "timeline", "hba1c", "time-in-range", "follow-up")
"""What ``<!-- generated: picture name=… -->`` can name."""
PERSON_COUNTS = ("off-insulin", "deaths")
"""What ``<!-- generated: person-marks trial=… count=… -->`` can show."""
BIBLIOGRAPHY_PARTS = ("papers", "web")
"""What ``<!-- generated: bibliography part=… -->`` can list; without a part, every source."""
LINKS_ALL_TRIALS = ("all-trials",)
"""Parts with a link to the page of each trial."""
TRIAL_PAGE_SECTIONS: Mapping[str, str] = {
    "trial-facts": "What was done",
    "trial-results": "What happened",
    "trial-harms": "Harms",
    "trial-requirements": "Against the eight requirements",
}
"""The parts that every trial page has, and the section of each (the facts come before theirs)."""


def find_placeholders(page: Page) -> Iterator[tuple[str, Options]]:
    """The placeholders of a page, in order."""
    for comment in page.source.comments:
        match = PLACEHOLDER.fullmatch(page.text[comment.start : comment.end])
        if match:
            yield match["what"], parse_options(match["options"])


def parse_options(text: str) -> Options:
    """``article=A trial=forward`` as a mapping."""
    return dict(part.split("=", 1) for part in text.split())

"""A small project with one trial, a claims file and the pages their tables lead to; and text that tries to be markup."""

from __future__ import annotations

from datetime import date

from conftest import ROOT, Make
from ledger.model import project
from ledger.model.project import Project
from ledger.model.vocabulary import REQUIREMENTS

SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 21)
CLAIMS = """\
checked: "2026-11-21"
claims:
  - id: C-1
    article: A
    topic: insulin
    says: All 12 of 12 people came off insulin.
    verdict: contradicted
    finding: It was 10 of 12 [@known2024].
    sources: [known2024]
    seen: abstract
    checked: "2026-11-21"
  - id: C-2
    article: B
    topic: price
    says: It is cheap.
    verdict: could not check
    finding: No price was found.
    seen: not seen
    checked: "2026-11-21"
citations:
  - id: R-1
    article: A
    place: paragraph 2
    claim: It works.
    reference: A1
    key: known2024
    verdict: partly
    reason: It is about 10 of 12 people [@known2024].
    checked: "2026-11-21"
references:
  - {key: known2024, number: A1, kind: trial report, audit: Carries part of it, errors: the year is wrong}
"""
NASTY = (
    "<script>alert(1)</script>",
    "a | b",
    "*stars* and **more** and _lines_",
    "[@x] and [link](http://example.org)",
    "`code` and ``more``",
    "<!-- generated: trials -->",
    "<b>bold",
    "a\\|b \\",
    "{: #id } and {.class}",
    "![image](x.png)",
    "# no heading",
    "- no list",
    "1. no list either",
    "&lt; &amp; &",
    "2^3 ~~x~~ [^1]",
    "quotes \" and '",
    "$x$ @known2024 mail@example.org",
)


def small(make: Make, record: str = SAMPLE) -> Project:
    """A project with one trial, the pages its tables lead to, and a claims file."""
    pages = {f"docs/requirements/{key}.md": f"# {name}\n" for key, name in REQUIREMENTS.items()}
    pages["docs/therapies/donor-line.md"] = "# Donor line\n"
    pages["docs/references.md"] = "---\ntitle: Sources\n---\n\n# Sources\n\n<!-- generated: bibliography -->\n"
    pages["docs/articles/a.md"] = "# A\n\n<!-- generated: claims article=A -->\n"
    pages["docs/articles/lists.md"] = "# Lists\n\n<!-- generated: citations -->\n"
    return project.load_project(
        make({**pages, "docs/trials/sample.md": record, "docs/articles/claims.yml": CLAIMS}),
        TODAY,
    )

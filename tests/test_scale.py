"""A thousand pages, twenty thousand citations, five thousand sources: both checks stay quick, and grow no faster than these."""

from __future__ import annotations

import time
from pathlib import Path

from ledger import citations, links, project

MOST_SECONDS = 8.0
"""Processor time for all of it, on a busy machine; a quiet one takes less than half."""
MOST_GROWTH = 3.0
"""How many times as long twice as much may take."""
FRONT = "---\ntitle: Page {n}\ndescription: A page.\nkind: basics\nchecked: 2026-11-21\nreviewed_by: none\n---\n\n# Page {n}\n"
ENTRY = """\
@article{{key{n},
  author = {{{name}, Jane and Roe, Richard and others}},
  title = {{{words} in people with type 1 diabetes}},
  journal = {{J Test}},
  year = {{{year}}},
  volume = {{{volume}}},
  pages = {{{n}--{last}}},
  doi = {{10.1234/abc{n}}},
  keywords = {{{kind}}},
  seen = {{abstract}},
}}
"""
KINDS = ("trial report", "preprint", "news", "company statement", "letter")
CLAIM = (
    'In one trial, the company says, {few} of {many} people ({percent} %) with islets from a donor line took "no insulin"'
    " at one year. All of them took drugs that hold back the immune system, as [the page](page{other}.md#section-1) says"
    " [@key{key}]. What happened to the others is not known. It is not a cure.\n"
)
ROW = "\n| What | Value |\n|---|---|\n| C-peptide, donor islets | 5 of 9 (56 %), the company says [@key{key}] |\n"


def letters(number: int) -> str:
    """A number in letters, for names hold no figures."""
    return "".join(chr(97 + int(figure)) for figure in str(number)).capitalize()


def generate(root: Path, pages: int, entries: int) -> Path:
    """A project with 20 citations on each page."""
    (root / "docs").mkdir(parents=True)
    text = [
        ENTRY.format(
            n=n,
            name=letters(n % 997),
            words=" ".join(letters(n * factor) for factor in (1, 7, 13, 17, 19, 23)),
            year=2000 + n % 25,
            volume=n % 90 + 1,
            last=n + 5,
            kind=KINDS[n % 5],
        )
        for n in range(entries)
    ]
    (root / "references.bib").write_text("\n".join(text), encoding="utf-8")
    key = 0
    for n in range(pages):
        parts = [FRONT.format(n=n)]
        for section in range(4):
            parts.append(f"\n## Section {section}\n")
            for paragraph in range(4):
                few, many = paragraph + 5, paragraph + 9
                other = 1 + (n + paragraph) % (pages - 1)
                percent = round(100 * few / many)
                parts.append(CLAIM.format(few=few, many=many, percent=percent, other=other, key=key % entries))
                key += 1
            parts.append(ROW.format(key=key % entries))
            key += 1
        (root / "docs" / (f"page{n}.md" if n else "index.md")).write_text("\n".join(parts), encoding="utf-8")
    return root


def spent(root: Path) -> tuple[float, dict[str, int]]:
    """Seconds of processor time for reading and both checks, and what was counted."""
    start = time.process_time()
    loaded = project.load(root)
    reports = [citations.check(loaded), links.check(loaded)]
    seconds = time.process_time() - start
    assert [str(problem) for report in reports for problem in report.problems[:3]] == []
    return seconds, dict(reports[0].counts)


def test_a_thousand_pages_take_a_few_seconds_and_twice_as_many_twice_as_long(tmp_path: Path) -> None:
    half, _ = spent(generate(tmp_path / "half", 500, 2500))
    whole, counts = spent(generate(tmp_path / "whole", 1000, 5000))
    assert (counts["pages"], counts["citations"], counts["entries"]) == (1000, 20_000, 5000)
    assert whole < MOST_SECONDS
    assert whole < MOST_GROWTH * half

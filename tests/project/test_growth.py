"""Twice as much input takes at most three times the work: what grows with the square would take four times as much."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import BIB, INDEX, TODAY
from fuzz_inputs import GOOD, PIECES, PLACED, PLACES, SHORT, SIGNS, lines_of
from ledger.http.fetch import FetchResponse
from ledger.linkcheck import classify
from ledger.model import project
from ledger.model.external_links import LinkRequest
from ledger.site import check_site, csp, html_fixes
from page_samples import SCRIPT, TEMPLATE

SIZE = 60_000
"""Bytes of the smaller input."""
MOST_GROWTH = 3.0
LEAST_TRIES, MOST_TRIES = 2, 6
"""The shortest of some tries counts; one that other programs disturbed is tried again."""

Work = Callable[[], object]


def spent(work: Work) -> float:
    """The seconds of processor time that some work takes; other programs and collecting garbage do not count."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    try:
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def growth(small: Work, large: Work, measure: Callable[[Work], float] = spent) -> float:
    """How many times as much work the large input takes, by the best of some tries of each."""
    tries: list[tuple[float, float]] = []
    while True:
        tries.append((measure(small), measure(large)))
        found = min(one[1] for one in tries) / min(one[0] for one in tries)
        if len(tries) >= MOST_TRIES or (len(tries) >= LEAST_TRIES and found <= MOST_GROWTH):
            return found


def check(root: Path) -> None:
    loaded = project.load_project(root, TODAY)
    for report in (check_site.check_citations(loaded), check_site.check_links(loaded)):
        report.lines()


def written(root: Path, files: dict[str, bytes]) -> Work:
    """Write a project; what is measured is to read and check it."""
    for name, content in {"docs/index.md": INDEX.encode(), "references.bib": BIB.encode(), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return lambda: check(root)


def growth_of_file(folder: Path, name: str, content: Callable[[int], bytes]) -> float:
    small = written(folder / "small", {name: content(SIZE)})
    return growth(small, written(folder / "large", {name: content(2 * SIZE)}))


# --- the measure itself -------------------------------------------------------------------------------


def costs(*seconds: float) -> tuple[Work, Work, Callable[[Work], float]]:
    """Two pieces of work, the small one first, and a clock that gives these seconds one after the other."""
    given = iter(seconds)
    return (lambda: None), (lambda: None), lambda work: next(given)


def test_what_grows_with_the_square_is_found_out() -> None:
    assert growth(*costs(*([1.0, 4.0] * MOST_TRIES))) > MOST_GROWTH


def test_a_try_that_was_disturbed_counts_for_nothing() -> None:
    assert growth(*costs(1.0, 9.0, 1.0, 2.0)) == 2
    assert growth(*costs(5.0, 4.0, 1.0, 4.0, *([1.0, 4.0] * 4))) == 4  # slow at first, which would hide the growth


# --- hostile files ------------------------------------------------------------------------------------


@pytest.mark.perf
@pytest.mark.parametrize("piece", [*SIGNS, *PIECES], ids=repr)
def test_pieces_on_a_page(piece: str, tmp_path: Path) -> None:
    def content(size: int) -> bytes:  # as many lines, twice as long: what is slow in one line is found, too
        return lines_of(piece, 20_000 * size // (2 * SIZE), size)

    assert growth_of_file(tmp_path, PLACES["page"], content) <= MOST_GROWTH


@pytest.mark.perf
@pytest.mark.parametrize("piece", SHORT, ids=repr)
@pytest.mark.parametrize("length", [1, 60])
def test_pieces_in_short_lines(piece: str, length: int, tmp_path: Path) -> None:
    found = growth_of_file(tmp_path, PLACES["page"], lambda size: lines_of(piece, length, size))
    assert found <= MOST_GROWTH


@pytest.mark.perf
@pytest.mark.parametrize("place", ["record", "bibliography", "claims"])
@pytest.mark.parametrize("piece", PLACED)
def test_pieces_anywhere_else(piece: str, place: str, tmp_path: Path) -> None:
    head = GOOD[place].encode()
    assert growth_of_file(tmp_path, PLACES[place], lambda size: head + lines_of(piece, 60, size)) <= MOST_GROWTH


@pytest.mark.perf
@pytest.mark.parametrize("piece", PLACED)
def test_pieces_in_front_matter(piece: str, tmp_path: Path) -> None:
    def content(size: int) -> bytes:
        return b"---\ntrial:\n" + lines_of(piece, 60, size) + b"---\n"

    assert growth_of_file(tmp_path, PLACES["record"], content) <= MOST_GROWTH


@pytest.mark.perf
@pytest.mark.parametrize("place", PLACES)
def test_what_is_good(place: str, tmp_path: Path) -> None:
    good = GOOD[place].encode()
    assert growth_of_file(tmp_path, PLACES[place], lambda size: good * (size // len(good))) <= MOST_GROWTH


@pytest.mark.perf
@pytest.mark.parametrize(
    "piece",
    [
        b"<title>",
        b"<h1 ",
        b"<script ",
        b"<",
        b" id=",
        b' id="',
        b"<title>404",
        b"not found ",
        b"page you a ",
        b"<!--",
        b'<a b="',
        b"<a b='",
        b"<b>x",
        b"<svg>",
        b"</h1>",
        b"<h1>x</h1>",
        b"<div id=a></div>",
        b"&#1",
        b"<!-- -->x",
        b"\xe4 ",
        b"<meta http-equiv=refresh content='0;",
        b"the page you the page ",
    ],
)
def test_judging_the_answer_to_a_link(piece: bytes) -> None:
    def work(size: int) -> Work:
        answer = FetchResponse("http://a.org/x", 200, (), {"content-type": "text/html"}, piece * (size // len(piece)))
        return lambda: classify.classify_response(LinkRequest("http://a.org/x"), answer, "part")

    assert growth(work(10 * SIZE), work(20 * SIZE)) <= MOST_GROWTH


# --- large sites --------------------------------------------------------------------------------------

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
  kind = {{{kind}}},
  seen = {{abstract}},
}}
"""
KINDS = ("trial report", "preprint", "news", "company statement", "letter")
CLAIM = (
    'In one trial, the company says, {few} of {many} people ({percent}%) with islets from a donor line took "no insulin"'
    " at one year. All of them took drugs that hold back the immune system, as [the page](page{other}.md#section-1) says"
    " [@key{key}]. What happened to the others is not known. It is not a cure.\n"
)
ROW = "\n| What | Value |\n|---|---|\n| C-peptide, donor islets | 5 of 9 (56%), the company says [@key{key}] |\n"


def letters(number: int) -> str:
    """A number in letters, for names hold no figures."""
    return "".join(chr(97 + int(figure)) for figure in str(number)).capitalize()


def large_project(root: Path, pages: int, entries: int) -> Path:
    """A project with 20 citations on each page."""
    (root / "docs").mkdir(parents=True)
    text = [
        ENTRY.format(
            n=n,
            name=letters(n % 997),
            words=" ".join(letters(n * factor) for factor in (1, 7, 13, 17, 19, 23)).lower(),
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


@pytest.mark.perf
def test_checking_a_site(tmp_path: Path) -> None:
    small, large = large_project(tmp_path / "small", 150, 750), large_project(tmp_path / "large", 300, 1500)
    loaded = project.load_project(large)
    reports = [check_site.check_citations(loaded), check_site.check_links(loaded)]
    assert [str(problem) for report in reports for problem in report.problems[:3]] == []
    counts = reports[0].counts
    assert (counts["pages"], counts["citations"], counts["entries"]) == (300, 6000, 1500)
    assert growth(lambda: check(small), lambda: check(large)) <= MOST_GROWTH


@pytest.mark.perf
def test_sealing_a_page() -> None:
    shapes = csp.build_script_patterns([TEMPLATE])

    def work(size: int) -> Work:
        html = f"<html><head>{csp.CHARSET_META}</head>{SCRIPT}{'<p>word</p>' * (size // 10)}</html>"
        return lambda: csp.add_policy(html_fixes.fix_html(html), shapes)

    assert growth(work(20 * SIZE), work(40 * SIZE)) <= MOST_GROWTH

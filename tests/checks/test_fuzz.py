"""Whatever the bytes of a file: no traceback, and every problem at a line that exists. How the work grows: test_growth."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import BIB, INDEX, ROOT, TODAY
from fuzz_inputs import GOOD, MUCH, PIECES, PLACED, PLACES, SHORT, SIGNS, lines_of
from ledger.model import project
from ledger.site import check_site

ALPHABET = st.sampled_from([*SIGNS, *PIECES, "\n", "\n\n", " ", "x", "é", "\0", "\r\n", "\r"])


def look(files: dict[str, bytes]) -> None:
    """Read and check a project with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"docs/index.md": INDEX.encode(), "references.bib": BIB.encode(), **files}.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        loaded = project.load_project(Path(folder), TODAY)
        reports = [check_site.check_citations(loaded), check_site.check_links(loaded)]
    assert all(report.lines() for report in reports)
    last = {name: len(re.split(rb"\r\n|\r|\n", content)) for name, content in files.items()}
    for report in reports:
        for problem in report.problems[:1000]:
            assert 1 <= problem.line <= last.get(problem.path, 200), str(problem)[:300]


@pytest.mark.parametrize("piece", [*SIGNS, *PIECES], ids=repr)
def test_much_of_one_piece_on_a_page_does_no_harm(piece: str) -> None:
    look({PLACES["page"]: lines_of(piece, 20_000)})


@pytest.mark.parametrize("piece", SHORT, ids=repr)
@pytest.mark.parametrize("length", [1, 60, 40_000])
def test_much_of_one_piece_in_other_lines_does_no_harm(piece: str, length: int) -> None:
    look({PLACES["page"]: lines_of(piece, length)})


@pytest.mark.parametrize("place", ["record", "bibliography", "claims"])
@pytest.mark.parametrize("piece", PLACED)
def test_much_of_one_piece_anywhere_else_does_no_harm(piece: str, place: str) -> None:
    look({PLACES[place]: GOOD[place].encode() + lines_of(piece, 60)})
    if place == "record":
        look({PLACES[place]: b"---\ntrial:\n" + lines_of(piece, 60) + b"---\n"})


@pytest.mark.parametrize("place", ["page", "record", "bibliography", "claims"])
@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"\xed\xa0\x80",  # lone surrogates
        b"\0",
        b"\r\n",
        b"\r",
        b"\xef\xbb\xbf",
        "\u202eevil\u202c \u200f".encode(),
        b"x",
        b"",
        b"---\n",
    ],
    ids=["no UTF-8", "surrogates", "nulls", "CRLF", "CR", "byte order marks", "right to left", "one word", "nothing", "rules"],
)  # fmt: skip
def test_bytes_that_are_no_text_do_no_harm(place: str, content: bytes) -> None:
    look({PLACES[place]: content * (MUCH // max(1, len(content)))})


@pytest.mark.parametrize("place", PLACES)
def test_noise_in_what_is_good_does_no_harm(place: str) -> None:
    noise = random.Random(7)
    text = GOOD[place] * (2 * MUCH // len(GOOD[place]))
    for _ in range(200):
        at = noise.randrange(len(text))
        text = text[:at] + noise.choice([*SIGNS, *PIECES]) + text[at:]
    look({PLACES[place]: text.encode()})


@pytest.mark.parametrize("place", PLACES)
@given(data=st.data())
def test_no_text_makes_a_check_raise(place: str, data: st.DataObject) -> None:
    text = data.draw(st.lists(ALPHABET, max_size=60).map("".join))
    good = GOOD[place]
    at = data.draw(st.integers(0, len(good)))
    for content in (text, good[:at] + text + good[at:]):
        look({PLACES[place]: content.encode("utf-8", "surrogatepass")})


@pytest.mark.parametrize("place", PLACES)
@given(content=st.binary(max_size=200))
def test_no_bytes_make_a_check_raise(place: str, content: bytes) -> None:
    look({PLACES[place]: content})
    look({PLACES[place]: GOOD[place].encode() + content})


@given(st.sampled_from(sorted((ROOT / "docs").rglob("*.md"))), st.randoms(use_true_random=False))
def test_a_page_of_the_site_with_slips_makes_no_check_raise(path: Path, chance: random.Random) -> None:
    text = path.read_text(encoding="utf-8")
    for _ in range(10):
        at, size = chance.randrange(len(text)), chance.randrange(3)
        text = text[:at] + chance.choice([*SIGNS, *PIECES, "\n"]) + text[at + size :]
    look({PLACES["record"] if "\ntrial:\n" in text else PLACES["page"]: text.encode()})

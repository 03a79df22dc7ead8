"""The contract of the two scripts: what they print, how they end, and that nothing makes them crash."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import BIB, INDEX, ROOT, Make
from ledger.cli import check_command
from ledger.model import project
from ledger.site import check_site

SCRIPTS = ("check_citations", "check_links")
LINE = re.compile(r"^[^:]+:\d+: (error|warning): .+ \[[a-z-]+\]$")
LAST = {
    "check_citations": re.compile(
        r"check_citations: \d+ pages?, \d+ citations?, \d+ (?:entries|entry), \d+ excuses?: \d+ errors?, \d+ warnings?"
    ),
    "check_links": re.compile(r"check_links: \d+ pages?, \d+ links?, \d+ anchors?: \d+ errors?, \d+ warnings?"),
}
both = pytest.mark.parametrize("script", SCRIPTS)


CHECKS = {"check_citations": check_site.check_citations, "check_links": check_site.check_links}


def run(script: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run the script itself, as a contributor does."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{script}.py")],
        cwd=root,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=600,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def told(script: str, status: int, printed: str) -> tuple[int, list[str]]:
    """The exit status and the lines of problems; the form of every line is checked on the way."""
    *problems, last = printed.splitlines()
    assert LAST[script].fullmatch(last), last
    assert [line for line in problems if not LINE.match(line)] == []
    return status, problems


def report(script: str, root: Path) -> tuple[int, list[str]]:
    """The same without starting Python anew, for the many small cases."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = check_command.run_check(script, CHECKS[script], root)
    return told(script, status, printed.getvalue())


@both
def test_a_clean_project_ends_with_0_and_one_line_of_counts(script: str, make: Make) -> None:
    done = run(script, make())
    assert told(script, done.returncode, done.stdout) == (0, [])
    assert done.stderr == ""


@both
def test_the_counts_say_how_much_was_seen(script: str, make: Make) -> None:
    root = make({"docs/index.md": f"{INDEX}\n[home](index.md)\n"})
    last = CHECKS[script](project.load_project(root)).lines()[-1]
    seen = {
        "check_citations": "check_citations: 1 page, 1 citation, 1 entry, 0 excuses: 0 errors, 0 warnings",
        "check_links": "check_links: 1 page, 1 link, 3 anchors: 0 errors, 0 warnings",
    }
    assert last == seen[script]


@both
def test_errors_end_with_1(script: str, make: Make) -> None:
    done = run(script, make({"docs/index.md": f"{INDEX}\n[@nobody] and [x](nothing.md)\n"}))
    status, problems = told(script, done.returncode, done.stdout)
    assert status == 1
    assert [line.split(": ")[0] for line in problems] == ["docs/index.md:5"]


def test_warnings_alone_end_with_0(make: Make) -> None:
    status, problems = report("check_links", make({"docs/index.md": f"{INDEX}\n[x]: index.md\n"}))
    assert status == 0
    assert [line.split()[1] for line in problems] == ["warning:"]


@both
def test_without_a_docs_folder_it_ends_with_2_and_one_line_that_says_what_to_do(script: str, tmp_path: Path) -> None:
    done = run(script, tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{script}: could not run: there is no folder docs here; run this from the root of the project"
    ]


@both
def test_a_file_named_docs_ends_with_2(script: str, tmp_path: Path) -> None:
    (tmp_path / "docs").write_text("x")
    assert check_command.run_check(script, CHECKS[script], tmp_path) == 2


@both
def test_an_empty_docs_folder_is_an_error_since_nothing_was_seen(script: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "references.bib").write_text(BIB)
    status, problems = report(script, tmp_path)
    assert status == 1
    assert "[nothing-seen]" in "\n".join(problems)


def test_an_empty_bibliography_is_an_error_since_nothing_was_seen(make: Make) -> None:
    status, problems = report("check_citations", make({"references.bib": ""}))
    assert status == 1
    assert "references.bib:1: error: no entry to check" in "\n".join(problems)


def test_a_missing_bibliography_is_an_error(make: Make) -> None:
    root = make()
    (root / "references.bib").unlink()
    status, problems = report("check_citations", root)
    assert status == 1
    assert any(line.startswith("references.bib:1: error: the file is missing") for line in problems)


def test_a_folder_named_references_bib_is_told(make: Make) -> None:
    root = make()
    (root / "references.bib").unlink()
    (root / "references.bib").mkdir()
    status, problems = report("check_citations", root)
    assert status == 1
    assert any(line.startswith("references.bib:1: error: this is a folder") for line in problems)


HARD = {
    "bytes that are not UTF-8": ({"docs/far.md": b"# Far\n\n\xff\xfe\n"}, "docs/far.md:3: error: this is not UTF-8"),
    "UTF-16": ({"docs/far.md": "# Far".encode("utf-16")}, "docs/far.md:1: error: this is not UTF-8"),
    "a folder named like a page": ({"docs/far.md/x": b""}, "docs/far.md:1: error: this is a folder"),
    "broken front matter": (
        {"docs/far.md": b"---\na: b: c\n---\n"},
        "docs/far.md:2: error: a value that holds ': ' must be in quotes",
    ),
    "a control sign in front matter": (
        {"docs/far.md": b"---\na: 1\nb: \x07\n---\n"},
        "docs/far.md:3: error: this line has an invisible character (U+0007)",
    ),
    "an impossible date in mkdocs.yml": ({"mkdocs.yml": b"a: 2024-99-99\n"}, "mkdocs.yml:1: error: not valid YAML"),
    "a navigation that holds itself": ({"mkdocs.yml": b"nav: &a [*a]\n"}, "mkdocs.yml:1: error: not valid YAML"),
    "mkdocs.yml that is not UTF-8": ({"mkdocs.yml": b"a: \xff\n"}, "mkdocs.yml:1: error: this is not UTF-8"),
}


@both
@pytest.mark.parametrize("case", HARD)
def test_what_cannot_be_read_is_told_at_its_place_and_the_check_goes_on(script: str, case: str, make: Make) -> None:
    files, beginning = HARD[case]
    status, problems = report(script, make(files))
    assert status == 1
    assert any(line.startswith(beginning) for line in problems), problems


@both
def test_a_symbolic_link_is_told_and_not_followed(script: str, make: Make) -> None:
    root = make()
    (root / "docs" / "gone.md").symlink_to("nowhere.md")
    status, problems = report(script, root)
    assert status == 1
    assert any(line.startswith("docs/gone.md:1: error: a symbolic link") for line in problems)


@both
def test_a_folder_that_links_to_itself_ends(script: str, make: Make) -> None:
    root = make()
    (root / "docs" / "loop").symlink_to(".")
    assert report(script, root)[0] in (0, 1)


@both
def test_a_file_name_that_is_not_valid_text_is_printed_all_the_same(script: str, make: Make) -> None:
    root = make()
    Path(os.fsdecode(os.fsencode(root / "docs") + b"/\xff.md")).write_text("# X\n\n[@nobody] [x](nothing.md)\n")
    done = run(script, root)
    status, problems = told(script, done.returncode, done.stdout)
    assert status == 1
    assert any("\\udcff.md:3:" in line for line in problems)


@both
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_and_a_byte_order_mark_do_not_move_a_line(script: str, end: str, make: Make) -> None:
    text = f"\ufeff---\ntitle: Home\n---\n{INDEX}\n[@nobody] and [x](nothing.md)\n".replace("\n", end)
    _, problems = report(script, make({"docs/index.md": text}))
    assert any(line.startswith("docs/index.md:8: error: ") for line in problems)


@both
def test_null_bytes_do_no_harm(script: str, make: Make) -> None:
    status, problems = report(script, make({"docs/index.md": f"{INDEX}\n\0 [@nobody]\0 [x](nothing.md)\n"}))
    assert status == 1
    assert any(line.startswith("docs/index.md:5: error: ") for line in problems)


@both
def test_a_page_that_is_too_long_is_told_and_not_read(script: str, make: Make) -> None:
    root = make({"docs/index.md": f"{INDEX}\n{'[@a 12 ' * 30_000}\n"})
    status, problems = report(script, root)
    assert status == 1
    assert any(line.startswith("docs/index.md:1: error: this page has more than") for line in problems)


def test_a_line_of_the_bibliography_may_be_long(make: Make) -> None:
    root = make({"references.bib": BIB.replace("A trial", "a" * 10 * 20_000)})
    assert report("check_citations", root) == (0, [])


@both
def test_what_is_printed_does_not_depend_on_the_order_of_files(script: str, make: Make) -> None:
    root = make({f"docs/{name}.md": "# X\n\n[@nobody] [x](nothing.md)\n" for name in "zyxab"})
    _, problems = report(script, root)
    places = [(line.split(":")[0], int(line.split(":")[1])) for line in problems]
    assert places == sorted(places)
    assert len(set(problems)) == len(problems)


@both
def test_the_project_itself_is_clean(script: str) -> None:
    assert (ROOT / "docs" / "index.md").is_file()
    assert run(script, ROOT).returncode == 0


@both
def test_a_reader_that_stops_reading_is_no_error(script: str, make: Make) -> None:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / f"{script}.py")],
        cwd=make({"docs/index.md": f"{INDEX}\n[@nobody] and [x](nothing.md)\n"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait() == 1
    assert "could not run" not in errors
    assert "Broken" not in errors

"""``make build`` and ``make serve``: what stops a build, and what a preview survives.

Real commands on a small copy of the project: the real mkdocs.yml (with a shorter navigation), scripts and theme.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preview_server import (
    BIB,
    CLAIMS,
    FILES,
    FRONT,
    HOME,
    LIMIT,
    RUN,
    SAMPLE,
    Preview,
    copy,
    environment,
    write,
)

COUNT_LINE = SAMPLE[: SAMPLE.index("n: 10, of: 12")].count("\n") + 1
BROKEN: Mapping[str, tuple[str, str, str, str]] = {
    "undefined key": (
        "docs/index.md",
        "[@known2024]",
        "[@unknown2024]",
        "docs/index.md:11: error: @unknown2024 is not in references.bib; did you mean @known2024? [undefined-key]",
    ),
    "broken link": ("docs/index.md", "(articles/a.md)", "(articles/b.md)", "docs/index.md:11: error: "),
    "broken front matter": (
        "docs/about/corrections.md",
        "kind: about",
        "kind: [about",
        "docs/about/corrections.md:5: error: a list in [ ] is not closed",
    ),
    "broken bibliography": ("references.bib", "  year = {2024},", "  year = {2024", "references.bib:1: error: "),
    "number without a source": (
        "docs/about/corrections.md",
        "None so far.",
        "It helped 10 of 12 people.",
        "docs/about/corrections.md:11: error: '10 of 12 people' has no source in its paragraph; add [@key] there [uncited-number]",
    ),
    "broken trial record": (
        "docs/trials/sample.md",
        "n: 10, of: 12",
        "n: 13, of: 12",
        f"docs/trials/sample.md:{COUNT_LINE}: error: trial.results[insulin independence]: n 13 is greater than of 12; were they swapped? [record]",
    ),
}


def build(root: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, RUN, "build", "--quiet", *options]
    return subprocess.run(
        command,
        cwd=root,
        env={**environment(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )


# --- builds -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken_builds(
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[tuple[str, bool], subprocess.CompletedProcess[str]]:
    """Every broken project, built with and without ``--strict``, side by side to save time."""
    folders = {}
    for case, (name, old, new, _) in BROKEN.items():
        root = copy(tmp_path_factory.mktemp("broken"))
        assert FILES[name].count(old) == 1
        write(root, {name: FILES[name].replace(old, new)})
        folders[case] = root
    jobs = [(case, strict) for case in BROKEN for strict in (True, False)]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        done = pool.map(lambda job: build(folders[job[0]], *(["--strict"] if job[1] else []), "-d", f"s{job[1]}"), jobs)
        return dict(zip(jobs, done, strict=True))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("good"))


def test_a_good_project_builds_under_strict(good: Path) -> None:
    done = build(good, "--strict", "-d", "built")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("0 errors, 0 warnings") == 2
    home = (good / "built" / "index.html").read_text(encoding="utf-8")
    assert 'href="#fn:known2024"' in home
    assert "Doe J. A trial." in home
    assert "This copy of the site has no contact address" in home
    assert 'class="report"' not in home
    assert "edit/main" not in home  # no repository is known, so no address is made up
    assert "10 of 12 (83%)" in (good / "built" / "trials" / "sample" / "index.html").read_text(encoding="utf-8")
    assert (
        (good / "built" / "data" / "references.bib")
        .read_text(encoding="utf-8")
        .endswith(BIB.replace("kind =", "keywords ="))
    )
    assert not (good / "built" / "articles" / "claims.yml").exists()


def test_advice_is_shown_in_the_words_of_the_check_and_stops_nothing(good: Path, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(good, root, symlinks=True)
    write(root, {"docs/index.md": f"{HOME}\n{'word ' * 151}\n"})
    checked = subprocess.run(
        [sys.executable, "scripts/check_links.py"], cwd=root, capture_output=True, text=True, check=False
    )
    built = build(root, "--strict")
    assert (checked.returncode, built.returncode) == (0, 0), built.stdout
    [advice] = [line for line in checked.stdout.splitlines() if "[long-paragraph]" in line]
    assert advice.startswith("docs/index.md:13: warning: ")
    assert advice in built.stdout.splitlines()


def test_the_address_of_the_repository_is_used_where_it_is_set(good: Path) -> None:
    done = build(good, "--strict", "-d", "hosted", REPO_URL="https://example.org/me/it")
    assert done.returncode == 0, done.stdout
    home = (good / "hosted" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/me/it/issues/new?template=wrong-fact.yml' in home
    assert 'href="https://example.org/me/it/edit/main/docs/index.md"' in home


@pytest.mark.parametrize(
    ("contact", "status", "line"),
    [
        ("", 0, "note: neither REPO_URL nor CONTACT is set; the pages say that this copy has no contact address"),
        ("somebody", 1, "CONTACT is 'somebody'; set it to an email address or to an address that begins with https://"),
    ],
)
def test_a_missing_or_wrong_contact_address_is_told_once(good: Path, contact: str, status: int, line: str) -> None:
    done = build(good, "--strict", "-d", "uncontacted", CONTACT=contact)
    assert done.returncode == status
    assert done.stdout.count(line) == 1


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not strict"])
@pytest.mark.parametrize("case", BROKEN)
def test_an_error_stops_the_build_and_is_told_in_one_line(
    broken_builds: Mapping[tuple[str, bool], subprocess.CompletedProcess[str]], case: str, strict: bool
) -> None:
    done = broken_builds[case, strict]
    assert done.returncode != 0
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith(BROKEN[case][3])], done.stdout
    assert lines[-1] == "the checks found errors (above); fix them"
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("command", ["build", "serve"])
@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("mkdocs.yml", b"theme:\n", b"theme: [\n", r"mkdocs\.yml:12: error: not valid YAML: .+ \[config\]"),
        ("mkdocs.yml", b"theme:\n", b"theme:\xff\n", r"mkdocs\.yml:10: error: this is not UTF-8 text; .+"),
        ("mkdocs.yml", b"tokens.css", b"token.css", r"mkdocs\.yml: extra_css names assets/token\.css, .+"),
        ("overrides/main.html", b"{%", b"\xff{%", r".*overrides/main\.html: this template cannot be read; .+"),
    ],
    ids=["syntax", "encoding", "style sheet", "template"],
)
def test_input_that_cannot_be_used_stops_a_build_and_the_start_of_a_preview_with_one_line(
    tmp_path: Path, command: str, name: str, old: bytes, new: bytes, expected: str
) -> None:
    root = copy(tmp_path / "p")
    text = (root / name).read_bytes()
    assert old in text
    (root / name).write_bytes(text.replace(old, new, 1))
    done = subprocess.run(
        [sys.executable, RUN, command, "--quiet"],
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(f"{expected}\n", done.stdout), done.stdout


def test_a_template_with_a_syntax_error_stops_the_build_with_its_line(tmp_path: Path) -> None:
    root = copy(tmp_path / "p")
    write(root, {"overrides/main.html": '{% extends "base.html" %}\n{% block scripts %}\n'})
    done = build(root)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("overrides/main.html:2: error: the template cannot be used: ")
    assert "Traceback" not in done.stdout


def test_a_fault_that_only_the_built_page_shows_stops_the_build(good: Path, tmp_path: Path) -> None:
    root = copy(tmp_path / "p")
    write(
        root,
        {
            "overrides/main.html": '{% extends "base.html" %}{% block footer %}<p id="x"></p><p id="x"></p>{% endblock %}'
        },
    )
    done = build(root)
    assert done.returncode != 0
    assert "docs/index.md:1: error: the built page has the id 'x' twice" in done.stdout
    assert "Traceback" not in done.stdout


DRAFT_TRIAL = (
    SAMPLE.replace("id: sample", "id: unready")
    .replace("NCT01234567", "NCT01234568")
    .replace("known2024", "unready2026")
    .replace("A sample trial", "An unready trial")
    .replace("kind: trial", "kind: trial\ndraft: true")
    .replace("dose: {value: 5 mg", "dose: {value: to fill")
    .replace("cohort: sample", "cohort: sample\n  relations: [{kind: same people, to: the sample, record: sample}]")
)
UNREADY = (
    BIB.replace("known2024", "unready2026")
    .replace("A trial", "An unready paper")
    .replace("/abc", "/two")
    .replace("NCT01234567", "NCT01234568")
)
DRAFTS = {
    "docs/trials/unready.md": DRAFT_TRIAL,
    "docs/about/unready.md": FRONT.format("An unready page").replace("kind", "draft: true\nkind")
    + "<!-- to fill: all -->\n",
    "references.bib": f"{BIB}\n{UNREADY}",
}


def test_a_draft_is_nowhere_in_a_build(tmp_path: Path) -> None:
    root = copy(tmp_path / "p")
    write(root, DRAFTS)
    done = build(root, "--strict", "-d", "built", SITE_URL="https://example.org/")
    assert done.returncode == 0, done.stdout
    told = [
        path.relative_to(root).as_posix()
        for path in (root / "built").rglob("*")
        if path.is_file() and b"unready" in path.read_bytes().lower()
    ]
    assert told == []
    assert not list((root / "built").rglob("*unready*"))
    assert b"sample" in (root / "built" / "sitemap.xml").read_bytes()


def test_the_same_page_without_draft_stops_the_build(tmp_path: Path) -> None:
    root = copy(tmp_path / "p")
    write(root, {**DRAFTS, "docs/trials/unready.md": DRAFT_TRIAL.replace("draft: true\n", "")})
    done = build(root)
    assert done.returncode != 0
    assert "error: trial.delivery.dose.value: a person has to fill this in; until then write draft: true" in done.stdout


# --- the preview --------------------------------------------------------------------------------------


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], Preview]]:
    """Start a preview of the small project with some files changed; it is always stopped."""
    started: list[Preview] = []

    def start(files: Mapping[str, str]) -> Preview:
        root = copy(tmp_path / "project")
        write(root, files)
        started.append(Preview(root))
        return started[0]

    yield start
    for one in started:
        one.stop()


Start = Callable[[Mapping[str, str]], Preview]


@pytest.mark.slow
def test_a_preview_tells_errors_goes_on_and_follows_every_file(preview: Start) -> None:
    site = preview({})
    site.wait(lambda: "Doe J. A trial." in site.page())

    for name, text in DRAFTS.items():
        site.edit(name, text)
    site.wait(lambda: "This page is not complete." in site.page("trials/unready/"))
    site.wait(lambda: "This page is not complete." in site.page("about/unready/"))
    assert "This page is not complete." not in site.page("trials/sample/")
    for name in DRAFTS:
        (site.root / name).unlink()
    site.edit("references.bib", BIB)

    site.edit("docs/index.md", HOME.replace("known2024", "unknown2024"))
    site.wait(lambda: "docs/index.md:11: error: @unknown2024 is not in references.bib" in site.said())
    site.wait(lambda: "the preview goes on, and follows when you save" in site.said())
    site.wait(lambda: site.page("about/corrections/") != "")

    site.edit("docs/index.md", HOME.replace("See", "Mended, see"))
    site.wait(lambda: "Mended, see" in site.page())

    site.edit("references.bib", BIB.replace("A trial", "A trial renamed"))
    site.wait(lambda: "Doe J. A trial renamed." in site.page())

    site.edit("docs/articles/claims.yml", CLAIMS.replace("The first wording", "The second wording"))
    site.wait(lambda: "The second wording" in site.page("articles/a/"))

    site.edit("docs/trials/sample.md", SAMPLE.replace("n: 10, of: 12", "n: 13, of: 12"))
    site.wait(lambda: "n 13 is greater than of 12" in site.said())
    site.wait(lambda: "This table cannot be shown" in site.page("trials/sample/"))

    (site.root / "docs" / "index.md").write_bytes(b"\xff")
    site.wait(lambda: "This page cannot be read" in site.page())
    site.edit("docs/index.md", HOME)
    site.wait(lambda: "See" in site.page())

    (site.root / "references.bib").unlink()
    site.wait(lambda: "references.bib:1: error: the file is missing" in site.said())
    site.edit("references.bib", BIB)
    site.wait(lambda: "Doe J. A trial." in site.page())
    assert "Traceback" not in site.said()


@pytest.mark.parametrize(
    ("name", "text", "mended", "page"),
    [
        ("references.bib", BIB.replace("{2024},", "{2024"), BIB, ""),
        ("docs/index.md", HOME.replace("kind: about", "kind: [about"), HOME, ""),
        ("docs/articles/claims.yml", CLAIMS.replace("id: C-1", "id: ["), CLAIMS, "articles/a/"),
    ],
    ids=["bibliography", "front matter", "claims"],
)
def test_a_preview_starts_although_a_file_is_broken(
    preview: Start, name: str, text: str, mended: str, page: str
) -> None:
    site = preview({name: text})
    site.wait(lambda: "This is no medical advice" in site.page(page))
    site.wait(lambda: re.search(rf"^{re.escape(name)}:\d+: error: ", site.said(), re.MULTILINE) is not None)
    assert "Traceback" not in site.said()
    site.edit(name, mended)
    site.wait(lambda: "Doe J. A trial." in site.page(page))

"""What lies in docs/ beside pages, and what Git left in a file, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import BIB, INDEX, Make, check_citations, check_links

FRONT = "---\ntitle: a\ndescription: b\nkind: about\nchecked: 2026-11-21\n---\n"
CONFIG = "site_name: x\nexclude_docs: |\n  articles/claims.yml\n  kept/*.yaml\n"
CONFLICT = "<<<<<<< HEAD\n{0}\n=======\n{0}\n>>>>>>> other\n"


def problems(root: Path) -> list[str]:
    found = {*check_citations(root).problems, *check_links(root).problems}
    return sorted(f"{problem.path}:{problem.line} {problem.rule}" for problem in found)


def site(make: Make, **files: str) -> Path:
    return make({"mkdocs.yml": CONFIG, "docs/index.md": FRONT + INDEX, **files})


@pytest.mark.parametrize(
    "name", ["a.docx", "a.pdf", "a.MD", "a.Markdown", "a.PNG", "sub/a.yml", "kept.yaml", "LICENSE", "a.md.bak", "a.zip"]
)
def test_what_nobody_meant_to_publish_is_told(name: str, make: Make) -> None:
    assert problems(site(make, **{f"docs/{name}": "x"})) == [f"docs/{name}:1 file-type"]


@pytest.mark.parametrize("name", ["a.css", "a.js", "a.png", "a.jpg", "a.jpeg", "a.webp", "kept/a.yaml", ".hidden"])
def test_what_may_be_published_or_is_excluded_is_left_alone(name: str, make: Make) -> None:
    assert problems(site(make, **{f"docs/{name}": "x"})) == []


def test_a_page_in_capitals_and_one_with_another_ending_are_told_how_pages_are_named(make: Make) -> None:
    root = site(make, **{"docs/a.MD": "# A\n"})
    (told,) = [str(problem) for problem in check_links(root).problems]
    assert "a page's name ends with .md, not .MD" in told


def test_without_a_site_nothing_is_published_and_no_front_matter_is_asked_for(make: Make) -> None:
    assert problems(make({"docs/a.docx": "x"})) == []


def test_a_page_of_a_site_without_front_matter_is_told(make: Make) -> None:
    assert problems(make({"mkdocs.yml": CONFIG})) == ["docs/index.md:1 front-matter"]


@pytest.mark.parametrize("name", ["a.md", "a.png", "folder"])
def test_a_symbolic_link_is_told_whatever_it_leads_to(name: str, make: Make, tmp_path: Path) -> None:
    root = site(make)
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / "b.md").write_text("Secret: 83 % of 12 people.\n", encoding="utf-8")
    (root / "docs" / name).symlink_to(target if name == "folder" else target / "b.md")
    assert [one for one in problems(root) if "nothing-seen" not in one] == [f"docs/{name}:1 file-type"]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("docs/index.md", f"{FRONT}{INDEX}\n{CONFLICT.format('It was 83 %.')}", 11),
        ("docs/index.md", CONFLICT.format(FRONT + INDEX), 1),
        ("docs/index.md", f"{FRONT}{INDEX}\n```\n{CONFLICT.format('code')}```\n", 12),
        ("docs/index.md", f"{FRONT}{INDEX}\n||||||| base\n", 11),
        ("docs/index.md", f"{FRONT}{INDEX}\n=======\n", 11),
        ("references.bib", BIB + CONFLICT.format("@article{two,\n}"), BIB.count("\n") + 1),
        ("mkdocs.yml", CONFIG + CONFLICT.format("nav: [index.md]"), 5),
        ("docs/articles/claims.yml", f"claims:\n{CONFLICT.format('  - id: A1')}", 2),
        ("docs/kept/a.yaml", CONFLICT.format("a: b"), 1),
        ("docs/a.css", f"a {{}}\n{CONFLICT.format('b {}')}", 2),
        ("docs/a.js", f"\n{CONFLICT.format('x()')}", 2),
        ("source-status.json", CONFLICT.format("{}"), 1),
        ("link-policy.yml", CONFLICT.format("excuses: []"), 1),
        ("source-policy.yml", CONFLICT.format("excuses: []"), 1),
    ],
)
def test_a_git_conflict_is_the_only_thing_said_of_its_file(name: str, content: str, line: int, make: Make) -> None:
    found = problems(site(make, **{name: content}))
    assert [one for one in found if "nothing-seen" not in one and "source-status-old" not in one] == [
        f"{name}:{line} conflict-marker"
    ]


@pytest.mark.parametrize("name", ["overrides/main.html", "overrides/partials", "docs/more", "docs/dangling.css"])
def test_a_symbolic_link_is_told_in_one_line_wherever_it_is(name: str, make: Make, tmp_path: Path) -> None:
    root = site(make, **{"overrides/a.html": "x"})
    target = tmp_path / "elsewhere"
    if "dangling" not in name:
        target.mkdir()
        (target / "b.svg").write_text("<script/>", encoding="utf-8")
    (root / name).symlink_to(target)
    assert problems(root) == [f"{name}:1 file-type"]


@pytest.mark.parametrize("name", ["x.shtml", "x.php", "x.svgz", "x.cgi", "x.phtml", "CNAME", "x.js.map", "x.woff2"])
def test_what_some_hosts_would_run_or_nobody_reads_is_not_published(name: str, make: Make) -> None:
    assert problems(site(make, **{f"docs/{name}": "x"})) == [f"docs/{name}:1 file-type"]

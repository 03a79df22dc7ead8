"""What the search knows of a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import ROOT, Make
from ledger.export import search_index
from ledger.model import project
from samples import SAMPLE, TODAY

HTML = (
    '<p class="up">NCT1</p><h1 id="t">Title<a class="headerlink" href="#t">¶</a></h1><p>Opening &amp; <b>more</b>'
    '<!--cite a--></p><h2 id="one">First <em>part</em><a class="headerlink" href="#one">¶</a></h2><p>One</p>'
    '<!-- generated: trials --><h3 id="two">Second</h3><ul><li>x</li><li>y</li></ul><script>bad()</script>'
)
WORDS = "same:\n  - [a, b]\nalso:\n  - {ask: [c], find: [d]}\nstop: the of\nweight: {about: 0.5}\n"


def read(script: str) -> dict[str, Any]:
    assert script.startswith("window.searchIndex = ")
    found: dict[str, Any] = json.loads(script.removeprefix("window.searchIndex = ").removesuffix(";\n"))
    return found


def test_a_page_is_cut_into_its_opening_and_its_sections() -> None:
    assert search_index.split_sections(HTML) == [
        ("", "", "NCT1 Opening & more"),
        ("one", "First part", "One"),
        ("two", "Second", "x y"),
    ]
    assert search_index.split_sections("<p>no heading</p>") == [("", "", "no heading")]


def test_the_index_names_pages_weights_and_words(make: Make) -> None:
    front = "---\ntitle: X\nkind: about\n---\n# X\n"
    glossary = "# Glossary\n\n## Islet\n\nA group of cells.\n\nAlso: islets, isles\n"
    loaded = project.load_project(
        make({"docs/a/x.md": front, "docs/glossary.md": glossary, "docs/search.yml": WORDS}), TODAY
    )
    page = loaded.pages["a/x.md"]
    data = read(search_index.build_index_script([(page, [("", "", "text </script>\u2028")])], loaded))
    assert data["pages"] == [["a/x/", "X", 0.5, [["", "", "text </script> "]]]]
    assert data["same"] == [["a", "b"], ["Islet", "islets", "isles"]]
    assert data["also"] == [{"ask": ["c"], "find": ["d"]}]
    assert data["stop"] == ["the", "of"]


def test_a_trial_is_there_with_its_opening_and_the_words_of_its_record(make: Make) -> None:
    loaded = project.load_project(make({"docs/trials/sample.md": SAMPLE}), TODAY)
    page = loaded.pages["trials/sample.md"]
    sections = [("", "", "Opening. " + "word " * 300), ("more", "More", "left out")]
    [[_, _, _, [[_, _, text]]]] = read(search_index.build_index_script([(page, sections)], loaded))["pages"]
    assert text.startswith("Opening.")
    assert len(text) < 2000
    assert "NCT01234567" in text
    assert "left out" not in text
    assert "not found" not in text


def test_the_index_takes_the_place_of_the_generators(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "search"
    folder.mkdir()
    (folder / "search_index.json").write_text("{}")
    search_index.write_index(folder, [], project.load_project(make(), TODAY))
    assert [path.name for path in folder.iterdir()] == ["index.js"]


def test_the_words_of_the_project_are_words() -> None:
    said = search_index.read_search_vocabulary(ROOT)
    groups = [*said.same, *(part for one in said.also for part in (one["ask"], one["find"]))]
    assert all(isinstance(word, str) and word for group in groups for word in group)
    assert all(len(group) > 1 for group in said.same)
    seen = [word.lower() for group in said.same for word in group]
    assert len(seen) == len(set(seen)), "a word in two groups"
    assert said.stop

"""Before and after a page: in its own topic, never by accident in another."""

from __future__ import annotations

from conftest import ROOT, TODAY, Make
from ledger.model import project
from ledger.render import prev_next
from samples import SAMPLE

CONFIG = "nav:\n  - Home: index.md\n  - Basics:\n      - basics/index.md\n      - One: basics/one.md\n  - Far:\n      - Two: two.md\n"
PAGES = {
    "mkdocs.yml": CONFIG,
    "docs/basics/index.md": "# Basics\n",
    "docs/basics/one.md": "# One\n",
    "docs/two.md": "# Two\n",
}


def test_a_page_has_neighbours_in_its_section_alone(make: Make) -> None:
    loaded = project.load_project(make(PAGES), TODAY)
    one = prev_next.find_neighbours(loaded.pages["basics/one.md"], loaded)
    assert one
    assert one.topic == "Basics"
    assert one.before is loaded.pages["basics/index.md"]
    assert one.after is None


def test_a_page_that_is_alone_has_none(make: Make) -> None:
    loaded = project.load_project(make(PAGES), TODAY)
    assert prev_next.render_neighbours(loaded.pages["index.md"], loaded) == ""
    assert prev_next.render_neighbours(loaded.pages["two.md"], loaded) == ""


def test_links_name_the_direction_the_topic_and_the_page(make: Make) -> None:
    loaded = project.load_project(make(PAGES), TODAY)
    made = prev_next.render_neighbours(loaded.pages["basics/index.md"], loaded)
    assert made.startswith('<nav class="neighbours" aria-label="More in Basics">')
    assert '<a class="next" rel="next" href="../basics/one/"><span>Next in Basics →</span> One</a>' in made


def test_a_trial_has_neighbours_of_the_same_approach(make: Make) -> None:
    other = SAMPLE.replace("id: sample", "id: other").replace("A sample trial", "B other trial")
    apart = SAMPLE.replace("id: sample", "id: apart").replace(
        "source: {value: embryonic", "source: {value: mesenchymal"
    )
    root = make({"docs/trials/sample.md": SAMPLE, "docs/trials/other.md": other, "docs/trials/apart.md": apart})
    loaded = project.load_project(root, TODAY)
    found = prev_next.find_neighbours(loaded.pages["trials/sample.md"], loaded)
    assert found == ("Trials: donor-line islets", None, loaded.pages["trials/other.md"])
    assert prev_next.render_neighbours(loaded.pages["trials/apart.md"], loaded) == ""


def test_on_the_site_the_way_on_leads_back_again() -> None:
    loaded = project.load_project(ROOT)
    found = {page.src: prev_next.find_neighbours(page, loaded) for page in loaded.pages.values()}
    kinds = {str(page.meta.data.get("kind")) for page in loaded.pages.values() if found[page.src]}
    assert kinds >= {"therapy", "requirement", "safety", "basics", "trial", "article", "about", "index"}
    for src, here in found.items():
        if here and here.after:
            after = found[here.after.src]
            assert after
            assert after.before is loaded.pages[src]
            assert after.topic == here.topic

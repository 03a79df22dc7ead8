"""What a build starts from: the project without its drafts, and files that cannot be used."""

from __future__ import annotations

import pytest

from conftest import Make
from ledger.core.errors import CannotRunError
from ledger.model import project
from ledger.site import build, load

DRAFT = "---\ntitle: A draft\nkind: about\ndraft: true\n---\n\n# A draft\n"


def create_small_site(make: Make, *, preview: bool = False, stylesheets: tuple[str, ...] = ()) -> build.Site:
    root = make({"docs/about/draft.md": DRAFT})
    config = load.SiteConfig(root / "docs", "A site", stylesheets=stylesheets, preview=preview)
    return load.create_site(project.load_project(root), config)


@pytest.mark.parametrize("preview", [False, True])
def test_drafts_are_in_a_preview_only(make: Make, preview: bool) -> None:
    site = create_small_site(make, preview=preview)
    assert ("about/draft.md" in site.project.pages) is preview
    assert site.is_left_out("about/draft.md", is_page=True, from_theme=False) is not preview
    assert not site.is_left_out("index.md", is_page=True, from_theme=False)


def test_a_missing_style_sheet_is_reported_with_its_name(make: Make) -> None:
    with pytest.raises(CannotRunError, match=r"extra_css names assets/none\.css, .*; fix the name"):
        create_small_site(make, stylesheets=("assets/none.css",))

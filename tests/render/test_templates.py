"""Every template with a hostile text in every field: nothing of it becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from attacked_site import write_site
from conftest import TODAY
from ledger.model import project
from ledger.model.certainty import CertaintyFile, OutcomeCertainty, RatingStep
from ledger.model.glossary import Term
from ledger.model.people import PeopleFile, Person
from ledger.model.project import Project
from ledger.model.source_status import Notice, SourceStatus
from ledger.render import (
    charts,
    claim_cards,
    footnotes,
    handout,
    page_footer,
    page_top,
    source_notices,
    trial_page,
)
from ledger.render.charts import download
from ledger.render.jinja import ENVIRONMENT, TEMPLATES, get_macro, render
from ledger.render.tooltips import TooltipsExtension
from ledger.site import generated_parts

HOSTILE = "\"'--></script></style></textarea><x-attack onattack=1>"
REFUSED = SourceStatus(
    "retracted", {HOSTILE: HOSTILE}, (HOSTILE,), (Notice("retracted", HOSTILE, HOSTILE, by=HOSTILE),)
)
OPTIONS = {
    "picture": [{"name": name} for name in charts.PICTURES],
    "drawing": [{"name": "hostile"}],
    "person-marks": [],  # its template is rendered below
    "stage": [{"trial": "t0"}, {"named": "single-case"}],
    "trials": [{"therapy": HOSTILE}, {"therapy": "nothing"}, {"requirement": "safety"}],
}
"""The options of the parts that need some."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root: Path = tmp_path_factory.mktemp("hostile")
    write_site(root, [HOSTILE])
    words = escape(HOSTILE)
    drawing = f'<svg viewBox="0 0 1 1"><title>{words}</title><desc>{words}</desc></svg>'
    (root / "docs/assets/drawings").mkdir(parents=True, exist_ok=True)
    (root / "docs/assets/drawings/hostile.svg").write_text(drawing, encoding="utf-8")
    return project.load_project(root, TODAY, f"https://example.org/{HOSTILE}")


def render_everything(loaded: Project) -> Iterator[tuple[str, str]]:
    """What each renderer makes of a project full of hostile texts, and what cannot come from a file."""
    trial, record = loaded.records["t0"]
    harmless = replace(trial, record=record.model_copy(update={"harms": []}))
    attacked = loaded.pages["pages/p0.md"]
    rating = OutcomeCertainty(outcome=HOSTILE, found=HOSTILE, evidence="randomised", cite=["known2024"])
    rating.steps.append(RatingStep(domain="imprecision", why=HOSTILE))
    loaded = replace(loaded, certainty=CertaintyFile(therapies={"t0": [rating]}))
    for name, renderer in {**generated_parts.HTML_RENDERERS, **generated_parts.MARKDOWN_RENDERERS}.items():
        for options in OPTIONS.get(name, [{}]):
            yield name, renderer(trial, loaded, options)
    yield "header", trial_page.render_trial_header(trial, loaded)
    yield "no harms", trial_page.render_harms_table(harmless, loaded, {})
    yield from download.render_downloads(loaded, HOSTILE, HOSTILE)
    yield "marks", render("person-marks.html", width=HOSTILE, height=HOSTILE, marks=HOSTILE)
    yield "top", page_top.render_page_top(trial, loaded, 1)
    yield "footer", page_footer.render_page_footer(attacked, loaded, f"https://{HOSTILE}", HOSTILE, ["known2024"])
    yield "contact", page_footer.render_contact(trial, loaded, {})
    people = PeopleFile(people=[Person(name=HOSTILE, role="editor", affiliation=HOSTILE, interests=HOSTILE)])
    yield "people", page_footer.render_people(trial, replace(loaded, people=people), {})
    yield "neighbours", render("prev-next.html", page=trial, topic=HOSTILE, before=trial, after=trial)
    yield "filter", claim_cards.render_radio_filter("kind", HOSTILE, {HOSTILE: 1})
    yield "after a reference", source_notices.render_reference_notices(REFUSED)
    yield "status", source_notices.render_status_line(REFUSED)
    yield "page notices", render("page-notices.html", marked=[(1, HOSTILE, REFUSED)])
    numbers = {"total": 1, "askable": 1, "checked": 1}
    yield (
        "all",
        render("source-status.html", page=trial, days=[HOSTILE], states={HOSTILE: 1}, explained=None, **numbers),
    )
    reference = '<a class="footnote-ref" href="#fn:attack0">1</a><!-- handout ends -->'
    yield "handout", handout.render_handout(reference, trial, loaded.bibliography.entries, HOSTILE, HOSTILE)
    tooltips = TooltipsExtension()
    tooltips.anchors = {"x": Term("x", "x", HOSTILE, 1)}
    yield "tooltip", tooltips.expand('<span class="term" data-term="x">x</span>')
    yield "references", "".join(footnotes.number_citations("<!--cite a-->", lambda name: "<p>x</p>"))


class AttributeNames(HTMLParser):
    """The names of all tags and attributes of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attributes)}


def test_no_hostile_text_becomes_markup_in_any_template(loaded: Project) -> None:
    ENVIRONMENT.cache.clear()  # type: ignore[union-attr]
    get_macro.cache_clear()
    shown = 0
    for name, html in render_everything(loaded):
        assert "<x-attack" not in html, name
        assert not any("attack" in found for found in AttributeNames(html).found), name
        assert "-->" not in re.sub(r"<!--[^<>]*-->", "", html), name
        shown += html.count("x-attack")
    assert shown > 250
    used = {name for _, name in ENVIRONMENT.cache}  # type: ignore[union-attr]
    assert used == {path.name for path in TEMPLATES.iterdir()}


def test_no_template_turns_escaping_off() -> None:
    for path in TEMPLATES.iterdir():
        assert not re.search(r"\bsafe\b|autoescape", path.read_text(encoding="utf-8")), path.name


def test_line_breaks_and_indentation_stay_in_the_template() -> None:
    template = ENVIRONMENT.get_template("page-notices.html")
    assert "\n" in (TEMPLATES / "page-notices.html").read_text(encoding="utf-8").strip()
    assert "\n" not in template.render(marked=[(1, "a", REFUSED)])

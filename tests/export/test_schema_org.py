"""What pages say to machines: only schema.org's words, and only what the page shows."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import msgspec_schemaorg.enums
import msgspec_schemaorg.models
import pytest

from conftest import BIB, ROOT, Make
from ledger.export import schema_org
from ledger.export.schema_org import Node
from ledger.model import project
from ledger.model.project import Project
from ledger.render import page_top
from samples import SAMPLE, TODAY, small

NAME, URL = "Islet Ledger", "https://example.org/site/"


@pytest.fixture(scope="module")
def published() -> Project:
    return project.load_project(ROOT)


def all_nodes(value: object) -> list[Node]:
    found: list[Node] = []
    if isinstance(value, dict):
        found += [value] if "@type" in value else []
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            found += all_nodes(inner)
    return found


def unknown(node: Node) -> list[str]:
    """Properties that schema.org does not have for the node's type."""
    model: Any = getattr(msgspec_schemaorg.models, node["@type"])
    fields = set(model.__struct_fields__)
    return [name for name in node if not name.startswith("@") and name not in fields]


def test_every_property_is_one_of_schema_org(published: Project) -> None:
    types = set()
    for page in published.pages.values():
        for node in all_nodes(schema_org.build_nodes(page, published, NAME, URL)):
            assert unknown(node) == [], (page.path, node["@type"])
            types.add(node["@type"])
    assert types >= {
        "MedicalWebPage",
        "BreadcrumbList",
        "ListItem",
        "MedicalTrial",
        "ScholarlyArticle",
        "Dataset",
        "DataDownload",
    }


def test_the_vocabulary_would_refuse_a_property_of_another_type() -> None:
    assert unknown({"@type": "MedicalTrial", "phase": "1"}) == ["phase"]


def test_every_status_and_design_is_a_word_of_schema_org() -> None:
    statuses = set(msgspec_schemaorg.enums.MedicalStudyStatus.__members__)
    designs = set(msgspec_schemaorg.enums.MedicalTrialDesign.__members__)
    assert set(schema_org.SCHEMA_ORG_STATUSES.values()) <= statuses
    assert {*schema_org.SCHEMA_ORG_DESIGNS.values(), "RandomizedTrial"} <= designs


def test_organisations_and_people_are_told_apart(make: Make) -> None:
    text = BIB.replace("{Doe, Jane and Roe, Richard}", "{{World Test Organization} and Doe, Jane and others}")
    root = make({"references.bib": text, "docs/trials/sample.md": SAMPLE})
    loaded = project.load_project(root, TODAY)
    *_, article = schema_org.build_nodes(loaded.pages["trials/sample.md"], loaded, NAME, URL)
    assert article["author"] == [
        {"@type": "Organization", "name": "World Test Organization"},
        {"@type": "Person", "name": "Doe J"},
    ]


def test_a_trial_says_what_its_record_says(make: Make) -> None:
    loaded = small(make)
    page, crumbs, trial, article = schema_org.build_nodes(loaded.pages["trials/sample.md"], loaded, NAME, URL)
    assert page["@type"] == "MedicalWebPage"
    assert page["lastReviewed"] == "2026-11-21"
    assert "reviewedBy" not in page  # nobody reviewed it
    assert [item["name"] for item in crumbs["itemListElement"]] == ["Home", "A sample trial"]
    assert crumbs["itemListElement"][1]["item"] == f"{URL}trials/sample/"
    assert trial == {
        "@type": "MedicalTrial",
        "name": "Islets from a donor line",
        "status": "https://schema.org/Completed",
        "healthCondition": {"@type": "MedicalCondition", "name": "type 1 diabetes"},
        "identifier": ["NCT01234567"],
        "sponsor": {"@type": "Organization", "name": "A university"},
        "studyLocation": [{"@type": "Country", "name": "Norway"}, {"@type": "Country", "name": "China"}],
        "trialDesign": ["https://schema.org/OpenTrial"],
    }
    assert article["sameAs"] == "https://doi.org/10.1234/abc"


def test_without_an_address_of_the_site_no_address_is_made_up(make: Make) -> None:
    loaded = small(make)
    text = json.dumps(schema_org.build_nodes(loaded.pages["trials/sample.md"], loaded, NAME, ""))
    assert "url" not in text
    assert '"item"' not in text


def test_hostile_text_cannot_leave_the_script(make: Make) -> None:
    loaded = small(make, SAMPLE.replace("value: A university", "value: '</script><script>alert(1)</script>'"))
    html = schema_org.render_json_ld(loaded.pages["trials/sample.md"], loaded, NAME, URL)
    assert html.count("<script") == 1
    assert html.count("</script>") == 1
    assert json.loads(re.sub(r"</?script[^>]*>", "", html))["@graph"][2]["sponsor"]["name"].startswith("</script>")


def test_the_way_to_a_page_is_shown_as_it_is_told(make: Make) -> None:
    loaded = small(make)
    page = loaded.pages["trials/sample.md"]
    shown = [
        unescape(name)
        for name in re.findall(r"<li[^>]*>(?:<a [^>]*>)?([^<]*)", page_top.render_page_top(page, loaded, 0))
    ]
    assert shown == [one.title for one in page_top.find_breadcrumbs(page, loaded)]
    assert page_top.render_page_top(loaded.pages["index.md"], loaded, 0) == ""

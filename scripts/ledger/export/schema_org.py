"""A page as schema.org JSON-LD: the same facts as it shows to readers, and no others.

Only properties that schema.org has for the type are used. Addresses need ``site_url``; without it they are left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ledger.export import data_page, dataset
from ledger.model.bibliography import AND_OTHERS, Entry, get_creators
from ledger.model.project import Page, Project
from ledger.model.trial_record import Record
from ledger.render import charts
from ledger.render.page_top import find_breadcrumbs, get_breadcrumb_label

Node = dict[str, Any]

SCHEMA_ORG_STATUSES = {
    "not yet recruiting": "NotYetRecruiting",
    "recruiting": "Recruiting",
    "enrolling by invitation": "EnrollingByInvitation",
    "active, not recruiting": "ActiveNotRecruiting",
    "completed": "Completed",
    "suspended": "Suspended",
    "terminated": "Terminated",
    "withdrawn": "Withdrawn",
}
"""MedicalStudyStatus; what it has no word for is given as text."""
SCHEMA_ORG_DESIGNS = {
    "none (open label)": "OpenTrial",
    "single": "SingleBlindedTrial",
    "double": "DoubleBlindedTrial",
    "triple": "TripleBlindedTrial",
}
SCHEMA_ORG = "https://schema.org/"


def render_json_ld(page: Page, project: Project, site_name: str, site_url: str) -> str:
    """The page's JSON-LD as an element for its head."""
    graph = {"@context": "https://schema.org", "@graph": build_nodes(page, project, site_name, site_url)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    # In a script element only "<" could end it early.
    return f'<script type="application/ld+json">{text.replace("<", chr(92) + "u003c")}</script>'


def build_nodes(page: Page, project: Project, site_name: str, site_url: str) -> list[Node]:
    """The page, the way to it, and what it is about."""
    nodes = [_build_web_page_node(page, site_name, site_url)]
    crumbs = find_breadcrumbs(page, project)
    if len(crumbs) > 1:
        nodes.append(_build_breadcrumb_node(crumbs, site_url))
    if page.record:
        nodes.append(_build_trial_node(page.record))
        entries = project.bibliography.entries
        nodes += [_build_article_node(entries[key]) for key in page.record.publications if key in entries]
    if page.src == "data.md":
        nodes.append(_build_dataset_node(project, site_url))
    return nodes


def _build_web_page_node(page: Page, site_name: str, site_url: str) -> Node:
    data = page.meta.data if isinstance(page.meta.data, dict) else {}
    node: Node = {
        "@type": "MedicalWebPage",
        "name": page.title,
        "inLanguage": "en",
        "isPartOf": {"@type": "WebSite", "name": site_name},
    }
    if data.get("checked"):
        node["lastReviewed"] = str(data["checked"])
    if data.get("reviewed_by") and data["reviewed_by"] != "none":
        node["reviewedBy"] = {"@type": "Person", "name": str(data["reviewed_by"])}
    return {**node, **_build_url_property(site_url, page.url)}


def _build_url_property(site_url: str, path: str) -> Node:
    return {"url": f"{site_url.rstrip('/')}/{path}"} if site_url else {}


def _build_breadcrumb_node(crumbs: Sequence[Page], site_url: str) -> Node:
    items = []
    for position, page in enumerate(crumbs, 1):
        item: Node = {"@type": "ListItem", "position": position, "name": get_breadcrumb_label(page)}
        if site_url:
            item["item"] = f"{site_url.rstrip('/')}/{page.url}"
        items.append(item)
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _build_trial_node(record: Record) -> Node:
    latest = record.latest.value
    node: Node = {
        "@type": "MedicalTrial",
        "name": record.official_title or record.plain_title,
        "status": SCHEMA_ORG + SCHEMA_ORG_STATUSES[latest] if latest in SCHEMA_ORG_STATUSES else latest,
    }
    if record.diabetes_type in ("type 1", "type 2"):
        node["healthCondition"] = {"@type": "MedicalCondition", "name": f"{record.diabetes_type} diabetes"}
    ids = [entry.id for entry in record.registry]
    if ids:
        node["identifier"] = ids
    if record.sponsor.value not in ("not found", "not stated", "to fill"):
        node["sponsor"] = {"@type": "Organization", "name": record.sponsor.value}
    if record.countries:
        node["studyLocation"] = [{"@type": "Country", "name": name} for name in record.countries.value]
    design = (
        [SCHEMA_ORG + SCHEMA_ORG_DESIGNS[record.masking.value]] if record.masking.value in SCHEMA_ORG_DESIGNS else []
    )
    if record.allocation.value == "randomized":
        design.append(f"{SCHEMA_ORG}RandomizedTrial")
    if design:
        node["trialDesign"] = design
    return node


def _build_article_node(entry: Entry) -> Node:
    node: Node = {"@type": "ScholarlyArticle", "name": entry.text("title")}
    people = [name for name in get_creators(entry) if name != AND_OTHERS][:6]
    if people:
        node["author"] = [
            {"@type": "Organization" if person.body else "Person", "name": f"{person.family} {person.initials}".strip()}
            for person in people
        ]
    if entry.year:
        node["datePublished"] = entry.year
    if entry.text("journal"):
        node["isPartOf"] = {"@type": "Periodical", "name": entry.text("journal")}
    if entry.get("doi"):
        node["identifier"] = f"doi:{entry.get('doi')}"
        node["sameAs"] = entry.address
    return node


def _build_dataset_node(project: Project, site_url: str) -> Node:
    node: Node = {
        "@type": "Dataset",
        "name": dataset.DATASET_TITLE,
        "description": dataset.NO_POOLING,
        "version": dataset.get_data_version(project),
        "license": dataset.LICENCE_URL,
    }
    files = [
        *data_page.DOWNLOAD_DESCRIPTIONS,
        *(charts.get_csv_file_name(picture) for picture in charts.PICTURES.values()),
    ]
    node["distribution"] = [
        {
            "@type": "DataDownload",
            "name": name,
            **({"contentUrl": f"{site_url.rstrip('/')}/data/{name}"} if site_url else {}),
        }
        for name in files
    ]
    return node

"""What a page says to machines in schema.org's words: the same as it shows to people, and nothing else.

Only properties that schema.org has for the type are used. Addresses need ``site_url``; without it they are left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ledger import charts, datapage, exports, markup
from ledger.bibliography import OTHERS, Entry, creators
from ledger.project import Page, Project
from ledger.records import Record

Node = dict[str, Any]

STATUS = {
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
MASKING = {
    "none (open label)": "OpenTrial",
    "single": "SingleBlindedTrial",
    "double": "DoubleBlindedTrial",
    "triple": "TripleBlindedTrial",
}
SCHEMA = "https://schema.org/"
HOME = "Home"


def script(page: Page, project: Project, site_name: str, site_url: str) -> str:
    """The page's JSON-LD as an element for its head."""
    graph = {"@context": "https://schema.org", "@graph": nodes(page, project, site_name, site_url)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    # In a script element only "<" could end it early.
    return f'<script type="application/ld+json">{text.replace("<", chr(92) + "u003c")}</script>'


def nodes(page: Page, project: Project, site_name: str, site_url: str) -> list[Node]:
    """The page, the way to it, and what it is about."""
    found = [_web_page(page, site_name, site_url)]
    crumbs = trail(page, project)
    if len(crumbs) > 1:
        found.append(_breadcrumbs(crumbs, site_url))
    if page.record:
        found.append(_trial(page.record))
        entries = project.bibliography.entries
        found += [_article(entries[key]) for key in page.record.publications if key in entries]
    if page.src == "data.md":
        found.append(_dataset(project, site_url))
    return found


def trail(page: Page, project: Project) -> list[Page]:
    """The pages from the home page down to ``page``: the index of each folder on the way."""
    parts = page.src.split("/")
    sources = ["index.md", *("/".join([*parts[:depth], "index.md"]) for depth in range(1, len(parts))), page.src]
    return [project.pages[src] for src in dict.fromkeys(sources) if src in project.pages]


def crumbs(page: Page, project: Project) -> str:
    """The same as links above the page's title; nothing on the home page."""
    above = trail(page, project)[:-1]
    if not above:
        return ""
    links = "".join(
        f'<li><a href="{markup.address(page, one.url)}">{markup.text(_name(one))}</a></li>' for one in above
    )
    here = f'<li aria-current="page">{markup.text(page.title)}</li>'
    return f'<nav class="crumbs" aria-label="Breadcrumb"><ol>{links}{here}</ol></nav>'


def _name(page: Page) -> str:
    """What a page is called on the way to another: the home page's title is an answer, and too long for that."""
    return HOME if page.src == "index.md" else page.title


def _web_page(page: Page, site_name: str, site_url: str) -> Node:
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
    return {**node, **_url(site_url, page.url)}


def _url(site_url: str, path: str) -> Node:
    return {"url": f"{site_url.rstrip('/')}/{path}"} if site_url else {}


def _breadcrumbs(crumbs: Sequence[Page], site_url: str) -> Node:
    items = []
    for position, page in enumerate(crumbs, 1):
        item: Node = {"@type": "ListItem", "position": position, "name": _name(page)}
        if site_url:
            item["item"] = f"{site_url.rstrip('/')}/{page.url}"
        items.append(item)
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _trial(record: Record) -> Node:
    latest = record.latest.value
    node: Node = {
        "@type": "MedicalTrial",
        "name": record.official_title or record.plain_title,
        "status": SCHEMA + STATUS[latest] if latest in STATUS else latest,
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
    design = [SCHEMA + MASKING[record.masking.value]] if record.masking.value in MASKING else []
    if record.allocation.value == "randomized":
        design.append(f"{SCHEMA}RandomizedTrial")
    if design:
        node["trialDesign"] = design
    return node


def _article(entry: Entry) -> Node:
    node: Node = {"@type": "ScholarlyArticle", "name": entry.text("title")}
    people = [name for name in creators(entry) if name != OTHERS][:6]
    if people:
        node["author"] = [
            {"@type": "Organization" if one.body else "Person", "name": f"{one.family} {one.initials}".strip()}
            for one in people
        ]
    if entry.year:
        node["datePublished"] = entry.year
    if entry.text("journal"):
        node["isPartOf"] = {"@type": "Periodical", "name": entry.text("journal")}
    if entry.get("doi"):
        node["identifier"] = f"doi:{entry.get('doi')}"
        node["sameAs"] = f"https://doi.org/{entry.get('doi')}"
    return node


def _dataset(project: Project, site_url: str) -> Node:
    node: Node = {
        "@type": "Dataset",
        "name": exports.TITLE,
        "description": exports.NO_POOLING,
        "version": exports.version(project),
        "license": exports.LICENCE_URL,
    }
    files = [*datapage.DOWNLOADS, *(charts.file_name(picture) for picture in charts.PICTURES.values())]
    node["distribution"] = [
        {
            "@type": "DataDownload",
            "name": name,
            **({"contentUrl": f"{site_url.rstrip('/')}/data/{name}"} if site_url else {}),
        }
        for name in files
    ]
    return node

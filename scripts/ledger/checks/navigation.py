"""Readers reach every published page: what the navigation names exists, and some chain of links leads to each page."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from ledger.checks import internal_links, placeholders
from ledger.core.problems import Problem
from ledger.model.project import Project
from ledger.model.rules import rule
from ledger.model.site_config import CONFIG_FILE
from ledger.model.text_files import read_text

LinkGraph = dict[str, set[str]]
"""Which pages each page links to."""
START_PAGES = ("index.md", "README.md")
UNLINKED_PAGE = "404.md"


@rule("link-to-draft", "missing-file")
def check_navigation(project: Project) -> Iterator[Problem]:
    """Pages that the navigation names although they do not exist or are not published."""
    missing = sorted(src for src in project.nav if src not in project.files)
    drafts = sorted(project.drafts & project.nav)
    if not missing and not drafts:
        return
    lines = read_text(project.root / CONFIG_FILE, CONFIG_FILE)[0].split("\n")
    for src in (*drafts, *missing):
        line = next((number for number, text in enumerate(lines, 1) if src in text), 1)
        if src in project.drafts:
            message = f"the navigation names '{src}', a draft, which is not published; {internal_links.DRAFT_LINK_FIX}"
            yield Problem(CONFIG_FILE, line, "link-to-draft", message)
        else:
            near = get_close_matches(src, project.files, 1, 0.75)
            hint = f"did you mean {near[0]}?" if near else "correct the name or add the page"
            message = f"the navigation names '{src}', which does not exist; {hint}"
            yield Problem(CONFIG_FILE, line, "missing-file", message)


@rule("orphan-page")
def check_orphans(project: Project) -> Iterator[Problem]:
    """Pages that no reader reaches from the navigation or the front page, link by link."""
    unreadable = any(page.unreadable for page in project.pages.values())
    if unreadable or any(problem.path == CONFIG_FILE for problem in project.problems):
        return  # which pages they link to is unknown
    reached = _find_reachable_pages(project, build_link_graph(project))
    for src, page in project.pages.items():
        if src in reached or src == UNLINKED_PAGE or project.original(src) or src in project.drafts:
            continue
        message = "no page and no navigation entry links here; add a link on its section's index page"
        yield Problem(page.path, 1, "orphan-page", message)


def build_link_graph(project: Project) -> LinkGraph:
    """Which pages each page links to, in its text or in the tables generated for it."""
    graph: LinkGraph = {}
    for src, page in project.pages.items():
        targets = {internal_links.find_linked_page(project, page, link) for link in page.source.links}
        if linked := {target for target in targets if target}:
            graph[src] = linked
    for src, target in placeholders.find_generated_links(project):
        graph.setdefault(src, set()).add(target)
    return graph


def _find_reachable_pages(project: Project, graph: LinkGraph) -> set[str]:
    """The pages that a reader can reach. Where neither navigation nor front page exists, any page that links counts as a start."""
    starts = {src for src in (*project.nav, *START_PAGES) if src in project.pages} or set(graph)
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        src = waiting.pop()
        if src not in reached and src not in project.drafts:
            reached.add(src)
            waiting += graph.get(src, ())
    return reached

"""Links outside the site that earlier live checks confirmed as broken. Reads their stored results, sends no request."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.checks.suppressions import LINK_POLICY, find_suppressed_links
from ledger.core.problems import Problem
from ledger.core.text import shorten
from ledger.model import external_links, link_state
from ledger.model.link_state import LINK_POLICY_FILE, LINK_STATE_FILE, LinkHistory
from ledger.model.project import Project
from ledger.model.rules import rule

ARCHIVE_PREFIX = "https://web.archive.org/web/*/"
"""Before an address: the list of its copies in the Internet Archive. It is printed, never requested."""


@rule("link-state", "broken-link")
def check_confirmed_broken_links(project: Project) -> Iterator[Problem]:
    """Links that two live checks a day apart found broken, and suppressions of them that are no longer needed."""
    try:
        state = link_state.read_link_state(project.root / LINK_STATE_FILE)
    except link_state.BadStateError as error:
        yield Problem(LINK_STATE_FILE, error.line, "link-state", error.reason)
        state = {}
    broken = {address: history for address, history in state.items() if history.confirmed}
    if not broken and not (project.root / LINK_POLICY_FILE).exists():
        return
    links = external_links.collect_external_links(project)
    valid, problems = LINK_POLICY.read(project)
    yield from problems
    suppressed = find_suppressed_links(valid, links)
    yield from LINK_POLICY.check_unused(valid)
    for link in links:
        if link.text not in broken or link.text in suppressed:
            continue
        message = describe_broken_link(link.text, broken[link.text])
        for place in link.places:
            yield Problem(place.path, place.line, "broken-link", message)


def describe_broken_link(address: str, history: LinkHistory) -> str:
    """The message on a link that was broken in two live checks a day apart."""
    return (
        f"'{shorten(address)}' has been broken since {history.first_bad[:10]}, in {history.runs_bad} runs"
        f" ({history.bad_evidence}); correct or replace it, {ARCHIVE_PREFIX}{address[:300]} may list a copy; if it works"
        " again, run check_links.py --external"
    )

"""Links that the live check leaves out, each with a reason and a last day: ``link-policy.yml``."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.checks.suppression_file import FileSuppression, SuppressionFile
from ledger.core.problems import Problem
from ledger.model.external_links import ExternalLink
from ledger.model.link_state import LINK_POLICY_FILE
from ledger.model.project import Project

LINK_POLICY = SuppressionFile(
    LINK_POLICY_FILE, "link-excuse", {"host": "example.org", "address": "https://example.org/page"}
)


def read_link_suppressions(project: Project) -> tuple[list[FileSuppression], list[Problem]]:
    """The suppressions in force, and what is wrong with the file."""
    return LINK_POLICY.read(project)


def covers_address(suppression: FileSuppression, link: ExternalLink) -> bool:
    """Whether a suppression is for this link: for its host, or for its whole address."""
    if suppression.kind == "host":
        return link.host == suppression.what.lower()
    return link.text == suppression.what


def find_unused_suppressions(suppressions: Sequence[FileSuppression], links: Sequence[ExternalLink]) -> list[Problem]:
    """A problem for each suppression that covers no link of the site."""
    return [
        LINK_POLICY.unused(suppression, "no link of the site")
        for suppression in suppressions
        if not any(covers_address(suppression, link) for link in links)
    ]

"""Links that need not be asked, each with a reason and an end: ``link-policy.yml``."""

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
    """The excuses that still hold, and what is wrong with the file."""
    return LINK_POLICY.read(project)


def covers_address(excuse: FileSuppression, address: ExternalLink) -> bool:
    """Whether an excuse is for this address."""
    return address.host == excuse.what.lower() if excuse.kind == "host" else address.text == excuse.what


def find_unused_suppressions(excuses: Sequence[FileSuppression], addresses: Sequence[ExternalLink]) -> list[Problem]:
    """Excuses that excuse nothing on the site."""
    return [
        LINK_POLICY.unused(excuse, "no link of the site")
        for excuse in excuses
        if not any(covers_address(excuse, address) for address in addresses)
    ]

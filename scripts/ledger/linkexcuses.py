"""Links that need not be asked, each with a reason and an end: ``link-policy.yml``."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.addresses import Address
from ledger.excusefile import Excuse, File
from ledger.linkstate import POLICY
from ledger.problems import Problem
from ledger.project import Project

FILE = File(POLICY, "link-excuse", {"host": "example.org", "address": "https://example.org/page"})


def read(project: Project) -> tuple[list[Excuse], list[Problem]]:
    """The excuses that still hold, and what is wrong with the file."""
    return FILE.read(project)


def covers(excuse: Excuse, address: Address) -> bool:
    """Whether an excuse is for this address."""
    return address.host == excuse.what.lower() if excuse.kind == "host" else address.text == excuse.what


def unused(excuses: Sequence[Excuse], addresses: Sequence[Address]) -> list[Problem]:
    """Excuses that excuse nothing on the site."""
    return [
        FILE.unused(excuse, "no link of the site")
        for excuse in excuses
        if not any(covers(excuse, address) for address in addresses)
    ]

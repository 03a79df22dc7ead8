"""What the registry says today and a record does not, as a diff. A person decides what to change."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ledger.model.trial_facts import VALUES_WITHOUT_SOURCE, DateFact
from ledger.model.trial_record import Record

COMPARED_FACTS = (
    "why_stopped",
    "phase",
    "allocation",
    "masking",
    "sponsor",
    "countries",
    "sites",
    "dates.start",
    "dates.primary_completion",
    "dates.completion",
    "dates.first_posted",
    "dates.results_posted",
    "people.planned",
    "people.enrolled",
    "people.age",
    "people.sex",
)
"""Facts of a record by their dotted path, besides its title and its status."""


def compare_records(record: Record, fresh: Record) -> list[str]:
    """The lines of a diff from ``record`` to ``fresh``, a record made from the registry today.

    What the registry does not say is no difference.
    """
    old, new = dict(_describe_facts(record)), dict(_describe_facts(fresh))
    lines = []
    for name, words in new.items():
        if words not in VALUES_WITHOUT_SOURCE and words != old.get(name):
            lines += [f"-{name}: {old[name]}"] if name in old else []
            lines.append(f"+{name}: {words}")
    return lines


def _describe_facts(record: Record) -> Iterator[tuple[str, str]]:
    """What a record says of each fact, in words."""
    if record.official_title:
        yield "official_title", record.official_title
    yield "status", record.latest.value
    for path in COMPARED_FACTS:
        fact = attrgetter(path)(record)
        if fact:
            value = ", ".join(sorted(fact.value)) if isinstance(fact.value, list) else str(fact.value)
            yield path, value + (f" ({fact.type})" if isinstance(fact, DateFact) else "")

"""The table of which items of DISCERN, the JAMA benchmarks and PEMAT-P the checks can see, from ``rules/instruments.yml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from pydantic import Field

from ledger.model.field_types import NonEmptyText, StrictModel
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.rules import get_rules
from ledger.model.rules_folder import load_rules_file, report_at
from ledger.render.jinja import render

INSTRUMENTS_FILE = "instruments.yml"
HUMAN_JUDGEMENT = "Only people can judge this."


class InstrumentItem(StrictModel):
    """One item of an instrument: its number there, what it asks in our words, and what of it a program sees."""

    item: int
    asks: NonEmptyText
    seen: NonEmptyText = HUMAN_JUDGEMENT
    rules: list[NonEmptyText] = Field(default_factory=list)
    """Rules that must hold; none where only people can judge."""


@cache
def read_instruments() -> Mapping[str, Sequence[InstrumentItem]]:
    """The items of each instrument. Raises CannotRunError."""
    instruments, document = load_rules_file(INSTRUMENTS_FILE, dict[NonEmptyText, list[InstrumentItem]])
    for name, items in instruments.items():
        for number, item in enumerate(items):
            for place, rule in enumerate(item.rules):
                if rule not in get_rules():
                    line = document.line((name, number, "rules", place))
                    raise report_at(INSTRUMENTS_FILE, line, f"there is no rule '{rule}'; use a name of rules.yml")
    return instruments


def render_quality_table(page: Page, project: Project, options: Options) -> str:
    """Every item with what a program sees of it and the rules that demand it."""
    return render("instruments.html", page=page, instruments=read_instruments())

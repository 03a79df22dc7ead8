"""Read the record in a trial page's front matter, and report what is wrong in it line by line."""

from __future__ import annotations

from ledger.core.problems import Problem
from ledger.model.rules import rule
from ledger.model.trial_record import Record, TrialPage
from ledger.model.validation import parse_yaml
from ledger.model.yaml_source import YamlDocument


@rule("record")
def read_record(meta: YamlDocument, path: str) -> tuple[Record | None, list[Problem]]:
    """The record in a trial page's front matter, or its problems."""
    page, problems = parse_yaml(TrialPage, meta, path, "record")
    return (page.trial if page else None), problems

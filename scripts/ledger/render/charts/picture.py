"""What every picture is made of, and the words that pictures share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ledger.model.project import Page, Project
from ledger.model.trial_facts import SourcedModel
from ledger.model.trial_record import Record

Value = str | int | float | None


@dataclass(frozen=True)
class PictureItem:
    """One trial in a picture: what is drawn, and the keys of its sources."""

    trial: Page
    record: Record
    values: Mapping[str, Value]
    keys: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """What makes one picture: its words, where its rows come from, and how they are drawn."""

    name: str
    title: str
    description: str
    limits: str
    columns: Mapping[str, str]
    """Columns of the data, with the words that head them in the table."""
    items: Callable[[Project], list[PictureItem]]
    draw: Callable[[Sequence[PictureItem]], tuple[float, Markup]]
    """Draws the items; returns the height of the drawing and its marks."""
    key: Sequence[tuple[Markup, str]]
    """The legend: a small drawing and what it means."""


def capitalize(words: str) -> str:
    return words[:1].upper() + words[1:]


def format_time_point(at: Value) -> str:
    return "time not stated" if at == "not stated" else str(at)


def format_attribution(speaker: Value) -> str:
    return f" (according to {speaker})" if speaker else ""


def join_speakers(*facts: SourcedModel | None) -> str | None:
    """Whose statements the facts are, for those that name a speaker."""
    return "; ".join(dict.fromkeys(fact.said_by for fact in facts if fact and fact.said_by)) or None

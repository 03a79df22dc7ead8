"""The people behind the site, from AUTHORS.yml: maintainers, editors and reviewers, with their interests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ledger.model.field_types import NonEmptyText, StrictModel

PEOPLE_FILE = "AUTHORS.yml"

Role = Literal["maintainer", "editor", "reviewer"]


class Person(StrictModel):
    """Somebody who agreed to be named."""

    name: NonEmptyText
    role: Role
    affiliation: NonEmptyText
    interests: NonEmptyText
    """Money and other interests in the field, or ``none``."""


class PeopleFile(StrictModel):
    """The content of AUTHORS.yml; nobody, where nobody has agreed to be named yet."""

    people: list[Person] = Field(default_factory=list)

    def list_names(self, role: Role) -> list[str]:
        return [person.name for person in self.people if person.role == role]

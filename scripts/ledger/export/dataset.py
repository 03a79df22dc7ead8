"""The data set as a whole: its name, licence and version, which every file of it carries."""

from __future__ import annotations

from ledger.model.project import Project

LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
DATASET_NAME = "islet-ledger"
DATASET_TITLE = "Islet Ledger: trials of cell therapy for type 1 diabetes"
NO_POOLING = (
    "Counts are given per trial and are never added up: the cells differ, and some people are reported twice "
    "(see cohort and overlaps)."
)


def get_data_version(project: Project) -> str:
    """The version of the data: the day of the latest check of any page."""
    days = (
        str(page.meta.data.get("checked", "")) for page in project.pages.values() if isinstance(page.meta.data, dict)
    )
    return max(days, default="")

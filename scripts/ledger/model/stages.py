"""The evidence stages of a trial, in the order of the steps to an approval."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.core import text

STAGE_STEPS: Mapping[str, int] = {
    "single case": 1,
    "first-in-human": 1,
    "uncontrolled": 2,
    "controlled": 3,
    "pivotal": 4,
    "approved": 5,
}
"""How many steps towards approval a study of this kind has taken, of ``MAX_STEPS``."""
MAX_STEPS = 5
DESIGN_NOT_STATED = "design not stated"
STAGES_BY_SLUG = {
    text.slugify(stage): stage
    for stage in (*STAGE_STEPS, "case series", "pooled analysis", "registry report", DESIGN_NOT_STATED)
}
"""Every stage by the name that a page writes."""
STAGE_ORDER = ("approved", "pivotal", "controlled", "uncontrolled", "first-in-human", "case series", "single case")

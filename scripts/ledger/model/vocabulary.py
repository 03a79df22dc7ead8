"""Words that a record may use where a field has a fixed set of values.

Words for status, phase, allocation, masking, model and purpose are those of ClinicalTrials.gov's data dictionary,
certainty is GRADE's, graft function is that of the Igls criteria.
"""

from __future__ import annotations

from typing import Literal

GAP: Literal["to fill"] = "to fill"
"""Placeholder for an answer that ``new_trial.py`` could not know and a person has to give."""
Gap = Literal["to fill"]
SeenLevel = Literal[
    "full text", "abstract", "registry record", "page", "part of the text", "title only", "second-hand", "not seen"
]
RecruitmentStatus = Literal[
    "not yet recruiting",
    "recruiting",
    "enrolling by invitation",
    "active, not recruiting",
    "completed",
    "suspended",
    "terminated",
    "withdrawn",
    "available",
    "no longer available",
    "temporarily not available",
    "approved for marketing",
    "withheld",
    "unknown status",
    "not registered",
    "not found",
]
Phase = Literal[
    "early phase 1",
    "phase 1",
    "phase 1/phase 2",
    "phase 2",
    "phase 2/phase 3",
    "phase 3",
    "phase 4",
    "not applicable",
    "not registered",
    "not found",
]
Allocation = Literal["randomized", "non-randomized", "not applicable (single group)", "not stated"]
Masking = Literal["none (open label)", "single", "double", "triple", "quadruple", "not stated"]
InterventionModel = Literal["single group", "parallel", "crossover", "factorial", "sequential", "not stated"]
PrimaryPurpose = Literal[
    "treatment",
    "prevention",
    "diagnostic",
    "educational, counseling or training",
    "supportive care",
    "screening",
    "health services research",
    "basic science",
    "device feasibility",
    "other",
    "not stated",
]
RecordType = Literal["trial", "case report", "case series", "pooled analysis", "registry report"]
DiabetesType = Literal["type 1", "type 2"]
CellOrigin = Literal["autologous", "allogeneic", "autologous and allogeneic", "xenogeneic", "not stated"]
CellSource = Literal[
    "embryonic",
    "induced pluripotent",
    "pluripotent (type not stated)",
    "mesenchymal",
    "mesenchymal and bone-marrow cells",
    "blood-forming",
    "bone-marrow cells",
    "cord blood",
    "immune cells exposed to cord-blood cells",
    "donor islets",
    "expanded islet cells",
    "adult progenitor cells",
    "other",
    "not stated",
]
ImmuneStrategy = Literal[
    "immunosuppression",
    "immunosuppression for earlier transplants",
    "encapsulation",
    "encapsulation and immunosuppression",
    "gene editing",
    "gene editing and encapsulation",
    "immune reset with chemotherapy",
    "immunomodulation by the cells",
    "none",
    "not stated",
]
RequirementRating = Literal["met", "partly", "not shown", "not tested", "unknown"]
IglsClass = Literal["optimal", "good", "marginal", "failure", "not derivable"]
OutcomeKind = Literal[
    "insulin independence",
    "HbA1c",
    "time in range",
    "severe hypoglycaemia",
    "C-peptide",
    "insulin dose",
    "composite",
    "quality of life",
    "immune marker",
    "other",
]
ArmKind = Literal["cells", "control", "all"]
FollowUpKind = Literal["set time", "at least", "median", "longest", "not stated"]
REQUIREMENTS: dict[str, str] = {
    "cell-source": "Cell source",
    "differentiation": "Differentiation into beta cells",
    "immune-regulation": "Immune regulation",
    "long-term-function": "Long-term function and stability",
    "safety": "Safety",
    "delivery": "Delivery",
    "regulation-and-ethics": "Regulation and ethics",
    "cost-and-access": "Cost and accessibility",
}
"""The eight translational requirements, in the order of their pages."""
PLURIPOTENT_SOURCES = ("embryonic", "induced pluripotent", "pluripotent (type not stated)")

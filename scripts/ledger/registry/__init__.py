"""Trial registries: fetch a study from ClinicalTrials.gov, map it to a record, draft a page, compare it later.

Uses the network; no build imports it. May import ``site`` and below.
"""

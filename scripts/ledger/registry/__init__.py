"""Trial registries: fetch a study from ClinicalTrials.gov, map it to a record, draft a page, compare it later.

Uses the network; the build imports nothing from here. May import ``http``, ``site`` and below.
"""

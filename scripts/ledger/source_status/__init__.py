"""Corrections and retractions of the sources: requests to Crossref, PubMed and doi.org, and the Retraction Watch data.

The result is ``source-status.json``. Uses the network; the build imports nothing from here. May import ``http``,
``site`` and below.
"""

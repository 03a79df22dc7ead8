"""What became of the sources: asks Crossref, PubMed, doi.org and Retraction Watch, and writes ``source-status.json``.

Uses the network; no build imports it. May import ``site`` and below.
"""

"""The project as files for machines: CSV, JSON, BibTeX, JSON Schema, the data package, JSON-LD, the search index, the zip.

May import ``render`` and below.
"""

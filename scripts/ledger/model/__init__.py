"""The project as typed data: pages, trial records, claims, bibliography, source status, and what follows from them.

Reads files and reports what cannot be read; every other rule is in ``checks``. May import ``core`` and ``markdown``.
"""

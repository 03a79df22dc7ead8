"""The build: every step from the loaded project to finished pages, their assets and their security policy.

May import ``export`` and below, and knows nothing of MkDocs: ``scripts/hooks.py`` calls it.
"""

"""From pages to the finished site: placeholders filled, assets bundled, HTML fixed and sealed with its policy.

The only package that knows Material's HTML. MkDocs itself is known to ``scripts/hooks.py`` and ``scripts/run_mkdocs.py``
alone. May import ``export`` and below.
"""

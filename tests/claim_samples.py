"""Front matter and a file of claims that are right."""

from __future__ import annotations

FRONT = "---\ntitle: Home\ndescription: A page.\nkind: home\nchecked: 2026-11-21\n---\n"


CLAIM = """\
claims:
  - id: A1
    article: A
    topic: t
    says: Something.
    verdict: supported
    finding: It is so [@known2024].
    sources: [known2024]
    seen: abstract
    checked: "2026-11-21"
"""


CLAIMS = "docs/articles/claims.yml"

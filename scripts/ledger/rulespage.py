"""What the page Rules shows: each rule with what it demands, why, and how to mend a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby

from ledger.markup import slug, text
from ledger.project import Page, Project
from ledger.rules import ALL, Rule

Options = Mapping[str, str]


def listing(page: Page, project: Project, options: Options) -> str:
    """Every rule under its group, with its id for an anchor."""
    parts = []
    for group, rules in groupby(ALL, lambda rule: rule.group):
        parts.append(f'<h2 id="{slug(group)}-rules">{text(group)}</h2>')
        parts += [_section(rule) for rule in rules]
    return "".join(parts)


def _section(rule: Rule) -> str:
    level = "Error" if rule.level == "error" else "Advice"
    return (
        f'<h3 id="{rule.id}"><code>{rule.id}</code></h3>'
        f"<p><strong>{level}.</strong> {_words(rule.what)} <em>Why:</em> {_words(rule.why)}"
        f" <em>To mend it:</em> {_words(rule.mend)}</p>"
    )


def _words(words: str) -> str:
    """Words of a rule; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(words))

"""The list on the page Rules: what each rule requires, why, and how to fix a problem."""

from __future__ import annotations

import re
from itertools import groupby

from ledger.core.text import slugify
from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.model.rules import Rule, list_rules
from ledger.render.markup import escape_text


def render_rules_page(page: Page, project: Project, options: Options) -> str:
    """Render every rule under its group, with its id as the anchor."""
    parts = []
    for group, rules in groupby(list_rules(), lambda rule: rule.group):
        parts.append(f'<h2 id="{slugify(group)}-rules">{escape_text(group)}</h2>')
        parts += [_render_rule(rule) for rule in rules]
    return "".join(parts)


def _render_rule(rule: Rule) -> str:
    wording = rule.wording
    level = "Error" if wording.level == "error" else "Advice"
    return (
        f'<h3 id="{rule.id}"><code>{rule.id}</code></h3>'
        f"<p><strong>{level}.</strong> {_render_inline_code(wording.demands)} <em>Why:</em> {_render_inline_code(wording.why)}"
        f" <em>How to fix it:</em> {_render_inline_code(wording.fix)}</p>"
    )


def _render_inline_code(text: str) -> str:
    """Escape a text of a rule and turn backticks into code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape_text(text))

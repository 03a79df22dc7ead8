"""Remove from a style sheet what no page of this site uses.

The theme's style sheet covers many things that this site does not have: tabs, blogs, annotations, twenty palettes. A
browser must fetch and parse all of it before it shows a word. The rules that only match ``UNUSED_SELECTORS`` are
removed, then every custom property that nothing uses any more. The rest is unchanged, in the same order.
"""

from __future__ import annotations

import re

UNUSED_SELECTORS = re.compile(
    r"""
    \[dir=rtl\]                             # every language of this site is written from left to right
    | \[data-md-color-(?:primary|accent)=   # the colours are our own
    | \.md-(?:annotation|author|banner|clipboard|code__|consent|dialog|draft|feedback|input|meta|pagination|path|pin|post
        |profile|progress|select|social|source-file|source__fact|status|tag|tooltip|version)
    | \.md-(?:content--post|header--lifted|nav--integrated|search__options|search__suggest|sidebar--post)
    | \.md-search-result__(?:article|icon|more|terms)
    | \.md-typeset__ | \.md-toggle--indeterminate
    | \.tabbed- | \.highlight | \.linenos | \.codehilite | \.mermaid | \.arithmatex | \.critic | \.keys\b | \.key-
    | \.task-list | \.gist | \.giscus | \.grid\b | \.twemoji | \.emojione | \.gemoji | \.caption\b | \.headerlink--
    | \.no-js\ \.tabbed | \.js\ \.md-typeset
    | \.(?:abstract|attention|bug|caution|danger|example|failure|hint|info|quote|success|tip|warning)\b
    """,
    re.VERBOSE,
)
"""Parts of selectors that match nothing on any page of this site. A test checks the built pages."""

TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | /\*.*?\*/ | url\([^"')][^)]*\) | [{};] | [^"'/{};u]+ | .""",
    re.VERBOSE | re.DOTALL,
)
"""Strings, comments and addresses may hold braces; outside of them a brace or a semicolon ends something."""
FUNCTION = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
"""A rule can match without what such a function names."""
COMMA = re.compile(r",(?!(?:[^()\[\]]|\([^()]*\)|\[[^\]]*\])*[)\]])")
"""A comma between selectors, not one in brackets."""
PROPERTY_USE = re.compile(r"(?<![\w-])--[\w-]+(?!\s*:)(?![\w-])")

Part = tuple[str, "list[Part] | None"]
"""A rule (its selector or at-rule, and the parts between its braces), or a declaration (its text and None)."""


def parse_css(css: str) -> list[Part]:
    """The rules and declarations of a style sheet. One that is cut off in the middle ends there."""
    parts: list[Part] = []
    open_rules = [parts]
    text = ""
    for token in TOKEN.findall(css):
        if token == "{":
            inside: list[Part] = []
            open_rules[-1].append((text.strip(), inside))
            open_rules.append(inside)
        elif token in "};":
            if text.strip():
                open_rules[-1].append((text.strip(), None))
            if token == "}" and len(open_rules) > 1:
                open_rules.pop()
        else:
            text += "" if token.startswith("/*") else token
            continue
        text = ""
    return parts


def serialize_css(parts: list[Part]) -> str:
    """Parts as a style sheet again."""
    return "".join(
        f"{head};" if inside is None else f"{head}{{{serialize_css(inside).removesuffix(';')}}}"
        for head, inside in parts
    )


def remove_unused_rules(parts: list[Part], unused: re.Pattern[str] = UNUSED_SELECTORS) -> list[Part]:
    """The parts without selectors that match nothing, and without rules that have no selector left."""
    kept: list[Part] = []
    for head, inside in parts:
        if inside is None or (head.startswith("@") and not head.startswith(("@media", "@supports"))):
            kept.append((head, inside))
        elif head.startswith("@"):
            if rules := remove_unused_rules(inside, unused):
                kept.append((head, rules))
        elif selectors := [part for part in COMMA.split(head) if not unused.search(FUNCTION.sub("", part))]:
            kept.append((",".join(selectors), inside))
    return kept


def prune_css(css: str, others: str = "") -> str:
    """A style sheet without rules and custom properties that nothing uses; ``others`` is other code that may use them."""
    parts = remove_unused_rules(parse_css(css))
    while True:
        css = serialize_css(parts)
        used = set(PROPERTY_USE.findall(css + others))
        kept = _remove_unused_properties(parts, used)
        if kept == parts:
            return css
        parts = kept


def _remove_unused_properties(parts: list[Part], used: set[str]) -> list[Part]:
    """The parts without custom properties that are not used, and without rules that become empty."""
    kept: list[Part] = []
    for head, inside in parts:
        if inside is None:
            if not head.startswith("--") or head.split(":")[0].strip() in used:
                kept.append((head, None))
        elif left := _remove_unused_properties(inside, used):
            kept.append((head, left))
    return kept

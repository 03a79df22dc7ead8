"""A style sheet without what no page of this site uses.

The theme's style sheet knows many things that this site has not: tabs, blogs, annotations, twenty palettes. A browser
must fetch and read all of it before it shows a word. Here the rules go that only match what ``UNUSED`` names, and then
every custom property that nothing asks for any more. What is left is what it was, in the same order.
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
"""What a selector names that no page of this site holds. A test looks through the built pages."""

TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | /\*.*?\*/ | url\([^"')][^)]*\) | [{};] | [^"'/{};u]+ | .""",
    re.VERBOSE | re.DOTALL,
)
"""Strings, comments and addresses may hold braces; outside of them a brace or a semicolon ends something."""
FUNCTION = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
"""What such a function names need not be there for the rule to match."""
COMMA = re.compile(r",(?!(?:[^()\[\]]|\([^()]*\)|\[[^\]]*\])*[)\]])")
"""A comma between selectors, not one in brackets."""
ASKED = re.compile(r"(?<![\w-])--[\w-]+(?!\s*:)(?![\w-])")

Part = tuple[str, "list[Part] | None"]
"""A rule (what stands before its brace, and the parts between the braces), or a declaration (its text and None)."""


def parse_css(css: str) -> list[Part]:
    """The rules and declarations of a style sheet. One that is cut off in the middle ends there."""
    found: list[Part] = []
    open_rules = [found]
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
    return found


def serialize_css(found: list[Part]) -> str:
    """Parts as a style sheet again."""
    return "".join(
        f"{head};" if inside is None else f"{head}{{{serialize_css(inside).removesuffix(';')}}}"
        for head, inside in found
    )


def remove_unused_rules(found: list[Part], unused: re.Pattern[str] = UNUSED_SELECTORS) -> list[Part]:
    """The parts without the selectors that need what is not there, and without rules that have no selector left."""
    kept: list[Part] = []
    for head, inside in found:
        if inside is None or (head.startswith("@") and not head.startswith(("@media", "@supports"))):
            kept.append((head, inside))
        elif head.startswith("@"):
            if rules := remove_unused_rules(inside, unused):
                kept.append((head, rules))
        elif selectors := [one for one in COMMA.split(head) if not unused.search(FUNCTION.sub("", one))]:
            kept.append((",".join(selectors), inside))
    return kept


def prune_css(css: str, others: str = "") -> str:
    """A style sheet without rules and custom properties that nothing uses; ``others`` is what else may ask for those."""
    found = remove_unused_rules(parse_css(css))
    while True:
        css = serialize_css(found)
        asked = set(ASKED.findall(css + others))
        kept = _asked_for(found, asked)
        if kept == found:
            return css
        found = kept


def _asked_for(found: list[Part], asked: set[str]) -> list[Part]:
    """The parts without custom properties that are not asked for, and without rules that are empty then."""
    kept: list[Part] = []
    for head, inside in found:
        if inside is None:
            if not head.startswith("--") or head.split(":")[0].strip() in asked:
                kept.append((head, None))
        elif left := _asked_for(inside, asked):
            kept.append((head, left))
    return kept

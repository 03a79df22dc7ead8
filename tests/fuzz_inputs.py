"""Pieces of text that are hard on a parser, and the places of a project where they can appear."""

from __future__ import annotations

from conftest import BIB, INDEX
from samples import CLAIMS, SAMPLE

MUCH = 24_000
"""Bytes: more than the longest line that is read, and deeper than any parser may go."""


PLACES = {
    "page": "docs/index.md",
    "record": "docs/trials/sample.md",
    "bibliography": "references.bib",
    "claims": "docs/articles/claims.yml",
    "config": "mkdocs.yml",
}


GOOD = {"page": INDEX, "record": SAMPLE, "bibliography": BIB, "claims": CLAIMS, "config": "nav: [index.md]\n"}


SIGNS = (
    "[",
    "]",
    "<",
    "*",
    "|",
    "@",
    "{",
    "}",
    "(",
    "`",
    "#",
    "-",
    "_",
    "\\",
    ">",
    "&",
    "!",
    '"',
    "“",
    "~",
    "=",
    ":",
    ",",
    "%",
)


PIECES = (
    "[@", "[@known2024]", "](", "[^a", "<a ", "<!--", "-->", "<div>", '"a ', "“a", "`` ", "| a ", "{#a", "{: ", "@a{", "a = {",
    "](x.md)", "[x](", "![", "10 of 12 ", "44 % of 16 ", "83 %", "NCT", "10.1234/a", "https://a.b/", "cure ", "not a cure ",
    "certainty low ", "does ", "insulin-free 1 of 2 ", "<!-- no-cite: a -->", "<!-- no-cite until ", "no-cite:", "- ", "> ", "1. ",
    "a_b*c", "&amp;", "PMID ", "and ", "Doe, J. and ", "\\'{a}", "$x$", "12--34", "王", "\u202e", "\u0301", "\ufeff", "\u2028", "\x0b",
    "<a \"<a ' ", "` ``", "\\[", "a.b@", "] (", "a: ", "- a: ", "? ", "!!! note\n    ", "    a\n", "\t", "[a]: b\n", "# a\n", "a\n===\n", "|-|\n",
)  # fmt: skip


def lines_of(piece: str, length: int, size: int = MUCH) -> bytes:
    """So many bytes of a piece, in lines of about ``length`` characters."""
    line = piece * max(1, length // len(piece)) + "\n"
    return (line * (size // len(line) + 1)).encode()


SHORT = ("-", "=", "[@", "| ", "10 of 12 ", "44 % of 16 ")


PLACED = ("[", "{", "@", '"', "@a{", "a = {", "- ", "? ", "a: ", "- a: ", "&a ", "*a ", "#", "%", "\\", "x", "=", ",")

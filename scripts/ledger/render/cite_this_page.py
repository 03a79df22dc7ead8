"""How to cite a page of the site: as text, as BibTeX and as RIS.

The day of reading is left to the reader, and what is not known is left out: no author but the contributors, no address
where the site has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.core.text import slugify

ACCESS_DATE_PLACEHOLDER = "the day you read it"
BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LATEX_SPECIAL_CHARACTER = re.compile(r"[\\{}%&$#_~^]")


@dataclass(frozen=True)
class PageCitation:
    """A page as it is cited: title, name of the site, day of the last check (YYYY-MM-DD, may be empty), address."""

    title: str
    site: str
    checked: str = ""
    address: str = ""
    url: str = ""
    """Below the site's root, for the key."""

    @property
    def authors(self) -> str:
        return f"{self.site} contributors"


def as_plain_text(page: PageCitation) -> str:
    """One line of text."""
    parts = [f"{page.authors}. {page.title}.", f"{page.site}."]
    if page.checked:
        parts.append(f"Last checked {page.checked}.")
    if page.address:
        parts.append(f"{page.address}.")
    return " ".join([*parts, f"Read on: {ACCESS_DATE_PLACEHOLDER}."])


def as_bibtex(page: PageCitation) -> str:
    """An entry for a .bib file; ``urldate``, the day of reading, is left to the reader."""
    slug = slugify(page.url or "home")
    fields = [
        ("author", f"{{{_escape_latex(page.authors)}}}"),
        ("title", f"{{{_escape_latex(page.title)}}}"),
        ("organization", page.site),
    ]
    if page.checked:
        year, month, _ = page.checked.split("-")
        fields += [("year", year), ("month", BIBTEX_MONTHS[int(month) - 1])]
        fields.append(("note", f"Last checked {page.checked}"))
    if page.address:
        fields.append(("url", page.address))
    lines = [f"  {name} = {value if name == 'month' else '{' + value + '}'}," for name, value in fields]
    name = slugify(page.site) or "site"
    return "\n".join([f"@online{{{name}-{slug},", *lines, "}"])


def as_ris(page: PageCitation) -> str:
    """A RIS record; Y2, the day of reading, is left to the reader."""
    lines = ["TY  - ELEC", f"AU  - {page.authors}", f"TI  - {page.title}", f"T2  - {page.site}"]
    if page.checked:
        lines += [f"PY  - {page.checked[:4]}", f"DA  - {page.checked.replace('-', '/')}"]
        lines.append(f"N1  - Last checked {page.checked}")
    if page.address:
        lines.append(f"UR  - {page.address}")
    return "\n".join([*lines, "ER  - "])


def format_page_citation(page: PageCitation) -> dict[str, str]:
    """All three by name."""
    return {"Text": as_plain_text(page), "BibTeX": as_bibtex(page), "RIS": as_ris(page)}


def _escape_latex(text: str) -> str:
    """Text with the special characters of BibTeX and LaTeX escaped."""
    return LATEX_SPECIAL_CHARACTER.sub(lambda match: rf"\{match[0]}" if match[0] in "{}%&$#_" else " ", text)

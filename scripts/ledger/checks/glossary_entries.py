"""The glossary defines each term once."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.problems import Problem
from ledger.model.glossary import GLOSSARY_PAGE, Term, read_glossary_terms
from ledger.model.project import Project
from ledger.model.rules import rule


@rule("glossary")
def check_glossary(project: Project) -> Iterator[Problem]:
    """Each term once: no name or alias may mean two entries; each has a meaning, and a short one."""
    page = project.pages.get(GLOSSARY_PAGE)
    if page is None:
        return
    taken: dict[str, Term] = {}
    for term in read_glossary_terms(page):
        if not term.meaning:
            yield Problem(page.path, term.line, "glossary", f"'{term.name}' has no meaning; add a sentence below it")
        words = len(term.meaning.split())
        if words > MAX_MEANING_WORDS:
            message = f"the meaning of '{term.name}' has {words} words, at most {MAX_MEANING_WORDS}; put the rest into a second paragraph"
            yield Problem(page.path, term.line, "glossary", message)
        for name in (term.name, *term.aliases):
            first = taken.setdefault(name.lower(), term)
            if first is not term:
                message = f"'{name}' is already used for '{first.name}' (line {first.line}); define each term once"
                yield Problem(page.path, term.line, "glossary", message)


MAX_MEANING_WORDS = 60
"""Words of a meaning: it is shown in a small box over the text."""

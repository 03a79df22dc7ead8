"""Turn the project into pages: the steps around Markdown, as plain functions on text.

A generator (today MkDocs, through ``scripts/hooks.py``) calls ``before`` and ``after`` around its own
citation plugin, and ``finish`` on the HTML of each page.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

from markupsafe import Markup

from ledger import (
    drafts,
    exports,
    footnotes,
    generate,
    handout,
    jsonld,
    markup,
    neighbours,
    pagefoot,
    policy,
    rawhtml,
    readingtime,
    repairs,
    searchindex,
    standing,
    trials,
    vancouver,
)
from ledger.assets import Assets
from ledger.glossary import GLOSSARY, Tooltips, terms
from ledger.mdscan import mask
from ledger.problems import Problem
from ledger.project import BIB, Page, Project
from ledger.prose import GROUP

AT = "\ue000"  # stands for an @ that is no citation while mkdocs-bibtex looks at the text
BEFORE_MARK = re.compile(r"(?:[\w)%'\"’”,;]|\w[?!]|</span>|</time>)$")
STAND_IN = re.compile("\ue001(?P<numbers>[\\d;]+)\ue001")
"""A citation while Markdown is at work: the numbers of its keys, which no markup can touch."""
PER_CENT = re.compile(r"(?<=\d) %(?![^<]*>)")
"""A number and its sign, which must not part at the end of a line; not inside a tag."""
CRUMBS = "<!-- crumbs -->"
FOOT = "<!-- references -->"


@dataclass
class Site:
    """A loaded project and what is worked out once for a whole build."""

    project: Project
    site_url: str = ""
    name: str = ""
    known: policy.Shapes = ()
    """The inline scripts that the templates have; no other is allowed to run."""
    assets: Assets = field(default_factory=Assets)
    """The style sheet and the scripts."""
    preview: bool = False
    """Whether the pages are for a writer's eyes: without a policy, which would block the script that reloads them."""
    scripts: set[str] = field(default_factory=set)
    styles: set[str] = field(default_factory=set)
    """Hashes that the policy of some page allows."""
    faults: list[Problem] = field(default_factory=list)
    """What the HTML that Markdown made held and may not."""
    references: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    sections: dict[str, list[searchindex.Section]] = field(default_factory=dict)

    @cached_property
    def tooltips(self) -> Tooltips:
        found = Tooltips()
        if GLOSSARY in self.project.pages:
            found.learn(terms(self.project.pages[GLOSSARY]))
        return found

    def reference(self, key: str) -> str:
        """The footnote of a source, formatted once however many pages cite it."""
        if key not in self.references:
            entry = self.project.bibliography.entries.get(key)
            if entry is None:
                self.references[key] = f"Not in {BIB}."  # seen in a preview only
            else:
                later = standing.beside(self.project.marked[key]) if key in self.project.marked else ""
                self.references[key] = vancouver.footnote(entry) + later
        return self.references[key]

    @cached_property
    def keys(self) -> list[str]:
        return list(self.project.bibliography.entries)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        return {key: number for number, key in enumerate(self.keys)}

    def inline(self, keys: Iterable[str]) -> str:
        """What a citation becomes in the text until Markdown is done; an unknown key, seen in a preview only, goes."""
        known = [str(self.numbers[key]) for key in keys if key in self.numbers]
        return f"\ue001{';'.join(known)}\ue001" if known else ""

    def replaced(self) -> dict[str, str]:
        """What the generator reads in place of a page's file, by source path.

        A page that cannot be read says so. A trial's page goes without its record, which is read already: parsing it
        again would take an eighth of the build.
        """
        found = {}
        for src, page in self.project.pages.items():
            if page.unreadable:
                found[src] = "# This page cannot be read\n\nThe checks say why. It is shown once that is mended.\n"
            elif page.record and not page.broken:
                kept = {name: value for name, value in page.meta.data.items() if name != "trial"}
                found[src] = f"---\n{json.dumps(kept, ensure_ascii=False)}\n---\n{page.text}"
        return found

    def meta(self, src: str) -> dict[str, object]:
        """The front matter that templates get. They print it as it is, so it is escaped here, once for all of them.

        What they do not need stays away: a key of the theme's own could choose its template or put text into it.
        """
        page = self.project.pages.get(src)
        if page is None:
            return {}
        data = page.meta.data if isinstance(page.meta.data, dict) else {}
        asked = data.get("hide")
        hide = asked if isinstance(asked, list) else []
        found: dict[str, object] = {
            "title": plain(page.title),
            "hide": [*hide, *(["navigation"] if self._alone(page) else [])],
        }
        if isinstance(data.get("description"), str):
            found["description"] = plain(data["description"])
        return found

    def _alone(self, page: Page) -> bool:
        """Whether a list of the page's section would hold nothing beside the page itself."""
        placed = {src for sources in self.project.sections.values() for src in sources}
        return page.record is not None or (bool(placed) and page.src not in placed)

    def before(self, src: str, markdown: str) -> str:
        """Put generated tables in; hide every @ that is no citation (in code, comments, mail addresses)."""
        page = self.project.pages.get(src)
        if page is None:
            return markdown
        self.tooltips.turn(page)
        markdown = generate.markdown(page, self.project, markdown)
        prose, _, _ = mask(markdown)
        parts: list[str] = []
        done = 0
        for group in GROUP.finditer(prose):
            before = _close_up(markdown[done : group.start()].replace("@", AT))
            parts += [before, group[0]]
            done = group.end()
        return "".join(parts) + markdown[done:].replace("@", AT)

    def after(self, markdown: str) -> str:
        """Show the hidden @ again."""
        return markdown.replace(AT, "@")

    def finish(self, src: str, html: str) -> str:
        """The text of a page as HTML, with places for what is put in when the page is done.

        Citations and generated tables are comments still: their words are no words of the page for the search.
        """
        page = self.project.pages.get(src)
        if page is None:
            return html
        html, faults = rawhtml.clean(html, page.text, page.path)
        self.faults += faults
        html, self.notes[src] = footnotes.split(html)
        html = STAND_IN.sub(lambda match: self._cited(match["numbers"].split(";")), html)
        if page.record:
            html = html.replace("</h1>", f"</h1>{trials.top(page, self.project)}", 1)
        self.sections[src] = searchindex.sections(html)
        return CRUMBS + html + FOOT

    def _cited(self, numbers: Iterable[str]) -> str:
        """The mark of sources given by their numbers; one that there is not, seen in a preview only, goes."""
        return markup.cite(*(self.keys[int(number)] for number in numbers if number and int(number) < len(self.keys)))

    def complete(self, src: str, html: str) -> str:
        """The whole page as it is served: tables, references and explanations in their places."""
        page = self.project.pages.get(src)
        return self.seal(self.assets.complete(self._filled(page, html), page.url) if page else html)

    def seal(self, html: str) -> str:
        """A finished page, mended, with the policy of what it may load and run."""
        html = repairs.mend(html)
        if self.preview:
            return html
        sealed = policy.seal(html, self.known)
        self.scripts |= sealed.scripts
        self.styles |= sealed.styles
        return sealed.html

    def _filled(self, page: Page, html: str) -> str:
        self.tooltips.turn(page)
        html = self.tooltips.expand(generate.html(page, self.project, html))
        html, references = footnotes.number(html, self.notes.get(page.src, {}), self.reference)
        html = handout.cut(html, page, self.project.bibliography.entries, self.name, self.site_url)
        html = html.replace(FOOT, references + self.foot(page, footnotes.cited(references)), 1)
        note = drafts.note(page, self.project) + standing.page_note(self.project, references)
        if note:
            html = html.replace("</h1>", f"</h1>{note}", 1)
        html = html.replace(CRUMBS, self.top(page), 1)
        html = PER_CENT.sub("\u00a0%", html)
        head = jsonld.script(page, self.project, self.name, self.site_url)
        return html.replace("</head>", f"{head}</head>", 1)

    def top(self, page: Page) -> str:
        """What stands above the title: the way here, and how long the page takes to read."""
        crumbs = jsonld.crumbs(page, self.project)
        words = sum(len(f"{title} {text}".split()) for _, title, text in self.sections.get(page.src, ()))
        return f'<div class="page-top">{crumbs}{readingtime.element(words)}</div>' if crumbs else ""

    def foot(self, page: Page, cited: Collection[str]) -> str:
        foot = pagefoot.element(page, self.project, self.site_url, self.name, cited)
        return foot + neighbours.element(page, self.project)

    def search(self, folder: Path) -> None:
        """Write the index of the search into ``folder`` of the built site."""
        pages = ((self.project.pages[src], parts) for src, parts in self.sections.items())
        searchindex.write(folder, pages, self.project)

    def downloads(self, folder: Path) -> None:
        """Write the open data into ``folder`` of the built site."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in exports.files(self.project).items():
            (folder / name).write_text(text, encoding="utf-8", newline="")

    def headers(self) -> str:
        """The file ``_headers`` of the site, once every page is sealed."""
        return policy.headers(self.scripts, self.styles)


def plain(words: str) -> Markup:
    """Words as text for a template, which takes no notice of what is escaped already."""
    return Markup(escape(" ".join(words.split())))


def untagged(title: str) -> str:
    """The HTML of a heading as the table of contents shows it. Markdown takes its tags out, but can be deceived."""
    return title.replace("<", "&lt;")


def _close_up(text: str) -> str:
    """Text before a citation without the space there: the mark stands close to its word, wherever the line broke."""
    closed = text.rstrip(" ")
    closed = closed.removesuffix("\n") if closed.endswith("\n") else text.removesuffix(" ")
    return closed if BEFORE_MARK.search(closed[-8:]) else text


def keys_file(project: Project) -> Path:
    """A temporary .bib file that holds the keys alone, which is all mkdocs-bibtex needs; delete it once it is read.

    The bibliography is read already: parsing it again would take a tenth of the build, and stop a preview at the
    first typing slip.
    """
    handle, name = tempfile.mkstemp(suffix=".bib", prefix="keys-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"@misc{{{key},}}\n" for key in project.bibliography.entries)
    return Path(name)

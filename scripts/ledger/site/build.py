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

from ledger.checks import raw_html
from ledger.core.problems import Problem
from ledger.export import data_files, schema_org, search_index
from ledger.markdown.prose import CITATION_GROUP
from ledger.markdown.scanner import mask_non_prose
from ledger.model import drafts
from ledger.model.glossary import GLOSSARY_PAGE, read_glossary_terms
from ledger.model.project import BIB_FILE, Page, Project
from ledger.render import (
    breadcrumbs,
    footnotes,
    handout,
    markup,
    page_footer,
    prev_next,
    reading_time,
    reference_style,
    source_notices,
    trial_page,
)
from ledger.render.tooltips import TooltipsExtension
from ledger.site import csp, generated_parts, html_fixes
from ledger.site.assets import Assets

AT_PLACEHOLDER = "\ue000"  # stands for an @ that is no citation while mkdocs-bibtex looks at the text
WORD_BEFORE_CITATION = re.compile(r"(?:[\w)%'\"’”,;]|\w[?!]|</span>|</time>)$")
CITATION_PLACEHOLDER = re.compile("\ue001(?P<numbers>[\\d;]+)\ue001")
"""A citation while Markdown is at work: the numbers of its keys, which no markup can touch."""
SPACE_BEFORE_PER_CENT = re.compile(r"(?<=\d) %(?![^<]*>)")
"""A number and its sign, which must not part at the end of a line; not inside a tag."""
BREADCRUMBS_PLACEHOLDER = "<!-- crumbs -->"
REFERENCES_PLACEHOLDER = "<!-- references -->"


@dataclass
class Site:
    """A loaded project and what is worked out once for a whole build."""

    project: Project
    site_url: str = ""
    name: str = ""
    known: csp.ScriptPatterns = ()
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
    sections: dict[str, list[search_index.IndexSection]] = field(default_factory=dict)

    @cached_property
    def tooltips(self) -> TooltipsExtension:
        found = TooltipsExtension()
        if GLOSSARY_PAGE in self.project.pages:
            found.learn(read_glossary_terms(self.project.pages[GLOSSARY_PAGE]))
        return found

    def reference(self, key: str) -> str:
        """The footnote of a source, formatted once however many pages cite it."""
        if key not in self.references:
            entry = self.project.bibliography.entries.get(key)
            if entry is None:
                self.references[key] = f"Not in {BIB_FILE}."  # seen in a preview only
            else:
                later = (
                    source_notices.render_reference_notices(self.project.marked[key])
                    if key in self.project.marked
                    else ""
                )
                self.references[key] = reference_style.format_footnote(entry) + later
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
            "title": escape_for_template(page.title),
            "hide": [*hide, *(["navigation"] if self._alone(page) else [])],
        }
        if isinstance(data.get("description"), str):
            found["description"] = escape_for_template(data["description"])
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
        markdown = generated_parts.fill_markdown_placeholders(page, self.project, markdown)
        prose, _, _ = mask_non_prose(markdown)
        parts: list[str] = []
        done = 0
        for group in CITATION_GROUP.finditer(prose):
            before = _remove_space_before_citation(markdown[done : group.start()].replace("@", AT_PLACEHOLDER))
            parts += [before, group[0]]
            done = group.end()
        return "".join(parts) + markdown[done:].replace("@", AT_PLACEHOLDER)

    def after(self, markdown: str) -> str:
        """Show the hidden @ again."""
        return markdown.replace(AT_PLACEHOLDER, "@")

    def finish(self, src: str, html: str) -> str:
        """The text of a page as HTML, with places for what is put in when the page is done.

        Citations and generated tables are comments still: their words are no words of the page for the search.
        """
        page = self.project.pages.get(src)
        if page is None:
            return html
        html, faults = raw_html.sanitise_html(html, page.text, page.path)
        self.faults += faults
        html, self.notes[src] = footnotes.split_footnotes(html)
        html = CITATION_PLACEHOLDER.sub(lambda match: self._cited(match["numbers"].split(";")), html)
        if page.record:
            html = html.replace("</h1>", f"</h1>{trial_page.render_trial_header(page, self.project)}", 1)
        self.sections[src] = search_index.split_sections(html)
        return BREADCRUMBS_PLACEHOLDER + html + REFERENCES_PLACEHOLDER

    def _cited(self, numbers: Iterable[str]) -> str:
        """The mark of sources given by their numbers; one that there is not, seen in a preview only, goes."""
        return markup.cite_sources(
            *(self.keys[int(number)] for number in numbers if number and int(number) < len(self.keys))
        )

    def complete(self, src: str, html: str) -> str:
        """The whole page as it is served: tables, references and explanations in their places."""
        page = self.project.pages.get(src)
        return self.seal(self.assets.complete(self._filled(page, html), page.url) if page else html)

    def seal(self, html: str) -> str:
        """A finished page, mended, with the policy of what it may load and run."""
        html = html_fixes.fix_html(html)
        if self.preview:
            return html
        sealed = csp.add_policy(html, self.known)
        self.scripts |= sealed.scripts
        self.styles |= sealed.styles
        return sealed.html

    def _filled(self, page: Page, html: str) -> str:
        self.tooltips.turn(page)
        html = self.tooltips.expand(generated_parts.fill_html_placeholders(page, self.project, html))
        html, references = footnotes.number_citations(html, self.notes.get(page.src, {}), self.reference)
        html = handout.render_handout(html, page, self.project.bibliography.entries, self.name, self.site_url)
        html = html.replace(
            REFERENCES_PLACEHOLDER, references + self.foot(page, footnotes.find_reference_keys(references)), 1
        )
        note = drafts.render_draft_notice(page, self.project) + source_notices.render_page_notices(
            self.project, references
        )
        if note:
            html = html.replace("</h1>", f"</h1>{note}", 1)
        html = html.replace(BREADCRUMBS_PLACEHOLDER, self.top(page), 1)
        html = SPACE_BEFORE_PER_CENT.sub("\u00a0%", html)
        head = schema_org.render_json_ld(page, self.project, self.name, self.site_url)
        return html.replace("</head>", f"{head}</head>", 1)

    def top(self, page: Page) -> str:
        """What stands above the title: the way here, and how long the page takes to read."""
        crumbs = breadcrumbs.render_breadcrumbs(page, self.project)
        words = sum(len(f"{title} {text}".split()) for _, title, text in self.sections.get(page.src, ()))
        return f'<div class="page-top">{crumbs}{reading_time.render_reading_time(words)}</div>' if crumbs else ""

    def foot(self, page: Page, cited: Collection[str]) -> str:
        foot = page_footer.render_page_footer(page, self.project, self.site_url, self.name, cited)
        return foot + prev_next.render_neighbours(page, self.project)

    def search(self, folder: Path) -> None:
        """Write the index of the search into ``folder`` of the built site."""
        pages = ((self.project.pages[src], parts) for src, parts in self.sections.items())
        search_index.write_index(folder, pages, self.project)

    def downloads(self, folder: Path) -> None:
        """Write the open data into ``folder`` of the built site."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in data_files.build_data_files(self.project).items():
            (folder / name).write_text(text, encoding="utf-8", newline="")

    def headers(self) -> str:
        """The file ``_headers`` of the site, once every page is sealed."""
        return csp.build_headers_file(self.scripts, self.styles)


def escape_for_template(words: str) -> Markup:
    """Words as text for a template, which takes no notice of what is escaped already."""
    return Markup(escape(" ".join(words.split())))


def escape_toc_title(title: str) -> str:
    """The HTML of a heading as the table of contents shows it. Markdown takes its tags out, but can be deceived."""
    return title.replace("<", "&lt;")


def _remove_space_before_citation(text: str) -> str:
    """Text before a citation without the space there: the mark stands close to its word, wherever the line broke."""
    closed = text.rstrip(" ")
    closed = closed.removesuffix("\n") if closed.endswith("\n") else text.removesuffix(" ")
    return closed if WORD_BEFORE_CITATION.search(closed[-8:]) else text


def write_keys_file(project: Project) -> Path:
    """A temporary .bib file that holds the keys alone, which is all mkdocs-bibtex needs; delete it once it is read.

    The bibliography is read already: parsing it again would take a tenth of the build, and stop a preview at the
    first typing slip.
    """
    handle, name = tempfile.mkstemp(suffix=".bib", prefix="keys-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"@misc{{{key},}}\n" for key in project.bibliography.entries)
    return Path(name)

"""The pages of the site, from Markdown to the HTML that is served, as plain functions on text.

A generator (today MkDocs, through ``scripts/hooks.py``) calls ``add_references`` with what its citation plugin has
formatted, and then the methods of ``Site`` in this order, for each page:

1. ``prepare_markdown`` before its citation plugin and ``restore_at_signs`` after it,
2. ``process_content`` on the HTML that Markdown makes,
3. ``complete_page`` on the whole page, once the templates have framed it,

then ``finish_html`` on pages that come from templates alone, and ``write_site_files`` at the end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

from markupsafe import Markup

from ledger.checks import built_html, raw_html
from ledger.core.partial_date import is_iso_date
from ledger.core.problems import Problem
from ledger.export import data_files, schema_org, search_index
from ledger.markdown.scanner import CITATION_GROUP, MarkdownSource
from ledger.model import drafts
from ledger.model.glossary import GLOSSARY_PAGE, read_glossary_terms
from ledger.model.project import BIB_FILE, Page, Project
from ledger.render import (
    footnotes,
    handout,
    page_footer,
    page_top,
    prev_next,
    references,
    source_notices,
    trial_page,
)
from ledger.render.charts import download
from ledger.render.tooltips import TooltipsExtension
from ledger.site import csp, generated_parts, html_fixes
from ledger.site.assets import Assets

AT_PLACEHOLDER = "\x1a"
"""Replaces an @ that is not a citation while mkdocs-bibtex reads the text: it takes what is in brackets for a citation,
in code and comments too. This is the character that ASCII calls "substitute"."""
WORD_BEFORE_CITATION = re.compile(r"(?:[\w)%'\"’”,;]|\w[?!]|</span>|</time>)$")
ENGLISH_PART = re.compile(
    r'<(header|nav|div|footer) (class="(?:md-(?:header|tabs|footer|sidebar md-sidebar--primary)|page-top|page-foot|footnote)")'
)
"""What surrounds the text of a page in another language."""
BREADCRUMBS_PLACEHOLDER = "<!-- crumbs -->"
REFERENCES_PLACEHOLDER = "<!-- references -->"
UNREADABLE_PAGE = "# This page cannot be read\n\nThe checks say why. It is shown once that is fixed.\n"


@dataclass
class Site:
    """A loaded project, the settings of its build, and what is computed once for all pages."""

    project: Project
    site_url: str = ""
    name: str = ""
    script_patterns: csp.ScriptPatterns = ()
    """The inline scripts of the templates; no other inline script may run."""
    assets: Assets = field(default_factory=Assets)
    preview: bool = False
    """Whether this is a preview for writers. Its pages have no policy, which would block the script that reloads them."""
    page_problems: dict[str, list[Problem]] = field(default_factory=dict)
    """What is wrong with each page, as only its HTML shows, by source path."""
    script_hashes: set[str] = field(default_factory=set)
    style_hashes: set[str] = field(default_factory=set)
    """Hashes that the policies of the pages allow."""
    sections: dict[str, list[search_index.IndexSection]] = field(default_factory=dict)
    """The text of each page by sections, by source path."""
    _footnotes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def tooltips(self) -> TooltipsExtension:
        """The Markdown extension that marks the terms of the glossary."""
        extension = TooltipsExtension()
        if GLOSSARY_PAGE in self.project.pages:
            extension.set_terms(read_glossary_terms(self.project.pages[GLOSSARY_PAGE]))
        return extension

    def add_references(self, formatted: Mapping[str, str]) -> None:
        """Add the references that the citation plugin has formatted, in pandoc's Markdown, by key."""
        self.project.references.update(references.convert_to_html(formatted))

    def keep_built_pages(self, earlier: Site) -> None:
        """Take over what ``earlier``, the last build of a preview, found out about pages that are not built again."""
        pages = self.project.pages
        self.page_problems |= {src: problems for src, problems in earlier.page_problems.items() if src in pages}
        self.sections |= {src: sections for src, sections in earlier.sections.items() if src in pages}

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the built pages."""
        return [problem for problems in self.page_problems.values() for problem in problems]

    # --- before Markdown ----------------------------------------------------------------------------

    def is_left_out(self, path: str, *, is_page: bool, from_theme: bool) -> bool:
        """Whether a file, by its path below ``docs`` or the theme, has no place in the site: drafts and bundled assets."""
        is_draft = is_page and path not in self.project.pages
        return is_draft or self.assets.replaces(path, from_theme)

    def get_source_override(self, src: str) -> str | None:
        """What the generator reads in place of a page's file; None if it reads the file.

        A page that cannot be read says so. A trial's page goes without its front matter, which only this project reads.
        """
        page = self.project.pages.get(src)
        if page is None:
            return None
        if page.unreadable or any(p.rule == "unreadable" and p.path == page.path for p in self.project.problems):
            return UNREADABLE_PAGE  # the generator stops at a byte that is not UTF-8
        return page.text if page.record and not page.broken else None

    def build_template_meta(self, src: str) -> dict[str, object]:
        """The front matter that templates get. They print it unescaped, so it is escaped here, once for all of them.

        It holds only what they need: a key of the theme's own could choose the template or put text into it.
        """
        page = self.project.pages.get(src)
        if page is None:
            return {}
        data = page.meta.data if isinstance(page.meta.data, dict) else {}
        hidden = data.get("hide")
        meta: dict[str, object] = {
            "title": escape_for_template(page.title),
            "hide": [
                *(hidden if isinstance(hidden, list) else []),
                *(["navigation"] if self._is_alone_in_section(page) else []),
            ],
        }
        if isinstance(data.get("description"), str):
            meta["description"] = escape_for_template(data["description"])
        return meta

    def get_checked_date(self, src: str) -> str:
        """The day on which a page was last checked; empty where it does not say."""
        page = self.project.pages.get(src)
        checked = page.meta.data.get("checked") if page and isinstance(page.meta.data, dict) else None
        return checked if isinstance(checked, str) and is_iso_date(checked) else ""

    def _is_alone_in_section(self, page: Page) -> bool:
        """Whether a list of the pages in the page's section would hold the page alone."""
        in_sections = {src for sources in self.project.sections.values() for src in sources}
        return page.record is not None or (bool(in_sections) and page.src not in in_sections)

    def prepare_markdown(self, src: str, markdown: str) -> str:
        """A page's Markdown with its generated cards, and with every @ hidden that is not a citation.

        Such an @ may be in code, in a comment or in a mail address.
        """
        page = self.project.pages.get(src)
        if page is None:
            return markdown
        self.tooltips.start_page(page)
        markdown = generated_parts.fill_markdown_placeholders(page, self.project, markdown)
        parts: list[str] = []
        done = 0
        for group in CITATION_GROUP.finditer(_find_prose(markdown, page)):
            before = _remove_space_before_citation(markdown[done : group.start()].replace("@", AT_PLACEHOLDER))
            known = [key for key in group["keys"].split("; @") if key in self.project.references]
            parts += [before, f"[@{'; @'.join(known)}]" if known else ""]  # others are seen in a preview only
            done = group.end()
        return "".join(parts) + markdown[done:].replace("@", AT_PLACEHOLDER)

    def restore_at_signs(self, markdown: str) -> str:
        """The Markdown with each @ that ``prepare_markdown`` hid."""
        return markdown.replace(AT_PLACEHOLDER, "@")

    # --- after Markdown -----------------------------------------------------------------------------

    def process_content(self, src: str, html: str) -> str:
        """The text of a page as safe HTML, with placeholders for what is filled in when the page is complete.

        Citations and generated tables are still comments, so that their words do not get into the search index.
        """
        page = self.project.pages.get(src)
        if page is None:
            return html
        html, self.page_problems[src] = raw_html.sanitise_html(html, page.text, page.path)
        html, self._footnotes[src] = footnotes.split_footnotes(html)
        if page.record:
            html = html.replace("</h1>", f"</h1>{trial_page.render_trial_header(page, self.project)}", 1)
        self.sections[src] = search_index.split_sections(html)
        return BREADCRUMBS_PLACEHOLDER + html + REFERENCES_PLACEHOLDER

    # --- the whole page -----------------------------------------------------------------------------

    def complete_page(self, src: str, html: str) -> str:
        """The page as it is served, with tables, references and explanations in their places."""
        page = self.project.pages.get(src)
        if page is not None:
            html = self.assets.add_page_scripts(self._fill_placeholders(page, html), page.url)
            html = _mark_language(html, page.language)
        html = self.finish_html(html)
        self.page_problems.setdefault(src, []).extend(built_html.check_built_page(html, f"docs/{src}"))
        return html

    def finish_html(self, html: str) -> str:
        """Complete HTML with the fixes that it needs and the policy of what it may load and run."""
        html = html_fixes.fix_html(html)
        if self.preview:
            return html
        result = csp.add_policy(html, self.script_patterns)
        self.script_hashes |= result.scripts
        self.style_hashes |= result.styles
        return result.html

    def _fill_placeholders(self, page: Page, html: str) -> str:
        self.tooltips.start_page(page)
        html = self.tooltips.expand(generated_parts.fill_html_placeholders(page, self.project, html))
        html, listed = footnotes.number_citations(html, lambda name: self._get_footnote(page.src, name))
        html = handout.render_handout(html, page, self.project.bibliography.entries, self.name, self.site_url)
        keys = footnotes.find_reference_keys(listed)
        end = listed + self._render_page_end(page, keys)
        html = html.replace(REFERENCES_PLACEHOLDER, end, 1)
        notices = drafts.render_draft_notice(page, self.project)
        notices += source_notices.render_page_notices(self.project, keys)
        html = html.replace("</h1>", f"</h1>{notices}", 1)
        html = html.replace(BREADCRUMBS_PLACEHOLDER, self._render_page_top(page), 1)
        json_ld = schema_org.render_json_ld(page, self.project, self.name, self.site_url)
        return html.replace("</head>", f"{json_ld}</head>", 1)

    def _get_footnote(self, src: str, name: str) -> str:
        """The reference to a source, or the text of a page's own footnote."""
        entry = self.project.bibliography.entries.get(name)
        if entry is None:
            return self._footnotes.get(src, {}).get(name, f"<p>Not in {BIB_FILE}.</p>")  # the latter in a preview
        notices = ""
        if name in self.project.marked:
            notices = source_notices.render_reference_notices(self.project.marked[name])
        return f"<p>{self.project.references.get(name, '')} {references.render_source_note(entry)}{notices}</p>"

    def _render_page_top(self, page: Page) -> str:
        """The part above the title: breadcrumbs, and how long the page takes to read."""
        words = sum(page_top.count_words(f"{title} {text}") for _, title, text in self.sections.get(page.src, ()))
        return page_top.render_page_top(page, self.project, words)

    def _render_page_end(self, page: Page, cited: Collection[str]) -> str:
        """The part below the references: the page footer, and links to the pages before and after."""
        footer = page_footer.render_page_footer(page, self.project, self.site_url, self.name, cited)
        return footer + prev_next.render_neighbours(page, self.project)

    # --- the other files of the site ----------------------------------------------------------------

    def write_site_files(self, folder: Path) -> None:
        """Write into the built site what is not a page, once all pages are complete."""
        (folder / "_headers").write_text(self.build_headers_file(), encoding="utf-8")
        self.write_data_files(folder / "data")
        self.write_pictures(folder / "pictures")
        self.write_search_index(folder / "search")

    def build_headers_file(self) -> str:
        """The text of ``_headers``, with what the policies of all pages allow."""
        return csp.build_headers_file(self.script_hashes, self.style_hashes)

    def write_data_files(self, folder: Path) -> None:
        """Write the open data into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in data_files.build_data_files(self.project).items():
            (folder / name).write_text(text, encoding="utf-8", newline="")

    def write_pictures(self, folder: Path) -> None:
        """Write the pictures into ``folder``, as SVG and PNG."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in download.render_downloads(self.project, self.name, self.site_url):
            (folder / name).write_text(svg, encoding="utf-8", newline="")
            (folder / name).with_suffix(".png").write_bytes(download.convert_to_png(svg))

    def write_search_index(self, folder: Path) -> None:
        """Write the search index into ``folder``."""
        pages = ((self.project.pages[src], parts) for src, parts in self.sections.items())
        search_index.write_index(folder, pages, self.project)


def _mark_language(html: str, language: str) -> str:
    """A page with the language of its text; what surrounds the text is in English."""
    if language == "en":
        return html
    html = html.replace('<html lang="en"', f'<html lang="{language}"', 1)
    return ENGLISH_PART.sub(r'<\1 lang="en" \2', html)


def escape_for_template(words: str) -> Markup:
    """Words as text for a template, marked so that the template does not escape them again."""
    return Markup(escape(" ".join(words.split())))


def escape_toc_title(title: str) -> str:
    """A heading's HTML for the table of contents, without tags: Markdown removes them, but can be tricked."""
    return title.replace("<", "&lt;")


def _find_prose(markdown: str, page: Page) -> str:
    """The Markdown with code and comments blanked; most pages are read already, but for their generated cards."""
    if page.text.lstrip("\n") == markdown:
        return page.source.prose[-len(markdown) :]
    return MarkdownSource(markdown).prose


def _remove_space_before_citation(text: str) -> str:
    """The text before a citation without its last space or line break, so that the mark follows its word directly."""
    stripped = text.rstrip(" ")
    stripped = stripped.removesuffix("\n") if stripped.endswith("\n") else text.removesuffix(" ")
    return stripped if WORD_BEFORE_CITATION.search(stripped[-8:]) else text

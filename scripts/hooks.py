"""The MkDocs side of the site: passes what MkDocs provides to ``ledger.site`` and returns what that builds.

There is no other logic here. To move to another generator, replace this file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, CompletedProcess, run
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import clean_directory
from mkdocs_bibtex.citation import Citation, CitationBlock

import live_preview
import run_mkdocs
from ledger.cli import listen_address
from ledger.core import contact, errors
from ledger.core.problems import Problem
from ledger.export.bibtex import dump_bibtex, dump_for_pandoc, select_formattable
from ledger.model import project
from ledger.render import callouts, references
from ledger.site import build, dependencies, load

BATCH_SIZE = 50
"""Pages that a preview builds at once after those that were saved; then it looks whether something was saved again."""


class BuiltPage(NamedTuple):
    """What a page of the preview was built from: digests of its own file and of everything, and its path in the site."""

    own: str = ""
    inputs: str = ""
    destination: str = ""


class FormattedBibliography(NamedTuple):
    """What mkdocs-bibtex made of a file, and when: a preview uses it again while the file is older than that."""

    file: str
    configured: float
    registry: Any
    references: dict[str, str]


@dataclass
class State:
    """What the hooks remember from one event to the next; MkDocs passes them no object of their own."""

    serving: bool = False
    address_checked: bool = False
    site: build.Site = field(init=False)
    site_folder: Path = field(init=False)
    folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)
    """Where mkdocs-bibtex finds files that the project does not have."""
    bibliography: FormattedBibliography | None = None
    cache: project.ProjectCache = field(default_factory=project.ProjectCache)
    digests: dict[str, str] = field(default_factory=dict)
    """What each page is made of now, by source path."""
    built: dict[str, BuiltPage] = field(default_factory=dict)
    """The pages of the preview, by source path."""
    checks: Future[CompletedProcess[str]] | None = None
    """The checks of a build, until it has reported them."""
    site_files: str = ""
    """What the other files of the preview were written from."""

    def find_stale_pages(self) -> set[str]:
        return {src for src, digest in self.digests.items() if self.built.get(src, BuiltPage()).inputs != digest}

    # What live_preview needs
    def has_stale_pages(self) -> bool:
        return bool(self.find_stale_pages())

    def write_site_files(self) -> None:
        digest = dependencies.digest_parts([dependencies.digest_data(self.site.project), *self.digests.values()])
        if self.site_files != digest:
            self.site.write_site_files(self.site_folder)
            self.site_files = digest

    def list_problems(self) -> list[Problem]:
        return self.site.problems


state = State()


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    state.serving = command == "serve"
    if state.serving:  # MkDocs warns about partial builds; here the dependencies of pages are known
        logging.getLogger("mkdocs.commands.build").addFilter(lambda record: "'dirty' build" not in str(record.msg))


@event_priority(100)  # before mkdocs-bibtex reads the bibliography
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    _check_listen_address(config)
    root = Path(config.config_file_path).parent
    try:
        address = contact.parse_contact(str(config.extra.get("contact") or ""))
        loaded = project.load_project(root, repo_url=config.repo_url or "", contact=address, cache=state.cache)
        site = load.create_site(loaded, _build_site_config(config))
    except errors.CannotRunError as error:
        raise Abort(str(error)) from None
    if state.serving:
        _continue_preview(site)
    else:
        state.checks = ThreadPoolExecutor().submit(_run_checks, root)
    state.site, state.site_folder = site, Path(config.site_dir)
    if site.assets.files:
        script = ExtraScriptValue(site.assets.script)
        script.defer = True
        config.extra_css, config.extra_javascript = [site.assets.style], [script]
    _set_up_bibtex(config)
    if not config.repo_url:
        config.edit_uri = None  # without a repository MkDocs would invent the address of an edit link
    config.markdown_extensions += [callouts.CalloutExtension(), site.tooltips]  # type: ignore[list-item]
    return config


def _set_up_bibtex(config: MkDocsConfig) -> None:
    """Give mkdocs-bibtex its citation style, and a bibliography without comments and the entries that would end it."""
    plugin: Any = config.plugins["bibtex"]
    folder, bibtex = Path(state.folder.name), plugin.config
    bibtex.csl_file = str(folder / "style.csl")
    (folder / "style.csl").write_text(references.read_citation_style(), encoding="utf-8")
    copy = folder / project.BIB_FILE
    text = dump_bibtex(select_formattable(state.site.project.bibliography.entries.values()))
    if not copy.exists() or copy.read_text(encoding="utf-8") != text:  # mkdocs-bibtex reads a file that is new
        copy.write_text(text, encoding="utf-8")
    bibtex.bib_file = str(copy)
    if state.bibliography and state.bibliography.file == bibtex.bib_file:
        plugin.last_configured, plugin.registry = state.bibliography.configured, state.bibliography.registry


def _check_listen_address(config: MkDocsConfig) -> None:
    """End a preview that cannot be served, before its first build rather than after it."""
    if state.serving and not state.address_checked:
        state.address_checked = True
        problem = listen_address.check_listen_address(config.dev_addr.host, config.dev_addr.port)
        if problem:
            raise Abort(problem)


def _continue_preview(site: build.Site) -> None:
    """Keep the pages that are as they would be built now, and choose which others to build first."""
    state.digests = dependencies.digest_pages(site.project)
    if state.built:
        site.keep_built_pages(state.site)


def _build_site_config(config: MkDocsConfig) -> load.SiteConfig:
    return load.SiteConfig(
        docs=Path(config.docs_dir),
        name=config.site_name,
        site_url=config.site_url or "",
        theme_folders=config.theme.dirs,
        stylesheets=config.extra_css,
        scripts=[str(script) for script in config.extra_javascript],
        preview=state.serving,
    )


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> LiveReloadServer:
    path = Path(config.config_file_path)
    live_preview.follow_files(server, path)
    live_preview.LivePreview(server, path.parent, state, run_mkdocs.describe_error)
    return server


def on_files(files: Files, config: MkDocsConfig) -> Files:
    if state.serving:
        _mark_stale_pages(files)
    for file in list(files):
        from_theme = file.src_dir != config.docs_dir
        if state.site.is_left_out(file.src_uri, is_page=file.is_documentation_page(), from_theme=from_theme):
            files.remove(file)
    for path, text in state.site.assets.files.items():
        files.append(File.generated(config, path, content=text))
    return files


def _mark_stale_pages(files: Files) -> None:
    """Make the built pages of one batch older than their sources, which is how MkDocs knows what to build.

    Pages that were saved come first, so that their writer sees them at once.
    """
    stale = state.find_stale_pages()
    pages = state.site.project.pages
    saved = [src for src in stale if state.built.get(src, BuiltPage()).own != pages[src].digest]
    for src in saved or sorted(stale)[:BATCH_SIZE]:
        file = files.get_file_from_path(src)
        if file and Path(file.abs_dest_path).exists():
            os.utime(file.abs_dest_path, (0, 0))
    for src in state.built.keys() - pages.keys():
        (state.site_folder / state.built.pop(src).destination).unlink(missing_ok=True)


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    return state.site.get_source_override(page.file.src_uri)


def on_pre_build(config: MkDocsConfig) -> None:
    """Format every reference at once: to mkdocs-bibtex, each page would be another run of pandoc."""
    bibtex: Any = config.plugins["bibtex"]
    registry = bibtex.registry
    if state.bibliography and state.bibliography.registry is registry:
        state.site.add_references(state.bibliography.references)
        return
    entries = select_formattable(state.site.project.bibliography.entries.values())
    registry.bib_data_bibtex = dump_for_pandoc(entries)  # its own text has a backslash before "_" in addresses
    citations = [Citation(entry.key) for entry in entries]
    registry.validate_citation_blocks([CitationBlock(citations)])
    formatted = (citation for citation in citations if registry.inline_text(CitationBlock([citation])))
    texts = {citation.key: registry.reference_text(citation) for citation in formatted}
    state.site.add_references(texts)
    state.bibliography = FormattedBibliography(bibtex.config.bib_file, bibtex.last_configured, registry, texts)


def on_build_error(error: Exception) -> None:
    """Where something stops the build, what the checks say of it comes first."""
    _report_checks()


def _run_checks(root: Path) -> CompletedProcess[str]:
    """Both checks in a process of their own, beside the build: they take half as long as it does."""
    return run(live_preview.CHECK_COMMAND, cwd=root, stdout=PIPE, text=True, check=False)


def _report_checks() -> None:
    """Print what the checks found, once; errors end the build."""
    checks, state.checks = state.checks, None
    if checks:
        print(checks.result().stdout, end="", flush=True)
        if checks.result().returncode:
            raise Abort("the checks found errors (above); fix them")


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    for item in _iter_tree(nav.items):
        if item.title is not None:
            item.title = build.escape_for_template(item.title)
    return nav


@event_priority(100)
def _before_bibtex(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    page.meta = state.site.build_template_meta(page.file.src_uri)
    page.update_date = state.site.get_checked_date(
        page.file.src_uri
    )  # for the sitemap, in place of the day of the build
    return state.site.prepare_markdown(page.file.src_uri, markdown)


@event_priority(-100)
def _after_bibtex(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    return state.site.restore_at_signs(markdown)


on_page_markdown = CombinedEvent(_before_bibtex, _after_bibtex)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    for item in _iter_tree(page.toc):
        item.title = build.escape_toc_title(item.title)
    page.meta["search"] = {"exclude": True}  # the site has a search index of its own
    return state.site.process_content(page.file.src_uri, html)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    src = page.file.src_uri
    html = state.site.complete_page(src, output)
    if state.serving and src in state.digests:
        state.built[src] = BuiltPage(state.site.project.pages[src].digest, state.digests[src], page.file.dest_uri)
    return html


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    return state.site.finish_html(output) if template_name.endswith(".html") else output


def on_post_build(config: MkDocsConfig) -> None:
    if state.serving:
        return  # live_preview does the rest once the page is shown
    try:
        _report_checks()
        if state.site.problems:
            print("\n".join(map(str, state.site.problems)))
            raise Abort("the built pages have errors (above); fix them")
        state.site.write_site_files(Path(config.site_dir))
        if not (config.repo_url or config.extra.get("contact")):
            print("note: neither REPO_URL nor CONTACT is set; the pages say that this copy has no contact address")
    except Abort:
        clean_directory(config.site_dir)  # nothing is left that someone could publish
        raise


def _iter_tree(items: Iterable[Any]) -> Iterator[Any]:
    """The items of a navigation or of a table of contents, with the items below them."""
    for item in items:
        yield item
        yield from _iter_tree(item.children or ())

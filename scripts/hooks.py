"""MkDocs' side of the site: hands what MkDocs brings to the library and gives back what it makes.

No logic in here. To move to another generator, write this file anew.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import run_mkdocs
from ledger.checks import built_html
from ledger.cli import listen_address
from ledger.core import errors
from ledger.core.problems import Problem, format_reports, merge_problems
from ledger.model import drafts, project
from ledger.render import callouts
from ledger.site import assets, build, check_site, csp, preview

log = logging.getLogger("mkdocs.hooks.ledger")  # only loggers below "mkdocs" count in strict mode

serving = False
probed = False
current: build.Site
checked: list[Problem] = []
found: list[Problem] = []


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    global serving
    serving = command == "serve"
    if not serving:
        gc.disable()  # one build is short and fits into memory; looking for garbage takes a tenth of its time


@event_priority(100)  # before mkdocs-bibtex reads the bibliography
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    global current, probed, checked
    if serving and not probed:
        probed = True
        fault = listen_address.check_listen_address(config.dev_addr.host, config.dev_addr.port)
        if fault:
            raise Abort(fault)
    found.clear()
    try:
        loaded = project.load_project(Path(config.config_file_path).parent, repo_url=config.repo_url or "")
        reports = [check_site.check_citations(loaded), check_site.check_links(loaded)]
        docs, scripts = Path(config.docs_dir), [str(one) for one in config.extra_javascript]
        gathered = assets.bundle_assets(config.theme.dirs, docs, config.extra_css, scripts)
        known = csp.build_script_patterns(csp.read_templates(config.theme.dirs))
    except errors.CannotRunError as error:
        raise Abort(str(error)) from None
    print("\n".join(format_reports(reports)))
    checked = merge_problems(reports)
    if any(report.errors for report in reports):
        _stop("the checks found errors (above); mend them")
    shown = loaded if serving else drafts.exclude_drafts(loaded)
    current = build.Site(shown, config.site_url or "", config.site_name, known, gathered, preview=serving)
    if gathered.files:
        script = ExtraScriptValue(gathered.script)
        script.defer = True
        config.extra_css, config.extra_javascript = [gathered.style], [script]
    config.plugins["bibtex"].config.bib_file = str(build.write_keys_file(shown))
    if not config.repo_url:
        config.edit_uri = None  # an address that is not set is left out, never invented
    config.markdown_extensions += [callouts.CalloutExtension(), current.tooltips]  # type: ignore[list-item]
    return config


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> LiveReloadServer:
    run_mkdocs.follow(server, Path(config.config_file_path))
    return server


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for src, text in current.replaced().items():
        file = files.get_file_from_path(src)
        if file:
            file.content_string = text
    for file in list(files):
        if file.is_documentation_page() and file.src_uri not in current.project.pages:
            files.remove(file)  # a draft
        if current.assets.replaces(file.src_uri, from_theme=file.src_dir != config.docs_dir):
            files.remove(file)
    for path, text in current.assets.files.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_pre_build(config: MkDocsConfig) -> None:
    bibtex: Any = config.plugins["bibtex"]
    Path(bibtex.config.bib_file).unlink()
    registry = bibtex.registry
    bibtex.config.bib_by_default = False  # the list of references is written when the page is done
    registry.reference_text = lambda citation: ""
    registry.inline_text = lambda block: current.inline(citation.key for citation in block.citations)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    waiting: list[Any] = list(nav.items)
    for item in waiting:
        waiting += item.children or []
        if item.title is not None:
            item.title = build.escape_for_template(item.title)
    return nav


@event_priority(100)
def _before_bibtex(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    page.meta = current.meta(page.file.src_uri)
    return current.before(page.file.src_uri, markdown)


@event_priority(-100)
def _after_bibtex(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    return current.after(markdown)


on_page_markdown = CombinedEvent(_before_bibtex, _after_bibtex)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    waiting = list(page.toc)
    for item in waiting:
        waiting += item.children
        item.title = build.escape_toc_title(item.title)
    page.meta["search"] = {"exclude": True}  # the site has an index of its own, written when all pages are done
    return current.finish(page.file.src_uri, html)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    html = current.complete(page.file.src_uri, output)
    found.extend(built_html.check_built_page(html, f"docs/{page.file.src_uri}"))
    return html


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    return current.seal(output) if template_name.endswith(".html") else output


def on_post_build(config: MkDocsConfig) -> None:
    Path(config.site_dir, "_headers").write_text(current.headers(), encoding="utf-8")
    current.downloads(Path(config.site_dir) / "data")
    current.search(Path(config.site_dir) / "search")
    if serving:
        preview.show_problems(Path(config.site_dir), [*checked, *current.faults, *found])
    if current.faults or found:
        print("\n".join(str(problem) for problem in [*current.faults, *found]))
        _stop("the built pages have errors (above); mend them")


def _stop(message: str) -> None:
    """End a build; a preview says it and goes on."""
    if not serving:
        raise Abort(message)
    log.error("%s; the preview goes on, and follows when you save", message)

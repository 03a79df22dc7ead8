"""The MkDocs side of the site: passes what MkDocs provides to ``ledger.site`` and returns what that builds.

There is no other logic here. To move to another generator, replace this file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
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
from ledger.cli import listen_address
from ledger.core import errors
from ledger.core.problems import Problem, format_reports, merge_problems
from ledger.render import callouts
from ledger.site import build, load, preview

log = logging.getLogger("mkdocs.hooks.ledger")  # only loggers below "mkdocs" count in strict mode


@dataclass
class State:
    """What the hooks remember from one event to the next; MkDocs passes them no object of their own."""

    serving: bool = False
    address_checked: bool = False
    site: build.Site = field(init=False)
    check_problems: list[Problem] = field(init=False)


state = State()


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    state.serving = command == "serve"


@event_priority(100)  # before mkdocs-bibtex reads the bibliography
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    _check_listen_address(config)
    try:
        site, reports = load.load_site(_build_site_config(config))
    except errors.CannotRunError as error:
        raise Abort(str(error)) from None
    state.site, state.check_problems = site, merge_problems(reports)
    print("\n".join(format_reports(reports)))
    if any(report.errors for report in reports):
        _stop("the checks found errors (above); fix them")
    if site.assets.files:
        script = ExtraScriptValue(site.assets.script)
        script.defer = True
        config.extra_css, config.extra_javascript = [site.assets.style], [script]
    config.plugins["bibtex"].config.bib_file = str(build.write_keys_file(site.project))
    if not config.repo_url:
        config.edit_uri = None  # without a repository MkDocs would invent the address of an edit link
    config.markdown_extensions += [callouts.CalloutExtension(), site.tooltips]  # type: ignore[list-item]
    return config


def _check_listen_address(config: MkDocsConfig) -> None:
    """End a preview that cannot be served, before its first build rather than after it."""
    if state.serving and not state.address_checked:
        state.address_checked = True
        problem = listen_address.check_listen_address(config.dev_addr.host, config.dev_addr.port)
        if problem:
            raise Abort(problem)


def _build_site_config(config: MkDocsConfig) -> load.SiteConfig:
    return load.SiteConfig(
        root=Path(config.config_file_path).parent,
        docs=Path(config.docs_dir),
        name=config.site_name,
        site_url=config.site_url or "",
        repo_url=config.repo_url or "",
        theme_folders=config.theme.dirs,
        stylesheets=config.extra_css,
        scripts=[str(script) for script in config.extra_javascript],
        preview=state.serving,
    )


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> LiveReloadServer:
    run_mkdocs.follow_files(server, Path(config.config_file_path))
    return server


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for src, text in state.site.build_source_overrides().items():
        file = files.get_file_from_path(src)
        if file:
            file.content_string = text
    for file in list(files):
        from_theme = file.src_dir != config.docs_dir
        if state.site.is_left_out(file.src_uri, is_page=file.is_documentation_page(), from_theme=from_theme):
            files.remove(file)
    for path, text in state.site.assets.files.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_pre_build(config: MkDocsConfig) -> None:
    bibtex: Any = config.plugins["bibtex"]
    Path(bibtex.config.bib_file).unlink()
    registry = bibtex.registry
    bibtex.config.bib_by_default = False  # the list of references is added when the page is complete
    registry.reference_text = lambda citation: ""
    registry.inline_text = lambda block: state.site.mark_citation(citation.key for citation in block.citations)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    for item in _iter_tree(nav.items):
        if item.title is not None:
            item.title = build.escape_for_template(item.title)
    return nav


@event_priority(100)
def _before_bibtex(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    page.meta = state.site.build_template_meta(page.file.src_uri)
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
    return state.site.complete_page(page.file.src_uri, output)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    return state.site.finish_html(output) if template_name.endswith(".html") else output


def on_post_build(config: MkDocsConfig) -> None:
    folder, problems = Path(config.site_dir), state.site.problems
    state.site.write_site_files(folder)
    if state.serving:
        preview.show_problems(folder, [*state.check_problems, *problems])
    if problems:
        print("\n".join(str(problem) for problem in problems))
        _stop("the built pages have errors (above); fix them")


def _iter_tree(items: Iterable[Any]) -> Iterator[Any]:
    """The items of a navigation or of a table of contents, with the items below them."""
    for item in items:
        yield item
        yield from _iter_tree(item.children or ())


def _stop(message: str) -> None:
    """End a build. A preview reports the message and continues."""
    if not state.serving:
        raise Abort(message)
    log.error("%s; the preview goes on, and follows when you save", message)

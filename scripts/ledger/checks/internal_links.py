"""The link check: every link, image and anchor leads somewhere, and no page asks a third party for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ledger.checks import (
    file_types,
    glossary_entries,
    markdown_syntax,
    must_say,
    placeholders,
    raw_html,
    readability,
    required_sections,
    review_fields,
)
from ledger.checks.must_say import VisibleText
from ledger.core.problems import Problem, Report, build_report, check_counts_not_zero
from ledger.markdown.scanner import (
    FOOTNOTE_DEFINITION,
    HTML_ATTRIBUTES_PATTERN,
    REFERENCE_LINK,
    Link,
    find_attribute_ids,
    find_footnote_ids,
    find_html_ids,
    find_link_definitions,
)
from ledger.model import external_links, link_state
from ledger.model.project import DOCS_FOLDER, Page, Project
from ledger.model.site_config import CONFIG_FILE
from ledger.model.text_files import read_text

WEB_SCHEMES = ("http", "https")
ALLOWED_SCHEMES = (*WEB_SCHEMES, "mailto", "tel")
HOST_NAME = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}\.?|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]"
)
LOADING_ATTRIBUTES = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "script": ("src", "href", "xlink:href"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "link": ("href",),
    "form": ("action",),
    "body": ("background",),
    "table": ("background",),
    "tr": ("background",),
    "td": ("background",),
    "th": ("background",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "base": ("href",),
    "frame": ("src",),
    "a": ("ping",),
}
"""Attributes by which an element makes the reader's browser ask for something without a click."""

RESERVED_ID = re.compile(r"__\w")
CSS_ADDRESS = re.compile(
    r"(?:@import\s+(?:url\()?|url\(|image-set\()\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE
)
SCRIPT_ADDRESS = re.compile(
    r"(?:fetch|import|importScripts|\bfrom|sendBeacon|EventSource|WebSocket|Worker|\.src\s*=|\.href\s*="
    r"|open\(\s*[\"'`]\w{1,9}[\"'`]\s*,|setAttribute\(\s*[\"'`](?:src|href)[\"'`]\s*,|open)\s*\(?[^\"'`\n]{0,40}"
    r"[\"'`]((?:https?:|wss?:)?//[^\"'`\s]+)"
)
ANY_ADDRESS = re.compile(
    r"((?:https?|wss?)://(?!www\.w3\.org/)[^\s\"'`)<>\\]+|(?<=[\"'`])//[\w-]+\.[^\s\"'`)<>\\]+)", re.IGNORECASE
)
"""In a script whatever looks like an address may be fetched; only the W3C's names of formats are never."""
TAG_WITH_ATTRIBUTES = re.compile(rf"<(?P<element>[A-Za-z][\w-]*)(?P<attributes>{HTML_ATTRIBUTES_PATTERN})>")
COMMENTS_BY_SUFFIX = {
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".js": re.compile(r"/\*.*?\*/|(?:(?<=[\s;{}])|\A)//[^\n]*", re.DOTALL),
    ".html": re.compile(r"<!--.*?-->|\{#.*?#\}|\{%.*?%\}", re.DOTALL),
    ".svg": re.compile(r"<!--.*?-->", re.DOTALL),
}
"""Comments, and the logic of a template: nothing in them reaches a reader's browser."""
OPEN_LINK = re.compile(r"(?<!\\)\](?:\(|[ \t]+\((?=https?:|[^\s()]{1,200}\.md[#)]))(?P<rest>[^\n]{0,60})")


DRAFT_LINK_FIX = "remove the link, or complete the page and remove its draft: true"
LinkGraph = dict[str, set[str]]
"""Which pages each page leads to."""


@dataclass(frozen=True)
class Anchors:
    """The ids of a page and, for the duplicate check, where each was written by hand."""

    ids: frozenset[str]
    doubles: tuple[tuple[int, str], ...]


def run_link_checks(project: Project, visible_text: VisibleText) -> Report:
    """Every rule on links, anchors and what a page must hold. No network."""
    problems = list(project.problems)
    anchors = {src: find_anchors(page, project) for src, page in project.pages.items()}
    edges: LinkGraph = {}
    total = 0
    for src, page in project.pages.items():
        for link in page.source.links:
            total += 1
            problems += _check_link(project, page, link, anchors, edges)
        problems += _check_references(page)
        problems += _check_broken_syntax(page)
        for line, identifier in anchors[src].doubles:
            message = f"the id '{identifier}' stands twice on this page; give one of the two another {{#id}}"
            problems.append(Problem(page.path, line, "duplicate-id", message))
        problems += [*_check_page_fields(page, project), *_check_field_values(page), *_check_title(page)]
    for src, target in placeholders.find_generated_links(project):
        edges.setdefault(src, set()).add(target)
    problems += [
        *placeholders.check_placeholders(project),
        *glossary_entries.check_glossary(project),
        *raw_html.check_raw_html(project),
    ]
    problems += [*_check_nav(project), *_check_orphans(project, edges), *readability.check_readability(project)]
    problems += [
        *markdown_syntax.check_markdown_syntax(project),
        *review_fields.check_review_fields(project),
        *file_types.check_file_types(project),
    ]
    problems += [
        *required_sections.check_required_sections(project),
        *must_say.check_required_statements(project, visible_text),
    ]
    problems += _check_assets(project)
    problems += _check_known_broken_links(project)
    counts = {"pages": len(project.pages), "links": total, "anchors": sum(len(a.ids) for a in anchors.values())}
    alone = len(project.pages) < 2 or project.nav  # a single page may link nowhere, and a navigation links by itself
    wanted = {"pages": len(project.pages)} if alone else counts
    return build_report("check_links", counts, [*problems, *check_counts_not_zero(wanted, DOCS_FOLDER)])


def find_anchors(page: Page, project: Project) -> Anchors:
    """Every id the built page will have in its text, and the ones that would stand twice."""
    source = page.source
    by_hand: list[tuple[int, str]] = [*find_attribute_ids(source), *find_html_ids(source)]
    ids: set[str] = set()
    doubles: list[tuple[int, str]] = []
    automatic = {h.id: h.line for h in source.headings if not h.explicit}
    names = set()
    for line, identifier in by_hand:
        if identifier in ids or RESERVED_ID.match(identifier):
            doubles.append((line, identifier))
        ids.add(identifier)
        names.add(identifier)
    for line, identifier in find_html_ids(source):
        if identifier in automatic:
            doubles.append((line, identifier))
    generated = placeholders.find_generated_anchors(page, project)
    for identifier, line in automatic.items():
        if identifier in generated:
            doubles.append((line, identifier))
    doubles += [(line, identifier) for line, identifier in by_hand if identifier in generated]
    ids.update(automatic, generated, find_footnote_ids(source))
    return Anchors(frozenset(ids), tuple(dict.fromkeys(doubles)))


def _check_link(
    project: Project, page: Page, link: Link, anchors: Mapping[str, Anchors], edges: LinkGraph
) -> Iterator[Problem]:
    def problem(rule: str, message: str) -> Problem:
        return Problem(page.path, link.line, rule, message)

    if link.form == "html" and not raw_html.allows_attribute(link.element, link.attribute):
        return  # told with its tag
    target = link.target
    if link.form == "reference" and not target:
        return  # told by _undefined_references, with the name it looks for
    if target in ("", "#"):
        yield problem("empty-link", "the address is empty; write where it leads")
        return
    if raw_html.runs_code(target):
        if link.form != "html":  # told with the tag it stands in
            message = f"'{_truncate(target)}' could run as code; link to a page or a file in {DOCS_FOLDER}/"
            yield problem("unsafe-address", message)
        return
    fault = describe_malformed_address(target)
    if fault:
        yield problem("malformed-url", f"'{_truncate(target)}': {fault}")
        return
    parts = urlsplit(target)
    loads = link.form == "image" or link.attribute in LOADING_ATTRIBUTES.get(link.element, ())
    if parts.scheme or target.startswith("//"):
        if loads and (parts.scheme in WEB_SCHEMES or target.startswith("//")):
            message = f"'{_truncate(target)}' would make the reader's browser ask a third party; keep the file in {DOCS_FOLDER}/"
            yield problem("third-party", message)
        elif target.startswith("//"):
            yield problem("malformed-url", f"'{_truncate(target)}' has no scheme; write https://…")
        return
    yield from _check_internal_link(project, page, link, target, anchors, edges)


def _check_internal_link(
    project: Project, page: Page, link: Link, target: str, anchors: Mapping[str, Anchors], edges: LinkGraph
) -> Iterator[Problem]:
    def problem(rule: str, message: str) -> Problem:
        return Problem(page.path, link.line, rule, message)

    path, _, fragment = target.partition("#")
    path = unquote(path.partition("?")[0])
    fragment = unquote(fragment)
    if path.startswith("/"):
        message = f"'{path}' begins at the root of the server; the site must work from any path: link relatively"
        yield problem("absolute-link", message)
        return
    html = link.form == "html"
    file = resolve_link_path(page, path, html) if path else page.src
    if file is None:
        yield problem("missing-file", f"'{path}' leads out of {DOCS_FOLDER}/; link to a page or file inside it")
        return
    if html and path:
        file = _resolve_built_address(project, file)
    elif path.endswith("/"):
        file += "/"
    if file not in project.files and file != page.src:
        what = "missing-image" if link.form == "image" or link.element == "img" else "missing-file"
        yield problem(what, _describe_missing_file(project, page, path, file))
        return
    if file.endswith(".md") and file != page.src:
        edges.setdefault(page.src, set()).add(file)
    if file in anchors and project.pages[file].unreadable:
        return
    if file in project.drafts and page.src not in project.drafts:
        yield problem("link-to-draft", f"{DOCS_FOLDER}/{file} is a draft, which is not published; {DRAFT_LINK_FIX}")
    if fragment and file in anchors:
        ids = anchors[file].ids
        if fragment not in ids and not fragment.startswith(":~:"):
            near = get_close_matches(fragment, ids, 1, 0.6)
            hint = f"; did you mean #{near[0]}?" if near else "; link to a heading that is there"
            yield problem("missing-anchor", f"there is no '#{fragment}' on {DOCS_FOLDER}/{file}{hint}")
    elif fragment and not file.endswith((".svg", ".pdf", ".html")):
        yield problem("missing-anchor", f"'{file}' is no page, so '#{fragment}' leads nowhere; take it out")


def resolve_link_path(page: Page, path: str, html: bool = False) -> str | None:
    """The file below docs/ that a relative address means; None where it leads out of docs/.

    Markdown links are relative to the source file; raw HTML is left as it is, so there they are
    relative to the address of the built page.
    """
    base = PurePosixPath(page.url) if html else PurePosixPath(page.src).parent
    parts: list[str] = []
    for part in (*base.parts, *path.split("/")):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _resolve_built_address(project: Project, file: str) -> str:
    """For raw HTML: the source file behind a built address such as ``trials/forward/``."""
    for guess in (file, f"{file}.md", f"{file}/index.md" if file else "index.md"):
        if guess in project.files and not file.endswith(".md"):
            return guess
    return f"{file} (in raw HTML link to the built address)" if file.endswith(".md") else file


def _describe_missing_file(project: Project, page: Page, path: str, file: str) -> str:
    lowered = {known.lower(): known for known in project.files}
    if file.lower() in lowered:
        return f"'{path}' differs in capitals from {DOCS_FOLDER}/{lowered[file.lower()]}; write it the same way"
    for guess in (f"{file.rstrip('/')}.md", f"{file.rstrip('/')}/index.md", file.removesuffix(".html") + ".md"):
        if guess in project.files:
            return f"'{path}' is not a file; link to the source {DOCS_FOLDER}/{guess}"
    near = get_close_matches(file, project.files, 1, 0.75)
    hint = f"; did you mean {DOCS_FOLDER}/{near[0]}?" if near else "; mend the address or add the file"
    return f"'{path}' is not there{hint}"


def describe_malformed_address(target: str) -> str | None:
    """What is wrong with the form of an address, or None. Relative addresses are judged by their characters."""
    if re.search(r"\s", target):
        return "an address cannot hold a space; write %20"
    if re.search(r"[<>\"`{}|\\^\x00-\x1f]", target):
        return "an address cannot hold this character; percent-encode it"
    if re.match(r"(?:www\.|https?[/.]|https?:/?[^/]|https?:/{3,}|h?ttps?//|htt?p?s?;//)", target, re.IGNORECASE):
        return "write https:// in full"
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError as error:
        return f"not an address: {error}"
    del port
    if not parts.scheme:
        return None
    if parts.scheme not in ALLOWED_SCHEMES:
        return f"'{parts.scheme}:' is not allowed here; use https:, mailto: or a relative path"
    if parts.scheme in WEB_SCHEMES:
        if "@" in parts.netloc:
            return "an address must not carry a user name"
        if not parts.hostname or not HOST_NAME.fullmatch(
            parts.netloc.partition(":")[0] if "[" not in parts.netloc else parts.netloc
        ):
            return "the name of the host is missing or impossible"
        if re.search(r"[.,;:]$", target):
            return "it ends in a punctuation mark; take that out of the address"
    if parts.scheme == "mailto" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", parts.path):
        return "not a mail address"
    if parts.scheme == "tel" and not re.fullmatch(r"\+?[\d().-]+", parts.path):
        return "not a telephone number"
    if re.search(r"%(?![0-9A-Fa-f]{2})", target):
        return "a % must be followed by two hex digits; write %25"
    return None


def _check_references(page: Page) -> Iterator[Problem]:
    source = page.source
    defined = find_link_definitions(source)
    inline = [match.span() for match in source.inline]
    for match in REFERENCE_LINK.finditer(source.prose):
        name = " ".join((match["name"] or match["text"]).lower().split())
        if name in defined or match["text"].startswith(("@", "^")) or match["name"].startswith(("@", "^")):
            continue
        if any(start <= match.start() < end for start, end in inline):
            continue
        if _is_escaped(source.prose, match.start()):
            continue
        message = f"the link [{_truncate(match['text'])}][{_truncate(match['name'])}] has no definition; add [{_truncate(name)}]: address"
        yield Problem(page.path, source.line(match.start()), "undefined-reference", message)
    used = {link.target for link in source.links if link.form == "reference"}
    notes = {m["name"] for line in source.prose.split("\n") if (m := FOOTNOTE_DEFINITION.match(line))}
    for match in re.finditer(r"\[\^(?P<name>[^\[\]\s]{1,200})\]", source.prose):
        if match["name"] not in notes and not _is_escaped(source.prose, match.start()):
            message = f"the footnote {_truncate(match[0])} has no definition; add {_truncate(match[0])}: text"
            yield Problem(page.path, source.line(match.start()), "undefined-reference", message)
    for name, (line, target) in defined.items():
        if not target:
            message = f"the definition [{_truncate(name)}] is empty; write the address on the same line"
            yield Problem(page.path, line, "empty-link", message)
        elif target not in used:
            message = f"the definition [{_truncate(name)}] is not used; take it out"
            yield Problem(page.path, line, "unused-reference", message, "warning")


def _check_broken_syntax(page: Page) -> Iterator[Problem]:
    """``](`` that is no link: an address with a space, or a bracket that never closes."""
    source = page.source
    closed = {match.end("text") for match in source.inline}
    inner = [match.span("text") for match in source.inline]
    for match in OPEN_LINK.finditer(source.prose):
        if match.start() in closed or any(start <= match.start() < end for start, end in inner):
            continue
        before = source.prose.rfind("[", max(0, match.start() - 1500), match.start())
        if before < 0 or _is_escaped(source.prose, before):
            continue
        message = f"'{_truncate(source.prose[before : match.end()])}' is not a link: an address holds no space and ends with )"
        yield Problem(page.path, source.line(match.start()), "malformed-url", message)


def _is_escaped(text: str, position: int) -> bool:
    """Whether a backslash takes the meaning from the sign at ``position``."""
    before = text[max(0, position - 50) : position]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


PAGE_FIELDS = ("title", "description", "kind", "checked", "reviewed_by", "draft", "hide", "trial")
"""The front matter that a page may have: what it holds besides would steer the theme, such as its template."""
PAGE_KINDS = (
    "home",
    "basics",
    "therapy",
    "requirement",
    "safety",
    "outcomes",
    "trial",
    "article",
    "questions",
    "glossary",
    "about",
    "index",
)
MAX_DESCRIPTION_LENGTH = 160
"""Characters; search engines cut a longer one off."""


def _check_page_fields(page: Page, project: Project) -> Iterator[Problem]:
    """Front matter that readers see."""
    data = page.meta.data if isinstance(page.meta.data, dict) else {}
    if not page.meta.lines and not page.broken and (project.root / CONFIG_FILE).exists():  # else it is no site yet
        message = "the page has no front matter; begin it with ---, title, description, kind, checked, reviewed_by, ---"
        yield Problem(page.path, 1, "front-matter", f"{message} (CONTRIBUTING.md shows it)")
    for name in data:
        if name not in PAGE_FIELDS:
            message = f"there is no '{name}' in front matter; take it out, or use one of: {', '.join(PAGE_FIELDS)}"
            yield Problem(page.path, page.meta.line((name,)), "page-fields", message)
    if "trial" in data:
        return  # the model of the record says it
    if "draft" in data and not isinstance(data["draft"], bool):
        message = f"draft must be true or false, found {data['draft']!r}"
        yield Problem(page.path, page.meta.line(("draft",)), "page-fields", message)
    for name in ("title", "description", "checked", "kind"):
        if data and name not in data:
            message = f"the front matter has no '{name}'; add it (CONTRIBUTING.md says how)"
            yield Problem(page.path, 1, "page-fields", message)
        elif name in data and not (isinstance(data[name], str) and data[name].strip()):
            message = f"'{name}' must be text, found {data[name]!r}"
            yield Problem(page.path, page.meta.line((name,)), "page-fields", message)


def _check_field_values(page: Page) -> Iterator[Problem]:
    """Front matter whose words are not those that lists, searches and other rules can use."""
    data = page.meta.data if isinstance(page.meta.data, dict) else {}
    description, kind, checked = (data.get(name) for name in ("description", "kind", "checked"))
    if isinstance(description, str) and len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"the description has {len(description)} characters, at most {MAX_DESCRIPTION_LENGTH}; shorten it"
        yield Problem(page.path, page.meta.line(("description",)), "page-fields", message)
    if "trial" in data:
        return  # the model of the record says it
    if isinstance(kind, str) and kind.strip() and kind not in PAGE_KINDS:
        message = f"there is no kind '{kind}'; one of: {', '.join(PAGE_KINDS)}"
        yield Problem(page.path, page.meta.line(("kind",)), "page-fields", message)
    if isinstance(checked, str) and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", checked):
        message = f"checked: '{checked}' is not a date; write YYYY-MM-DD"
        yield Problem(page.path, page.meta.line(("checked",)), "page-fields", message)


def _check_title(page: Page) -> Iterator[Problem]:
    """Pages that do not begin with their title; one without front matter may be a mere list."""
    first = next(iter(page.source.headings), None)
    if page.meta.data and (first is None or first.level != 1):
        message = "the page does not begin with its title; write '# Title' below the front matter"
        yield Problem(page.path, first.line if first else 1, "title-missing", message)


def _check_nav(project: Project) -> Iterator[Problem]:
    """Pages that the navigation names and that are not there or not published."""
    missing = sorted(src for src in project.nav if src not in project.files)
    drafts = sorted(project.drafts & project.nav)
    lines = read_text(project.root / CONFIG_FILE, CONFIG_FILE)[0].split("\n") if missing or drafts else []
    for src in drafts:
        line = next((number for number, text in enumerate(lines, 1) if src in text), 1)
        message = f"the navigation names '{src}', a draft, which is not published; {DRAFT_LINK_FIX}"
        yield Problem(CONFIG_FILE, line, "link-to-draft", message)
    for src in missing:
        line = next((number for number, text in enumerate(lines, 1) if src in text), 1)
        near = get_close_matches(src, project.files, 1, 0.75)
        hint = f"; did you mean {near[0]}?" if near else "; mend the name or add the page"
        yield Problem(CONFIG_FILE, line, "missing-file", f"the navigation names '{src}', which is not there{hint}")


def _check_orphans(project: Project, edges: LinkGraph) -> Iterator[Problem]:
    """Pages that no reader reaches from the navigation or the front page, link by link."""
    if any(page.unreadable for page in project.pages.values()) or any(
        one.path == CONFIG_FILE for one in project.problems
    ):
        return  # where they lead is not known
    roots = {src for src in (*project.nav, "index.md", "README.md") if src in project.pages} or set(edges)
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        src = waiting.pop()
        if src not in reached and src not in project.drafts:
            reached.add(src)
            waiting += edges.get(src, ())
    for src, page in project.pages.items():
        if src in reached or src == "404.md" or project.original(src) or src in project.drafts:
            continue
        message = "no page and no navigation leads here; link to it from its section's index page"
        yield Problem(page.path, 1, "orphan-page", message)


def _check_assets(project: Project) -> Iterator[Problem]:
    """Style sheets, scripts, templates and the configuration: nothing may be fetched from elsewhere."""
    paths = [
        project.root / DOCS_FOLDER / file
        for file in sorted(project.files)
        if file.endswith((".css", ".js", ".svg", ".html"))
    ]
    overrides = project.root / "overrides"
    paths += (
        sorted(path for path in overrides.rglob("*") if path.suffix in (".html", ".css", ".js"))
        if overrides.is_dir()
        else []
    )
    for path in paths:
        shown = path.relative_to(project.root).as_posix()
        text, problem = read_text(path, shown)
        if problem:
            yield problem
            continue
        for position, address in _find_fetched_addresses(text, path.suffix):
            line = text.count("\n", 0, position) + 1
            message = f"'{_truncate(address)}' would make the reader's browser ask a third party; keep the file in {DOCS_FOLDER}/"
            yield Problem(shown, line, "third-party", message)
    yield from _check_config(project)


ARCHIVE_PREFIX = "https://web.archive.org/web/*/"
"""Before an address: the list of its copies in the Internet Archive. It is printed, never asked."""


def _check_known_broken_links(project: Project) -> Iterator[Problem]:
    """What the live check found in two runs a day apart, and excuses that hold no more. Asks nobody."""
    try:
        state = link_state.read_link_state(project.root / link_state.LINK_STATE_FILE)
    except link_state.BadStateError as error:
        yield Problem(link_state.LINK_STATE_FILE, 1, "link-state", str(error))
        state = {}
    broken = {address: seen for address, seen in state.items() if seen.confirmed}
    if not broken and not (project.root / link_state.LINK_POLICY_FILE).exists():
        return
    from ledger.checks import link_suppressions

    every = external_links.collect_external_links(project)
    excused, problems = link_suppressions.read_link_suppressions(project)
    yield from problems
    yield from link_suppressions.find_unused_suppressions(excused, every)
    for address in every:
        if address.text in broken and not any(link_suppressions.covers_address(excuse, address) for excuse in excused):
            for place in address.places:
                message = describe_broken_link(address.text, broken[address.text])
                yield Problem(place.path, place.line, "broken-link", message)


def describe_broken_link(address: str, seen: link_state.LinkHistory) -> str:
    """What is said of a link that was broken in two runs a day apart."""
    return (
        f"'{_truncate(address)}' is broken since {seen.first_bad[:10]}, {seen.runs_bad} runs ({seen.bad_evidence}); mend or "
        f"replace it, a copy may be listed at {ARCHIVE_PREFIX}{address[:300]}; is it there again? run check_links.py --external"
    )


def _find_fetched_addresses(text: str, suffix: str) -> Iterator[tuple[int, str]]:
    if suffix in COMMENTS_BY_SUFFIX:
        text = COMMENTS_BY_SUFFIX[suffix].sub(lambda match: " " * len(match[0]), text)
    if suffix != ".js":
        for match in CSS_ADDRESS.finditer(text):
            yield match.start(), match[1]
    if suffix == ".js":
        for match in ANY_ADDRESS.finditer(text):
            yield match.start(), match[1]
    if suffix == ".html":
        for match in SCRIPT_ADDRESS.finditer(text):
            yield match.start(), match[1]
    if suffix in (".html", ".svg"):
        for match in TAG_WITH_ATTRIBUTES.finditer(text):
            yield from (
                (match.start(), address)
                for address in find_third_party_addresses(match["element"], match["attributes"])
            )


def find_third_party_addresses(element: str, attributes: str) -> Iterator[str]:
    """Addresses on other hosts that an HTML element makes the browser ask by itself."""
    element = element.lower()
    if element == "link" and not re.search(
        r"rel\s*=\s*[\"']?[^\"'>]*(?:stylesheet|icon|preload|prefetch|dns-prefetch|preconnect|modulepreload|manifest)",
        attributes,
        re.IGNORECASE,
    ):
        return
    for name in LOADING_ATTRIBUTES.get(element, ()):
        for quoted in re.finditer(
            rf"(?<![\w-]){name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", attributes, re.IGNORECASE
        ):
            value = quoted[1] or quoted[2] or quoted[3] or ""
            yield from re.findall(r"(?:^|,)\s*((?:https?:)?//[^\s,]+)", value, re.IGNORECASE)


def _check_config(project: Project) -> Iterator[Problem]:
    """mkdocs.yml: a remote script, style sheet, font or analytics account."""
    path = project.root / CONFIG_FILE
    if not path.is_file():
        return
    text, _ = read_text(path, CONFIG_FILE)
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"[\w]", line):
            section = line.split(":")[0]
        remote = re.search(r"((?:https?:)?//[^\s'\",\]}]+)", line.split(" #")[0])
        asks = section in ("extra_css", "extra_javascript") or re.match(r"\s+(?:logo|favicon):", line)
        if asks and remote:
            message = f"'{_truncate(remote[1])}' would make the reader's browser ask a third party; keep the file in {DOCS_FOLDER}/"
            yield Problem(CONFIG_FILE, number, "third-party", message)
        if re.search(r"(?:^\s+|[{,]\s*)analytics\s*:", line) and section == "extra":
            yield Problem(
                CONFIG_FILE, number, "third-party", "analytics would send readers' visits to a third party; take it out"
            )
        if re.match(r"\s+(?:text|code):", line) and section == "theme":
            yield Problem(
                CONFIG_FILE, number, "third-party", "a theme font is fetched from a third party; write font: false"
            )
    if (
        re.search(r"^theme:", text, re.MULTILINE)
        and re.search(r"\b(?:name|theme):\s*[\"']?material\b", text)
        and not re.search(r"(?:^\s+|[{,]\s*)font:\s*false", text, re.MULTILINE)
    ):
        yield Problem(
            CONFIG_FILE,
            1,
            "third-party",
            "the theme would fetch fonts from a third party; write font: false under theme",
        )


def _truncate(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 70 else text[:67] + "…"

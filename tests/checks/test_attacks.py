"""Attack strings in every field and in the body of pages: the checks refuse what could run, and in a real browser
nothing runs, not even in a preview that goes on after the checks."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser
from pydantic import BaseModel

import attacks
from conftest import BIB, INDEX, ROOT, SITE, Make, check_links, served, settled
from ledger.model import field_types, project, record_reader, trial_record
from ledger.model.vocabulary import REQUIREMENTS
from ledger.model.yaml_source import YamlDocument
from ledger.site import check_site

RULES = {"raw-html", "raw-attribute", "unsafe-address", "third-party"}
SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
PREVIEW = """\
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
config = load_config("mkdocs.yml", site_dir=sys.argv[1])
config.plugins["scripts/hooks.py"].state.address_checked = True
config.plugins.on_startup(command="serve", dirty=False)
build(config)
"""
"""Build as a preview does: it goes on whatever the checks find."""


def refused(make: Make, text: str) -> set[str]:
    root = make({"docs/index.md": f"{INDEX}\n{text}\n"})
    return {problem.rule for problem in check_links(root).problems} & RULES


@pytest.mark.parametrize("text", attacks.RUNNING)
def test_the_checks_refuse_what_could_run(text: str, make: Make) -> None:
    assert refused(make, text)


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "p <0.05", "1<2>1", "{FDA} {a} x{2}", "<https://example.org>", "<a@example.org>"]
)
def test_the_checks_leave_plain_words_alone(text: str, make: Make) -> None:
    assert not refused(make, text)


# --- a record with a text in every field that holds one -------------------------------------------------


def holds_text(hint: object) -> bool:
    return hint == field_types.NonEmptyText or any(
        holds_text(arg) for arg in typing.get_args(hint) if arg is not type(None)
    )


def model_of(hint: object) -> type[BaseModel] | None:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next((found for arg in typing.get_args(hint) if (found := model_of(arg))), None)


def grown(hint: Any, text: str) -> Any:
    """A value of this type, with ``text`` wherever a text may stand."""
    if hint == field_types.NonEmptyText:
        return text
    for known, value in (
        (field_types.Key, "known2024"),
        (field_types.IsoDate, "2026-04-20"),
        (field_types.PartialDate, "2026-04-20"),
    ):
        if hint == known:
            return value
    origin, args = typing.get_origin(hint), [arg for arg in typing.get_args(hint) if arg is not type(None)]
    if origin in (typing.Union, types.UnionType):
        return grown(next((arg for arg in args if holds_text(arg)), args[0]), text)
    if origin is typing.Literal:
        return args[0]
    if origin is typing.Annotated:
        return grown(args[0], text)
    if origin is list:
        return [grown(args[0], text)]
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        hints = typing.get_type_hints(hint, include_extras=True)
        return {name: grown(one, text) for name, one in hints.items() if name in hint.model_fields}
    return {int: 1, float: 1.0, bool: True, str: "known2024"}.get(hint, text)


def spread(value: Any, hint: Any, text: str) -> Any:
    """A good value with ``text`` in each of its places for text, those that it leaves empty included."""
    model = model_of(hint)
    if isinstance(value, list):
        inner = next((arg for arg in typing.get_args(hint) if arg is not type(None)), hint)
        inner = next(iter(typing.get_args(inner)), inner) if typing.get_origin(hint) is typing.Annotated else inner
        return [spread(one, inner, text) for one in value]
    if isinstance(value, dict) and model:
        hints = typing.get_type_hints(model, include_extras=True)
        known = {name: spread(one, hints.get(name), text) for name, one in value.items()}
        new = {
            n: text for n in model.model_fields if n not in value and holds_text(hints[n]) and not model_of(hints[n])
        }
        return {**known, **{name: text for name in new if "list" not in str(hints[name])}}
    if isinstance(value, dict):
        return {name: spread(one, hint, text) for name, one in value.items()}
    return text if isinstance(value, str) and holds_text(hint) and not model else value


def problems_of(trial: dict[str, Any]) -> int:
    found, problems = record_reader.read_record(
        YamlDocument({"title": "x", "trial": trial, "kind": "trial"}), "docs/trials/x.md"
    )
    return len(problems) + (found is None)


def attacked(text: str) -> dict[str, Any]:
    """The sample record with ``text`` in every field that takes it."""
    trial: dict[str, Any] = yaml.safe_load(SAMPLE.split("---\n")[1])["trial"]
    base = problems_of(trial)
    hints = typing.get_type_hints(trial_record.Record, include_extras=True)
    for name, hint in hints.items():
        if name not in trial_record.Record.model_fields or name in ("id", "cohort"):
            continue
        for value in (*([spread(trial[name], hint, text)] if name in trial else []), grown(hint, text)):
            tried = {**copy.deepcopy(trial), name: value}
            if problems_of(tried) <= base:
                trial = tried
                break
    return trial


def test_a_record_takes_the_text_in_nearly_every_field() -> None:
    trial = attacked(attacks.RUNNING[0])
    assert json.dumps(trial).count("<script>") > 100
    places = set(re.findall(r'"(\w+)": \[?"<script>', json.dumps(trial)))
    assert {"plain_title", "value", "note", "where", "said_by", "measure", "event", "cause", "label"} <= places


# --- a site full of them --------------------------------------------------------------------------------


def page(title: str, description: str, kind: str, body: str, **more: object) -> str:
    front = {"title": title, "description": description, "kind": kind, "checked": "2026-11-21", **more}
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n{body}\n"


def body(text: str) -> str:
    """A text in every place of a Markdown page."""
    line = " ".join(text.split())
    return (
        f"# Page\n\nWords {line} more words. Seen[^1] [@known2024].\n\n{text}\n\n## Heading {line}\n\n- item {line}\n- *{line}*\n\n"
        f'| a | b |\n|---|--:|\n| {line} | x |\n\n!!! note "Title {line}"\n    {line}\n\n??? tip "{line}"\n    x\n\n> {line}\n\n'
        f'[link](index.md "{line}") ![{line}](../assets/favicon.svg "{line}")\n\n[^1]: Note {line}\n\n<!-- {line} -->\n\n'
        f"Term\n:   {line}\n\n```html\n{text}\n```\n\n    {line}\n"
    )


def entry(number: int, text: str) -> str:
    """A source with a text in its fields; braces and quotes of BibTeX are left out of it."""
    words = re.sub(r"[{}\\%\n]", " ", text)
    fields = {
        "author": "{" + words + "} and Doe, " + words,
        "title": words,
        "journal": words,
        "year": "2024",
        "volume": words,
        "pages": words,
        "doi": f"10.1234/{words}",
        "url": f"javascript:{words}",
        "urldate": "2026-01-01",
        "note": words,
        "howpublished": words,
        "articlenumber": words,
        "keywords": words if number % 2 else "letter",
        "seen": words if number % 3 == 0 else "abstract",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{'online' if number % 4 == 0 else 'article'}{{attack{number},\n{lines}}}\n"


def claims_of(texts: typing.Sequence[str]) -> dict[str, Any]:
    """A claims file with a text in every field that takes one."""
    rows = [
        {
            "id": f"C{number}",
            "article": "A",
            "topic": text,
            "says": text,
            "verdict": "supported",
            "finding": f"{text} [@known2024]",
            "sources": [f"attack{number}"],
            "seen": "abstract",
            "checked": "2026-11-21",
            "note": text,
        }
        for number, text in enumerate(texts)
    ]
    places = [
        {
            "id": f"R{number}",
            "article": "A",
            "place": text,
            "claim": text,
            "reference": text,
            "key": f"attack{number}",
            "verdict": "partly",
            "reason": text,
            "status": text,
            "checked": "2026-11-21",
        }
        for number, text in enumerate(texts)
    ]
    audits = [
        {"key": f"attack{number}", "number": text, "kind": text, "audit": text, "errors": text}
        for number, text in enumerate(texts)
    ]
    return {"claims": rows, "citations": places, "references": audits}


GENERATED = "\n\n".join(f"<!-- generated: trial-{name} -->" for name in ("facts", "results", "harms", "requirements"))


def write_site(root: Path) -> None:
    """A whole project of attack strings, with this site's theme, scripts and configuration."""
    docs = root / "docs"
    for folder in ("trials", "articles", "pages", "requirements", "therapies"):
        (docs / folder).mkdir(parents=True)
    for name in ("scripts", "overrides", "rules"):
        (root / name).symlink_to(ROOT / name)
    (docs / "assets").symlink_to(ROOT / "docs" / "assets")
    config = re.sub(r"(?ms)^nav:.*", "", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    nav = [
        {"<img src=x onerror=window.__pwned=1>": "index.md"},
        {"</title><script>window.__pwned=1</script>": ["pages/p0.md"]},
    ]
    (root / "mkdocs.yml").write_text(config + yaml.safe_dump({"nav": nav}), encoding="utf-8")
    files = {
        "index.md": page("Home", "x", "home", "# Home\n\nA [page](pages/p0.md)."),
        "glossary.md": page(
            "G",
            "x",
            "glossary",
            "# Glossary\n\n" + "\n\n".join(f"## Word{n}\n\n{' '.join(t.split())}" for n, t in enumerate(attacks.TEXT)),
        ),
        "references.md": page("Sources", "x", "index", "# Sources\n\n<!-- generated: bibliography -->"),
        "data.md": page("Data", "x", "index", "# Data\n\n<!-- generated: downloads -->"),
        "trials/index.md": page(
            "Trials",
            "x",
            "index",
            "# Trials\n\n<!-- generated: all-trials -->\n\n<!-- generated: requirements-matrix -->",
        ),
        "trials/compare.md": page("Compare", "x", "index", "# Compare\n\n<!-- generated: compare -->"),
        "trials/pictures.md": page(
            "Pictures",
            "x",
            "index",
            "# P\n\n"
            + "\n\n".join(
                f"<!-- generated: picture name={n} -->"
                for n in ("people", "timeline", "hba1c", "time-in-range", "follow-up")
            ),
        ),
        "articles/article-a.md": page("A", "x", "article", "# A\n\n<!-- generated: claims article=A -->"),
        "articles/lists.md": page("L", "x", "article", "# L\n\n<!-- generated: citations -->"),
        "therapies/donor-line.md": page("T", "x", "therapy", "# T\n\n<!-- generated: trials therapy=donor-line -->"),
    }
    files |= {
        f"requirements/{key}.md": page(
            key, "x", "requirement", f"# {key}\n\n<!-- generated: trials requirement={key} -->"
        )
        for key in REQUIREMENTS
    }
    for number, text in enumerate(attacks.ALL):
        title = f"Attack{number} {text}"
        other = {"author": text, "subtitle": text, "icon": text, "status": text, "tags": [text]}
        files[f"pages/p{number}.md"] = page(title, text, "basics", body(text), reviewed_by=text, **other)
    for number, text in enumerate((*attacks.TEXT, *attacks.RUNNING[-16:])):
        name = f"Word{number % len(attacks.TEXT)}"
        files[f"pages/bare{number}.md"] = f"# Bare{number} {' '.join(text.split())}\n\n{name} is explained.\n"
    for number in range(0, len(attacks.ALL), 4):
        text = " ".join(attacks.ALL[number : number + 4])
        trial = {**attacked(text), "id": f"t{number}", "cohort": f"t{number}", "publications": [f"attack{number}"]}
        body_of_trial = f"# Trial\n\nWords [@attack{number}].\n\n{GENERATED}"
        files[f"trials/t{number}.md"] = page(f"Trial{number} {text}", text, "trial", body_of_trial, trial=trial)
    for name, content in files.items():
        (docs / name).write_text(content, encoding="utf-8")
    (docs / "articles" / "claims.yml").write_text(
        yaml.safe_dump(claims_of(attacks.ALL), allow_unicode=True), encoding="utf-8"
    )
    (root / "references.bib").write_text(
        BIB + "".join(entry(n, text) for n, text in enumerate(attacks.ALL)), encoding="utf-8"
    )


@pytest.fixture(scope="module")
def attacked_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("attacked")
    write_site(root)
    done = subprocess.run(
        [sys.executable, "-c", PREVIEW, str(root / "site")], cwd=root, capture_output=True, text=True, check=False
    )
    assert (root / "site" / "pages" / "p0" / "index.html").is_file(), done.stdout[-2000:] + done.stderr[-4000:]
    return root


@pytest.fixture(scope="module")
def server(attacked_site: Path) -> Iterator[str]:
    yield from served(attacked_site / "site")


WATCH = "window.alert = window.print = () => { window.__pwned = 'alert' };"
POKE = """() => {
  const wild = [];
  for (const link of document.querySelectorAll("a[href], area[href]")) {
    if (!["http:", "https:", "mailto:", "tel:"].includes(link.protocol)) wild.push(link.href);
  }
  for (const one of document.querySelectorAll("article *")) {
    if ([...one.attributes].some((attribute) => attribute.name.startsWith("on"))) wild.push(one.outerHTML.slice(0, 200));
  }
  return wild;
}"""


@pytest.mark.slow
def test_no_page_runs_anything_or_asks_anybody_even_without_the_policy(
    attacked_site: Path, server: str, browser: Browser
) -> None:
    """Every page as in a preview. What it shows must be harmless by itself, so the policy is not there to help."""
    site = attacked_site / "site"
    paths = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    urls = {"" if path == "." else f"{path}/" for path in paths}
    assert len(urls) > 200
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(WATCH)
    context.route("**/*.css", lambda route: route.abort())  # laying out long tables would take most of the time
    tab = context.new_page()
    tab.on("dialog", lambda dialog: dialog.dismiss())
    asked: list[str] = []
    context.on("response", lambda response: asked.append(response.url))
    ran = []
    for url in sorted(urls):
        tab.goto(server + url, wait_until="load")
        wild = tab.evaluate(POKE)
        ran += [(url, one) for one in wild]
        if tab.evaluate("window.__pwned") is not None:
            ran.append((url, "ran"))
    assert ran == []
    assert [url for url in asked if not url.startswith(server)] == []
    context.close()


CLICK = "for (const link of document.querySelectorAll(\"a[href^='javascript' i], button\")) link.click()"


@pytest.mark.site
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_the_policy_alone_stops_what_is_raw_in_a_page(address: str, browser: Browser, every: int) -> None:
    """Each attack as it is in the text of a published page, as if all checks and all escaping had failed."""
    html = (SITE / "index.html").read_text(encoding="utf-8")
    context = browser.new_context()
    context.add_init_script(WATCH)
    tab = context.new_page()
    tab.on("dialog", lambda dialog: dialog.dismiss())
    answered: list[str] = []
    context.on("response", lambda response: answered.append(response.url))
    stopped = 0
    for text in attacks.RUNNING[::every]:
        if "refresh" in text:
            continue  # no policy keeps a page from leaving for another; the checks do
        given = html.replace("</h1>", f"</h1>{text}", 1)
        assert given != html
        tab.route(address, lambda route, request, given=given: route.fulfill(body=given, content_type="text/html"))
        tab.goto(address, wait_until="load")
        tab.evaluate(CLICK)
        assert tab.evaluate("window.__pwned") is None, text
        tab.unroute(address)
        stopped += 1
    assert stopped > 80 / every
    assert [url for url in answered if not url.startswith((address, "data:"))] == []
    context.close()


@pytest.mark.slow
def test_the_search_shows_what_it_finds_as_text(server: str, browser: Browser) -> None:
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(WATCH)
    tab = context.new_page()
    for word in ("heading", "bare", "script", "onerror"):
        tab.goto(server)
        tab.keyboard.press("Control+k")
        tab.locator(".md-search__input").press_sequentially(word, delay=10)
        tab.locator(".md-search-result__item").first.wait_for()
        settled(tab)
        names = "all => [...new Set(all.map(one => one.localName))]"
        found = set(tab.eval_on_selector_all(".md-search-result__list *", names))
        assert not found & {"script", "img", "iframe", "style", "form", "object"}, found
        assert tab.evaluate("window.__pwned") is None
    context.close()


@pytest.mark.slow
def test_the_attacked_pages_are_refused_by_name_when_they_are_built(attacked_site: Path) -> None:
    """What Markdown makes is looked at once more: each page that holds something is told."""
    loaded = project.load_project(attacked_site)
    told = {problem.path for problem in check_site.check_links(loaded).problems if problem.rule in RULES}
    assert {f"docs/pages/p{number}.md" for number in range(len(attacks.RUNNING))} <= told

"""A project with a text in every field and every place of a page, for tests of what a hostile text does."""

from __future__ import annotations

import copy
import re
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

import attacks
from conftest import BIB, ROOT
from ledger.model import field_types, record_reader, trial_record
from ledger.model.vocabulary import REQUIREMENTS
from ledger.model.yaml_source import YamlDocument

SAMPLE = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")

# --- a record with a text in every field that holds one -------------------------------------------------


def holds_text(hint: object) -> bool:
    return hint == field_types.NonEmptyText or any(
        holds_text(arg) for arg in typing.get_args(hint) if arg is not type(None)
    )


def model_of(hint: object) -> type[BaseModel] | None:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next((found for arg in typing.get_args(hint) if (found := model_of(arg))), None)


def hints_of(model: type[BaseModel]) -> dict[str, Any]:
    """The types of a model's fields; that of a generic model's value is what it was made for."""
    metadata = [
        base.__pydantic_generic_metadata__
        for base in model.__mro__
        if issubclass(base, BaseModel) and base is not BaseModel
    ]
    value = next((one["args"][0] for one in metadata if one["args"]), None)
    hints = typing.get_type_hints(model, include_extras=True)
    return {name: value if isinstance(hint, typing.TypeVar) else hint for name, hint in hints.items()}


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
        hints = hints_of(hint)
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
        hints = hints_of(model)
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
    hints = hints_of(trial_record.Record)
    for name, hint in hints.items():
        if name not in trial_record.Record.model_fields or name in ("id", "cohort"):
            continue
        for value in (*([spread(trial[name], hint, text)] if name in trial else []), grown(hint, text)):
            tried = {**copy.deepcopy(trial), name: value}
            if problems_of(tried) <= base:
                trial = tried
                break
    return trial


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
        "kind": words if number % 2 else "letter",
        "seen": words if number % 3 == 0 else "abstract",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{'online' if number % 4 == 0 else 'article'}{{attack{number},\n{lines}}}\n"


def claims_of(texts: Sequence[str]) -> dict[str, Any]:
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


def write_site(root: Path, texts: Sequence[str] = attacks.ALL) -> None:
    """A whole project of hostile texts, with this site's theme, scripts and configuration."""
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
    for number, text in enumerate(texts):
        title = f"Attack{number} {text}"
        other = {"author": text, "subtitle": text, "icon": text, "status": text, "tags": [text]}
        files[f"pages/p{number}.md"] = page(title, text, "basics", body(text), reviewed_by=text, **other)
    for number, text in enumerate((*attacks.TEXT, *attacks.RUNNING[-16:])):
        name = f"Word{number % len(attacks.TEXT)}"
        files[f"pages/bare{number}.md"] = f"# Bare{number} {' '.join(text.split())}\n\n{name} is explained.\n"
    for number in range(0, len(texts), 4):
        text = " ".join(texts[number : number + 4])
        trial = {**attacked(text), "id": f"t{number}", "cohort": f"t{number}", "publications": [f"attack{number}"]}
        body_of_trial = f"# Trial\n\nWords [@attack{number}].\n\n{GENERATED}"
        files[f"trials/t{number}.md"] = page(f"Trial{number} {text}", text, "trial", body_of_trial, trial=trial)
    for name, content in files.items():
        (docs / name).write_text(content, encoding="utf-8")
    (docs / "articles" / "claims.yml").write_text(
        yaml.safe_dump(claims_of(texts), allow_unicode=True), encoding="utf-8"
    )
    (root / "references.bib").write_text(
        BIB + "".join(entry(n, text) for n, text in enumerate(texts)), encoding="utf-8"
    )

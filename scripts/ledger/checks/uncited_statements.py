"""Statements that need a source and have none: numbers, other people's sentences, and sources typed into the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.checks import numbers, suppressions
from ledger.checks.citations import UNCITABLE_BLOCKS
from ledger.checks.suppressions import Suppression
from ledger.core.problems import Problem
from ledger.markdown.scanner import CITATION_GROUP, Block, find_line_offset
from ledger.model import registries
from ledger.model.bibliography import Entry
from ledger.model.project import BIB_FILE, CLAIMS_FILE, Page, Project
from ledger.model.rules import rule
from ledger.model.trial_record import iter_models
from ledger.model.yaml_source import YamlPath

BLOCK_NOUNS = {"item": "list item", "row": "table row", "header": "table header"}
NAMES_IN_RECORDS = ("id", "official_title")
"""Fields of a record that hold names, with the figures that belong to them."""
QUOTATION = re.compile(r"\"([^\"]{1,1000})\"|“([^“”]{1,1000})”|「([^「」]{1,1000})」")
MAX_UNCITED_QUOTATION_WORDS = 6
"""A quotation of more words is somebody's sentence; a shorter one is a word that is spoken about."""
NAME_INTRODUCTION = re.compile(r"\b(?:called|titled|named|entitled|headed)\s+$")
"""What follows is the name of a thing, not a statement."""
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SOURCE_IDENTIFIER = re.compile(
    r"(?<![\w./])10\.\d{4,9}/[^\s<>\"')\]]+|(?:(?:dx\.)?doi\.org|pubmed\.ncbi\.nlm\.nih\.gov|pmc\.ncbi\.nlm\.nih\.gov)/[^\s<>\"')\]]+"
    r"|\bPMID:?\s?\d{1,9}\b|\bPMC\d{5,10}\b"
)


@rule("uncited-number")
def check_uncited_numbers(page: Page, valid: Iterable[Suppression]) -> Iterator[Problem]:
    """Numbers without a citation in their own paragraph, list item or table row."""
    for block in page.source.blocks:
        if block.kind == "definition" or CITATION_GROUP.search(block.text):
            continue
        text = block.words
        found = numbers.find_numbers(text)
        if not found or suppressions.is_suppressed(valid, "no-cite", block):
            continue
        where = UNCITABLE_BLOCKS.get(block.kind)
        message = _describe_uncitable(found, where) if where else _describe_uncited(found, _get_block_noun(block))
        yield Problem(page.path, block.line + find_line_offset(found[0], text), "uncited-number", message)
    if isinstance(page.meta.data, dict):
        for name in ("title", "description"):
            value = page.meta.data.get(name)
            found = numbers.find_numbers(value) if isinstance(value, str) else []
            if found:
                message = _describe_uncitable(found, f"the {name}")
                yield Problem(page.path, page.meta.line((name,)), "uncited-number", message)


@rule("uncited-number")
def check_record_numbers(page: Page) -> Iterator[Problem]:
    """Numbers in the record's texts that have no source: those of the record itself, and of facts without ``cite``."""
    for place, model in iter_models(page.record):
        if getattr(model, "cite", None):
            continue
        advice = "move it into a field or row that has cite, or into the text"
        if "cite" in type(model).model_fields:
            advice = "add cite beside it"
        for name, value in model.__dict__.items():
            found = numbers.find_numbers(value) if isinstance(value, str) and name not in NAMES_IN_RECORDS else []
            if found:
                where: YamlPath = ("trial", *place, name)
                message = f"{page.meta.name(where)}: {numbers.list_numbers(found)} without a source; {advice}"
                yield Problem(page.path, page.meta.line(where), "uncited-number", message)


@rule("uncited-number")
def check_claim_numbers(project: Project) -> Iterator[Problem]:
    """Numbers in a row of the claims file that cites nothing."""
    for name, row, texts in project.claims.texts():
        text = "\n".join(texts)
        item = getattr(project.claims, name)[row]
        if CITATION_GROUP.search(text) or getattr(item, "key", None) or getattr(item, "sources", None):
            continue
        if found := numbers.find_numbers(text):
            message = f"{item.id}: {_describe_uncited(found, 'row', 'to the text')}"
            yield Problem(CLAIMS_FILE, project.claim_line(item.id), "uncited-number", message)


@rule("uncited-quotation")
def check_quotations(page: Page, valid: Iterable[Suppression]) -> Iterator[Problem]:
    """Other people's sentences in quotation marks, without a source in the same block; the first of each block."""
    for block in page.source.blocks:
        if block.kind in UNCITABLE_BLOCKS or CITATION_GROUP.search(block.text):
            continue
        text = block.words
        match = next((match for match in QUOTATION.finditer(text) if _is_statement(match)), None)
        if match and not suppressions.is_suppressed(valid, "no-cite", block):
            shown = " ".join(_get_quoted_words(match).split()[:5])[:50]
            message = (
                f"the quotation '{shown} …' has no source in its {_get_block_noun(block)}; add [@key], or say it in your"
                " own words"
            )
            yield Problem(page.path, block.line + text.count("\n", 0, match.start()), "uncited-quotation", message)


@rule("typed-source", "nct")
def check_typed_identifiers(page: Page, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    """DOIs and other identifiers of sources in the text, and malformed trial numbers."""
    source = page.source
    for block in source.blocks:
        for match in registries.NCT_LIKE.finditer(block.words):
            if not registries.NCT.fullmatch(match[0]):
                message = f"'{match[0]}' is not a ClinicalTrials.gov number; write NCT and eight digits"
                yield Problem(page.path, block.line + block.words.count("\n", 0, match.start()), "nct", message)
    for match in SOURCE_IDENTIFIER.finditer(source.prose):
        doi = match[0].lower().partition("doi.org/")[2] or match[0].lower()
        key = next((key for key, entry in entries.items() if entry.get("doi").lower() == doi.rstrip(".,;")), None)
        advice = f"cite [@{key}]" if key else f"put it into {BIB_FILE} and cite its key, [@key]"
        message = f"'{match[0][:60]}' identifies a source; {advice}"
        yield Problem(page.path, source.line(match.start()), "typed-source", message)


def _describe_uncited(found: Sequence[str], noun: str, place: str = "there") -> str:
    has, its = ("has", "its") if len(found) == 1 else ("have", "their")
    return f"{numbers.list_numbers(found)} {has} no source in {its} {noun}; add [@key] {place}"


def _describe_uncitable(found: Sequence[str], where: str) -> str:
    verb, pronoun = ("is", "it") if len(found) == 1 else ("are", "them")
    return (
        f"{numbers.list_numbers(found)} {verb} in {where}, which cannot have a citation; move {pronoun} into the text"
    )


def _get_block_noun(block: Block) -> str:
    return BLOCK_NOUNS.get(block.kind, "paragraph")


def _get_quoted_words(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3]


def _is_statement(match: re.Match[str]) -> bool:
    """Whether a quotation is long enough to be somebody's sentence, and is not introduced as a name."""
    words = _get_quoted_words(match)
    count = len(words.split()) + len(CJK.findall(words)) // 2
    is_name = NAME_INTRODUCTION.search(match.string, max(0, match.start() - 20), match.start())
    return count > MAX_UNCITED_QUOTATION_WORDS and not is_name

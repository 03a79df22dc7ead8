"""The citation check: every citation leads to a source, every source is cited, every number has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from ledger.checks import (
    bib_duplicates,
    bib_entries,
    bib_fields,
    claims_of_effect,
    copied_records,
    numbers,
    percentages,
    record_references,
    retractions,
    suppressions,
    trial_consistency,
    trial_text,
)
from ledger.checks.suppressions import Suppression
from ledger.core.problems import Problem, Report, build_report, check_counts_not_zero
from ledger.markdown.prose import CITATION_GROUP, extract_prose, find_line_offset
from ledger.markdown.scanner import ATTRIBUTE_LIST, HTML_TAG, INLINE_LINK, Block, MarkdownSource, is_inside
from ledger.model import bibliography, registries
from ledger.model.project import BIB_FILE, CLAIMS_FILE, DOCS_FOLDER, Page, Project
from ledger.model.text_files import UNREADABLE_RULES

CITATION_LIKE = re.compile(r"\\?[\[(](?:[^\[\]()@\n]{0,80}[\s;,\-(])?@[^\[\]()\n]{0,300}[\])]?")
BARE_KEY = re.compile(r"(?<![\w.@/+=&-])@(?P<key>[A-Za-z0-9_][\w:.-]*)")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
INVISIBLE_MARKUP = re.compile(
    rf"{CITATION_GROUP.pattern.replace('?P<keys>', '?:')}|\]\([^()\n]*\)|{HTML_TAG.pattern}|{ATTRIBUTE_LIST.pattern}|https?://\S+"
)
"""What a reader does not see as words: citations, the addresses of links, tags and attribute lists."""
UNCITABLE_BLOCKS = {
    "heading": "a heading",
    "title": "the title of a note",
    "html": "raw HTML",
    "definition": "the definition of a link",
}
QUOTATION = re.compile(r"\"([^\"]{1,1000})\"|“([^“”]{1,1000})”|「([^「」]{1,1000})」")
MAX_UNCITED_QUOTATION_WORDS = 6
"""A quotation of more words is somebody's sentence; a shorter one is a word that is spoken about."""
NAME_INTRODUCTION = re.compile(r"\b(?:called|titled|named|entitled|headed)\s+$")
"""What follows is the name of a thing, and no statement."""
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SOURCE_IDENTIFIER = re.compile(
    r"(?<![\w./])10\.\d{4,9}/[^\s<>\"')\]]+|(?:(?:dx\.)?doi\.org|pubmed\.ncbi\.nlm\.nih\.gov|pmc\.ncbi\.nlm\.nih\.gov)/[^\s<>\"')\]]+"
    r"|\bPMID:?\s?\d{1,9}\b|\bPMC\d{5,10}\b"
)
IDENTIFIER_HINT = re.compile(r"10\.\d|\.org/|\.gov/|PM")
"""A page without any of these holds no ``IDENTIFIER``."""
MAX_MALFORMED_PER_PAGE = 1000
"""Faults of form that one page is told of in one run; whoever has more will meet the rest in the next."""
MAX_NO_CITE = 10
"""More ``no-cite`` on the whole site than this are an error: an excuse is the exception."""


@dataclass(frozen=True)
class CitedKey:
    """One ``[@key]`` (or one key of a longer bracket) in a page."""

    key: str
    src: str
    line: int


def find_citations(page: Page) -> Iterator[CitedKey]:
    """The well-formed citations of a page that will be rendered, in order."""
    for match in CITATION_GROUP.finditer(page.source.prose):
        line = page.source.line(match.start())
        for key in match["keys"].split("; @"):
            yield CitedKey(key, page.src, line)


def run_citation_checks(project: Project) -> Report:
    """Run every rule."""
    entries = project.bibliography.entries
    problems = [*project.problems, *project.record_problems]
    problems += bib_entries.check_bibliography(project.bibliography, project.today)
    problems += [
        *bib_fields.check_bib_fields(project.bibliography),
        *bib_duplicates.check_duplicate_works(project.bibliography),
    ]
    weak = claims_of_effect.find_interested_sources(entries)
    total = 0
    excused: list[tuple[Page, Suppression]] = []
    used: set[str] = set()
    readable = not any(problem.rule in UNREADABLE_RULES for problem in project.bibliography.problems)
    for page in project.pages.values():
        for citation in find_citations(page):
            total += 1
            used.add(citation.key)
            if citation.key not in entries:
                problems.append(
                    Problem(page.path, citation.line, "undefined-key", _describe_unknown_key(citation.key, entries))
                )
        problems += islice(_check_citation_syntax(page), MAX_MALFORMED_PER_PAGE)
        problems += _check_citation_places(page)
        here, faults = suppressions.read_suppressions(page.path, page.source, project.today)
        excused += [(page, excuse) for excuse in here]
        problems += faults
        problems += _check_uncited_numbers(page, here)
        problems += _check_quotations(page, here)
        problems += _check_typed_identifiers(page.path, page.source)
        problems += _check_record_keys(page, entries, used)
        problems += _check_translation_sources(page, project)
        problems += trial_consistency.check_trial_record(page, project)
        problems += trial_text.check_text_against_record(page, here)
        problems += claims_of_effect.check_wording(page, entries, weak, here)
        problems += percentages.check_reported_results(page, project, here)
        problems += suppressions.check_suppressions(page.path, here, project.today)
    total += _check_claim_keys(project, used, problems)
    problems += _check_claim_numbers(project)
    problems += claims_of_effect.check_claims_wording(project, weak)
    problems += retractions.check_source_status(project)
    problems += copied_records.check_copied_records(project)
    problems += record_references.check_record_references(project)
    used.update(re.findall(r"[A-Za-z0-9_-]+", project.unread))  # a page with an error may cite them
    for key, entry in entries.items():
        if key not in used:
            message = f"{key}: no page cites this entry; cite it or take it out"
            problems.append(Problem(BIB_FILE, entry.line, "uncited-entry", message))
    if not readable:  # said once; what cannot be read cannot be compared with
        problems = [problem for problem in problems if problem.rule != "undefined-key"]
    uncited = [(page, excuse) for page, excuse in excused if excuse.name == "no-cite"]
    if len(uncited) > MAX_NO_CITE:
        message = f"{len(uncited)} no-cite on the site, at most {MAX_NO_CITE} are allowed; cite a source instead"
        problems += [Problem(p.path, e.line, "too-many-excuses", message) for p, e in uncited[MAX_NO_CITE:]]
    counts = {"pages": len(project.pages), "citations": total}
    problems += check_counts_not_zero(counts, DOCS_FOLDER)
    counts["entries"] = len(entries)
    if readable:
        problems += check_counts_not_zero({"entries": len(entries)}, BIB_FILE)
    return build_report("check_citations", {**counts, "excuses": len(excused)}, problems)


def _describe_unknown_key(key: str, entries: Mapping[str, bibliography.Entry]) -> str:
    same = next((known for known in entries if known.lower() == key.lower()), None)
    near = [same] if same else get_close_matches(key[:100], entries, 1, 0.75)
    hint = f"did you mean @{near[0]}?" if near else "add the source"
    return f"@{key[:100]} is not in {BIB_FILE}; {hint}"


def _check_citation_syntax(page: Page) -> Iterator[Problem]:
    """Brackets and bare keys that mkdocs-bibtex would drop, misread or print as they are."""
    source = page.source
    prose = source.prose
    taken = [match.span() for match in CITATION_GROUP.finditer(prose)]
    prose = CITATION_GROUP.sub(lambda match: " " * len(match[0]), prose)
    for match in CITATION_GROUP.finditer(source.prose):
        keys = match["keys"].split("; @")
        line = source.line(match.start())
        for key in {key for key in keys if keys.count(key) > 1}:
            yield Problem(page.path, line, "repeated-key", f"@{key} stands twice in one bracket; once is enough")
        before, after = source.prose[: match.start()][-1:], source.prose[match.end() : match.end() + 1]
        opens_note = after == ":" and not source.prose[: match.start()].rpartition("\n")[2].strip()
        if before in ("\\", "[") or after in ("(", "[", "]") or opens_note:
            shown = f"{before}{match[0]}{after}".strip()
            message = f"'{shown}' would not be read as a citation; write [@key] with a space around it"
            yield Problem(page.path, line, "malformed-citation", message)
    prose = EMAIL.sub(lambda match: " " * len(match[0]), prose)
    for match in CITATION_LIKE.finditer(prose):
        if not re.search(r"(?<![\w.])@", match[0]) or INLINE_LINK.match(source.prose, match.start()):
            continue
        taken.append(match.span())
        shown = match[0] if len(match[0]) < 60 else match[0][:57] + "…"
        message = f"'{shown}' is no citation; write [@key] or [@one; @two]"
        yield Problem(page.path, source.line(match.start()), "malformed-citation", message)
    taken.sort()
    for match in BARE_KEY.finditer(prose):
        if is_inside(match.start(), taken):
            continue
        message = (
            f"'@{match['key'].rstrip('.:')}' stands bare; write [@{match['key'].rstrip('.:')}], or `code` for a name"
        )
        yield Problem(page.path, source.line(match.start()), "bare-citation", message)


def _check_citation_places(page: Page) -> Iterator[Problem]:
    """Citations where a footnote number cannot stand."""
    source = page.source

    def problem(position: int, where: str) -> Problem:
        message = f"a citation cannot stand in {where}; put it into the sentence below"
        return Problem(page.path, source.line(position), "misplaced-citation", message)

    citation = re.compile(r"(?<![\w.])@[A-Za-z]")
    for block in source.blocks:
        where = UNCITABLE_BLOCKS.get(block.kind)
        if where:
            for match in CITATION_GROUP.finditer(source.prose, block.start, block.end):
                yield problem(match.start(), where)
    for match in source.inline:
        if citation.search(match["text"]) or citation.search(match["title"] or ""):
            yield problem(match.start(), "the text of an image" if match["image"] else "the text of a link")
    for tag in HTML_TAG.finditer(source.prose):
        if citation.search(tag["attributes"] or "") and not EMAIL.search(tag["attributes"]):
            yield problem(tag.start(), "raw HTML")
    for name in ("title", "description"):
        value = page.meta.data.get(name) if isinstance(page.meta.data, dict) else None
        if isinstance(value, str) and citation.search(EMAIL.sub("", value)):
            message = f"a citation cannot stand in the {name}; put it into the text"
            yield Problem(page.path, page.meta.line((name,)), "misplaced-citation", message)


def _check_uncited_numbers(page: Page, excused: Iterable[Suppression]) -> Iterator[Problem]:
    """Numbers without a citation in their own paragraph, list item or table row."""
    for block in page.source.blocks:
        if block.kind == "definition" or CITATION_GROUP.search(block.text):
            continue
        text = extract_prose(block)
        number = numbers.find_number(text)
        if number is None or suppressions.is_suppressed(excused, "no-cite", block):
            continue
        line = block.line + find_line_offset(number, text)
        where = UNCITABLE_BLOCKS.get(block.kind)
        message = f"'{number}' has no source in its {_get_block_noun(block)}; add [@key] there"
        if where:
            message = f"'{number}' stands in {where}, where no source can; say it in the text"
        yield Problem(page.path, line, "uncited-number", message)
    if isinstance(page.meta.data, dict):
        for name in ("title", "description"):
            value = page.meta.data.get(name)
            number = numbers.find_number(value) if isinstance(value, str) else None
            if number:
                message = f"'{number}' stands in the {name}, where no source can; say it in the text"
                yield Problem(page.path, page.meta.line((name,)), "uncited-number", message)


def _get_block_noun(block: Block) -> str:
    return {"item": "list item", "row": "table row", "header": "table header"}.get(block.kind, "paragraph")


def _check_typed_identifiers(path: str, source: MarkdownSource) -> Iterator[Problem]:
    named = "nct" in source.prose.lower()
    words = INVISIBLE_MARKUP.sub(lambda match: " " * len(match[0]), source.prose) if named else ""
    for match in registries.NCT_LIKE.finditer(words):
        if not registries.NCT.fullmatch(match[0]):
            message = f"'{match[0]}' is not a ClinicalTrials.gov number; NCT and eight digits"
            yield Problem(path, source.line(match.start()), "nct", message)
    for match in SOURCE_IDENTIFIER.finditer(source.prose) if IDENTIFIER_HINT.search(source.prose) else ():
        message = f"'{match[0][:60]}' stands for a source; put it into {BIB_FILE} and cite its key, [@key]"
        yield Problem(path, source.line(match.start()), "typed-source", message)


def _check_quotations(page: Page, excused: Iterable[Suppression]) -> Iterator[Problem]:
    """Somebody else's sentence in quotation marks, without the source it was taken from in the same block."""
    source = page.source
    if not any(mark in source.prose for mark in '"“「'):
        return
    for block in source.blocks:
        if (
            block.kind in UNCITABLE_BLOCKS
            or not any(mark in block.text for mark in '"“「')
            or CITATION_GROUP.search(block.text)
        ):
            continue
        text = extract_prose(block)
        for match in QUOTATION.finditer(text):
            words = match[1] or match[2] or match[3]
            if len(words.split()) + len(
                CJK.findall(words)
            ) // 2 <= MAX_UNCITED_QUOTATION_WORDS or NAME_INTRODUCTION.search(
                text, max(0, match.start() - 20), match.start()
            ):
                continue
            if not suppressions.is_suppressed(excused, "no-cite", block):
                shown = " ".join(words.split()[:5])[:50]
                message = f"the quotation '{shown} …' has no source in its {_get_block_noun(block)}; add [@key], or say it in your words"
                yield Problem(page.path, block.line + text.count("\n", 0, match.start()), "uncited-quotation", message)
            break


def _check_translation_sources(page: Page, project: Project) -> Iterator[Problem]:
    """A translated page cites what its original cites, no more and no less."""
    original = project.original(page.src)
    if original is None or original.broken or page.broken:
        return
    ours = {citation.key: citation.line for citation in reversed(list(find_citations(page)))}
    theirs = {citation.key: citation.line for citation in reversed(list(find_citations(original)))}
    for key, line in theirs.items():
        if key not in ours:
            message = (
                f"@{key} is cited by the original, {original.path}:{line}, and not here; cite it at the same place"
            )
            yield Problem(page.path, 1, "translation-sources", message)
    for key, line in ours.items():
        if key not in theirs:
            message = f"@{key} is not cited by the original, {original.path}; cite it there too, or take it out here"
            yield Problem(page.path, line, "translation-sources", message)


def _check_record_keys(page: Page, entries: Mapping[str, bibliography.Entry], used: set[str]) -> Iterator[Problem]:
    """Keys that a trial record cites."""
    if not page.record:
        return
    used.update(page.cited)
    if page.cited <= entries.keys():
        return
    for place, line in page.meta.lines.items():
        if place and (place[-1] == "cite" or (len(place) > 1 and place[-2] == "publications")):
            cited = _get_value_at(page.meta.data, place)
            if isinstance(cited, str) and cited not in entries:
                yield Problem(page.path, line, "undefined-key", _describe_unknown_key(cited, entries))


def _get_value_at(data: object, place: tuple[str | int, ...]) -> object:
    for step in place:
        data = data[step]  # type: ignore[index]
    return data


def _check_claim_keys(project: Project, used: set[str], problems: list[Problem]) -> int:
    """Keys that the claims file cites; how many."""
    keys = project.claims.keys()
    used.update(keys)
    unknown = {key for key in keys if key not in project.bibliography.entries}
    if unknown:
        text = (project.root / CLAIMS_FILE).read_text(encoding="utf-8").split("\n")
        for key in sorted(unknown):
            line = next(
                (n for n, row in enumerate(text, 1) if re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", row)), 1
            )
            problems.append(
                Problem(CLAIMS_FILE, line, "undefined-key", _describe_unknown_key(key, project.bibliography.entries))
            )
    return len(keys)


def _check_claim_numbers(project: Project) -> Iterator[Problem]:
    """Numbers in a row of the claims file that cites nothing."""
    for name, row, texts in project.claims.texts():
        joined = "\n".join(texts)
        item = getattr(project.claims, name)[row]
        if CITATION_GROUP.search(joined) or getattr(item, "key", None) or getattr(item, "sources", None):
            continue
        number = numbers.find_number(joined)
        if number:
            message = f"{item.id}: '{number}' has no source in its row; add [@key] to the text"
            yield Problem(CLAIMS_FILE, project.claim_line(item.id), "uncited-number", message)

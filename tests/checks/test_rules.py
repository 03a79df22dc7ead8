"""Every rule of the checks has a project that breaks it, at a stated place, and one that keeps it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from claim_samples import CLAIM, CLAIMS, FRONT
from conftest import BIB, INDEX, ROOT, Make, check_citations, check_links
from ledger.checks import built_html, required_sections, rules
from ledger.core.problems import Problem

RECORD = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
SITE = {"mkdocs.yml": "site_name: x\n", "docs/index.md": FRONT + INDEX}
SECOND = """\
@article{two,
  author = {Doe, Jane},
  title = {Two},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/two},
  keywords = {letter},
  seen = {abstract},
}
"""
RECORD_TYPE_LINE = RECORD[: RECORD.index("record_type:")].count("\n") + 1


def page(text: str) -> dict[str, str]:
    """The home page with ``text`` below it; its first line is line 5."""
    return {"docs/index.md": f"{INDEX}\n{text}\n"}


def entry(old: str = "", new: str = "") -> dict[str, str]:
    """A second entry, cited, with one thing changed."""
    assert old in SECOND
    return {**page("Also [@two]."), "references.bib": BIB + (SECOND.replace(old, new) if old else SECOND)}


def trial(old: str = "", new: str = "", *more: tuple[str, str]) -> dict[str, str]:
    """A good trial page with one thing changed, or more."""
    text = RECORD
    for before, after in ((old, new), *more):
        assert before in text
        text = text.replace(before, after, 1)
    return {"docs/trials/sample.md": text}


def at(text: str) -> str:
    """The place of a text in the good trial page."""
    return f"docs/trials/sample.md:{RECORD[: RECORD.index(text)].count(chr(10)) + 1}"


def said(about: str, **more: str) -> dict[str, str]:
    """A file of what databases said: of the DOI of the first entry, ``about`` Crossref; its lines are 5 and onwards."""
    table = ", ".join(
        [f'"crossref": {about}', *(f'"{name.replace("_", " ")}": {value}' for name, value in more.items())]
    )
    return {
        "source-status.json": f'{{"about": "",\n"form": 1,\n"pmid": {{}},\n"doi": {{\n"10.1234/abc": {{{table}}}\n}}}}\n'
    }


def accepted(until: str) -> dict[str, str]:
    """A disagreement between an entry and its database that a person has looked at."""
    text = f'excuses:\n  - key: known2024\n    reason: held against the journal\n    until: "{until}"\n'
    return {"source-policy.yml": text}


THERAPY = (
    FRONT.replace("home", "therapy")
    + "# T\n\nIt is so [@known2024].\n\n**How sure:** not judged.\n\n"
    + "".join(f"## {name}\n\nText.\n\n" for name in required_sections.REQUIRED_SECTIONS["therapy"][:-1])
    + "## Questions to ask\n\n- What?\n- Who?\n- When?\n\nSee [insulin](insulin.md) and [all](index.md).\n"
)


def therapy(old: str = "", new: str = "") -> dict[str, str]:
    """A good page of a therapy with one thing changed, and the pages it leads to; its title is line 7."""
    assert old in THERAPY
    return {
        **page("[All](therapies/index.md)"),
        "docs/therapies/index.md": "# All\n\n[T](t.md), [insulin](insulin.md)\n",
        "docs/therapies/insulin.md": "# Insulin\n",
        "docs/therapies/t.md": THERAPY.replace(old, new, 1),
    }


def in_therapy(text: str) -> str:
    """The place of a text in the good page of a therapy."""
    return f"docs/therapies/t.md:{THERAPY[: THERAPY.index(text)].count(chr(10)) + 1}"


BENEFIT, HARM = '!!! benefit "Seen"\n    It helped.\n', '!!! harm "Harm"\n    It hurt.\n'
CHECKED = '"checked": "2026-11-20"'
FINE = f'{{"state": "nothing found", {CHECKED}}}'
RETRACTED = f'{{"state": "retracted", {CHECKED}, "notices": [{{"state": "retracted", "date": "2026-01-02"}}]}}'


def must_say(pattern: str, which: str = "pages") -> dict[str, str]:
    """What the home page must say, or may never say."""
    page = "page: index.md, " if which == "pages" else ""
    return {"must-say.yml": f"{which}:\n  - {{{page}says: [{pattern}], why: it is so}}\n"}


def remembered(last: str) -> dict[str, str]:
    """A link that a live check found gone, and once more at ``last``."""
    seen = {"kind": "gone", "evidence": "status 410", "checked": last, "since": "2026-11-01T12:00:00Z"}
    bad = {"first_bad": "2026-11-01T12:00:00Z", "last_bad": last, "runs_bad": 2, "bad_evidence": "status 410"}
    state = {"format": "islet-ledger link state 1", "addresses": {"https://example.org/x": {**seen, **bad}}}
    return {**page("[x](https://example.org/x)"), "link-state.json": json.dumps(state)}


def excuse(until: str) -> dict[str, str]:
    text = f'excuses:\n  - host: example.org\n    reason: seen by a person\n    until: "{until}"\n'
    return {**page("[x](https://example.org/x)"), "link-policy.yml": text}


class Rule(NamedTuple):
    id: str
    breaks: dict[str, str]
    at: str
    keeps: dict[str, str]
    level: str = "error"


PREPRINT = entry("{Two}", "{A trial}")
PREPRINT["references.bib"] = PREPRINT["references.bib"].replace("{letter}", "{preprint}").replace("{2024}", "{2023}")
PREPRINT["references.bib"] = PREPRINT["references.bib"].replace("{2023}", "{2024}", 1)

TEXT_LINE = at("Of the 12 people")
ISLETS = "They were given islets."
HARMS = RECORD[RECORD.index("  harms:\n") : RECORD.index("  requirements:\n")]
NO_HARMS = "  harms: []\n  harms_note: Not reported.\n"
SEARCHED = '  harms_searched: {where: abstract, checked: "2026-11-20", cite: known2024}\n'
TWIN = RECORD.replace("id: sample", "id: twin").replace("NCT01234567", "NCT01234568").replace("sample trial", "twin")
TOGETHER = "  relations: [{kind: same people, to: the sample trial, record: sample}]\n"


def drafted(text: str) -> dict[str, str]:
    """The home page with a text, and a draft."""
    return {**page(text), "docs/d.md": FRONT.replace("kind: home\n", "kind: about\ndraft: true\n") + "# D\n"}


RULES = (
    Rule("absolute-link", page("[x](/index.md)"), "docs/index.md:5", page("[x](index.md)")),
    Rule(
        "bare-citation", page("As @known2024 says."), "docs/index.md:5", page("Write to a@example.org or `@known2024`.")
    ),
    Rule("benefit-alone", page(BENEFIT), "docs/index.md:5", page(f"{BENEFIT}\n{HARM}")),
    Rule("how-sure-missing", therapy("**How sure:**", "How sure:"), in_therapy("# T"), therapy()),
    Rule("long-paragraph", page("word " * 151), "docs/index.md:5", page("word " * 150), "warning"),
    Rule(
        "opening-missing",
        therapy("It is so [@known2024].\n\n**How sure:** not judged.\n\n"),
        in_therapy("# T"),
        therapy(),
    ),
    Rule("options-missing", therapy("[insulin](insulin.md)", "insulin"), in_therapy("# T"), therapy()),
    Rule("questions-missing", therapy("- Who?\n", ""), in_therapy("## Questions to ask"), therapy()),
    Rule("section-missing", therapy("## Harms seen", "## Harm"), in_therapy("# T"), therapy()),
    Rule("sources-missing", therapy(" [@known2024]"), in_therapy("# T"), therapy()),
    Rule("bib-doi", entry("10.1234/two", "10.1234/two."), "references.bib:17", entry()),
    Rule("bib-duplicate-doi", entry("10.1234/two", "10.1234/ABC"), "references.bib:17", entry()),
    Rule("bib-duplicate-key", entry("{two,", "{KNOWN2024,"), "references.bib:12", entry()),
    Rule(
        "bib-duplicate-pmid",
        {**page("[@two]"), "references.bib": (BIB + SECOND).replace("  doi", "  pmid = {7},\n  doi")},
        "references.bib:18",
        entry("  doi", "  pmid = {7},\n  doi"),
    ),
    Rule(
        "bib-duplicate-pmcid",
        {**page("[@two]"), "references.bib": (BIB + SECOND).replace("  doi", "  pmcid = {PMC7},\n  doi")},
        "references.bib:18",
        entry("  doi", "  pmcid = {PMC7},\n  doi"),
    ),
    Rule("bib-key", entry("{two,", "{two:2,"), "references.bib:12", entry()),
    Rule("bib-kind", entry("{letter}", "{leter}"), "references.bib:18", entry("{letter}", "{news}")),
    Rule("bib-nct", entry("{Two}", "{Two (NCT123)}"), "references.bib:14", entry("{Two}", "{Two (NCT01234567)}")),
    Rule(
        "bib-pmcid",
        entry("doi =", "pmcid = {7},\n  doi ="),
        "references.bib:17",
        entry("doi =", "pmcid = {PMC7}, doi ="),
    ),
    Rule(
        "bib-pmid", entry("doi =", "pmid = {PMC7},\n  doi ="), "references.bib:17", entry("doi =", "pmid = {7}, doi =")
    ),
    Rule("bib-required", entry("  year = {2024},\n", ""), "references.bib:12", entry()),
    Rule("bib-seen", entry("{abstract}", "{abstrct}"), "references.bib:19", entry(), "warning"),
    Rule("bib-syntax", entry("{Two},", "{Two}"), "references.bib:15", entry()),
    Rule("bib-type", entry("@article", "@artcle"), "references.bib:12", entry("@article", "@Article")),
    Rule(
        "bib-url",
        entry("doi =", "url = {www.x.org},\n  doi ="),
        "references.bib:17",
        entry("doi =", "url = {https://x.org}, doi ="),
    ),
    Rule(
        "bib-urldate",
        entry("doi =", "urldate = {2024-13-01},\n  doi ="),
        "references.bib:17",
        entry("doi =", "urldate = {2024-12-01},\n  doi ="),
    ),
    Rule("bib-year", entry("{2024}", "{24}"), "references.bib:16", entry("{2024}", "{2023}")),
    Rule("broken-link", remembered("2026-11-02T12:00:00Z"), "docs/index.md:5", remembered("2026-11-02T11:59:59Z")),
    Rule("claims", {CLAIMS: CLAIM.replace("verdict: supported", "verdict: yes")}, f"{CLAIMS}:6", {CLAIMS: CLAIM}),
    Rule("config", {"mkdocs.yml": "site_name: x\nnav: a: b\n"}, "mkdocs.yml:2", {"mkdocs.yml": "nav: [index.md]\n"}),
    Rule("record-not-shown", trial("<!-- generated: trial-harms -->\n", ""), at("# A sample trial"), trial()),
    Rule("link-to-draft", drafted("[d](d.md)"), "docs/index.md:5", drafted("No link.")),
    Rule("record-harms", trial(HARMS, NO_HARMS), at("harms:"), trial(HARMS, NO_HARMS + SEARCHED)),
    Rule(
        "harm-not-in-record",
        trial(ISLETS, f"{ISLETS} Some of them died.", ("event: death", "event: infection")),
        at(ISLETS),
        trial(ISLETS, f"{ISLETS} Some of them died."),
    ),
    Rule("record-registration", trial("NCT01234567", "NCT01234568"), at("NCT01234567"), trial()),
    Rule(
        "record-copied",
        {**trial(), "docs/trials/twin.md": TWIN},
        at("measure: insulin independence").replace("sample", "twin"),
        {**trial(), "docs/trials/twin.md": TWIN.replace("  cohort: sample\n", f"  cohort: sample\n{TOGETHER}")},
    ),
    Rule("duplicate-id", page("## A {#x}\n\n## B {#x}"), "docs/index.md:7", page("## A {#x}\n\n## B {#y}")),
    Rule("empty-link", page("[x]()"), "docs/index.md:5", page("[x](index.md)")),
    Rule(
        "excuse",
        page("A line. <!-- no-cite until 2027-01-31: why not -->"),
        "docs/index.md:5",
        page("Of 9 people. <!-- no-cite until 2027-01-31: why not -->"),
    ),
    Rule(
        "conflict-marker",
        page("<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other"),
        "docs/index.md:5",
        page("A title\n=======\n\n> > > > > > > A quotation\n\n    <<<<<<< HEAD"),
    ),
    Rule("file-type", {**SITE, "docs/a.docx": "x"}, "docs/a.docx:1", {**SITE, "docs/a.png": "x"}),
    Rule(
        "checked-in-future",
        {"docs/index.md": FRONT.replace("2026-11-21", "2026-11-22") + INDEX},
        "docs/index.md:5",
        {"docs/index.md": FRONT + INDEX},
    ),
    Rule(
        "reviewer",
        {"docs/index.md": FRONT.replace("kind", "reviewed_by: A name\nkind") + INDEX},
        "docs/index.md:4",
        {"docs/index.md": FRONT.replace("kind", "reviewed_by: none\nkind") + INDEX},
    ),
    Rule("code-fence", page("```\ncode\n~~~"), "docs/index.md:5", page("```\n~~~\n```")),
    Rule("box", page("!!! key “T”\n    Words."), "docs/index.md:5", page('!!! key "T"\n    Words.')),
    Rule("table", page("Words\n| a |\n|---|\n| b |"), "docs/index.md:6", page("| a |\n|---|\n| b |")),
    Rule("list", page("• one\n• two"), "docs/index.md:5", page("- one\n- two")),
    Rule("image-alt", page("<img src=x.png>"), "docs/index.md:5", page('<img src=x.png alt="">')),
    Rule("heading", page("### A"), "docs/index.md:5", page("## A\n\n### B")),
    Rule(
        "front-matter",
        {"docs/index.md": f"---\ntitle: x\na: b: c\n---\n{INDEX}"},
        "docs/index.md:3",
        {"docs/index.md": FRONT + INDEX},
    ),
    Rule("generated", page("<!-- generated: nothing -->"), "docs/index.md:5", page("<!-- generated: all-trials -->")),
    Rule(
        "glossary",
        {"docs/glossary.md": "# G\n\n## Cell\n\nA cell.\n\n## cell\n\nA cell.\n"},
        "docs/glossary.md:7",
        {"docs/glossary.md": "# G\n\n## Cell\n\nA cell.\n\n## Islet\n\nAn islet.\n"},
    ),
    Rule("link-excuse", excuse("2026-11-20"), "link-policy.yml:4", excuse("2026-11-21")),
    Rule("link-state", {"link-state.json": "{}"}, "link-state.json:1", remembered("2026-11-01T12:00:00Z")),
    Rule("malformed-citation", page("So [@known2024, p. 3]."), "docs/index.md:5", page("So [@known2024].")),
    Rule("malformed-url", page("[x](htps://example.org)"), "docs/index.md:5", page("[x](https://example.org)")),
    Rule("misplaced-citation", page("## So [@known2024]"), "docs/index.md:5", page("## So\n\nIt is [@known2024].")),
    Rule("missing-anchor", page("[x](#there)"), "docs/index.md:5", page("[x](#home)")),
    Rule("missing-file", page("[x](there.md)"), "docs/index.md:5", page("[x](index.md)")),
    Rule(
        "missing-image", page("![x](there.png)"), "docs/index.md:5", {**page("![x](there.png)"), "docs/there.png": "x"}
    ),
    Rule("nct", page("See NCT123."), "docs/index.md:5", page("See NCT01234567.")),
    Rule("nothing-seen", {"references.bib": "\n"}, "references.bib:1", {}),
    Rule(
        "orphan-page", {"docs/far.md": "# Far\n"}, "docs/far.md:1", {**page("[far](far.md)"), "docs/far.md": "# Far\n"}
    ),
    Rule(
        "page-fields",
        {"docs/index.md": FRONT.replace("kind: home\n", "") + INDEX},
        "docs/index.md:1",
        {"docs/index.md": FRONT + INDEX},
    ),
    Rule(
        "title-missing",
        {"docs/index.md": FRONT + INDEX.replace("# Home", "## Home")},
        "docs/index.md:7",
        {"docs/index.md": FRONT + INDEX},
    ),
    Rule("must-say", must_say("2 of 14 died"), "docs/index.md:1", must_say("a SENTENCE with")),
    Rule("must-not-say", must_say("a sentence", "never"), "docs/index.md:3", must_say("2 of 14 died", "never")),
    Rule(
        "readability",
        {
            "docs/index.md": f"# Home\n\n{'Considerable difficulties necessitate interdisciplinary collaboration, ' * 12}so [@known2024].\n"
        },
        "docs/index.md:1",
        {"docs/index.md": f"# Home\n\n{'It is a short line. ' * 12}So [@known2024].\n"},
        "warning",
    ),
    Rule(
        "record",
        {"docs/trials/sample.md": RECORD.replace("record_type: trial", "record_type: trail")},
        f"docs/trials/sample.md:{RECORD_TYPE_LINE}",
        {"docs/trials/sample.md": RECORD},
    ),
    Rule(
        "not-in-record",
        trial("# A sample trial\n", "# A sample trial\n\nOf 99 people [@known2024].\n"),
        TEXT_LINE,
        trial(),
    ),
    Rule("record-counts", trial("n: 10, of: 12", "n: 10, of: 13"), at("n: 10, of: 12"), trial()),
    Rule("record-dates", trial('"2024-01-05"', '"2026-05-01"'), at("value: completed"), trial()),
    Rule(
        "record-gap",
        trial("{value: embryonic,", "{value: to fill,"),
        at("value: embryonic"),
        trial(),
    ),
    Rule(
        "record-percent",
        trial("group: full dose", "group: 10 of 12 (38 %)"),
        at("group: full dose"),
        trial("group: full dose", "group: 10 of 12 (83 %)"),
    ),
    Rule(
        "record-speaker",
        trial("seen: full text", "seen: second-hand"),
        at("seen: full text"),
        trial("seen: full text", "seen: second-hand, said_by: the company"),
    ),
    Rule(
        "repeated-key",
        page("So [@known2024; @known2024]."),
        "docs/index.md:5",
        page("So [@known2024]. So [@known2024]."),
    ),
    Rule(
        "third-party",
        page("![x](https://example.org/x.png)"),
        "docs/index.md:5",
        page("[x](https://example.org/x.png)"),
    ),
    Rule(
        "too-many-excuses",
        page("Of 9 people. <!-- no-cite until 2027-01-31: why not -->\n\n" * 11),
        "docs/index.md:25",
        page("Of 9 people. <!-- no-cite until 2027-01-31: why not -->\n\n" * 10),
    ),
    Rule(
        "retracted-source",
        {**said(RETRACTED), **page("It is so [@known2024].")},
        "docs/index.md:5",
        {**said(RETRACTED), "docs/index.md": "# Home\n\nThat paper was retracted [@known2024].\n"},
    ),
    Rule("source-status", said('{"state": "fine"}'), "source-status.json:5", said(FINE)),
    Rule(
        "source-status-old",
        said(FINE.replace("11-20", "10-01")),
        "source-status.json:1",
        said(FINE.replace("11-20", "10-10")),
        "warning",
    ),
    Rule(
        "source-metadata",
        said(FINE, year='{"state": "agree", "seen": "2019"}'),
        "references.bib:5",
        said(FINE, year='{"state": "disagree", "seen": "2023 | 2024"}'),
    ),
    Rule(
        "source-excuse",
        {**said(FINE), **accepted("2027-01-31")},
        "source-policy.yml:2",
        {**said(FINE, year='{"state": "agree", "seen": "2019"}'), **accepted("2027-01-31")},
    ),
    Rule("uncited-entry", {"references.bib": BIB + SECOND}, "references.bib:12", entry()),
    Rule("uncited-number", page("It was 83 %."), "docs/index.md:5", page("It was 83 % [@known2024].")),
    Rule(
        "raw-html", page("<script>x</script>"), "docs/index.md:5", page("H<sub>2</sub>O, `<script>`, 1 < 2 <!-- x -->")
    ),
    Rule("raw-attribute", page("*x*{: onclick=a }"), "docs/index.md:5", page("*x*{: .small #x }")),
    Rule("unsafe-address", page("[x](java&#115;cript:alert)"), "docs/index.md:5", page("[javascript: no](index.md)")),
    Rule("undefined-key", page("So [@known2042]."), "docs/index.md:5", page("So [@known2024].")),
    Rule("undefined-reference", page("[x][there]"), "docs/index.md:5", page("[x][there]\n\n[there]: index.md")),
    Rule("unreadable", {"docs/index.md": INDEX, "docs/far.md/x": ""}, "docs/far.md:1", {}),
    Rule(
        "unused-reference",
        page("[there]: index.md"),
        "docs/index.md:5",
        page("[there]\n\n[there]: index.md"),
        "warning",
    ),
    Rule(
        "bib-author",
        entry("{Doe, Jane}", "{Doe, J., Roe, R.}"),
        "references.bib:13",
        entry("{Doe, Jane}", "{王, 伟 and {WHO}}"),
    ),
    Rule(
        "bib-capitals",
        entry("{Two}", "{Two HbA1c values}"),
        "references.bib:14",
        entry("{Two}", "{Two {HbA1c} values}"),
        "warning",
    ),
    Rule(
        "bib-duplicate-work",
        entry("{Two}", "{{A} trial.}"),
        "references.bib:14",
        entry("{Two},", "{{A} trial}, note = {part of known2024},"),
    ),
    Rule(
        "bib-field",
        entry("  doi", "  volme = {7},\n  doi"),
        "references.bib:17",
        entry("  doi", "  volume = {7},\n  doi"),
    ),
    Rule(
        "bib-isbn",
        entry("  doi", "  issn = {0028-4794},\n  doi"),
        "references.bib:17",
        entry("  doi", "  issn = {0028-4793},\n  doi"),
    ),
    Rule(
        "bib-pages",
        entry("  doi", "  pages = {12-34},\n  doi"),
        "references.bib:17",
        entry("  doi", "  pages = {12--34},\n  doi"),
    ),
    Rule(
        "bib-preprint",
        PREPRINT,
        "references.bib:14",
        {
            **PREPRINT,
            "references.bib": PREPRINT["references.bib"].replace(
                "  doi = {10.1234/two}", "  related = {known2024},\n  doi = {10.1234/two}"
            ),
        },
    ),
    Rule("bib-raw", entry("{Two}", "{Two $x$}"), "references.bib:14", entry("{Two}", "{Two 5 \\% \\& more}")),
    Rule(
        "bib-volume",
        entry("  doi", "  volume = {vol. 7},\n  doi"),
        "references.bib:17",
        entry("  doi", "  volume = {7}, number = {Suppl 1},\n  doi"),
    ),
    Rule(
        "cell-origin",
        {"docs/index.md": FRONT + INDEX + "\nIt was 10 of 12 off insulin [@known2024].\n"},
        "docs/index.md:11",
        {"docs/index.md": FRONT + INDEX + "\nWith donor islets, 10 of 12 off insulin [@known2024].\n"},
    ),
    Rule("certainty-words", page("It works. Certainty: low."), "docs/index.md:5", page("It may work. Certainty: low.")),
    Rule(
        "excuse-expired",
        page("Of 9 people. <!-- no-cite until 2026-11-20: why not -->"),
        "docs/index.md:5",
        page("Of 9 people. <!-- no-cite until 2026-11-21: why not -->"),
    ),
    Rule(
        "hype",
        page("It is a breakthrough."),
        "docs/index.md:5",
        page('The news calls it a "breakthrough". It is not a cure.'),
    ),
    Rule(
        "percent-decimals",
        page("It was 7 of 16 (43.8 %) [@known2024]."),
        "docs/index.md:5",
        page("It was 7 of 16 (44 %) [@known2024]."),
    ),
    Rule(
        "percent-without-count",
        page("It was 44 % of 16 [@known2024]."),
        "docs/index.md:5",
        page("It was 44 % of 160 [@known2024]."),
    ),
    Rule(
        "translation-sources",
        {**page("Words."), "docs/index.zh.md": "# Home\n"},
        "docs/index.zh.md:1",
        {**page("Words."), "docs/index.zh.md": INDEX},
    ),
    Rule("typed-source", page("So says doi:10.1234/abc."), "docs/index.md:5", page("So it is [@known2024].")),
    Rule(
        "uncited-quotation",
        page('He said "one two three four five six seven".'),
        "docs/index.md:5",
        page('He said "one two three four five six".'),
    ),
    Rule(
        "unnamed-speaker",
        {
            **page("So 9 people were treated [@two]."),
            "references.bib": BIB + SECOND.replace("{letter}", "{company statement}"),
        },
        "docs/index.md:5",
        {
            **page("So 9 people were treated, the company says [@two]."),
            "references.bib": BIB + SECOND.replace("{letter}", "{company statement}"),
        },
    ),
)


LIVE = {"doubtful-link": "warning", "moved-link": "warning", "unsafe-link": "error", "removed": "warning"}
"""Rules that only the live check or ``--changed`` can see; tests/test_live.py and test_removals.py break and keep them."""


def found(make: Make, files: dict[str, str], rule: str) -> list[Problem]:
    root = make(files)
    problems = {*check_citations(root).problems, *check_links(root).problems}
    return sorted(problem for problem in problems if problem.rule == rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_project_that_breaks_the_rule_is_told_so_at_the_place(rule: Rule, make: Make) -> None:
    problems = found(make, rule.breaks, rule.id)
    places = [f"{problem.path}:{problem.line}" for problem in problems]
    assert rule.at in places
    assert {problem.level for problem in problems} == {rule.level}
    assert all("\n" not in str(problem) for problem in problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_project_that_keeps_the_rule_is_left_alone(rule: Rule, make: Make) -> None:
    assert found(make, rule.keeps, rule.id) == []


def test_every_rule_that_the_source_can_name_is_in_this_table() -> None:
    source = {rule for path in (ROOT / "scripts" / "ledger").rglob("*.py") for rule in rules_in(path)}
    assert source == {rule.id for rule in RULES} | set(LIVE)


def test_every_rule_is_explained_with_its_level() -> None:
    assert {**{one.id: one.level for one in RULES}, **LIVE} == {rule.id: rule.level for rule in rules.ALL_RULES}
    for rule in rules.ALL_RULES:
        for text in (rule.what, rule.why, rule.fix):
            assert text.endswith("."), rule.id


def test_no_rule_is_in_this_table_twice() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)


def test_the_built_page_has_its_two_rules() -> None:
    html = '<p id="a"></p><p id="a"></p><img src="https://example.org/x.png">'
    assert [problem.rule for problem in built_html.check_built_page(html, "docs/index.md")] == [
        "duplicate-id",
        "third-party",
    ]


PLACE_OF_THE_ID = {
    "Problem": 2, "SuppressionFile": 1, "fault": 0, "problem": 0, "FieldFinding": 0, "RecordFinding": 0,
    "BlockFinding": 0, "HtmlFinding": 0, "LineFinding": 0, "LinkFinding": 0, "Finding": 0,
}  # fmt: skip
"""Which argument of a call is the id of a rule."""


def rules_in(path: Path) -> Iterator[str]:
    """The rule ids that a module can emit, read from its source."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            named = dict(zip(reversed(node.args.args), reversed(node.args.defaults), strict=False))
            yield from (rule for name, value in named.items() if name.arg == "rule" for rule in texts(value, tree))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = PLACE_OF_THE_ID.get(node.func.id)
        if place is None or len(node.args) <= place:
            continue
        given = list(texts(node.args[place], tree))
        if node.func.id == "fault" and not given and len(node.args) > 2:
            given = list(texts(node.args[2], tree))  # fault(line, message, rule)
        yield from (rule for rule in given if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", rule))


def texts(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression can be: literals, both sides of a condition, a name, an f-string over a loop."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body, tree), *texts(node.orelse, tree))
    elif isinstance(node, ast.Name):
        for other in ast.walk(tree):
            if isinstance(other, ast.Assign) and [ast.unparse(target) for target in other.targets] == [node.id]:
                yield from texts(other.value, tree)
    elif isinstance(node, ast.JoinedStr):
        stem = "".join(
            part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        loops = (
            other.iter
            for other in ast.walk(tree)
            if isinstance(other, ast.For) and isinstance(other.iter, ast.Tuple) and ast.unparse(other.target) == "name"
        )
        yield from (stem + str(item.value) for loop in loops for item in loop.elts if isinstance(item, ast.Constant))

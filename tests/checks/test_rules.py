"""A rule has a function that reports it, a wording in ``rules/rules.yml``, and files that break and keep it.

Most have them in ``tests/corpus``. The table here is for rules that need more than one file, or a record, claims or
settings with one thing changed.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bench import corpus_files
from claim_samples import CLAIM, CLAIMS, FRONT
from conftest import BIB, INDEX, ROOT, Make, check_both
from ledger.checks import built_html, required_sections
from ledger.cli import check_command
from ledger.core.errors import CannotRunError
from ledger.core.problems import Problem
from ledger.model import rules, rules_folder
from ledger.site import check_site

RECORD = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
SITE = {"mkdocs.yml": "site_name: x\n", "docs/index.md": FRONT + INDEX}
SECOND = """\
@article{two,
  author = {Doe, Jane},
  title = {Two},
  journal = {J Test},
  year = {2024},
  doi = {10.1234/two},
  kind = {letter},
  seen = {abstract},
}
"""
RECORD_TYPE_LINE = RECORD[: RECORD.index("record_type:")].count("\n") + 1


def page(text: str) -> dict[str, str]:
    """The home page with ``text`` below it; its first line is line 5."""
    return {"docs/index.md": f"{INDEX}\n{text}\n"}


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
    + "# T\n\nIt is so [@known2024].\n\n**How sure:** very low.\n\n"
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


CHECKED = '"checked": "2026-11-20"'
FINE = f'{{"state": "nothing found", {CHECKED}}}'
RETRACTED = f'{{"state": "retracted", {CHECKED}, "notices": [{{"state": "retracted", "date": "2026-01-02"}}]}}'


def must_say(pattern: str, which: str = "pages") -> dict[str, str]:
    """What the home page must say, or may never say."""
    page = "page: index.md, " if which == "pages" else ""
    return {"rules/must-say.yml": f"{which}:\n  - {{{page}says: [{pattern}], why: it is so}}\n"}


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


RATED = {
    **therapy("## What is not known", "<!-- generated: certainty -->\n\n## What is not known"),
    "docs/therapies/certainty.yml": """therapies:
  t:
    - outcome: Off insulin
      found: 1 of 2
      evidence: not randomised
      steps:
        - domain: imprecision
          why: few people
      cite: [known2024]
""",
}
"""A therapy with a rating, which is very low."""


def rated(old: str, new: str) -> dict[str, str]:
    """The rated therapy with one thing changed."""
    return {name: text.replace(old, new) for name, text in RATED.items()}


DEATHS = "Two of the 14 died, one of them of sepsis, which the authors do not blame on the cells [@known2024]."
NEWS = """\
@online{news2024,
  author = {{The News}},
  title = {News},
  url = {https://example.org/news},
  urldate = {2026-11-01},
  kind = {news},
  seen = {page},
}
"""
FIRST_RESULT = "    - {measure: insulin independence, at: day 365, n: 10, of: 12, group: full dose, cite: known2024, seen: abstract}\n"


def weakly_led(measure: str = "insulin independence") -> dict[str, str]:
    """A record whose first result comes from the news, and its second from a journal."""
    news = f"    - {{measure: {measure}, value: said, cite: news2024, seen: page, said_by: the news}}\n"
    return {**trial(FIRST_RESULT, news + FIRST_RESULT), "references.bib": BIB + NEWS}


RULES = (
    Rule("certainty-rating", rated("**How sure:** very low", "**How sure:** low"), in_therapy("**How sure:**"), RATED),
    Rule("certainty-rating", rated("<!-- generated: certainty -->\n", ""), in_therapy("# T"), RATED),
    Rule("certainty-rating", rated("  t:\n", "  u:\n"), "docs/therapies/certainty.yml:2", RATED),
    Rule(
        "certainty-rating", rated("found: 1 of 2", "found: it works in 1 of 2"), "docs/therapies/certainty.yml:3", RATED
    ),
    Rule("certainty-rating", rated("domain: imprecision", "domain: luck"), "docs/therapies/certainty.yml:7", RATED),
    Rule(
        "certainty-rating",
        trial("  results:\n", "  showed: it works in all\n  results:\n"),
        f"docs/trials/sample.md:{RECORD[: RECORD.index('  results:')].count(chr(10)) + 1}",
        trial("  results:\n", "  showed: most came off insulin in a small study; two deaths\n  results:\n"),
    ),
    Rule(
        "one-sided",
        {**page("Ten of the 12 were off insulin [@known2024]."), **trial()},
        "docs/index.md:5",
        {
            **page("Ten of the 12 were off insulin [@known2024]. All took drugs against rejection [@known2024]."),
            **trial(),
        },
    ),
    Rule(
        "one-sided",
        {**page(f"{DEATHS}\n\n## Gains\n\n10 of 12 were off insulin, and others had harms [@known2024]."), **trial()},
        "docs/index.md:5",
        {**page(f"{DEATHS}\n\n10 of 12 were off insulin [@known2024]."), **trial()},
    ),
    Rule(
        "one-sided",
        {**page("| Seen | Source |\n|---|---|\n| 10 of 12 off insulin | [@known2024] |"), **trial()},
        "docs/index.md:7",
        {
            **page(
                "| Seen | Source |\n|---|---|\n| 10 of 12 off insulin | [@known2024] |\n\n## Harms\n\n"
                "| Harm | Source |\n|---|---|\n| 2 of 14 died of sepsis, say the authors | [@known2024] |"
            ),
            **trial(),
        },
    ),
    *(
        Rule("plain-words", page(f"The cells {words}."), "docs/index.md:5", page(f'A paper calls them "{words}".'))
        for words in (
            "were given by lot",
            "are the yardstick",
            "are unripe",
            "were taken with immune drugs",
            "last, by a news report, for a year",
        )
    ),
    Rule("better-source", weakly_led(), at("    - {measure: insulin"), trial()),
    Rule(
        "better-source",
        {**weakly_led("mood"), **page("Ten of 12 took no insulin, says the news [@news2024].")},
        "docs/index.md:5",
        {**weakly_led("mood"), **page("Nine of 12 took no insulin, says the news [@news2024].")},
    ),
    Rule(
        "death-cause",
        trial(", judged_by: the investigators, cite", ", cite"),
        at("{event: death"),
        trial("n: 2, of: 14, cause: infection, judged_by: the investigators,", "n: 0, of: 14,"),
    ),
    Rule(
        "death-cause",
        page("Two of the 14 people died [@known2024]."),
        "docs/index.md:5",
        page(
            "Two of the 14 people died, one of them of sepsis. The investigators did not blame the cells [@known2024]."
        ),
    ),
    Rule(
        "death-cause",
        page("| Harm | Source |\n|---|---|\n| 2 of 14 died of sepsis | [@known2024] |\n\nThe investigators said so."),
        "docs/index.md:7",
        page("| Harm | Source |\n|---|---|\n| 2 of 14 died, causes not given | [@known2024] |"),
    ),
    Rule(
        "death-cause",
        page("Two of 14 people died of sepsis [@known2024].\n\n## Next\n\nThe investigators said so."),
        "docs/index.md:5",
        {**page("[Two of 14 people](trials/sample.md) died [@known2024]."), **trial()},
    ),
    Rule("how-sure-missing", therapy("**How sure:**", "How sure:"), in_therapy("# T"), therapy()),
    Rule(
        "opening-missing",
        therapy("It is so [@known2024].\n\n**How sure:** very low.\n\n"),
        in_therapy("# T"),
        therapy(),
    ),
    Rule("options-missing", therapy("[insulin](insulin.md)", "insulin"), in_therapy("# T"), therapy()),
    Rule("questions-missing", therapy("- Who?\n", ""), in_therapy("## Questions to ask"), therapy()),
    Rule("section-missing", therapy("## Harms seen", "## Harm"), in_therapy("# T"), therapy()),
    Rule("sources-missing", therapy(" [@known2024]"), in_therapy("# T"), therapy()),
    Rule("broken-link", remembered("2026-11-02T12:00:00Z"), "docs/index.md:5", remembered("2026-11-02T11:59:59Z")),
    Rule("claims", {CLAIMS: CLAIM.replace("verdict: supported", "verdict: yes")}, f"{CLAIMS}:6", {CLAIMS: CLAIM}),
    Rule("config", {"mkdocs.yml": "site_name: x\nnav: a: b\n"}, "mkdocs.yml:2", {"mkdocs.yml": "nav: [index.md]\n"}),
    Rule(
        "record-not-shown",
        trial("<!-- generated: trial-harms -->", '??? harm "More"\n    <!-- generated: trial-harms -->'),
        f"docs/trials/sample.md:{int(at('<!-- generated: trial-harms -->').split(':')[1]) + 1}",
        trial(),
    ),
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
    Rule("file-type", {**SITE, "docs/a.docx": "x"}, "docs/a.docx:1", {**SITE, "docs/a.png": "x"}),
    Rule(
        "glossary",
        {"docs/glossary.md": "# G\n\n## Cell\n\nA cell.\n\n## cell\n\nA cell.\n"},
        "docs/glossary.md:7",
        {"docs/glossary.md": "# G\n\n## Cell\n\nA cell.\n\n## Islet\n\nAn islet.\n"},
    ),
    Rule("link-excuse", excuse("2026-11-20"), "link-policy.yml:4", excuse("2026-11-21")),
    Rule("link-state", {"link-state.json": "{}"}, "link-state.json:1", remembered("2026-11-01T12:00:00Z")),
    Rule("nothing-seen", {"references.bib": "\n"}, "references.bib:1", {}),
    Rule(
        "orphan-page", {"docs/far.md": "# Far\n"}, "docs/far.md:1", {**page("[far](far.md)"), "docs/far.md": "# Far\n"}
    ),
    Rule("must-say", must_say("2 of 14 died"), "docs/index.md:1", must_say("a SENTENCE with")),
    Rule("must-not-say", must_say("a sentence", "never"), "docs/index.md:3", must_say("2 of 14 died", "never")),
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
    Rule(
        "uncited-entry",
        {"references.bib": BIB + SECOND},
        "references.bib:12",
        {**page("Also [@two]."), "references.bib": BIB + SECOND},
    ),
    Rule("unreadable", {"docs/index.md": INDEX, "docs/far.md/x": ""}, "docs/far.md:1", {}),
    Rule(
        "translation-sources",
        {**page("Words."), "docs/index.zh.md": "# Home\n"},
        "docs/index.zh.md:1",
        {**page("Words."), "docs/index.zh.md": INDEX},
    ),
)


ELSEWHERE = {"doubtful-link", "moved-link", "unsafe-link", "removed"}
"""Rules that only the live check or ``--changed`` can see: test_link_check and test_removals break and keep them."""

PLANTED = {fault.rule for faults in corpus_files.expected(ROOT).values() for fault in faults}


def find_problems(make: Make, files: dict[str, str], rule: str) -> list[Problem]:
    return sorted(problem for problem in check_both(make(files)) if problem.rule == rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_project_that_breaks_the_rule_is_reported_at_the_place(rule: Rule, make: Make) -> None:
    problems = find_problems(make, rule.breaks, rule.id)
    assert rule.at in [f"{problem.path}:{problem.line}" for problem in problems]
    assert {problem.level for problem in problems} == {rules.get_rules()[rule.id].wording.level}
    assert all("\n" not in str(problem) for problem in problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_project_that_keeps_the_rule_is_left_alone(rule: Rule, make: Make) -> None:
    assert find_problems(make, rule.keeps, rule.id) == []


def test_every_rule_is_broken_by_the_corpus_or_by_this_table() -> None:
    assert PLANTED | {rule.id for rule in RULES} | ELSEWHERE == set(rules.get_rules())


def test_every_rule_of_the_corpus_has_a_near_miss() -> None:
    good = ROOT / corpus_files.FOLDER / "good"
    headings = re.findall(r"^#+ (.*)$", (good / "near-misses.md").read_text(encoding="utf-8"), re.MULTILINE)
    keys = re.findall(r"^@\w+\{([\w-]+),", (good / "near-misses.bib").read_text(encoding="utf-8"), re.MULTILINE)
    near = {*keys, *re.findall(r"[a-z-]+", " ".join(headings))}
    assert near | {rule.id for rule in RULES} >= PLANTED


def test_the_built_page_has_its_two_rules() -> None:
    html = '<p id="a"></p><p id="a"></p><img src="https://example.org/x.png">'
    assert [problem.rule for problem in built_html.check_built_page(html, "docs/index.md")] == [
        "duplicate-id",
        "third-party",
    ]


# --- a rule has a function and a wording --------------------------------------------------------------

SENTENCES = "demands: It is so.\n    why: For a reason.\n    fix: Do it."


def load_every_module() -> None:
    for module in pkgutil.walk_packages([str(ROOT / "scripts" / "ledger")], "ledger."):
        importlib.import_module(module.name)


@pytest.fixture
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of rules of its own, and no function that reports one."""
    monkeypatch.setattr(rules_folder, "RULES_FOLDER", tmp_path)
    monkeypatch.setattr(rules, "_functions_by_id", {})
    rules.get_rules.cache_clear()
    (tmp_path / "rules.yml").write_text(f"Pages:\n  tidy:\n    {SENTENCES}\n", encoding="utf-8")
    yield tmp_path
    rules.get_rules.cache_clear()


def test_every_rule_of_the_project_has_both() -> None:
    load_every_module()
    assert {rule.id for rule in rules.list_rules(outside_build=True)} == set(rules.get_rules())


def test_only_commands_outside_the_build_report_some() -> None:
    assert {rule.id for rule in rules.list_rules() if rule.wording.outside_build} == ELSEWHERE


def test_a_function_names_the_rules_that_it_reports(own_rules: Path) -> None:
    @rules.rule("tidy")
    def check() -> Iterator[Problem]:
        yield Problem("docs/a.md", 1, "tidy", "untidy; tidy up")

    assert [rule.id for rule in rules.list_rules()] == ["tidy"]
    assert list(check()) == [Problem("docs/a.md", 1, "tidy", "untidy; tidy up")]
    rules.check_declared(check())


def test_a_function_whose_rule_has_no_wording_is_one_line(own_rules: Path) -> None:
    @rules.rule("tidy", "neat")
    def check() -> None:
        return

    with pytest.raises(
        CannotRunError, match=r"^tests/checks/test_rules.py:\d+: check reports the rule 'neat'; describe"
    ):
        rules.list_rules()


def test_a_wording_without_a_function_is_one_line(own_rules: Path) -> None:
    with pytest.raises(CannotRunError, match=r"^\S+/rules.yml:2: no function reports 'tidy'; add @rule"):
        rules.list_rules()


def test_a_problem_whose_rule_the_function_does_not_name_is_one_line(own_rules: Path) -> None:
    @rules.rule("tidy")
    def check() -> list[Problem]:
        return [Problem("docs/a.md", 1, "neat", "not neat; neaten it")]

    with pytest.raises(CannotRunError, match=r"check reports the rule 'neat'; name it in its @rule$"):
        check()


def test_a_problem_of_a_function_that_names_no_rule_is_one_line() -> None:
    with pytest.raises(CannotRunError, match=r"^no @rule names the function that reports: docs/a.md:1: error: untidy"):
        rules.check_declared([Problem("docs/a.md", 1, "tidy", "untidy; tidy up")])


def test_an_editor_changes_the_level_of_a_rule(own_rules: Path) -> None:
    @rules.rule("tidy")
    def check() -> tuple[str, Problem | None]:
        return "", Problem("docs/a.md", 1, "tidy", "untidy; tidy up")

    (own_rules / "rules.yml").write_text(f"Pages:\n  tidy:\n    {SENTENCES}\n    level: warning\n", encoding="utf-8")
    assert (problem := check()[1]) is not None
    assert problem.level == "warning"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"P:\n  tidy:\n    {SENTENCES}".replace("    why: For a reason.\n", ""), "2: P.tidy.why: this key is missing; add it"),
        (f"P:\n  tidy:\n    {SENTENCES[:-1]}", "5: P.tidy.fix: write whole sentences; the last one ends with a full stop (found 'Do it')"),
        (f"P:\n  tidy:\n    {SENTENCES}\n    levl: warning", "6: P.tidy.levl: unknown key; remove it"),
        (f"P:\n  tidy:\n    {SENTENCES}\n    level: hint", "6: P.tidy.level: 'hint' is not allowed here; write one of: 'error' or 'warning'"),
        (f"P:\n  tidy:\n    {SENTENCES}\nQ:\n  tidy:\n    {SENTENCES}", "7: the rule 'tidy' is already in line 2; keep one"),
        ("P: [a", "1: a list in [ ] is not closed, or a text with a colon or bracket in it has no quotes; add what is missing"),
    ],
)  # fmt: skip
def test_an_error_in_the_file_is_one_line(own_rules: Path, text: str, line: str) -> None:
    (own_rules / "rules.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError) as error:
        rules.get_rules()
    assert str(error.value) == f"{own_rules.name}/rules.yml:{line}"


def test_a_missing_file_is_one_line(own_rules: Path) -> None:
    (own_rules / "rules.yml").unlink()
    with pytest.raises(CannotRunError, match=r"/rules.yml:1: the file is missing; restore it$"):
        rules.get_rules()


def test_the_command_prints_the_line_and_stops(own_rules: Path, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    (own_rules / "rules.yml").write_text("P: 1\n", encoding="utf-8")
    status = check_command.run_check("check_links", check_site.check_links, make())
    place = f"{own_rules.name}/rules.yml:1: P:"
    assert (status, capsys.readouterr().err) == (
        2,
        f"check_links: could not run: {place} `key: value` lines are needed here; add them\n",
    )

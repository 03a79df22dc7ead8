"""The command ``new_trial.py``: a page that keeps the rules, never half a page, never another page's place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conftest import BIB, ROOT, TODAY, check_citations, check_links
from ledger.core.problems import Problem
from ledger.model import project, registries
from ledger.registry import command
from play_api import DATA, NUMBER, QUICK, Api, sample, send, serve
from preview_server import copy as copy_of_the_site
from studies import HARD_TEXTS, STUDIES, put, with_results

KEY = "nct09876543"
FRONT = "---\ntitle: {0}\ndescription: A page.\nkind: index\nchecked: 2026-11-21\n---\n\n# {0}\n\n"
REQUIREMENTS = (
    "cell-source",
    "differentiation",
    "immune-regulation",
    "long-term-function",
    "safety",
    "delivery",
    "regulation-and-ethics",
    "cost-and-access",
)
FILES: Mapping[str, str] = {
    "references.bib": BIB,
    "docs/index.md": FRONT.format("Home") + "See [the trials](trials/index.md) [@known2024].\n"
    + "".join(f"\n[{one}](requirements/{one}.md)\n" for one in REQUIREMENTS),
    "docs/trials/index.md": FRONT.format("Trials") + "<!-- generated: all-trials -->\n",
    **{f"docs/requirements/{one}.md": FRONT.format(one) + "Words.\n" for one in REQUIREMENTS},
}  # fmt: skip


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project", FILES)


@pytest.fixture(scope="module")
def server() -> Iterator[Api]:
    with serve() as api:
        yield api


@pytest.fixture
def api(server: Api) -> Api:
    server.answers.clear()
    server.asked.clear()
    server.give(NUMBER, send(sample()))
    return server


def run(root: Path, *given: str, day: date = TODAY) -> int:
    return command.main(list(given), root, day, QUICK)


def saved(root: Path, found: Mapping[str, Any]) -> str:
    path = root / "study.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    return str(path)


def page_of(root: Path, name: str = KEY) -> Path:
    return root / "docs" / "trials" / f"{name}.md"


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def problems(root: Path) -> list[Problem]:
    return sorted({*check_citations(root).problems, *check_links(root).problems})


def refused(root: Path, capsys: pytest.CaptureFixture[str], *given: str, status: int = 1) -> str:
    """The message on stderr of a command that must change nothing."""
    before = everything(root)
    assert run(root, *given) == status
    printed = capsys.readouterr()
    assert everything(root) == before
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert line.startswith("new_trial: ")
    return line


# --- a page -------------------------------------------------------------------------------------------


def test_a_page_is_made_from_the_registry(root: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, NUMBER.lower(), "--api", api.address) == 0
    assert api.paths() == [f"/api/v2/studies/{NUMBER}"]
    printed = capsys.readouterr()
    assert printed.err == ""
    *gaps, last, hint = printed.out.splitlines()
    assert gaps == [str(problem) for problem in problems(root)]
    assert all(re.match(rf"docs/trials/{KEY}\.md:\d+: warning: .* \[record-gap\]$", line) for line in gaps)
    assert last == (
        f"new_trial: docs/trials/{KEY}.md written, {KEY} added to references.bib: {len(gaps)} gaps for a person to fill"
    )
    assert "remove draft: true" in hint


def test_a_saved_study_gives_the_same_without_a_network(root: Path, api: Api, tmp_path: Path) -> None:
    assert run(root, "--from", str(DATA), "--api", "http://127.0.0.1:9/api") == 0
    offline = page_of(root).read_text(encoding="utf-8")
    other = write(tmp_path / "other", FILES)
    assert run(other, NUMBER, "--api", api.address) == 0
    online = page_of(other).read_text(encoding="utf-8")
    assert [line for line in offline.splitlines() if "saved copy" not in line] == online.splitlines()
    assert (root / "references.bib").read_bytes() == (other / "references.bib").read_bytes()


def test_what_has_no_place_in_the_record_is_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--from", saved(root, put("statusModule.overallStatus", "PAUSED"))) == 0
    assert "new_trial: not mapped: status: PAUSED\n" in capsys.readouterr().out


def test_praise_in_a_name_is_its_own(root: Path) -> None:
    study = put("sponsorCollaboratorsModule.leadSponsor.name", "Breakthrough T1D")
    study["protocolSection"]["outcomesModule"]["primaryOutcomes"] = [{"measure": "People cured"}]
    study["protocolSection"]["armsInterventionsModule"]["armGroups"][1]["label"] = "Miracle Cure"
    assert run(root, "--from", saved(root, study)) == 0
    assert {problem.rule for problem in problems(root)} == {"record-gap"}
    assert project.load_project(root, TODAY).records[KEY][1].sponsor.value == "Breakthrough T1D"


@pytest.mark.parametrize("title", ["5 mg of Cells", "Cells in 20 patients", "Curative Cells", "T1D @Home", "<b>x"])
def test_a_title_that_would_break_a_rule_is_not_used(root: Path, title: str) -> None:
    assert run(root, "--from", saved(root, put("identificationModule.briefTitle", title))) == 0
    assert f"\n# {NUMBER}: registered trial\n" in page_of(root).read_text(encoding="utf-8")
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_every_gap_of_the_page_is_listed(root: Path, api: Api) -> None:
    run(root, NUMBER, "--api", api.address)
    text = page_of(root).read_text(encoding="utf-8")
    marked = {number for number, line in enumerate(text.splitlines(), 1) if "to fill" in line}
    assert {problem.line for problem in problems(root)} == marked


def test_the_source_goes_to_its_place_and_no_other_byte_moves(root: Path) -> None:
    later = BIB.replace("known2024", "zeta").replace("10.1234/abc", "10.1234/z")
    (root / "references.bib").write_text(BIB + "\n" + later, encoding="utf-8")
    run(root, "--from", str(DATA))
    text = (root / "references.bib").read_text(encoding="utf-8")
    assert text.startswith(BIB)
    assert text.endswith(later)
    entry = text[len(BIB) + 1 : -len(later) - 1]
    assert entry == (
        "@online{nct09876543,\n"
        "  author = {{ClinicalTrials.gov}},\n"
        "  title = {{Record NCT09876543: Islet Cells From a Donor Line in Adults With Type 1 Diabetes (Example Cell"
        " Therapeutics)}},\n"
        "  url = {https://clinicaltrials.gov/study/NCT09876543},\n"
        "  urldate = {2026-11-21},\n"
        "  kind = {trial registry},\n"
        "  seen = {registry record},\n"
        "  note = {also registered as 2023-507988-19-00},\n"
        "}\n"
    )


@pytest.mark.parametrize("key", ["NCT09876543", "sample-record"])
def test_a_source_that_is_there_is_used(root: Path, key: str) -> None:
    entry = (
        f"@online{{{key},\n  title = {{Record}},\n  url = {{https://clinicaltrials.gov/study/{NUMBER}}},\n"
        "  urldate = {2026-01-01},\n  kind = {trial registry},\n  seen = {registry record},\n"
        "  note = {also registered as 2023-507988-19-00},\n}\n"
    )
    (root / "references.bib").write_text(f"{BIB}\n{entry}", encoding="utf-8")
    assert run(root, "--from", str(DATA)) == 0
    assert (root / "references.bib").read_text(encoding="utf-8") == f"{BIB}\n{entry}"
    assert f"cite: {key}\n" in page_of(root).read_text(encoding="utf-8")
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_the_name_can_be_chosen(root: Path) -> None:
    assert run(root, "--from", str(DATA), "--id", "my-Trial_1") == 0
    assert page_of(root, "my-Trial_1").is_file()
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


@pytest.mark.parametrize("one", registries.REGISTRIES[1:], ids=lambda one: one.name)
def test_another_registry_gives_a_skeleton_with_its_link(
    root: Path, one: registries.Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    number = registries.parse_registry_number(one.example)
    assert number
    assert run(root, one.example, "--api", "http://127.0.0.1:9") == 0
    assert "for a person to fill" in capsys.readouterr().out
    assert {problem.rule for problem in problems(root)} == {"record-gap"}
    bib = (root / "references.bib").read_text(encoding="utf-8")
    assert f"url = {{{number.address}}}" in bib
    assert "seen = {not seen}" in bib
    assert page_of(root, number.key).is_file()


# --- refusals -----------------------------------------------------------------------------------------


def test_a_page_is_never_overwritten(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page_of(root).write_text("# Mine\n", encoding="utf-8")
    assert "already exists" in refused(root, capsys, "--from", str(DATA))
    page_of(root).rename(page_of(root, KEY.upper()))
    assert "already exists" in refused(root, capsys, "--from", str(DATA))


def test_a_trial_under_another_name_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--from", str(DATA), "--id", "other") == 0
    capsys.readouterr()
    said = refused(root, capsys, "--from", str(DATA), "--id", "another")
    assert f"{NUMBER} already has a page, docs/trials/other.md" in said


@pytest.mark.parametrize("number", ["NCT09876500", "2023-507988-19-00"])
def test_a_trial_that_has_a_page_under_another_number_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    other = sample()
    other["protocolSection"]["identificationModule"] = {"nctId": "NCT00000001", "secondaryIdInfos": [{"id": number}]}
    if number.startswith("NCT"):
        other["protocolSection"]["identificationModule"]["nctId"] = number
    assert run(root, "--from", saved(root, other)) == 0
    capsys.readouterr()
    assert f"{number} already has a page" in refused(root, capsys, "--from", str(DATA))


def test_a_trial_whose_page_has_an_error_is_known_all_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in (f"---\ntrial:\n  registry: [{{id: {NUMBER}}}]\n---\n", f"---\ntrial: [\n  id: {NUMBER}\n---\n"):
        page_of(root, "broken").write_text(text, encoding="utf-8")
        assert "already has a page, docs/trials/broken.md" in refused(root, capsys, "--from", str(DATA))


@pytest.mark.parametrize(
    "text", ["NCT123", "hello", "../etc/passwd", "NCT04786262.md", "https://example.org", "", "DRKS00012345"]
)
def test_a_number_that_is_none_is_refused(root: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert refused(root, capsys, text)


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a.b", "", " ", "index", "README", "con", "ä", "x" * 200, "a\nb", "a\0b"]
)
def test_a_name_that_is_none_is_refused(root: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    if name:
        assert "not a name for a page" in refused(root, capsys, "--from", str(DATA), "--id", name)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [NUMBER, "NCT00000001"],
        [NUMBER, "--write"],
        ["--refresh", "--id", "x"],
        [NUMBER, "--timeout", "0"],
        [NUMBER, "--timeout", "soon"],
        [NUMBER, "--unknown"],
    ],
)
def test_a_wrong_call_is_reported_in_one_line(root: Path, capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    assert "see --help" in refused(root, capsys, *given, status=2)


def test_a_trial_that_the_registry_does_not_know_writes_nothing(
    root: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no such trial" in refused(root, capsys, "NCT00000002", "--api", api.address)


def test_the_answer_about_another_trial_is_refused(root: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.give("NCT00000003", send(sample()))
    assert f"is about {NUMBER}" in refused(root, capsys, "NCT00000003", "--api", api.address)
    api.give("NCT09876500", send(sample()))
    assert f"is an old number of {NUMBER}" in refused(root, capsys, "NCT09876500", "--api", api.address)
    api.give(NUMBER, send({"protocolSection": {}}))
    assert "about no trial that it names" in refused(root, capsys, NUMBER, "--api", api.address)
    assert f"is about {NUMBER}" in refused(root, capsys, "NCT00000003", "--from", str(DATA))


@pytest.mark.parametrize(
    "answer",
    [
        send("busy", 503, "text/plain"),
        send(b"x" * 400_000),
        send("<html>", kind="text/html"),
        send("{", length=-1),
        send("{", length=500),
        send(b"", 302, headers={"Location": "https://example.org/"}),
    ],
)
def test_an_answer_that_cannot_be_used_writes_nothing(
    root: Path, api: Api, capsys: pytest.CaptureFixture[str], answer: Any
) -> None:
    api.give(NUMBER, answer)
    assert "could not run" in refused(root, capsys, NUMBER, "--api", api.address, status=2)


def test_a_saved_file_that_is_not_there_is_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no file" in refused(root, capsys, "--from", "nothing.json", status=2)
    assert "there is no file" in refused(root, capsys, "--from", ".", status=2)


def test_a_saved_study_without_a_number_takes_the_one_given(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(root, {"protocolSection": {}})
    assert "does not say which trial" in refused(root, capsys, "--from", path)
    assert run(root, NUMBER, "--from", path) == 0


def test_outside_the_project_it_says_where_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "from the root of the project" in refused(tmp_path, capsys, NUMBER, status=2)
    write(tmp_path, {"docs/index.md": "# Home\n", "references.bib": BIB})
    assert "there is no folder docs/trials" in refused(tmp_path, capsys, NUMBER, status=2)


def test_an_address_that_is_not_safe_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not safe" in refused(root, capsys, NUMBER, "--api", "http://example.org/api", status=2)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "not the study of one trial"),
        (b'{"protocolSection": {}', "not JSON"),
        (b"\xff", "not JSON"),
    ],
)
def test_a_saved_file_that_is_no_study_is_reported(
    root: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    (root / "study.json").write_bytes(content)
    assert reason in refused(root, capsys, "--from", str(root / "study.json"), status=2)


@pytest.mark.parametrize("text", ["@misc{a, title = {", f"{BIB}words\n", BIB + BIB])
def test_a_bibliography_with_an_error_is_not_touched(root: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (root / "references.bib").write_text(text, encoding="utf-8")
    assert "references.bib has an error in line" in refused(root, capsys, "--from", str(DATA))


def test_a_source_that_cannot_be_written_leaves_no_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = everything(root)
    monkeypatch.setattr(command, "write_atomically", fail)
    assert run(root, "--from", str(DATA)) == 2
    assert everything(root) == before


# --- any study ----------------------------------------------------------------------------------------


@settings(suppress_health_check=list(HealthCheck))
@given(study=STUDIES)
def test_any_study_gives_a_draft_whose_only_problems_are_its_gaps(
    tmp_path_factory: pytest.TempPathFactory, study: dict[str, Any]
) -> None:
    root = write(tmp_path_factory.mktemp("any"), FILES)
    assert run(root, NUMBER, "--from", saved(root, study)) == 0
    found = problems(root)
    assert {(problem.rule, problem.level) for problem in found} == {("record-gap", "warning")}
    text = page_of(root).read_text(encoding="utf-8").splitlines()
    assert all("to fill" in text[problem.line - 1] for problem in found)


PREVIEW = """\
from mkdocs.commands import build
from mkdocs.config import load_config
config = load_config(dev_addr="127.0.0.1:0")
config.plugins.on_startup(command="serve", dirty=False)
build.build(config)
"""
"""What a preview shows, built once: drafts are in no other build."""


class Attributes(HTMLParser):
    """Every attribute of a page, as pairs of name and value."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]


ACTIVE = re.compile(r"on\w+=.*|(?:href|src)=(?:javascript:.*|x|y\.png)", re.DOTALL)


@pytest.mark.slow
def test_drafts_with_hard_texts_are_shown_in_a_preview(tmp_path: Path) -> None:
    root = copy_of_the_site(tmp_path / "site")
    (root / "docs/trials/sample.md").unlink()
    for place, text in enumerate(HARD_TEXTS):
        given = put("statusModule.whyStopped", text, with_results)
        protocol = given["protocolSection"]
        protocol["identificationModule"] = {"briefTitle": text, "officialTitle": text}
        protocol["conditionsModule"]["conditions"] = [text]
        protocol["armsInterventionsModule"]["armGroups"][1]["label"] = text
        assert run(root, f"NCT000010{place:02}", "--from", saved(root, given)) == 0
    (root / "study.json").unlink()
    done = subprocess.run(
        [sys.executable, "-c", PREVIEW],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert ": error: " not in done.stdout
    assert "the built pages have errors" not in done.stdout + done.stderr
    for page in (root / "docs/trials").glob("*.md"):
        built = root / "site/trials" / (page.stem if page.stem != "index" else "") / "index.html"
        found = Attributes()
        found.feed(built.read_text(encoding="utf-8"))
        assert [one for one in found.attributes if ACTIVE.fullmatch("=".join(one))] == []


# --- refresh ------------------------------------------------------------------------------------------


@pytest.fixture
def kept(root: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with the page of the sample, written a month ago."""
    assert run(root, "--from", str(DATA), day=date(2026, 10, 20)) == 0
    capsys.readouterr()
    return root


def later() -> dict[str, Any]:
    """The sample as the registry has it today."""
    found = sample()
    protocol = found["protocolSection"]
    protocol["identificationModule"]["officialTitle"] = "A New Title: With a Colon"
    protocol["statusModule"]["overallStatus"] = "TERMINATED"
    protocol["statusModule"]["whyStopped"] = "No money"
    protocol["statusModule"]["completionDateStruct"] = {"date": "2026-11-02", "type": "ACTUAL"}
    protocol["statusModule"]["primaryCompletionDateStruct"] = {"date": "2026-10-30", "type": "ACTUAL"}
    protocol["statusModule"]["resultsFirstPostDateStruct"] = {"date": "2026-11-20", "type": "ACTUAL"}
    protocol["designModule"]["enrollmentInfo"] = {"count": 7, "type": "ACTUAL"}
    protocol["designModule"]["phases"] = ["PHASE2"]
    protocol["contactsLocationsModule"]["locations"].append({"city": "Bergen", "country": "Sweden"})
    return found


def test_refresh_prints_a_diff_and_changes_nothing(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.give(NUMBER, send(later()))
    before = everything(kept)
    assert run(kept, "--refresh", "--api", api.address) == 0
    assert everything(kept) == before
    printed = capsys.readouterr()
    assert printed.err == ""
    assert (
        printed.out
        == f"""\
--- docs/trials/{KEY}.md
+++ https://clinicaltrials.gov/study/{NUMBER}
-official_title: {sample()["protocolSection"]["identificationModule"]["officialTitle"]}
+official_title: A New Title: With a Colon
-status: recruiting
+status: terminated
+why_stopped: No money
-phase: phase 1/phase 2
+phase: phase 2
-countries: Norway, United States
+countries: Norway, Sweden, United States
-sites: 2
+sites: 3
-dates.primary_completion: 2027-06 (estimated)
+dates.primary_completion: 2026-10-30 (actual)
-dates.completion: 2029-12 (estimated)
+dates.completion: 2026-11-02 (actual)
+dates.results_posted: 2026-11-20 (actual)
+people.enrolled: 7
new_trial: 1 record, 1 different, 0 not compared
"""
    )


def test_where_nothing_changed_nothing_is_shown(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "--refresh", KEY, "--api", api.address) == 0
    assert capsys.readouterr().out == "new_trial: 1 record, 0 different, 0 not compared\n"


def test_where_the_registry_is_silent_for_some_the_others_are_compared(
    kept: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sample()
    other["protocolSection"]["identificationModule"] = {"nctId": "NCT00000001", "briefTitle": "Another"}
    assert run(kept, "--from", saved(kept, other)) == 0
    capsys.readouterr()
    api.give("NCT00000001", send("busy", 503, "text/plain"))
    assert run(kept, "--refresh", "--api", api.address) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("new_trial: docs/trials/nct00000001.md: NCT00000001: status 503")
    assert printed.err.count("\n") == 1
    assert printed.out == "new_trial: 2 records, 0 different, 1 not compared\n"


def test_a_record_that_is_not_there_is_reported(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "--refresh", "NCT00000009", KEY, "--api", api.address) == 1
    printed = capsys.readouterr()
    assert printed.err == "new_trial: 'NCT00000009' is not a record with a number of ClinicalTrials.gov\n"
    assert "1 record, " in printed.out


def test_a_page_with_an_error_is_reported(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page_of(kept, "broken").write_text("---\ntrial: {id: broken}\n---\n# Broken\n", encoding="utf-8")
    assert run(kept, "--refresh", "--api", api.address) == 1
    assert "docs/trials/broken.md: its record has an error; fix it first" in capsys.readouterr().err


def test_refresh_takes_a_saved_study_too(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(kept, later())
    assert run(kept, "--refresh", "--from", path, "--api", "http://127.0.0.1:9/") == 0
    assert "+status: terminated\n" in capsys.readouterr().out
    assert run(kept, "--refresh", "--from", saved(kept, put("identificationModule.nctId", "NCT00000001"))) == 1


def test_the_records_of_the_project_can_be_compared(
    tmp_path: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = tmp_path / "real"
    write(copied, {"references.bib": (ROOT / "references.bib").read_text(encoding="utf-8")})
    for path in sorted((ROOT / "docs" / "trials").glob("*.md")):
        write(copied, {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")})
    numbers = [
        next((one.id for one in record.registry if registries.NCT.fullmatch(one.id)), "")
        for _, record in project.load_project(copied).records.values()
    ]
    for number in filter(None, numbers):
        api.give(number, send(put("identificationModule.nctId", number, later)))
    assert run(copied, "--refresh", "--api", api.address) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    compared = len(list(filter(None, numbers)))
    assert printed.out.endswith(f"\nnew_trial: {compared} records, {compared} different, 0 not compared\n")


# --- as a contributor runs it -------------------------------------------------------------------------


def script(root: Path, *given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "new_trial.py"), *given],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_the_script_itself_writes_a_page(root: Path, api: Api) -> None:
    done = script(root, NUMBER, CLINICALTRIALS_API=api.address, http_proxy="http://127.0.0.1:9")
    assert (done.returncode, done.stderr) == (0, "")
    assert page_of(root).is_file()
    assert project.load_project(root).records[KEY][1].status[0].as_of == date.today().isoformat()


def test_the_script_itself_says_what_is_wrong(root: Path) -> None:
    done = script(root, NUMBER, "--api", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"new_trial: could not run: {NUMBER}: the host refuses the connection; try again later, or use --from with a"
        " saved study\n"
    )


def test_the_call_is_explained(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--help") == 0
    assert capsys.readouterr().out.startswith("usage: new_trial.py")

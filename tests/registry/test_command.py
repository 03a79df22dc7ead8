"""The command ``new_trial.py``: a page that keeps the rules, never half a page, never another page's place."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import BIB, ROOT, TODAY, check_citations, check_links
from ledger.core.errors import RefusedError
from ledger.core.problems import Problem
from ledger.model import project, registries
from ledger.registry import command, mapping, page_draft, study_model
from ledger.site import check_site
from play_api import DATA, NUMBER, QUICK, Api, sample, send, serve
from preview_server import copy as copy_of_the_site
from studies import HARMLESS, HOSTILE, put, with_results

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
    *gaps, last, hint = [line for line in printed.out.splitlines() if "not copied" not in line]
    assert gaps
    assert "remove draft: true" in hint
    assert all(re.match(rf"docs/trials/{KEY}\.md:\d+: warning: .* \[record-gap\]$", line) for line in gaps)
    assert last == (
        f"new_trial: docs/trials/{KEY}.md written, {KEY} added to references.bib: {len(gaps)} gaps for a person to"
        " fill, 0 not mapped, 0 errors"
    )


def test_a_fresh_page_keeps_every_rule_but_its_gaps(root: Path, api: Api) -> None:
    run(root, NUMBER, "--api", api.address)
    found = problems(root)
    assert found
    assert {problem.rule for problem in found} == {"record-gap"}
    assert {problem.level for problem in found} == {"warning"}
    text = page_of(root).read_text(encoding="utf-8").splitlines()
    for problem in found:
        assert "to fill" in text[problem.line - 1]


def test_every_gap_of_the_page_is_listed(root: Path, api: Api) -> None:
    run(root, NUMBER, "--api", api.address)
    text = page_of(root).read_text(encoding="utf-8")
    marked = {number for number, line in enumerate(text.splitlines(), 1) if "to fill" in line}
    assert {problem.line for problem in problems(root)} == marked


def test_a_saved_study_gives_the_same_without_a_network(root: Path, api: Api, tmp_path: Path) -> None:
    assert run(root, "--from", str(DATA), "--api", "http://127.0.0.1:9/api") == 0
    offline = page_of(root).read_text(encoding="utf-8")
    other = write(tmp_path / "other", FILES)
    assert run(other, NUMBER, "--api", api.address) == 0
    assert offline.replace(", note: read in a saved copy of the record", "") == page_of(other).read_text(
        encoding="utf-8"
    )
    assert (root / "references.bib").read_bytes() == (other / "references.bib").read_bytes()


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
        "  title = {Record {NCT09876543}: Islet Cells From a Donor Line in Adults With Type 1 Diabetes (Example Cell"
        " Therapeutics)},\n"
        "  url = {https://clinicaltrials.gov/study/NCT09876543},\n"
        "  urldate = {2026-11-21},\n"
        "  keywords = {trial registry},\n"
        "  seen = {registry record},\n"
        "  note = {also registered as 2023-507988-19-00},\n"
        "}\n"
    )


def test_a_bibliography_with_windows_line_ends_keeps_them(root: Path) -> None:
    (root / "references.bib").write_bytes(BIB.replace("\n", "\r\n").encode())
    assert run(root, "--from", str(DATA)) == 0
    raw = (root / "references.bib").read_bytes()
    assert raw.startswith(BIB.replace("\n", "\r\n").encode())
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize("key", ["NCT09876543", "sample-record"])
def test_a_source_that_is_there_is_used(root: Path, key: str) -> None:
    entry = (
        f"@online{{{key},\n  title = {{Record}},\n  url = {{https://clinicaltrials.gov/study/{NUMBER}}},\n"
        "  urldate = {2026-01-01},\n  keywords = {trial registry},\n  seen = {registry record},\n"
        "  note = {also registered as 2023-507988-19-00},\n}\n"
    )
    (root / "references.bib").write_text(f"{BIB}\n{entry}", encoding="utf-8")
    assert run(root, "--from", str(DATA)) == 0
    assert (root / "references.bib").read_text(encoding="utf-8") == f"{BIB}\n{entry}"
    assert f"cite: {key}," in page_of(root).read_text(encoding="utf-8")
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_the_name_can_be_chosen(root: Path) -> None:
    assert run(root, "--from", str(DATA), "--id", "my-Trial_1") == 0
    assert page_of(root, "my-Trial_1").is_file()
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_results_of_a_finished_trial_are_taken_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--from", saved(root, with_results())) == 0
    assert "not copied: posted results" in capsys.readouterr().out
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_values_without_a_word_are_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--from", saved(root, put("statusModule.overallStatus", "PAUSED"))) == 0
    printed = capsys.readouterr().out
    assert "new_trial: not mapped: protocolSection.statusModule.overallStatus: PAUSED" in printed
    assert "1 not mapped" in printed


@pytest.mark.parametrize("one", registries.REGISTRIES[1:], ids=lambda one: one.name)
def test_another_registry_gives_a_skeleton_with_its_link(
    root: Path, one: registries.Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    number = registries.parse_registry_number(one.example)
    assert number
    assert run(root, one.example, "--api", "http://127.0.0.1:9") == 0
    assert "0 errors" in capsys.readouterr().out
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


def test_a_page_that_appears_meanwhile_is_not_overwritten(root: Path) -> None:
    page_of(root).write_text("# Mine\n", encoding="utf-8")
    before = everything(root)
    with pytest.raises(RefusedError):
        command.write_page_and_source(root, KEY, "# Ours\n", KEY, f"@misc{{{KEY},\n}}\n")
    assert everything(root) == before


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


@pytest.mark.parametrize("case", ["a script", "a Markdown link", "front matter", "a YAML key", "NUL", "right to left"])
def test_a_hostile_title_writes_nothing(root: Path, api: Api, capsys: pytest.CaptureFixture[str], case: str) -> None:
    api.give(NUMBER, send(put("identificationModule.briefTitle", HOSTILE[case])))
    assert "refused: briefTitle holds" in refused(root, capsys, NUMBER, "--api", api.address)


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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "not the study of one trial"),
        (b'{"protocolSection": {}', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b" " * 20_000_001, "longer than 20000000 bytes"),
        (b'{"protocolSection": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", ""),
    ],
)
def test_a_saved_file_that_cannot_be_used_writes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (root / "study.json").write_bytes(content)
    before = everything(root)
    assert run(root, "--from", str(root / "study.json")) in (1, 2)
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert everything(root) == before


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


# --- both or neither ----------------------------------------------------------------------------------


def test_without_a_bibliography_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "references.bib").unlink()
    assert "references.bib" in refused(root, capsys, "--from", str(DATA), status=2)


@pytest.mark.parametrize(
    "text", ["@misc{a, title = {", BIB.replace("{A trial}", "{A trial"), f"{BIB}words\n", BIB + BIB]
)
def test_a_bibliography_with_an_error_is_not_touched(root: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (root / "references.bib").write_text(text, encoding="utf-8")
    assert "references.bib has an error in line" in refused(root, capsys, "--from", str(DATA))


@pytest.mark.parametrize("fails", ["hardlink_to", "replace", "fsync", "interrupt"])
def test_a_failure_on_the_way_leaves_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt if fails == "interrupt" else OSError(28, "No space left on device")

    before = everything(root)
    with monkeypatch.context() as patch:
        if fails == "fsync":
            patch.setattr(os, "fsync", fail)
        elif fails == "hardlink_to":
            patch.setattr(Path, "hardlink_to", fail)
            patch.setattr(Path, "touch", fail)
        else:
            patch.setattr(Path, "replace", fail)
        assert run(root, "--from", str(DATA)) == 2
    assert everything(root) == before
    [line] = capsys.readouterr().err.splitlines()
    assert "stopped" in line if fails == "interrupt" else "No space left" in line


def test_on_a_file_system_without_links_a_page_is_written_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", fail)
    assert run(root, "--from", str(DATA)) == 0
    assert {problem.rule for problem in problems(root)} == {"record-gap"}


def test_a_bibliography_that_changes_meanwhile_is_not_overwritten(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Path.hardlink_to

    def change(page: Path, target: Path) -> None:
        link(page, target)
        (root / "references.bib").write_text(f"{BIB}% changed\n", encoding="utf-8")

    monkeypatch.setattr(Path, "hardlink_to", change)
    assert run(root, "--from", str(DATA)) == 1
    assert "changed in the meantime" in capsys.readouterr().err
    assert not page_of(root).exists()
    assert (root / "references.bib").read_text(encoding="utf-8") == f"{BIB}% changed\n"


def test_what_is_written_can_be_read_by_all_as_the_other_files(root: Path) -> None:
    (root / "references.bib").chmod(0o640)
    assert run(root, "--from", str(DATA)) == 0
    assert (root / "references.bib").stat().st_mode & 0o777 == 0o640
    assert page_of(root).stat().st_mode & 0o777 == (root / "docs/index.md").stat().st_mode & 0o777
    assert not list(root.rglob(".*"))


# --- any study ----------------------------------------------------------------------------------------

GONE = object()
TEXTS = (*HARMLESS, *HOSTILE.values(), "x" * 21_000, "word " * 5_000, "to fill", "not found", "\x00" * 30, "٣")
VALUES: Any = st.one_of(
    st.sampled_from([GONE, None, "", 0, -1, 1.5, True, False, [], {}, [None], 10**30, [[["x"]]], {"a": {"b": [1]}}]),
    st.sampled_from(TEXTS),
    st.text(max_size=30),
    st.sampled_from(["ACTUAL", "PHASE9", "2024-13-01", "2031-01-01", "NCT123", "2024"]),
    st.sampled_from([{"date": "2031-01-01", "type": "ACTUAL"}, {"count": 3, "type": "ACTUAL"}, ["PHASE1", "PHASE4"]]),
    st.integers(-5, 60),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


WHOLE = with_results()
KEPT = (("protocolSection",), ("protocolSection", "identificationModule"))
PLACES = [path for path in places(WHOLE) if path not in KEPT and path[-1] != "nctId"]
CHANGES = st.lists(st.tuples(st.sampled_from(PLACES), VALUES, st.booleans()), min_size=1, max_size=8)


def changed(changes: list[tuple[tuple[Any, ...], Any, bool]]) -> dict[str, Any]:
    """The sample with values taken out, replaced or added at places that are still there."""
    whole = copy.deepcopy(WHOLE)
    for path, value, add in changes:
        inner: Any = whole
        try:
            for step in path[:-1]:
                inner = inner[step]
            if add and isinstance(inner, dict):
                inner[f"new{path[-1]}"] = None if value is GONE else copy.deepcopy(value)
            elif value is GONE:
                del inner[path[-1]]
            elif not isinstance(inner, str):
                inner[path[-1]] = copy.deepcopy(value)
        except (LookupError, TypeError):
            continue
    return whole


def drawn(root: Path, given: dict[str, Any], number: str) -> str | None:
    """Write the page of a study without the command; the message where its title is refused."""
    name = number.lower()
    known = registries.parse_registry_number(number)
    assert known
    try:
        record, _ = mapping.build_trial_record(given, number, name, name, TODAY)
    except study_model.HostileTextError as error:
        return str(error)
    record["registry"] = record["registry"][:1]  # the other numbers are those of all these pages
    text = page_draft.render_draft_page(
        record, page_draft.choose_title(known, command.get_short_title(record), name, []), name, "a draft", TODAY
    )
    command.write_page_and_source(
        root,
        name,
        text,
        name,
        page_draft.format_bib_entry(
            known,
            command.describe_trial(record),
            "registry record",
            TODAY,
            [registration["id"] for registration in record["registry"][1:]],
        ),
    )
    return None


def test_the_source_of_a_page_keeps_the_capitals_of_its_title(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    whole = copy.deepcopy(WHOLE)
    del whole["protocolSection"]["identificationModule"]["briefTitle"]
    assert drawn(root, whole, "NCT00000155") is None
    bib = (root / "references.bib").read_text(encoding="utf-8")
    assert "[{EX}-101]" in bib
    assert "{HbA1c}" in bib
    assert [
        p for p in check_site.check_citations(project.load_project(root, TODAY)).problems if p.rule == "bib-capitals"
    ] == []


def test_any_study_gives_a_page_that_keeps_the_rules(tmp_path: Path) -> None:
    """Many shapes; all pages are read and checked as one project, as the build does it."""
    root = write(tmp_path, FILES)
    shapes: list[dict[str, Any]] = []

    @settings(database=None, suppress_health_check=list(HealthCheck))
    @given(CHANGES)
    def draw(changes: Any) -> None:
        shapes.append(changed(changes))

    draw()
    entries = []
    for place, shape in enumerate(shapes):
        (root / "references.bib").write_text("", encoding="utf-8")  # kept short, so that adding to it stays fast
        said = drawn(root, shape, f"NCT{place:08}")
        assert said is None or re.fullmatch(r"[\w.\[\]]+ holds an? .*", said)
        entries.append((root / "references.bib").read_text(encoding="utf-8"))
    (root / "references.bib").write_text("\n".join([BIB, *filter(None, entries)]), encoding="utf-8")
    loaded = project.load_project(root, TODAY)
    assert len(loaded.records) > len(shapes) * 0.6
    found = [*check_site.check_citations(loaded).problems, *check_site.check_links(loaded).problems]
    expected = ("record-gap", "record-copied")  # the shapes are changed from one study
    assert [str(problem) for problem in found if problem.rule not in expected] == []


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_the_command_writes_a_page_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], changes: Any
) -> None:
    root = tmp_path_factory.getbasetemp() / "any"
    write(root, FILES)
    page_of(root).unlink(missing_ok=True)
    before = everything(root)
    status = run(root, "--from", saved(root, changed(changes)))
    printed = capsys.readouterr()
    (root / "study.json").unlink()
    if status:
        assert status == 1
        assert re.fullmatch(r"new_trial: refused: [\w.\[\]]+ holds an? [^\n]+\n", printed.err), printed
        assert everything(root) == before
        return
    assert project.load_project(root, TODAY).records[KEY][1].registry[0].id == NUMBER
    assert "0 errors" in printed.out
    gaps = [line for line in printed.out.splitlines() if not line.startswith("new_trial: ")]
    assert all(line.endswith("[record-gap]") for line in gaps)


PREVIEW = """\
from mkdocs.commands import build
from mkdocs.config import load_config
config = load_config(dev_addr="127.0.0.1:0")
config.plugins.on_startup(command="serve", dirty=False)
build.build(config)
"""
"""What a preview shows, built once: drafts are in no other build."""


@pytest.mark.slow
def test_two_dozen_pages_are_shown_in_a_preview(tmp_path: Path) -> None:
    root = copy_of_the_site(tmp_path / "site")
    (root / "docs/trials/sample.md").unlink()
    texts = [*HARMLESS[:5], "T1D@Home", "x" * 30_000, "word " * 6_000, "مرحبا", "{x} `y` | z", "%", "a\\b"]
    for place, text in enumerate(texts):
        given = with_results() if place % 2 else sample()
        given["protocolSection"]["identificationModule"] = {"briefTitle": text, "officialTitle": text}
        assert drawn(root, given, f"NCT000010{place:02}") is None
    nasty = [
        *HOSTILE.values(),
        "x" * 25_000,
        "- a\n- b\n\n# c\n\n| d | e |\n|---|---|\n",
        "<!-- generated: bibliography -->",
    ]
    for place, text in enumerate(nasty[::3]):
        given = with_results()
        protocol = given["protocolSection"]
        del protocol["identificationModule"]
        protocol["descriptionModule"] = {"briefSummary": text, "detailedDescription": text}
        protocol["conditionsModule"] = {"conditions": [text], "keywords": [text], "new": text}
        protocol["armsInterventionsModule"]["armGroups"][0] |= {"label": text, "description": text}
        protocol["statusModule"]["whyStopped"] = text
        protocol["eligibilityModule"]["eligibilityCriteria"] = text
        assert drawn(root, given, f"NCT000020{place:02}") is None
    assert run(root, "ChiCTR2300072200") == 0
    pages = sorted((root / "docs/trials").glob("*.md"))
    assert len(pages) >= 24
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
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert errors
    assert [line for line in errors if not line.endswith("[record-copied]")] == []  # made from one study
    assert "the built pages have errors" not in done.stdout + done.stderr
    for page in pages:
        built = root / "site/trials" / (page.stem if page.stem != "index" else "") / "index.html"
        tags = "".join(re.findall(r"<[a-z][^<>]*>", built.read_text(encoding="utf-8")))
        assert "onerror" not in tags
        assert "<foo " not in tags
        assert 'src="x"' not in tags


# --- refresh ------------------------------------------------------------------------------------------


@pytest.fixture
def kept(root: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with the page of the sample, written a month ago."""
    assert run(root, "--from", str(DATA), day=date(2026, 10, 20)) == 0
    text = page_of(root).read_text(encoding="utf-8").replace(", note: read in a saved copy of the record", "")
    page_of(root).write_text(text, encoding="utf-8")
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
    protocol["designModule"]["enrollmentInfo"] = {"count": 7, "type": "ACTUAL"}
    protocol["contactsLocationsModule"]["locations"].append({"city": "Bergen", "country": "Sweden"})
    return found


def test_refresh_shows_a_diff_and_changes_nothing(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.give(NUMBER, send(later()))
    before = everything(kept)
    assert run(kept, "--refresh", "--api", api.address) == 0
    assert everything(kept) == before
    printed = capsys.readouterr()
    assert printed.err == ""
    plus = [line[1:].strip() for line in printed.out.splitlines() if re.match(r"\+(?!\+)", line)]
    assert plus == [
        'official_title: "A New Title: With a Colon"',
        f'- {{id: {NUMBER}, checked: "2026-11-21", cite: {KEY}}}',
        f'- {{as_of: "2026-11-21", value: terminated, cite: {KEY}, where: status, seen: registry record}}',
        f"why_stopped: {{value: No money, cite: {KEY}, where: status, seen: registry record}}",
        f"countries: {{value: [United States, Norway, Sweden], cite: {KEY}, where: locations, seen: registry record}}",
        f"sites: {{value: 3, cite: {KEY}, where: locations, seen: registry record}}",
        f'primary_completion: {{value: "2026-10-30", type: actual, cite: {KEY}, where: dates, seen: registry record}}',
        f'completion: {{value: "2026-11-02", type: actual, cite: {KEY}, where: dates, seen: registry record}}',
        f"enrolled: {{value: 7, cite: {KEY}, where: enrolment, seen: registry record}}",
    ]
    assert printed.out.splitlines()[-1] == (
        "new_trial: 1 record compared, 0 the same, 1 with changes (nothing written; add --write), 0 not done"
    )


def test_refresh_writes_what_it_showed_and_nothing_else(
    kept: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.give(NUMBER, send(later()))
    before = everything(kept)
    old = page_of(kept).read_text(encoding="utf-8").splitlines()
    assert run(kept, "--refresh", NUMBER, "--write", "--api", api.address) == 0
    assert "1 written" in capsys.readouterr().out
    after = everything(kept)
    assert {name for name in after if after[name] != before.get(name)} == {f"docs/trials/{KEY}.md"}
    new = page_of(kept).read_text(encoding="utf-8").splitlines()
    assert len(new) == len(old) + 3
    assert len([line for line in old if line not in new]) == 6
    record = project.load_project(kept, TODAY).records[KEY][1]
    assert [entry.value for entry in record.status] == ["recruiting", "terminated"]
    assert record.registry[0].checked == TODAY.isoformat()
    assert {problem.rule for problem in problems(kept)} == {"record-gap"}
    assert run(kept, "--refresh", "--write", "--api", api.address) == 0
    assert "1 the same" in capsys.readouterr().out
    assert everything(kept) == after


def test_where_nothing_changed_only_the_day_moves(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    old = page_of(kept).read_text(encoding="utf-8")
    assert run(kept, "--refresh", KEY, "--write", "--api", api.address) == 0
    new = page_of(kept).read_text(encoding="utf-8")
    assert new == old.replace(f'{NUMBER}, checked: "2026-10-20"', f'{NUMBER}, checked: "2026-11-21"')
    assert new != old
    capsys.readouterr()


def test_what_another_source_says_is_left_to_a_person(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_of(kept)
    text = page.read_text(encoding="utf-8")
    text = text.replace(f"planned: {{value: 24, cite: {KEY}", "planned: {value: 30, cite: known2024")
    text = text.replace(
        f"sex: {{value: all, cite: {KEY}, where", f"sex: {{value: female, cite: {KEY}, note: so far, where"
    )
    text = text.replace("model: {value: parallel", "model: {value: sequential")
    text = text.replace(f"masking: {{value: double, cite: {KEY}", 'masking: {value: not stated, note: "')
    text = re.sub(r"masking: .*", "masking: {value: not stated}", text)
    page.write_text(text, encoding="utf-8")
    assert run(kept, "--refresh", "--write", "--api", api.address) == 0
    said = capsys.readouterr().out
    assert "trial.people.planned: the record says '30' after [known2024], the registry '24'; left to a person" in said
    assert "trial.people.sex: its note stays; check that it still holds: so far" in said
    record = project.load_project(kept, TODAY).records[KEY][1]
    assert record.people.planned
    assert record.people.planned.value == 30
    assert record.people.sex
    assert record.people.sex.value == "all"
    assert record.model
    assert record.model.value == "parallel"
    assert record.masking.value == "double"


def test_what_is_not_there_is_added_in_its_place(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_of(kept)
    text = page.read_text(encoding="utf-8")
    cut = re.sub(r"  dates:\n(?:    .*\n)+", "", text)
    cut = re.sub(r"  (?:arms|sites|official_title|purpose):.*\n(?:    .*\n)*", "", cut)
    assert len(cut) < len(text)
    page.write_text(cut, encoding="utf-8")
    assert run(kept, "--refresh", "--write", "--api", api.address) == 0
    assert page.read_text(encoding="utf-8") == text.replace(
        f'{NUMBER}, checked: "2026-10-20"', f'{NUMBER}, checked: "2026-11-21"'
    )
    capsys.readouterr()


def test_a_page_in_another_style_is_edited_or_left(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_of(kept)
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"  status:\n    - (.*)\n", r"  status: [\1] # a remark" + "\n", text)
    text = re.sub(
        r"  sponsor: \{value: (.*?), cite: (\w+), .*\}", r"  sponsor:\n    value: |\n      \1\n    cite: \2", text
    )
    page.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    found = later()
    found["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = "Another"
    api.give(NUMBER, send(found))
    assert run(kept, "--refresh", "--write", "--api", api.address) == 0
    said = capsys.readouterr().out
    assert "trial.sponsor.value: a text in | or > stands here; write Another by hand" in said
    raw = page.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert b"}] # a remark\r\n" in raw
    assert [one.value for one in project.load_project(kept, TODAY).records[KEY][1].status] == [
        "recruiting",
        "terminated",
    ]


def test_a_change_that_breaks_a_rule_is_not_written(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_of(kept)
    text = page.read_text(encoding="utf-8")
    treated = f"    treated: {{value: 9, cite: {KEY}, seen: registry record}}\n"
    page.write_text(
        text.replace("    who: {value: to fill}\n", f"{treated}    who: {{value: to fill}}\n"), encoding="utf-8"
    )
    before = everything(kept)
    api.give(NUMBER, send(later()))  # 7 enrolled
    assert run(kept, "--refresh", "--write", "--api", api.address) == 1
    printed = capsys.readouterr()
    assert "treated 9 is more than enrolled 7" in printed.out
    assert "not written, change it by hand" in printed.err
    assert everything(kept) == before


def test_where_the_registry_is_silent_for_some_the_others_are_done(
    kept: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sample()
    other["protocolSection"]["identificationModule"] = {"nctId": "NCT00000001", "briefTitle": "Another"}
    assert run(kept, "--from", saved(kept, other)) == 0
    (kept / "study.json").unlink()
    capsys.readouterr()
    api.give("NCT00000001", send("busy", 503, "text/plain"))
    assert run(kept, "--refresh", "--write", "--api", api.address) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("new_trial: docs/trials/nct00000001.md: NCT00000001: status 503, tried 3 times; ")
    assert printed.err.count("\n") == 1
    assert "2 records compared, 0 the same, 1 written, 1 not done" in printed.out


def test_a_record_that_is_not_there_is_reported(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "--refresh", "NCT00000009", KEY, "--api", api.address) == 1
    printed = capsys.readouterr()
    assert printed.err == "new_trial: 'NCT00000009' is not a record with a number of ClinicalTrials.gov\n"
    assert "1 record compared" in printed.out


def test_a_page_with_an_error_is_reported_and_left(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    page_of(kept, "broken").write_text("---\ntrial: {id: broken}\n---\n# Broken\n", encoding="utf-8")
    assert run(kept, "--refresh", "--api", api.address) == 1
    assert "docs/trials/broken.md: its record has an error; fix it first" in capsys.readouterr().err


def test_refresh_takes_a_saved_study_too(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(kept, later())
    assert run(kept, "--refresh", "--from", path, "--api", "http://127.0.0.1:9/") == 0
    assert "value: terminated" in capsys.readouterr().out
    assert run(kept, "--refresh", "--from", saved(kept, put("identificationModule.nctId", "NCT00000001"))) == 1


def test_a_hostile_title_is_not_taken_over(kept: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(kept)
    api.give(NUMBER, send(put("identificationModule.officialTitle", "<script>")))
    assert run(kept, "--refresh", "--write", "--api", api.address) == 1
    assert "officialTitle holds an HTML tag" in capsys.readouterr().err
    assert everything(kept) == before


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_the_records_of_the_project_can_be_compared(
    tmp_path: Path, api: Api, capsys: pytest.CaptureFixture[str], every: int
) -> None:
    """The real pages: every edit is either made in its place or left, and the pages still hold."""
    copied = tmp_path / "real"
    write(copied, {"references.bib": (ROOT / "references.bib").read_text(encoding="utf-8")})
    for path in sorted((ROOT / "docs" / "trials").glob("*.md"))[::every]:
        write(copied, {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")})
    loaded = project.load_project(copied)
    numbers = [
        one.id for _, record in loaded.records.values() for one in record.registry if registries.NCT.fullmatch(one.id)
    ]
    for number in numbers:
        api.give(number, send(put("identificationModule.nctId", number, later)))
    before = everything(copied)
    assert run(copied, "--refresh", "--api", api.address, day=date.today()) in (0, 1)
    printed = capsys.readouterr()
    assert everything(copied) == before
    assert "@@" in printed.out
    assert run(copied, "--refresh", "--write", "--api", api.address, day=date.today()) in (0, 1)
    capsys.readouterr()
    assert len(project.load_project(copied).records) == len(loaded.records)


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
    assert f'as_of: "{date.today().isoformat()}"' in page_of(root).read_text(encoding="utf-8")


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

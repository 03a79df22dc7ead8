"""The live link check before a bed of faults, and what it remembers: see ``linkbed`` for the truth about each link."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbed
from conftest import BIB, INDEX, ROOT, TODAY, Make, check_links
from fake_timer import FakeTimer
from ledger.http import client, ssrf_guard
from ledger.http.client import HttpSettings
from ledger.http.fetch import FetchFailure, FetchResponse, Hop
from ledger.linkcheck import classify, command, scheduler
from ledger.model import external_links, link_state, project
from ledger.model.external_links import LinkRequest
from ledger.model.link_state import LinkHistory, LinkResult
from linkbed import KINDS, Bed, Kind

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
QUICK = ("--delay=0", "--timeout=2", "--pause=0.1", "--longest-wait=5")
HERE = "--allow-private=127.0.0.1/32"
JOBS = 40
MANY = 160


@dataclass(frozen=True)
class Outcome:
    """What one run of the command printed, wrote and returned."""

    status: int
    out: str
    err: str
    data: dict[str, Any]

    def link(self, address: str) -> dict[str, Any]:
        return next(one for one in self.data["links"] if one["address"] == address)

    def problems(self) -> list[str]:
        """``path:line level rule`` of each problem."""
        return [f"{one['path']}:{one['line']} {one['level']} {one['rule']}" for one in self.data["problems"]]


Check = Callable[..., Outcome]


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    with linkbed.serve(tmp_path_factory.mktemp("bed")) as served, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(served.authority))
        yield served


async def resolve(host: str, port: int) -> Sequence[str]:
    """A resolver without DNS: this machine and IP addresses exist, no other name does."""
    if host != "localhost" and not host[0].isdigit() and ":" not in host:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return await ssrf_guard.resolve_host(host, port)


def external(root: Path, *more: str, now: datetime = NOW, private: str = HERE) -> Outcome:
    """Run the live check in this process, with its clock set to ``now`` and without asking for any name."""
    written = root / "found.json"
    written.unlink(missing_ok=True)
    arguments = ["--external", f"--json={written}", *QUICK, *([private] if private else []), *more]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        status = command.main(arguments, root, lambda: now, resolve)
    data = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    return Outcome(status, out.getvalue(), err.getvalue(), data)


def links(*targets: str) -> dict[str, str]:
    """A home page with links; the first is in line 5."""
    return {"docs/index.md": INDEX + "".join(f"\n[x](<{target}>)\n" for target in targets), "references.bib": NO_DOI}


NO_DOI = BIB.replace("  doi = {10.1234/abc},\n", "")


@pytest.fixture(scope="module")
def whole(bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One run over every link of the bed."""
    root = tmp_path_factory.mktemp("whole")
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text(bed.page(), encoding="utf-8")
    (root / "references.bib").write_text("", encoding="utf-8")
    contact = "--contact=https://example.org/contact"
    return external(root, *bed.bases, f"--jobs={JOBS}", "--per-host=40", contact)


# --- the bed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_link_of_the_bed_is_classed_as_the_truth_beside_it_says(kind: Kind, whole: Outcome, bed: Bed) -> None:
    found = whole.link(bed.filled(kind.address))
    assert found["class"] == kind.truth, found["evidence"]
    assert found["evidence"]


def test_the_bed_has_a_link_of_every_class() -> None:
    assert {kind.truth for kind in KINDS} == set(get_args(link_state.LinkClass)) - {"not-checked", "excused"}


def test_no_link_that_works_is_called_broken(whole: Outcome, bed: Bed) -> None:
    bad = {bed.filled(kind.address) for kind in KINDS if kind.truth in link_state.BAD_CLASSES}
    assert {one["address"] for one in whole.data["links"] if one["class"] in link_state.BAD_CLASSES} == bad


def test_the_bed_is_reported_line_by_line_and_counted_by_class(whole: Outcome) -> None:
    *lines, last = whole.out.splitlines()
    assert last.startswith(f"check_links: 1 page, {len(KINDS)} addresses, ")
    for kind in {kind.truth for kind in KINDS}:
        assert f" {sum(one.truth == kind for one in KINDS)} {kind}" in last
    assert len(lines) == sum(kind.truth != "ok" for kind in KINDS)
    assert all(line.startswith("docs/index.md:") and line.endswith("-link]") for line in lines)
    assert whole.err == ""
    assert "secret" not in whole.out


def test_what_must_not_be_requested_was_not_requested(whole: Outcome, bed: Bed) -> None:
    assert whole.status == 1  # a password and private addresses stand on the page itself
    assert bed.asked["/ok2"] == 0
    assert bed.asked["/ok"] == 2  # plain and with TLS; never at 127.0.0.2 or ::1


def test_a_request_is_made_once_for_all_its_fragments(whole: Outcome, bed: Bed) -> None:
    assert bed.asked["/twice"] == 1


def test_only_transient_failures_are_tried_again(whole: Outcome, bed: Bed) -> None:
    for path in ("/404", "/500", "/403", "/410", "/429-long", "/challenge"):
        assert bed.asked[path] <= 1 + sum("{web}" + path == kind.address for kind in KINDS) + 2, path
    assert bed.asked["/500"] == bed.asked["/410"] == bed.asked["/429-long"] == bed.asked["/challenge"] == 1
    assert bed.asked["/429"] == bed.asked["/503"] == bed.asked["/reset"] == 3
    assert bed.asked["/hang"] == 2


def test_the_program_says_who_it_is(whole: Outcome, bed: Bed) -> None:
    assert len(bed.agents) == 1
    assert "islet-ledger" in next(iter(bed.agents))
    assert "https://example.org/contact" in next(iter(bed.agents))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.target], ids=lambda kind: kind.name)
def test_what_has_moved_comes_with_the_edit(kind: Kind, whole: Outcome, bed: Bed) -> None:
    old, new = bed.filled(kind.address), bed.filled(kind.target)
    found = whole.link(old)
    assert found["edits"] == [{**found["places"][0], "old": old, "new": new}]
    line = f"docs/index.md:{found['places'][0]['line']}: warning: {old}"
    assert any(one.startswith(line) and f"write {new} in place of {old}" in one for one in whole.out.splitlines())


def test_an_edit_keeps_the_fragment(make: Make, bed: Bed) -> None:
    bed.answers["/old-parts"] = linkbed.to(308, "/fragment")
    web = bed.places["web"]
    found = external(make(links(f"{web}/old-parts#part")))
    assert f"write {web}/fragment#part in place of" in found.out
    assert found.link(f"{web}/old-parts#part")["edits"][0]["new"] == f"{web}/fragment#part"


# --- where addresses stand ---------------------------------------------------------------------------


def test_pages_sources_and_records_are_read_each_address_once_with_all_places(make: Make) -> None:
    record = (ROOT / "tests" / "data" / "trial.md").read_text(encoding="utf-8")
    entry = NO_DOI.replace("  seen", "  url = {https://example.org/a\\_b},\n  pmid = {12},\n  pmcid = {PMC34},\n  seen")
    page = (
        f"{INDEX}\n[a](https://example.org/a_b) ![b](https://example.org/b.png)\n"
        "\n`[c](https://example.org/code)` <!-- https://example.org/comment --> [m](mailto:a@example.org)\n"
    )
    root = make({"docs/index.md": page, "docs/trials/sample.md": record, "references.bib": entry})
    found = {one.text: [f"{at.path}:{at.line}" for at in one.places] for one in read(root)}
    id_line = (
        record[: record.index("  - {id: NCT") if "  - {id: NCT" in record else record.index("NCT")].count("\n") + 1
    )
    registered = {text: places for text, places in found.items() if "clinicaltrials" in text or "registr" in text}
    assert all(place.startswith("docs/trials/sample.md:") for places in registered.values() for place in places)
    assert any(f"docs/trials/sample.md:{id_line}" in places for places in registered.values())
    assert {text: places for text, places in found.items() if text not in registered} == {
        "https://example.org/a_b": ["docs/index.md:5", "references.bib:9"],
        "https://example.org/b.png": ["docs/index.md:5"],
        "https://pubmed.ncbi.nlm.nih.gov/12/": ["references.bib:10"],
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC34/": ["references.bib:11"],
    }


def read(root: Path) -> list[external_links.ExternalLink]:
    return external_links.collect_external_links(project.load_project(root, TODAY))


@pytest.mark.parametrize(
    ("address", "asked", "kind"),
    [
        ("https://doi.org/10.1234/a(b)c", "https://doi.org/api/handles/10.1234/a%28b%29c", "doi"),
        ("http://dx.doi.org/10.1234%2Fa", "https://doi.org/api/handles/10.1234/a", "doi"),
        ("https://doi.org/the-identifier", "https://doi.org/the-identifier", "page"),
        (
            "https://clinicaltrials.gov/study/NCT01234567?tab=results#more",
            "https://clinicaltrials.gov/api/v2/studies/NCT01234567?fields=NCTId",
            "trial",
        ),
        ("https://pubmed.ncbi.nlm.nih.gov/12/#abstract", "https://pubmed.ncbi.nlm.nih.gov/12/", "page"),
        ("https://example.org/a#b", "https://example.org/a", "page"),
    ],
)
def test_identifiers_are_requested_at_their_registries_and_never_at_a_publisher(
    address: str, asked: str, kind: str
) -> None:
    found = external_links.build_link_request(address, external_links.BaseUrls())
    assert (found.url, found.kind) == (asked, kind)


@pytest.mark.parametrize(
    ("address", "fragment"),
    [
        ("https://a.org/#part", "part"),
        ("https://a.org/#t%C3%BCr", "tür"),
        ("https://a.org/#:~:text=x", ""),
        ("https://a.org/#part:~:text=x", "part"),
        ("https://a.org/#/route", ""),
        ("https://a.org/#!route", ""),
        ("https://a.org/#top", ""),
        ("https://a.org/x.pdf#page=3", ""),
        ("https://a.org/", ""),
    ],
)
def test_the_place_that_is_looked_for_in_a_page(address: str, fragment: str) -> None:
    assert external_links.get_required_fragment(address) == fragment


def test_the_projects_own_addresses_can_all_be_requested() -> None:
    every = external_links.collect_external_links(project.load_project(ROOT))
    assert len(every) > 400
    assert [one.text for one in every if ssrf_guard.explain_unsafe_url(one.ask.url)] == []
    assert sum(one.ask.kind == "doi" for one in every) > 100


# --- memory: two runs a day apart -----------------------------------------------------------------------


def test_a_link_is_an_error_only_when_it_was_broken_in_two_runs_a_day_apart(make: Make, bed: Bed) -> None:
    address = f"{bed.places['web']}/404"
    root = make(links(address))
    first = external(root)
    assert (first.status, first.problems()) == (0, ["docs/index.md:5 warning broken-link"])
    assert "after 2026-11-23 12:00 UTC" in first.out
    assert f"https://web.archive.org/web/*/{address}" in first.out
    assert check_links(root).problems == []
    second = external(root, now=NOW + DAY - timedelta(seconds=1))
    assert (second.status, second.problems()) == (0, ["docs/index.md:5 warning broken-link"])
    assert check_links(root).problems == []
    third = external(root, now=NOW + DAY)
    assert (third.status, third.problems()) == (1, ["docs/index.md:5 error broken-link"])
    assert f"https://web.archive.org/web/*/{address}" in third.out
    assert third.link(address)["runs_bad"] == 3
    assert third.link(address)["archive"] == f"https://web.archive.org/web/*/{address}"
    told = check_links(root)
    assert [(one.path, one.line, one.rule, one.level) for one in told.problems] == [
        ("docs/index.md", 5, "broken-link", "error")
    ]
    assert "broken since 2026-11-22" in told.problems[0].message


def test_a_good_run_between_begins_the_count_anew(make: Make, bed: Bed) -> None:
    address = f"{bed.places['web']}/wobbly"
    root = make(links(address))
    for hours, good, status in ((0, False, 0), (30, True, 0), (60, False, 0), (80, False, 0), (84, False, 1)):
        bed.answers["/wobbly"] = linkbed.page() if good else linkbed.plain(404)
        assert external(root, now=NOW + timedelta(hours=hours)).status == status, hours


def test_no_response_between_two_runs_changes_nothing(make: Make, bed: Bed) -> None:
    web = bed.places["web"]
    root = make(links(f"{web}/wobbly", f"{web}/ok"))
    answers = [linkbed.plain(404), linkbed.plain(503), linkbed.plain(404), linkbed.plain(503)]
    statuses = []
    for number, answer in enumerate(answers):
        bed.answers["/wobbly"] = answer
        statuses.append(external(root, "--tries=1", now=NOW + number * DAY).status)
    assert statuses == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "path",
    [
        "/429", "/503", "/hang", "/reset", "{closed}", "{dns}", "{expired}/ok", "/403", "/500", "/keeps-out/412",
        "/keeps-out/468", "/in-trouble/509", "/in-trouble/567",
    ],
)  # fmt: skip
def test_a_third_partys_outage_is_never_an_error_however_long(path: str, make: Make, bed: Bed) -> None:
    address = bed.places["web"] + path if path.startswith("/") else bed.filled(path)
    address = {"{dns}": "http://nothing.invalid/", "{closed}": f"http://127.0.0.1:{bed.places['closed']}/"}.get(
        path, address
    )
    root = make(links(address, f"{bed.places['web']}/ok"))
    for days in (0, 1, 40):
        found = external(root, "--tries=1", "--timeout=0.3", now=NOW + days * DAY)
        assert (found.status, found.problems()) == (0, ["docs/index.md:5 warning doubtful-link"])
    assert check_links(root).problems == []


def test_only_a_status_that_says_that_the_page_is_gone_can_become_an_error() -> None:
    results = {
        status: classify.classify_response(LinkRequest("http://a.org/x"), FetchResponse("http://a.org/x", status)).kind
        for status in range(200, 1000)
    }
    assert [status for status, kind in results.items() if kind in link_state.BAD_CLASSES] == [400, 404, 410]


def test_what_an_earlier_version_called_broken_is_forgotten_when_it_is_seen_again() -> None:
    seen = None
    for n in range(2):
        seen = link_state.update_history(seen, LinkResult("broken", "status 412"), NOW + n * DAY)
    assert seen is not None
    assert seen.confirmed
    assert link_state.update_history(seen, LinkResult("blocked", "status 403"), NOW + 2 * DAY).confirmed
    assert not link_state.update_history(seen, LinkResult("blocked", "status 412"), NOW + 2 * DAY).confirmed


moments = st.lists(
    st.tuples(st.sampled_from(["ok", "moved", "broken", "gone", "deferred", "dns", "blocked"]), st.integers(0, 60)),
    max_size=12,
)


@given(moments)
def test_a_link_counts_as_broken_exactly_when_two_bad_looks_a_day_apart_had_no_good_one_between(
    looks: list[tuple[str, int]],
) -> None:
    seen: LinkHistory | None = None
    now = NOW
    bad: list[datetime] = []
    confirmed = False
    for kind, hours in looks:
        now += timedelta(hours=hours)
        seen = link_state.update_history(seen, LinkResult(kind, f"said {kind}"), now)  # type: ignore[arg-type]
        if kind in link_state.BAD_CLASSES:
            bad.append(now)
        elif kind in link_state.GOOD_CLASSES:
            bad = []
        confirmed = bool(bad) and bad[-1] - bad[0] >= DAY
        assert seen.confirmed == confirmed
        assert seen.runs_bad == len(bad)
        assert (seen.first_bad == "") == (not bad)


def test_a_link_that_left_the_site_is_forgotten_and_the_longest_unchecked_is_requested_first(
    make: Make, bed: Bed
) -> None:
    web = bed.places["web"]
    root = make(links(f"{web}/404", f"{web}/ok"))
    external(root)
    make(links(f"{web}/ok", f"{web}/new"))
    found = external(root, "--jobs=1", now=NOW + DAY)
    assert set(link_state.read_link_state(root / "link-state.json")) == {f"{web}/ok", f"{web}/new"}
    assert found.link(f"{web}/ok")["last_good"] == "2026-11-23T12:00:00Z"


# --- the state file ---------------------------------------------------------------------------------------

STRANGE = {
    "empty": b"",
    "half": b'{"format": "islet-ledger link state 1", "addr',
    "other": b'{"name": "somebody else\'s"}',
    "list": b"[]",
    "bytes": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
    "entry": b'{"format": "islet-ledger link state 1", "addresses": {"https://a.org/\x1b": 7}}'.replace(
        b"\x1b", b"\\u001b"
    ),
    "time": json.dumps(
        {
            "format": "islet-ledger link state 1",
            "addresses": {"x": {"kind": "ok", "evidence": "", "checked": "yesterday", "since": "yesterday"}},
        }
    ).encode(),
    "class": json.dumps(
        {
            "format": "islet-ledger link state 1",
            "addresses": {
                "x": {
                    "kind": "fine",
                    "evidence": "",
                    "checked": "2026-11-22T12:00:00Z",
                    "since": "2026-11-22T12:00:00Z",
                }
            },
        }
    ).encode(),
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE.keys())
def test_a_unreadable_state_file_is_reported_in_one_line_and_left_alone(content: bytes, make: Make, bed: Bed) -> None:
    root = make({**links(f"{bed.places['web']}/ok"), "link-state.json": content})
    found = external(root)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("check_links: not checked: link-state.json")
    assert len(found.err.splitlines()) == 1
    assert "\x1b" not in found.err
    assert (root / "link-state.json").read_bytes() == content
    assert [one.rule for one in check_links(root).problems] == ["link-state"]


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_file_makes_reading_the_state_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-state.json"
    path.write_bytes(content)
    with pytest.raises(link_state.NotCheckedError):
        link_state.read_link_state(path)


def test_the_state_comes_back_as_it_was_written(tmp_path: Path) -> None:
    seen = link_state.update_history(None, LinkResult("broken", "status 404 \x1b\u202e"), NOW)
    path = tmp_path / "state.json"
    link_state.write_link_state(path, {"https://a.org/ü": seen}, NOW)
    assert link_state.read_link_state(path) == {"https://a.org/ü": seen}
    assert path.read_bytes().isascii()
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_another_path_for_the_state(make: Make, bed: Bed, tmp_path: Path) -> None:
    root = make(links(f"{bed.places['web']}/ok"))
    path = tmp_path / "elsewhere.json"
    assert external(root, f"--state={path}").status == 0
    assert len(link_state.read_link_state(path)) == 1
    assert not (root / "link-state.json").exists()
    assert external(root, f"--state={tmp_path}/no/such/folder.json").status == 2


def start(root: Path, *more: str) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    script = str(ROOT / "scripts" / "check_links.py")
    return subprocess.Popen(
        [sys.executable, script, "--external", HERE, *QUICK, *more],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def written(path: Path) -> int:
    """When a file was last written, in nanoseconds; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


@pytest.fixture
def many(make: Make, bed: Bed) -> Path:
    """A project with so many links that a run takes some seconds."""
    bed.answers.update({f"/many/{number}": linkbed.counts for number in range(MANY)})
    return make(links(*(f"{bed.places['web']}/many/{number}" for number in range(MANY))))


def test_a_killed_run_leaves_a_valid_state_and_the_next_one_goes_on(many: Path, bed: Bed) -> None:
    state = many / "link-state.json"
    known = 0
    for number in range(2):
        before = written(state)
        running = start(many, "--per-host=4")
        until(lambda: written(state) > before)  # noqa: B023 - it is asked at once
        time.sleep(number * 0.17)
        running.kill()
        running.communicate()
        now_known = len(link_state.read_link_state(state))
        assert now_known > known  # those not seen yet come first
        known = now_known
    assert known < MANY
    asked = sum(bed.asked[f"/many/{number}"] for number in range(MANY))
    assert external(many, "--per-host=40", "--jobs=40").status == 0
    assert len(link_state.read_link_state(state)) == MANY
    assert asked <= MANY + 100


def test_ctrl_c_keeps_what_is_known(many: Path, bed: Bed) -> None:
    bed.asked.clear()
    running = start(many, "--per-host=4")
    until(lambda: sum(bed.asked.values()) > 20)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 2
    assert err == "check_links: stopped; the results so far are saved\n"
    known = len(link_state.read_link_state(many / "link-state.json"))
    assert 10 < known < MANY
    assert f": {known} ok, {MANY - known} not-checked: " in out.splitlines()[-1]
    assert "not checked: the run was stopped; nothing is known about them" in out


# --- time, networks and limits ---------------------------------------------------------------------------


def test_without_a_network_it_says_not_checked_and_remembers_nothing(make: Make, bed: Bed) -> None:
    root = make(links("http://nothing.invalid/", f"http://127.0.0.1:{bed.places['closed']}/"))
    found = external(root)
    assert found.status == 2
    assert found.err.startswith("check_links: not checked: no host responded")
    assert ": 2 not-checked: 0 errors, 0 warnings" in found.out.splitlines()[-1]
    assert "ok" not in found.out.splitlines()[-1]
    assert not (root / "link-state.json").exists()
    assert found.data["network"] is False


def test_without_a_network_a_link_that_is_known_to_be_broken_stays_so(make: Make, bed: Bed) -> None:
    address = "http://gone.invalid/"
    seen = link_state.update_history(
        link_state.update_history(None, LinkResult("gone", "410"), NOW), LinkResult("gone", "410"), NOW + DAY
    )
    root = make(links(address))
    link_state.write_link_state(root / "link-state.json", {address: seen}, NOW)
    found = external(root, now=NOW + 2 * DAY)
    assert (found.status, found.problems()) == (2, ["docs/index.md:5 error broken-link"])
    assert link_state.read_link_state(root / "link-state.json") == {address: seen}


def test_failures_without_a_response_count_once_any_host_has_responded(make: Make, bed: Bed) -> None:
    root = make(links("http://nothing.invalid/", f"{bed.places['web']}/slow"))
    found = external(root)
    assert found.status == 0
    assert found.link("http://nothing.invalid/")["class"] == "dns"
    assert (
        link_state.read_link_state(root / "link-state.json")["http://nothing.invalid/"].since == "2026-11-22T12:00:00Z"
    )


class FakeHosts:
    """Answers in place of the network: ``answers`` in turn, the last one again and again."""

    def __init__(self, timer: FakeTimer, *answers: FetchResponse | FetchFailure) -> None:
        self.timer, self.answers = timer, list(answers) or [answer(200)]
        self.at: list[float] = []
        self.now = self.most = 0

    async def visit(self, client: object, url: str, *rest: object) -> FetchResponse | FetchFailure:
        self.at.append(self.timer.time)
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(5):
            await asyncio.sleep(0)
        self.now -= 1
        if "hang" in url:
            self.timer.time = 10_000
            await asyncio.Event().wait()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answer(status: int, wait: str = "") -> FetchResponse:
    return FetchResponse("http://a.org/", status, (), {"retry-after": wait} if wait else {}, b"words")


def played(
    monkeypatch: pytest.MonkeyPatch,
    limits: HttpSettings,
    addresses_: Sequence[str],
    *answers: FetchResponse | FetchFailure,
) -> tuple[scheduler.LinkCheckRun, FakeHosts]:
    """A run in which neither a network nor real time has a part."""
    timer = FakeTimer()
    hosts = FakeHosts(timer, *answers)
    monkeypatch.setattr(client, "fetch_url", hosts.visit)
    asked = [external_links.ExternalLink(one, LinkRequest(one), ()) for one in addresses_]
    return scheduler.request_external_links(asked, limits, resolve=resolve, timer=timer.timer), hosts


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_the_host_asks_for(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    run, hosts = played(monkeypatch, HttpSettings(delay=0), ["http://a.org/"], answer(status, "5"), answer(200))
    assert run.results["http://a.org/"].kind == "ok"
    assert hosts.timer.sleeps == [5]


def test_a_wait_that_is_too_long_is_left_to_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run, hosts = played(monkeypatch, HttpSettings(max_wait=60), ["http://a.org/"], answer(429, "61"), answer(200))
    assert run.results["http://a.org/"].kind == "deferred"
    assert hosts.timer.sleeps == []


def test_each_pause_before_another_try_is_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    run, hosts = played(monkeypatch, HttpSettings(delay=0, pause=10, tries=3), ["http://a.org/"], answer(503))
    assert run.results["http://a.org/"].kind == "deferred"
    assert hosts.timer.sleeps == [10, 20]


def test_a_host_that_is_busy_is_left_in_peace_by_all_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = HttpSettings(delay=0, per_host=1)
    _, hosts = played(monkeypatch, limits, ["http://a.org/1", "http://a.org/2"], answer(429, "30"), answer(200))
    assert hosts.at == [0, 30, 30]


def test_a_host_is_requested_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = HttpSettings(delay=0.5, per_host=2)
    _, hosts = played(monkeypatch, limits, [f"http://a.org/{number}" for number in range(6)])
    assert hosts.at == [0, 0.5, 1, 1.5, 2, 2.5]


def test_a_host_is_requested_few_things_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    _, hosts = played(monkeypatch, HttpSettings(delay=0, per_host=2), [f"http://a.org/{number}" for number in range(9)])
    assert (len(hosts.at), hosts.most) == (9, 2)


def test_never_more_requests_than_allowed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, hosts = played(monkeypatch, HttpSettings(delay=0, jobs=3), [f"http://a{number}.org/" for number in range(9)])
    assert (len(hosts.at), hosts.most) == (9, 3)


def test_when_the_time_is_over_the_rest_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = played(
        monkeypatch, HttpSettings(jobs=1, budget=1200), ["http://a.org/", "http://b.org/hang", "http://c.org/"]
    )
    assert run.ended == "budget"
    assert {name: found.kind for name, found in run.results.items()} == {
        "http://a.org/": "ok",
        "http://b.org/hang": "not-checked",
        "http://c.org/": "not-checked",
    }
    assert run.results["http://c.org/"].evidence == "the time for this run was over"


def test_what_the_time_did_not_suffice_for_is_said_and_not_remembered(make: Make, bed: Bed) -> None:
    root = make(links(f"{bed.places['web']}/hang"))
    found = external(root, "--budget=0.01", "--timeout=30")
    assert found.link(f"{bed.places['web']}/hang")["class"] == "not-checked"
    assert "1 address not checked: the time for this run was over" in found.out
    assert not (root / "link-state.json").exists() or link_state.read_link_state(root / "link-state.json") == {}


def test_a_host_that_is_down_is_left_alone_after_some_tries(make: Make, bed: Bed) -> None:
    closed = f"http://127.0.0.1:{bed.places['closed']}"
    root = make(links(f"{bed.places['web']}/ok", *(f"{closed}/{number}" for number in range(20))))
    found = external(root, "--per-host=1")
    kinds = [one["class"] for one in found.data["links"]]
    assert (kinds.count("refused"), kinds.count("deferred")) == (
        HttpSettings.max_failures,
        20 - HttpSettings.max_failures,
    )
    assert "was left alone" in found.out


# --- what must not be asked ---------------------------------------------------------------------------------


def test_nothing_on_this_machine_is_requested_unless_it_is_allowed(make: Make, bed: Bed) -> None:
    port = bed.places["port"]
    before = sum(bed.asked.values())
    root = make(links(f"http://127.0.0.1:{port}/ok", f"http://localhost:{port}/ok", f"http://2130706433:{port}/ok"))
    found = external(root, private="")
    assert sum(bed.asked.values()) == before
    assert {one["class"] for one in found.data["links"]} == {"refused-unsafe"}
    assert found.problems() == [
        "docs/index.md:5 error unsafe-link",  # as it is written
        "docs/index.md:7 warning unsafe-link",  # by what the name stands for
        "docs/index.md:9 warning unsafe-link",
    ]
    assert external(root, private="--allow-private").status == 0


def test_characters_that_act_on_a_terminal_are_not_printed(make: Make, bed: Bed) -> None:
    bed.answers["/evil"] = linkbed.to(302, "{web}/404?\u202e")
    bed.answers["/title"] = linkbed.plain(200, linkbed.html("404\x1b[31m\u202e", "x"))
    web = bed.places["web"]
    root = make({**links(f"{web}/evil", f"{web}/title"), "docs/a\x1b[2Jb.md": f"# X\n\n[x]({web}/404)\n"})
    found = external(root)
    assert "\x1b" not in found.out
    assert "\u202e" not in found.out
    assert "docs/a\\x1b[2Jb.md:3: warning: " in found.out


# --- excuses ------------------------------------------------------------------------------------------------


def policy(*lines: str) -> str:
    return "excuses:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def test_an_excused_link_is_not_requested_until_the_excuse_ends(make: Make, bed: Bed) -> None:
    web = bed.places["web"]
    until_day = (NOW + timedelta(days=30)).date()
    excuse = policy(f'address: "{web}/404", reason: looked at by a person, until: {until_day}')
    root = make({**links(f"{web}/404", f"{web}/ok"), "link-policy.yml": excuse})
    bed.asked.clear()
    found = external(root)
    assert (found.status, found.problems()) == (0, [])
    assert bed.asked["/404"] == 0
    assert ": 1 ok, 1 excused: " in found.out
    whole_host = policy(f"host: 127.0.0.1, reason: looked at by a person, until: {until_day}")
    make({**links(f"{web}/404", f"{web}/ok"), "link-policy.yml": whole_host})
    assert ": 2 excused: " in external(root).out


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (['host: example.org, reason: why, until: "2026-11-20"'], 2),
        (['host: example.org, reason: why, until: "2029-01-01"'], 2),
        (['host: example.org, reason: why, until: "never"'], 2),
        (['host: example.org, reason: "", until: "2026-12-01"'], 2),
        (['host: https://example.org/, reason: why, until: "2026-12-01"'], 2),
        (['host: example.org, until: "2026-12-01"'], 2),
        (
            [
                'host: example.org, reason: why, until: "2026-12-01"',
                'host: a.org, reason: why, until: "2026-12-01", 7: 8',
            ],
            3,
        ),
        (['host: elsewhere.org, reason: why, until: "2026-12-01"'], 2),
    ],
)
def test_a_bad_expired_or_unused_excuse_is_an_error(lines: list[str], line: int, make: Make) -> None:
    root = make({**links("https://example.org/"), "link-policy.yml": policy(*lines)})
    found = [one for one in check_links(root).problems if one.rule == "link-excuse"]
    assert [(one.path, one.line, one.level) for one in found] == [("link-policy.yml", line, "error")]


@pytest.mark.parametrize("text", ["- a\n", "excuses: 7\n", "excuses: [1]\n", "more: []\n", "a: b: c\n"])
def test_a_policy_in_another_form_is_an_error(text: str, make: Make) -> None:
    found = [one for one in check_links(make({"link-policy.yml": text})).problems if one.rule == "link-excuse"]
    assert len(found) == 1


def test_a_good_excuse_also_holds_for_what_is_remembered_as_broken(make: Make) -> None:
    address = "https://example.org/x"
    seen = replace(
        link_state.update_history(None, LinkResult("gone", "410"), NOW), runs_bad=2, first_bad="2026-11-01T00:00:00Z"
    )
    root = make(links(address))
    link_state.write_link_state(root / "link-state.json", {address: seen}, NOW)
    assert [one.rule for one in check_links(root).problems] == ["broken-link"]
    make({**links(address), "link-policy.yml": policy('host: example.org, reason: why, until: "2026-12-01"')})
    assert check_links(root).problems == []


# --- the command --------------------------------------------------------------------------------------------


def test_a_site_without_any_address_is_an_error_since_nothing_was_seen(make: Make) -> None:
    found = external(make({"references.bib": NO_DOI}))
    assert found.status == 1
    assert found.problems() == ["docs:1 error nothing-seen"]
    assert found.out.splitlines()[-1] == "check_links: 1 page, 0 addresses, 0 requests: nothing: 1 error, 0 warnings"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state=x"],
        ["--external", "--budget=nan"],
        ["--external", "--jobs=0"],
        ["--external", "--base=doi"],
        ["--external", "--base=else=https://a.org"],
        ["--external", "--allow-private=home"],
        ["--external", "--contact=\x1b"],
        ["--nothing"],
    ],
)
def test_a_slip_in_the_arguments_ends_with_2(arguments: list[str], make: Make) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(arguments, make())
    assert end.value.code == 2


def test_without_a_docs_folder_it_ends_with_2(tmp_path: Path) -> None:
    found = external(tmp_path)
    assert found.status == 2
    assert found.err.startswith("check_links: could not run: there is no folder docs here")


# --- judging, without a network -----------------------------------------------------------------------------

bodies = st.binary(max_size=300) | st.lists(
    st.sampled_from([b"<title>", b"</title>", b"<script", b"</script>", b"404", b"not found", b' id="', b"'", b"<h1 "])
).map(b"".join)


@given(
    st.sampled_from(["page", "doi", "trial"]),
    st.integers(100, 999),
    bodies,
    st.sampled_from(["", "text/html", "text/html; charset=\x00", "application/json", "application/pdf"]),
    st.sampled_from([(), (Hop("http://a.org/", 301, "http://b.org/"),)]),
)
def test_any_answer_gets_a_class_and_evidence(
    kind: Any, status: int, body: bytes, content: str, hops: tuple[Hop, ...]
) -> None:
    answer = FetchResponse("http://b.org/", status, hops, {"content-type": content}, body)
    found = classify.classify_response(LinkRequest("http://a.org/NCT01234567.pdf", kind), answer, "part")
    assert found.kind in get_args(link_state.LinkClass)
    assert found.evidence


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Page not found",
        "404 Not Found",
        "Error 404 | FDA",
        "Not Found - Nature",
        "Oops! That page can't be found.",
        "Oops! That page can\u2019t be found.",
        "The page you requested was not found",
        "Page no longer available",
        "页面不存在",
        "HTTP 404: nothing here",
    ],
)
def test_titles_that_say_nothing_was_found(title: str) -> None:
    answer = FetchResponse(
        "http://a.org/x", 200, (), {"content-type": "text/html"}, linkbed.html(title, "x" * 3000).encode()
    )
    assert classify.classify_response(LinkRequest("http://a.org/x"), answer).kind == "suspect"


@pytest.mark.parametrize(
    "title",
    [
        "A gene not found in mice",
        "Peugeot 404 in 1962",
        "Missing beta cells",
        "Lost and found",
        "Why was it not found?",
    ],
)
def test_titles_that_only_sound_so(title: str) -> None:
    answer = FetchResponse(
        "http://a.org/x", 200, (), {"content-type": "text/html"}, linkbed.html(title, "x" * 3000).encode()
    )
    assert classify.classify_response(LinkRequest("http://a.org/x"), answer).kind == "ok"


def test_a_fault_behind_a_redirect_says_where_it_stood() -> None:
    fault = FetchFailure("dns", "no such name", (Hop("http://a.org/", 302, "http://b.org/"),))
    assert (
        classify.classify_response(LinkRequest("http://a.org/"), fault).evidence
        == "no such name, behind a redirect to http://b.org/"
    )

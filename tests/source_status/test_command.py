"""Queries to the databases: what responses mean, how failures are handled, what is written. Only uses 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import BIB, ROOT, TODAY, Make
from fake_timer import FakeTimer
from ledger.http import api as http_api
from ledger.http.api import RequestFailedError
from ledger.http.client import HttpSettings
from ledger.model import bib_reader, project, source_status
from ledger.model.source_status import DatabaseResult, IdentifierStatus
from ledger.source_status import command, query
from ledger.source_status.crossref import parse_crossref_work
from ledger.source_status.doi_handles import parse_doi_handle
from ledger.source_status.pubmed import parse_pubmed_articles
from ledger.source_status.responses import BadResponseError, clean_external_text
from ledger.source_status.retraction_watch import read_retraction_watch
from play_api import Answer, Api, send, serve

DOI, PMID = "10.1234/abc", "7"
QUICK = HttpSettings(timeout=1.0, tries=2, delay=0.0, pause=0.01, max_wait=1.0, max_bytes=100_000, budget=60)
PMID_BIB = BIB.replace("  doi", "  pmid = {7},\n  doi")
WORK: dict[str, Any] = {
    "DOI": DOI.upper(),
    "title": ["A <i>trial</i>"],
    "author": [{"family": "Doe", "given": "Jane", "sequence": "first"}, {"family": "Roe"}],
    "issued": {"date-parts": [[2024, 1]]},
    "published-online": {"date-parts": [[2023, 12, 30]]},
    "container-title": ["Journal of Tests"],
    "short-container-title": ["J Test"],
}
WATCH_HEAD = "Record ID,Title,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature\n"


def update(kind: str, day: tuple[int, ...] = (2026, 1, 2), doi: str = "10.1234/notice", **more: Any) -> dict[str, Any]:
    when = {"date-parts": [list(day)]}
    return {"DOI": doi, "type": kind, "source": "publisher", "updated": when, **more}


def work(*updates: Any, **more: Any) -> dict[str, Any]:
    """Crossref's answer about the DOI."""
    found = {**WORK, **more, **({"updated-by": list(updates)} if updates else {})}
    return {"status": "ok", "message-type": "work", "message": found}


def article(*links: tuple[str, str], pmid: str = PMID, types: tuple[str, ...] = ("Journal Article",)) -> str:
    """PubMed's record of one article, with links such as ("RetractionIn", "J Test. 2026 Jan 2;1:1.")."""
    listed = "".join(
        f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource><PMID Version="1">99</PMID>'
        "</CommentsCorrections>"
        for kind, source in links
    )
    named = "".join(f"<PublicationType>{one}</PublicationType>" for one in types)
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><Journal><JournalIssue><PubDate>'
        "<Year>2024</Year></PubDate></JournalIssue><Title>Journal of tests</Title><ISOAbbreviation>J Test"
        "</ISOAbbreviation></Journal><ArticleTitle>A <i>trial</i>.</ArticleTitle><AuthorList><Author><LastName>Doe"
        "</LastName><ForeName>Jane</ForeName></Author></AuthorList>"
        f"<PublicationTypeList>{named}</PublicationTypeList></Article><MedlineJournalInfo><MedlineTA>J Test</MedlineTA>"
        f"</MedlineJournalInfo><CommentsCorrectionsList>{listed}</CommentsCorrectionsList></MedlineCitation>"
        "</PubmedArticle>"
    )


def articles(*listed: str) -> str:
    head = '<?xml version="1.0" ?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://example.org/p.dtd">'
    return f"{head}<PubmedArticleSet>{''.join(listed)}</PubmedArticleSet>"


HANDLE = {"responseCode": 1, "handle": DOI, "values": []}
NO_HANDLE = send({"responseCode": 100, "handle": DOI}, 404)
CROSSREF_PATH = "/api/v2/crossref/works/10.1234%2Fabc"
HANDLE_PATH = "/api/v2/handles/10.1234/abc"
PUBMED_PATH = "/api/v2/pubmed/efetch.fcgi"
XML = "text/xml"


@pytest.fixture
def api() -> Iterator[Api]:
    """Crossref, PubMed and doi.org, in good order."""
    with serve() as found:
        found.answers = {
            CROSSREF_PATH: [send(work())],
            HANDLE_PATH: [send(HANDLE)],
            PUBMED_PATH: [send(articles(article()), kind=XML)],
        }
        yield found


def options(api: Api) -> list[str]:
    return [
        "--online",
        "--contact",
        "me@example.org",
        *(f"--{name}={api.address}/{name}" for name in query.SERVICES),
    ]


def run(root: Path, api: Api, *more: str, policy: HttpSettings = QUICK) -> int:
    return command.main([*options(api), *more], root, policy)


def kept(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / source_status.SOURCE_STATUS_FILE).read_text(encoding="utf-8"))
    return found


def day() -> str:
    return datetime.now().date().isoformat()


# --- a whole run --------------------------------------------------------------------------------------


def test_a_run_writes_what_was_said_and_when(make: Make, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    root = make({"references.bib": PMID_BIB})
    assert run(root, api) == 0
    found = kept(root)
    fine = {"state": "nothing found", "checked": day()}
    assert found["doi"][DOI]["crossref"] == fine
    assert found["doi"][DOI]["exists"] == {"state": "yes", "checked": day()}
    assert found["doi"][DOI]["retraction-watch"] == "not checked"
    assert found["doi"][DOI]["title"] == {"state": "agree", "seen": "A <i>trial</i>"}
    assert found["doi"][DOI]["year"] == {"state": "agree", "seen": "2023 | 2024"}
    assert found["pmid"][PMID]["pubmed"] == fine
    assert {
        found[kind][number][name]["state"]
        for kind, number in (("doi", DOI), ("pmid", PMID))
        for name in ("first author", "journal")
    } == {"agree"}
    assert [str(one) for one in project.load_project(root).problems] == []
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == (
        "check_citations: 1 DOI and 1 PMID: Crossref 1 answered and 0 not checked, PubMed 1 answered and 0 not checked, "
        "doi.org 1 answered and 0 not checked, Retraction Watch 0 answered and 2 not checked"
    )
    assert "Retraction Watch: 2 not checked; no file given; add --retraction-watch FILE" in said.err


def test_a_second_run_changes_nothing(make: Make, api: Api) -> None:
    root = make({"references.bib": PMID_BIB})
    assert run(root, api) == 0
    before = (root / source_status.SOURCE_STATUS_FILE).read_bytes()
    assert run(root, api) == 0
    assert (root / source_status.SOURCE_STATUS_FILE).read_bytes() == before
    assert sorted(path.name for path in root.iterdir()) == ["docs", "references.bib", source_status.SOURCE_STATUS_FILE]


def test_we_say_who_asks_and_ask_each_thing_once(make: Make, api: Api) -> None:
    run(make({"references.bib": PMID_BIB}), api)
    assert sorted(path.partition("?")[0] for path in api.paths()) == [CROSSREF_PATH, HANDLE_PATH, PUBMED_PATH]
    for path, headers in api.asked:
        assert "islet-ledger" in headers["User-Agent"]
        assert "mailto:me@example.org" in headers["User-Agent"]
        if path.startswith(PUBMED_PATH):
            assert "id=7" in path
            assert "email=me%40example.org" in path
            assert "tool=islet-ledger" in path


def test_a_retraction_is_reported_by_name(make: Make, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.answers[CROSSREF_PATH] = [
        send(work(update("retraction", (2026, 1, 2), source="retraction-watch", **{"record-id": "17"})))
    ]
    root = make()
    assert run(root, api) == 0
    [notice] = kept(root)["doi"][DOI]["crossref"]["notices"]
    assert notice == {
        "state": "retracted",
        "date": "2026-01-02",
        "doi": "10.1234/notice",
        "by": "Retraction Watch (record 17), by Crossref",
        "word": "retraction",
    }
    assert "check_citations: known2024: retracted (was: not checked)" in capsys.readouterr().out


# --- faults of the services ---------------------------------------------------------------------------


def slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(2)  # longer than anybody waits for it here


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.end_headers()
    for _ in range(40):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


FAULTS: dict[str, tuple[Answer, str]] = {
    "403": (send("no", 403, "text/plain"), "status 403"),
    "500": (send("oops", 500, "text/plain"), "status 500, tried 2 times"),
    "429 for long": (
        send("", 429, headers={"Retry-After": "3600"}),
        "status 429, tried once; the host wants us to wait 3600 seconds",
    ),
    "slow": (slow, "no data for 1 seconds, tried 2 times"),
    "in drops": (drip, "the response was not complete within 2 seconds"),
    "garbage": (send(b"\x00\xff{"), "not JSON"),
    "truncated": (send(json.dumps(work())[:200]), "not JSON"),
    "cut off": (send(json.dumps(work()), length=100_000 - 1), "ended too early"),
    "a web page": (send("<html>log in</html>", kind="text/html"), "the response is 'text/html'"),
    "a web page with 404": (send("<!DOCTYPE html><html>", 404, "text/html"), "status 404 with a web page"),
    "a list": (send("[]"), "an unknown structure"),
    "no work": (send({"status": "ok", "message": []}), "contains no work"),
    "failed": (send({"status": "failed", "message": WORK}), "contains no work"),
    "another DOI": (send(work(DOI="10.1234/other")), "about another DOI"),
    "too long": (send(b" " * 100_001), "longer than 100000 bytes"),
    "another host": (send("", 302, headers={"Location": "http://127.0.0.2/x"}), "redirects to another host"),
    "in circles": (send("", 302, headers={"Location": CROSSREF_PATH}), "redirects back to itself"),
    "nested": (send("[" * 50_000), "not JSON"),
    "bad notices": (send(work("retraction")), "notices have an unknown structure"),
    "a new kind of notice": (send(work(update("annulment"))), "a kind that is not known: annulment"),
    "not Crossref's": (send("Resource not found.", 404, "text/plain"), "does not know this DOI"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_crossref_is_not_checked_and_never_fine(
    case: str, make: Make, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, why = FAULTS[case]
    api.answers[CROSSREF_PATH] = [answer]
    root = make()
    assert run(root, api) == 0
    said = kept(root)["doi"][DOI]["crossref"]
    assert said == "not checked" or said["state"] == "not checked"
    assert kept(root)["doi"][DOI]["title"] == "not checked" or case == "a new kind of notice"
    assert kept(root)["doi"][DOI]["exists"]["state"] == "yes"
    printed = capsys.readouterr()
    assert why in printed.err
    assert "Traceback" not in printed.err
    assert "Crossref 0 answered and 1 not checked" in printed.out


@pytest.mark.parametrize("case", ["500", "garbage", "a web page", "not Crossref's", "slow", "another DOI"])
def test_a_fault_keeps_the_older_answer_with_its_older_date(case: str, make: Make, api: Api) -> None:
    older = IdentifierStatus({"crossref": DatabaseResult("nothing found", "2026-10-01")}, {"title": "A trial"})
    text = source_status.dump_source_status(
        source_status.SourceStatusFile({"doi": {DOI: older}, "pmid": {}}), bib_reader.read_bibliography(BIB)
    )
    api.answers[CROSSREF_PATH] = [FAULTS[case][0]]
    root = make({source_status.SOURCE_STATUS_FILE: text})
    assert run(root, api) == 0
    assert kept(root)["doi"][DOI]["crossref"] == {"state": "nothing found", "checked": "2026-10-01"}
    assert kept(root)["doi"][DOI]["title"] == {"state": "agree", "seen": "A trial"}


PUBMED_FAULTS: dict[str, Answer] = {
    "JSON": send({"error": "API rate limit exceeded"}, kind="application/json"),
    "garbage": send(b"<a><b>", kind=XML),
    "truncated": send(articles(article())[:300], kind=XML),
    "another form": send("<eFetchResult><ERROR>x</ERROR></eFetchResult>", kind=XML),
    "entities": send('<!DOCTYPE x [<!ENTITY a "b">]><PubmedArticleSet/>', kind=XML),
    "404": send("no", 404, "text/plain"),
    "500": send("no", 500, "text/plain"),
    "encoding": send(b'<?xml version="1.0" encoding="none-such"?><PubmedArticleSet/>', kind=XML),
}


@pytest.mark.parametrize("case", PUBMED_FAULTS)
def test_a_fault_of_pubmed_is_not_checked(case: str, make: Make, api: Api) -> None:
    api.answers[PUBMED_PATH] = [PUBMED_FAULTS[case]]
    root = make({"references.bib": PMID_BIB})
    assert run(root, api) == 0
    assert kept(root)["pmid"][PMID]["pubmed"] == "not checked"
    assert kept(root)["pmid"][PMID]["exists"] == "not checked"
    assert kept(root)["doi"][DOI]["crossref"]["state"] == "nothing found"


@pytest.mark.parametrize(
    ("answer", "exists"),
    [
        (send(HANDLE), "yes"),
        (send({"responseCode": 200, "handle": DOI}), "yes"),
        (NO_HANDLE, "no"),
        (send({"responseCode": 2, "handle": DOI}), "not checked"),
        (send({"responseCode": True, "handle": DOI}), "not checked"),
        (send({"responseCode": 1, "handle": "10.1234/other"}), "not checked"),
        (send("<html>", 404, "text/html"), "not checked"),
        (send("gone", 500, "text/plain"), "not checked"),
    ],
)
def test_whether_a_doi_exists(answer: Answer, exists: str, make: Make, api: Api) -> None:
    api.answers[HANDLE_PATH] = [answer]
    root = make()
    assert run(root, api) == 0
    said = kept(root)["doi"][DOI]["exists"]
    assert said == exists if exists == "not checked" else said["state"] == exists


def test_transient_failures_are_tried_again(make: Make, api: Api) -> None:
    api.answers[CROSSREF_PATH] = [send("", 503), send(work())]
    root = make()
    assert run(root, api) == 0
    assert kept(root)["doi"][DOI]["crossref"]["state"] == "nothing found"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(form: str, api: Api) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    api.answers[CROSSREF_PATH] = [
        send("", 429, headers={"Retry-After": "30" if form == "seconds" else later}),
        send(work()),
    ]
    [wait] = waits(api, replace(QUICK, max_wait=60), 1)
    assert wait == 30 if form == "seconds" else 0 < wait <= 30


def test_each_pause_before_another_try_is_twice_as_long(api: Api) -> None:
    api.answers[CROSSREF_PATH] = [send("", 503)]
    assert waits(api, replace(QUICK, tries=3, delay=5, pause=2), 2) == [2, 3, 4, 1, 5, 2, 3, 4, 1]


def waits(api: Api, settings: HttpSettings, requests: int) -> list[float]:
    """How long a client slept while it made the same request some times in a row."""
    timer = FakeTimer()

    async def request() -> None:
        async with http_api.create_api_client(settings, timer.timer) as client:
            for _ in range(requests):
                with suppress(RequestFailedError):
                    await http_api.request_api(client, f"{api.address}/crossref/works/10.1234%2Fabc", {})

    asyncio.run(request())
    return timer.sleeps


def many(count: int) -> str:
    return "".join(
        BIB.replace("known2024", f"k{n}").replace("10.1234/abc", f"10.1234/{n}") for n in range(1, count + 1)
    )


def test_a_service_that_fails_in_a_row_is_given_up(make: Make, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(1, 21):
        api.answers[f"/api/v2/crossref/works/10.1234%2F{n}"] = [send("", 500)]
        api.answers[f"/api/v2/handles/10.1234/{n}"] = [send({"responseCode": 1, "handle": f"10.1234/{n}"})]
    crossref = api.address.replace("127.0.0.1", "localhost")  # a host of its own
    assert run(make({"references.bib": many(20)}), api, f"--crossref={crossref}/crossref") == 0
    assert sum("/crossref/" in path for path in api.paths()) == 3 * 2
    assert "Crossref: 20 not checked" in capsys.readouterr().err


def test_the_time_for_the_whole_run_is_kept(make: Make, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    policy = replace(QUICK, delay=40, budget=1)  # the second request would come too late
    assert run(make(), api, policy=policy) == 0
    assert "the time for this run was over" in capsys.readouterr().err
    assert len(api.asked) == 1


def test_nobody_answering_ends_with_2_and_leaves_the_file(
    make: Make, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make()
    closed = [
        "--online",
        "--contact",
        "me@example.org",
        *(f"--{name}=http://127.0.0.1:9" for name in query.SERVICES),
    ]
    assert command.main(closed, root, QUICK) == 2
    assert not (root / source_status.SOURCE_STATUS_FILE).exists()
    said = capsys.readouterr().err
    assert "could not run: no service gave a result; source-status.json is unchanged" in said
    assert "the host refuses the connection" in said


@pytest.mark.parametrize(
    "address", ["http://example.org", "ftp://127.0.0.1", "x", "https://u:p@example.org", "https://a?b"]
)
def test_an_address_that_is_not_safe_is_not_requested(
    address: str, make: Make, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make()
    assert run(root, api, f"--crossref={address}") == 0
    assert kept(root)["doi"][DOI]["crossref"] == "not checked"
    assert f"Crossref: 1 not checked; {DOI}: '{address}' is not " in capsys.readouterr().err


def test_addresses_and_contact_can_come_from_the_environment(
    make: Make, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in query.SERVICES:
        monkeypatch.setenv(f"{name.upper()}_API", f"{api.address}/{name}")
    monkeypatch.setenv("CONTACT", "https://example.org/project")
    root = make()
    assert command.main(["--online"], root, QUICK) == 0
    assert kept(root)["doi"][DOI]["crossref"]["state"] == "nothing found"
    assert "https://example.org/project" in api.asked[0][1]["User-Agent"]


# --- what answers mean --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("updates", "state"),
    [
        ([], "nothing found"),
        ([update("correction")], "corrected"),
        ([update("erratum"), update("corrigendum", doi="10.1234/b")], "corrected"),
        ([update("expression_of_concern")], "expression of concern"),
        ([update("correction"), update("retraction")], "retracted"),
        ([update("withdrawal")], "retracted"),
        ([update("partial_retraction")], "retracted"),
        ([update("retraction", (2020, 1, 1)), update("reinstatement", (2021, 1, 1))], "reinstated"),
        ([update("new_version")], "nothing found"),
        ([update("annulment"), update("retraction")], "retracted"),
    ],
)
def test_updated_by_gives_the_state(updates: list[Any], state: str) -> None:
    said = parse_crossref_work(200, json.dumps(work(*updates)).encode(), DOI, TODAY).result
    assert said
    assert said.state == state


def test_update_to_belongs_to_the_notice_and_does_not_count() -> None:
    raw = json.dumps(work(**{"update-to": [update("retraction")], "title": ["Retracted: A trial"]})).encode()
    said = parse_crossref_work(200, raw, DOI, TODAY).result
    assert said
    assert said.state == "nothing found"


def test_a_title_that_says_retracted_is_believed() -> None:
    said = parse_crossref_work(200, json.dumps(work(title=["RETRACTED ARTICLE: A trial"])).encode(), DOI, TODAY).result
    assert said
    assert said.state == "retracted"


def test_two_sources_of_one_notice_are_one() -> None:
    updates = (
        update("retraction"),
        update("retraction", (2026, 1, 2), source="retraction-watch", **{"record-id": "17"}),
    )
    said = parse_crossref_work(200, json.dumps(work(*updates)).encode(), DOI, TODAY).result
    assert said
    assert len(said.notices) == 1


@pytest.mark.parametrize(
    ("links", "types", "state"),
    [
        ((), (), "nothing found"),
        ((("CommentIn", "x"), ("UpdateIn", "x")), (), "nothing found"),
        ((("ErratumIn", "J Test. 2026 Jan 2;1:1."),), (), "corrected"),
        ((("ExpressionOfConcernIn", "x"),), (), "expression of concern"),
        ((("RetractionIn", "x"),), ("Retracted Publication",), "retracted"),
        ((), ("Retracted Publication",), "retracted"),
        ((("RetractedandRepublishedIn", "x"),), (), "retracted"),
        ((("RetractionOf", "x"),), ("Retraction of Publication",), "nothing found"),
        ((("ErratumFor", "x"), ("ExpressionOfConcernFor", "x")), ("Published Erratum",), "nothing found"),
    ],
)
def test_links_and_types_of_pubmed_give_the_state(
    links: tuple[tuple[str, str], ...], types: tuple[str, ...], state: str
) -> None:
    found = parse_pubmed_articles(articles(article(*links, types=types)).encode(), (PMID,), TODAY)[PMID]
    assert found.result
    assert found.result.state == state
    assert len(found.result.notices) == (0 if state == "nothing found" else 1)


@pytest.mark.parametrize(
    ("source", "date", "doi"),
    [
        (
            "Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/S0140-6736(10)60175-4.",
            "2010-02-06",
            "10.1016/s0140-6736(10)60175-4",
        ),
        ("Lancet. 2010 Feb;375:445", "2010-02", ""),
        ("Lancet. 2010;375:445", "2010", ""),
        ("Lancet. 2010 Feb 31;375:445", "2010-02", ""),
        ("no date", "", ""),
    ],
)
def test_the_date_and_the_doi_of_a_notice_in_pubmed(source: str, date: str, doi: str) -> None:
    found = parse_pubmed_articles(articles(article(("RetractionIn", source))).encode(), (PMID,), TODAY)[PMID]
    assert found.result
    [notice] = found.result.notices
    assert (notice.date, notice.doi, notice.pmid) == (date, doi, "99")


def test_a_pmid_that_is_missing_in_a_whole_answer_does_not_exist() -> None:
    found = parse_pubmed_articles(articles(article()).encode(), (PMID, "8"), TODAY)
    assert found["8"].exists == "no"
    assert found[PMID].exists == "yes"
    with pytest.raises(BadResponseError):
        parse_pubmed_articles(articles().encode(), (PMID, "8"), TODAY)


def test_a_chapter_of_a_book_in_pubmed_is_understood() -> None:
    text = (
        "<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>7</PMID><Book><BookTitle>Endotext</BookTitle>"
        "<PubDate><Year>2022</Year></PubDate></Book><ArticleTitle>Islets</ArticleTitle></BookDocument>"
        "</PubmedBookArticle></PubmedArticleSet>"
    )
    found = parse_pubmed_articles(text.encode(), (PMID,), TODAY)[PMID]
    assert found.metadata == {"title": "Islets", "year": "2022"}
    assert found.result
    assert found.result.state == "nothing found"


# --- Retraction Watch ---------------------------------------------------------------------------------

WATCH = (
    WATCH_HEAD + '1,"A, trial",1/2/2026 0:00,10.1234/NOTICE,0,10.1234/ABC,0,Retraction\n'
    "2,Other,11/20/2026 0:00,unavailable,0,unavailable,7,Correction\n"
    "3,Later,1/1/2099 0:00,10.1234/x,0,10.1234/y,0,Retraction\n"
)
WANTED = {"doi": frozenset({DOI, "10.1234/fine"}), "pmid": frozenset({PMID})}


def test_the_retraction_watch_data_is_read_by_doi_and_pmid(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text(WATCH, encoding="utf-8-sig")
    found = read_retraction_watch(path, WANTED, TODAY, min_rows=3)
    assert (found.rows, found.newest, found.complete) == (3, "2026-11-20", True)
    [notice] = found.results["doi", DOI].notices
    assert (notice.state, notice.date, notice.doi, notice.by) == (
        "retracted",
        "2026-01-02",
        "10.1234/notice",
        "Retraction Watch (record 1)",
    )
    assert found.results["pmid", PMID].state == "corrected"
    assert found.results["doi", "10.1234/fine"] == DatabaseResult("nothing found", "2026-11-20")


def test_a_piece_of_the_data_proves_no_absence(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text(WATCH, encoding="utf-8")
    assert set(read_retraction_watch(path, WANTED, TODAY).results) == {("doi", DOI), ("pmid", PMID)}


def test_a_reinstatement_after_a_retraction_is_one_in_the_data(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text(f"{WATCH}4,A,2/2/2026 0:00,10.1234/b,0,{DOI},0,Reinstatement\n", encoding="utf-8")
    assert read_retraction_watch(path, WANTED, TODAY).results["doi", DOI].state == "reinstated"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"<html>", WATCH_HEAD.encode(), b"\xff\xfe\x00", None])
def test_a_file_that_is_not_the_data_is_reported(
    content: bytes | None, make: Make, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make()
    path = root / "watch.csv"
    if content is not None:
        path.write_bytes(content)
    assert run(root, api, f"--retraction-watch={path}") == 0
    assert kept(root)["doi"][DOI]["retraction-watch"] == "not checked"
    assert "Retraction Watch: 1 not checked; watch.csv" in capsys.readouterr().err


def test_the_data_is_used_in_a_run(make: Make, api: Api) -> None:
    root = make({"watch.csv": WATCH})
    assert run(root, api, f"--retraction-watch={root / 'watch.csv'}") == 0
    assert kept(root)["doi"][DOI]["retraction-watch"]["state"] == "retracted"


# --- the command --------------------------------------------------------------------------------------


def test_new_numbers_are_entered_without_asking_and_old_answers_stay(
    make: Make, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make()
    assert run(root, api) == 0
    api.asked.clear()
    make({"references.bib": PMID_BIB})
    assert command.main(["--enter"], root) == 0
    assert api.asked == []
    assert kept(root)["doi"][DOI]["crossref"]["state"] == "nothing found"
    assert kept(root)["pmid"][PMID]["pubmed"] == "not checked"
    assert "2 numbers, 1 new as not checked, 0 removed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "files", "why"),
    [
        (["--online"], {}, "add a contact"),
        (["--online", "--contact", "me\nx: y"], {}, "add a contact"),
        (["--online", "--contact", "me@example.org", "--budget", "nan"], {}, "--budget"),
        (
            ["--online", "--contact", "me@example.org"],
            {"references.bib": "@misc{a, title={T}}\n"},
            "no DOI and no PMID",
        ),
        (["--enter"], {"references.bib": "@misc{a, title={T}\n"}, "fix this first: references.bib:1"),
        (["--enter"], {source_status.SOURCE_STATUS_FILE: "{"}, "fix this first: source-status.json:1"),
    ],
)
def test_what_cannot_run_says_so_in_one_line(
    arguments: list[str],
    files: dict[str, str],
    why: str,
    make: Make,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CONTACT", raising=False)
    root = make(files)
    before = (root / source_status.SOURCE_STATUS_FILE).read_text() if source_status.SOURCE_STATUS_FILE in files else ""
    assert command.main(arguments, root, QUICK) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("check_citations: could not run: ")
    assert why in line
    assert not before or (root / source_status.SOURCE_STATUS_FILE).read_text() == before


def test_a_folder_in_place_of_the_file_is_reported(make: Make, api: Api) -> None:
    root = make()
    (root / source_status.SOURCE_STATUS_FILE).mkdir()
    assert run(root, api) == 2


def test_ctrl_c_keeps_what_is_known(
    make: Make, api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def late(request: BaseHTTPRequestHandler) -> None:
        over.wait(60)
        send(work())(request)

    def add(update: query.Update, name: str, *rest: Any) -> None:
        really(update, name, *rest)
        if sum(tally.answered for tally in update.tallies.values()) == 2:  # the other two have answered
            signal.raise_signal(signal.SIGINT)

    really = query.Update.add
    monkeypatch.setattr(query.Update, "add", add)
    api.answers[CROSSREF_PATH] = [late]
    root = make({"references.bib": PMID_BIB})
    assert run(root, api, policy=replace(QUICK, timeout=30.0)) == 0
    over.set()
    assert kept(root)["doi"][DOI]["crossref"] == "not checked"
    assert kept(root)["doi"][DOI]["exists"]["state"] == "yes"
    assert kept(root)["pmid"][PMID]["pubmed"]["state"] == "nothing found"
    assert (
        "check_citations: stopped; 1 DOI and 1 PMID: Crossref 0 answered and 1 not checked" in capsys.readouterr().out
    )


def test_the_script_itself_asks_and_prints_no_traceback(make: Make, api: Api) -> None:
    root = make({"references.bib": PMID_BIB})
    script = [sys.executable, str(ROOT / "scripts" / "check_citations.py")]
    done = subprocess.run([*script, *options(api)], cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert kept(root)["pmid"][PMID]["pubmed"]["state"] == "nothing found"
    wrong = subprocess.run([*script, "--onlin"], cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr + done.stderr


def test_killing_a_run_leaves_the_old_file_whole(make: Make, api: Api) -> None:
    api.answers[CROSSREF_PATH] = [slow]
    root = make({"references.bib": PMID_BIB})
    command.main(["--enter"], root)
    before = (root / source_status.SOURCE_STATUS_FILE).read_bytes()
    script = [sys.executable, str(ROOT / "scripts" / "check_citations.py")]
    running = subprocess.Popen([*script, *options(api)], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not api.asked and time.monotonic() < until:
        time.sleep(0.02)
    assert api.asked
    running.kill()
    running.wait(120)
    assert (root / source_status.SOURCE_STATUS_FILE).read_bytes() == before


def test_two_runs_at_once_leave_a_file_that_can_be_read(make: Make, api: Api) -> None:
    root = make({"references.bib": PMID_BIB})
    runs = [threading.Thread(target=run, args=(root, api)) for _ in range(3)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(120)
    assert project.load_project(root).problems == []
    assert kept(root)["doi"][DOI]["crossref"]["state"] == "nothing found"
    assert [name for name in os.listdir(root) if name.startswith(".new-")] == []  # noqa: PTH208


# --- anything at all ----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([DOI, "retraction"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*WORK, "updated-by", "message", "updated", "type", "date-parts", "handle"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
QUICKLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICKLY
@given(JSON, st.sampled_from([200, 404]))
def test_no_answer_makes_reading_fail(data: Any, code: int) -> None:
    parts = [data, {"message": data}]
    if isinstance(data, dict):
        parts.append({"message": {**data, "DOI": DOI}})
    for part in parts:
        raw = json.dumps(part).encode()
        for who in ("crossref", "handle"):
            try:
                read = parse_crossref_work(code, raw, DOI, TODAY) if who == "crossref" else None
                found = read or parse_doi_handle(raw, DOI)
            except BadResponseError:
                continue
            answers = query.merge_lookup_result(IdentifierStatus(), "crossref", found, TODAY)
            text = source_status.dump_source_status(
                source_status.SourceStatusFile({"doi": {DOI: answers}, "pmid": {}}), bib_reader.read_bibliography(BIB)
            )
            assert source_status.read_source_status(text)[1] == [], text


@QUICKLY
@given(st.binary(max_size=200), st.text(alphabet='<>/&;aPMID"= ', max_size=80))
def test_no_bytes_make_reading_fail(raw: bytes, inside: str) -> None:
    whole = articles(
        f"<PubmedArticle><MedlineCitation><PMID>7</PMID>{inside}</MedlineCitation></PubmedArticle>"
    ).encode()
    for one in (raw, whole, f"<PubmedArticleSet>{inside}</PubmedArticleSet>".encode()):
        try:
            found = parse_pubmed_articles(one, (PMID,), TODAY)[PMID]
        except BadResponseError:
            continue
        answers = query.merge_lookup_result(IdentifierStatus(), "pubmed", found, TODAY)
        text = source_status.dump_source_status(
            source_status.SourceStatusFile({"doi": {}, "pmid": {PMID: answers}}),
            bib_reader.read_bibliography(PMID_BIB),
        )
        assert source_status.read_source_status(text)[1] == [], text


@QUICKLY
@given(st.text(max_size=200))
def test_no_csv_makes_reading_fail(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "watch.csv"
    path.write_text(WATCH + rows, encoding="utf-8", errors="replace", newline="")
    with suppress(BadResponseError):
        read_retraction_watch(path, WANTED, TODAY)


def test_words_of_others_are_one_bounded_line() -> None:
    assert clean_external_text("a\n\x00b\u2028c | d" + "x" * 10_000).startswith("a b c / d")
    assert len(clean_external_text("x" * 10_000)) <= source_status.MAX_TEXT_LENGTH
    assert not re.search(r"\s\s|\n", clean_external_text("a \n b"))

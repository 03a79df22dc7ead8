"""Numbers of trial registries, and asking ClinicalTrials.gov: a server on this machine plays it, with its faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_timer import FakeTimer
from ledger.core.errors import CannotRunError
from ledger.http import api as http
from ledger.http.api import RequestFailedError
from ledger.http.client import HttpSettings
from ledger.model import registries
from ledger.model.field_types import REGISTRY_ID
from ledger.registry import client, study_model
from ledger.registry.client import RegistryError, UnknownTrialError
from play_api import NUMBER, QUICK, Api, sample, send, serve

# --- numbers ------------------------------------------------------------------------------------------

SPELLINGS = {
    "NCT04786262": ("NCT04786262", "https://clinicaltrials.gov/study/NCT04786262"),
    "nct04786262": ("NCT04786262", "https://clinicaltrials.gov/study/NCT04786262"),
    " NCT04786262\n": ("NCT04786262", "https://clinicaltrials.gov/study/NCT04786262"),
    "chictr2300072200": (
        "ChiCTR2300072200",
        "https://www.chictr.org.cn/searchprojEN.html?regno=ChiCTR2300072200",
    ),
    "ChiCTR-ipr-16008539": (
        "ChiCTR-IPR-16008539",
        "https://www.chictr.org.cn/searchprojEN.html?regno=ChiCTR-IPR-16008539",
    ),
    "isrctn12345678": ("ISRCTN12345678", "https://www.isrctn.com/ISRCTN12345678"),
    "2023-507988-19-00": (
        "2023-507988-19-00",
        "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2023-507988-19-00",
    ),
    "EU CTIS 2023-507988-19": (
        "2023-507988-19",
        "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2023-507988-19",
    ),
    "2014-001234-12": (
        "EudraCT 2014-001234-12",
        "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2014-001234-12",
    ),
    "eudract: 2014-001234-12": (
        "EudraCT 2014-001234-12",
        "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2014-001234-12",
    ),
    "jrctS031190123": ("jRCTs031190123", "https://jrct.mhlw.go.jp/en-latest-detail/jRCTs031190123"),
    "jRCT2033200123": ("jRCT2033200123", "https://jrct.mhlw.go.jp/en-latest-detail/jRCT2033200123"),
    "irct20160911029778n2": (
        "IRCT20160911029778N2",
        "https://irct.behdasht.gov.ir/search/result?query=IRCT20160911029778N2",
    ),
    "actrn12612000658875": ("ACTRN12612000658875", "https://www.anzctr.org.au/ACTRN12612000658875.aspx"),
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_number_is_known_however_it_is_spelled(text: str) -> None:
    number = registries.parse_registry_number(text)
    assert number
    assert (number.id, number.address) == SPELLINGS[text]
    assert REGISTRY_ID.fullmatch(number.id)


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://clinicaltrials.gov/study/NCT04786262", "NCT04786262"),
        ("https://clinicaltrials.gov/study/NCT04786262?cond=Diabetes&rank=1#results", "NCT04786262"),
        ("http://www.clinicaltrials.gov/ct2/show/nct04786262", "NCT04786262"),
        ("www.isrctn.com/ISRCTN12345678", "ISRCTN12345678"),
        ("https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2023-507988-19-00", "2023-507988-19-00"),
    ],
)
def test_the_address_of_a_record_will_do(address: str, number: str) -> None:
    found = registries.parse_registry_number(address)
    assert found
    assert found.id == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NCT",
        "NCT0478626",
        "NCT047862622",
        "NCT 04786262",
        "NCT04786262/../..",
        "NCT٠٤٧٨٦٢٦٢",
        "../NCT04786262",
        "https://clinicaltrials.gov/study/NCT047862622",
        "https://clinicaltrials.gov/search?cond=diabetes",
        "ChiCTR23",
        "ChiCTR-2300072200",
        "ISRCTN123",
        "2023-50798-19",
        "1023-507988-19-00",
        "jRCT",
        "IRCT2016",
        "ACTRN1261200065887",
        "DRKS00012345",
        "x" * 10_000,
    ],
)
def test_what_is_no_number_is_not_taken_for_one(text: str) -> None:
    assert registries.parse_registry_number(text) is None


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = registries.parse_registry_number(text)
    assert number is None or registries.parse_registry_number(number.id) == number


@pytest.mark.parametrize("one", registries.REGISTRIES, ids=lambda one: one.name)
def test_the_example_of_a_registry_is_one_of_its_numbers_and_names_a_file(one: registries.Registry) -> None:
    number = registries.parse_registry_number(one.example)
    assert number
    assert number.registry is one
    assert number.key.replace("-", "").isalnum()


# --- asking -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Api]:
    with serve() as api:
        yield api


@pytest.fixture
def api(server: Api) -> Api:
    server.answers.clear()
    server.asked.clear()
    return server


def ask(api: Api, policy: HttpSettings = QUICK) -> tuple[dict[str, object], list[float]]:
    """The study, and how long we waited between the tries."""
    waits = FakeTimer()
    raw = client.fetch_study(NUMBER, api.address, policy, waits.timer)
    study_model.parse_study(raw, NUMBER)
    return json.loads(raw), waits.sleeps


def refusal(api: Api, policy: HttpSettings = QUICK) -> str:
    with pytest.raises(CannotRunError) as error:
        ask(api, policy)
    said = str(error.value)
    assert said.startswith(f"{NUMBER}: ")
    assert "\n" not in said
    return said


def test_a_study_is_fetched_with_one_honest_request(api: Api) -> None:
    api.give(NUMBER, send(sample()))
    study, waits = ask(api)
    assert study == sample()
    assert waits == []
    [(path, headers)] = api.asked
    assert path == f"/api/v2/studies/{NUMBER}"
    assert "islet-ledger" in headers["User-Agent"]
    assert headers["Accept"] == "application/json"


def test_a_trial_that_the_registry_does_not_know_is_reported_at_once(api: Api) -> None:
    with pytest.raises(UnknownTrialError, match="no such trial"):
        ask(api)
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_registry_is_tried_again(api: Api, status: int) -> None:
    api.give(NUMBER, send("busy", status, "text/plain"), send(sample()))
    study, waits = ask(api)
    assert study == sample()
    assert waits == [QUICK.pause]


def test_each_pause_is_twice_as_long_and_there_is_an_end(api: Api) -> None:
    api.give(NUMBER, send("busy", 500, "text/plain"))
    waits = FakeTimer()
    with pytest.raises(RegistryError, match="status 500, tried 3 times; try again later"):
        client.fetch_study(NUMBER, api.address, QUICK, waits.timer)
    assert waits.sleeps == [QUICK.pause, 2 * QUICK.pause]
    assert len(api.asked) == QUICK.tries


def test_the_registry_says_how_many_seconds_to_wait(api: Api) -> None:
    api.give(NUMBER, send("slow down", 429, headers={"Retry-After": "1"}), send(sample()))
    assert ask(api)[1] == [1.0]


def test_the_registry_says_until_when_to_wait(api: Api) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    api.give(NUMBER, send("slow down", 503, headers={"Retry-After": until}), send(sample()))
    [wait] = ask(api)[1]
    assert 0 < wait <= 2


@pytest.mark.parametrize("header", ["soon", "-1", "Fri, 99 Foo 2026", "1e9", "٣"])
def test_a_wait_that_makes_no_sense_is_our_own(api: Api, header: str) -> None:
    api.give(NUMBER, send("slow down", 429, headers={"Retry-After": header.encode().decode("latin-1")}), send(sample()))
    assert ask(api)[1] == [QUICK.pause]


def test_a_day_that_is_past_leaves_our_own_pause(api: Api) -> None:
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    api.give(NUMBER, send("slow down", 429, headers={"Retry-After": past}), send(sample()))
    assert ask(api)[1] == [QUICK.pause]


def test_a_wait_that_is_too_long_ends_it(api: Api) -> None:
    api.give(NUMBER, send("slow down", 429, headers={"Retry-After": "3600"}))
    assert "status 429, tried once; the host wants us to wait 3600 seconds; try again later" in refusal(api)
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 418])
def test_other_errors_are_not_tried_again(api: Api, status: int) -> None:
    api.give(NUMBER, send("no", status, "text/plain"))
    assert f"status {status}" in refusal(api)
    assert len(api.asked) == 1


def test_timeouts_are_tried_again_a_limited_number_of_times(api: Api) -> None:
    over = threading.Event()

    def silent(request: BaseHTTPRequestHandler) -> None:
        over.wait(60)

    api.give(NUMBER, silent, send(sample()))
    assert ask(api, HttpSettings(timeout=1, tries=2, pause=0.01))[0] == sample()
    api.give(NUMBER, silent)
    assert "no data for 0.05 seconds, tried 2 times" in refusal(api, HttpSettings(timeout=0.05, pause=0.01))
    over.set()


def test_an_answer_that_drips_is_not_waited_for(api: Api) -> None:
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.end_headers()
        for _ in range(1000):
            request.wfile.write(b" ")
            request.wfile.flush()
            if over.wait(0.02):  # never silent for long
                break

    api.give(NUMBER, drip)
    assert "the response was not complete within 0.2 seconds, tried once" in refusal(
        api, HttpSettings(timeout=0.1, tries=1)
    )
    over.set()


WHOLE = json.dumps(sample())
BAD = {
    "cut short, by its length": (send(WHOLE[:500], length=len(WHOLE)), "ended too early"),
    "cut short, without a length": (send(WHOLE[:500], length=-1), "not JSON, or only a part"),
    "empty": (send(b""), "not JSON"),
    "too long": (send(b" " * 400_000, length=-1), "longer than 300000 bytes"),
    "a page for people": (send("<html>", kind="text/html"), "'text/html' and not application/json"),
    "no content type": (send(WHOLE, kind=""), "not application/json"),
    "another JSON type": (send(WHOLE, kind="application/problem+json"), "not application/json"),
    "not JSON": (send("{'a': 1}"), "not JSON"),
    "not UTF-8": (send(b'{"a": "\xff"}'), "not JSON"),
    "nested deeply": (send("[" * 100_000), "not JSON"),
    "a list": (send("[]"), "not the study of one trial"),
    "another object": (send({"studies": []}), "not the study of one trial"),
    "a redirect to another host": (
        send(b"", 302, headers={"Location": "http://localhost:1/api"}),
        "another host, 'localhost:1'",
    ),
    "a redirect to another scheme": (send(b"", 301, headers={"Location": "https://127.0.0.1/"}), "another host"),
    "a redirect to itself": (send(b"", 302, headers={"Location": NUMBER}), "redirects back to itself"),
    "bytes that are no gzip": (
        send(b"xxxx", headers={"Content-Encoding": "gzip"}),
        "the response cannot be decoded",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_an_answer_that_cannot_be_used_is_refused(api: Api, case: str) -> None:
    answer, said = BAD[case]
    api.give(NUMBER, answer)
    assert said in refusal(api)


def test_a_redirect_on_the_same_host_is_followed(api: Api) -> None:
    api.give(NUMBER, send(b"", 301, headers={"Location": "/api/v2/studies/moved"}))
    api.give("moved", send(sample(), kind="Application/JSON; charset=UTF-8"))
    assert ask(api)[0] == sample()


def test_a_registry_that_is_not_there_is_reported(api: Api) -> None:
    with pytest.raises(RegistryError, match="the host refuses the connection; try again later, or use --from"):
        client.fetch_study(NUMBER, "http://127.0.0.1:9/api", QUICK)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clinicaltrials.gov",
        "ftp://clinicaltrials.gov",
        "file:///etc/passwd",
        "http://clinicaltrials.gov/api/v2",
        "http://10.0.0.1/api",
        "https://user:word@clinicaltrials.gov",
        "https://",
        "https://[::1",
        "https://host:port/",
        "https://host/?a=1",
        "https://host/#a",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(RequestFailedError):
        http.validate_api_url(address)


@pytest.mark.parametrize(
    "address", ["https://example.org/api/", "http://127.0.0.1:80/x", "http://[::1]/x", "http://localhost/x"]
)
def test_an_address_over_https_or_on_this_machine_is_taken(address: str) -> None:
    assert http.validate_api_url(address) == address.rstrip("/")

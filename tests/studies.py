"""Studies as ClinicalTrials.gov would answer them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from play_api import sample

RESULTS: Mapping[str, Any] = {
    "participantFlowModule": {
        "recruitmentDetails": "Two hospitals",
        "groups": [{"id": "FG000", "title": "EX-101"}, {"id": "FG001", "title": "Placebo"}],
        "periods": [
            {
                "title": "Overall Study",
                "milestones": [
                    {
                        "type": "STARTED",
                        "achievements": [
                            {"groupId": "FG000", "numSubjects": "16"},
                            {"groupId": "FG001", "numSubjects": "8"},
                        ],
                    },
                    {"type": "COMPLETED", "achievements": [{"groupId": "FG000", "numSubjects": "15"}]},
                ],
            }
        ],
    },
    "outcomeMeasuresModule": {"outcomeMeasures": [{"type": "PRIMARY", "title": "Events"}]},
    "adverseEventsModule": {
        "frequencyThreshold": "5",
        "timeFrame": "Up to 2 years",
        "eventGroups": [
            {
                "id": "EG000",
                "title": "EX-101",
                "deathsNumAffected": 1,
                "deathsNumAtRisk": 16,
                "seriousNumAffected": 3,
                "seriousNumAtRisk": 16,
                "otherNumAffected": 12,
                "otherNumAtRisk": 16,
            },
            {"id": "EG001", "title": "PLACEBO", "seriousNumAffected": 1, "seriousNumAtRisk": 8},
            {"id": "EG002", "title": "Not treated", "deathsNumAffected": 0, "deathsNumAtRisk": 2},
        ],
        "seriousEvents": [{"term": "Fever", "stats": [{"groupId": "EG000", "numAffected": 1}]}],
    },
    "moreInfoModule": {"pointOfContact": {"title": "Jack Nobody", "email": "jack@example.org"}},
}


def with_results() -> dict[str, Any]:
    """The sample as a finished trial with posted results."""
    found = sample()
    found["hasResults"] = True
    found["resultsSection"] = copy.deepcopy(dict(RESULTS))
    protocol = found["protocolSection"]
    protocol["designModule"]["enrollmentInfo"] = {"count": 24, "type": "ACTUAL"}
    protocol["statusModule"]["overallStatus"] = "COMPLETED"
    protocol["statusModule"]["resultsFirstPostDateStruct"] = {"date": "2026-10-05", "type": "ACTUAL"}
    return found


def put(path: str, value: Any, base: Callable[[], dict[str, Any]] = sample) -> dict[str, Any]:
    """The sample with another value at ``path`` below the protocol section, or below the whole for ``/path``."""
    found = base()
    inner: Any = found if path.startswith("/") else found["protocolSection"]
    *steps, last = path.removeprefix("/").split(".")
    for step in steps:
        inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
    inner[int(last) if last.isdigit() else last] = value
    return found


HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "a script that is not closed": "Cells <script src=//x",
    "a script in capitals": "x <SCRIPT>",
    "an image": "x <img src=x onerror=alert(1)>",
    "an image without a space": "x <img/src=x>",
    "a link": 'x <a href="https://example.org">y</a>',
    "a link that is not closed": "x <a href=",
    "bold": "a <b>trial</b>",
    "an unknown element with a handler": "x <foo onclick=y>",
    "the end of the title": "x</title>",
    "a comment": "x <!-- y",
    "a declaration": "<!DOCTYPE html>",
    "PHP": "<?php x",
    "an address in brackets": "see <https://example.org>",
    "a mail address in brackets": "see <a@example.org>",
    "a Markdown link": "[x](https://example.org)",
    "a Markdown image": "![x](y.png)",
    "a Markdown image by reference": "![x][y]",
    "a template": "{{ config.x }}",
    "a template's block": "{% include 'x' %}",
    "an attribute list": "Title {: onclick=x}",
    "an id": "Title {#x}",
    "front matter": "x\n---\ntitle: y",
    "front matter at the start": "--- title",
    "a YAML key": 'x"\nkind: home',
    "a YAML tag": "!!python/object/apply:os.system [x]",
    "a line": "x\r\ny",
    "NUL": "a\x00b",
    "a bell": "a\x07b",
    "C1": "a\x85b",
    "a line separator": "a\u2028b",
    "right to left": "a\u202eb",
    "an isolate": "a\u2066b",
    "a sign of the site's own": "\ue001known2024\ue001",
    "half a character": "a\ud800b",
    "a script's address": "javascript:alert(1)",
}


HARMLESS = (
    "HbA1c < 7 %",
    "HbA1c <7% and >5%",
    "A Study of [VX-880] in Adults",
    "[VX-880] (Part B): Cells",
    "ALT <ULN and AST >ULN",
    "R&D of *Cells* & _More_ `x` | y ~ z ^ 2",
    "Type 1 Diabetes: a 'Test' of \"Islets\"",
    "Data: CGM, pumps",
    "NO",
    "012",
    "12:30",
    "2024-13-01",
    "- a list",
    "# 1 trial",
    "> quote",
    "1. First",
    "100 % of {patients}",
    "C++ & a\\b",
    "زراعة الجزر لمرضى السكري",
    "自体干细胞移植治疗1型糖尿病",
    "😀 emoji",
    "T1D@Home and @Work",
    "Trial of NCT123",
    "5 mg in 20 patients",
    "x" * 30_000,
    "word " * 6_000,
    "  spaces  ",
    "true",
    "key: value # no comment",
    "%YAML",
    "A -- B --> C",
    "p < 0.05 | q <= 1",
)

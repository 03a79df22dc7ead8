"""The comparison: the same lines for every trial, each with its source, and nothing added up."""

from __future__ import annotations

import json
import re
from typing import Any

from conftest import ROOT, Make
from ledger.model import project
from ledger.model.project import Project
from ledger.render import comparison
from samples import SAMPLE, small


def carried(loaded: Project) -> dict[str, Any]:
    html = comparison.render_comparison_form(loaded.pages["index.md"], loaded, {})
    [data] = re.findall(r'<script type="application/json" id="compare-data">(.*?)</script>', html)
    found: dict[str, Any] = json.loads(data)
    return found


def test_every_trial_has_the_same_lines_in_the_same_order() -> None:
    data = carried(project.load_project(ROOT))
    assert len(data) >= 51
    orders = {tuple(name for name in trial["lines"] if name != "Results overdue?") for trial in data.values()}
    assert len(orders) == 1


def test_a_line_carries_the_key_of_its_source(make: Make) -> None:
    trial = carried(small(make))["sample"]
    assert trial["page"] == "trials/sample/"
    assert trial["lines"]["People treated"] == [["14", "known2024"]]
    assert trial["lines"]["Results"][0] == ["insulin independence, day 365: 10 of 12", "known2024"]
    assert trial["lines"]["Harms"] == [["death: 2 of 14", "known2024"]]
    assert trial["lines"]["Requirement: Safety"] == [["not shown", "known2024"]]
    assert trial["lines"]["Funders"] == [["Not found", ""]]


def test_without_a_script_the_pages_are_listed(make: Make) -> None:
    loaded = small(make)
    html = comparison.render_comparison_form(loaded.pages["index.md"], loaded, {})
    assert "<noscript><p>Comparing needs a script." in html
    assert '<a href="trials/sample/">A sample trial</a>' in html


def test_hostile_text_cannot_leave_the_script(make: Make) -> None:
    loaded = small(make, SAMPLE.replace("value: A university", "value: '</script><script>alert(1)</script>'"))
    assert carried(loaded)["sample"]["lines"]["Sponsor"][0][0].startswith("</script>")

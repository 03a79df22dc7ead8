"""The built site by the Nu HTML checker: no message but those that are named with a reason."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT
from ledger.site import html_fixes

SITE = ROOT / "site"
pytestmark = pytest.mark.slow


def messages(folder: Path) -> list[str]:
    """What the checker says of the pages in a folder, each message with its place."""
    jar = os.environ.get("VALIDATOR")
    assert jar, "run this with make test-full, which fetches the checker"
    command = ["java", "-Xss1m", "-Xmx700m", "-jar", jar, "--format", "json", "--stdout"]
    pages = [str(path) for path in sorted(folder.rglob("*.html"))]
    done = subprocess.run([*command, *pages], capture_output=True, text=True, check=False)
    return [
        f"{one['message']} ({one.get('url', '').rpartition(f'/{folder.name}/')[2]}:{one.get('lastLine')}: {one.get('extract', '')})"
        for one in json.loads(done.stdout)["messages"]
    ]


@pytest.fixture(scope="module")
def said() -> list[str]:
    assert len(list(SITE.rglob("*.html"))) > 100, "run make build first"
    return messages(SITE)


def named(message: str) -> list[str]:
    return [pattern for pattern in html_fixes.ACCEPTED_VALIDATOR_MESSAGES if re.match(pattern, message, re.DOTALL)]


def test_every_page_is_valid_html(said: list[str]) -> None:
    assert [message for message in said if not named(message)] == []


def test_every_named_message_is_still_said(said: list[str]) -> None:
    assert {pattern for message in said for pattern in named(message)} == set(html_fixes.ACCEPTED_VALIDATOR_MESSAGES)


def test_the_checker_would_tell_a_fault(tmp_path: Path) -> None:
    page = '<!doctype html><html lang="en"><title>x</title><p><table></p>'
    (tmp_path / "x.html").write_text(page, encoding="utf-8")
    assert len(messages(tmp_path)) >= 1

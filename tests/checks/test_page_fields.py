"""The front matter of a page."""

from __future__ import annotations

import pytest

from conftest import INDEX, Make, check_links


@pytest.mark.parametrize(("value", "count"), [("2026-11-21", 0), ("2026-13-21", 1), ("yesterday", 1), ("", 1)])
def test_the_day_of_the_last_check_is_a_date(value: str, count: int, make: Make) -> None:
    text = f"---\ntitle: a\ndescription: b\nkind: about\nchecked: {value}\n---\n{INDEX}"
    problems = check_links(make({"docs/index.md": text})).problems
    assert [f"{p.line} {p.level} {p.rule}" for p in problems] == ["5 error page-fields"] * count

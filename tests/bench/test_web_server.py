"""The server of tests and measurements: what it sends, and what it says it sent."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.request import urlopen

from bench import web_server


def test_text_is_sent_compressed_and_counted(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>word</p>" * 1000, encoding="utf-8")
    with web_server.serve_folder(tmp_path) as server, urlopen(server.address) as answer:
        data = answer.read()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert gzip.decompress(data) == (tmp_path / "index.html").read_bytes()
    assert server.sent == [("/", len(data))]


def test_an_image_is_sent_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"\x89PNG" * 50)
    with web_server.serve_folder(tmp_path) as server, urlopen(f"{server.address}x.png") as answer:
        assert answer.read() == b"\x89PNG" * 50
        assert "Content-Encoding" not in answer.headers

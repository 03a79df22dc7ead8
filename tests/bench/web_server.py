"""A small web server for tests and measurements: it compresses what it sends, as every host of static pages does."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMPRESSED_TYPES = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
"""The kinds of files that are worth compressing."""
GZIP_LEVEL = 6
"""How hard it compresses; hosts take the same as a rule."""


@dataclass
class Server:
    """A running server: its address, and every file that it was asked for with the bytes that it sent."""

    address: str
    sent: list[tuple[str, int]] = field(default_factory=list)


class _QuietServer(ThreadingHTTPServer):
    """A browser that is closed in the middle of an answer is no fault."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _GzipHandler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, sent: list[tuple[str, int]], directory: str) -> None:
        self.sent = sent
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        found = path / "index.html" if path.is_dir() else path
        data = found.read_bytes() if found.is_file() else b"not found"
        kind = self.guess_type(str(found))
        self.send_response(200 if found.is_file() else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        if kind.startswith(COMPRESSED_TYPES):
            data = gzip.compress(data, GZIP_LEVEL)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.sent.append((self.path, len(data)))


@contextmanager
def serve_folder(folder: Path) -> Iterator[Server]:
    """Serve a folder while the block runs."""
    running = Server("")
    http = _QuietServer(("127.0.0.1", 0), partial(_GzipHandler, sent=running.sent, directory=str(folder)))
    running.address = f"http://127.0.0.1:{http.server_port}/"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        http.shutdown()
        http.server_close()

"""A server on this machine that plays the API of ClinicalTrials.gov or of a database of papers, with their faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ledger.http.client import HttpSettings

DATA = Path(__file__).resolve().parent / "data" / "study.json"
NUMBER = "NCT09876543"
QUICK = HttpSettings(timeout=0.5, delay=0, tries=3, pause=0.01, max_wait=2.0, max_bytes=300_000)

Answer = Callable[[BaseHTTPRequestHandler], None]


def sample() -> dict[str, Any]:
    """The made-up study of tests/data/study.json, anew."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def send(
    body: bytes | str | dict[str, Any] = b"",
    status: int = 200,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> Answer:
    """An answer; ``length`` is the length that it claims to have, -1 for none."""
    raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        if kind:
            request.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        if length != -1:
            request.send_header("Content-Length", str(len(raw) if length is None else length))
        request.end_headers()
        request.wfile.write(raw)

    return answer


@dataclass
class Api:
    """What the server answers, by path (with or without its query); the last answer of a list is given again and again."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def give(self, number: str, *answers: Answer) -> None:
        self.answers[f"/api/v2/studies/{number}"] = list(answers)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def serve() -> Iterator[Api]:
    """The server, on a free port of this machine."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.asked.append((self.path, dict(self.headers)))
            waiting = api.answers.get(self.path) or api.answers.get(self.path.partition("?")[0])
            if not waiting:
                send("Not found", 404, "text/plain")(self)
                return
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the client went away, as it should when it has had enough
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_address[1]}/api/v2"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

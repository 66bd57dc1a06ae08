"""A small HTTP server in PostgREST's place: it answers what it was told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Question:
    """One request as it came over the wire."""

    function: str
    headers: dict[str, str]
    arguments: Any


@dataclass
class FakePostgrest:
    """Where it is, what it was asked, and what it answers: status and body in turn.

    The last answer is given again and again.
    """

    url: str
    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, None)])
    asked: list[Question] = field(default_factory=list)

    def reports(self, status: int, code: str, message: str, details: str = "") -> None:
        told = {"code": code, "message": message, "details": details, "hint": None}
        self.answers = [(status, told)]


@contextmanager
def serving() -> Iterator[FakePostgrest]:
    """Serve on a free port for the time of a block."""

    class Handler(BaseHTTPRequestHandler):  # HTTP/1.0: closes after each answer
        def do_POST(self):
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length) or "null")
            headers = {name.lower(): text for name, text in self.headers.items()}
            function = self.path.partition("?")[0].removeprefix("/rest/v1/rpc/")
            fake.asked.append(Question(function, headers, body))
            status, told = fake.answers.pop(0)
            if not fake.answers:
                fake.answers.append((status, told))
            raw = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake = FakePostgrest(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

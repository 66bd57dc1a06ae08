"""AWS's Parameters and Secrets extension: its protocol, and nothing behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


class Extension(ThreadingHTTPServer):
    """Holds parameters and what it was sent; `answer` goes before them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.port = self.server_port
        self.parameters: dict[str, str] = {}
        self.answer: tuple[int, bytes] | None = None
        self.tokens: list[str | None] = []


class Request(BaseHTTPRequestHandler):
    """One question for one parameter."""

    server: Extension

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        assert asked.path == "/systemsmanager/parameters/get"
        query = parse_qs(asked.query)
        assert query["withDecryption"] == ["true"]
        self.server.tokens.append(self.headers["X-Aws-Parameters-Secrets-Token"])
        status, body = self.server.answer or self._found(query["name"][0])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _found(self, name: str) -> tuple[int, bytes]:
        if name not in self.server.parameters:
            return 400, b'{"Code": "ParameterNotFound"}'
        value = self.server.parameters[name]
        return 200, json.dumps({"Parameter": {"Name": name, "Value": value}}).encode()


@contextmanager
def answering() -> Iterator[Extension]:
    """Serve on a free port until the block ends."""
    with Extension() as served:
        thread = Thread(target=served.serve_forever)
        thread.start()
        try:
            yield served
        finally:
            served.shutdown()
            thread.join()

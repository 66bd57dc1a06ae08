"""Receivers of webhooks over real HTTP, each with a failure of its own."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from queue import Queue
from socketserver import StreamRequestHandler, ThreadingTCPServer

from tests.http_server import in_background

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FAR = b"Retry-After: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"
# Each is an attempt that failed; none may take the worker out of its schedule.
ABSURD = {
    "/far": b"HTTP/1.1 503 No\r\n" + FAR + EMPTY,
    "/long": b"HTTP/1.1 503 No\r\nRetry-After: " + b"9" * 5_000 + b"\r\n" + EMPTY,
    "/negative": b"HTTP/1.1 503 No\r\nRetry-After: -1\r\n" + EMPTY,
    "/unicode": "HTTP/1.1 503 Nö\r\nRetry-After: ٣٠ 🚲\r\n".encode() + EMPTY,
    "/latin": b"HTTP/1.1 503 N\xff\r\nRetry-After: \xb2\xff\r\n" + EMPTY,
    "/control": b"HTTP/1.1 503 No\r\nRetry-After: \x01\r\n" + EMPTY,
    "/wide": b"HTTP/1.1 503 No\r\nX-Wide: " + b"x" * 300_000 + b"\r\n" + EMPTY,
    "/many": b"HTTP/1.1 503 No\r\n" + b"X-Many: x\r\n" * 9_000 + EMPTY,
    "/status": b"HTTP/1.1 999 What\r\n" + EMPTY,
    "/zero": b"HTTP/1.1 000 What\r\n" + EMPTY,
    "/huge": b"HTTP/1.1 99999 What\r\n" + EMPTY,
    "/early": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "/lengths": b"HTTP/1.1 503 No\r\nContent-Length: -5\r\n\r\n",
    "/chunks": b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "/old": b"HTTP/0.9 503 No\r\n" + EMPTY,
    "/nothing": b"",
    "/nul": b"\0" * 100,
}
ANSWERS = ABSURD | {
    "/ok": OK,
    "/failing": b"HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\na\0b\xff",
    "/later": b"HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",
    "/gone": b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    "/garbage": b"What?\r\n\r\n",
    "/half": b"HTTP/1.1 20",
    "/nul-body": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b",
    "/latin-header": (
        b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 2\r\n\r\nok"
    ),
    "/codec": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=base64\r\n"
        b"Content-Length: 2\r\n\r\nok"
    ),
    "/escapes": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=unicode_escape\r\n"
        b"Content-Length: 6\r\n\r\n\\ud800"
    ),
}


@dataclass(frozen=True)
class Post:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receivers:
    """Their address, and the requests that they got; the path of a URL picks one."""

    url: str
    got: "Queue[Post]" = field(default_factory=Queue)
    closing: threading.Event = field(default_factory=threading.Event)
    mended: threading.Event = field(default_factory=threading.Event)
    moods: "Iterator[str]" = field(
        default_factory=lambda: cycle(("/failing", "/reset", "/hanging", "/dripping"))
    )

    def taken(self) -> list[Post]:
        return [self.got.get_nowait() for _ in range(self.got.qsize())]

    def way_of(self, path: str) -> str:
        """How to answer; `/unreliable` never twice the same, until it is mended."""
        if path != "/unreliable":
            return path
        return "/ok" if self.mended.is_set() else next(self.moods)


class Handler(StreamRequestHandler):
    """Reads a request, and responds as its path names."""

    def handle(self) -> None:
        receivers: Receivers = self.server.receivers
        line = self.rfile.readline().decode()
        headers = {}
        while (header := self.rfile.readline().decode().strip()) != "":
            name, _, text = header.partition(": ")
            headers[name.lower()] = text
        body = self.rfile.read(int(headers.get("content-length", 0)))
        method, path, _ = line.split()
        receivers.got.put(Post(method, path, headers, body))
        with suppress(OSError):
            self._answer(receivers.way_of(path), receivers)

    def _answer(self, path: str, receivers: Receivers) -> None:
        if path in {"/hanging", "/waiting"}:
            end = receivers.closing if path == "/hanging" else receivers.mended
            end.wait()
            self.wfile.write(OK)
        elif path == "/mending":
            answer = "/ok" if receivers.mended.is_set() else "/failing"
            self.wfile.write(ANSWERS[answer])
        elif path == "/reset":
            linger = struct.pack("ii", 1, 0)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif path == "/moved":
            place = f"{receivers.url}/ok".encode()
            head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
            self.wfile.write(head + place + b"\r\n\r\n")
        elif path == "/dripping":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x", 0.05)
        elif path == "/drizzling":
            self._drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05)
        elif path == "/flooding":
            self._drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536, 0)
        else:
            self.wfile.write(ANSWERS.get(path, OK))

    def _drip(self, head: bytes, drop: bytes, pause: float) -> None:
        self.wfile.write(head)
        while not self.server.receivers.closing.wait(pause):
            self.wfile.write(drop)


class Server(ThreadingTCPServer):
    """Many receivers at one address."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 512
    receivers: Receivers
    certificate: ssl.SSLContext | None

    def get_request(self):
        request, address = super().get_request()
        if self.certificate is not None:
            request = self.certificate.wrap_socket(request, server_side=True)
        return request, address

    def handle_error(self, request, client_address) -> None:
        """A client that went away is what some tests are about."""


@contextmanager
def receiving(certificate: ssl.SSLContext | None = None) -> Iterator[Receivers]:
    """Receive on a free port for the time of a block, over TLS with a certificate."""
    server = Server(("127.0.0.1", 0), Handler)
    server.certificate = certificate
    server.receivers = Receivers(f"http://127.0.0.1:{server.server_address[1]}")
    with in_background(server):
        try:
            yield server.receivers
        finally:
            server.receivers.closing.set()
            server.receivers.mended.set()

"""What the conformance tests share: people, waiting, a receiver of calls."""

import json
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import httpx
from supabase import Client, ClientOptions, create_client

from infra.local.platform import Platform

PATIENCE = 30.0
PASSWORD = "a long password"
HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"


def eventually(condition: Callable[[], object]) -> object:
    """Wait until a condition holds, and return what it said."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.02)
    return result


@cache
def connections() -> httpx.Client:
    """Return the connections that all clients share; closed at the end."""
    return httpx.Client()


def client(platform: Platform, key: str | None = None) -> Client:
    """Return a client that keeps no session in the background."""
    options = ClientOptions(auto_refresh_token=False, httpx_client=connections())
    return create_client(platform.url, key or platform.keys.publishable, options)


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.com"


def signed_up(platform: Platform) -> Client:
    """Return the client of a new person."""
    person = client(platform)
    person.auth.sign_up({"email": new_email(), "password": PASSWORD})
    return person


class Server(ThreadingHTTPServer):
    """A server that a burst of connections does not overrun."""

    request_queue_size = 512


@dataclass(frozen=True)
class Call:
    """One request that the receiver saw."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def receiver(held: threading.Event | None = None) -> Iterator[tuple[str, Queue[Call]]]:
    """Serve HTTP on a free port; what comes in is in the queue.

    Answers wait until `held` is set, if it is given.
    """
    calls: Queue[Call] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            calls.put(Call(self.command, self.path, dict(self.headers), body))
            if held:
                held.wait(PATIENCE)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_DELETE = do_POST  # noqa: N815

        def log_message(self, *arguments):
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def node(script: str, node_modules: Path, *arguments: str) -> dict:
    """Run a script of this folder and return the JSON it prints last."""
    done = subprocess.run(  # noqa: S603
        ["node", "--no-warnings", str(HERE / script), str(node_modules), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])

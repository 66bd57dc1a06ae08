import json
import shutil
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution

import pytest

from tests.build.artifacts import LAYERS, Artifacts, functions

ANSWERS = {
    "claim_bulk_update": None,
    "claim_emails": [],
    "claim_missed_events": [],
    "claim_webhook_deliveries": [],
    "close_solved_tickets": 0,
    "due_jobs": [],
    "event_lag": {"pending": 0, "dead_lettered": 0, "oldest_seconds": 0},
    "delete_old_bulk_updates": 0,
    "delete_old_notifications": 0,
    "delete_old_webhook_deliveries": 0,
    "health": {"status": "ok"},
    "queue_metrics": [],
    "read_event": None,
    "release_idle_tickets": 0,
    "broadcast_queue_statuses": None,
    "queues_due_for_assignment": [],
}
NOT_FOUND = {"code": "PT404", "message": "not-found", "details": "No.", "hint": None}


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    """Everything that `make build` builds, for the Python of these tests."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    built = Artifacts(tmp_path_factory.mktemp("build"), version)
    for name in (*LAYERS, *functions()):
        built.build(name)
    return built


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """Lambda's runtime client by itself, without its neighbours here."""
    folder = tmp_path_factory.mktemp("client")
    for name in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), folder / file)
    return folder


@pytest.fixture(scope="session")
def database():
    """The address of a PostgREST that knows no ticket."""
    with _served(_Postgrest) as address:
        yield address


class _Postgrest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        function = self.path.partition("?")[0].rpartition("/")[2]
        known = function in ANSWERS
        body = json.dumps(ANSWERS[function] if known else NOT_FOUND).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def _served(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

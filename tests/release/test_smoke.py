"""What tells whether a deployment is alive, on the local desk and on worse ones."""

import io
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rich.console import Console

from infra.release import smoke as module
from infra.release.guide import Guide, Stopped
from infra.release.smoke import smoke


@pytest.fixture
def guide():
    return Guide(Console(file=io.StringIO(), width=200), yes=True)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.0)


@contextmanager
def answering(answers):
    """An API that answers each path in turn with the statuses given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            statuses = answers[self.path.partition("?")[0]]
            body = json.dumps({"status": "ok"}).encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def closed(**changed):
    """A sound desk; underscores stand for slashes."""
    paths = {
        "health": 200,
        "v1_whoami": 401,
        "v1_tickets": 401,
        "v1_hooks_database": 401,
    }
    paths |= changed
    return {
        "/" + name.replace("_", "/"): each if isinstance(each, list) else [each]
        for name, each in paths.items()
    }


@pytest.mark.slow
def test_the_local_desk_is_alive(desk, guide):
    somebody = {
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SMOKE_EMAIL": "customer@example.com",
        "SMOKE_PASSWORD": desk.demo_password,
    }

    smoke(desk.api_url, somebody, guide)

    with pytest.raises(Stopped, match="somebody signs in: Auth answered 400"):
        smoke(desk.api_url, somebody | {"SMOKE_PASSWORD": "wrong"}, guide)


def test_a_sound_desk_passes(guide):
    with answering(closed()) as url:
        smoke(url, {}, guide)


def test_a_gateway_that_learns_of_its_functions_is_waited_for(guide):
    with answering(closed(health=[503, 404, 200])) as url:
        smoke(url, {}, guide)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"health": 503}, "health, database included: it answered 503"),
        ({"v1_whoami": 200}, "strangers are refused: /v1/whoami answered 200"),
        ({"v1_tickets": 200}, "/v1/tickets answered 200"),
        ({"v1_hooks_database": 200}, "/v1/hooks/database answered 200"),
        ({"v1_whoami": 500}, "/v1/whoami answered 500"),
    ],
)
def test_a_desk_that_is_not_sound_stops_it(guide, broken, said):
    with answering(closed(**broken)) as url, pytest.raises(Stopped, match=said):
        smoke(url, {}, guide)


def test_a_desk_that_is_not_there_stops_it(guide):
    with pytest.raises(Stopped, match="ConnectError"):
        smoke("http://127.0.0.1:9", {}, guide)
    with pytest.raises(Stopped, match="no ApiUrl"):
        smoke("", {}, guide)

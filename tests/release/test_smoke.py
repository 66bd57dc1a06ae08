"""The smoke test, on the local API and on broken ones."""

import pytest

from infra.release import smoke as module
from infra.release.smoke import smoke
from infra.release.steps import Stopped
from tests.http_server import Request, Response, http_server


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.0)


def api(statuses):
    """An API that responds to each path with its statuses in turn."""

    def respond(request: Request) -> Response:
        left = statuses[request.route]
        status = left.pop(0) if len(left) > 1 else left[0]
        return Response(status, b'{"status": "ok"}')

    return http_server(respond)


def statuses(**changed):
    """Statuses of a working API; underscores stand for slashes."""
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
def test_the_local_api_passes(desk):
    somebody = {
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SMOKE_EMAIL": "customer@example.com",
        "SMOKE_PASSWORD": desk.demo_password,
    }

    smoke(desk.api_url, somebody)

    with pytest.raises(Stopped, match="a person signs in: Auth status 400"):
        smoke(desk.api_url, somebody | {"SMOKE_PASSWORD": "wrong"})


def test_a_working_api_passes():
    with api(statuses()) as url:
        smoke(url, {})


def test_a_gateway_that_learns_of_its_functions_is_waited_for():
    with api(statuses(health=[503, 404, 200])) as url:
        smoke(url, {})


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"health": 503}, "health, database included: status 503"),
        ({"v1_whoami": 200}, "strangers are refused: /v1/whoami status 200"),
        ({"v1_tickets": 200}, "/v1/tickets status 200"),
        ({"v1_hooks_database": 200}, "/v1/hooks/database status 200"),
        ({"v1_whoami": 500}, "/v1/whoami status 500"),
    ],
)
def test_a_broken_api_fails(broken, message):
    with api(statuses(**broken)) as url, pytest.raises(Stopped, match=message):
        smoke(url, {})


def test_an_api_that_is_not_there_fails():
    with pytest.raises(Stopped, match="ConnectError"):
        smoke("http://127.0.0.1:9", {})
    with pytest.raises(Stopped, match="no output ApiUrl"):
        smoke("", {})

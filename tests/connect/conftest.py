"""A migrated database to break, and stand-ins for what needs an account."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from moto.server import ThreadedMotoServer

from infra.local.postgres import SUPERUSER, connected
from infra.local.stack.vault import keep_secrets
from tests.database.server import SEEDED, shared_server
from tests.http_server import Request, Response, http_server

API_URL = "https://api.example.com"
SECRETS = {
    "autocrm_webhook_url": f"{API_URL}/v1/hooks/database",
    "autocrm_webhook_secret": "never to be shown",
}


@pytest.fixture(scope="session")
def server(pytestconfig):
    return shared_server(pytestconfig)


@pytest.fixture
def project_database(server) -> Iterator[SimpleNamespace]:
    """A database as a complete project has it, and a way to break it as superuser."""
    name = server.clone(SEEDED)
    dsn = server.dsn(name)
    keep_secrets(dsn, SECRETS)

    def breaks(statement: str) -> None:
        with connected(server.dsn(name, SUPERUSER)) as connection:
            connection.execute(statement.encode())

    yield SimpleNamespace(dsn=dsn, breaks=breaks, name=name)
    server.drop(name)


@pytest.fixture
def management() -> Iterator[SimpleNamespace]:
    """The management API of a project that is set up; tests change `answers`."""
    answers: dict[str, object] = {
        "config/auth": {
            "hook_custom_access_token_enabled": True,
            "hook_custom_access_token_uri": (
                "pg-functions://postgres/private/custom_access_token_hook"
            ),
        },
        "config/realtime": {"private_only": True, "max_events_per_second": 500},
    }

    def respond(request: Request) -> Response:
        allowed = request.headers.get("authorization") == "Bearer sbp_token"
        answer = answers.get(request.path.split("/", 4)[4], {})
        return Response(200 if allowed else 401, json.dumps(answer).encode())

    with http_server(respond) as url:
        yield SimpleNamespace(answers=answers, url=url)


@pytest.fixture
def aws(monkeypatch) -> Iterator[str]:
    """An empty AWS account, which boto3 finds by the environment."""
    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    url = f"http://{host}:{port}"
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    httpx.post(f"{url}/moto-api/reset").raise_for_status()
    yield url
    served.stop()

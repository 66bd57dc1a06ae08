"""A page of another origin or host reaches nothing of the local stack."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from infra.local.locality import is_foreign

pytestmark = pytest.mark.slow
EVENT = b"{}"

# What is served for this machine alone, on each port that people know.
ROUTES = [
    ("api", "GET", "/.local/health"),
    ("api", "POST", "/.local/tick/CloseSolvedTickets"),
    ("api", "POST", "/2015-03-31/functions/CloseSolvedTicketsFunction/invocations"),
    ("api", "GET", "/systemsmanager/parameters/get?name=/autocrm/webhook-secrets"),
    ("api", "GET", "/openapi.json"),
    ("api", "GET", "/docs"),
    ("aws", "GET", "/moto-api/data.json"),
    ("aws", "POST", "/moto-api/reset-nothing"),
    ("aws", "POST", "/"),
    ("aws", "OPTIONS", "/"),
]
FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:{port}"},
    {"Host": "127.0.0.1.evil.example:{port}"},
    {"Host": "localhost.evil.example"},
    {"Host": "evil.example@127.0.0.1:{port}.evil.example"},
    {"Host": ""},
    {"Host": "[::1"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
]
LOCAL = [
    {},
    {"Host": "localhost:{port}"},
    {"Host": "[::1]:{port}"},
    {"Origin": "http://localhost:5173"},
    {"Origin": "http://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
]


def send(desk, server, method, path, headers):
    url = {"api": desk.api_url, "aws": desk.aws_endpoint_url}[server]
    address = urlsplit(url)
    named = {"Host": f"{address.hostname}:{address.port}"} | {
        name: value.format(port=address.port) for name, value in headers.items()
    }
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    with closing(connection):
        connection.putrequest(method, path, skip_host=True)
        body = EVENT if method == "POST" else b""
        for name, value in (named | {"Content-Length": str(len(body))}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("server", "method", "path"), ROUTES)
def test_a_foreign_page_is_refused(desk, server, method, path, headers):
    status, answered, _ = send(desk, server, method, path, headers)

    assert status == 403
    assert "Access-Control-Allow-Origin" not in answered


@pytest.mark.parametrize("headers", LOCAL, ids=str)
@pytest.mark.parametrize(("server", "method", "path"), ROUTES)
def test_this_machine_is_served(desk, server, method, path, headers):
    status, *_ = send(desk, server, method, path, headers)

    assert status != 403


@pytest.mark.parametrize(
    ("server", "method", "path"),
    [route for route in ROUTES if "tick" in route[2] or "invocations" in route[2]],
)
def test_an_image_of_a_page_starts_no_function(desk, server, method, path):
    status, *_ = send(desk, server, "GET", path, {})

    assert status == 405


def test_the_api_itself_follows_its_cors_rules(desk):
    origin = {"Origin": "https://evil.example"}

    status, answered, _ = send(desk, "api", "GET", "/health", origin)

    assert status == 200
    assert "Access-Control-Allow-Origin" not in answered


def test_a_link_from_elsewhere_opens_the_documentation():
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert not is_foreign("GET", {"Host": "localhost:3000", **followed})
    assert is_foreign("POST", {"Host": "localhost:3000", **followed})

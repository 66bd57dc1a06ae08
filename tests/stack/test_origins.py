"""The origins of frontends, from the developer's shell to the preflight."""

import json

import pytest
from aiohttp.test_utils import make_mocked_request

from infra.local.cloud.http_api import Cors
from infra.local.cloud.template import AwsAccount, read_template
from infra.local.stack import Home, Layout, PublicPorts
from tests.open_desk import ROOT

DEFAULT = "http://localhost:5173"


@pytest.mark.parametrize(
    ("named", "allowed", "refused"),
    [
        (None, [DEFAULT], "http://localhost:8080"),
        ("", [DEFAULT], "http://localhost:8080"),
        ("http://localhost:8080", ["http://localhost:8080"], DEFAULT),
        ("http://a:1, https://b", ["http://a:1", "https://b"], "http://a"),
    ],
)
def test_the_local_api_takes_the_origins_of_the_shell(
    tmp_path, monkeypatch, named, allowed, refused
):
    monkeypatch.delenv("ALLOWED_ORIGINS", raising=False)
    if named is not None:
        monkeypatch.setenv("ALLOWED_ORIGINS", named)

    _, functions = Layout(Home(tmp_path), PublicPorts.free()).cloud()

    parameters = json.loads(functions.environment["AUTOCRM_PARAMETERS"])
    account = AwsAccount(endpoint="http://127.0.0.1:1")
    template = read_template(ROOT / "template.yaml", parameters, account)
    cors = Cors.of(template)
    assert [origin_in(cors, each) for each in allowed] == allowed
    assert origin_in(cors, refused) is None


def origin_in(cors, origin):
    """The origin that a preflight allows, if any."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = cors.preflight(make_mocked_request("OPTIONS", "/v1/tickets", headers))
    return preflight.headers.get("Access-Control-Allow-Origin")

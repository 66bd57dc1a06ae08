"""No route takes a query parameter that it does not know."""

import re

import pytest

from infra.openapi import compose_openapi, find_routers
from shared.core.http import create_handler
from tests.events import send
from tests.open_desk import ROOT

OAUTH = "/v1/token"
"""RFC 6749 (3.2) has parameters that are not known ignored."""
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
ROUTES = [
    pytest.param(handler, method.upper(), path, id=f"{method.upper()} {path}")
    for router in find_routers(ROOT)
    for handler in [create_handler(router)]
    for path, operations in compose_openapi([router])["paths"].items()
    for method in operations
    if path != OAUTH
]


@pytest.mark.parametrize(("handler", "method", "path"), ROUTES)
def test_a_parameter_that_a_route_does_not_know_is_refused(rest, handler, method, path):
    place = re.sub(r"\{\w+\}", ID, path)

    answer = send(handler, method, place, query="nonsense=1")

    assert (answer.status, answer.problem) == (422, "invalid")
    assert "query/nonsense" in {each["pointer"] for each in answer.json["errors"]}
    assert rest.calls == []

"""Which route answers, with API Gateway's precedence."""

import itertools

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Response

from infra.local.cloud.http_api import Cors, Route, RouteTable

ROUTES = [
    Route("GET", "/pets/{pet}", "pet"),
    Route("POST", "/pets/{pet}", "change"),
    Route("GET", "/pets/dog", "dog"),
    Route("GET", "/pets/{pet}/{toy}", "any_toy"),
    Route("GET", "/pets/{pet}/ball", "any_ball"),
    Route("GET", "/pets/dog/{toy}", "toy"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/pets/dog", "dog", {}),
        ("POST", "/pets/dog", "change", {"pet": "dog"}),
        ("GET", "/pets/cat", "pet", {"pet": "cat"}),
        ("GET", "/pets/a%20b", "pet", {"pet": "a b"}),
        ("GET", "/pets/a%2Fb", "pet", {"pet": "a/b"}),
        ("GET", "/pets/dog/ball", "toy", {"toy": "ball"}),
        ("GET", "/pets/cat/ball", "any_ball", {"pet": "cat"}),
        ("GET", "/pets/cat/string", "any_toy", {"pet": "cat", "toy": "string"}),
    ],
)
def test_the_most_specific_route_answers(method, path, function, parameters):
    for routes in itertools.permutations(ROUTES):
        matched = RouteTable(routes).match(method, path)

        assert matched is not None
        assert (matched[0].function, matched[1]) == (function, parameters)


@pytest.mark.parametrize("path", ["/pets/dog/", "/pets", "/pets/dog/x", "/petsXdog"])
def test_what_no_route_names_is_not_found(path):
    assert RouteTable([Route("GET", "/pets/dog", "dog")]).match("GET", path) is None


RULES = {
    "AllowOrigins": ["https://a.example"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["authorization"],
    "ExposeHeaders": ["etag"],
    "MaxAge": 600,
}


def preflight(origin: str):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return make_mocked_request("OPTIONS", "/anything", headers)


def test_a_preflight_is_answered_from_the_template():
    response = Cors(RULES).preflight(preflight("https://a.example"))

    assert response is not None
    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert response.headers["Access-Control-Allow-Methods"] == "GET,POST"
    assert response.headers["Access-Control-Allow-Headers"] == "authorization"
    assert response.headers["Access-Control-Max-Age"] == "600"


def test_a_foreign_origin_is_allowed_nothing():
    response = Cors(RULES).preflight(preflight("https://b.example"))

    assert response is not None
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_a_functions_own_cors_headers_give_way():
    request = make_mocked_request("GET", "/", {"Origin": "https://a.example"})
    response = Response(headers={"access-control-allow-origin": "*"})

    Cors(RULES).apply(request, response)

    allowed = response.headers.getall("Access-Control-Allow-Origin")
    assert allowed == ["https://a.example"]
    assert response.headers["Access-Control-Expose-Headers"] == "etag"


def test_without_a_configuration_options_reaches_the_function():
    assert Cors(None).preflight(preflight("https://a.example")) is None

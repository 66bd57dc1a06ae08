"""Organizations: routes to calls, and what is refused before them."""

import pytest

from functions.manage_organizations.app import handler
from tests.builders import NOW, SOMEBODY
from tests.events import send
from tests.fakes import refusal

ALL = "/v1/organizations"
ONE = f"{ALL}/{SOMEBODY}"
ROW = {
    "id": str(SOMEBODY),
    "name": "Brandt Bakery",
    "shares_tickets": True,
    "domains": ["brandt-bakery.example"],
    "notes": "Bakes at night.",
    "version": 3,
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
}
NAME = {"id": ROW["id"], "name": ROW["name"]}
PAGE = {"items": [ROW], "next": None}
MEMBERS = {"items": [{"id": str(SOMEBODY), "name": "Ida"}], "next": None}
IT = {"organization": str(SOMEBODY)}
DEFAULTS = {"shares_tickets": False, "domains": [], "notes": ""}


@pytest.mark.parametrize(
    ("request_", "result", "function", "arguments"),
    [
        (("GET", ALL), PAGE, "list_organizations", {"page_size": 50}),
        (
            ("POST", ALL, {"name": " Mill "}),
            ROW,
            "create_organization",
            {"name": "Mill", **DEFAULTS},
        ),
        (("GET", ONE), ROW, "get_organization", IT),
        (
            ("GET", f"{ONE}/members"),
            MEMBERS,
            "list_organization_members",
            {**IT, "page_size": 50},
        ),
        (
            ("PATCH", ONE, {"domains": []}),
            ROW,
            "change_organization",
            {**IT, "changes": {"domains": []}},
        ),
        (("DELETE", ONE), ROW, "delete_organization", IT),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_request_is_one_call(rest, request_, result, function, arguments):
    rest.results[function] = result

    answer = send(handler, *request_)

    assert answer.status == (201 if request_[0] == "POST" else 200)
    assert rest.functions == [function]
    assert rest.arguments(function) == [arguments]
    if result is ROW and request_[0] != "DELETE":
        assert answer.headers["etag"] == '"3"'


def test_organizations_are_searched_page_by_page(rest):
    rest.results["list_organizations"] = {"items": [ROW], "next": ["A", ROW["id"]]}

    cursor = send(handler, "GET", ALL, query="search=bak&limit=1").json["next_cursor"]
    send(handler, "GET", ALL, query=f"search=bak&limit=1&cursor={cursor}")

    first, second = rest.arguments("list_organizations")
    assert first == {"search": "bak", "page_size": 1}
    assert second == first | {"after": ["A", ROW["id"]]}


def test_a_customer_gets_a_name_without_an_etag(rest):
    rest.results["get_organization"] = NAME
    rest.results["list_organizations"] = {"items": [NAME], "next": None}

    answer = send(handler, "GET", ONE)

    assert answer.json == NAME
    assert "etag" not in answer.headers
    assert send(handler, "GET", ALL).json["items"] == [NAME]


def test_one_that_is_in_use_is_not_deleted(rest):
    detail = "It has people (2)."
    rest.results["delete_organization"] = refusal(409, "organization-in-use", detail)

    answer = send(handler, "DELETE", ONE)

    assert (answer.status, answer.problem) == (409, "organization-in-use")
    assert answer.json["detail"] == detail


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", ALL, {}),
        ("POST", ALL, {"name": ""}),
        ("POST", ALL, {"name": "two\nlines"}),
        ("POST", ALL, {"name": "x" * 121}),
        ("POST", ALL, {"name": "x", "domains": "a.example"}),
        ("POST", ALL, {"name": "x", "domains": [None]}),
        ("POST", ALL, {"name": "x", "domains": ["a.example"] * 101}),
        ("POST", ALL, {"name": "x", "notes": "x" * 10_001}),
        ("POST", ALL, {"name": "x", "shares_tickets": "yes"}),
        ("PATCH", ONE, {"name": None}),
        ("PATCH", ONE, {"version": 3}),
        ("PATCH", f"{ALL}/mill", {}),
        ("GET", f"{ALL}/mill", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_invalid_request_never_reaches_the_database(rest, method, path, body):
    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls

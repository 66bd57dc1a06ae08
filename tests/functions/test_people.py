import pytest

from functions.manage_roles.app import handler as manage_roles
from functions.whoami.app import handler as whoami
from tests.builders import ME, NOW, SOMEBODY, page, person_row, role_row
from tests.events import send
from tests.fakes import NOT_FOUND, in_turn, refusal

TRIAGER = {"name": "Triager", "permissions": ["tickets.read", "tickets.assign"]}


def test_the_caller_is_returned_with_permissions_and_queues(rest):
    rest.results["whoami"] = person_row(
        permissions=["tickets.create"], queues=[], session_expires_at=NOW.isoformat()
    )

    answer = send(whoami, "GET", "/v1/whoami")

    assert answer.status == 200
    assert answer.json["permissions"] == ["tickets.create"]


def test_people_are_listed_page_by_page(rest):
    ada, ida = person_row(name="Ada"), person_row(name="Ida")
    rest.results["list_people"] = in_turn(
        page(ada, following=["Ada", ada["id"]]), page(ida)
    )

    first = send(manage_roles, "GET", "/v1/people", query="limit=1").json
    query = f"limit=1&cursor={first['next_cursor']}"
    last = send(manage_roles, "GET", "/v1/people", query=query).json

    assert [each["name"] for each in first["items"] + last["items"]] == ["Ada", "Ida"]
    assert last["next_cursor"] is None
    assert rest.arguments("list_people") == [
        {"page_size": 1},
        {"page_size": 1, "after": ["Ada", ada["id"]]},
    ]


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("role=admin", {"role": "admin"}),
        ("search=ada", {"search": "ada"}),
        ("search=ADA&role=admin", {"search": "ADA", "role": "admin"}),
    ],
)
def test_people_are_filtered_by_name_and_role(rest, query, filters):
    rest.results["list_people"] = page()

    send(manage_roles, "GET", "/v1/people", query=query)

    assert rest.arguments("list_people") == [filters | {"page_size": 50}]


@pytest.mark.parametrize(
    "query", ["search=", "search=%00", "search=" + "x" * 101, "role=A", "name=a"]
)
def test_an_invalid_search_never_reaches_the_database(rest, query):
    answer = send(manage_roles, "GET", "/v1/people", query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("method", "function"), [("PUT", "grant_role"), ("DELETE", "revoke_role")]
)
def test_a_role_is_granted_and_revoked(rest, method, function):
    rest.results[function] = person_row(roles=["admin"])

    answer = send(manage_roles, method, f"/v1/people/{SOMEBODY}/roles/admin")

    assert answer.json["roles"] == ["admin"]
    assert rest.arguments(function) == [{"person": str(SOMEBODY), "role": "admin"}]


@pytest.mark.parametrize(
    ("method", "function"), [("PUT", "grant_role"), ("DELETE", "revoke_role")]
)
@pytest.mark.parametrize(
    ("result", "status", "problem"),
    [
        (refusal(403, "own-role"), 403, "own-role"),
        (refusal(409, "last-admin"), 409, "last-admin"),
        (NOT_FOUND, 404, "not-found"),
    ],
    ids=["own-role", "last-admin", "not-found"],
)
def test_a_role_that_the_database_refuses_is_its_problem(
    rest, method, function, result, status, problem
):
    rest.results[function] = result

    answer = send(manage_roles, method, f"/v1/people/{ME}/roles/admin")

    assert (answer.status, answer.problem) == (status, problem)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("nobody", "admin"),
        (SOMEBODY, "Admin"),
        (SOMEBODY, "x" * 41),
        (SOMEBODY, "a\n"),
    ],
)
def test_an_invalid_person_or_role_never_reaches_the_database(
    rest, method, person, role
):
    answer = send(manage_roles, method, f"/v1/people/{person}/roles/{role}")

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_a_role_is_defined_by_its_permissions(rest):
    rest.results["define_role"] = role_row(role="triager", built_in=False, **TRIAGER)

    answer = send(manage_roles, "PUT", "/v1/roles/triager", TRIAGER)

    expected = {"role": "triager", "built_in": False, "version": 1, **TRIAGER}
    assert answer.json == expected
    assert answer.headers["etag"] == '"1"'
    assert rest.arguments("define_role") == [{"role": "triager", **TRIAGER}]


@pytest.mark.parametrize(
    ("method", "function", "body"),
    [("PUT", "define_role", TRIAGER), ("DELETE", "delete_role", None)],
)
def test_a_role_is_changed_and_deleted_at_a_version(rest, method, function, body):
    rest.results[function] = role_row(role="triager")
    etag = {"If-Match": '"3"'}

    answer = send(manage_roles, method, "/v1/roles/triager", body, headers=etag)

    assert (answer.status, answer.json["role"]) == (200, "triager")
    [arguments] = rest.arguments(function)
    assert arguments["expected_version"] == 3


def test_permissions_are_listed_with_their_meaning(rest):
    rest.results["list_permissions"] = [{"permission": "p", "meaning": "Does so."}]

    answer = send(manage_roles, "GET", "/v1/permissions")

    assert answer.json["items"] == [{"permission": "p", "meaning": "Does so."}]


def test_roles_are_listed(rest):
    rest.results["list_roles"] = [role_row(), role_row(role="agent")]

    answer = send(manage_roles, "GET", "/v1/roles")

    assert [each["role"] for each in answer.json["items"]] == ["admin", "agent"]


def test_a_built_in_role_is_not_redefined(rest):
    rest.results["define_role"] = refusal(409, "built-in-role")

    answer = send(manage_roles, "PUT", "/v1/roles/admin", TRIAGER)

    assert (answer.status, answer.problem) == (409, "built-in-role")


@pytest.mark.parametrize(
    ("role", "body"),
    [
        ("triager", {}),
        ("triager", {**TRIAGER, "name": ""}),
        ("triager", {**TRIAGER, "permissions": "all"}),
        ("triager", {**TRIAGER, "permissions": ["x"] * 101}),
        ("triager", {**TRIAGER, "built_in": True}),
        ("1", TRIAGER),
    ],
)
def test_an_invalid_definition_never_reaches_the_database(rest, role, body):
    answer = send(manage_roles, "PUT", f"/v1/roles/{role}", body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls

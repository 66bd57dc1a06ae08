import pytest

from functions.manage_roles.app import handler as manage_roles
from functions.whoami.app import handler as whoami
from tests.builders import ME, SOMEBODY

TRIAGER = {"name": "Triager", "permissions": ["tickets.read", "tickets.assign"]}


def test_the_caller_learns_who_they_are(send):
    answer = send(whoami, "GET", "/v1/whoami")

    assert answer.status == 200
    assert answer.json["permissions"] == ["tickets.create"]


def test_people_are_found_page_by_page(send):
    first = send(manage_roles, "GET", "/v1/people", query="limit=1").json
    query = f"limit=1&cursor={first['next_cursor']}"
    rest = send(manage_roles, "GET", "/v1/people", query=query).json

    assert [each["name"] for each in first["items"] + rest["items"]] == ["Ada", "Ida"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("query", ["role=admin", "search=ada", "search=ADA&role=admin"])
def test_people_are_found_by_name_and_role(send, query):
    answer = send(manage_roles, "GET", "/v1/people", query=query)

    assert [each["name"] for each in answer.json["items"]] == ["Ada"]


@pytest.mark.parametrize(
    "query", ["search=", "search=%00", "search=" + "x" * 101, "role=A", "name=a"]
)
def test_people_are_not_found_by_nonsense(send, query):
    answer = send(manage_roles, "GET", "/v1/people", query=query)

    assert (answer.status, answer.problem) == (422, "invalid")


def test_a_role_is_given_and_taken(send, fakes):
    path = f"/v1/people/{fakes.customer.id}/roles/admin"

    given = send(manage_roles, "PUT", path)
    taken = send(manage_roles, "DELETE", path)

    assert given.json["roles"] == ["admin", "customer"]
    assert taken.json["roles"] == ["customer"]


def test_the_last_admin_stays(send, fakes):
    answer = send(manage_roles, "DELETE", f"/v1/people/{fakes.admin.id}/roles/admin")

    assert (answer.status, answer.problem) == (409, "last-admin")
    assert "admin" in fakes.people.people[fakes.admin.id].roles


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("person", "role", "status", "problem"),
    [
        (ME, "admin", 403, "own-role"),
        (SOMEBODY, "admin", 404, "not-found"),
        ("nobody", "admin", 422, "invalid"),
        (SOMEBODY, "Admin", 422, "invalid"),
        (SOMEBODY, "x" * 41, 422, "invalid"),
        (SOMEBODY, "a\n", 422, "invalid"),
    ],
)
def test_a_role_that_cannot_be_kept_is_a_problem(
    send, method, person, role, status, problem
):
    answer = send(manage_roles, method, f"/v1/people/{person}/roles/{role}")

    assert (answer.status, answer.problem) == (status, problem)


def test_a_role_is_made_of_permissions(send):
    made = send(manage_roles, "PUT", "/v1/roles/triager", TRIAGER)
    listed = send(manage_roles, "GET", "/v1/roles").json["items"]

    assert made.json == {"role": "triager", "built_in": False, **TRIAGER}
    assert [each["role"] for each in listed] == ["admin", "triager"]


@pytest.mark.parametrize(
    ("role", "body", "status", "problem"),
    [
        ("admin", TRIAGER, 409, "built-in-role"),
        ("triager", {}, 422, "invalid"),
        ("triager", {**TRIAGER, "name": ""}, 422, "invalid"),
        ("triager", {**TRIAGER, "permissions": "all"}, 422, "invalid"),
        ("triager", {**TRIAGER, "permissions": ["x"] * 101}, 422, "invalid"),
        ("triager", {**TRIAGER, "built_in": True}, 422, "invalid"),
        ("1", TRIAGER, 422, "invalid"),
    ],
)
def test_a_role_that_cannot_be_made_is_a_problem(
    send, fakes, role, body, status, problem
):
    answer = send(manage_roles, "PUT", f"/v1/roles/{role}", body)

    assert (answer.status, answer.problem) == (status, problem)
    assert set(fakes.roles.roles) == {"admin"}

"""Nobody grants themselves rights, and the last administrator stays."""

import pytest

from .person import problem

pytestmark = pytest.mark.slow
NOBODY = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"  # the same at every run
BUILT_IN = {"name": "Mine", "permissions": ["tickets.create"]}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_only_who_manages_roles_grants_and_revokes_them(people, unchanged, method, who):
    person = getattr(people, who)

    with unchanged():
        own = person.send(method, f"/v1/people/{person.id}/roles/admin")
        other = person.send(method, f"/v1/people/{people.customer2.id}/roles/agent")

    assert problem(own) == problem(other) == (403, "denied")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("role", ["admin", "agent", "lead"])
def test_nobody_edits_their_own_roles(people, unchanged, method, role):
    path = f"/v1/people/{people.admin.id}/roles/{role}"

    with unchanged():
        answer = people.admin.send(method, path)

    assert problem(answer) == (403, "own-role")


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        (f"/v1/people/{NOBODY}/roles/agent", (404, "not-found")),
        ("/v1/people/{customer}/roles/nothing", (404, "not-found")),
        ("/v1/people/me/roles/agent", (422, "invalid")),
        ("/v1/people/{customer}/roles/Agent", (422, "invalid")),
        ("/v1/people/{customer}/roles/a%00", (422, "invalid")),
        ("/v1/people/{customer}/roles/" + "x" * 100, (422, "invalid")),
    ],
)
def test_a_role_that_does_not_exist_is_not_granted(people, unchanged, path, refusal):
    with unchanged():
        answer = people.admin.send("PUT", path.format(customer=people.customer.id))

    assert problem(answer) == refusal


@pytest.mark.parametrize(
    ("who", "role", "body", "refusal"),
    [
        ("customer", "mine", BUILT_IN, (403, "denied")),
        ("lead", "mine", BUILT_IN, (403, "denied")),
        ("admin", "admin", BUILT_IN, (409, "built-in-role")),
        ("admin", "customer", BUILT_IN, (409, "built-in-role")),
        ("admin", "mine", {"name": "x", "permissions": ["all"]}, (422, None)),
        ("admin", "mine", {"name": "x", "permissions": [None]}, (422, None)),
        ("admin", "mine", {"name": "", "permissions": []}, (422, None)),
        ("admin", "mine", {"name": "a\0", "permissions": []}, (422, None)),
        ("admin", "Mine", BUILT_IN, (422, None)),
    ],
)
def test_a_role_that_may_not_be_made(people, unchanged, who, role, body, refusal):
    with unchanged():
        answer = getattr(people, who).send("PUT", f"/v1/roles/{role}", json=body)

    status, slug = problem(answer)
    assert (status, slug if refusal[1] else None) == refusal


def test_the_last_admin_stays(people, unchanged):
    second = f"/v1/people/{people.customer2.id}/roles/admin"
    people.admin.do("PUT", second)
    first = f"/v1/people/{people.admin.id}/roles/admin"
    people.customer2.do("DELETE", first)

    with unchanged():
        answers = [
            people.customer2.send("DELETE", second),
            people.admin.send("DELETE", second),
        ]

    people.customer2.do("PUT", first)
    people.admin.do("DELETE", second)
    assert [problem(answer) for answer in answers] == [
        (403, "own-role"),
        (403, "denied"),
    ]


@pytest.mark.parametrize("who", ["customer", "customer2"])
def test_customers_look_nobody_up(people, who):
    """They see which queues they may open tickets in, without the work there."""
    person = getattr(people, who)
    named = {"id", "key", "name", "description"}

    assert problem(person.send("GET", "/v1/people")) == (403, "denied")
    queues = person.get("/v1/queues")["items"]
    assert "support" in [each["key"] for each in queues]
    assert {frozenset(each) for each in queues} == {frozenset(named)}
    assert person.get("/v1/whoami")["roles"] == ["customer"]

"""A team at work: tickets are claimed, assigned, released, and hidden from others."""

from uuid import uuid4

import pytest

from tests.open_desk import eventually

from .person import problem

pytestmark = pytest.mark.slow


@pytest.fixture
def queue(people):
    """A queue of one test; the agent works it and has ample capacity."""
    key = f"q-{uuid4().hex[:12]}"
    draft = {"key": key, "name": "Returns"}
    made = people.admin.do("POST", "/v1/queues", draft, idempotency_key=key)
    people.admin.do("PUT", f"/v1/queues/{key}/members/{people.agent.id}")
    agent = f"/v1/agents/{people.agent.id}"
    people.admin.do("PATCH", agent, {"capacity": 1000})
    people.agent.do("PUT", f"{agent}/availability", {"availability": "available"})
    yield made
    people.agent.do("PUT", "/v1/agents/me/availability", {"availability": "away"})


def holder(people, ticket):
    return people.admin.get(f"/v1/tickets/{ticket['id']}")["assignee_id"]


def claim(person, queue, **headers):
    named = {"idempotency-key": uuid4().hex} | headers
    body = {"queue": queue["key"]}
    return person.send("POST", "/v1/tickets/claim", json=body, headers=named)


def test_the_next_ticket_is_claimed_and_moved_with_the_version_answered(people, queue):
    low = people.customer.open_ticket(queue=queue["key"], priority="low")
    urgent = people.customer.open_ticket(queue=queue["key"], priority="urgent")
    once = {"idempotency-key": uuid4().hex}

    first = claim(people.agent, queue, **once)
    again = claim(people.agent, queue, **once)
    second, nothing = claim(people.agent, queue), claim(people.agent, queue)

    assert first.json()["id"] == urgent["id"]
    assert (again.json(), again.headers["etag"]) == (
        first.json(),
        first.headers["etag"],
    )
    assert second.json()["id"] == low["id"]
    assert (nothing.status_code, nothing.text) == (204, "")
    moved = people.agent.send(
        "PATCH",
        f"/v1/tickets/{urgent['id']}/status",
        json={"status": "open"},
        headers={"if-match": first.headers["etag"]},
    )
    assert moved.status_code == 200


@pytest.mark.parametrize("who", ["customer", "agent2"])
def test_a_queue_is_nothing_to_those_who_do_not_work_it(people, queue, unchanged, who):
    person, path = getattr(people, who), f"/v1/queues/{queue['key']}"
    people.customer.open_ticket(queue=queue["key"])
    away = {"availability": "away", "reassign": True}
    agent = f"/v1/agents/{people.agent.id}"

    with unchanged():
        answers = [
            claim(person, queue),
            person.send("GET", f"{path}/members"),
            person.send("PATCH", path, json={"strategy": "round_robin"}),
            person.send("PUT", f"{path}/members/{person.id}"),
            person.send("DELETE", f"{path}/members/{people.agent.id}"),
            person.send("PUT", f"{agent}/availability", json=away),
            person.send("PATCH", agent, json={"capacity": 0}),
        ]

    assert {problem(each)[0] for each in answers} <= {403, 404}


def test_a_queue_assigns_its_tickets_and_gets_them_back(people, queue):
    path = f"/v1/queues/{queue['key']}"
    people.admin.do("PATCH", path, {"strategy": "least_loaded"})

    ticket = people.customer.open_ticket(queue=queue["key"])
    eventually(lambda: holder(people, ticket) == people.agent.id)

    [member] = people.agent.get(f"{path}/members")["items"]
    assert (member["id"], member["availability"]) == (people.agent.id, "available")
    away = {"availability": "away", "reassign": True}
    released = people.agent.do("PUT", "/v1/agents/me/availability", away)
    assert released["put_back"] >= 1
    assert holder(people, ticket) is None
    assert problem(claim(people.agent, queue)) == (409, "away")

    here = {"availability": "available"}
    people.agent.do("PUT", "/v1/agents/me/availability", here)
    eventually(lambda: holder(people, ticket) == people.agent.id)

    events = people.customer.get(f"/v1/tickets/{ticket['id']}/events")["items"]
    assigned = [each["after"] for each in events if each["type"] == "TICKET_ASSIGNED"]
    assert [each.get("by") for each in assigned] == [
        "least_loaded",
        None,
        "least_loaded",
    ]

"""Views of a queue: filtered, counted, shared, and what is unread."""

import pytest

from .person import problem

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(people):
    return people.customer.open_ticket(tags=["seen"])


def shown(person, path, **query):
    return {each["id"]: each for each in person.get(path, **query)["items"]}


def test_a_ticket_is_unread_until_its_reader_marks_it(people, ticket):
    agent, queue = people.agent, "/v1/queues/support/tickets"
    marker = f"/v1/tickets/{ticket['id']}/read-marker"

    before = shown(agent, queue, tag="seen", sort="newest")[ticket["id"]]
    agent.do("PUT", marker, {})
    after = shown(agent, queue, tag="seen", sort="newest")[ticket["id"]]
    people.customer.add_comment(ticket, "Hello?")
    again = agent.get(f"/v1/tickets/{ticket['id']}")

    assert [each["unread"] for each in (before, after, again)] == [True, False, True]
    assert before["requester_name"]
    refused = people.customer2.send("PUT", marker, json={})
    assert problem(refused) == (404, "not-found")


def test_a_lead_shares_a_view_and_each_reader_sees_their_own(people, ticket):
    view = people.lead.do(
        "POST",
        "/v1/views",
        {
            "name": "Seen and held by me",
            "scope": "team",
            "queue": "support",
            "conditions": {"tags": ["seen"], "assignee": "me"},
            "sort": "newest",
        },
    )
    people.agent.take(ticket)

    path = f"/v1/views/{view['id']}/tickets"
    mine = people.agent.get(path, count="true")

    assert ticket["id"] in {each["id"] for each in mine["items"]}
    assert mine["total"] == {"count": len(mine["items"]), "exact": True}
    assert ticket["id"] not in shown(people.lead, path)
    assert view["id"] in shown(people.agent, "/v1/views")
    for stranger in (people.agent2, people.customer):
        assert problem(stranger.send("GET", path)) == (404, "not-found")
    change = people.agent.send(
        "PATCH", f"/v1/views/{view['id']}", json={"name": "Ours"}
    )
    assert problem(change) == (403, "denied")
    people.lead.do("DELETE", f"/v1/views/{view['id']}")
    assert problem(people.agent.send("GET", path)) == (404, "not-found")


def test_filters_that_do_not_go_together_are_refused_in_a_sentence(people):
    answer = people.agent.send(
        "GET", "/v1/queues/support/tickets", params={"sort": "waiting"}
    )

    assert problem(answer) == (422, "invalid")
    assert "waiting_on=agent" in answer.json()["detail"]


def test_a_cursor_of_another_order_is_refused(people, ticket):
    people.customer.open_ticket()
    path = "/v1/queues/support/tickets"
    cursor = people.agent.get(path, limit=1)["next_cursor"]

    answer = people.agent.send("GET", path, params={"cursor": cursor, "sort": "newest"})

    assert problem(answer) == (422, "bad-cursor")

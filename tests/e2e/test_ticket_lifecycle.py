"""The life cycle of a ticket over HTTP, with the people of the demonstration."""

import pytest

from .person import problem

pytestmark = pytest.mark.slow


def age(database, ticket, days):
    """Let time go by for a solved ticket; only the owner of the tables can."""
    trigger = "trigger apply_ticket_rules"
    with database.transaction():
        database.execute(f"alter table public.tickets disable {trigger}")
        database.execute(
            "update public.tickets"
            " set solved_at = solved_at - make_interval(days => %s) where id = %s",
            [days, ticket["id"]],
        )
        database.execute(f"alter table public.tickets enable {trigger}")


def test_a_ticket_lives_from_question_to_reopened(people):
    opened = people.customer.open_ticket(subject="My chain jumps", tags=["chain"])

    taken = people.agent.take(opened)
    note = people.agent.add_comment(
        opened, "Third one this week.", visibility="internal"
    )
    people.agent.add_comment(opened, "Which gear?")
    pending = people.agent.set_status(opened, "pending", reason="Waiting for the gear.")
    people.customer.add_comment(opened, "The third.")
    reopened = people.customer.get(f"/v1/tickets/{opened['id']}")
    solved = people.agent.set_status(opened, "solved")
    people.customer.add_comment(opened, "It jumps again.")
    again = people.customer.get(f"/v1/tickets/{opened['number']}")

    assert opened["status"] == "new"
    assert taken["assignee_id"] == people.agent.id
    assert taken["assignee_name"]
    assert pending["waiting_on"] == "customer"
    assert (reopened["status"], reopened["waiting_on"]) == ("open", "agent")
    assert (solved["status_category"], solved["waiting_on"]) == ("solved", "nobody")
    assert (again["status"], again["solved_at"]) == ("open", None)
    assert note["visibility"] == "internal"


def test_a_customer_reads_replies_but_no_notes(people):
    ticket = people.customer.open_ticket()
    people.agent.add_comment(ticket, "The usual suspect.", visibility="internal")
    people.agent.add_comment(ticket, "We are looking into it.")
    path = f"/v1/tickets/{ticket['id']}"

    seen, worked = (
        [each["body"] for each in person.get(f"{path}/comments")["items"]]
        for person in (people.customer, people.agent)
    )
    shown, known = (
        [each["seq"] for each in person.get(f"{path}/events")["items"]]
        for person in (people.customer, people.agent)
    )

    assert seen == ["It was loud.", "We are looking into it."]
    assert worked == ["It was loud.", "The usual suspect.", "We are looking into it."]
    assert (shown, known) == ([1, 2, 3], [1, 2, 3, 4])


def test_a_ticket_stays_with_those_it_concerns(people):
    ticket = people.customer.open_ticket()
    path = f"/v1/tickets/{ticket['id']}"

    seen = {
        name: person.send("GET", path).status_code
        for name, person in vars(people).items()
    }

    assert seen == {
        "customer": 200,
        "customer2": 404,
        "agent": 200,
        "agent2": 404,
        "lead": 200,
        "admin": 200,
    }


def test_a_lead_hands_a_ticket_from_one_to_another(people):
    ticket = people.customer.open_ticket(queue="billing")
    path = f"/v1/tickets/{ticket['id']}/assignee"

    changed = people.lead.do("PUT", path, {"assignee_id": people.agent.id})
    stolen = people.agent2.send("PUT", path, json={"me": True})
    refused = people.lead.send("PUT", path, json={"assignee_id": people.agent2.id})
    free = people.lead.do("DELETE", path)

    assert changed["assignee_id"] == people.agent.id
    assert problem(stolen) == (404, "not-found")
    assert problem(refused) == (422, "not-eligible")
    assert free["assignee_id"] is None


def test_a_queue_shows_a_ticket_and_counts_it(people):
    before = people.agent.get("/v1/queues")["items"]

    ticket = people.customer.open_ticket(priority="urgent")

    after = people.agent.get("/v1/queues")["items"]
    page = people.agent.get("/v1/queues/support/tickets", sort="newest", limit=1)
    assert page["items"][0]["id"] == ticket["id"]
    assert sum(each["counts"]["new"] for each in after) == 1 + sum(
        each["counts"]["new"] for each in before
    )


def test_a_queue_is_walked_without_a_gap_or_a_double(people):
    path, seen, cursor = "/v1/queues/support/tickets", [], None

    while cursor is not None or not seen:
        query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = people.agent.get(path, **query)
        seen += [each["number"] for each in page["items"]]
        cursor = page["next_cursor"]

    whole = people.agent.get(path, limit=100)["items"]
    assert seen[:100] == [each["number"] for each in whole]
    assert len(seen) == len(set(seen))


def test_everybody_has_a_list_of_their_own(people):
    ticket = people.customer.open_ticket()
    people.agent.take(ticket)

    lists = {
        name: ticket["id"]
        in [each["id"] for each in person.get("/v1/tickets")["items"]]
        for name, person in vars(people).items()
    }

    assert [name for name, listed in lists.items() if listed] == ["customer", "agent"]


def test_a_comment_on_a_closed_ticket_opens_a_follow_up(people, database):
    closed = people.customer.open_ticket(tags=["bell"])
    people.agent.take(closed)
    people.agent.set_status(closed, "solved")
    age(database, closed, days=5)
    database.execute("select api.close_solved_tickets()")

    comment = people.customer.add_comment(closed, "It is mute again.")

    again = people.customer.add_comment(closed, "Still mute.")

    next_one = people.customer.get(f"/v1/tickets/{comment['ticket_id']}")
    late = people.agent.send(
        "POST", f"/v1/tickets/{closed['id']}/comments", json={"body": "Too late"}
    )
    assert next_one["follow_up_of"] == closed["id"] == comment["follow_up_of"]
    assert again["ticket_id"] == next_one["id"]
    assert (next_one["tags"], next_one["status"]) == (["bell"], "new")
    assert problem(late) == (409, "ticket-closed")


def test_a_revoked_role_ends_with_the_next_request(people):
    path = f"/v1/people/{people.agent2.id}/roles/lead"
    people.admin.do("PUT", path)
    assert "tickets.assign" in people.agent2.get("/v1/whoami")["permissions"]

    people.admin.do("DELETE", path)

    assert "tickets.assign" not in people.agent2.get("/v1/whoami")["permissions"]


def test_an_admin_makes_a_role_and_gives_it(people):
    triager = {"name": "Triager", "permissions": ["tickets.assign"]}
    people.admin.do("PUT", "/v1/roles/triager", triager)
    path = f"/v1/people/{people.agent2.id}/roles/triager"

    changed = people.admin.do("PUT", path)
    taken = people.admin.do("DELETE", path)

    assert "triager" in changed["roles"]
    assert "triager" not in taken["roles"]
    found = people.admin.get("/v1/people", role="triager")["items"]
    assert found == []

"""Many tickets changed at once, over HTTP, by the worker of the running desk."""

import asyncio
from uuid import uuid4

import pytest

from tests.open_desk import eventually

from .person import problem
from .test_realtime import listening

pytestmark = pytest.mark.slow
ALL = "/v1/bulk-updates"


def key():
    return {"idempotency_key": uuid4().hex}


def finished(person, job):
    path = f"{ALL}/{job['id']}"
    eventually(lambda: person.get(path)["state"] == "finished")
    return person.get(path)


def test_many_tickets_are_changed_and_refusals_are_listed(people):
    tickets = [people.customer.open_ticket() for _ in range(2)]
    hidden = people.customer.open_ticket(queue="billing")
    named = [tickets[0]["id"], tickets[1]["number"], hidden["id"], "99999999"]
    change = {"assignee": "me", "status": "open", "priority": "low"}

    job = people.agent.do("POST", ALL, {"tickets": named, "change": change}, **key())
    after = finished(people.agent, job)

    items = people.agent.get(f"{ALL}/{job['id']}/items", result="failed")["items"]
    seen = [people.agent.get(f"/v1/tickets/{each['id']}") for each in tickets]
    assert (job["state"], job["total"]) == ("waiting", 4)
    assert after["done"] + after["failed"] == 4
    assert "99999999" in [item["ticket"] for item in items]
    assert {(each["status"], each["assignee_id"]) for each in seen} == {
        ("open", people.agent.id)
    }


def test_a_batch_is_undone_where_nothing_changed_since(people):
    tickets = [people.customer.open_ticket() for _ in range(2)]
    refs = [each["id"] for each in tickets]
    bulk_update = {
        "tickets": refs,
        "change": {"priority": "low", "add_tags": ["recall"]},
    }

    job = finished(people.agent, people.agent.do("POST", ALL, bulk_update, **key()))
    people.customer.add_comment(tickets[0], "It is urgent, please.")
    people.agent.do("PATCH", f"/v1/tickets/{refs[1]}", {"priority": "urgent"})
    path = f"{ALL}/{job['id']}"
    back = finished(people.agent, people.agent.do("POST", f"{path}/undo", **key()))

    items = people.agent.get(f"{ALL}/{back['id']}/items")["items"]
    events = people.agent.get(f"/v1/tickets/{refs[0]}/events")["items"]
    seen = [people.agent.get(f"/v1/tickets/{ref}") for ref in refs]
    assert (job["done"], back["done"], back["skipped"]) == (2, 1, 1)
    assert [item["problem"] for item in items] == [None, "changed-since"]
    assert [event["batch_id"] for event in events] == [
        None, job["id"], None, back["id"],
    ]  # fmt: skip
    assert [(each["priority"], each["tags"]) for each in seen] == [
        (tickets[0]["priority"], []),
        ("urgent", ["recall"]),
    ]


def test_progress_is_broadcast_to_its_owner_alone(people):
    tickets = [people.customer.open_ticket()["id"] for _ in range(2)]
    bulk_update = {"tickets": tickets, "change": {"priority": "low"}}
    kinds = ["BULK_UPDATE_PROGRESSED"]

    async def story():
        async with listening(people.agent) as agent, listening(people.lead) as lead:
            mine = await agent.joins(f"user:{people.agent.id}", kinds)
            other = await lead.joins(f"user:{people.lead.id}", kinds)
            await asyncio.to_thread(people.agent.do, "POST", ALL, bulk_update, **key())
            return await asyncio.wait_for(mine.get(), 30), other.empty()

    progress, others_silent = asyncio.run(story())

    assert (progress["state"], progress["done"]) == ("finished", 2)
    assert people.agent.get(f"{ALL}/{progress['id']}")["done"] == 2
    assert others_silent


def test_a_bulk_update_is_its_owners(people):
    ticket = people.customer.open_ticket()
    bulk_update = {"tickets": [ticket["id"]], "change": {"priority": "low"}}
    job = people.agent.do("POST", ALL, bulk_update, **key())
    path = f"{ALL}/{job['id']}"

    for person in (people.customer, people.lead, people.admin):
        for method, where in (("GET", ""), ("GET", "/items"), ("POST", "/undo")):
            answer = person.send(method, f"{path}{where}")
            assert problem(answer) == (404, "not-found")
    refused = people.customer.send("POST", ALL, json=bulk_update)
    assert problem(refused) == (403, "denied")
    finished(people.agent, job)


def test_a_ticket_is_edited_as_it_was_read(people):
    ticket = people.customer.open_ticket(data={"a": 1})
    path = f"/v1/tickets/{ticket['id']}"
    read = people.agent.send("GET", path)
    change = {"subject": "The bell is loud", "data": {"b": 2}}

    edited = people.agent.send(
        "PATCH", path, json=change, headers={"if-match": read.headers["etag"]}
    )
    late = people.lead.send(
        "PATCH", path, json=change, headers={"if-match": read.headers["etag"]}
    )
    mine = people.customer.send("PATCH", path, json=change)

    assert edited.json()["data"] == {"a": 1, "b": 2}
    assert edited.headers["etag"] == '"2"'
    assert (problem(late), problem(mine)) == ((412, "stale"), (403, "denied"))

"""Presence on a ticket, and the lease for replying to it."""

import re
from pathlib import Path

import pytest

from tests.node_scripts import run_script

from .person import browser_settings, problem

pytestmark = pytest.mark.slow
README = Path(__file__).parents[2] / "functions" / "README.md"
SCRIPT = Path(__file__).with_name("presence.mjs")


@pytest.fixture(scope="module")
def story(desk, people, node_modules):
    """What a browser with the README's example saw."""
    examples = re.findall(r"```js\n(.+?)```", README.read_text(), re.DOTALL)
    [example] = [each for each in examples if "presence" in each]
    ticket = people.customer.open_ticket()
    settings = {
        **browser_settings(desk),
        "example": example,
        "ticket": ticket["id"],
        "inside": people.agent.ticket_topic(ticket),
        "outside": people.customer.ticket_topic(ticket),
    }
    return run_script(SCRIPT, node_modules, settings) | {"ticket": ticket}


def test_agents_see_who_reads_and_who_types(people, story):
    assert story["seen"] == {people.agent.id: "typing", people.lead.id: "looking"}
    assert story["left"] == [people.lead.id]


def test_reply_leases_are_broadcast(people, story):
    assert story["statuses"] == [200, 409, 200]
    assert story["leases"] == [people.agent.id, people.lead.id]


def test_customers_have_no_part_in_presence(people, story):
    state, tracked = story["outside"]

    assert story["inside"] == "CHANNEL_ERROR"
    assert (state, tracked == "ok") == ("SUBSCRIBED", False)
    assert story["beside"] == [[], []]


def test_a_take_over_is_an_internal_event(people, story):
    path = f"/v1/tickets/{story['ticket']['id']}/events"

    known = [event["type"] for event in people.agent.get(path)["items"]]
    shown = [event["type"] for event in people.customer.get(path)["items"]]

    assert known == ["TICKET_CREATED", "TICKET_REPLY_TAKEN_OVER"]
    assert shown == ["TICKET_CREATED"]


def test_one_agent_replies_at_a_time(people):
    ticket = people.customer.open_ticket()
    path = f"/v1/tickets/{ticket['id']}"

    held = people.agent.do("PUT", f"{path}/lease", {})
    beside = people.lead.send("POST", f"{path}/comments", json={"body": "Me too."})
    people.customer.add_comment(ticket, "It is still mute.")
    people.lead.add_comment(ticket, "Let us see.", visibility="internal")
    people.agent.add_comment(ticket, "On it.")
    people.lead.add_comment(ticket, "And so am I.")

    assert held["person_id"] == people.agent.id
    assert problem(beside) == (409, "being-answered")
    assert people.lead.get(f"{path}/lease")["person_id"] is None


@pytest.mark.parametrize(
    ("who", "status"), [("customer", 403), ("customer2", 404), ("agent2", 404)]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_leases_are_not_for_everybody(people, who, status, method):
    ticket = people.customer.open_ticket()
    body = {"json": {"take_over": True}} if method == "PUT" else {}

    answer = getattr(people, who).send(
        method, f"/v1/tickets/{ticket['id']}/lease", **body
    )

    assert problem(answer)[0] == status

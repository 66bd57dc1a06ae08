"""Notifications about a ticket, in the list and by email, and the event feed."""

from email import message_from_string
from email.policy import SMTP
from typing import get_args
from uuid import uuid4

import pytest

from shared.core.events import EventType
from tests.open_desk import eventually

from .person import problem

pytestmark = pytest.mark.slow


@pytest.fixture
def answered(people, database):
    """A ticket that the agent has answered twice; everybody has reacted."""
    ticket = people.customer.open_ticket(subject="Kötbullar & <Ärger>")
    people.agent.take(ticket)
    people.agent.add_comment(ticket, "Which gear?")
    people.agent.add_comment(ticket, "Please answer.")
    pending = (
        "select count(*) from private.outbox join public.ticket_events on id = event_id"
        " where ticket_id = %s"
    )
    eventually(lambda: database.execute(pending, [ticket["id"]]).fetchone() == (0,))
    return ticket


def about(ticket, page):
    return [item for item in page["items"] if item["ticket_id"] == ticket["id"]]


def test_a_customer_reads_what_the_agent_did(people, answered):
    page = people.customer.get("/v1/notifications", unread=True)
    unread = about(answered, page)

    left = people.customer.do(
        "POST",
        "/v1/notifications/read",
        {"ids": [item["id"] for item in unread]},
        idempotency_key=uuid4().hex,
    )

    assert sorted(item["type"] for item in unread) == [
        "TICKET_ASSIGNED",
        "TICKET_COMMENTED",
        "TICKET_COMMENTED",
        "TICKET_STATUS_CHANGED",
    ]
    assert unread[0]["ticket_subject"] == answered["subject"]
    assert left["unread"] == page["unread"] - 4
    assert about(answered, people.customer.get("/v1/notifications", unread=True)) == []
    assert about(answered, people.agent.get("/v1/notifications")) == []


def test_several_replies_come_in_one_email(people, database, desk, http, answered):
    hurry = "update private.emails set due_at = now() where ticket_id = %s"
    database.execute(hurry, [answered["id"]])
    subject = f"[#{answered['number']}] {answered['subject']}"

    def arrived():
        sent = http.get(f"{desk.aws_endpoint_url}/moto-api/data.json").json()
        messages = [
            message_from_string(each["raw_data"], policy=SMTP)
            for each in sent.get("ses", {}).get("RawMessage", [])
        ]
        return [each for each in messages if each["Subject"] == subject]

    def tick():
        http.post(f"{desk.api_url}/.local/tick/DeliverEmails").raise_for_status()
        return arrived()

    eventually(tick)
    tick()

    [message] = arrived()
    assert message["To"].addresses[0].addr_spec == "customer@example.com"
    text = message.get_content()
    assert text.index("> Which gear?") < text.index("> Please answer.")


def test_a_client_that_was_offline_catches_up(people):
    start = people.agent.get("/v1/events", start="now")["next_cursor"]
    ticket = people.customer.open_ticket()
    people.customer.add_comment(ticket, "It was very loud.")

    seen, place = [], [start]

    def caught_up():
        page = people.agent.get("/v1/events", cursor=place[-1], limit=1)
        place.append(page["next_cursor"])
        seen.extend(item["type"] for item in about(ticket, page))
        return len(seen) > 1

    # Whoever still writes holds the feed back a moment, so it is read again.
    eventually(caught_up)

    assert seen == ["TICKET_CREATED", "TICKET_COMMENTED"]


def test_preferences_are_stored_as_sent(people):
    path = "/v1/notification-preferences"
    usual = people.lead.get(path)["items"]
    preference = {"type": "TICKET_ASSIGNED", "in_app": False, "email": True}

    changed = people.lead.do("PUT", path, {"items": [preference]})["items"]
    back = people.lead.do("PUT", path, {"items": []})["items"]

    assert preference in changed
    assert len(changed) == len(usual) == len(get_args(EventType))
    assert back == usual


def test_dead_letters_are_for_administrators(people):
    assert people.admin.get("/v1/dead-letters") == {"items": [], "next_cursor": None}
    for who in (people.customer, people.agent, people.lead):
        assert problem(who.send("GET", "/v1/dead-letters")) == (403, "denied")
    retry = f"/v1/dead-letters/{uuid4()}/retry"
    assert problem(people.admin.send("POST", retry)) == (404, "not-found")

"""Which topics hear of what, and who may listen."""

import pytest

from .cast import PEOPLE, id_of
from .desk import ANYBODY, refused

pytestmark = pytest.mark.slow


def heard(desk, ticket):
    """Return the topics of the messages about a ticket, with what was told."""
    told = desk.run(
        "select topic, event, payload, private, extension from realtime.messages"
        " where payload ->> 'ticket_id' = %s order by payload ->> 'seq', topic",
        ticket["id"],
    )
    return told.fetchall()


def topics(desk, ticket, event):
    return {topic for topic, name, *_ in heard(desk, ticket) if name == event}


def ears(ticket, *people):
    return {
        f"ticket:{ticket['id']}",
        f"queue:{ticket['queue_id']}",
        *(f"user:{id_of(person)}" for person in people),
    }


def test_a_new_ticket_is_told_to_its_queue_and_requester(desk):
    ticket = desk.ticket()

    assert topics(desk, ticket, "TICKET_CREATED") == ears(ticket, "customer")


def test_a_message_is_the_event_and_private(desk):
    ticket = desk.ticket()

    [event] = desk.events(ticket)
    assert [row[2:] for row in heard(desk, ticket)] == [(event, True, "broadcast")] * 3


def test_a_reply_is_told_to_holder_followers_and_requester(desk):
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    desk.say("colleague", ticket)

    desk.say("lead", ticket)

    told = topics(desk, ticket, "TICKET_COMMENTED")
    assert told == ears(ticket, "customer", "agent", "colleague")


def test_a_note_is_told_where_no_customer_listens(desk):
    ticket = desk.ticket()
    desk.say("colleague", ticket)
    desk.say("lead", ticket)
    desk.assign(ticket, "agent")
    desk.run("delete from realtime.messages")

    desk.note(ticket)

    internal = ears(ticket, "agent", "lead") - {f"ticket:{ticket['id']}"}
    internal.add(f"ticket:{ticket['id']}:internal")
    assert topics(desk, ticket, "TICKET_COMMENTED") == internal


def test_a_note_is_not_told_to_staff_who_lost_the_queue(desk):
    ticket = desk.ticket()
    desk.say("neighbour", ticket)
    desk.run(
        "delete from public.queue_members where person_id = %s", id_of("neighbour")
    )

    desk.note(ticket)

    told = topics(desk, ticket, "TICKET_COMMENTED")
    assert f"user:{id_of('neighbour')}" not in told


def test_who_loses_a_ticket_is_told(desk):
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    desk.run("delete from realtime.messages")

    desk.assign(ticket, "neighbour")

    told = topics(desk, ticket, "TICKET_ASSIGNED")
    assert told == ears(ticket, "customer", "agent", "neighbour")


def test_a_queue_that_loses_a_ticket_is_told(desk):
    ticket = desk.ticket()

    desk.run("update public.tickets set queue_id = %s", id_of("billing"))

    told = topics(desk, ticket, "TICKET_UPDATED")
    assert told == ears(ticket, "customer") | {f"queue:{id_of('billing')}"}


# Who may listen -------------------------------------------------------------


LISTENERS = {
    "ticket:{ticket}": {"customer", "colleague", "agent", "neighbour", "lead", "admin"},
    "ticket:{ticket}:internal": {"agent", "neighbour", "lead", "admin"},
    "queue:{support}": {"agent", "neighbour", "lead", "admin"},
    "queue:{billing}": {"biller", "admin"},
    "queue:{attic}": {"agent", "admin"},
    "user:{customer}": {"customer"},
    "user:{agent}": {"agent"},
}
MALFORMED = [
    "",
    "ticket",
    "ticket:",
    "ticket:*",
    "ticket:%",
    "ticket:{number}",
    "ticket:{ticket}:",
    "ticket:{ticket}:INTERNAL",
    "ticket:{ticket}:internal:internal",
    "ticket:{ticket}:public",
    " ticket:{ticket}",
    "ticket:{ticket} ",
    "ticket:{ticket}\n",
    "Ticket:{ticket}",
    "queue:{support}:internal",
    "user:{agent}:internal",
    "user:------------------------------------",
    "ticket:0000000000000000000000000000000000000",
    "queue:support",
    "room:{ticket}",
    "*",
]


def may_join_topic(desk, who, topic):
    """Ask as Realtime does: whether the policy shows a message of the topic."""
    with desk.acting(who) as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        shown = connection.execute(
            "select count(*) from realtime.messages where topic = %s", [topic]
        )
        return shown.fetchone() == (1,)


def spoken(desk, topic):
    """Send to a topic, with its names filled in."""
    ticket = desk.ticket()
    names = {name: id_of(name) for name in (*PEOPLE, "support", "billing", "attic")}
    topic = topic.format(ticket=ticket["id"], number=ticket["number"], **names)
    desk.run("delete from realtime.messages")
    desk.run("select realtime.send('{}', 'TEST', %s, true)", topic)
    return topic


@pytest.mark.parametrize("topic", LISTENERS)
def test_a_topic_is_joined_by_those_we_say(desk, topic):
    full = spoken(desk, topic)

    joined = {who for who in PEOPLE if may_join_topic(desk, who, full)}

    assert joined == LISTENERS[topic]


@pytest.mark.parametrize("topic", MALFORMED)
def test_a_malformed_topic_is_joined_by_nobody(desk, topic):
    full = spoken(desk, topic)

    assert [who for who in PEOPLE if may_join_topic(desk, who, full)] == []


def test_a_topic_of_nothing_is_joined_by_nobody(desk):
    for kind in ("ticket", "queue", "user"):
        topic = spoken(desk, f"{kind}:{id_of('nothing')}")
        assert not may_join_topic(desk, "admin", topic)


@pytest.mark.parametrize("topic", LISTENERS)
def test_nobody_joins_without_signing_in(desk, topic):
    full = spoken(desk, topic)

    assert not may_join_topic(desk, ANYBODY, full)
    assert not may_join_topic(desk, "nobody", full)


def test_a_token_for_somebody_else_joins_nothing(desk):
    topic = spoken(desk, "user:{customer}")

    with desk.acting("customer", aud="other") as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        heard = connection.execute("select count(*) from realtime.messages")

        assert heard.fetchone() == (0,)


def test_one_topic_joined_shows_no_message_of_presence(desk):
    topic = spoken(desk, "user:{customer}")
    desk.run("update realtime.messages set extension = 'presence'")

    assert not may_join_topic(desk, "customer", topic)


@pytest.mark.parametrize("who", [*PEOPLE, ANYBODY])
def test_nobody_speaks_to_a_topic_as_if_it_were_the_desk(desk, who):
    with refused("42501"), desk.acting(who) as connection:
        connection.execute(
            "insert into realtime.messages (topic, extension, event, private)"
            " values (%s, 'broadcast', 'TICKET_CREATED', true)",
            [f"user:{id_of(who)}"],
        )

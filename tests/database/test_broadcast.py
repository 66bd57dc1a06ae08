"""Which topics get which broadcasts, and who may join them."""

from operator import itemgetter

import pytest

from .acting import ANON, refused
from .arrange import leave_queues, move_to_queue
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

SUPPORT = id_of("support")


def broadcasts(db, ticket):
    """Return the messages about a ticket, by topic."""
    reached = db.execute(
        "select topic, event, payload, private, extension from realtime.messages"
        " where payload ->> 'ticket_id' = %s order by payload ->> 'seq', topic",
        ticket["id"],
    )
    return reached.fetchall()


def topics(db, ticket, event):
    return {topic for topic, name, *_ in broadcasts(db, ticket) if name == event}


def expected_topics(ticket, *people):
    shared = [f"ticket:{ticket['id']}", f"queue:{ticket['queue_id']}"]
    return {
        *shared,
        *(f"{topic}:internal" for topic in shared),
        *(f"user:{id_of(person)}" for person in people),
    }


def test_new_tickets_are_broadcast_to_queue_and_requester(db):
    ticket = db.create_ticket()

    assert topics(db, ticket, "TICKET_CREATED") == expected_topics(ticket, "customer")


def test_broadcasts_are_private_and_hold_the_event(db):
    ticket = db.create_ticket()

    [event] = db.events(ticket)
    assert [row[2:] for row in broadcasts(db, ticket)] == [
        (event, True, "broadcast")
    ] * 5


def test_each_topic_carries_all_that_its_audience_sees_in_its_own_form(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    db.note(ticket)
    db.comment("agent", ticket)
    move_to_queue(db, ticket, "billing")
    db.call("admin", "update_ticket", ticket=ticket["id"], changes={"skills": ["tax"]})

    sent = broadcasts(db, ticket)

    lists = {
        internal: db.items(who, "list_ticket_events", ticket=ticket["id"])
        for who, internal in [("admin", True), ("customer", False)]
    }
    for internal, events in lists.items():
        heard = {"ticket": [], "queue": []}
        for topic, _, event, *_ in sent:
            kind = topic.partition(":")[0]
            left = set(event["before"] or {}) == {"queue_id"} and str(SUPPORT) in topic
            if kind in heard and (":internal" in topic) == internal and not left:
                heard[kind].append(event)
        for kind in heard:
            assert sorted(heard[kind], key=itemgetter("seq")) == events
    assert len(lists[True]) == len(lists[False]) + 2


def test_an_event_is_at_most_twice_the_messages_of_one_audience(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    db.note(ticket)
    move_to_queue(db, ticket, "billing")

    for event in db.events(ticket):
        topics = [
            row[0] for row in broadcasts(db, ticket) if row[2]["id"] == event["id"]
        ]
        shared = [each for each in topics if not each.startswith("user:")]
        assert len(topics) == len(set(topics))
        assert len(shared) <= 2 * sum(":internal" in each for each in shared)


def test_replies_are_broadcast_to_assignee_followers_and_requester(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    db.comment("colleague", ticket)

    db.comment("lead", ticket)

    reached = topics(db, ticket, "TICKET_COMMENTED")
    assert reached == expected_topics(ticket, "customer", "agent", "colleague")


def test_notes_are_broadcast_on_internal_topics_only(db):
    ticket = db.create_ticket()
    db.comment("colleague", ticket)
    db.comment("lead", ticket)
    db.assign(ticket, "agent")
    db.execute("delete from realtime.messages")

    db.note(ticket)

    assert topics(db, ticket, "TICKET_COMMENTED") == {
        f"ticket:{ticket['id']}:internal",
        f"queue:{ticket['queue_id']}:internal",
        *(f"user:{id_of(person)}" for person in ("agent", "lead")),
    }


def test_notes_are_not_broadcast_to_staff_who_left_the_queue(db):
    ticket = db.create_ticket()
    db.comment("neighbour", ticket)
    leave_queues(db, "neighbour")

    db.note(ticket)

    reached = topics(db, ticket, "TICKET_COMMENTED")
    assert f"user:{id_of('neighbour')}" not in reached


def test_assignments_are_broadcast_to_the_former_assignee(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    db.execute("delete from realtime.messages")

    db.assign(ticket, "neighbour")

    reached = topics(db, ticket, "TICKET_ASSIGNED")
    assert reached == expected_topics(ticket, "customer", "agent", "neighbour")


def test_a_move_is_broadcast_to_the_former_queue_without_what_the_ticket_says(db):
    ticket = db.create_ticket(data={"iban": "DE02"})
    former, queue = str(id_of("support")), str(id_of("billing"))

    db.execute(
        "update public.tickets set queue_id = %s, subject = 'Secret', data = '{}',"
        " status = 'open', status_reason = 'Between us'",
        queue,
    )

    [told] = [
        event
        for topic, _, event, *_ in broadcasts(db, ticket)
        if topic == f"queue:{former}" and event["type"] != "TICKET_CREATED"
    ]
    assert (told["before"], told["after"]) == (
        {"queue_id": former},
        {"queue_id": queue},
    )
    [moved] = [
        event for event in db.events(ticket) if event["type"] == "TICKET_UPDATED"
    ]
    assert told == moved | {"before": told["before"], "after": told["after"]}
    assert moved["after"]["subject"] == "Secret"


@pytest.mark.parametrize("still_there", [True, False])
def test_the_former_assignee_hears_of_their_loss_if_they_see_the_ticket(
    db, still_there
):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    if not still_there:
        leave_queues(db, "agent")

    db.assign(ticket, "neighbour")

    reached = {
        topic
        for topic, event, payload, *_ in broadcasts(db, ticket)
        if event == "TICKET_ASSIGNED" and payload["before"]["assignee_id"]
    }
    assert (f"user:{id_of('agent')}" in reached) == still_there


# Who may listen -------------------------------------------------------------


LISTENERS = {
    "ticket:{ticket}": {"customer", "colleague", "agent", "neighbour", "lead", "admin"},
    "ticket:{ticket}:internal": {"agent", "neighbour", "lead", "admin"},
    "queue:{support}": {"agent", "neighbour", "lead", "admin"},
    "queue:{support}:internal": {"agent", "neighbour", "lead", "admin"},
    "queue:{billing}": {"biller", "admin"},
    "queue:{attic}": {"agent", "admin"},
    "user:{customer}": {"customer"},
    "user:{agent}": {"agent"},
    "topics:{billing}": {"biller", "admin"},
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
    "queue:{support}:internal:internal",
    "queue:{support}:public",
    "queue:{support}:0123456789abcdef",
    "ticket:{ticket}:0123456789abcdef",
    "ticket:{ticket}:internal:0123456789abcdef",
    "user:{agent}:internal",
    "user:{agent}:0123456789abcdef",
    "topics",
    "topics:",
    "topics:{ticket}:internal",
    "topics:{ticket} ",
    "TOPICS:{ticket}",
    "topics:{{{ticket}}}",
    "user:{{{agent}}}",
    "user:------------------------------------",
    "ticket:0000000000000000000000000000000000000",
    "queue:support",
    "room:{ticket}",
    "*",
]


def may_join_topic(db, who, topic):
    """Ask as Realtime does: whether the policy shows a message of the topic."""
    with db.acting(who) as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        shown = connection.execute(
            "select count(*) from realtime.messages where topic = %s", [topic]
        )
        return shown.fetchone() == (1,)


def broadcast_to(db, topic):
    """Broadcast to a topic, with its names filled in; return it."""
    ticket = db.create_ticket()
    names = {name: id_of(name) for name in (*PEOPLE, "support", "billing", "attic")}
    topic = topic.format(ticket=ticket["id"], number=ticket["number"], **names)
    db.execute("delete from realtime.messages")
    db.execute("select realtime.send('{}', 'TEST', %s, true)", topic)
    return topic


@pytest.mark.parametrize("topic", LISTENERS)
def test_topics_are_joined_by_listed_personas_only(db, topic):
    full = broadcast_to(db, topic)

    joined = {who for who in PEOPLE if may_join_topic(db, who, full)}

    assert joined == LISTENERS[topic]


@pytest.mark.parametrize("topic", MALFORMED)
def test_a_malformed_topic_is_joined_by_nobody(db, topic):
    full = broadcast_to(db, topic)

    assert [who for who in PEOPLE if may_join_topic(db, who, full)] == []


def test_topics_of_missing_objects_are_joined_by_nobody(db):
    for kind in ("ticket", "queue", "user"):
        topic = broadcast_to(db, f"{kind}:{id_of('nothing')}")
        assert not may_join_topic(db, "admin", topic)


@pytest.mark.parametrize("topic", LISTENERS)
def test_topics_are_joined_by_signed_in_people_only(db, topic):
    full = broadcast_to(db, topic)

    assert not may_join_topic(db, ANON, full)
    assert not may_join_topic(db, "nobody", full)


def test_tokens_of_another_audience_join_nothing(db):
    topic = broadcast_to(db, "user:{customer}")

    with db.acting("customer", aud="other") as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        broadcasts = connection.execute("select count(*) from realtime.messages")

        assert broadcasts.fetchone() == (0,)


def test_broadcast_policies_show_no_presence_messages(db):
    topic = broadcast_to(db, "user:{customer}")
    db.execute("update realtime.messages set extension = 'presence'")

    assert not may_join_topic(db, "customer", topic)


@pytest.mark.parametrize("who", [*PEOPLE, ANON])
def test_nobody_forges_broadcasts(db, who):
    with refused("42501"), db.acting(who) as connection:
        connection.execute(
            "insert into realtime.messages (topic, extension, event, private)"
            " values (%s, 'broadcast', 'TICKET_CREATED', true)",
            [f"user:{id_of(who)}"],
        )

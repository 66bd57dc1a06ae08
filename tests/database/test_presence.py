"""Presence at a ticket: who may see and track it, probed as Realtime does."""

import pytest

from .acting import ANON, refused
from .arrange import leave_queues, revoke_permission
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "lead", "admin"}
ELSEWHERE = [
    "ticket:{ticket}",
    "ticket:{ticket}:internal:internal",
    "ticket:{ticket}:internal ",
    "ticket:{number}:internal",
    "ticket:*:internal",
    "queue:{support}",
    "ticket:{ticket}:internal:0123456789abcdef",
    "queue:{support}:internal",
    "topics:{ticket}",
    "user:{agent}",
    "user:{customer}",
    "lobby",
]
PROBE = (
    "insert into realtime.messages (topic, extension, private) values (%s, %s, true)"
)


@pytest.fixture
def topic_of(db):
    ticket = db.create_ticket()
    people = {name: id_of(name) for name in (*PEOPLE, "support")}
    return lambda topic: topic.format(
        ticket=ticket["id"], number=ticket["number"], **people
    )


def sees(db, who, topic, extension="presence"):
    """Realtime inserts a probe as itself and tests whether the person reads it."""
    with db.connection.transaction(force_rollback=True):
        db.execute("delete from realtime.messages")
        db.execute(PROBE, topic, extension)
        with db.acting(who) as connection:
            connection.execute("select set_config('realtime.topic', %s, true)", [topic])
            query = "select extension from realtime.messages"
            return connection.execute(query).fetchall() == [(extension,)]


def track(db, who, topic, extension="presence"):
    """Realtime lets the person insert a probe."""
    with db.acting(who) as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        connection.execute(PROBE, [topic, extension])


@pytest.mark.parametrize("who", [*PEOPLE, "nobody", ANON])
def test_presence_is_visible_to_staff_who_read_notes_only(db, topic_of, who):
    topic = topic_of("ticket:{ticket}:internal")

    assert sees(db, who, topic) == (who in STAFF)
    if who in STAFF:
        track(db, who, topic)
    else:
        with refused("42501"):
            track(db, who, topic)


@pytest.mark.parametrize("topic", ELSEWHERE)
@pytest.mark.parametrize("who", ["customer", "agent", "admin"])
def test_there_is_no_presence_on_other_topics(db, topic_of, who, topic):
    assert not sees(db, who, topic_of(topic))
    with refused("42501"):
        track(db, who, topic_of(topic))


@pytest.mark.parametrize("topic", ["ticket:{ticket}:internal", *ELSEWHERE])
@pytest.mark.parametrize("who", ["customer", "agent", "lead", "admin"])
def test_people_send_no_broadcasts(db, topic_of, who, topic):
    with refused("42501"):
        track(db, who, topic_of(topic), "broadcast")


@pytest.mark.parametrize(
    "lose_access",
    [
        lambda db: leave_queues(db, "agent"),
        lambda db: revoke_permission(db, "tickets.note"),
    ],
    ids=["left the queue", "reads no notes"],
)
def test_agents_who_lost_their_access_see_no_presence(db, topic_of, lose_access):
    topic = topic_of("ticket:{ticket}:internal")
    lose_access(db)

    assert not sees(db, "agent", topic)
    with refused("42501"):
        track(db, "agent", topic)


def test_presence_follows_its_topic_to_the_new_name(db, topic_of):
    former = topic_of("ticket:{ticket}:internal")
    leave_queues(db, "agent")
    [ticket] = db.read("lead", "select id::text from public.tickets")
    rows = db.rows("lead", "list_topics", ticket=ticket)
    [topic] = [row["topic"] for row in rows if row["internal"]]

    assert sees(db, "lead", topic)
    track(db, "lead", topic)
    for who, name in [("agent", topic), ("agent", former), ("lead", former)]:
        assert not sees(db, who, name)
        with refused("42501"):
            track(db, who, name)

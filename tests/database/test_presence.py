"""Who may see who is at a ticket, and say so: asked as Realtime asks, by probing."""

import pytest

from .cast import PEOPLE, id_of
from .desk import ANYBODY, refused

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "lead", "admin"}
ELSEWHERE = [
    "ticket:{ticket}",
    "ticket:{ticket}:internal:internal",
    "ticket:{ticket}:internal ",
    "ticket:{number}:internal",
    "ticket:*:internal",
    "queue:{support}",
    "queue:{support}:internal",
    "user:{agent}",
    "user:{customer}",
    "lobby",
]
PROBE = (
    "insert into realtime.messages (topic, extension, private) values (%s, %s, true)"
)


@pytest.fixture
def named(desk):
    ticket = desk.ticket()
    people = {name: id_of(name) for name in (*PEOPLE, "support")}
    return lambda topic: topic.format(
        ticket=ticket["id"], number=ticket["number"], **people
    )


def sees(desk, who, topic, extension="presence"):
    """Realtime inserts a probe as itself and looks whether the person reads it."""
    with desk.connection.transaction(force_rollback=True):
        desk.run("delete from realtime.messages")
        desk.run(PROBE, topic, extension)
        with desk.acting(who) as connection:
            connection.execute("select set_config('realtime.topic', %s, true)", [topic])
            query = "select extension from realtime.messages"
            return connection.execute(query).fetchall() == [(extension,)]


def track(desk, who, topic, extension="presence"):
    """Realtime lets the person insert a probe."""
    with desk.acting(who) as connection:
        connection.execute("select set_config('realtime.topic', %s, true)", [topic])
        connection.execute(PROBE, [topic, extension])


@pytest.mark.parametrize("who", [*PEOPLE, "nobody", ANYBODY])
def test_staff_who_read_the_notes_see_each_other_and_nobody_else_does(desk, named, who):
    topic = named("ticket:{ticket}:internal")

    assert sees(desk, who, topic) == (who in STAFF)
    if who in STAFF:
        track(desk, who, topic)
    else:
        with refused("42501"):
            track(desk, who, topic)


@pytest.mark.parametrize("topic", ELSEWHERE)
@pytest.mark.parametrize("who", ["customer", "agent", "admin"])
def test_nobody_is_seen_elsewhere(desk, named, who, topic):
    assert not sees(desk, who, named(topic))
    with refused("42501"):
        track(desk, who, named(topic))


@pytest.mark.parametrize("topic", ["ticket:{ticket}:internal", *ELSEWHERE])
@pytest.mark.parametrize("who", ["customer", "agent", "lead", "admin"])
def test_nobody_broadcasts_to_anybody(desk, named, who, topic):
    with refused("42501"):
        track(desk, who, named(topic), "broadcast")


def test_an_agent_who_leaves_the_queue_sees_nobody_at_its_tickets(desk, named):
    topic = named("ticket:{ticket}:internal")
    desk.run("delete from public.queue_members where person_id = %s", id_of("agent"))

    assert not sees(desk, "agent", topic)
    with refused("42501"):
        track(desk, "agent", topic)


def test_whoever_may_not_read_notes_sees_nobody(desk, named):
    topic = named("ticket:{ticket}:internal")
    desk.run("delete from public.role_permissions where permission = 'tickets.note'")

    assert not sees(desk, "agent", topic)
    with refused("42501"):
        track(desk, "agent", topic)

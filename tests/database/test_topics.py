"""Whoever loses a right hears nothing more; whoever keeps it hears it elsewhere."""

from itertools import pairwise
from operator import itemgetter

import pytest
from psycopg.types.json import Jsonb

from .acting import WORKER, refused
from .arrange import broadcasts, insert_tickets, move_to_queue
from .endings import ENDINGS, LOCKED_OUT
from .listening import Listeners, joinable, topics_of
from .notifying import process_events
from .personas import PEOPLE, QUEUES, id_of

pytestmark = pytest.mark.slow

TYPES = "select type from private.event_types"
RECORD = "select private.record_event(%s, %s, %s, %s, %s)"
LISTENED = ("user:", "queue:", "ticket:")


@pytest.fixture
def ticket(db):
    """A ticket of the customer that others follow."""
    ticket = db.create_ticket()
    for who in ("agent", "colleague", "neighbour", "lead"):
        db.comment(who, ticket)
    process_events(db, notify=False)
    return ticket


@pytest.fixture
def listeners(db, ticket):
    listeners = Listeners(db)
    listeners.join(ticket)
    listeners.forget()
    return listeners


def record_everything(db, ticket):
    """Record every type of event, public and internal, and react to each."""
    facts = [Jsonb({"assignee_id": str(id_of(who))}) for who in ("agent", "neighbour")]
    for (kind,) in db.execute(TYPES).fetchall():
        for internal in (False, True):
            db.execute(RECORD, ticket["id"], kind, *facts, internal)
    for queue in ("support", "billing"):
        insert_tickets(db, 1, queue)
    db.execute("select private.broadcast_lease(%s)", ticket["id"])
    db.call(WORKER, "broadcast_queue_statuses")
    process_events(db)


def names(db, ticket):
    """Return the topics of each person, without the notices."""
    return {
        who: {each for each in topics_of(db, who, ticket) if each.startswith(LISTENED)}
        for who in PEOPLE
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_message_reaches_who_lost_the_right_to_it(db, ticket, listeners, ending):
    ENDINGS[ending][0](db, ticket)
    record_everything(db, ticket)

    assert listeners.leaks() == []
    listeners.join(ticket)
    assert listeners.leaks() == []
    sent = {event for _, event, _ in listeners.messages()}
    assert sent >= {kind for (kind,) in db.execute(TYPES)}
    assert sent >= {"QUEUE_STATUS_CHANGED", "REPLY_LEASE_CHANGED"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_who_keeps_the_right_hears_every_event(db, ticket, listeners, ending):
    ENDINGS[ending][0](db, ticket)
    record_everything(db, ticket)
    listeners.join(ticket)

    assert listeners.missed() == []


@pytest.mark.parametrize("ending", LOCKED_OUT)
def test_who_is_locked_out_hears_nothing_more(db, ticket, listeners, ending):
    end, who, kind = LOCKED_OUT[ending]
    end(db, ticket)

    record_everything(db, ticket)

    heard = {topic for topic, *_ in listeners.messages(who)}
    assert [topic for topic in heard if topic.startswith(kind or LISTENED)] == []
    sent = {event for _, event, _ in listeners.messages()}
    assert sent >= {kind for (kind,) in db.execute(TYPES)}


@pytest.mark.parametrize("ending", [*ENDINGS, *LOCKED_OUT])
def test_a_former_name_is_joined_by_nobody(db, ticket, ending):
    before = names(db, ticket)
    (ENDINGS | LOCKED_OUT)[ending][0](db, ticket)
    after = names(db, ticket)

    current = set().union(*after.values())
    former = set().union(*before.values()) - current
    assert former
    for who in set(PEOPLE) - {LOCKED_OUT.get(ending, (None, None))[1]}:
        may_join = after[who] | beside(after[who], current)
        assert joinable(db, who, former | current) == may_join


def beside(names, current):
    """Return the public topics beside internal ones, which nobody needs to join."""
    internal = {scope(name) for name in names if ":internal" in name}
    return {
        name for name in current if ":internal" not in name and scope(name) in internal
    }


def scope(name):
    """Return what a topic is about, such as `ticket:<id>`."""
    return ":".join(name.split(":")[:2])


@pytest.mark.parametrize("ending", [*ENDINGS, *LOCKED_OUT])
def test_one_notice_a_change_reaches_everybody_concerned(db, ticket, listeners, ending):
    before = names(db, ticket)
    (ENDINGS | LOCKED_OUT)[ending][0](db, ticket)
    after = names(db, ticket)

    notices = broadcasts(db, "TOPICS_CHANGED")

    for topic, private, payload in notices:
        scope = topic.removeprefix("topics:")
        rest = {"id": payload["id"], "spread_ms": 5000}
        assert (private, payload) == (True, {"scope_id": scope, **rest})
    reached = set().union(*(listeners.joined[topic] for topic, *_ in notices))
    assert reached >= {who for who in PEOPLE if before[who] - after[who]}
    assert len(notices) <= 1 + len(QUEUES) + 1  # however many people are concerned


def test_what_a_right_ends_by_is_told_on_the_new_name(db, ticket, listeners):
    move_to_queue(db, ticket, "billing")

    heard = {
        topic for topic, event, _ in listeners.messages() if event == "TICKET_UPDATED"
    }
    new = {topic for topic in heard if topic.startswith("ticket:")}

    assert new.isdisjoint(listeners.joined)
    named = [*topics_of(db, "customer", ticket), *topics_of(db, "biller", ticket)]
    assert len(new) == len(new & {*named}) == 2
    assert heard - new == {
        f"queue:{id_of('support')}",
        f"queue:{id_of('billing')}",
        f"queue:{id_of('support')}:internal",
        f"queue:{id_of('billing')}:internal",
        *(f"user:{id_of(who)}" for who in ("customer", "colleague")),
    }


def test_no_name_comes_back(db, ticket):
    """Neither when a ticket moves to and fro, nor when epochs add up alike."""
    steps = [
        lambda: move_to_queue(db, ticket, "billing"),
        lambda: change_topics(db, "billing"),
        lambda: change_topics(db, "support"),
        lambda: move_to_queue(db, ticket, "support"),
        lambda: change_topics(db, "support"),
        lambda: change_topics(db, "Sharing"),
    ] * 3
    seen = [names(db, ticket)["admin"]]
    for step in steps:
        step()
        seen.append(names(db, ticket)["admin"])

    for step, (earlier, later) in enumerate(pairwise(seen), start=1):
        assert all((earlier - later).isdisjoint(each) for each in seen[step:])


def change_topics(db, name):
    db.execute("select private.change_topics(array[%s]::uuid[])", id_of(name))


# What to join ---------------------------------------------------------------


items = itemgetter("topic", "kind", "internal")


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_their_own_topics_and_those_of_their_queues(db, who):
    admin = who == "admin"
    mine = [
        queue
        for queue, members in QUEUES.items()
        if queue != "attic" and (admin or who in members)
    ]
    organization = ["Sharing"] if who in ("customer", "colleague") else []

    rows = db.rows(who, "list_topics")

    expected = [
        (f"user:{id_of(who)}", "user", False),
        *((f"queue:{id_of(each)}:internal", "queue", True) for each in mine),
        *(
            (f"topics:{id_of(each)}", "notice", False)
            for each in (who, *mine, *organization)
        ),
    ]
    assert sorted(map(items, rows)) == sorted(expected)


@pytest.mark.parametrize("key", ["id", "number"])
@pytest.mark.parametrize("who", PEOPLE)
def test_the_topics_of_a_ticket_are_for_who_sees_it(db, ticket, who, key):
    if who in ("stranger", "biller"):
        with refused("PT404", "not-found"):
            db.rows(who, "list_topics", ticket=str(ticket[key]))
        return

    rows = db.rows(who, "list_topics", ticket=str(ticket[key]))

    shared = f"ticket:{ticket['id']}"
    notices = [id_of("support"), id_of("Sharing"), id_of("customer")]
    reads_notes = who not in ("customer", "colleague")
    expected = {
        (f"{shared}:internal" if reads_notes else shared, "ticket", reads_notes),
        (f"topics:{ticket['id']}", "notice", False),
        *((f"topics:{each}", "notice", False) for each in notices),
    }
    assert set(map(items, rows)) == expected
    assert len(rows) == len(expected)


# What may be joined ---------------------------------------------------------

SHAPES = (
    *("user:{}", "topics:{}", "queue:{}", "queue:{}:internal"),
    *("ticket:{}", "ticket:{}:internal", "{}", "topics:{}:internal"),
)


@pytest.fixture
def tickets(db, ticket):
    """Tickets of people in both organizations, in each queue, also the archived one."""
    archived = "update public.queues set archived_at = %s where id = %s"
    db.execute(archived, None, id_of("attic"))
    for who in ("customer", "stranger"):
        insert_tickets(db, 1, "support", who)
        insert_tickets(db, 1, "billing", who)
        db.create_ticket_in("solved", who=who, queue="attic")
    db.execute(archived, "now", id_of("attic"))
    silent = "update public.people set organization_id = %s where id = %s"
    db.execute(silent, id_of("Silent"), id_of("stranger"))
    insert_tickets(db, 1, "billing", "stranger")
    found = db.execute("select id::text from public.tickets").fetchall()
    return [{"id": each} for (each,) in found]


def topic_beside(db, topic):
    """Return the present name of the topic of the public beside an internal one."""
    kind, scope, *_ = topic.split(":")
    if kind == "queue":
        return db.scalar("select private.queue_topic(%s, false)", scope)
    ticket = "(select t from public.tickets as t where id = %s)"
    return db.scalar(f"select private.ticket_topic({ticket}, false)", scope)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_may_be_joined_is_what_the_list_names(db, tickets, who):
    """For every id of a person, queue, organization and ticket, and for one of none.

    But the list leaves archived queues out, in which little happens; and whoever reads
    notes is named the internal topic alone, which has all of the one beside it.
    """
    ids = {id_of(each) for each in (*PEOPLE, *QUEUES, "Sharing", "Silent", "nobody")}
    ids |= {each["id"] for each in tickets}
    named = {topic for each in tickets for topic in topics_of(db, who, each)}
    beside = {topic_beside(db, each) for each in named if ":internal" in each}
    every = {shape.format(each) for shape in SHAPES for each in ids}

    assert named
    joined = joinable(db, who, every | named)
    archived = {f"queue:{id_of('attic')}{rest}" for rest in ("", ":internal")}
    assert joined - archived == named | beside


GAINS = {
    "joins a queue": lambda db: db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("biller"),
    ),
    "gets a role": lambda db: db.execute(
        "insert into public.person_roles (person_id, role) values (%s, 'lead')",
        id_of("biller"),
    ),
    "holds a role that may read more": lambda db: db.execute(
        "insert into public.role_permissions (role, permission)"
        " values ('agent', 'tickets.read_all')"
    ),
}


@pytest.mark.parametrize("gain", GAINS)
def test_whoever_gains_a_right_hears_of_it_and_no_topic_changes_its_name(
    db, ticket, gain
):
    before = topics_of(db, "lead", ticket)
    known = len(broadcasts(db, "TOPICS_CHANGED"))

    GAINS[gain](db)

    told = {topic for topic, _, _ in broadcasts(db, "TOPICS_CHANGED")[known:]}
    assert f"topics:{id_of('biller')}" in told
    assert f"topics:{id_of('customer')}" not in told
    assert set(before) <= set(topics_of(db, "lead", ticket))


def test_a_role_that_reads_no_tickets_changes_nothing_to_listen_to(db):
    known = len(broadcasts(db, "TOPICS_CHANGED"))

    db.execute(
        "insert into public.role_permissions (role, permission)"
        " values ('customer', 'people.read')"
    )

    assert len(broadcasts(db, "TOPICS_CHANGED")) == known

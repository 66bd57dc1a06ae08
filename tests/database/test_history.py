"""A ticket as it was at a time, replayed from its events."""

import random
from datetime import datetime, timedelta

import psycopg
import pytest

from shared.core.types import TicketPriority, TicketType

from .acting import refused
from .arrange import leave_queues
from .bulk import run_all, start, undo
from .personas import id_of

pytestmark = pytest.mark.slow

READERS = ("customer", "agent")


def snapshot(db, ticket, who):
    found = db.call(who, "get_ticket", ticket=ticket["id"])
    return {name: found[name] for name in found if name != "unread"}


def at(db, ticket, time, who="agent"):
    found = db.call(who, "get_ticket_at", ticket=ticket["id"], at=time)
    assert "assignee" in found
    return found


def step(db, ticket, chance):
    """Do something at random to a ticket, or be refused."""
    who = chance.choice(["agent", "lead", "admin", "customer"])
    named = {"ticket": ticket["id"]}
    changes = [
        {"priority": chance.choice([str(each) for each in TicketPriority])},
        {"type": chance.choice([str(each) for each in TicketType])},
        {"subject": f"S{chance.random()}"},
        {"tags": chance.sample(["a", "b", "c"], 2)},
        {"skills": chance.sample(["x", "y"], 1)},
        {"data": {"size": chance.choice([None, 1, {"a": 2}])}},
        {"queue": "support"},
    ]
    organization = chance.choice([None, id_of("Silent"), id_of("Sharing")])
    status = chance.choice(["open", "pending", "on_hold", "solved"])
    batch = db.scalar(
        "select batch_id from public.ticket_events where batch_id is not"
        " null order by position desc limit 1"
    )
    commands = [
        lambda: db.comment(who, ticket, visibility=chance.choice(["public", "public"])),
        lambda: db.note(ticket, who),
        lambda: db.set_status(ticket, status, who, reason=chance.choice([None, "R."])),
        lambda: db.call(who, "update_ticket", **named, changes=chance.choice(changes)),
        lambda: db.assign(ticket, chance.choice(["agent", "lead", "neighbour"])),
        lambda: db.release(ticket),
        lambda: db.comment(who, ticket, change={"status": status, "assignee": "me"}),
        lambda: (start(db, [ticket], "admin", status=status), run_all(db)),
        lambda: (undo(db, {"id": batch}, who), run_all(db)),
        lambda: leave_and_return(db),
        lambda: db.execute(
            "update public.tickets set organization_id = %s"
            " where id = %s and organization_id is distinct from %s",
            organization, ticket["id"], organization,
        ),
    ]  # fmt: skip
    try:
        with db.connection.transaction():
            chance.choice(commands)()
    except psycopg.Error as refusal:
        if not refusal.sqlstate.startswith("PT4"):
            raise


def leave_and_return(db):
    leave_queues(db, "neighbour")
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("neighbour"),
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_replay_of_any_commands_equals_what_was_read_meanwhile(connect, seed):
    db, chance, seen = connect(), random.Random(seed), []  # noqa: S311
    ticket = db.create_ticket()

    for _ in range(40):
        step(db, ticket, chance)
        now = db.scalar("select clock_timestamp()")
        seen.append((now, {who: snapshot(db, ticket, who) for who in READERS}))

    assert len({str(each) for _, each in seen}) > 10
    for time, by_reader in seen:
        for who, was in by_reader.items():
            assert at(db, ticket, time, who) == was


def test_a_time_is_inclusive_to_the_microsecond(connect):
    db = connect()
    ticket = db.create_ticket()
    changed = db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"subject": "Other"}
    )
    moment = datetime.fromisoformat(changed["updated_at"])
    opened = datetime.fromisoformat(ticket["created_at"])
    tick = timedelta(microseconds=1)

    db.set_status(ticket, "open")

    assert at(db, ticket, moment)["subject"] == "Other"
    assert at(db, ticket, moment - tick)["subject"] == "Help"
    assert at(db, ticket, opened)["version"] == 1
    with refused("PT404", "not-found"):
        at(db, ticket, opened - tick)


def test_a_transaction_that_began_earlier_never_comes_before(connect):
    db, late = connect(), connect()
    ticket = db.create_ticket()

    with late.connection.transaction():
        late.scalar("select now()")
        db.set_status(ticket, "open")
        late.set_status(ticket, "pending")

    times = [event["occurred_at"] for event in db.events(ticket)]
    assert times == sorted(times)


def test_rights_are_those_of_today(db):
    ticket = db.create_ticket_in("open")
    secret = {"skills": ["s"]}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=secret)
    then = db.scalar("select now()")

    assert at(db, ticket, then, "agent")["skills"] == ["s"]
    assert at(db, ticket, then, "customer")["skills"] == []
    for who in ("stranger", "biller"):
        with refused("PT404"):
            at(db, ticket, then, who)
    leave_queues(db, "agent")
    with refused("PT404"):
        at(db, ticket, then, "agent")


def test_a_redacted_text_stays_redacted(connect):
    db = connect()
    ticket = db.create_ticket(subject="My hunter2")
    then = db.scalar("select clock_timestamp()")
    db.set_status(ticket, "open")
    db.call("lead", "redact_ticket", ticket=ticket["id"], redacted_text="hunter2")
    db.set_status(ticket, "pending")

    assert "hunter2" not in str(at(db, ticket, then))
    assert at(db, ticket, then)["status"] == "new"

"""The time that the desk lives by: real in a deployment, moved by the owner alone."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.moving_time import pass_time, restore_time, set_time

from .acting import ANON, WORKER
from .notifying import process_events
from .personas import PEOPLE

FAR = datetime(2031, 3, 28, 16, 50, tzinfo=UTC)
# Tables of what happens to tickets; in all others time is the machinery's.
MOVED = (
    "public.tickets",
    "public.comments",
    "public.ticket_events",
    "public.ticket_followers",
    "public.ticket_read_markers",
    "public.notifications",
)
REAL = ("private.outbox", "private.idempotency_keys")


def moments(db, table):
    """Return all moments in a table's rows, by column."""
    return db.execute(
        "select columns.key, columns.value::timestamptz"  # noqa: S608
        f" from {table} as rows, jsonb_each_text(to_jsonb(rows)) as columns"
        " where columns.value is not null and columns.key in ("
        " select attname from pg_attribute"
        " where attrelid = %s::regclass and atttypid = 'timestamptz'::regtype)",
        table,
    ).fetchall()


def test_time_is_the_real_time_and_returns_to_it(db):
    at_first = db.scalar("select private.now() = now()")
    pass_time(db.connection, days=4, seconds=1)
    pass_time(db.connection, minutes=-1)
    moved = db.scalar("select private.now() - now()")
    restore_time(db.connection)

    assert at_first
    assert moved == timedelta(days=4, seconds=1, minutes=-1)
    assert db.scalar("select private.now() = now()")


@pytest.mark.parametrize("who", [*PEOPLE, ANON, WORKER])
def test_nobody_but_the_owner_moves_the_time(db, who):
    attempts = (
        "create or replace function private.now() returns timestamptz"
        " language sql stable begin atomic select timestamptz '2031-01-01'; end",
        "alter function private.now() rename to later",
        "drop function private.now()",
        "create function public.now() returns timestamptz"
        " language sql stable begin atomic select timestamptz '2031-01-01'; end",
    )

    for attempt in attempts:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.acting(who) as as_:
            as_.execute(attempt)


def test_all_that_happens_to_tickets_follows_the_moved_time_and_nothing_else(db):
    set_time(db.connection, FAR)

    ticket = db.create_ticket(idempotency_key="a-ticket")
    db.assign(ticket, "agent")
    comment = db.comment("agent", ticket, "A secret.")
    db.call("lead", "redact_comment", ticket=ticket["id"], comment=comment["id"],
            idempotency_key="a-redaction")  # fmt: skip
    process_events(db)
    db.call("customer", "mark_notifications_read",
            up_to=db.items("customer", "list_notifications")[0]["id"])  # fmt: skip
    db.set_status(ticket, "solved")
    pass_time(db.connection, days=5)
    db.call(WORKER, "close_solved_tickets")

    assert db.reload(ticket)["status_category"] == "closed"
    assert db.scalar("select max(last_assigned_at) from public.agents") >= FAR
    for table in MOVED:
        found = moments(db, table)
        assert found, table
        assert {name for name, at in found if at < FAR} == set(), table
    for table in REAL:
        found = moments(db, table)
        assert found, table
        assert {name for name, at in found if at >= FAR} == set(), table


def test_what_is_due_by_time_is_found_by_an_index(db):
    """The function is inlined: nothing calls it for each row."""
    views = [
        view for (view,) in db.execute(
            "select viewname from pg_views where schemaname = 'private'"
            " and definition ~ 'private.now'"
        )
    ]  # fmt: skip
    db.execute("set local enable_seqscan = off")

    plans = {
        view: "\n".join(
            line
            for (line,) in db.execute(f"explain verbose select from private.{view}")
        )
        for view in views
    }

    assert "solved_tickets_due" in views
    assert {view for view, plan in plans.items() if "private.now" in plan} == set()
    assert {view for view, plan in plans.items() if "Index Cond" not in plan} == set()


@pytest.mark.parametrize(
    ("passed", "status"), [({"hours": 95}, "solved"), ({"hours": 97}, "closed")]
)
def test_solved_tickets_close_when_the_time_has_passed(db, passed, status):
    ticket = db.create_ticket_in("solved")

    pass_time(db.connection, **passed)
    db.call(WORKER, "close_solved_tickets")

    assert db.reload(ticket)["status"] == status

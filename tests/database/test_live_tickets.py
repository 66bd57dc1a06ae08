"""Every live ticket is in a live queue, and its assignee, if any, can work it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands import STEPS

from .acting import WORKER, ActingConnection, refused
from .arrange import (
    insert_tickets,
    leave_queues,
    revoke_permission,
    revoke_role,
)
from .operations import (
    OPERATIONS,
    open_tickets,
    perform,
)
from .personas import grant, id_of

pytestmark = pytest.mark.slow

# Said anew, without the functions that keep it.
BROKEN = """
with rights as (
    select person_id, array_agg(permission) as permissions
    from public.person_roles join public.role_permissions using (role) group by 1
)
select tickets.number from public.tickets
join public.queues on queues.id = tickets.queue_id
left join auth.users on users.id = tickets.assignee_id
left join rights on rights.person_id = tickets.assignee_id
where status_category in ('new', 'open', 'pending', 'on_hold') and (
    queues.archived_at is not null
    or assignee_id is not null and not coalesce(
        users.deleted_at is null
        and coalesce(users.banned_until <= now(), true)
        and 'tickets.take' = any (permissions)
        and (
            'tickets.read_all' = any (permissions)
            or 'tickets.read' = any (permissions) and exists (
                select from public.queue_members
                where queue_members.queue_id = tickets.queue_id
                    and queue_members.person_id = tickets.assignee_id
            )
        ),
        false
    )
)
"""
# Nobody stays a member by a role that was taken away, nor takes work without one.
LEFT_OVER = """
select person_id from public.queue_members where not private.works_tickets(person_id)
union
select person_id from public.agents
where availability = 'available' and not private.works_tickets(person_id)
"""
LIVE = ("new", "open", "pending", "on_hold")
REOPENED = ("pending", "on_hold", "solved")


def broken(db):
    return [*db.execute(BROKEN), *db.execute(LEFT_OVER)]


@settings(max_examples=40, deadline=None)
@given(st.lists(OPERATIONS, min_size=10, max_size=30))
def test_live_tickets_stay_workable_whatever_anybody_does(session_connection, steps):
    with session_connection.transaction(force_rollback=True):
        db = ActingConnection(session_connection)
        open_tickets(db)
        for step in steps:
            perform(db, step)
            assert broken(db) == [], step


def test_every_command_is_among_the_operations_or_unrelated(db):
    volatile = (
        "select proname from pg_proc where provolatile = 'v'"
        " and pronamespace = 'api'::regnamespace"
    )

    assert {name for (name,) in db.execute(volatile)} == {*STEPS}


# What ends somebody's work ----------------------------------------------------

BAN = "update auth.users set banned_until = now() + '1 day' where id = %s"
UNBAN = "update auth.users set banned_until = null where id = %s"
SOFT_DELETION = "update auth.users set deleted_at = now() where id = %s"
ENDS = {
    "leaving the queue": lambda db: leave_queues(db, "agent"),
    "losing the role": lambda db: revoke_role(db, "agent"),
    "a role without tickets.take": lambda db: revoke_permission(db, "tickets.take"),
    "a role without tickets.read": lambda db: revoke_permission(db, "tickets.read"),
    "a ban": lambda db: db.execute(BAN, id_of("agent")),
    "a deletion": lambda db: db.execute(SOFT_DELETION, id_of("agent")),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("category", LIVE)
def test_what_ends_work_releases_live_tickets(db, end, category):
    ticket = db.create_ticket_in(category)
    if category == "new":
        ticket = db.assign(ticket, "agent")

    ENDS[end](db)

    after = db.reload(ticket)
    assert (after["assignee_id"], after["status"]) == (None, ticket["status"])
    assert after["released_by"] == str(id_of("agent"))
    assert db.event_types(ticket)[-1] == "TICKET_ASSIGNED"


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_work_leaves_solved_tickets_to_who_solved_them(db, end):
    ticket = db.create_ticket_in("solved")

    ENDS[end](db)

    assert db.reload(ticket)["assignee_id"] == str(id_of("agent"))


@pytest.mark.parametrize("end", ENDS)
def test_a_reopened_ticket_is_free_when_its_assignee_can_work_it_no_more(db, end):
    ticket = db.create_ticket_in("solved")
    ENDS[end](db)

    db.comment("customer", ticket)

    after = db.reload(ticket)
    assert (after["status"], after["assignee_id"]) == ("open", None)


def test_a_role_that_is_granted_again_brings_nothing_back(db):
    db.call("agent", "set_availability", agent="me", availability="available")
    ticket = db.assign(db.create_ticket(), "agent")

    db.call("admin", "revoke_role", person=str(id_of("agent")), role="agent")
    db.call("admin", "grant_role", person=str(id_of("agent")), role="agent")

    assert db.reload(ticket)["assignee_id"] is None
    assert db.call("agent", "get_agent", agent="me")["availability"] == "away"
    assert db.call("agent", "whoami")["queues"] == []


def test_a_second_role_that_allows_the_same_keeps_work(db):
    grant(db.connection, "agent", "lead")
    ticket = db.assign(db.create_ticket(), "agent")

    revoke_role(db, "agent")

    assert db.reload(ticket)["assignee_id"] == str(id_of("agent"))
    assert "support" in [q["key"] for q in db.call("agent", "whoami")["queues"]]


def test_an_administrator_keeps_only_what_they_may_read_as_an_agent(db):
    grant(db.connection, "agent", "admin")
    ours = db.assign(db.create_ticket(), "agent")
    theirs = db.assign(db.create_ticket(queue="billing"), "agent")

    db.call("admin", "revoke_role", person=str(id_of("agent")), role="admin")

    assert db.reload(ours)["assignee_id"] == str(id_of("agent"))
    assert db.reload(theirs)["assignee_id"] is None


def test_a_ban_that_ends_leaves_memberships_and_nothing_else(db):
    ticket = db.assign(db.create_ticket(), "agent")
    db.execute(BAN, id_of("agent"))

    db.execute(UNBAN, id_of("agent"))

    assert db.reload(ticket)["assignee_id"] is None
    assert "support" in [q["key"] for q in db.call("agent", "whoami")["queues"]]


def test_banning_a_customer_makes_no_agent_of_them(db):
    db.execute(BAN, id_of("customer"))

    assert not db.scalar(
        "select count(*) from public.agents where person_id = %s", id_of("customer")
    )


def test_a_ban_never_waits_for_tickets_and_the_scheduler_makes_up_for_it(connect):
    db, other = connect(), connect()
    ticket = db.assign(db.create_ticket(), "agent")

    with db.connection.transaction():
        db.execute("select from public.tickets where id = %s for update", ticket["id"])
        other.execute(BAN, id_of("agent"))

    assert db.reload(ticket)["assignee_id"] == str(id_of("agent"))
    assert "idle_tickets" in db.rows(WORKER, "due_jobs")
    db.call(WORKER, "release_idle_tickets")
    assert db.reload(ticket)["assignee_id"] is None
    assert "idle_tickets" not in db.rows(WORKER, "due_jobs")


def test_of_more_than_a_thousand_tickets_the_scheduler_releases_the_rest(db):
    db.execute("alter table public.tickets disable trigger record_ticket_change")
    insert_tickets(db, 1001, "billing")
    db.execute(
        "update public.tickets set assignee_id = %s where queue_id = %s",
        id_of("biller"),
        id_of("billing"),
    )

    leave_queues(db, "biller")
    left = len(db.execute(BROKEN).fetchall())
    db.call(WORKER, "release_idle_tickets")

    assert (left, db.execute(BROKEN).fetchall()) == (1, [])


def test_who_is_assigned_while_they_leave_is_not_assigned(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket()

    with db.blocking(other.assign, ticket, "agent") as late:
        leave_queues(db, "agent")
    with refused("PT422", "not-eligible"):
        late.result(30)

    assert db.execute(BROKEN).fetchall() == []


def test_who_leaves_while_they_are_assigned_is_released(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket()

    with db.blocking(leave_queues, other, "agent") as late:
        db.assign(ticket, "agent")
    late.result(30)

    assert db.reload(ticket)["assignee_id"] is None


# Archived queues --------------------------------------------------------------


def archive(db, queue, archived=True):
    db.call("admin", "change_queue", queue=queue, changes={"archived": archived})


@pytest.mark.parametrize("way", ["a reply", "a status"])
def test_a_ticket_that_is_reopened_in_an_archived_queue_goes_to_the_default(db, way):
    ticket = db.create_ticket_in("solved", "biller", queue="billing")
    archive(db, "billing")

    if way == "a reply":
        db.comment("customer", ticket)
    else:
        db.set_status(ticket, "open")

    after = db.reload(ticket)
    assert after["queue_id"] == str(id_of("support"))
    assert (after["status"], after["assignee_id"]) == ("open", None)
    assert set(db.event_types(ticket)[-4:]) >= {
        "TICKET_STATUS_CHANGED", "TICKET_ASSIGNED", "TICKET_UPDATED",
    }  # fmt: skip


def test_the_assignee_goes_with_it_who_works_both_queues(db):
    ticket = db.create_ticket_in("solved", "admin", queue="billing")
    archive(db, "billing")

    db.comment("customer", ticket)

    assert db.reload(ticket)["assignee_id"] == str(id_of("admin"))


@pytest.mark.parametrize("queue", ["billing", "support"])
def test_no_writer_archives_a_queue_with_live_tickets_or_the_default(db, queue):
    db.create_ticket(queue=queue)
    slug = "default-queue" if queue == "support" else "queue-not-empty"

    with refused("PT409", slug):
        db.execute("update public.queues set archived_at = now() where key = %s", queue)


def test_a_ticket_that_is_reopened_while_its_queue_is_archived_moves(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket_in("solved", "biller", queue="billing")

    with db.blocking(other.comment, "customer", ticket) as late:
        archive(db, "billing")
    late.result(30)

    assert db.reload(ticket)["queue_id"] == str(id_of("support"))


# Away, with reassign ----------------------------------------------------------


def go_away(db, *, reassign):
    db.call("agent", "set_availability", agent="me", availability="available")
    db.call(
        "agent", "set_availability", agent="me", availability="away", reassign=reassign
    )


@pytest.mark.parametrize("category", REOPENED)
@pytest.mark.parametrize("reassign", [True, False])
def test_a_ticket_comes_back_to_who_is_away_unless_they_reassign(
    db, category, reassign
):
    ticket = db.create_ticket_in(category, type="problem")
    go_away(db, reassign=reassign)

    db.comment("customer", ticket)

    kept = None if reassign else str(id_of("agent"))
    assert db.reload(ticket)["assignee_id"] == kept


def test_who_has_returned_gets_their_tickets_back(db):
    ticket = db.create_ticket_in("pending")
    go_away(db, reassign=True)
    db.call("agent", "set_availability", agent="me", availability="available")

    db.comment("customer", ticket)

    assert db.reload(ticket)["assignee_id"] == str(id_of("agent"))


def test_who_is_away_may_open_their_own_ticket(db):
    ticket = db.create_ticket_in("pending")
    go_away(db, reassign=True)

    db.set_status(ticket, "open", "agent")

    assert db.reload(ticket)["assignee_id"] == str(id_of("agent"))


# Who may be given work --------------------------------------------------------


def reader_gone(db):
    """Leave agents the permission to take tickets, and not to read them."""
    db.execute("alter table public.role_permissions disable trigger end_work")
    revoke_permission(db, "tickets.read")
    db.execute("alter table public.role_permissions enable trigger end_work")


def test_nobody_is_given_a_ticket_that_they_cannot_read(db):
    ticket = db.create_ticket()
    reader_gone(db)
    db.execute(
        "insert into public.agents (person_id, availability)"
        " values (%s, 'available'), (%s, 'available')",
        id_of("agent"),
        id_of("neighbour"),
    )
    db.execute("update public.queues set strategy = 'round_robin'")

    with refused("PT422", "not-eligible"):
        db.assign(ticket, "agent")
    assert db.rows("agent", "claim_next_ticket") == []
    given = db.call(
        WORKER,
        "assign_waiting_tickets",
        queue=id_of("support"),
        agent_choices={"round_robin": {"ranking": ["last_assigned_at"]}},
    )
    assert given == 0


def test_nobody_becomes_a_member_who_cannot_read(db):
    reader_gone(db)

    with refused("PT422", "not-eligible"):
        db.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))

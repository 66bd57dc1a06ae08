"""Undo of bulk updates: the fields that one changed get their former values."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.core.types import TicketPriority, TicketType

from .acting import refused
from .arrange import leave_queues, revoke_permission, revoke_role
from .assigning import assert_loads_are_exact
from .bulk import item_results, items, run, run_all, run_undo, start, undo
from .personas import id_of

pytestmark = pytest.mark.slow

CATEGORIES = ("new", "open", "pending", "on_hold", "solved")
RESTORED = (
    "status", "status_category", "status_reason", "assignee_id", "priority",
    "queue_id", "tags", "data", "waiting_on", "waiting_since",
)  # fmt: skip


def state(ticket):
    return {name: ticket[name] for name in RESTORED}


def problem(db, job, who="agent"):
    [item] = items(db, job, who)
    return item["problem"], item["detail"]


def test_undo_restores_the_former_values(db):
    tickets = [
        db.create_ticket_in("open", held_by="agent", tags=["old", "new"]),
        db.create_ticket_in("pending", held_by="agent", priority="urgent"),
        db.create_ticket_in("open", held_by="agent"),
    ]
    before = [state(each) for each in tickets]

    job = run(db, tickets, status="on_hold", priority="low", add_tags=["recall"])
    back = run_undo(db, job)

    assert [state(db.reload(each)) for each in tickets] == before
    assert (back["undo_of"], back["change"]) == (job["id"], None)
    assert item_results(db, back) == ["done"] * 3
    [*_, last] = db.events(tickets[0])
    assert last["batch_id"] == back["id"]


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["new", "open", "pending", "on_hold", "solved"]),
        "assignee": st.sampled_from(
            ["me", "none", str(id_of("neighbour")), str(id_of("biller"))]
        ),
        "priority": st.sampled_from([str(each) for each in TicketPriority]),
        "queue": st.sampled_from(["support", "billing"]),
        "add_tags": st.lists(st.sampled_from("abc"), min_size=1, max_size=2),
        "remove_tags": st.lists(st.sampled_from("abc"), min_size=1, max_size=2),
        "data": st.dictionaries(
            st.sampled_from(["impact", "size", "colour"]),
            st.sampled_from([None, "team", "everyone", 1, {"a": None, "b": 1}]),
            min_size=1,
        ),
    },
).filter(bool)
TICKETS = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.sampled_from([str(each) for each in TicketType]),
        st.sampled_from(["agent", "neighbour"]),
        st.lists(st.sampled_from("abcd"), unique=True, max_size=3),
        st.booleans(),  # whether staff has replied to it
    ),
    min_size=1,
    max_size=4,
)


@given(tickets=TICKETS, change=CHANGES, reason=st.sampled_from([None, "Recalled."]))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_undo_restores_whatever_was_changed_and_its_undo_repeats_it(
    db, tickets, change, reason
):
    if "status" in change and reason:
        change = {**change, "reason": reason}
    with db.connection.transaction(force_rollback=True):
        given_tickets = []
        for category, kind, holder, tags, replied in tickets:
            ticket = db.create_ticket_in(category, holder, type=kind, tags=tags)
            if replied:
                db.comment("agent", ticket)
            given_tickets.append(db.reload(ticket))

        job = run(db, given_tickets, "admin", **change)
        assume(job["done"])
        changed = [state(db.reload(each)) for each in given_tickets]
        back = run_undo(db, job, "admin")

        assert item_results(db, back, "admin") == ["done"] * job["done"]
        restored = [state(db.reload(each)) for each in given_tickets]
        assert restored == [state(each) for each in given_tickets]
        assert_loads_are_exact(db)
        again = run_undo(db, back, "admin")
        assert again["done"] == job["done"]
        assert [state(db.reload(each)) for each in given_tickets] == changed


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize("before", CATEGORIES)
@pytest.mark.parametrize("after", CATEGORIES)
def test_undo_is_no_step_of_the_transitions(db, kind, before, after):
    ticket = db.create_ticket_in(before, type=kind)
    job = run(db, [ticket], status=after)

    if job["done"]:
        assert item_results(db, run_undo(db, job)) == ["done"]
    assert state(db.reload(ticket)) == state(ticket)


def test_undo_makes_a_solved_ticket_new_and_unassigned_again(db):
    ticket = db.create_ticket()
    job = run(db, [ticket], status="solved", assignee="me")

    run_undo(db, job)

    after = db.reload(ticket)
    assert state(after) == state(ticket)
    assert after["solved_at"] is None


# What has changed since ---------------------------------------------------------


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_replies_since_do_not_block_an_undo(db, who):
    ticket = db.create_ticket()
    job = run(db, [ticket], status="open", priority="low")
    db.comment(who, ticket)

    back = run_undo(db, job)

    assert item_results(db, back) == ["done"]
    assert state(db.reload(ticket)) == state(ticket)


CHANGED = {"status": "pending", "reason": "So.", "priority": "low", "add_tags": ["a"]}
OTHER_CHANGES = {
    "status": lambda db, ticket: db.set_status(ticket, "open"),
    "reason": lambda db, ticket: db.set_status(ticket, "pending", reason="Other."),
    "priority": lambda db, ticket: update(db, ticket, priority="urgent"),
    "tags": lambda db, ticket: update(db, ticket, tags=["a", "b"]),
}
UNRELATED = {
    "assignee": lambda db, ticket: db.assign(ticket, "neighbour"),
    "subject": lambda db, ticket: update(db, ticket, subject="Other"),
    "data": lambda db, ticket: update(db, ticket, data={"a": 1}),
    "note": lambda db, ticket: db.note(ticket),
    "reply": lambda db, ticket: db.comment("agent", ticket),
}


def update(db, ticket, **changes):
    db.call("admin", "update_ticket", ticket=ticket["id"], changes=changes)


@pytest.mark.parametrize("field", OTHER_CHANGES)
def test_later_changes_of_the_same_field_block_an_undo(db, field):
    ticket = db.create_ticket_in("open")
    job = run(db, [ticket], **CHANGED)
    OTHER_CHANGES[field](db, ticket)
    later = db.reload(ticket)

    back = run_undo(db, job)

    slug, detail = problem(db, back)
    assert slug == "changed-since"
    assert detail.startswith("This has changed since: ")
    assert field in detail
    assert back["skipped"] == 1
    assert db.reload(ticket) == later


@pytest.mark.parametrize("field", UNRELATED)
def test_later_changes_of_other_fields_do_not_block_an_undo(db, field):
    ticket = db.create_ticket_in("open")
    job = run(db, [ticket], **CHANGED)
    UNRELATED[field](db, ticket)
    kept = {"assignee_id", "subject", "data"}
    later = db.reload(ticket)

    back = run_undo(db, job)

    after = db.reload(ticket)
    restored = {"status", "status_reason", "priority", "tags"}
    assert item_results(db, back) == ["done"]
    assert {name: after[name] for name in kept} == {name: later[name] for name in kept}
    assert {name: after[name] for name in restored} == {
        name: ticket[name] for name in restored
    }


def test_a_field_that_came_back_by_itself_can_be_undone(db):
    ticket = db.create_ticket()
    job = run(db, [ticket], priority="low")
    update(db, ticket, priority="urgent")
    update(db, ticket, priority="low")

    assert item_results(db, run_undo(db, job)) == ["done"]


def test_a_ticket_that_was_assigned_since_does_not_become_new(db):
    ticket = db.create_ticket()
    job = run(db, [ticket], status="open")
    db.assign(ticket, "neighbour")

    slug, detail = problem(db, run_undo(db, job))

    assert (slug, "no assignee" in detail) == ("changed-since", True)
    assert db.reload(ticket)["status"] == "open"


def test_closed_tickets_stay_closed(db):
    ticket = db.create_ticket_in("solved")
    job = run(db, [ticket], priority="low")
    db.close(ticket)

    assert problem(db, run_undo(db, job))[0] == "ticket-closed"


def test_a_solved_ticket_keeps_its_assignee(db):
    ticket = db.create_ticket_in("open")
    db.release(ticket)
    job = run(db, [ticket], assignee="me")
    db.set_status(ticket, "solved")

    assert problem(db, run_undo(db, job))[0] == "solved-needs-assignee"


# Rights -----------------------------------------------------------------------


def test_whoever_moved_tickets_away_moves_them_back_and_forth(db):
    ticket = db.create_ticket_in("open")
    job = run(db, [ticket], queue="billing")
    moved = state(db.reload(ticket))
    assert moved["assignee_id"] is None

    back = run_undo(db, job)
    assert item_results(db, back) == ["done"]
    assert state(db.reload(ticket)) == state(ticket)

    again = run_undo(db, back)
    assert item_results(db, again) == ["done"]
    assert state(db.reload(ticket)) == moved

    assert item_results(db, run_undo(db, again)) == ["done"]


def test_tickets_that_others_moved_on_are_hidden(db):
    ticket = db.create_ticket()
    moved = run(db, [ticket], queue="billing", priority="low")
    raised = run(db, [db.create_ticket()], priority="low")
    db.call("admin", "create_queue", key="third", name="Third")
    for (each,) in db.execute("select id from public.tickets").fetchall():
        update(db, {"id": str(each)}, queue="third")

    for job in (moved, raised):
        assert problem(db, run_undo(db, job))[0] == "not-found"


def test_whoever_handed_a_ticket_on_takes_it_back(db):
    ticket = db.create_ticket_in("open", held_by="agent")
    job = run(db, [ticket], assignee=str(id_of("neighbour")))

    assert item_results(db, run_undo(db, job)) == ["done"]
    assert state(db.reload(ticket)) == state(ticket)


@pytest.mark.parametrize(
    ("lose", "expected"),
    [
        (lambda db: revoke_role(db, "agent"), "denied"),
        (lambda db: revoke_permission(db, "tickets.status"), "denied"),
        (lambda db: revoke_permission(db, "tickets.read"), "not-found"),
        (lambda db: leave_queues(db, "agent"), "not-found"),
        (lambda db: revoke_permission(db, "tickets.update"), "done"),
    ],
)
def test_undo_needs_the_permission_of_the_change_today(db, lose, expected):
    ticket = db.create_ticket_in("open", held_by="lead")
    job = run(db, [ticket], status="pending")

    lose(db)

    assert item_results(db, run_undo(db, job)) == [expected]


def test_undo_needs_the_permission_of_the_change_and_no_other(db):
    """A move alone took the assignee, so it gives them back."""
    ticket = db.create_ticket_in("open", held_by="neighbour")
    for permission in ("tickets.assign", "tickets.take", "tickets.status"):
        revoke_permission(db, permission, "admin")
    job = run(db, [ticket], "admin", queue="billing")
    assert db.reload(ticket)["assignee_id"] is None

    assert item_results(db, run_undo(db, job, "admin"), "admin") == ["done"]
    assert db.reload(ticket)["assignee_id"] == str(id_of("neighbour"))


def test_a_former_assignee_who_has_left_gets_nothing_back(db):
    ticket = db.create_ticket_in("open", held_by="neighbour")
    job = run(db, [ticket], "lead", assignee="none")
    leave_queues(db, "neighbour")

    slug, detail = problem(db, run_undo(db, job, "lead"), "lead")

    assert (slug, detail) == (
        "not-eligible",
        "Its former assignee does not work its former queue any more.",
    )


def test_tickets_do_not_go_back_to_an_archived_queue(db):
    ticket = db.create_ticket(queue="billing")
    job = run(db, [ticket], "admin", queue="support")
    db.call("admin", "change_queue", queue="billing", changes={"archived": True})

    assert problem(db, run_undo(db, job, "admin"), "admin")[0] == "unknown-queue"


def test_only_an_undo_goes_back(db):
    """Naming a batch, which no client can, is not enough without its rows."""
    ticket = db.create_ticket()
    job = run(db, [ticket], status="open")
    back = undo(db, job)
    other = db.create_ticket_in("open")

    for named, target in ((job, ticket), (back, other)):
        db.execute("select set_config('autocrm.batch', %s, true)", named["id"])
        with refused("PT409", "step-not-allowed"):
            db.execute(
                "update public.tickets set status = 'new', assignee_id = null"
                " where id = %s",
                target["id"],
            )
    db.execute("select set_config('autocrm.batch', '', true)")
    run_all(db)
    assert db.reload(ticket)["status"] == "new"


# Requests ----------------------------------------------------------------------


def test_unfinished_or_empty_bulk_updates_cannot_be_undone(db):
    job = start(db, [db.create_ticket(priority="low")], priority="low")

    with refused("PT409", "not-finished"):
        undo(db, job)
    run_all(db)
    with refused("PT409", "nothing-to-undo"):
        undo(db, job)


def test_undo_requests_are_idempotent(db):
    job = run(db, [db.create_ticket()], priority="low")
    arguments = {"bulk_update": job["id"], "idempotency_key": "k"}

    first = db.call("agent", "undo_bulk_update", **arguments)
    run_all(db)

    assert db.call("agent", "undo_bulk_update", **arguments) == first


def test_an_undo_repeated_after_it_ran_is_skipped(db):
    ticket = db.create_ticket()
    job = run(db, [ticket], priority="low")
    run_undo(db, job)

    assert problem(db, run_undo(db, job))[0] == "changed-since"


def test_undo_outlives_the_bulk_update_that_it_undoes(db):
    ticket = db.create_ticket()
    job = run(db, [ticket], status="open")
    back = undo(db, job)
    db.execute("delete from private.bulk_updates where id = %s", job["id"])

    run_all(db)

    assert item_results(db, back) == ["done"]
    assert db.reload(ticket)["status"] == "new"

"""Status transitions: rows of a table, enforced for any writer."""

import itertools

import pytest

from shared.core.types import StatusCategory, TicketType

from .acting import WORKER, refused
from .assigning import (
    assert_loads_are_exact,
    assign_waiting,
    make_available,
    set_strategy,
)
from .bulk import run, run_undo
from .personas import id_of

pytestmark = pytest.mark.slow

EVERY_TYPE = """
new>open open>pending open>on_hold open>solved pending>open pending>on_hold
pending>solved on_hold>open on_hold>pending on_hold>solved solved>open solved>closed
"""
BESIDES = {
    "question": "new>pending new>solved",
    "incident": "",
    "problem": "new>on_hold solved>on_hold",
    "task": "new>on_hold new>solved",
}
PAIRS = list(itertools.permutations([str(each) for each in StatusCategory], 2))
PAIRS.remove(("solved", "closed"))  # takes time: see the scheduler below


def allowed(kind):
    return {tuple(s.split(">")) for s in (EVERY_TYPE + BESIDES[kind]).split()}


def update_status(db, ticket, category):
    """Change the status by a plain update, as an operator might."""
    db.execute(
        "update public.tickets set status = %s where id = %s", category, ticket["id"]
    )


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_transitions_are_allowed_as_the_type_lists_them(db, kind, before, after):
    ticket = db.create_ticket_in(before, type=kind)

    if (before, after) in allowed(kind) and (before, after) != ("new", "solved"):
        assert db.set_status(ticket, after)["status_category"] == after
    else:
        with refused("PT409"):
            db.set_status(ticket, after)
        with refused("PT409"):
            update_status(db, ticket, after)
        assert db.reload(ticket)["status_category"] == before


def test_the_transition_table_equals_the_listed_transitions(db):
    rows = db.execute(
        "select type::text, before::text, after::text from public.ticket_transitions"
    )

    assert set(rows) == {(kind, *step) for kind in BESIDES for step in allowed(kind)}


def test_refusals_list_the_allowed_statuses(db):
    ticket = db.create_ticket(type="problem")

    with pytest.raises(Exception, match="step-not-allowed") as refusal:
        db.set_status(ticket, "pending")

    detail = refusal.value.diag.message_detail
    assert (
        detail
        == "A problem cannot go from new to pending. It may go to: open, on_hold."
    )


@pytest.mark.parametrize("category", [c for c in StatusCategory if c != "new"])
def test_no_ticket_returns_to_new(db, category):
    steps = db.execute(
        "select count(*) from public.ticket_transitions where after = 'new'"
    )

    assert steps.fetchone() == (0,)
    with refused("PT409"):
        db.set_status(db.create_ticket_in(category), "new")


@pytest.mark.parametrize("status", ["open", "solved", "closed", "nope", None])
def test_tickets_start_as_new_from_any_writer(db, status):
    with refused("PT409", "step-not-allowed"):
        db.execute(
            "insert into public.tickets (status, subject, queue_id, requester_id)"
            " values (%s, 'Help', %s, %s)",
            status,
            id_of("support"),
            id_of("customer"),
        )


@pytest.mark.parametrize("status", ["nope", None])
def test_updates_to_unknown_statuses_are_refused(db, status):
    with refused("PT409", "step-not-allowed"):
        update_status(db, db.create_ticket(), status)


def test_the_category_always_follows_the_status(db):
    ticket = db.create_ticket_in("open")

    db.execute(
        "update public.tickets set status = 'pending', status_category = 'closed'"
        " where id = %s",
        ticket["id"],
    )
    db.execute(
        "update public.tickets set status_category = 'new' where id = %s", ticket["id"]
    )

    assert db.reload(ticket)["status_category"] == "pending"


def test_custom_statuses_behave_as_their_category(db):
    db.execute(
        "insert into public.ticket_statuses values"
        " ('with_supplier', 'on_hold', 'With supplier', 'In progress', 10)"
    )
    ticket = db.create_ticket_in("on_hold")

    moved = db.set_status(ticket, "with_supplier", "agent")

    assert (moved["status_category"], moved["waiting_on"]) == ("on_hold", "third_party")
    assert moved["waiting_since"] == ticket["waiting_since"]
    assert db.event_types(ticket)[-1] == "TICKET_STATUS_CHANGED"
    with refused("PT409"):
        db.set_status(moved, "new")


def test_the_category_of_a_status_is_fixed(db):
    with refused("PT409", "category-fixed"):
        db.execute(
            "update public.ticket_statuses set category = 'closed'"
            " where status = 'open'"
        )


@pytest.mark.parametrize("reason", [None, "Asked for the invoice."])
@pytest.mark.parametrize("again", [{}, {"reason": None}, "the same reason"])
def test_the_same_status_and_reason_again_change_nothing(db, reason, again):
    ticket = db.create_ticket_in("open")
    held = db.set_status(ticket, "pending", "agent", reason=reason)
    events = db.events(ticket)
    options = {"reason": reason} if again == "the same reason" else again

    repeated = db.set_status(ticket, "pending", "agent", **options)

    assert repeated == held == db.reload(ticket)
    assert db.events(ticket) == events


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
@pytest.mark.parametrize("before", [None, "Waiting."])
def test_another_reason_for_the_same_status_is_stored(db, category, before):
    ticket = db.create_ticket_in(category)
    if before:
        db.set_status(ticket, category, "agent", reason=before)
    ticket = db.reload(ticket)

    after = db.set_status(ticket, category, "agent", reason="Still waiting.")

    kept = {"status", "waiting_on", "waiting_since", "solved_at", "assignee_id"}
    assert after["status_reason"] == "Still waiting."
    assert after["version"] == ticket["version"] + 1
    assert {name: after[name] for name in kept} == {name: ticket[name] for name in kept}
    [*_, event] = db.events(ticket)
    facts = {"status": category, "category": category}
    assert (event["type"], event["before"], event["after"]) == (
        "TICKET_STATUS_CHANGED",
        {**facts, "reason": before},
        {**facts, "reason": "Still waiting."},
    )


def test_closed_tickets_get_no_other_reason(db):
    with refused("PT409", "ticket-closed"):
        db.set_status(db.create_ticket_in("closed"), "closed", "agent", reason="No.")


# What opens a new ticket ---------------------------------------------------------


def take(db, ticket):
    db.call("agent", "assign_ticket", ticket=ticket["id"], assignee="me")


def claim(db, _):
    make_available(db, "agent")
    db.call("agent", "claim_next_ticket")


def assign_by_strategy(db, _):
    make_available(db, "agent")
    set_strategy(db, "round_robin")
    assert assign_waiting(db) == 1


def assign_by_hand(db, ticket):
    db.assign(ticket, "agent")


def assign_in_bulk(db, ticket):
    run(db, [ticket], assignee="me")


def write_assignee(db, ticket):
    db.execute(
        "update public.tickets set assignee_id = %s where id = %s",
        id_of("agent"),
        ticket["id"],
    )


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize(
    "assign",
    [take, claim, assign_by_strategy, assign_by_hand, assign_in_bulk, write_assignee],
)
def test_assigning_a_new_ticket_opens_it(db, kind, assign):
    ticket = db.create_ticket(type=kind)
    db.set_status(ticket, "new", "agent", reason="Not looked at yet.")
    ticket = db.reload(ticket)

    assign(db, ticket)

    after = db.reload(ticket)
    assert (after["status"], after["status_reason"]) == ("open", None)
    assert after["assignee_id"] == str(id_of("agent"))
    assert (after["waiting_on"], after["waiting_since"]) == (
        "agent",
        ticket["waiting_since"],
    )
    assert db.event_types(ticket)[-2:] == ["TICKET_STATUS_CHANGED", "TICKET_ASSIGNED"]
    assert after["version"] == ticket["version"] + 1
    assert_loads_are_exact(db)


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
def test_the_first_reply_of_staff_opens_a_new_ticket(db, kind):
    ticket = db.create_ticket(type=kind)

    db.comment("agent", ticket)

    after = db.reload(ticket)
    assert (after["status"], after["waiting_on"]) == ("open", "customer")
    assert after["assignee_id"] is None
    assert db.event_types(ticket)[1:] == ["TICKET_COMMENTED", "TICKET_STATUS_CHANGED"]


@pytest.mark.parametrize(
    ("requester", "who", "visibility"),
    [
        ("customer", "customer", "public"),
        ("customer", "colleague", "public"),
        ("customer", "agent", "internal"),
        ("agent", "agent", "public"),
    ],
)
def test_other_comments_leave_a_new_ticket_new(db, requester, who, visibility):
    ticket = db.create_ticket(requester)

    db.comment(who, ticket, visibility=visibility)

    assert db.reload(ticket)["status"] == "new"


@pytest.mark.parametrize("assignee", ["agent", None])
def test_no_new_ticket_has_an_assignee_from_any_writer(db, assignee):
    insert = (
        "insert into public.tickets (subject, queue_id, requester_id, assignee_id)"
        " values ('Help', %s, %s, %s)"
    )
    values = id_of("support"), id_of("customer"), assignee and id_of(assignee)

    if assignee is None:
        db.execute(insert, *values)
    else:
        with refused("23514"):
            db.execute(insert, *values)


def test_automatic_steps_use_the_default_status_of_a_category(db):
    db.execute(
        "insert into public.ticket_statuses values"
        " ('in_work', 'open', 'In work', 'In progress', 0)"
    )
    db.call("admin", "change_status", status="in_work", changes={"is_default": True})
    taken, answered, reopened = (
        db.create_ticket(),
        db.create_ticket(),
        db.create_ticket_in("solved"),
    )

    take(db, taken)
    db.comment("agent", answered)
    db.comment("customer", reopened)

    for ticket in (taken, answered, reopened):
        assert db.reload(ticket)["status"] == "in_work"


@pytest.mark.parametrize(
    ("category", "waiting_on"),
    [
        ("new", "agent"),
        ("open", "agent"),
        ("pending", "customer"),
        ("on_hold", "third_party"),
        ("solved", "nobody"),
        ("closed", "nobody"),
    ],
)
def test_the_category_sets_whom_the_ticket_waits_for(db, category, waiting_on):
    ticket = db.create_ticket_in(category)

    assert ticket["waiting_on"] == waiting_on
    assert (ticket["solved_at"] is not None) == (category in ("solved", "closed"))
    assert (ticket["closed_at"] is not None) == (category == "closed")


@pytest.mark.parametrize("after", ["open", "on_hold"])
def test_reopening_clears_solved_at(db, after):
    ticket = db.create_ticket_in("solved", type="problem")

    assert db.set_status(ticket, after)["solved_at"] is None


def test_reasons_are_stored_until_the_next_status(db):
    ticket = db.create_ticket_in("open")

    held = db.set_status(ticket, "on_hold", "agent", reason="Waiting for the supplier.")
    freed = db.set_status(ticket, "open")

    assert held["status_reason"] == "Waiting for the supplier."
    assert freed["status_reason"] is None


@pytest.mark.parametrize("kind", ["question", "task"])
def test_solving_requires_an_assignee(db, kind):
    ticket = db.create_ticket(type=kind)

    with refused("PT409", "solved-needs-assignee"):
        db.set_status(ticket, "solved")
    with refused("PT409", "solved-needs-assignee"):
        update_status(db, ticket, "solved")


def test_solved_tickets_keep_an_assignee(db):
    ticket = db.create_ticket_in("solved")

    with refused("PT409", "solved-needs-assignee"):
        db.release(ticket, "agent")
    with refused("23514"):
        db.execute(
            "update public.tickets set assignee_id = null where id = %s", ticket["id"]
        )


# The scheduler ---------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "lead", "admin"])
@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
def test_nobody_closes_tickets_manually(db, who, category):
    ticket = db.create_ticket_in(category)

    with refused("PT409", "closed-by-time"):
        db.set_status(ticket, "closed", who)
    with refused("PT409"):
        update_status(db, ticket, "closed")


def test_the_scheduler_closes_due_tickets_only(db):
    due, early, reopened = (db.create_ticket_in("solved") for _ in range(3))
    db.set_status(reopened, "open")
    back = "update public.tickets set solved_at = now() - %s::interval where id = %s"
    db.execute(back, "4 days", due["id"])
    db.execute(back, "3 days 23:59:59", early["id"])

    closed = db.call(WORKER, "close_solved_tickets")

    assert closed == 1
    assert [db.reload(t)["status"] for t in (due, early, reopened)] == [
        "closed", "solved", "open",
    ]  # fmt: skip
    assert db.reload(due)["closed_at"] is not None
    assert db.call(WORKER, "close_solved_tickets") == 0


def test_the_scheduler_closes_the_oldest_first_up_to_the_batch_size(db):
    tickets = [db.create_ticket_in("solved") for _ in range(3)]
    for days, ticket in zip((5, 7, 6), tickets, strict=True):
        db.execute(
            "update public.tickets set solved_at = now() - %s * interval '1 day'"
            " where id = %s",
            days,
            ticket["id"],
        )

    assert db.call(WORKER, "close_solved_tickets", max_items=2) == 2

    now = [db.reload(ticket)["status"] for ticket in tickets]
    assert now == ["solved", "closed", "closed"]


@pytest.mark.parametrize("setting", ["59 minutes", "28 days 1 minute", "-1 day", None])
def test_the_time_until_closing_has_bounds(db, setting):
    with refused("23502" if setting is None else "PT422"):
        db.execute("update private.settings set solved_closes_after = %s", setting)


def test_the_time_until_closing_is_a_setting(db):
    ticket = db.create_ticket_in("solved")
    db.execute("update private.settings set solved_closes_after = '1 hour'")
    db.execute("update public.tickets set solved_at = now() - interval '1 hour'")

    db.call(WORKER, "close_solved_tickets")

    assert db.reload(ticket)["status"] == "closed"


@pytest.mark.parametrize(
    "change",
    [
        "subject = 'Other'",
        "status = 'open'",
        "status = 'new'",
        "closed_at = null",
        "assignee_id = null",
        "tags = '{more}'",
        "data = '{}'",
        "version = 1",
    ],
)
def test_closed_tickets_do_not_change_from_any_writer(db, change):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        db.execute(f"update public.tickets set {change} where id = %s", ticket["id"])  # noqa: S608

    assert db.reload(ticket) == ticket


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("update_ticket_status", {"status": "open"}),
        ("assign_ticket", {"assignee": "me"}),
        ("release_ticket", {}),
        ("add_comment", {"body": "So."}),
        ("add_comment", {"body": "So.", "visibility": "internal"}),
    ],
)
def test_closed_tickets_refuse_every_staff_command(db, function, arguments):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        db.call("admin", function, ticket=ticket["id"], **arguments)


# Requesters -------------------------------------------------------------------


LIVE = ("new", "open", "pending", "on_hold")


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize("before", LIVE)
@pytest.mark.parametrize("held", [True, False])
def test_requesters_solve_their_own_tickets_of_any_type(db, kind, before, held):
    ticket = db.create_ticket_in(before, type=kind)
    if not held and before != "new":
        ticket = db.release(ticket)

    solved = db.set_status(ticket, "solved", "customer")

    assert solved["status_category"] == "solved"
    withdrawn = ticket["assignee_id"] is None
    assert solved["status_reason"] == ("withdrawn" if withdrawn else None)
    assert db.event_types(ticket)[-1] == "TICKET_STATUS_CHANGED"
    assert db.set_status(ticket, "solved", "customer", reason="Again.") == solved
    db.close(ticket)
    assert db.reload(ticket)["status_category"] == "closed"


@pytest.mark.parametrize("who", ["colleague", "stranger", "biller"])
def test_nobody_else_solves_without_the_permission(db, who):
    ticket = db.create_ticket_in("open")

    with refused("PT403" if who == "colleague" else "PT404"):
        db.set_status(ticket, "solved", who)


@pytest.mark.parametrize("status", ["open", "pending", "on_hold", "new", "closed"])
def test_requesters_take_no_other_step(db, status):
    ticket = db.create_ticket_in("solved")

    with refused("PT403", "denied"):
        db.set_status(ticket, status, "customer")


def test_a_withdrawn_ticket_is_reopened_changed_and_solved_as_any_other(db):
    ticket = db.create_ticket()
    db.set_status(ticket, "solved", "customer", reason="It works again.")

    changed = db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"queue": "billing"}
    )
    db.comment("customer", ticket, "It does not.")
    with refused("PT409", "solved-needs-assignee"):
        db.set_status(ticket, "solved", "admin")

    assert (changed["status_reason"], changed["queue_id"]) == (
        "It works again.",
        str(id_of("billing")),
    )


def test_withdrawing_asks_for_no_field(db):
    db.call(
        "admin",
        "create_field",
        key="cause",
        type="text",
        agent_label="Cause",
        required_to_solve=True,
    )
    ticket = db.create_ticket_in("open")

    with refused("PT422", "missing-data"):
        db.set_status(ticket, "solved", "agent")

    assert db.set_status(ticket, "solved", "customer")["status"] == "solved"


def test_undo_gives_a_withdrawn_ticket_back_as_it_was(db):
    ticket = db.create_ticket()
    withdrawn = db.set_status(ticket, "solved", "customer")
    job = run(db, [ticket], status="open")

    run_undo(db, job)

    restored = db.reload(ticket)
    assert (restored["status"], restored["assignee_id"]) == ("solved", None)
    assert restored["status_reason"] == withdrawn["status_reason"]
